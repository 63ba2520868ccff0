//! Playwright with a real Chromium, and with other engines for what a person does first.

use std::{fs, path::Path, process::Command};

use crate::{
    place, site,
    step::{self, Error, has, say},
    tally::{self, Tally},
    wasm_toolchain::apt_install,
};

const STEP: &str = "browser tests";
const DEBIAN_CHROMIUM: &str = "/usr/bin/chromium";
/// What `end2end/tests/engines.ts` starts, each with the package of Debian that has it.
const OTHER_ENGINES: [(&str, &str); 3] = [
    ("/usr/bin/firefox-esr", "firefox-esr"),
    ("/usr/bin/WebKitWebDriver", "webkit2gtk-driver"),
    ("/usr/bin/Xvfb", "xvfb"),
];
const FOLDER: &str = "end2end";

/// Runs the tests of `end2end/` whose names match, in the given environment; those that take long only if `long` says so.
pub(crate) fn test(filter: Option<&str>, long: bool, environment: &[(&str, &str)]) -> Result<Tally, Error> {
    prepare()?;
    other_engines()?;
    step::run(STEP, npx().args(["tsc", "--noEmit"]))?;

    let report = place::at("target/xtask/playwright.json");
    if report.exists() {
        fs::remove_file(&report).map_err(step::io_error(STEP, &report))?;
    }
    let mut playwright = npx();
    playwright.args(["playwright", "test", "--reporter=list,json"]);
    if let Some(filter) = filter {
        playwright.args(["--grep", filter, "--pass-with-no-tests"]);
    }
    if !long {
        playwright.args(["--grep-invert", "@long"]);
    }
    playwright.env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report).env("SLUICE_BIN", place::server());
    playwright.envs(environment.iter().copied());
    let ended = step::run(STEP, &mut playwright);
    let tally = fs::read_to_string(&report).ok().and_then(|report| tally::of_playwright(&report));
    match (ended, tally) {
        // The tally tells more than the exit code, unless it tells of nothing that failed.
        (Ok(()), Some(tally)) => Ok(tally),
        (Err(_), Some(tally)) if tally.failed > 0 => Ok(tally),
        (Err(error), _) => Err(error),
        (Ok(()), None) => Err(Error::new(STEP, "Playwright left no report")),
    }
}

/// Takes the pictures of `end2end/gallery/`.
pub(crate) fn gallery() -> Result<(), Error> {
    prepare()?;
    let mut playwright = npx();
    playwright.args(["playwright", "test", "--config", "gallery.config.ts", "--reporter=list"]);
    step::run("gallery", playwright.env("SLUICE_BIN", place::server()))
}

/// What a browser needs to be driven.
fn prepare() -> Result<(), Error> {
    if !has("npm", "--version") {
        return Err(Error::new(STEP, "npm is not installed").advice("install Node 20 or newer"));
    }
    site::npm_install(FOLDER)?;
    chromium()
}

/// Debian's Chromium, installed where that can be done, else Playwright's own.
fn chromium() -> Result<(), Error> {
    if Path::new(DEBIAN_CHROMIUM).exists() {
        return Ok(());
    }
    if can_install() {
        say("apt-get install chromium");
        return apt_install(&["chromium"]);
    }
    say("playwright install chromium");
    step::run(STEP, npx().args(["playwright", "install", "chromium"]))
        .map_err(|error| error.advice("install Chromium by hand, on Debian with `sudo apt-get install chromium`"))
}

/// The other engines, where they can be installed; where they can't, their tests are left out.
fn other_engines() -> Result<(), Error> {
    let missing: Vec<&str> =
        OTHER_ENGINES.iter().filter(|(program, _)| !Path::new(program).exists()).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if can_install() {
        say(format!("apt-get install {}", missing.join(" ")));
        return apt_install(&missing);
    }
    say(format!("no tests in Firefox and WebKit: on Debian, `sudo apt-get install {}`", missing.join(" ")));
    Ok(())
}

fn can_install() -> bool {
    let root = step::output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    root && Path::new("/etc/debian_version").exists()
}

fn npx() -> Command {
    let mut npx = Command::new("npx");
    npx.arg("--no-install").current_dir(place::at(FOLDER));
    npx
}
