//! What a writing transaction says of itself, and which transactions are so known to be in the way of another. Pure.
//!
//! A writer that was frozen, or whose network went away in silence, leaves its transaction open and the transaction its
//! locks. So each writes into its metadata, with the statement that takes the locks, whose it is and which checkpoints
//! it locks. Whoever waits then knows which ones nobody will miss:
//!
//! - those of the waiting store itself: it has one connection for writing, so another transaction of it was abandoned;
//! - to a takeover, those of other stores that lock what is being taken over: what they hold is not theirs any longer.
//!
//! Nothing else is ever ended: no transaction without such metadata, none of another database, no writer of other
//! checkpoints, nor one that waits itself, since it goes on or ends as soon as what it waits for does.

use std::{collections::BTreeMap, ops::RangeInclusive};

use neo4rs::{BoltMap, BoltType};
use serde::Deserialize;

use crate::graph::CheckpointId;

/// How much of a transaction's metadata the list of checkpoints may take. Neo4j takes 2,048 characters in all.
const ROOM: usize = 1_600;

/// What a writing transaction says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The store in a process; each has an id of its own.
    store: String,
    /// Which of the store's transactions.
    number: i64,
    /// The checkpoints that it locks.
    places: Places,
}

/// Partitions as ranges, by `connector/cluster/topic`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Places(BTreeMap<String, Vec<RangeInclusive<i32>>>);

/// Who waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To write where it has taken over.
    Write,
    /// To take over.
    Claim,
}

/// A transaction of some Sluice, as Neo4j shows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Found {
    pub(super) id: String,
    pub(super) database: String,
    /// The operating system's id of its process.
    pub(super) process: Option<i64>,
    pub(super) store: Option<String>,
    pub(super) number: Option<i64>,
    pub(super) checkpoints: Option<Vec<String>>,
    pub(super) elapsed_ms: i64,
    /// It waits for a lock.
    pub(super) blocked: bool,
}

impl Mark {
    pub(super) fn new<'a>(store: &str, number: i64, ids: impl IntoIterator<Item = &'a CheckpointId>) -> Self {
        Self { store: store.to_owned(), number, places: Places::of(ids) }
    }

    /// The metadata.
    pub(super) fn metadata(&self) -> BoltType {
        let mut about = BoltMap::default();
        about.put("process".into(), i64::from(std::process::id()).into());
        about.put("store".into(), self.store.as_str().into());
        about.put("number".into(), self.number.into());
        about.put("checkpoints".into(), self.places.texts().into());
        let mut metadata = BoltMap::default();
        metadata.put("sluice".into(), BoltType::Map(about));
        BoltType::Map(metadata)
    }

    /// Those of the transactions that are in the way of this one and that nobody will miss, if this one waits at all.
    pub(super) fn zombies<'a>(&self, wish: Wish, found: &'a [Found], patience_ms: i64) -> Vec<&'a Found> {
        let Some(own) = found.iter().find(|it| self.is(it) && it.blocked) else { return Vec::new() };
        let zombies = found.iter().filter(|it| {
            let abandoned = it.store.as_deref() == Some(&self.store) && !self.is(it);
            let taken = wish == Wish::Claim && !self.is(it) && self.places.overlap(it.checkpoints.as_deref());
            it.database == own.database && it.elapsed_ms >= patience_ms && !it.blocked && (abandoned || taken)
        });
        zombies.collect()
    }

    fn is(&self, found: &Found) -> bool {
        found.store.as_deref() == Some(&self.store) && found.number == Some(self.number)
    }
}

impl Places {
    fn of<'a>(ids: impl IntoIterator<Item = &'a CheckpointId>) -> Self {
        let mut partitions = BTreeMap::<String, Vec<i32>>::new();
        for CheckpointId { connector, cluster, topic, partition } in ids {
            partitions.entry(format!("{connector}/{cluster}/{topic}")).or_default().push(*partition);
        }
        let ranges = |mut partitions: Vec<i32>| {
            partitions.sort_unstable();
            let mut ranges = Vec::<RangeInclusive<i32>>::new();
            for partition in partitions {
                match ranges.last_mut() {
                    Some(last) if partition - last.end() <= 1 => *last = *last.start()..=partition,
                    _ => ranges.push(partition..=partition),
                }
            }
            ranges
        };
        Self(partitions.into_iter().map(|(topic, partitions)| (topic, ranges(partitions))).collect())
    }

    /// One text for each range, `connector/cluster/topic 0-3`, as many as there is room for: a checkpoint that is not
    /// named only means that nobody ends the transaction for its sake.
    fn texts(&self) -> Vec<String> {
        let all = self.0.iter().flat_map(|(topic, ranges)| {
            ranges.iter().map(move |range| format!("{topic} {}-{}", range.start(), range.end()))
        });
        let mut room = ROOM;
        let fits = |text: &String| {
            // Neo4j counts the characters of the whole list as it prints it: quotes, a comma and a space as well.
            let left = room.checked_sub(text.chars().count() + 4);
            room = left.unwrap_or(room);
            left.is_some()
        };
        all.take_while(fits).collect()
    }

    fn overlap(&self, texts: Option<&[String]>) -> bool {
        texts.unwrap_or_default().iter().any(|text| {
            let Some((topic, range)) = text.rsplit_once(' ') else { return false };
            let Some((start, end)) = range.split_once('-') else { return false };
            let (Ok(start), Ok(end)) = (start.parse::<i32>(), end.parse::<i32>()) else { return false };
            let ours = self.0.get(topic).map(Vec::as_slice).unwrap_or_default();
            ours.iter().any(|range| *range.start() <= end && start <= *range.end())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(topic: &str, partition: i32) -> CheckpointId {
        CheckpointId { connector: "c".into(), cluster: "k".into(), topic: topic.into(), partition }
    }

    fn mark(number: i64, partitions: &[i32]) -> Mark {
        let ids = partitions.iter().map(|partition| id("t", *partition)).collect::<Vec<_>>();
        Mark::new("us", number, &ids)
    }

    fn found(store: &str, number: i64, checkpoints: &[&str], blocked: bool) -> Found {
        Found {
            id: format!("neo4j-transaction-{number}"),
            database: "neo4j".into(),
            process: Some(1),
            store: Some(store.into()),
            number: Some(number),
            checkpoints: Some(checkpoints.iter().map(ToString::to_string).collect()),
            elapsed_ms: 6_000,
            blocked,
        }
    }

    #[test]
    fn partitions_are_named_as_ranges() {
        let ids = [id("t", 3), id("u", 0), id("t", 0), id("t", 2), id("t", 1), id("t", 7)];
        assert_eq!(Places::of(&ids).texts(), ["c/k/t 0-3", "c/k/t 7-7", "c/k/u 0-0"]);
    }

    #[test]
    fn what_does_not_fit_is_not_named() {
        let ids = (0..2_000).map(|it| id("topic", 2 * it)).collect::<Vec<_>>();
        let texts = Places::of(&ids).texts();
        assert!((50..200).contains(&texts.len()), "{}", texts.len());
        assert!(texts.concat().len() <= ROOM);
    }

    #[test]
    fn a_takeover_ends_whoever_holds_what_it_takes_and_its_own_remains_and_nobody_else() {
        let own = found("us", 9, &["c/k/t 2-3"], true);
        for (other, expected) in [
            (found("them", 1, &["c/k/t 0-2"], false), true),
            (found("them", 1, &["c/k/u 2-3", "c/k/t 3-9"], false), true),
            (found("us", 8, &[], false), true),
            // Other partitions, another topic, a checkpoint that nobody named.
            (found("them", 1, &["c/k/t 0-1", "c/k/t 4-9"], false), false),
            (found("them", 1, &["c/k/u 2-3"], false), false),
            (found("them", 1, &["c/k/t", "c/k/t x-3", ""], false), false),
            (found("them", 1, &[], false), false),
            // One that waits itself, a young one, and one of another database.
            (found("them", 1, &["c/k/t 0-2"], true), false),
            (Found { elapsed_ms: 4_999, ..found("them", 1, &["c/k/t 0-2"], false) }, false),
            (Found { database: "other".into(), ..found("us", 8, &["c/k/t 2-3"], false) }, false),
            // Metadata that looks like ours and says nothing.
            (Found { store: None, number: None, checkpoints: None, ..found("", 1, &[], false) }, false),
        ] {
            let all = [own.clone(), other];
            let zombies = mark(9, &[2, 3]).zombies(Wish::Claim, &all, 5_000);
            assert_eq!(zombies, if expected { vec![&all[1]] } else { vec![] }, "{:?}", all[1]);
        }
    }

    #[test]
    fn a_write_ends_its_own_remains_and_never_another_writer() {
        let all = [
            found("us", 9, &["c/k/t 2-3"], true),
            found("us", 8, &["c/k/t 2-3"], false),
            found("them", 1, &["c/k/t 2-3"], false),
        ];
        assert_eq!(mark(9, &[2, 3]).zombies(Wish::Write, &all, 5_000), [&all[1]]);
    }

    #[test]
    fn who_does_not_wait_ends_nobody() {
        let holder = found("us", 8, &["c/k/t 2-3"], false);
        let running = [found("us", 9, &["c/k/t 2-3"], false), holder.clone()];
        assert_eq!(mark(9, &[2, 3]).zombies(Wish::Claim, &running, 5_000), Vec::<&Found>::new());
        assert_eq!(mark(9, &[2, 3]).zombies(Wish::Claim, &[holder], 5_000), Vec::<&Found>::new());
    }
}
