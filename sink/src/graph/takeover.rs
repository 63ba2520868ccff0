//! What checkpoints become on a write, on a takeover, when embedded clusters retire and when the graph is emptied.
//!
//! Pure: a store reads its checkpoints under their locks, asks here what they are to be, and writes that.

use std::collections::BTreeMap;

use model::status::Books;

use super::{Checkpoint, CheckpointId, Claim, Interval, Tally};

/// The cluster that stands for all embedded clusters of earlier starts.
pub(super) const RETIRED: &str = "embedded-retired";

/// How the ids of embedded clusters begin.
const EMBEDDED_PREFIX: &str = "embedded-";

/// The partition of a retired row: it stands for all of them.
const ANY_PARTITION: i32 = -1;

/// The checkpoint after a claim, `all` being those of before.
pub(super) fn claimed(all: &[Checkpoint], claim: &Claim) -> Checkpoint {
    let fresh = |start| fresh(all, &claim.id, start);
    match (all.iter().find(|checkpoint| checkpoint.id == claim.id), claim.restart) {
        (None, restart) => fresh(restart.unwrap_or(claim.start)),
        (Some(found), None) => Checkpoint { epoch: found.epoch + 1, ..found.clone() },
        (Some(found), Some(start)) => {
            Checkpoint { epoch: found.epoch + 1, books: found.books, updated: found.updated, ..fresh(start) }
        }
    }
}

/// A checkpoint at the end of an interval, with the interval's records in its books.
fn moved(found: &Checkpoint, interval: &Interval, tally: &Tally) -> Checkpoint {
    let Tally { stored, repeated, dead, updated } = *tally;
    Checkpoint {
        next_offset: interval.to,
        last_timestamp: interval.last_timestamp,
        last_crc: interval.last_crc,
        books: found.books.plus(Books { read: interval.read, stored, repeated, dead }),
        updated: found.updated + updated,
        ..found.clone()
    }
}

/// The checkpoints at the ends of their intervals; those that are not there stay so.
pub(super) fn all_moved(found: &[Option<Checkpoint>], intervals: &[Interval], tallies: &[Tally]) -> Vec<Checkpoint> {
    let each = found.iter().zip(intervals).zip(tallies);
    each.filter_map(|((found, interval), tally)| Some(moved(found.as_ref()?, interval, tally))).collect()
}

/// What a writer found, for the verdict: (epoch, next offset).
pub(super) fn states(found: &[Option<Checkpoint>]) -> Vec<Option<(i64, i64)>> {
    found.iter().map(|found| found.as_ref().map(|it| (it.epoch, it.next_offset))).collect()
}

/// What to delete and what to put instead, when `cluster` is the only embedded cluster that lives.
pub(super) fn retired(all: &[Checkpoint], cluster: &str) -> (Vec<CheckpointId>, Vec<Checkpoint>) {
    let is_old = |id: &CheckpointId| id.cluster.starts_with(EMBEDDED_PREFIX) && id.cluster != cluster;
    let mut folded = BTreeMap::new();
    for old in all.iter().filter(|checkpoint| is_old(&checkpoint.id)) {
        let id = CheckpointId { cluster: RETIRED.to_owned(), partition: ANY_PARTITION, ..old.id.clone() };
        let sum = folded.entry(id.clone()).or_insert_with(|| Checkpoint {
            epoch: 0,
            incarnation: 0,
            ..Checkpoint::untouched(id, 0)
        });
        sum.books = sum.books.plus(old.books);
        sum.updated += old.updated;
        sum.incarnation = sum.incarnation.max(old.incarnation);
    }
    let gone = all.iter().map(|checkpoint| &checkpoint.id).filter(|id| is_old(id) && !folded.contains_key(*id));
    (gone.cloned().collect(), folded.into_values().collect())
}

/// All checkpoints after the graph was emptied: `to` begin anew where it says, the others stay where they are; all
/// books are at 0, and all epochs one higher, so that writers in flight are fenced off. Retired rows are gone, and what
/// they remembered of incarnations is in `to`.
pub(super) fn reset(all: &[Checkpoint], to: &[(CheckpointId, i64)]) -> Vec<Checkpoint> {
    let staying = all.iter().filter(|it| it.id.cluster != RETIRED && !to.iter().any(|(id, _)| *id == it.id));
    let staying =
        staying.map(|it| Checkpoint { epoch: it.epoch + 1, books: Books::default(), updated: 0, ..it.clone() });
    let fresh = to.iter().map(|(id, start)| match all.iter().find(|checkpoint| checkpoint.id == *id) {
        None => fresh(all, id, *start),
        Some(found) => {
            let retired = all.iter().filter(|it| it.id.cluster == RETIRED && it.id.topic == id.topic);
            let incarnation = retired.map(|it| it.incarnation).max().unwrap_or(0).max(found.incarnation);
            Checkpoint { epoch: found.epoch + 1, incarnation, ..Checkpoint::untouched(id.clone(), *start) }
        }
    });
    staying.chain(fresh).collect()
}

/// Checkpoints that people move: each reads on from where they say, and remembers no record before it.
pub(super) fn rewound(all: &[Checkpoint], to: &[(CheckpointId, i64)]) -> Vec<Checkpoint> {
    let moved = |(id, next_offset): &(CheckpointId, i64)| match all.iter().find(|checkpoint| checkpoint.id == *id) {
        None => fresh(all, id, *next_offset),
        Some(found) => Checkpoint {
            next_offset: *next_offset,
            epoch: found.epoch + 1,
            last_timestamp: -1,
            last_crc: -1,
            ..found.clone()
        },
    };
    to.iter().map(moved).collect()
}

/// What to say of checkpoints that are where they can't be; `found` is (epoch, next offset) of each interval.
pub(super) fn astray(intervals: &[Interval], found: &[Option<(i64, i64)>]) -> String {
    let places = intervals.iter().zip(found).filter_map(|(interval, found)| {
        let (_, next) = (*found)?;
        let Interval { id, from, to, .. } = interval;
        Some(format!("{id} is at {next} where a batch goes from {from} to {to}"))
    });
    format!("checkpoints are where no batch of this writer left them: {}", places.collect::<Vec<_>>().join("; "))
}

/// A first checkpoint, of the next incarnation of its topic and partition, whichever cluster had the last. What another
/// connector reads in the same cluster is the same topic, unless this connector has known one that was as new.
fn fresh(all: &[Checkpoint], id: &CheckpointId, start: i64) -> Checkpoint {
    let same = |other: &CheckpointId| {
        other.topic == id.topic && (other.partition == id.partition || other.partition == ANY_PARTITION)
    };
    let newest = |of: &dyn Fn(&CheckpointId) -> bool| {
        all.iter().filter(|it| same(&it.id) && of(&it.id)).map(|it| it.incarnation).max().unwrap_or(0)
    };
    let known = newest(&|other| other.connector == id.connector);
    let beside = newest(&|other| other.connector != id.connector && other.cluster == id.cluster);
    let incarnation = if beside > known { beside } else { newest(&|_| true) + 1 };
    Checkpoint { incarnation, ..Checkpoint::untouched(id.clone(), start) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(connector: &str, cluster: &str, topic: &str, partition: i32) -> CheckpointId {
        CheckpointId { connector: connector.into(), cluster: cluster.into(), topic: topic.into(), partition }
    }

    fn moved(id: CheckpointId, incarnation: i64) -> Checkpoint {
        Checkpoint {
            epoch: 4,
            last_timestamp: 5,
            last_crc: 6,
            incarnation,
            books: Books { read: 10, stored: 7, repeated: 2, dead: 1 },
            updated: 3,
            ..Checkpoint::untouched(id, 10)
        }
    }

    fn claim(id: CheckpointId, restart: Option<i64>) -> Claim {
        Claim { id, start: 2, restart }
    }

    #[test]
    fn a_first_claim_begins_where_it_wants_to() {
        let place = id("c", "k", "t", 0);
        assert_eq!(claimed(&[], &claim(place.clone(), None)), Checkpoint::untouched(place, 2));
    }

    #[test]
    fn a_later_claim_only_raises_the_epoch() {
        let before = moved(id("c", "k", "t", 0), 1);
        let after = claimed(std::slice::from_ref(&before), &claim(before.id.clone(), None));
        assert_eq!(after, Checkpoint { epoch: 5, ..before });
    }

    #[test]
    fn a_restart_is_a_new_incarnation_with_the_same_books() {
        let all = [moved(id("c", "k", "t", 0), 2), moved(id("d", "other", "t", 0), 6), moved(id("c", "k", "t", 1), 9)];
        let after = claimed(&all, &claim(all[0].id.clone(), Some(0)));
        let expected =
            Checkpoint { next_offset: 0, epoch: 5, last_timestamp: -1, last_crc: -1, incarnation: 7, ..all[0].clone() };
        assert_eq!(after, expected);
    }

    #[test]
    fn two_connectors_of_one_topic_agree_on_which_of_its_incarnations_they_read() {
        let (ours, theirs) = (id("c", "k", "t", 0), id("d", "k", "t", 0));
        let known = [moved(theirs.clone(), 3)];
        assert_eq!(claimed(&known, &claim(ours.clone(), None)).incarnation, 3, "the same log");
        let both = [moved(theirs.clone(), 3), moved(ours.clone(), 3)];
        let first = claimed(&both, &claim(ours.clone(), Some(0)));
        assert_eq!(first.incarnation, 4, "the first to notice that it is another one");
        assert_eq!(claimed(&[moved(theirs.clone(), 3), first], &claim(theirs, Some(0))).incarnation, 4, "the second");
    }

    #[test]
    fn people_move_checkpoints_without_touching_the_books() {
        let before = moved(id("c", "k", "t", 0), 2);
        let after = rewound(std::slice::from_ref(&before), &[(before.id.clone(), 4), (id("c", "k", "t", 1), 9)]);
        let expected = Checkpoint { next_offset: 4, epoch: 5, last_timestamp: -1, last_crc: -1, ..before };
        assert_eq!(after, [expected, Checkpoint::untouched(id("c", "k", "t", 1), 9)]);
    }

    #[test]
    fn a_retired_row_counts_for_every_partition_of_its_topic() {
        let all = [moved(id("c", RETIRED, "t", ANY_PARTITION), 4), moved(id("c", RETIRED, "u", ANY_PARTITION), 8)];
        assert_eq!(claimed(&all, &claim(id("c", "embedded-2", "t", 3), None)).incarnation, 5);
    }

    #[test]
    fn old_embedded_clusters_fold_into_one_row_and_folding_again_changes_nothing() {
        let all = [
            moved(id("c", "embedded-1", "t", 0), 1),
            moved(id("c", "embedded-1", "t", 1), 3),
            moved(id("c", "embedded-2", "t", 0), 2),
            moved(id("c", RETIRED, "t", ANY_PARTITION), 1),
            moved(id("c", "real", "t", 0), 1),
        ];
        let (gone, folded) = retired(&all, "embedded-2");
        assert_eq!(gone, [all[0].id.clone(), all[1].id.clone()]);
        let books = Books { read: 30, stored: 21, repeated: 6, dead: 3 };
        let row =
            Checkpoint { epoch: 0, incarnation: 3, books, updated: 9, ..Checkpoint::untouched(all[3].id.clone(), 0) };
        assert_eq!(folded, [row]);
        assert_eq!(retired(&folded, "embedded-2"), (vec![], folded.clone()));
    }

    #[test]
    fn after_a_reset_no_incarnation_is_lower_and_all_books_are_empty() {
        let all = [
            moved(id("c", "embedded-9", "t", 0), 2),
            moved(id("c", "real", "t", 0), 1),
            moved(id("c", RETIRED, "t", ANY_PARTITION), 4),
        ];
        let after = reset(&all, &[(all[0].id.clone(), 55), (id("c", "embedded-9", "t", 1), 66)]);
        assert_eq!(after.len(), 3);
        assert!(after.iter().all(|checkpoint| checkpoint.books == Books::default() && checkpoint.updated == 0));
        assert_eq!((after[0].next_offset, after[0].epoch, after[0].last_crc), (10, 5, 6));
        assert_eq!((after[1].next_offset, after[1].epoch, after[1].incarnation, after[1].last_crc), (55, 5, 4, -1));
        assert_eq!((after[2].next_offset, after[2].epoch, after[2].incarnation), (66, 1, 5));
    }
}
