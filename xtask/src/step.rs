//! One step: a line that says what is done, and an error that says what to do.

use std::{
    env, fmt, io,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use crate::place;

/// A step that failed.
#[derive(Debug, thiserror::Error)]
#[error("{step} failed: {reason}{}", advice.as_deref().map(|advice| format!("\n  {advice}")).unwrap_or_default())]
pub(crate) struct Error {
    step: String,
    reason: String,
    advice: Option<String>,
}

impl Error {
    /// Names the step and why it failed.
    pub(crate) fn new(step: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self { step: step.into(), reason: reason.to_string(), advice: None }
    }

    /// Adds what a person can do about it.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// Prints the one line of a step.
pub(crate) fn say(text: impl fmt::Display) {
    println!("▸ {text}");
}

/// Prints the line of a step, does it, and prints how long it took if that was long.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    say(name);
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    if result.is_ok() && seconds >= 2.0 {
        println!("  {seconds:.0} s");
    }
    result
}

/// Runs a program to its end, its output being ours.
pub(crate) fn run(step: &str, command: &mut Command) -> Result<(), Error> {
    let status = command.stdin(Stdio::null()).status().map_err(|error| Error::new(step, missing(command, &error)))?;
    if status.success() { Ok(()) } else { Err(Error::new(step, format!("{} ended with {status}", name(command)))) }
}

/// The same for a program whose words matter only if it fails.
pub(crate) fn run_quietly(step: &str, command: &mut Command) -> Result<(), Error> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| Error::new(step, missing(command, &error)))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::new(step, format!("{} ended with {}: {}", name(command), output.status, said.trim())))
}

/// Runs a program to its end and gives what it printed on standard output, or nothing if it cannot.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A program is there and runs.
pub(crate) fn has(program: &str, argument: &str) -> bool {
    output(Command::new(program).arg(argument)).is_some()
}

/// Cargo in the workspace's root, in the environment that it has when a person calls it.
///
/// What the cargo that runs us tells us about ourselves would reach build scripts, and each change rebuilds what
/// they made.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(place::root()).env("CARGO_TARGET_DIR", place::at("target"));
    for (name, _) in env::vars_os() {
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if name.to_str().is_some_and(|name| ours.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command.env_remove("CARGO").env_remove("LD_LIBRARY_PATH").env_remove("DYLD_FALLBACK_LIBRARY_PATH");
    command
}

/// Says which file could not be handled.
pub(crate) fn io_error<'a>(step: &'a str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |error| Error::new(step, format!("{}: {error}", path.display()))
}

fn missing(command: &Command, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("{} is not installed", name(command)),
        _ => format!("{}: {error}", name(command)),
    }
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let first = command.get_args().next().map(|first| format!(" {}", first.display())).unwrap_or_default();
    format!("{}{first}", program.file_name().unwrap_or_default().display())
}
