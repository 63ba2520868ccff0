//! `cargo xtask test`: every check there is, and a last line that counts them.

use std::{
    io::{BufRead, BufReader},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use clap::{Args, ValueEnum};

use crate::{
    browser,
    build::{self, NEEDS_C, WASM_PROFILE},
    place,
    services::Services,
    site,
    step::{self, Error, cargo, has, say},
    tally::{self, Tally},
    wasm_toolchain::Toolchain,
};

/// What to test.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only tests whose name contains this; lints are left out
    #[arg(long)]
    filter: Option<String>,
    /// Leaves a part out; may be given more than once
    #[arg(long, value_enum)]
    skip: Vec<Part>,
    /// Also what takes ten minutes and more: pages left open under load
    #[arg(long)]
    long: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting, lints, the size of the site, the Docker files
    Lint,
    /// Unit, property and integration tests
    Rust,
    /// The browser
    Browser,
}

/// What became of the steps so far.
#[derive(Debug, Default)]
struct Summary {
    lines: Vec<String>,
    tally: Tally,
}

impl Summary {
    /// Does one step, notes what became of it, and says whether the steps that need it can go on.
    fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Tally, Error>) -> bool {
        say(name);
        let start = Instant::now();
        let result = work();
        let seconds = start.elapsed().as_secs();
        let done = result.is_ok();
        let (mark, words) = match result {
            Ok(tally) => {
                self.tally += tally;
                let words = if tally == Tally::default() { String::new() } else { tally.to_string() };
                (if tally.failed == 0 { "✓" } else { "✗" }, words)
            }
            Err(error) => {
                // Not a test, but nobody should read "0 failed" when something did.
                self.tally.failed += 1;
                ("✗", error.to_string())
            }
        };
        let line = format!("{mark} {name:<34} {seconds:>5} s  {words}");
        println!("{line}");
        self.lines.push(line);
        done
    }

    /// Prints everything once more; the count is the last line.
    fn end(self) -> ExitCode {
        println!("\n{}\n\n{}", self.lines.join("\n"), self.tally);
        if self.tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Runs all checks, however many fail, unless there is nothing to run them on.
pub(crate) fn test(options: &Options) -> ExitCode {
    let wants = |part| !options.skip.contains(&part) && (part != Part::Lint || options.filter.is_none());
    let mut summary = Summary::default();
    if wants(Part::Lint) {
        lint(&mut summary);
    }
    if !summary.step("site", || unit(build::site(build::Quality::Product))) {
        return summary.end();
    }
    if wants(Part::Lint) {
        summary.step("size of the site", || unit(site::check_sizes()));
    }
    if !wants(Part::Rust) && !wants(Part::Browser) {
        return summary.end();
    }
    let built = summary.step("server and tests", || {
        unit(
            step::run("building", workspace("build").args(["--bins", "--tests"]))
                .map_err(|error| error.advice(NEEDS_C)),
        )
    });
    let mut services = Services::default();
    let started = built
        && summary.step("Kafka and Neo4j", || {
            services = Services::start()?;
            Ok(Tally::default())
        });
    if !started {
        return summary.end();
    }
    let environment = services.variables();
    let filter = options.filter.as_deref();
    if wants(Part::Rust) {
        summary.step("Rust tests", || rust(filter, &environment));
    }
    if wants(Part::Browser) {
        summary.step("browser tests", || browser::test(filter, options.long, &environment));
    }
    summary.end()
}

fn lint(summary: &mut Summary) {
    summary.step("formatting", || {
        unit(
            step::run("formatting", cargo().args(["fmt", "--all", "--check"]))
                .map_err(|error| error.advice("run `cargo fmt --all`")),
        )
    });
    summary.step("lints", || {
        step::run("clippy", workspace("clippy").args(["--all-targets", "--", "--deny", "warnings"]))?;
        let mut clippy = cargo();
        clippy.args(["clippy", "--release", "--package", "xtask", "--all-targets"]);
        unit(step::run("clippy", clippy.args(["--", "--deny", "warnings"])))
    });
    summary.step("lints for the browser", || {
        let mut clippy = Toolchain::find()?.cargo("clippy");
        clippy.args(["--profile", WASM_PROFILE, "--package", "app", "--lib", "--no-default-features"]);
        unit(step::run("clippy", clippy.args(["--features", "hydrate", "--", "--deny", "warnings"])))
    });
    docker(summary);
}

/// The Docker files, by those tools that are there.
fn docker(summary: &mut Summary) {
    if has("hadolint", "--version") {
        let mut hadolint = Command::new("hadolint");
        hadolint.current_dir(place::root()).arg("Dockerfile");
        summary.step("Dockerfile", || unit(step::run("hadolint", &mut hadolint)));
    }
    if has("docker-compose", "--version") {
        let mut compose = Command::new("docker-compose");
        compose.current_dir(place::root()).args(["config", "--quiet"]);
        compose.envs([("NEO4J_PASSWORD", "only-to-check"), ("SLUICE_ADMIN_TOKEN", "only-to-check")]);
        summary.step("docker-compose.yml", || unit(step::run("docker-compose config", &mut compose)));
    }
}

/// Cargo for all crates but this one, with the features and the profile of the product.
///
/// Every step asks for the same, so that nothing is compiled twice: the server that the browser tests is the one that
/// the build of the tests makes, and build scripts (librdkafka, SQLite) run once for lints and tests. This crate shares
/// dependencies with the product and wants other features of them.
fn workspace(command: &str) -> Command {
    let mut cargo = cargo();
    cargo.args([command, "--release", "--workspace", "--exclude", "xtask", "--features", "app/ssr"]);
    cargo
}

fn unit(result: Result<(), Error>) -> Result<Tally, Error> {
    result.map(|()| Tally::default())
}

/// `cargo test` for the product, then for this crate.
fn rust(filter: Option<&str>, environment: &[(&str, &str)]) -> Result<Tally, Error> {
    let mut product = workspace("test");
    product.arg("--no-fail-fast").args(filter);
    product.env("SLUICE_BIN", place::server()).envs(environment.iter().copied());
    let mut own = cargo();
    own.args(["test", "--release", "--package", "xtask"]).args(filter);
    let mut tally = counted(&mut product)?;
    tally += counted(&mut own)?;
    Ok(tally)
}

/// Runs `cargo test`, shows what it prints as it comes, and counts.
fn counted(test: &mut Command) -> Result<Tally, Error> {
    const STEP: &str = "cargo test";
    let failed = |error| Error::new(STEP, error);
    let mut child = test.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut tally = Tally::default();
    for line in BufReader::new(child.stdout.take().expect("it was piped")).lines() {
        let line = line.map_err(failed)?;
        println!("{line}");
        tally += tally::of_cargo_line(&line).unwrap_or_default();
    }
    let status = child.wait().map_err(failed)?;
    if !status.success() && tally.failed == 0 {
        println!("{STEP}: {status}, and no test is to blame: a crate does not compile or a test ended the process");
        tally.failed += 1;
    }
    Ok(tally)
}
