//! The build: the browser's half, then the site made of it, then the server that carries the site.

use std::path::PathBuf;

use crate::{
    place, site,
    step::{self, Error, cargo, step},
    wasm_toolchain::Toolchain,
};

/// The profile of the browser's half, in the workspace's manifest.
pub(crate) const WASM_PROFILE: &str = "wasm-release";

/// What is missing most often where a build has never worked.
pub(crate) const NEEDS_C: &str =
    "if a C library is to blame: they need a C and C++ compiler and make, on Debian `apt-get install build-essential`";

/// Builds `target/release/sluice`.
pub(crate) fn build() -> Result<(), Error> {
    site()?;
    step("server (target/release/sluice)", || {
        let mut build = cargo();
        build.args(["build", "--release", "--package", "server"]);
        step::run("building the server", &mut build).map_err(|error| error.advice(NEEDS_C))
    })
}

/// Builds `target/site`, which the server carries.
pub(crate) fn site() -> Result<(), Error> {
    let toolchain = Toolchain::find()?;
    let module = step("browser's half (WebAssembly)", || wasm(toolchain))?;
    step("site (target/site)", || site::make(&module))?;
    site::report()
}

fn wasm(toolchain: Toolchain) -> Result<PathBuf, Error> {
    let mut build = toolchain.cargo("build");
    build.args(["--profile", WASM_PROFILE, "--package", "app", "--lib", "--no-default-features"]);
    build.args(["--features", "hydrate"]);
    step::run("building the browser's half", &mut build)?;
    Ok(place::at("target/wasm32-unknown-unknown").join(WASM_PROFILE).join("app.wasm"))
}
