//! What to do when a write fails. Pure: no clock, no I/O; chance is passed in.

use std::time::Duration;

use crate::graph::Trouble;

/// The longest wait between two tries; short enough that a database that is back is used at once as people see it.
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// The first wait.
const MIN_BACKOFF: Duration = Duration::from_millis(100);
/// The wait after a refused password: each try costs the database a log line and may count towards a lockout.
const DENIED_WAIT: Duration = Duration::from_secs(10);

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The same again, after this wait.
    Retry(Duration),
    /// Each half by itself, the first one first.
    Narrow,
    /// The one record is what the store refuses: a dead letter.
    Bury,
    /// Stop, and wait for a person.
    Fail,
}

/// Decides after `tries` (from 1) failed tries to write `records` records; `chance` is from 0 to 1 and spreads the waits.
pub(super) fn decide(trouble: Trouble, tries: u32, records: usize, chance: f64) -> Decision {
    match trouble {
        Trouble::TooBig | Trouble::Data if records > 1 => Decision::Narrow,
        Trouble::Passing | Trouble::TooBig => Decision::Retry(backoff(tries, chance)),
        Trouble::Denied => Decision::Retry(DENIED_WAIT),
        Trouble::Data => Decision::Bury,
        Trouble::Fatal => Decision::Fail,
    }
}

/// Doubles from 100 ms to 10 s; the second half of each wait is up to chance.
pub fn backoff(tries: u32, chance: f64) -> Duration {
    let full = MIN_BACKOFF.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(MAX_BACKOFF);
    full.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_has_its_answer() {
        for (trouble, records, expected) in [
            (Trouble::Passing, 5_000, Decision::Retry(MIN_BACKOFF)),
            (Trouble::Passing, 1, Decision::Retry(MIN_BACKOFF)),
            (Trouble::TooBig, 2, Decision::Narrow),
            (Trouble::TooBig, 1, Decision::Retry(MIN_BACKOFF)),
            (Trouble::Denied, 5_000, Decision::Retry(DENIED_WAIT)),
            (Trouble::Data, 5_000, Decision::Narrow),
            (Trouble::Data, 1, Decision::Bury),
            (Trouble::Fatal, 1, Decision::Fail),
        ] {
            assert_eq!(decide(trouble, 1, records, 1.0), expected, "{trouble:?} with {records} records");
        }
    }

    #[test]
    fn waits_grow_to_ten_seconds_and_stay_there() {
        let waits: Vec<_> = (1..=12).map(|tries| backoff(tries, 1.0).as_millis()).collect();
        assert_eq!(waits[..8], [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000]);
        assert_eq!(waits[11], 10_000);
        assert_eq!(backoff(u32::MAX, 0.0).as_millis(), 5_000);
    }
}
