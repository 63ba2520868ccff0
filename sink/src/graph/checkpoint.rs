//! Checkpoints: how far a connector has stored a partition, and who may move that on.
//!
//! A writer locks the checkpoint, then looks at it, and what it finds decides:
//!
//! | epoch | next offset | means | verdict |
//! | --- | --- | --- | --- |
//! | mine | `from` | not committed | [`Verdict::Write`] |
//! | mine | `to` | committed, the answer was lost | [`Verdict::Already`] |
//! | mine | other | a bug | [`Verdict::Astray`] |
//! | another | any | someone took over | [`Verdict::Fenced`] |
//! | none | | someone emptied the graph | [`Verdict::Gone`] |

use std::fmt;

use model::status::Books;

use super::batch::Interval;

/// Names a checkpoint: a connector's place in a partition of a topic of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CheckpointId {
    /// The connector.
    pub connector: String,
    /// The Kafka cluster's id.
    pub cluster: String,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
}

impl fmt::Display for CheckpointId {
    /// The key in the store: `connector/cluster/topic/partition`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.connector, self.cluster, self.topic, self.partition)
    }
}

/// How far a partition is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose.
    pub id: CheckpointId,
    /// The next offset to be stored: everything below is in the graph or a dead letter.
    pub next_offset: i64,
    /// Counts the takeovers; only the writer with this epoch may move it.
    pub epoch: i64,
    /// Kafka timestamp of the last record below `next_offset`, in epoch milliseconds, −1 if there is none.
    pub last_timestamp: i64,
    /// CRC-32 of that record's key and value, −1 if there is none.
    pub last_crc: i64,
    /// How many topics of this name and partition the graph has seen, this one included: from 1.
    pub incarnation: i64,
    /// What was read and what became of it.
    pub books: Books,
    /// How many of `books.stored` replaced something (a newer rating) and so added nothing to count.
    pub updated: i64,
}

impl Checkpoint {
    /// The first one of a place, from which nothing has been read.
    pub fn untouched(id: CheckpointId, next_offset: i64) -> Self {
        Self {
            id,
            next_offset,
            epoch: 1,
            last_timestamp: -1,
            last_crc: -1,
            incarnation: 1,
            books: Books::default(),
            updated: 0,
        }
    }
}

/// A wish to take a partition over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which.
    pub id: CheckpointId,
    /// Where to start if there is no checkpoint.
    pub start: i64,
    /// Start here in any case, as a new incarnation: the topic is not the one it was.
    pub restart: Option<i64>,
}

/// What a writer found at its checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not committed: write, or write again.
    Write,
    /// Committed, the answer was lost: go on.
    Already,
    /// Someone took over: drop the buffers.
    Fenced,
    /// Someone emptied the graph: start over.
    Gone,
    /// A bug: stop.
    Astray,
}

/// Decides by the table above; `found` is (epoch, next offset) under the lock.
pub fn verdict(interval: &Interval, found: Option<(i64, i64)>) -> Verdict {
    match found {
        None => Verdict::Gone,
        Some((epoch, _)) if epoch != interval.epoch => Verdict::Fenced,
        Some((_, next)) if next == interval.from => Verdict::Write,
        Some((_, next)) if next == interval.to => Verdict::Already,
        Some(_) => Verdict::Astray,
    }
}

/// Decides for a whole batch, whose checkpoints moved together or not at all.
///
/// Gone outweighs fenced, fenced outweighs the rest, and a mixture of written and not written is astray.
pub fn verdict_of_all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    verdicts
        .into_iter()
        .reduce(|a, b| match (a, b) {
            (a, b) if a == b => a,
            (Verdict::Gone, _) | (_, Verdict::Gone) => Verdict::Gone,
            (Verdict::Fenced, _) | (_, Verdict::Fenced) => Verdict::Fenced,
            _ => Verdict::Astray,
        })
        .unwrap_or(Verdict::Write)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval() -> Interval {
        let id = CheckpointId { connector: "c".into(), cluster: "k".into(), topic: "t".into(), partition: 0 };
        Interval { id, epoch: 3, from: 10, to: 20, last_timestamp: 0, last_crc: 0, read: 10 }
    }

    #[test]
    fn every_row_of_the_truth_table() {
        for (found, expected) in [
            (Some((3, 10)), Verdict::Write),
            (Some((3, 20)), Verdict::Already),
            (Some((3, 15)), Verdict::Astray),
            (Some((3, 0)), Verdict::Astray),
            (Some((4, 10)), Verdict::Fenced),
            (Some((4, 20)), Verdict::Fenced),
            // A lower epoch: somebody emptied the graph and another writer began anew. Not ours either.
            (Some((1, 10)), Verdict::Fenced),
            (None, Verdict::Gone),
        ] {
            assert_eq!(verdict(&interval(), found), expected, "{found:?}");
        }
    }

    #[test]
    fn a_batch_is_written_as_a_whole() {
        use Verdict::{Already, Astray, Fenced, Gone, Write};
        for (all, expected) in [
            (&[Write, Write][..], Write),
            (&[Already, Already], Already),
            (&[Write, Already], Astray),
            (&[Write, Fenced, Already], Fenced),
            (&[Fenced, Gone], Gone),
            (&[Write, Astray, Fenced], Fenced),
        ] {
            assert_eq!(verdict_of_all(all.iter().copied()), expected, "{all:?}");
        }
    }
}
