//! `cargo xtask bench`: how fast Sluice is on this machine, in tables and in `target/bench/*.json`.

use std::process::Command;

use clap::Args;

use crate::{
    build::{self, NEEDS_C},
    place,
    step::{self, Error, cargo, step},
};

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Fewer rows and rounds: five minutes instead of an hour
    #[arg(long)]
    quick: bool,
    /// Only this part: store, throughput, latency, pattern, poison, queries, embedded or start; may be given more than once
    #[arg(long)]
    part: Vec<String>,
    /// Instead of all that: what 1, 2 and 4 processes gain, into one database and into two
    #[arg(long, conflicts_with = "part")]
    scale: bool,
}

/// Builds the product and what measures it, and measures.
pub(crate) fn bench(options: &Options) -> Result<(), Error> {
    if !place::at("target/site/pkg").exists() {
        build::site(build::Quality::Product)?;
    }
    step("server and bench", || {
        let mut build = cargo();
        // The features of the tests, so that dependencies are not compiled twice; app and server are optimised, unlike there.
        build.args(["build", "--release", "--workspace", "--exclude", "xtask", "--features", "app/ssr", "--bins"]);
        step::run("building", &mut build).map_err(|error| error.advice(NEEDS_C))
    })?;
    let mut bench = Command::new(place::at("target/release").join(format!("bench{}", std::env::consts::EXE_SUFFIX)));
    bench.arg("--sluice").arg(place::server()).arg("--out").arg(place::at("target/bench"));
    bench.args(options.quick.then_some("--quick"));
    bench.args(options.scale.then_some(["--part", "scale"]).into_iter().flatten());
    bench.args(options.part.iter().flat_map(|part| ["--part", part]));
    step::run("measuring", &mut bench)
}
