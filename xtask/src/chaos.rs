//! `cargo xtask chaos`: the fault suite in full, and a report of what each fault lost, doubled and took to recover from.

use std::{
    fmt::Write,
    fs,
    process::{ExitCode, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use clap::Args;
use serde_json::{Value, json};

use crate::{
    build, place,
    step::{Error, cargo, io_error, say},
};

const STEP: &str = "chaos";

/// How much of it.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Crashes of the process, and repetitions of what the network does
    #[arg(long, default_value_t = 50)]
    rounds: u32,
    /// Repeats every choice of an earlier run; without it, a new one is drawn and printed
    #[arg(long)]
    seed: Option<u64>,
    /// Seconds for which a service is away, frozen or out of reach
    #[arg(long, default_value_t = 60)]
    outage: u64,
    /// Minutes of the soak; seconds without it
    #[arg(long)]
    soak: Option<u64>,
    /// Only cases whose name contains this, such as `crash` or `soak::`
    #[arg(long)]
    filter: Option<String>,
}

/// Runs the cases one after the other and writes `target/chaos/report.md` and `report.json`.
pub(crate) fn chaos(options: &Options) -> Result<ExitCode, Error> {
    // The server embeds the browser's half and does not compile without one; which one is all the same to a sink.
    if !place::at("target/site/pkg").exists() {
        build::site(build::Quality::Product)?;
    }
    let seed = options.seed.unwrap_or_else(draw);
    let command = command(options, seed);
    say(format!("{command}\n  repeats this run"));
    let dir = place::at("target/chaos");
    fs::create_dir_all(&dir).map_err(io_error(STEP, &dir))?;
    let rows_file = dir.join("rows.ndjson");
    fs::write(&rows_file, "").map_err(io_error(STEP, &rows_file))?;
    let mut test = cargo();
    test.args(["test", "--release", "--workspace", "--exclude", "xtask", "--features", "app/ssr", "--test", "faults"]);
    test.args(["--", "--test-threads", "1", "--nocapture"]).args(&options.filter);
    test.env("SLUICE_CHAOS_ROUNDS", options.rounds.to_string())
        .env("SLUICE_CHAOS_SEED", seed.to_string())
        .env("SLUICE_CHAOS_OUTAGE_SECONDS", options.outage.to_string())
        .env("SLUICE_CHAOS_REPORT", &rows_file);
    if let Some(minutes) = options.soak {
        test.env("SLUICE_CHAOS_SOAK_SECONDS", (60 * minutes).to_string());
    }
    let status = test.stdin(Stdio::null()).status().map_err(|error| Error::new(STEP, error))?;
    let text = fs::read_to_string(&rows_file).map_err(io_error(STEP, &rows_file))?;
    let rows: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let table = table(&rows);
    let passed = status.success() && rows.iter().all(is_clean);
    let report = json!({"command": command, "passed": passed, "cases": rows});
    for (name, text) in [("report.md", format!("`{command}`\n\n{table}")), ("report.json", format!("{report:#}\n"))] {
        let path = dir.join(name);
        fs::write(&path, text).map_err(io_error(STEP, &path))?;
    }
    println!("\n{table}");
    say(format!("{} in {}", if passed { "nothing lost, nothing doubled" } else { "FAILED" }, dir.display()));
    Ok(if passed && !rows.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The command that runs the same again.
fn command(options: &Options, seed: u64) -> String {
    let Options { rounds, outage, soak, filter, .. } = options;
    let soak = soak.map(|minutes| format!(" --soak {minutes}")).unwrap_or_default();
    let filter = filter.as_ref().map(|name| format!(" --filter {name}")).unwrap_or_default();
    format!("cargo xtask chaos --rounds {rounds} --outage {outage} --seed {seed}{soak}{filter}")
}

fn draw() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs() % 1_000_000)
}

fn is_clean(row: &Value) -> bool {
    row["lost"] == 0 && row["doubled"] == 0 && row["differences"].as_array().is_some_and(Vec::is_empty)
}

/// The table in Markdown, which reads in a terminal too.
fn table(rows: &[Value]) -> String {
    let mut table = String::from(
        "| fault | how it is caused | times | records | lost | doubled | time to recover |\n\
         | --- | --- | ---: | ---: | ---: | ---: | --- |\n",
    );
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let notes: Vec<&str> = row["notes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let how = [vec![text("how")], notes.into_iter().map(str::to_owned).collect()].concat().join("; ");
        // Writing to a text does not fail.
        let _ = writeln!(
            table,
            "| {} | {how} | {} | {} | {} | {} | {} |",
            text("fault"),
            row["times"],
            row["records"],
            row["lost"],
            row["doubled"],
            recovery(&row["recovery_seconds"])
        );
    }
    table
}

/// `12.3 s`, or the median and the longest of several.
fn recovery(seconds: &Value) -> String {
    let mut seconds: Vec<f64> = seconds.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    seconds.sort_by(f64::total_cmp);
    match seconds[..] {
        [] => "–".to_owned(),
        [once] => format!("{once:.1} s"),
        [.., longest] => format!("{:.1} s, at most {longest:.1} s", seconds[seconds.len() / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_table_has_the_numbers_and_what_was_noted() {
        let row = json!({
            "fault": "a crash", "how": "SIGKILL", "times": 3, "records": 100, "lost": 0, "doubled": 2,
            "recovery_seconds": [3.0, 1.0, 2.04], "notes": ["at night"], "differences": ["2 more"],
        });
        let table = table(std::slice::from_ref(&row));
        assert_eq!(
            table.lines().last(),
            Some("| a crash | SIGKILL; at night | 3 | 100 | 0 | 2 | 2.0 s, at most 3.0 s |")
        );
        assert!(!is_clean(&row));
    }

    #[test]
    fn times_to_recover_are_one_or_a_median_and_a_maximum() {
        for (seconds, expected) in
            [(json!([]), "–"), (json!([1.26]), "1.3 s"), (json!([5.0, 1.0]), "5.0 s, at most 5.0 s")]
        {
            assert_eq!(recovery(&seconds), expected);
        }
    }

    #[test]
    fn a_case_that_lost_doubled_or_changed_anything_is_not_clean() {
        let clean = json!({"lost": 0, "doubled": 0, "differences": []});
        assert!(is_clean(&clean));
        for (name, value) in [("lost", json!(1)), ("doubled", json!(1)), ("differences", json!(["a sum"]))] {
            let mut row = clean.clone();
            row[name] = value;
            assert!(!is_clean(&row), "{name}");
        }
    }

    #[test]
    fn the_command_repeats_the_run() {
        let options = Options { rounds: 5, seed: None, outage: 10, soak: Some(20), filter: Some("soak".to_owned()) };
        let expected = "cargo xtask chaos --rounds 5 --outage 10 --seed 7 --soak 20 --filter soak";
        assert_eq!(command(&options, 7), expected);
    }
}
