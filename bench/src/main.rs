//! How fast Sluice is: its sinks beside bare loaders of the same rows, its latency, its questions, its start.
//!
//! `cargo xtask bench` builds it and Sluice and runs it. It starts a Kafka and a Neo4j of its own.
#![expect(clippy::print_stdout, reason = "what this program prints is what it is for")]

mod error;
mod graph;
mod house;
mod part;
mod process;
mod report;
mod sluice;
mod topic;
mod world;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use error::{During, Error};
use house::House;
use part::{embedded, latency, pattern, poison, query, scale, start, store, throughput};
use report::Section;
use sluice::Setup;

/// Measures a Sluice.
#[derive(Debug, Parser)]
struct Arguments {
    /// The binary to measure
    #[arg(long)]
    sluice: PathBuf,
    /// Where the JSON files go
    #[arg(long)]
    out: PathBuf,
    /// Fewer rows and rounds: five minutes
    #[arg(long)]
    quick: bool,
    /// Only these parts
    #[arg(long, value_enum)]
    part: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Store,
    Throughput,
    Latency,
    Pattern,
    Poison,
    Queries,
    Embedded,
    Start,
    /// Several processes and databases; not among those that are measured if nothing is said
    Scale,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let Arguments { sluice, out, quick, part } = arguments;
    let (quick, wants) = (*quick, |which| part.is_empty() || part.contains(&which));
    fs::create_dir_all(out).during("making the folder of the reports")?;
    let started = Instant::now();
    let alone = Setup { binary: sluice.clone(), variables: Vec::new() };
    println!("starting Kafka and Neo4j");
    let mut house = House::start(sluice.clone())?;
    let mut tables = String::new();
    let mut keep = |section: Section| {
        tables.extend(["\n", &section.table()]);
        section.write(out)
    };
    if wants(Part::Store) {
        say("store", started);
        let (rows, rounds) = if quick { (20_000, 1) } else { (60_000, 3) };
        keep(store::measure(&mut house, rows, rounds)?)?;
    }
    if wants(Part::Throughput) {
        say("throughput", started);
        let size = if quick {
            throughput::Size { rows: 40_000, rounds: 1, partitions: &[6] }
        } else {
            throughput::Size { rows: 100_000, rounds: 3, partitions: &[1, 6] }
        };
        keep(throughput::measure(&mut house, size)?)?;
    }
    if wants(Part::Latency) {
        say("latency", started);
        let (seconds, runs) = if quick { (4, 1) } else { (20, 5) };
        keep(latency::measure(&mut house, seconds, runs)?)?;
    }
    if wants(Part::Pattern) {
        say("pattern", started);
        let (rows, rounds) = if quick { (20_000, 1) } else { (100_000, 4) };
        keep(pattern::measure(&mut house, rows, rounds)?)?;
    }
    if wants(Part::Poison) {
        say("poison", started);
        let (rows, rounds) = if quick { (20_000, 1) } else { (60_000, 3) };
        keep(poison::measure(&mut house, rows, rounds)?)?;
    }
    if wants(Part::Queries) {
        say("queries", started);
        let (sizes, times): (&[usize], _) =
            if quick { (&[10_000, 100_000], 5) } else { (&[10_000, 100_000, 1_000_000], 20) };
        keep(query::measure(&mut house, sizes, times)?)?;
    }
    if wants(Part::Embedded) {
        say("the embedded pair", started);
        let (rows, rounds) = if quick { (50_000, 1) } else { (200_000, 3) };
        keep(embedded::measure(&alone, rows, rounds)?)?;
    }
    if wants(Part::Start) {
        say("start", started);
        let (times, idle) = if quick { (1, Duration::from_secs(5)) } else { (5, Duration::from_secs(30)) };
        keep(start::measure(&mut house, &alone, times, idle)?)?;
    }
    if part.contains(&Part::Scale) {
        say("scale", started);
        let (rows, rounds) = if quick { (20_000, 1) } else { (60_000, 2) };
        keep(scale::measure(&mut house, rows, rounds)?)?;
    }
    write(out, &tables)?;
    println!("{tables}\n{} s; JSON in {}", started.elapsed().as_secs(), out.display());
    Ok(())
}

fn say(part: &str, started: Instant) {
    println!("{:4} s  {part}", started.elapsed().as_secs());
}

fn write(out: &Path, tables: &str) -> Result<(), Error> {
    fs::write(out.join("report.md"), tables).during("writing the report")
}
