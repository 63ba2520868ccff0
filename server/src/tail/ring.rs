//! The newest records that were read, bounded in number and in bytes; whoever listens takes from it what is new to him.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, OnceLock},
};

use model::record::Place;
use sink::kafka::record::Record;

use super::gist::{Gist, gist};

/// Records kept of a topic: what 80,000 a second bring between two looks of a listener.
pub(super) const KEPT: usize = 20_000;
/// Bytes kept of all topics, where records are big; each has an equal share, of three at least.
const KEPT_BYTES: usize = 24 << 20;
/// How much of a value is kept: what is beyond is neither searched nor shown, and a record may be a gigabyte.
const VALUE_BYTES: usize = 1 << 20;

/// A record that was read.
pub(super) struct Seen {
    pub(super) topic: Arc<str>,
    pub(super) record: Record,
    /// How big the value was before it was cut.
    pub(super) value_bytes: usize,
    /// Counts what was read of its topic, from 1.
    pub(super) number: u64,
    gist: OnceLock<Gist>,
}

impl Seen {
    pub(super) fn new(topic: Arc<str>, mut record: Record, number: u64) -> Self {
        let value_bytes = record.value.as_ref().map_or(0, Vec::len);
        // One that is cut reads as broken JSON, so what it says is worked out before.
        let gist = OnceLock::new();
        if value_bytes > VALUE_BYTES {
            drop(gist.set(super::gist::gist(&topic, &record)));
            if let Some(value) = &mut record.value {
                value.truncate(VALUE_BYTES);
                value.shrink_to_fit();
            }
        }
        Self { topic, record, value_bytes, number, gist }
    }

    pub(super) fn place(&self) -> Place {
        Place { topic: self.topic.to_string(), partition: self.record.partition, offset: self.record.offset }
    }

    /// Topic, partition and offset.
    pub(super) fn spot(&self) -> (&str, i32, i64) {
        (&self.topic, self.record.partition, self.record.offset)
    }

    /// What it says; worked out for those only that somebody looks at.
    pub(super) fn gist(&self) -> &Gist {
        self.gist.get_or_init(|| gist(&self.topic, &self.record))
    }
}

/// The number of the last record of each topic that somebody knows; where there is none, nothing is known.
pub(crate) type Numbers = BTreeMap<Arc<str>, u64>;

/// The records of each topic, oldest first: a burst in one pushes none out of another.
#[derive(Default)]
pub(super) struct Ring(BTreeMap<Arc<str>, Topic>);

#[derive(Default)]
struct Topic {
    records: VecDeque<Arc<Seen>>,
    bytes: usize,
    /// The number of the last record that was ever read.
    last: u64,
}

impl Ring {
    pub(super) fn push(&mut self, topic: Arc<str>, record: Record) {
        let share = KEPT_BYTES / (self.0.len() + usize::from(!self.0.contains_key(&topic))).max(3);
        self.0.entry(topic.clone()).or_default().push(topic, record, share);
    }

    /// Counts records that were passed by.
    pub(super) fn pass(&mut self, topic: Arc<str>, records: u64) {
        let topic = self.0.entry(topic).or_default();
        // What is kept is from before the gap; whoever has not looked yet is told of all of it as gone.
        topic.clear();
        topic.last += records;
    }

    /// Forgets the records, and goes on counting.
    pub(super) fn clear(&mut self) {
        self.0.values_mut().for_each(Topic::clear);
    }

    /// The numbers of the last records that were read.
    pub(super) fn last(&self) -> Numbers {
        self.0.iter().map(|(name, topic)| (name.clone(), topic.last)).collect()
    }

    /// Everything of a topic (or all) that was read after these numbers, and how many of that are gone already.
    pub(super) fn since(&self, known: &Numbers, topic: Option<&str>) -> (Vec<Arc<Seen>>, u64) {
        let (mut seen, mut gone) = (Vec::new(), 0);
        for (name, of_it) in self.0.iter().filter(|(name, _)| topic.is_none_or(|topic| *topic == ***name)) {
            gone += of_it.since(known.get(name).copied().unwrap_or(0), &mut seen);
        }
        (seen, gone)
    }

    pub(super) fn find(&self, place: &Place) -> Option<Arc<Seen>> {
        let is_it = |seen: &&Arc<Seen>| {
            seen.record.partition == place.partition
                && seen.record.offset == place.offset
                && seen.value_bytes <= VALUE_BYTES
        };
        self.0.get(&*place.topic)?.records.iter().rev().find(is_it).cloned()
    }
}

impl Topic {
    fn push(&mut self, topic: Arc<str>, record: Record, bytes: usize) {
        self.last += 1;
        let seen = Seen::new(topic, record, self.last);
        self.bytes += seen.record.bytes();
        self.records.push_back(Arc::new(seen));
        // The newest stays, however big it is.
        while self.records.len() > KEPT || (self.bytes > bytes && self.records.len() > 1) {
            if let Some(oldest) = self.records.pop_front() {
                self.bytes -= oldest.record.bytes();
            }
        }
    }

    fn since(&self, known: u64, seen: &mut Vec<Arc<Seen>>) -> u64 {
        let wanted = self.last.saturating_sub(known);
        let there = (self.records.len() as u64).min(wanted);
        seen.extend(self.records.iter().skip(self.records.len() - there as usize).cloned());
        wanted - there
    }

    fn clear(&mut self) {
        self.records = VecDeque::new();
        self.bytes = 0;
    }
}

#[cfg(test)]
pub(super) fn topic(name: &str) -> Arc<str> {
    name.into()
}

#[cfg(test)]
pub(super) fn record(offset: i64, value: &[u8]) -> Record {
    Record {
        partition: 0,
        offset,
        timestamp_ms: Some(1_000 + offset),
        key: Some(b"Key".to_vec()),
        value: Some(value.to_vec()),
        headers: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(ring: &Ring, since: u64) -> (Vec<u64>, u64) {
        let (seen, gone) = ring.since(&[(topic("purchases"), since)].into(), Some("purchases"));
        (seen.iter().map(|seen| seen.number).collect(), gone)
    }

    #[test]
    fn whoever_was_away_gets_what_is_left_and_is_told_how_much_is_not() {
        let mut ring = Ring::default();
        for offset in 0..(KEPT as i64 + 10) {
            ring.push(topic("purchases"), record(offset, b"{}"));
        }
        let newest = KEPT as u64 + 10;
        assert_eq!(numbers(&ring, newest - 2), (vec![newest - 1, newest], 0));
        assert_eq!(numbers(&ring, newest), (vec![], 0));
        let (left, gone) = numbers(&ring, 4);
        assert_eq!((left.len(), left[0], gone), (KEPT, 11, 6));
        ring.clear();
        assert_eq!(numbers(&ring, newest - 2), (vec![], 2), "what is forgotten is gone, and counted");
    }

    #[test]
    fn a_burst_in_one_topic_pushes_nothing_out_of_another() {
        let mut ring = Ring::default();
        ring.push(topic("shipments"), record(0, b"{}"));
        for offset in 0..(KEPT as i64 + 10) {
            ring.push(topic("purchases"), record(offset, b"{}"));
        }
        let (seen, gone) = ring.since(&Numbers::new(), Some("shipments"));
        assert_eq!((seen.len(), gone), (1, 0), "nor is what is gone there told to who does not ask for it");
        let last = ring.last();
        assert_eq!(last, [(topic("purchases"), KEPT as u64 + 10), (topic("shipments"), 1)].into());
        ring.pass(topic("purchases"), 7);
        let (seen, gone) = ring.since(&last, None);
        assert_eq!((seen.len(), gone), (0, 7));
    }

    #[test]
    fn big_records_are_cut_and_the_bytes_are_bounded() {
        let mut ring = Ring::default();
        let big = vec![b'x'; VALUE_BYTES + 1];
        for offset in 0..40 {
            ring.push(topic("purchases"), record(offset, &big));
        }
        let Topic { records, bytes, .. } = &ring.0["purchases"];
        assert!(*bytes <= KEPT_BYTES / 3 && records.len() >= 7, "{} in {bytes}", records.len());
        let place = Place { topic: "purchases".into(), partition: 0, offset: 39 };
        assert!(ring.find(&place).is_none(), "one that was cut is read from Kafka when it is opened");
        ring.push(topic("purchases"), record(40, b"{}"));
        assert!(ring.find(&Place { offset: 40, ..place }).is_some());
    }
}
