//! The module split: a main part that every page needs, and chunks that the pages fetch.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::step::{Error, io_error};

const STEP: &str = "splitting the module";

/// The loader's name in the folder of the chunks.
const LOADER: &str = "loader.js";

/// What a split makes.
pub(crate) struct Split {
    /// The main part, for wasm-bindgen.
    pub(crate) main: PathBuf,
    /// The chunks' names by what needs them.
    pub(crate) chunks: BTreeMap<String, Vec<String>>,
}

/// Splits a module that was linked with its relocations. The chunks and their loader come into a folder of their own,
/// whose name is theirs alone: a browser that has an older main part gets none of them rather than wrong ones.
pub(crate) fn split(module: &[u8], site: &Path, folder: &str, glue: &str) -> Result<Split, Error> {
    let into = site.join(folder);
    let main = site.with_extension("main.wasm");
    let (link_name, main_module) = (format!("./{LOADER}"), format!("../{glue}"));
    let mut options = wasm_split_cli_support::Options::new(module);
    options.output_dir = &into;
    options.main_out_path = &main;
    options.link_name = &link_name;
    options.main_module = &main_module;
    let split = wasm_split_cli_support::transform(options).map_err(|error| Error::new(STEP, format!("{error:#}")))?;
    let chunks = split.prefetch_map.into_iter().collect();
    Ok(Split { main, chunks })
}

/// Tells the glue where the loader is.
pub(crate) fn link(glue: &Path, folder: &str) -> Result<(), Error> {
    let text = fs::read_to_string(glue).map_err(io_error(STEP, glue))?;
    // The statement alone: in the object of imports the module goes by the name that it was linked with.
    let (here, there) = (format!("from \"./{LOADER}\""), format!("from \"./{folder}/{LOADER}\""));
    if !text.contains(&here) {
        return Err(Error::new(STEP, format!("{} does not import the loader", glue.display())));
    }
    fs::write(glue, text.replace(&here, &there)).map_err(io_error(STEP, glue))
}

/// What the server is told, so that a page names its files before they are asked for.
pub(crate) fn manifest(folder: &str, chunks: &BTreeMap<String, Vec<String>>) -> Value {
    let files = |names: &Vec<String>| names.iter().map(|name| format!("{folder}/{name}.wasm")).collect::<Vec<_>>();
    let chunks: BTreeMap<_, _> = chunks.iter().map(|(chunk, names)| (chunk, files(names))).collect();
    json!({"loader": format!("{folder}/{LOADER}"), "chunks": chunks})
}

/// The files that some chunks need together with the loader, read from what the server is told.
pub(crate) fn files(manifest: &Value, chunks: &[&str]) -> Option<BTreeSet<String>> {
    let mut files = BTreeSet::from([manifest["loader"].as_str()?.to_owned()]);
    for chunk in chunks {
        for file in manifest["chunks"][chunk].as_array()? {
            files.insert(file.as_str()?.to_owned());
        }
    }
    Some(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_needs_the_loader_and_each_of_its_files_once() {
        let chunks = BTreeMap::from([
            ("insight".to_owned(), vec!["chunk_1".to_owned(), "split_insight".to_owned()]),
            ("graph".to_owned(), vec!["chunk_1".to_owned()]),
        ]);
        let manifest = manifest("ab", &chunks);
        let both = files(&manifest, &["insight", "graph"]).unwrap();
        assert_eq!(both.into_iter().collect::<Vec<_>>(), ["ab/chunk_1.wasm", "ab/loader.js", "ab/split_insight.wasm"]);
        assert_eq!(files(&manifest, &["nothing"]), None);
    }
}
