//! Records on their way to the store: decoded, with the checkpoints that they will move. No I/O.

use std::collections::HashMap;

use model::record::Fate;

use super::read::Reader;
use crate::{
    connector::Tolerance,
    graph::{Batch, CheckpointId, DeadRecord, Entry, Interval, Written, batch::Content},
    kafka::record::Record,
    kind::decode::{Fault, ORIGIN_HEADER, Place},
};

/// A partition that the task has taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owned {
    /// Its checkpoint.
    pub(super) id: CheckpointId,
    /// The epoch with which it was taken over.
    pub(super) epoch: i64,
    /// How many topics of its name the graph has seen.
    pub(super) incarnation: i64,
    /// Where the next batch begins: the end of the one before.
    pub(super) from: i64,
}

/// Records that will be written together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Work {
    /// The records; `batch.entries` has one for each, in the same order.
    pub(super) records: Vec<Record>,
    /// What the store will be given.
    pub(super) batch: Batch,
    /// About how much memory this holds.
    pub(super) bytes: usize,
}

impl Work {
    /// Whether there are no records.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Decodes a record and adds it. `now_ms` (epoch milliseconds) is when, for a dead letter.
    ///
    /// # Errors
    /// The trace for a person where the record breaks a rule and that is not tolerated; it is not added then.
    pub(super) fn push(
        &mut self,
        reader: &Reader,
        tolerance: Tolerance,
        owned: &Owned,
        record: Record,
        now_ms: i64,
    ) -> Result<(), String> {
        let place = Place {
            topic: &owned.id.topic,
            partition: record.partition,
            offset: record.offset,
            incarnation: owned.incarnation,
            origin: record.header(ORIGIN_HEADER),
        };
        let content = match (reader.read(&record, place), tolerance) {
            (Ok(content), _) => content,
            (Err(fault), Tolerance::All) => Content::Dead(Box::new(dead(&record, fault, now_ms))),
            (Err(fault), Tolerance::None) => return Err(intolerable(&owned.id.topic, &record, &fault)),
        };
        let interval = self.interval_of(owned);
        extend(&mut self.batch.intervals[interval], &record);
        self.bytes += record.bytes();
        self.batch.entries.push(Entry { interval, content });
        self.records.push(record);
        Ok(())
    }

    /// Covers a partition up to an offset, below which there is nothing more to be read.
    pub(super) fn reach(&mut self, owned: &Owned, offset: i64) {
        let known = self.batch.intervals.iter().find(|interval| interval.id == owned.id);
        if offset <= known.map_or(owned.from, |interval| interval.to) {
            return;
        }
        let interval = self.interval_of(owned);
        cover(&mut self.batch.intervals[interval], offset);
    }

    /// Takes out what belongs to partitions that are no longer ours.
    #[must_use]
    pub(super) fn without(self, partitions: &[i32]) -> Self {
        self.filter(|partition| !partitions.contains(&partition))
    }

    /// Cuts off the first records; together the parts cover just what the whole covered. None is left where there are no
    /// more.
    pub(super) fn split(self, records: usize) -> (Self, Option<Self>) {
        if records >= self.records.len() {
            return (self, None);
        }
        let whole = self.batch.intervals;
        let ends: HashMap<i32, i64> = whole.iter().map(|interval| (interval.id.partition, interval.to)).collect();
        let mut first = Self::default();
        let mut second = Self::default();
        for (index, (entry, record)) in self.batch.entries.into_iter().zip(self.records).enumerate() {
            let part = if index < records { &mut first } else { &mut second };
            let source = &whole[entry.interval];
            let at = part.batch.intervals.iter().position(|known| known.id == source.id);
            let interval = at.unwrap_or_else(|| {
                part.batch.intervals.push(Interval {
                    to: source.from,
                    read: 0,
                    last_timestamp: -1,
                    last_crc: -1,
                    ..source.clone()
                });
                part.batch.intervals.len() - 1
            });
            extend(&mut part.batch.intervals[interval], &record);
            part.bytes += record.bytes();
            part.batch.entries.push(Entry { interval, ..entry });
            part.records.push(record);
        }
        for later in &mut second.batch.intervals {
            if let Some(earlier) = first.batch.intervals.iter().find(|earlier| earlier.id == later.id) {
                later.from = earlier.to;
            }
            // A gap at the end (markers, compacted records) stays covered by the last part.
            cover(later, ends[&later.id.partition]);
        }
        for only in &mut first.batch.intervals {
            if !second.batch.intervals.iter().any(|later| later.id == only.id) {
                cover(only, ends[&only.id.partition]);
            }
        }
        // Partitions that are gaps and nothing else.
        let empty = whole.into_iter().filter(|interval| interval.read == 0);
        second.batch.intervals.extend(empty);
        (first, Some(second))
    }

    /// Puts behind it what was cut off, if anything was.
    #[must_use]
    pub(super) fn followed_by(mut self, rest: Option<Self>) -> Self {
        let Some(rest) = rest else { return self };
        let mut places = Vec::with_capacity(rest.batch.intervals.len());
        for later in rest.batch.intervals {
            if let Some(at) = self.batch.intervals.iter().position(|earlier| earlier.id == later.id) {
                let earlier = &mut self.batch.intervals[at];
                earlier.to = later.to;
                earlier.read += later.read;
                (earlier.last_timestamp, earlier.last_crc) = (later.last_timestamp, later.last_crc);
                places.push(at);
            } else {
                places.push(self.batch.intervals.len());
                self.batch.intervals.push(later);
            }
        }
        let entries = rest.batch.entries.into_iter();
        self.batch.entries.extend(entries.map(|entry| Entry { interval: places[entry.interval], ..entry }));
        self.records.extend(rest.records);
        self.bytes += rest.bytes;
        self
    }

    /// What became of the records that were not stored, once it is written: (interval, offset, fate), in their order.
    pub(super) fn fates(&self, written: &Written) -> Vec<(usize, i64, Fate)> {
        let dead = |entry: &Entry| matches!(entry.content, Content::Dead(_));
        let mut repeated = written.repeated.iter().copied().peekable();
        let entries = self.batch.entries.iter().zip(&self.records).enumerate();
        entries
            .filter_map(|(index, (entry, record))| {
                let fate = match repeated.next_if_eq(&index) {
                    Some(_) => Fate::Repeated,
                    None if dead(entry) => Fate::Dead,
                    None => return None,
                };
                Some((entry.interval, record.offset, fate))
            })
            .collect()
    }

    /// Makes its one record a dead letter, since the store refuses it.
    ///
    /// # Errors
    /// The trace for a person where that is not tolerated, or where it is the dead letter that the store refuses.
    pub(super) fn bury(&mut self, tolerance: Tolerance, fault: Fault, now_ms: i64) -> Result<(), String> {
        let (Some(entry), Some(record)) = (self.batch.entries.first_mut(), self.records.first()) else {
            return Err(format!("the store refuses to move a checkpoint: {}", fault.message));
        };
        let topic = &self.batch.intervals[entry.interval].id.topic;
        if matches!(entry.content, Content::Dead(_)) {
            let (partition, offset) = (record.partition, record.offset);
            return Err(format!(
                "the store refuses the dead letter of {topic} {partition} {offset}: {}",
                fault.message
            ));
        }
        if tolerance == Tolerance::None {
            return Err(intolerable(topic, record, &fault));
        }
        entry.content = Content::Dead(Box::new(dead(record, fault, now_ms)));
        Ok(())
    }

    /// Whether all there is is one dead letter.
    pub(super) fn is_buried(&self) -> bool {
        matches!(self.batch.entries.as_slice(), [Entry { content: Content::Dead(_), .. }])
    }

    fn interval_of(&mut self, owned: &Owned) -> usize {
        let known = self.batch.intervals.iter().position(|interval| interval.id == owned.id);
        known.unwrap_or_else(|| {
            self.batch.intervals.push(Interval {
                id: owned.id.clone(),
                epoch: owned.epoch,
                from: owned.from,
                to: owned.from,
                last_timestamp: -1,
                last_crc: -1,
                read: 0,
            });
            self.batch.intervals.len() - 1
        })
    }

    fn filter(self, keep: impl Fn(i32) -> bool) -> Self {
        let mut kept = Self::default();
        let mut places = HashMap::new();
        for (index, interval) in self.batch.intervals.into_iter().enumerate() {
            if keep(interval.id.partition) {
                places.insert(index, kept.batch.intervals.len());
                kept.batch.intervals.push(interval);
            }
        }
        for (entry, record) in self.batch.entries.into_iter().zip(self.records) {
            if let Some(&interval) = places.get(&entry.interval) {
                kept.bytes += record.bytes();
                kept.batch.entries.push(Entry { interval, ..entry });
                kept.records.push(record);
            }
        }
        kept
    }
}

/// Extends an interval to just behind a record.
fn extend(interval: &mut Interval, record: &Record) {
    interval.to = record.offset + 1;
    interval.last_timestamp = record.timestamp_ms.unwrap_or(-1);
    interval.last_crc = record.crc();
    interval.read += 1;
}

/// Extends an interval over a gap. The record right below is then none that anybody could read again and compare.
fn cover(interval: &mut Interval, to: i64) {
    if interval.to < to {
        interval.to = to;
        (interval.last_timestamp, interval.last_crc) = (-1, -1);
    }
}

fn intolerable(topic: &str, record: &Record, fault: &Fault) -> String {
    format!(
        "{topic} partition {} offset {}: {} ({}); errors.tolerance is none, so everything before it is stored and nothing \
         after it: mend what sends it, tolerate it with errors.tolerance=all (of the built-in connectors: SLUICE_ERRORS_TOLERANCE), and restart the task",
        record.partition, record.offset, fault.message, fault.reason
    )
}

fn dead(record: &Record, fault: Fault, now_ms: i64) -> DeadRecord {
    DeadRecord {
        offset: record.offset,
        reason: fault.reason,
        message: fault.message,
        key: record.key.clone(),
        value: record.value.clone(),
        headers: record.headers.clone(),
        timestamp_ms: record.timestamp_ms,
        recorded_at: now_ms,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reader() -> Reader {
        Reader::of_events(model::Kind::Connection)
    }

    fn owned(partition: i32, from: i64) -> Owned {
        let id = CheckpointId { connector: "c".into(), cluster: "k".into(), topic: "t".into(), partition };
        Owned { id, epoch: 1, incarnation: 1, from }
    }

    fn record(partition: i32, offset: i64) -> Record {
        let value =
            Some(format!("{{\"follower_id\":1,\"followed_id\":{},\"timestamp\":1789000000}}", offset + 2).into());
        Record { partition, offset, timestamp_ms: Some(offset), key: None, value, headers: Vec::new() }
    }

    /// Work over records at these (partition, gap before the record).
    fn work(places: &[(i32, i64)]) -> Work {
        let mut next: HashMap<i32, i64> = HashMap::new();
        let mut work = Work::default();
        for &(partition, gap) in places {
            let offset = next.get(&partition).copied().unwrap_or(10) + gap;
            let pushed = work.push(&reader(), Tolerance::All, &owned(partition, 10), record(partition, offset), 0);
            assert_eq!(pushed, Ok(()));
            next.insert(partition, offset + 1);
        }
        work
    }

    /// Cuts again and again down to single records, first half first.
    fn shatter(work: Work) -> Vec<Work> {
        if work.records.len() < 2 {
            return vec![work];
        }
        let half = work.records.len() / 2;
        let (first, second) = work.split(half);
        let mut parts = shatter(first);
        parts.extend(second.into_iter().flat_map(shatter));
        parts
    }

    #[test]
    fn work_without_a_revoked_partition_keeps_the_rest() {
        let kept = work(&[(0, 0), (1, 0), (0, 3), (2, 0)]).without(&[1, 2]);
        assert_eq!(kept.batch.intervals.len(), 1);
        assert_eq!((kept.batch.intervals[0].from, kept.batch.intervals[0].to), (10, 15));
        assert_eq!(kept.records.len(), 2);
    }

    #[test]
    fn a_gap_behind_the_last_record_is_covered_and_its_record_no_longer_compared() {
        let mut work = work(&[(0, 0)]);
        work.reach(&owned(0, 10), 11);
        assert_ne!(work.batch.intervals[0].last_crc, -1, "right behind the record there is no gap");
        work.reach(&owned(0, 10), 14);
        work.reach(&owned(1, 10), 12);
        work.reach(&owned(2, 10), 10);
        let places: Vec<_> = work.batch.intervals.iter().map(|it| (it.id.partition, it.from, it.to, it.read)).collect();
        assert_eq!(places, [(0, 10, 14, 1), (1, 10, 12, 0)]);
        assert!(work.batch.intervals.iter().all(|interval| interval.last_crc == -1));
        assert_eq!(work.without(&[0]).batch.intervals.len(), 1);
    }

    #[test]
    fn what_is_not_tolerated_is_not_added_and_the_trace_names_its_place() {
        let broken = Record { value: Some(b"{".to_vec()), ..record(2, 7) };
        let mut work = Work::default();
        let refused = work.push(&reader(), Tolerance::None, &owned(2, 7), broken, 0).unwrap_err();
        assert!(refused.contains("partition 2 offset 7") && refused.contains("malformed_json"), "{refused}");
        assert!(work.batch.intervals.is_empty() && work.is_empty());
    }

    #[test]
    fn what_the_store_refuses_is_buried_once_or_not_at_all() {
        let fault = || Fault::new("code".to_owned(), "no".to_owned());
        let mut single = work(&[(0, 0)]);
        assert!(single.clone().bury(Tolerance::None, fault(), 0).is_err());
        assert!(!single.is_buried());
        assert_eq!(single.bury(Tolerance::All, fault(), 0), Ok(()));
        assert!(single.is_buried());
        assert!(single.bury(Tolerance::All, fault(), 0).is_err(), "its dead letter is refused too");
    }

    /// Its intervals in the order of their partitions, and the partition and offset of each entry.
    fn contents(work: &Work) -> (Vec<Interval>, Vec<(i32, i64)>) {
        let mut intervals = work.batch.intervals.clone();
        intervals.sort_by_key(|interval| interval.id.partition);
        let place =
            |(entry, record): (&Entry, &Record)| (work.batch.intervals[entry.interval].id.partition, record.offset);
        (intervals, work.batch.entries.iter().zip(&work.records).map(place).collect())
    }

    proptest! {
        #[test]
        fn what_was_cut_off_and_put_back_is_the_whole(
            places in prop::collection::vec((0..3i32, 0..4i64), 1..60),
            gaps in prop::collection::vec((0..4i32, 0..40i64), 0..3),
            records in 1..70usize,
        ) {
            let mut whole = work(&places);
            for (partition, gap) in gaps {
                whole.reach(&owned(partition, 10), 10 + gap);
            }
            let (first, rest) = whole.clone().split(records);
            prop_assert_eq!(first.records.len(), records.min(places.len()));
            prop_assert_eq!(rest.is_none(), records >= places.len());
            let again = first.followed_by(rest);
            prop_assert_eq!(contents(&again), contents(&whole));
            prop_assert_eq!((again.bytes, &again.records), (whole.bytes, &whole.records));
        }

        #[test]
        fn narrowing_covers_every_offset_once_and_in_order(
            places in prop::collection::vec((0..3i32, 0..4i64), 2..60),
            gaps in prop::collection::vec((0..3i32, 0..40i64), 0..3),
        ) {
            let mut whole = work(&places);
            for (partition, gap) in gaps {
                whole.reach(&owned(partition, 10), 10 + gap);
            }
            let mut at: HashMap<i32, i64> = (0..3).map(|partition| (partition, 10)).collect();
            let parts = shatter(whole.clone());
            prop_assert_eq!(parts.iter().map(|part| part.records.len()).sum::<usize>(), whole.records.len());
            for part in &parts {
                for interval in &part.batch.intervals {
                    prop_assert_eq!(interval.from, at[&interval.id.partition]);
                    prop_assert!(interval.to > interval.from);
                    at.insert(interval.id.partition, interval.to);
                }
                let read: i64 = part.batch.intervals.iter().map(|interval| interval.read).sum();
                prop_assert_eq!(read as usize, part.records.len());
            }
            for interval in &whole.batch.intervals {
                prop_assert_eq!(at[&interval.id.partition], interval.to);
            }
        }
    }
}
