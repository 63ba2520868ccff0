//! What a case found, written where `cargo xtask chaos` reads it, and then insisted on.

use std::{
    env,
    fs::OpenOptions,
    io::Write,
    sync::OnceLock,
    time::{Duration, Instant},
};

use chrono::Utc;
use serde_json::{Value, json};
use services::Neo4j;

use super::expected::{Expected, Reads, wait_until_read};
use crate::support::{
    judge::{Reference, paths},
    sluice::Sluice,
    wait_for,
};

/// A case while it runs.
pub(crate) struct Case {
    fault: &'static str,
    how: &'static str,
    times: u32,
    recoveries: Vec<Duration>,
    notes: Vec<String>,
    /// Once something was waited for in vain, nothing more is: the judge is to say what is missing.
    stuck: bool,
}

impl Case {
    /// Begins with a fault, and how it is caused.
    pub(crate) fn new(fault: &'static str, how: &'static str) -> Self {
        say(fault);
        Self { fault, how, times: 0, recoveries: Vec::new(), notes: Vec::new(), stuck: false }
    }

    /// The fault has been caused once more.
    pub(crate) fn caused(&mut self) {
        self.times += 1;
        say(&format!("  caused {}", self.times));
    }

    /// It has ended: waits until everything that was sent is read, and notes how long that took.
    pub(crate) fn recover(&mut self, sluice: &Sluice, reads: &Reads) {
        say("  over");
        if self.stuck {
            return;
        }
        let recovery = wait_until_read(sluice, reads);
        self.stuck = recovery.is_none();
        self.recoveries.extend(recovery);
        say(if self.stuck { "  does not recover" } else { "  recovered" });
    }

    /// Says something beside the numbers.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Looks into the graph, writes down what was lost and doubled, and fails if anything was; then asks Sluice.
    pub(crate) fn judge(self, neo4j: &Neo4j, sluice: &Sluice, expected: &Expected) {
        let complete = !self.stuck && wait_until_read(sluice, &expected.reads).is_some();
        say("  everything is read, or given up");
        let verdict = expected.judge(neo4j);
        let recoveries: Vec<f64> = self.recoveries.iter().map(Duration::as_secs_f64).collect();
        write(&json!({
            "fault": self.fault,
            "how": self.how,
            "times": self.times,
            "records": expected.reads.values().sum::<i64>(),
            "lost": verdict.lost,
            "doubled": verdict.doubled,
            "recovery_seconds": recoveries,
            "notes": self.notes,
            "differences": verdict.differences,
        }));
        assert_eq!(verdict.differences, [""; 0], "{}: the graph", self.fault);
        assert!(complete, "{}: books that have read everything", self.fault);
        assert!(self.times > 0, "{}: the fault was never caused", self.fault);
        let (_, audit) = sluice.post("/api/audit", "");
        assert_eq!(audit["balanced"], true, "{}: {audit}", self.fault);
        // What is kept to answer questions from is what counting the graph makes of it.
        let as_of = Utc::now().timestamp();
        let kept = answers(sluice, as_of, 0);
        assert_eq!(sluice.post("/api/recount", "").1["recounted"], true);
        let counted = answers(sluice, as_of, Utc::now().timestamp_millis());
        assert_eq!(kept, counted, "{}: answers, and answers after counting anew", self.fault);
    }

    /// As [`Case::judge`], with the reference's answers, books and dead letters.
    pub(crate) fn judge_reference(self, neo4j: &Neo4j, sluice: &Sluice, reference: &Reference) {
        self.judge(neo4j, sluice, &Expected::of_reference(reference));
        reference.check(sluice);
    }
}

/// The four answers as of a moment, computed at or after another one.
fn answers(sluice: &Sluice, as_of: i64, since: i64) -> Vec<Value> {
    let ask = |(name, path): &(&str, String)| {
        wait_for(name, || {
            let (code, answered) = sluice.get(path);
            assert_eq!(code, 200, "{answered}");
            (answered["computed_at"].as_i64() >= Some(since)).then(|| answered["answer"].clone())
        })
    };
    paths(as_of).iter().map(ask).collect()
}

/// One line of JSON for each case, if anybody asked.
fn write(row: &Value) {
    println!("{row}");
    if let Some(path) = env::var_os("SLUICE_CHAOS_REPORT").filter(|path| !path.is_empty()) {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{row}").unwrap();
    }
}

/// Says how far a case is, with the seconds since the first.
pub(crate) fn say(step: &str) {
    static STARTED: OnceLock<Instant> = OnceLock::new();
    println!("{:6.1} s  {step}", STARTED.get_or_init(Instant::now).elapsed().as_secs_f64());
}
