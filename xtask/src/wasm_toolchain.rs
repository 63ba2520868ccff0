//! A compiler for wasm32: the one of rustup, or Debian's where rustup cannot download.

use std::{path::Path, process::Command};

use crate::step::{self, Error, cargo, has, output, say};

const TARGET: &str = "wasm32-unknown-unknown";
const STEP: &str = "the WebAssembly target";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LINKER: &str = "/usr/lib/llvm-22/bin/wasm-ld";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "rust-web-src", "cargo-web", "lld-22"];

/// Which compiler makes the browser's half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The workspace's own, with the target's standard library.
    Own,
    /// Debian's `rustc-web`, which builds the standard library from `rust-web-src`.
    Debian,
}

impl Toolchain {
    /// Finds one, or installs one and says so.
    pub(crate) fn find() -> Result<Self, Error> {
        if own_has_target() {
            return Ok(Self::Own);
        }
        say(format!("{STEP}: rustup target add {TARGET}"));
        if step::run(STEP, Command::new("rustup").args(["target", "add", TARGET])).is_ok() && own_has_target() {
            return Ok(Self::Own);
        }
        if !debian_is_there() && has("apt-get", "--version") {
            say(format!("{STEP}: apt-get install {}", DEBIAN_PACKAGES.join(" ")));
            apt_install(&DEBIAN_PACKAGES)?;
        }
        if debian_is_there() {
            return Ok(Self::Debian);
        }
        Err(Error::new(STEP, "neither rustup nor apt-get could install it").advice(format!(
            "install it by hand: `rustup target add {TARGET}`, or on Debian `apt-get install {}`",
            DEBIAN_PACKAGES.join(" ")
        )))
    }

    /// Cargo for the target; the caller adds the command first and the rest after.
    pub(crate) fn cargo(self, command: &str) -> Command {
        let mut cargo = cargo();
        cargo.args([command, "--target", TARGET]);
        if self == Self::Debian {
            cargo
                .args(["-Z", "build-std=std,panic_abort"])
                .env("RUSTC", DEBIAN_RUSTC)
                // Building the standard library is for nightly compilers otherwise.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
        }
        cargo
    }
}

/// Installs Debian packages; needs root.
pub(crate) fn apt_install(packages: &[&str]) -> Result<(), Error> {
    let step = "apt-get";
    let by_hand = || format!("install them by hand: `sudo apt-get install {}`", packages.join(" "));
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--yes"]);
        command
    };
    step::run(step, apt().arg("update")).map_err(|error| error.advice(by_hand()))?;
    step::run(step, apt().args(["install", "--no-install-recommends"]).args(packages))
        .map_err(|error| error.advice(by_hand()))
}

fn own_has_target() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(crate::place::root()).args(["--print", "target-libdir", "--target", TARGET]);
    output(&mut rustc).is_some_and(|directory| Path::new(&directory).is_dir())
}

fn debian_is_there() -> bool {
    Path::new(DEBIAN_LINKER).exists() && output(Command::new(DEBIAN_RUSTC).arg("--version")).is_some()
}
