//! What the tests of the whole binary share: a running Sluice, records, and the reference as the judge.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod judge;
pub(crate) mod kafka;
pub(crate) mod neo4j;
pub(crate) mod registry;
pub(crate) mod sluice;

use std::time::{Duration, Instant};

/// How long anything may take before a test gives up; far more than it ever takes, since machines differ.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);

/// Asks until the answer is there.
///
/// # Panics
/// When it never comes; `what` says what was waited for.
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "waited {} s in vain for {what}", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(50));
    }
}
