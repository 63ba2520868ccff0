//! A task without a broker: takes partitions over, reads lists, writes batches, and drops what it may no longer write.

use std::collections::{BTreeMap, HashMap};

use model::Kind;
use sink::{
    graph::{Batch, CheckpointId, Claim, DeadRecord, Entry, Interval, Outcome, Store, batch::Content},
    kafka::record::Record,
    kind::decode::{ORIGIN_HEADER, Place, decode},
};

use crate::log::{Log, T};

/// Whose each partition is in truth: the epoch of the last takeover.
#[derive(Debug, Default)]
pub(crate) struct Truth(HashMap<CheckpointId, i64>);

#[derive(Debug, Default)]
pub(crate) struct Task {
    of_kind: BTreeMap<Kind, Half>,
}

/// What it has of one topic.
#[derive(Debug, Default)]
struct Half {
    owned: BTreeMap<i32, Owned>,
    gathered: Batch,
    /// Was written, and the answer did not come.
    in_flight: Option<Batch>,
}

#[derive(Debug)]
struct Owned {
    id: CheckpointId,
    epoch: i64,
    incarnation: i64,
    /// Where its next interval begins, and the next offset that it reads.
    next: i64,
}

impl Task {
    /// Drops what it had of the kind, and takes the partitions over whose bits are set.
    pub(crate) async fn take_over(&mut self, store: &dyn Store, log: &Log, truth: &mut Truth, kind: Kind, mask: u8) {
        let wanted = (0..log.partitions).filter(|partition| mask >> partition & 1 == 1);
        let claims = wanted.map(|partition| {
            let topic = kind.topic().to_owned();
            let id = CheckpointId { connector: topic.clone(), cluster: "k".to_owned(), topic, partition };
            Claim { id, start: 0, restart: None }
        });
        let mut half = Half::default();
        for checkpoint in store.claim(&claims.collect::<Vec<_>>()).await.unwrap() {
            let sink::graph::Checkpoint { id, epoch, incarnation, next_offset, .. } = checkpoint;
            truth.0.insert(id.clone(), epoch);
            half.owned.insert(id.partition, Owned { id, epoch, incarnation, next: next_offset });
        }
        self.of_kind.insert(kind, half);
    }

    /// Reads up to `count` records, up to `turn` of each partition in its turn; how many there were.
    pub(crate) fn read(&mut self, log: &Log, kind: Kind, count: usize, turn: usize) -> usize {
        let half = self.of_kind.entry(kind).or_default();
        let mut read = 0;
        loop {
            let before = read;
            for owned in half.owned.values_mut() {
                let records = log.partition(kind, owned.id.partition);
                let from = records.partition_point(|record| record.offset < owned.next);
                for record in records[from..].iter().take(turn.min(count - read)) {
                    push(&mut half.gathered, kind, owned, record);
                    owned.next = record.offset + 1;
                    read += 1;
                }
            }
            if read == before || read == count {
                return read;
            }
        }
    }

    /// Writes what it has read, or once more what it has no answer for; `lost`: nor does this answer come.
    pub(crate) async fn write(&mut self, store: &dyn Store, truth: &mut Truth, kind: Kind, lost: bool) {
        let half = self.of_kind.entry(kind).or_default();
        let again = half.in_flight.is_some();
        let batch = half.in_flight.take().unwrap_or_else(|| std::mem::take(&mut half.gathered));
        let before = (store.checkpoints().await.unwrap(), store.counts().await.unwrap());
        let outcome = store.write(&batch).await.unwrap();
        let ours = batch.intervals.iter().all(|interval| truth.0.get(&interval.id) == Some(&interval.epoch));
        match (&outcome, ours, again) {
            (Outcome::Committed(written), true, false) => {
                for (interval, tally) in batch.intervals.iter().zip(&written.tallies) {
                    assert_eq!(tally.stored + tally.repeated + tally.dead, interval.read);
                }
                half.in_flight = (lost && !batch.intervals.is_empty()).then_some(batch);
                return;
            }
            (Outcome::Already, true, true) => half.in_flight = lost.then_some(batch),
            (Outcome::Fenced, false, _) => *half = Half::default(),
            _ => panic!("{outcome:?}, though it was ours: {ours}, and written before: {again}"),
        }
        let after = (store.checkpoints().await.unwrap(), store.counts().await.unwrap());
        assert_eq!(after, before, "{outcome:?} changes nothing");
    }
}

fn push(batch: &mut Batch, kind: Kind, owned: &Owned, record: &Record) {
    let place = Place {
        topic: kind.topic(),
        partition: record.partition,
        offset: record.offset,
        incarnation: owned.incarnation,
        origin: record.header(ORIGIN_HEADER),
    };
    let content = match decode(kind, record.value.as_deref(), place) {
        Ok(event) => Content::Event(event),
        Err(fault) => Content::Dead(Box::new(DeadRecord {
            offset: record.offset,
            reason: fault.reason,
            message: fault.message,
            key: record.key.clone(),
            value: record.value.clone(),
            headers: record.headers.clone(),
            timestamp_ms: record.timestamp_ms,
            recorded_at: 1_000 * T + record.offset,
        })),
    };
    let known = batch.intervals.iter().position(|interval| interval.id == owned.id);
    let interval = known.unwrap_or_else(|| {
        batch.intervals.push(Interval {
            id: owned.id.clone(),
            epoch: owned.epoch,
            from: owned.next,
            to: owned.next,
            last_timestamp: -1,
            last_crc: -1,
            read: 0,
        });
        batch.intervals.len() - 1
    });
    let reached = &mut batch.intervals[interval];
    reached.to = record.offset + 1;
    reached.last_timestamp = record.timestamp_ms.unwrap_or(-1);
    reached.last_crc = record.crc();
    reached.read += 1;
    batch.entries.push(Entry { interval, content });
}
