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
    place,
    step::{self, Error, has, io_error, say},
    write,
};

const STEP: &str = "making the site";

/// Leptos asks for `/pkg/NAME.js` and `/pkg/NAME_bg.wasm`; it is `output-name` in the workspace's manifest.
const NAME: &str = "sluice";

/// The module says itself which WebAssembly features it uses. `-all` would turn on some that browsers refuse.
const WASM_OPT: [&str; 2] = ["-Oz", "--strip-producers"];

/// What a page's first visit may cost over the wire, in bytes of brotli. The module should be at 300,000 and is not yet:
/// its limit is a little above what it has, so that it does not grow unnoticed.
const LIMITS: [(&str, usize); 3] = [("sluice_bg.wasm", 420_000), ("sluice.js", 12_000), ("sluice.css", 12_000)];

/// Fills `target/site`. Each file has a `.br` beside it, compressed as far as it goes.
pub(crate) fn make(module: &Path, quality: Quality) -> Result<(), Error> {
    let bytes = fs::read(module).map_err(io_error(STEP, module))?;
    let wasm_opt = if quality == Quality::Product { wasm_opt()? } else { None };
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let inputs = format!("{:016x} {WASM_OPT:?} {wasm_opt:?}", hasher.finish());
    let output = pkg().join(format!("{NAME}_bg.wasm.br"));
    write::unless_stamped(STEP, &output, &place::at("target/xtask/site.stamp"), &inputs, || {
        let made = place::at("target/xtask/pkg");
        bindgen(module, &made)?;
        if let Some(wasm_opt) = &wasm_opt {
            optimise(wasm_opt, &made.join(format!("{NAME}_bg.wasm")))?;
        }
        let pkg = pkg();
        if pkg.exists() {
            fs::remove_dir_all(&pkg).map_err(io_error(STEP, &pkg))?;
        }
        publish(&made, &pkg, quality)
    })?;
    let style = place::at("style/main.css");
    let css = fs::read(&style).map_err(io_error(STEP, &style))?;
    publish_file(&css, &pkg().join(format!("{NAME}.css")), Quality::Product)
}

/// Prints the sizes of the site's files.
pub(crate) fn report() -> Result<(), Error> {
    for (name, size, compressed) in sizes()? {
        println!("  {name:<15} {:>7.1} kB, brotli {:>6.1} kB", size as f64 / 1e3, compressed as f64 / 1e3);
    }
    Ok(())
}

/// Refuses a site that costs more than it may.
pub(crate) fn check_sizes() -> Result<(), Error> {
    for ((name, limit), (_, _, compressed)) in LIMITS.into_iter().zip(sizes()?) {
        if compressed > limit {
            let reason = format!("{name} has {compressed} bytes of brotli, and {limit} is the limit");
            return Err(Error::new("the size of the site", reason));
        }
    }
    Ok(())
}

fn sizes() -> Result<[(&'static str, usize, usize); 3], Error> {
    let length = |path: &Path| fs::metadata(path).map(|file| file.len() as usize).map_err(io_error(STEP, path));
    let mut sizes = LIMITS.map(|(name, _)| (name, 0, 0));
    for (name, size, compressed) in &mut sizes {
        *size = length(&pkg().join(*name))?;
        *compressed = length(&pkg().join(format!("{name}.br")))?;
    }
    Ok(sizes)
}

fn pkg() -> PathBuf {
    place::at("target/site/pkg")
}

fn bindgen(module: &Path, into: &Path) -> Result<(), Error> {
    if into.exists() {
        fs::remove_dir_all(into).map_err(io_error(STEP, into))?;
    }
    let mut bindgen = Bindgen::new();
    let generated = bindgen
        .input_path(module)
        .out_name(NAME)
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

fn optimise(wasm_opt: &Path, module: &Path) -> Result<(), Error> {
    let mut command = Command::new("node");
    command.arg(wasm_opt).args(WASM_OPT).arg(module).arg("--output").arg(module);
    step::run("wasm-opt", &mut command)
}

/// Copies a folder, each file with its compressed sibling.
fn publish(from: &Path, to: &Path, quality: Quality) -> Result<(), Error> {
    let entries = fs::read_dir(from).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    for entry in entries.map_err(io_error(STEP, from))? {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
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
