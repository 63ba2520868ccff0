//! `cargo xtask`: builds, runs and tests Sluice. Nothing of the product is in here.
#![expect(clippy::print_stdout, reason = "what this program prints is what it is for")]

mod bench;
mod browser;
mod build;
mod chaos;
mod gallery;
mod place;
mod run;
mod services;
mod site;
mod split;
mod step;
mod tally;
mod test;
mod wasm_toolchain;
mod write;

use std::process::ExitCode;

use build::Quality;
use clap::{Parser, Subcommand};

/// Builds, runs and tests Sluice.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds everything and serves it at <http://127.0.0.1:3000>
    ///
    /// Without `KAFKA_BOOTSTRAP_SERVERS` and `NEO4J_URI` it runs on the broker and the store inside the process. What
    /// comes after `--` goes to the server; `cargo xtask run -- --help` lists its flags.
    Run {
        /// Builds in seconds after a change, large and slow
        #[arg(long)]
        draft: bool,
        /// Flags for the server
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Builds target/release/sluice: the server with the browser's half inside, one file that runs anywhere
    Build {
        /// In seconds after a change, large and slow
        #[arg(long)]
        draft: bool,
    },
    /// Formatting, lints, all tests, and a real browser against a real Kafka and Neo4j
    ///
    /// Needs Java 17, Maven and Node 20. The last line counts the tests that passed and failed.
    Test(test::Options),
    /// Crashes, outages, zombies, a broken network and poison, in full; leaves target/chaos/report.md
    ///
    /// Needs Java 17 and Maven. Nothing may be lost and nothing doubled, else the exit code says so.
    Chaos(chaos::Options),
    /// How fast the sinks are beside bare loaders of the same rows, latency, questions; leaves target/bench/*.json
    ///
    /// Needs Java 17 and Maven. Only the ratios of one run mean something on a machine that does other things too.
    Bench(bench::Options),
    /// Leaves a picture of every page in target/gallery, light and dark, on a desk and on a phone
    ///
    /// Needs Node 20. The server is one of its own, on the broker and the store inside the process, filled by a fixed seed.
    Gallery {
        /// From a build of seconds, large and slow
        #[arg(long)]
        draft: bool,
    },
    /// Starts a Kafka and a Neo4j, prints where they are, and stops them at Ctrl-C
    ///
    /// Needs Java 17 and Maven. They begin empty, and nothing of them is kept.
    Services,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Run { draft, arguments } => run::run(Quality::of(draft), &arguments),
        Task::Build { draft } => build::build(Quality::of(draft)),
        Task::Test(options) => return test::test(&options),
        Task::Chaos(options) => match chaos::chaos(&options) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Task::Bench(options) => bench::bench(&options),
        Task::Gallery { draft } => gallery::gallery(Quality::of(draft)),
        Task::Services => services::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error}");
            ExitCode::FAILURE
        }
    }
}
