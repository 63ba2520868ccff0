//! The site: from the compiled module and the stylesheet to the files that the server carries.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use brotli::enc::BrotliEncoderParams;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    build::Quality,
    place, split,
    step::{self, Error, has, io_error, say},
    write,
};

const STEP: &str = "making the site";

/// Leptos asks for `/pkg/NAME.js` and `/pkg/NAME_bg.wasm`; it is `output-name` in the workspace's manifest.
const NAME: &str = "sluice";

/// The module says itself which WebAssembly features it uses. `-all` would turn on some that browsers refuse.
const WASM_OPT: [&str; 2] = ["-Oz", "--strip-producers"];

/// What the server is told of the site, beside the folder that browsers see.
const MANIFEST: &str = "chunks.json";

/// What a page's first visit may load of code, in bytes of brotli: the module, the chunks of the page, and all glue. It
/// should be 300,000 and is not yet: the limit is a little above what the largest has, so that none grows unnoticed.
const VISIT_LIMIT: usize = 510_000;

/// What the parts of it may be that every page loads.
const LIMITS: [(&str, usize); 2] = [("sluice.js", 12_000), ("sluice.css", 12_000)];

/// Chunks that one page may need at once.
const TOGETHER: [&[&str]; 0] = [];

/// Fills `target/site`. Each file has a `.br` beside it, compressed as far as it goes.
pub(crate) fn make(module: &Path, quality: Quality) -> Result<(), Error> {
    let bytes = fs::read(module).map_err(io_error(STEP, module))?;
    let wasm_opt = if quality == Quality::Product { wasm_opt()? } else { None };
    let mut hasher = DefaultHasher::new();
    (&bytes, WASM_OPT, &wasm_opt).hash(&mut hasher);
    let version = format!("{:016x}", hasher.finish());
    let manifest = place::at("target/site").join(MANIFEST);
    write::unless_stamped(STEP, &manifest, &place::at("target/xtask/site.stamp"), &version, || {
        let made = place::at("target/xtask/pkg");
        if made.exists() {
            fs::remove_dir_all(&made).map_err(io_error(STEP, &made))?;
        }
        let split = split::split(&bytes, &made, &version, &format!("{NAME}.js"))?;
        bindgen(&split.main, &made)?;
        split::link(&made.join(format!("{NAME}.js")), &version)?;
        if let Some(wasm_opt) = &wasm_opt {
            optimise(wasm_opt, &made)?;
        }
        let pkg = pkg();
        if pkg.exists() {
            fs::remove_dir_all(&pkg).map_err(io_error(STEP, &pkg))?;
        }
        publish(&made, &pkg, quality)?;
        let told = split::manifest(&version, &split.chunks);
        write::if_changed(STEP, &manifest, format!("{told:#}\n").as_bytes())
    })?;
    let style = place::at("style/main.css");
    let css = fs::read(&style).map_err(io_error(STEP, &style))?;
    publish_file(&css, &pkg().join(format!("{NAME}.css")), Quality::Product)
}

/// Prints the sizes of the site's files.
pub(crate) fn report() -> Result<(), Error> {
    let kilo = |bytes: usize| bytes as f64 / 1e3;
    let mut names = vec![format!("{NAME}_bg.wasm")];
    names.extend(LIMITS.map(|(name, _)| name.to_owned()));
    for name in names {
        let size = length(&pkg().join(&name))?;
        println!("  {name:<22} {:>7.1} kB, brotli {:>6.1} kB", kilo(size), kilo(compressed(&name)?));
    }
    for (page, size) in visits()? {
        println!("  first visit: {page:<27} brotli {:>6.1} kB", kilo(size));
    }
    Ok(())
}

/// Refuses a site that costs more than it may.
pub(crate) fn check_sizes() -> Result<(), Error> {
    report()?;
    let parts = LIMITS.into_iter().map(|(name, limit)| Ok((name.to_owned(), limit, compressed(name)?)));
    let visits = visits()?.into_iter().map(|(page, size)| Ok((format!("a first visit of {page}"), VISIT_LIMIT, size)));
    for checked in parts.chain(visits) {
        let (what, limit, size) = checked?;
        if size > limit {
            let reason = format!("{what} has {size} bytes of brotli, and {limit} is the limit");
            return Err(Error::new("the size of the site", reason));
        }
    }
    Ok(())
}

/// What a first visit loads of code, by the chunks that a page has; those of pages without one load less.
fn visits() -> Result<Vec<(String, usize)>, Error> {
    let path = place::at("target/site").join(MANIFEST);
    let broken = || Error::new(STEP, format!("{} does not say which files a chunk has", path.display()));
    let text = fs::read_to_string(&path).map_err(io_error(STEP, &path))?;
    let manifest: serde_json::Value = serde_json::from_str(&text).map_err(|_| broken())?;
    let chunks = manifest["chunks"].as_object().ok_or_else(broken)?;
    let alone = chunks.keys().map(|chunk| vec![chunk.as_str()]);
    alone
        .chain(TOGETHER.map(<[&str]>::to_vec))
        .map(|chunks| {
            let mut size = compressed(&format!("{NAME}_bg.wasm"))? + compressed(&format!("{NAME}.js"))?;
            for file in split::files(&manifest, &chunks).ok_or_else(broken)? {
                size += compressed(&file)?;
            }
            Ok((chunks.join(" + "), size))
        })
        .collect()
}

fn compressed(name: &str) -> Result<usize, Error> {
    length(&pkg().join(format!("{name}.br")))
}

fn length(path: &Path) -> Result<usize, Error> {
    fs::metadata(path).map(|file| file.len() as usize).map_err(io_error(STEP, path))
}

fn pkg() -> PathBuf {
    place::at("target/site/pkg")
}

fn bindgen(module: &Path, into: &Path) -> Result<(), Error> {
    let mut bindgen = Bindgen::new();
    let generated = bindgen
        .input_path(module)
        .out_name(NAME)
        // What the chunks ask of the main part by the names that the linker gave.
        .keep_lld_exports(true)
        .demangle(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(false)
        .web(true)
        .and_then(|bindgen| bindgen.generate(into));
    generated.map_err(|error| {
        Error::new("wasm-bindgen", format!("{error:#}"))
            .advice("wasm-bindgen and wasm-bindgen-cli-support must have one version in Cargo.toml")
    })
}

/// The program `wasm-opt` of npm's `binaryen`, installed if need be, or none where there is no npm.
fn wasm_opt() -> Result<Option<PathBuf>, Error> {
    if !has("npm", "--version") {
        say("wasm-opt is skipped, and the module a little larger: npm is not installed");
        return Ok(None);
    }
    npm_install("xtask")?;
    Ok(Some(place::at("xtask/node_modules/binaryen/bin/wasm-opt")))
}

/// `npm ci` in a folder of the workspace, unless its lock file has been installed already.
pub(crate) fn npm_install(folder: &str) -> Result<(), Error> {
    let step = format!("npm ci in {folder}/");
    let lock = place::at(folder).join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(io_error(&step, &lock))?;
    let modules = place::at(folder).join("node_modules");
    write::unless_stamped(&step, &modules, &modules.join(".installed"), &wanted, || {
        say(&step);
        let mut npm = Command::new("npm");
        npm.current_dir(place::at(folder)).args(["ci", "--no-audit", "--no-fund"]);
        npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        step::run(&step, &mut npm)
    })
}

/// Makes every module in a folder smaller.
fn optimise(wasm_opt: &Path, folder: &Path) -> Result<(), Error> {
    for path in entries(folder)? {
        if path.is_dir() {
            optimise(wasm_opt, &path)?;
        } else if path.extension().is_some_and(|extension| extension == "wasm") {
            let mut command = Command::new("node");
            command.arg(wasm_opt).args(WASM_OPT).arg(&path).arg("--output").arg(&path);
            step::run("wasm-opt", &mut command)?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    Ok(entries.map_err(io_error(STEP, folder))?.into_iter().map(|entry| entry.path()).collect())
}

/// Copies a folder, each file with its compressed sibling.
fn publish(from: &Path, to: &Path, quality: Quality) -> Result<(), Error> {
    for path in entries(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            publish(&path, &target, quality)?;
        } else {
            publish_file(&fs::read(&path).map_err(io_error(STEP, &path))?, &target, quality)?;
        }
    }
    Ok(())
}

fn publish_file(bytes: &[u8], path: &Path, quality: Quality) -> Result<(), Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".br");
    let compressed = PathBuf::from(name);
    if fs::read(path).is_ok_and(|present| present == bytes) && compressed.exists() {
        return Ok(());
    }
    let effort = if quality == Quality::Product { 11 } else { 2 };
    let parameters = BrotliEncoderParams { quality: effort, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters).map_err(|error| Error::new("brotli", error))?;
    write::if_changed(STEP, path, bytes)?;
    write::if_changed(STEP, &compressed, &out)
}
