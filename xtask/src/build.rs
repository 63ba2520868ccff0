//! The build: the browser's half, then the site made of it, then the server that carries the site.

use std::path::PathBuf;

use crate::{
    place, site,
    step::{self, Error, cargo, step},
    wasm_toolchain::Toolchain,
};

/// The profile of the browser's half, in the workspace's manifest.
pub(crate) const WASM_PROFILE: &str = "wasm-release";

/// How good the product is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    /// As it is delivered.
    Product,
    /// Built in seconds after a change, to be looked at: large and slow, with the same behaviour.
    Draft,
}

impl Quality {
    pub(crate) fn of(draft: bool) -> Self {
        if draft { Self::Draft } else { Self::Product }
    }

    fn wasm_profile(self) -> &'static str {
        match self {
            Self::Product => WASM_PROFILE,
            Self::Draft => "wasm-draft",
        }
    }

    /// What cargo is told beside the release profile. Dependencies stay as they are, and so are compiled once.
    fn server_flags(self) -> &'static [&'static str] {
        match self {
            Self::Product => &[],
            Self::Draft => &[
                "--config=profile.release.incremental=true",
                "--config=profile.release.package.app.opt-level=0",
                "--config=profile.release.package.server.opt-level=0",
            ],
        }
    }
}

/// What is missing most often where a build has never worked.
pub(crate) const NEEDS_C: &str =
    "if a C library is to blame: they need a C and C++ compiler and make, on Debian `apt-get install build-essential`";

/// Builds `target/release/sluice`.
pub(crate) fn build(quality: Quality) -> Result<(), Error> {
    site(quality)?;
    step("server (target/release/sluice)", || {
        let mut build = cargo();
        build.args(["build", "--release", "--package", "server"]).args(quality.server_flags());
        step::run("building the server", &mut build).map_err(|error| error.advice(NEEDS_C))
    })
}

/// Builds `target/site`, which the server carries.
pub(crate) fn site(quality: Quality) -> Result<(), Error> {
    let toolchain = Toolchain::find()?;
    let module = step("browser's half (WebAssembly)", || wasm(toolchain, quality.wasm_profile()))?;
    step("site (target/site)", || site::make(&module, quality))?;
    site::report()
}

fn wasm(toolchain: Toolchain, profile: &str) -> Result<PathBuf, Error> {
    let mut build = toolchain.cargo("rustc");
    build.args(["--profile", profile, "--package", "app", "--lib", "--no-default-features"]);
    // By the relocations the split knows which function needs which.
    build.args(["--features", "hydrate", "--", "-C", "link-arg=--emit-relocs"]);
    step::run("building the browser's half", &mut build)?;
    Ok(place::at("target/wasm32-unknown-unknown").join(profile).join("app.wasm"))
}
