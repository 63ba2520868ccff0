//! What a task hands to the store: records that became events or dead letters, and how far they reach.

use std::sync::Arc;

use model::event::Event;
use serde_json::Value as Json;

use super::{checkpoint::CheckpointId, mutation::Mutation};

/// Records of one connector, to be written in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// How far each partition is moved.
    pub intervals: Vec<Interval>,
    /// What was read, in the order of the partitions' logs.
    pub entries: Vec<Entry>,
}

/// What a batch covers of one partition: `from..to`, gaps included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Which checkpoint it moves.
    pub id: CheckpointId,
    /// The epoch of the writer.
    pub epoch: i64,
    /// The checkpoint's `next_offset` before.
    pub from: i64,
    /// The checkpoint's `next_offset` afterwards.
    pub to: i64,
    /// Kafka timestamp of the last record, in epoch milliseconds, −1 if there is none.
    pub last_timestamp: i64,
    /// CRC-32 of that record's key and value, −1 if there is none.
    pub last_crc: i64,
    /// How many records of the batch are in it.
    pub read: i64,
}

/// A record after decoding.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Index into [`Batch::intervals`].
    pub interval: usize,
    /// What became of it.
    pub content: Content,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Something that happened.
    Event(Event),
    /// What it changes in the graph, in this order; nothing at all is a repetition.
    Mutations(Vec<Mutation>),
    /// A row of a statement of somebody's own, which has `$rows`.
    Statement(Arc<str>, Json),
    /// It broke a rule.
    Dead(Box<DeadRecord>),
}

/// A record that broke a rule, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadRecord {
    /// Its offset.
    pub offset: i64,
    /// A stable code.
    pub reason: String,
    /// A sentence.
    pub message: String,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value.
    pub value: Option<Vec<u8>>,
    /// The headers.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
    /// The Kafka timestamp in epoch milliseconds, if it had one.
    pub timestamp_ms: Option<i64>,
    /// When it was decided, in epoch milliseconds.
    pub recorded_at: i64,
}

/// What became of the records of an interval: `stored + repeated + dead = read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changed the graph.
    pub stored: i64,
    /// Changed nothing.
    pub repeated: i64,
    /// Dead letters.
    pub dead: i64,
    /// How many of `stored` replaced something.
    pub updated: i64,
}

/// What became of the records of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// One for each interval.
    pub tallies: Vec<Tally>,
    /// The entries that changed nothing, ascending, as indices into [`Batch::entries`].
    pub repeated: Vec<usize>,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// In the graph now.
    Committed(Written),
    /// It was in the graph already: the answer to an earlier try had been lost.
    Already,
    /// Someone else has taken over at least one of the partitions: nothing was written.
    Fenced,
    /// At least one checkpoint is no longer there: nothing was written.
    Gone,
    /// A checkpoint is where it can't be: nothing was written. A sentence for the trace.
    Astray(String),
}
