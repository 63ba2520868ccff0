//! How far a burst has come: which offsets its records got, and how many of them are stored.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use model::burst::{Burst, BurstRequest};
use sink::graph::Checkpoint;
use tokio_util::sync::CancellationToken;

use crate::sampler::checkpoint_of;

/// A burst under way; counted by the sender, the client's thread and the tracker.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) id: String,
    pub(crate) request: BurstRequest,
    pub(crate) cancel: CancellationToken,
    /// How many dead letters the topic's checkpoints counted before it began.
    pub(crate) dead_before: i64,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    burst: Burst,
    /// Everything that will be sent has been sent.
    sending_ended: bool,
    /// Records that the broker refused.
    refused: u64,
    /// Acknowledged offsets as ranges `start..end` by partition, ascending.
    places: HashMap<i32, Vec<(i64, i64)>>,
}

impl Progress {
    pub(crate) fn new(id: String, seed: u64, request: BurstRequest, dead_before: i64, now_ms: i64) -> Self {
        let burst = Burst {
            id: id.clone(),
            kind: request.kind,
            count: request.count,
            seed,
            poison: request.poison,
            sent: 0,
            acked: 0,
            stored: 0,
            dead_lettered: 0,
            done: false,
            cancelled: false,
            started_at: now_ms,
            elapsed_ms: 0,
            waiting: None,
        };
        let counts = Counts { burst, sending_ended: false, refused: 0, places: HashMap::new() };
        Self { id, request, cancel: CancellationToken::new(), dead_before, counts: Mutex::new(counts) }
    }

    /// As it is at `now_ms`.
    pub(crate) fn snapshot(&self, now_ms: i64) -> Burst {
        let counts = self.lock();
        let mut burst = counts.burst.clone();
        if !burst.done {
            burst.elapsed_ms = (now_ms - burst.started_at).max(0);
        }
        burst
    }

    pub(crate) fn is_done(&self) -> bool {
        self.lock().burst.done
    }

    /// One more record was handed to the client.
    pub(crate) fn sent(&self) {
        self.lock().burst.sent += 1;
    }

    /// The record that was counted last was not handed over after all.
    pub(crate) fn not_sent(&self) {
        self.lock().burst.sent -= 1;
    }

    /// Nothing more will be sent.
    pub(crate) fn sending_ended(&self) {
        let mut counts = self.lock();
        counts.sending_ended = true;
        counts.burst.cancelled = counts.burst.sent < counts.burst.count;
        counts.burst.waiting = None;
    }

    /// Why it holds back, or that it goes on.
    pub(crate) fn waiting(&self, reason: Option<String>) {
        self.lock().burst.waiting = reason;
    }

    /// A record was acknowledged. Within a partition offsets come in ascending order.
    pub(crate) fn acked(&self, partition: i32, offset: i64) {
        let mut counts = self.lock();
        counts.burst.acked += 1;
        let ranges = counts.places.entry(partition).or_default();
        match ranges.last_mut() {
            Some((_, end)) if *end == offset => *end += 1,
            _ => ranges.push((offset, offset + 1)),
        }
    }

    /// The broker refused a record for good.
    pub(crate) fn failed(&self, reason: &str) {
        let mut counts = self.lock();
        counts.refused += 1;
        counts.burst.waiting = Some(format!("the broker refuses records: {reason}"));
    }

    /// The partitions in which it has records, with the first offset and the one behind the last.
    pub(crate) fn span(&self) -> Vec<(i32, i64, i64)> {
        let counts = self.lock();
        let ends = |ranges: &Vec<(i64, i64)>| Some((ranges.first()?.0, ranges.last()?.1));
        counts.places.iter().filter_map(|(partition, ranges)| ends(ranges).map(|(a, b)| (*partition, a, b))).collect()
    }

    /// Counts what lies below the checkpoints; `dead` are the offsets of dead letters by partition.
    pub(crate) fn settle(&self, checkpoints: &[Checkpoint], dead: &HashMap<i32, Vec<i64>>, now_ms: i64) {
        let mut counts = self.lock();
        let (mut below, mut buried) = (0, 0);
        for (partition, ranges) in &counts.places {
            let topic = counts.burst.kind.topic();
            let checkpoint = checkpoint_of(checkpoints, topic, topic, *partition);
            let next = checkpoint.map_or(0, |checkpoint| checkpoint.next_offset);
            below += below_offset(ranges, next);
            let letters = dead.get(partition).map_or(&[][..], Vec::as_slice);
            buried += letters.iter().filter(|offset| **offset < next && contains(ranges, **offset)).count() as u64;
        }
        counts.burst.stored = below.saturating_sub(buried);
        counts.burst.dead_lettered = buried;
        let open = counts.burst.sent.saturating_sub(counts.refused);
        if counts.sending_ended && below == counts.burst.acked && counts.burst.acked == open {
            counts.burst.done = true;
            counts.burst.elapsed_ms = (now_ms - counts.burst.started_at).max(0);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn below_offset(ranges: &[(i64, i64)], next: i64) -> u64 {
    ranges.iter().map(|(start, end)| (next.min(*end) - start).max(0) as u64).sum()
}

fn contains(ranges: &[(i64, i64)], offset: i64) -> bool {
    let after = ranges.partition_point(|(start, _)| *start <= offset);
    after > 0 && offset < ranges[after - 1].1
}

#[cfg(test)]
mod tests {
    use model::{Kind, status::Books};
    use sink::graph::CheckpointId;

    use super::*;

    fn at(next_offset: i64) -> Checkpoint {
        let topic: String = Kind::Purchase.topic().into();
        let id = CheckpointId { connector: topic.clone(), cluster: "k".into(), topic, partition: 0 };
        let books = Books::default();
        Checkpoint { id, next_offset, epoch: 1, last_timestamp: -1, last_crc: -1, incarnation: 1, books, updated: 0 }
    }

    fn burst(offsets: &[i64]) -> Progress {
        let request = BurstRequest { kind: Kind::Purchase, count: offsets.len() as u64, seed: None, poison: 0 };
        let progress = Progress::new("b".into(), 1, request, 0, 1_000);
        for offset in offsets {
            progress.sent();
            progress.acked(0, *offset);
        }
        progress
    }

    #[test]
    fn stored_is_what_lies_below_the_checkpoint_less_the_dead_letters() {
        let progress = burst(&[5, 6, 9, 10]);
        progress.sending_ended();
        let dead = HashMap::from([(0, vec![6, 7, 10])]);
        progress.settle(&[at(10)], &dead, 2_000);
        let halfway = progress.snapshot(2_000);
        assert_eq!((halfway.stored, halfway.dead_lettered, halfway.done), (2, 1, false));
        progress.settle(&[at(11)], &dead, 3_000);
        let end = progress.snapshot(9_000);
        assert_eq!((end.sent, end.acked, end.stored, end.dead_lettered), (4, 4, 2, 2));
        assert!(end.done && !end.cancelled);
        assert_eq!(end.elapsed_ms, 2_000);
    }

    #[test]
    fn it_is_not_done_while_something_is_on_its_way() {
        let progress = burst(&[0, 1]);
        progress.settle(&[at(2)], &HashMap::new(), 2_000);
        assert!(!progress.is_done(), "more may be sent");
        progress.sent();
        progress.sending_ended();
        progress.settle(&[at(2)], &HashMap::new(), 2_000);
        assert!(!progress.is_done(), "one is not acknowledged");
        progress.acked(0, 7);
        progress.settle(&[at(8)], &HashMap::new(), 2_000);
        assert!(progress.is_done());
    }
}
