//! The module split: a main part that every page needs, and for each page a chunk that the browser fetches.
//!
//! The tool that splits makes a hundred parts: one of what a page has alone, and one for each set of pages that have
//! something in common. A chunk is all parts of a page in one file: one request instead of fifty, and a quarter smaller.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use crate::step::{Error, io_error};

const STEP: &str = "splitting the module";

/// What starts the browser's half, but for the names of the chunks. It stands in their folder.
pub(crate) const LOADER: &str = include_str!("loader.js");
const LOADER_NAME: &str = "loader.js";

/// The names of parts by the chunk that they belong into.
pub(crate) type Parts = BTreeMap<String, Vec<String>>;

/// Splits a module that was linked with its relocations into the main part, which is for wasm-bindgen, and the others.
pub(crate) fn split(module: &[u8], main: &Path, into: &Path) -> Result<Parts, Error> {
    let link_name = format!("./{LOADER_NAME}");
    let mut options = wasm_split_cli_support::Options::new(module);
    options.output_dir = into;
    options.main_out_path = main;
    options.link_name = &link_name;
    let split = wasm_split_cli_support::transform(options).map_err(|error| Error::new(STEP, format!("{error:#}")))?;
    Ok(split.prefetch_map.into_iter().collect())
}

/// Makes the chunks and their loader. They come into a folder of their own, whose name is theirs alone: a browser that
/// has an older main part gets none of them rather than wrong ones.
pub(crate) fn pack(parts: &Parts, from: &Path, site: &Path, folder: &str, name: &str) -> Result<(), Error> {
    let glue = format!("{name}.js");
    let into = site.join(folder);
    fs::create_dir_all(&into).map_err(io_error(STEP, &into))?;
    let mut loader = LOADER.replace("MAIN", &format!("../{glue}")).replace("MODULE", &format!("../{name}_bg.wasm"));
    for (chunk, names) in parts {
        let read = |name: &String| {
            let path = from.join(name).with_extension("wasm");
            fs::read(&path).map(|bytes| (name.clone(), bytes)).map_err(io_error(STEP, &path))
        };
        let path = into.join(format!("{chunk}.chunk"));
        let bytes = chunk_of(&names.iter().map(read).collect::<Result<Vec<_>, _>>()?);
        fs::write(&path, bytes).map_err(io_error(STEP, &path))?;
        // Declared, and so there before the module that imports it runs: the two import each other.
        loader.extend([
            format!("export function __wasm_split_load_{chunk}(callback, data) "),
            format!("{{ return asked(\"{chunk}\", callback, data); }}\n"),
        ]);
    }
    let path = into.join(LOADER_NAME);
    fs::write(&path, loader).map_err(io_error(STEP, &path))?;
    let glue = site.join(glue);
    let text = fs::read_to_string(&glue).map_err(io_error(STEP, &glue))?;
    // The statement alone: in the object of imports the module goes by the name that it was linked with.
    let (here, there) = (format!("from \"./{LOADER_NAME}\""), format!("from \"./{folder}/{LOADER_NAME}\""));
    if !text.contains(&here) {
        return Err(Error::new(STEP, format!("{} does not import the loader", glue.display())));
    }
    fs::write(&glue, text.replace(&here, &there)).map_err(io_error(STEP, &glue))
}

/// A chunk as the loader reads it.
fn chunk_of(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let index: Vec<(&str, usize)> = parts.iter().map(|(name, bytes)| (name.as_str(), bytes.len())).collect();
    let index = json!(index).to_string();
    let length = u32::try_from(index.len()).expect("a chunk has no millions of parts");
    let mut chunk = length.to_le_bytes().to_vec();
    chunk.extend(index.bytes());
    chunk.extend(parts.iter().flat_map(|(_, bytes)| bytes));
    chunk
}

/// What the server is told, so that a page names its files before they are asked for.
pub(crate) fn manifest(folder: &str, parts: &Parts) -> Value {
    let chunks: BTreeMap<_, _> = parts.keys().map(|chunk| (chunk, format!("{folder}/{chunk}.chunk"))).collect();
    json!({"loader": format!("{folder}/{LOADER_NAME}"), "chunks": chunks})
}

/// The files that a chunk needs, read from what the server is told.
pub(crate) fn files(manifest: &Value, chunk: &str) -> Option<[String; 2]> {
    Some([manifest["loader"].as_str()?.to_owned(), manifest["chunks"][chunk].as_str()?.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_begins_with_what_is_in_it() {
        let parts = [("chunk_1".to_owned(), b"\0asm1".to_vec()), ("split_a".to_owned(), b"\0asm".to_vec())];
        let index = br#"[["chunk_1",5],["split_a",4]]"#;
        let wanted = [&[index.len() as u8, 0, 0, 0], index.as_slice(), b"\0asm1\0asm"].concat();
        assert_eq!(chunk_of(&parts), wanted);
    }

    #[test]
    fn a_page_needs_the_loader_and_its_chunk() {
        let manifest = manifest("ab", &BTreeMap::from([("insight".to_owned(), vec!["chunk_1".to_owned()])]));
        assert_eq!(files(&manifest, "insight"), Some(["ab/loader.js".to_owned(), "ab/insight.chunk".to_owned()]));
        assert_eq!(files(&manifest, "nothing"), None);
    }
}
