//! The site: from the compiled module and the stylesheet to the files that the server carries.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    num::NonZero,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    thread,
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

/// A page asks for `/pkg/NAME.js` and `/pkg/NAME_bg.wasm` (`app/src/shell.rs`).
const NAME: &str = "sluice";

/// The module says itself which WebAssembly features it uses. `-all` would turn on some that browsers refuse.
const WASM_OPT: [&str; 2] = ["-Oz", "--strip-producers"];

/// What the server is told of the site, beside the folder that browsers see.
const MANIFEST: &str = "chunks.json";

/// What a page's first visit may load of code, in bytes of brotli: the module, the chunks of the page, and all glue. It
/// should be 300,000 and is not yet: the limit is a little above what the largest has, so that none grows unnoticed.
const VISIT_LIMIT: usize = 462_000;

/// What the parts of it may be that every page loads.
const LIMITS: [(&str, usize); 2] = [("sluice.js", 12_000), ("sluice.css", 12_000)];

/// Fills `target/site`. Each file has a `.br` beside it, compressed as far as it goes.
pub(crate) fn make(module: &Path, quality: Quality) -> Result<(), Error> {
    let bytes = fs::read(module).map_err(io_error(STEP, module))?;
    let wasm_opt = if quality == Quality::Product { wasm_opt()? } else { None };
    let mut hasher = DefaultHasher::new();
    (&bytes, WASM_OPT, &wasm_opt, split::LOADER).hash(&mut hasher);
    let version = format!("{:016x}", hasher.finish());
    let manifest = place::at("target/site").join(MANIFEST);
    write::unless_stamped(STEP, &manifest, &place::at("target/xtask/site.stamp"), &version, || {
        let (made, apart) = (place::at("target/xtask/pkg"), place::at("target/xtask/parts"));
        for folder in [&made, &apart] {
            if folder.exists() {
                fs::remove_dir_all(folder).map_err(io_error(STEP, folder))?;
            }
        }
        let main = place::at("target/xtask/main.wasm");
        let parts = split::split(&bytes, &main, &apart)?;
        bindgen(&main, &made)?;
        if let Some(wasm_opt) = &wasm_opt {
            optimise(wasm_opt, &[&made, &apart])?;
        }
        split::pack(&parts, &apart, &made, &version, NAME)?;
        let pkg = pkg();
        if pkg.exists() {
            fs::remove_dir_all(&pkg).map_err(io_error(STEP, &pkg))?;
        }
        publish(&made, &pkg, quality)?;
        let told = split::manifest(&version, &parts);
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

/// What a first visit loads of code, by the chunk that a page has; those of pages without one load less.
fn visits() -> Result<Vec<(String, usize)>, Error> {
    let path = place::at("target/site").join(MANIFEST);
    let broken = || Error::new(STEP, format!("{} does not say which file a chunk is", path.display()));
    let text = fs::read_to_string(&path).map_err(io_error(STEP, &path))?;
    let manifest: serde_json::Value = serde_json::from_str(&text).map_err(|_| broken())?;
    let chunks = manifest["chunks"].as_object().ok_or_else(broken)?;
    chunks
        .keys()
        .map(|chunk| {
            let of_chunk = split::files(&manifest, chunk).ok_or_else(broken)?;
            let of_all = [format!("{NAME}_bg.wasm"), format!("{NAME}.js")];
            let sizes = of_all.iter().chain(&of_chunk).map(|file| compressed(file));
            Ok((chunk.clone(), sizes.sum::<Result<usize, Error>>()?))
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

/// Makes every module in some folders smaller, as many at once as there are processors.
fn optimise(wasm_opt: &Path, folders: &[&Path]) -> Result<(), Error> {
    let files = folders.iter().map(|folder| entries(folder)).collect::<Result<Vec<_>, Error>>()?.into_iter().flatten();
    let modules = Mutex::new(files.filter(|path| path.extension().is_some_and(|extension| extension == "wasm")));
    let next = || modules.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(path) = next() {
            let mut command = Command::new("node");
            command.arg(wasm_opt).args(WASM_OPT).arg(&path).arg("--output").arg(&path);
            // It warns of each module's table of names, which it does not know in full and leaves out.
            step::run_quietly("wasm-opt", &mut command)?;
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("wasm-opt's thread only waits for it"))
    })
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
