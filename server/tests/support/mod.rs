//! What the tests of the whole binary share: a running Sluice, records, and the reference as the judge.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod judge;
pub mod kafka;
pub mod neo4j;
pub mod sluice;

use std::time::{Duration, Instant};

/// How long anything may take before a test gives up; far more than it ever takes, since machines differ.
const PATIENCE: Duration = Duration::from_secs(180);

/// Asks until the answer is there.
///
/// # Panics
/// When it never comes; `what` says what was waited for.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "waited {} s in vain for {what}", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(50));
    }
}
