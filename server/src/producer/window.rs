//! How far producers may run ahead of the sinks.
//!
//! The embedded broker drops old records past 5 MB a partition without a word, so what is not stored yet has to stay
//! well below that; a real broker keeps what it is given, and the bound only keeps the sinks in sight.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::Kind;
use sink::graph::Checkpoint;

use crate::sampler::checkpoint_of;

/// Bytes ahead of the sinks on the embedded broker, a topic. Should all of them be in one partition, they still fit.
pub(crate) const EMBEDDED_BYTES: usize = 3_000_000;
/// Bytes ahead of the sinks on a real broker, a topic.
pub(crate) const KAFKA_BYTES: usize = 64 << 20;
/// What a record costs beside key and value: batch headers, varints and timestamps.
const OVERHEAD: usize = 80;
/// Neighbouring records are counted together, up to this many, so that a full window is a short list.
const TOGETHER: i64 = 64;

/// Counts what was sent and is not stored yet.
#[derive(Debug)]
pub(crate) struct Window {
    limit: usize,
    topics: Mutex<HashMap<Kind, Topic>>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Topic {
    /// Reserved and not freed: sent, acknowledged or not.
    bytes: usize,
    /// Acknowledged: (first offset, next offset, bytes) by partition, in order.
    acked: HashMap<i32, VecDeque<(i64, i64, usize)>>,
}

impl Window {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, topics: Mutex::default(), freed: Condvar::new() }
    }

    /// Takes room for a record, waiting up to `wait` for it; whether there was room.
    pub(crate) fn reserve(&self, kind: Kind, bytes: usize, wait: Duration) -> bool {
        let cost = bytes + OVERHEAD;
        let full = |topics: &mut HashMap<Kind, Topic>| {
            let used = topics.entry(kind).or_default().bytes;
            // A record bigger than the window goes when nothing else is on its way.
            used > 0 && used + cost > self.limit
        };
        let waited = self.freed.wait_timeout_while(self.lock(), wait, full);
        let (mut topics, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if full(&mut topics) {
            return false;
        }
        topics.entry(kind).or_default().bytes += cost;
        true
    }

    /// Gives room back: the record was not sent.
    pub(crate) fn release(&self, kind: Kind, bytes: usize) {
        if let Some(topic) = self.lock().get_mut(&kind) {
            topic.bytes = topic.bytes.saturating_sub(bytes + OVERHEAD);
        }
        self.freed.notify_all();
    }

    /// Notes where a record was put.
    pub(crate) fn acked(&self, kind: Kind, partition: i32, offset: i64, bytes: usize) {
        let cost = bytes + OVERHEAD;
        let mut topics = self.lock();
        let list = topics.entry(kind).or_default().acked.entry(partition).or_default();
        match list.back_mut() {
            Some((first, next, sum)) if *next == offset && offset - *first < TOGETHER => {
                *next = offset + 1;
                *sum += cost;
            }
            _ => list.push_back((offset, offset + 1, cost)),
        }
    }

    /// Frees what every connector has stored that reads a topic; all of a topic that nobody reads.
    pub(crate) fn stored(&self, checkpoints: &[Checkpoint], readers: impl Fn(&str) -> Vec<String>) {
        let mut topics = self.lock();
        for (kind, topic) in topics.iter_mut() {
            let readers = readers(kind.topic());
            for (&partition, list) in &mut topic.acked {
                let next = |reader: &String| {
                    let checkpoint = checkpoint_of(checkpoints, reader, kind.topic(), partition);
                    checkpoint.map_or(0, |checkpoint| checkpoint.next_offset)
                };
                let lowest = readers.iter().map(next).min().unwrap_or(i64::MAX);
                while let Some((_, _, cost)) = list.front().filter(|(_, next, _)| *next <= lowest) {
                    topic.bytes = topic.bytes.saturating_sub(*cost);
                    list.pop_front();
                }
            }
        }
        drop(topics);
        self.freed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Kind, Topic>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use model::status::Books;
    use sink::graph::CheckpointId;

    use super::*;

    fn at(connector: &str, next_offset: i64) -> Checkpoint {
        let partition = 0;
        let id = CheckpointId {
            connector: connector.into(),
            cluster: "k".into(),
            topic: Kind::Purchase.topic().into(),
            partition,
        };
        let books = Books::default();
        Checkpoint { id, next_offset, epoch: 1, last_timestamp: -1, last_crc: -1, incarnation: 1, books, updated: 0 }
    }

    #[test]
    fn room_comes_back_only_when_the_records_are_stored() {
        let window = Window::new(10 * (100 + OVERHEAD));
        for offset in 0..10 {
            assert!(window.reserve(Kind::Purchase, 100, Duration::ZERO));
            window.acked(Kind::Purchase, 0, offset, 100);
        }
        assert!(!window.reserve(Kind::Purchase, 100, Duration::ZERO));
        assert!(window.reserve(Kind::Connection, 100, Duration::ZERO), "each topic has its own window");
        let readers = |_: &str| vec!["purchases".to_owned(), "beside".to_owned()];
        window.stored(&[at("purchases", 9), at("beside", 10)], readers);
        assert!(!window.reserve(Kind::Purchase, 100, Duration::ZERO), "the ten are counted together");
        window.stored(&[at("purchases", 10), at("beside", 3)], readers);
        assert!(!window.reserve(Kind::Purchase, 100, Duration::ZERO), "one that reads it too is behind");
        window.stored(&[at("purchases", 10), at("beside", 10)], readers);
        assert!(window.reserve(Kind::Purchase, 100, Duration::ZERO));
    }

    #[test]
    fn nobody_waits_for_a_topic_that_nobody_reads() {
        let window = Window::new(100 + OVERHEAD);
        assert!(window.reserve(Kind::Purchase, 100, Duration::ZERO));
        window.acked(Kind::Purchase, 0, 0, 100);
        assert!(!window.reserve(Kind::Purchase, 100, Duration::ZERO));
        window.stored(&[], |_| Vec::new());
        assert!(window.reserve(Kind::Purchase, 100, Duration::ZERO));
    }

    #[test]
    fn a_record_that_was_not_sent_leaves_no_trace() {
        let window = Window::new(1);
        assert!(window.reserve(Kind::Purchase, 1_000, Duration::ZERO), "a giant goes alone");
        assert!(!window.reserve(Kind::Purchase, 1, Duration::ZERO));
        window.release(Kind::Purchase, 1_000);
        assert!(window.reserve(Kind::Purchase, 1, Duration::ZERO));
    }
}
