//! What to do when a write fails. Pure: no clock, no I/O; chance is passed in.

use std::time::Duration;

use crate::graph::Trouble;

/// The longest wait between two tries; short enough that a database that is back is used at once as people see it.
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// The first wait.
const MIN_BACKOFF: Duration = Duration::from_millis(100);
/// The wait after a refused password: each try costs the database a log line and may count towards a lockout.
const DENIED_WAIT: Duration = Duration::from_secs(10);
/// So often a write may go unanswered, each time for as long as the store's bound, until less is tried at once.
const PATIENCE: u32 = 3;
/// So often something unknown may happen until a probe tells whether it is the records.
const SUSPICION: u32 = 3;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The same again, after this wait.
    Retry(Duration),
    /// Less at once.
    Narrow,
    /// Ask the store to do a transaction without the records. If it can, it is they: as for [`Trouble::Data`]. If it
    /// can't, the same again, after this wait.
    Probe(Duration),
    /// The one record is what the store refuses: a dead letter.
    Bury,
    /// Stop, and wait for a person.
    Fail,
}

/// Decides after `tries` (from 1) failed tries to write `records` records; `chance` is from 0 to 1 and spreads the waits.
/// Where records of the same batch were `suspected` before, of several it is asked at once again; the one that is left
/// has its tries all the same.
pub(super) fn decide(trouble: Trouble, tries: u32, records: usize, suspected: bool, chance: f64) -> Decision {
    match trouble {
        Trouble::TooBig | Trouble::Data if records > 1 => Decision::Narrow,
        Trouble::Slow if records > 1 && tries >= PATIENCE => Decision::Narrow,
        Trouble::Unknown if tries >= SUSPICION || (suspected && records > 1) => Decision::Probe(backoff(tries, chance)),
        Trouble::Data => Decision::Bury,
        Trouble::Fatal => Decision::Fail,
        _ => Decision::Retry(wait(trouble, tries, chance)),
    }
}

/// How long to wait after `tries` failed tries at something that has no records; none where waiting is no use.
pub(super) fn wait_at_all(trouble: Trouble, tries: u32, chance: f64) -> Option<Duration> {
    (!matches!(trouble, Trouble::Data | Trouble::Fatal)).then(|| wait(trouble, tries, chance))
}

fn wait(trouble: Trouble, tries: u32, chance: f64) -> Duration {
    if trouble == Trouble::Denied { DENIED_WAIT } else { backoff(tries, chance) }
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
        let later = |tries| Decision::Retry(backoff(tries, 1.0));
        for (trouble, tries, records, expected) in [
            (Trouble::Passing, 1, 5_000, Decision::Retry(MIN_BACKOFF)),
            (Trouble::Passing, 1_000, 5_000, later(1_000)),
            (Trouble::Passing, 1_000, 1, later(1_000)),
            (Trouble::Slow, 2, 5_000, later(2)),
            (Trouble::Slow, 3, 5_000, Decision::Narrow),
            (Trouble::Slow, 3, 1, later(3)),
            (Trouble::TooBig, 1, 2, Decision::Narrow),
            (Trouble::TooBig, 1, 1, Decision::Retry(MIN_BACKOFF)),
            (Trouble::Denied, 1, 5_000, Decision::Retry(DENIED_WAIT)),
            (Trouble::Data, 1, 5_000, Decision::Narrow),
            (Trouble::Data, 1, 1, Decision::Bury),
            (Trouble::Unknown, 2, 1, later(2)),
            (Trouble::Unknown, 3, 1, Decision::Probe(backoff(3, 1.0))),
            (Trouble::Unknown, 3, 5_000, Decision::Probe(backoff(3, 1.0))),
            (Trouble::Fatal, 1, 1, Decision::Fail),
        ] {
            assert_eq!(
                decide(trouble, tries, records, false, 1.0),
                expected,
                "{trouble:?} after {tries} with {records} records"
            );
        }
    }

    #[test]
    fn among_suspected_records_the_store_is_asked_at_once_and_the_last_one_has_its_tries() {
        let at_once = |trouble, records| decide(trouble, 1, records, true, 1.0);
        assert_eq!(at_once(Trouble::Unknown, 2), Decision::Probe(MIN_BACKOFF));
        assert_eq!(at_once(Trouble::Unknown, 1), Decision::Retry(MIN_BACKOFF));
        assert_eq!(at_once(Trouble::Passing, 2), Decision::Retry(MIN_BACKOFF), "an outage is no suspicion");
    }

    #[test]
    fn what_has_no_records_is_tried_for_ever_or_not_at_all() {
        for (trouble, expected) in [
            (Trouble::Passing, Some(backoff(9, 1.0))),
            (Trouble::Slow, Some(backoff(9, 1.0))),
            (Trouble::Unknown, Some(backoff(9, 1.0))),
            (Trouble::TooBig, Some(backoff(9, 1.0))),
            (Trouble::Denied, Some(DENIED_WAIT)),
            (Trouble::Data, None),
            (Trouble::Fatal, None),
        ] {
            assert_eq!(wait_at_all(trouble, 9, 1.0), expected, "{trouble:?}");
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
