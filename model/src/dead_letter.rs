//! Dead letters: records that broke a rule, kept with their reason.

use serde::{Deserialize, Serialize};

/// A record that is not in the graph, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The connector that read it.
    pub connector: String,
    /// The cluster it stood in.
    pub cluster: String,
    /// Where the record stood.
    pub topic: String,
    /// Where the record stood.
    pub partition: i32,
    /// Where the record stood.
    pub offset: i64,
    /// A stable code, such as `malformed_json` or `quantity_out_of_range`.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// The key as text, with U+FFFD for what is not UTF-8; none if the record had none.
    pub key: Option<String>,
    /// The value likewise; none if the record had none.
    pub value: Option<String>,
    /// The record's headers: name, and value as text likewise.
    pub headers: Vec<(String, Option<String>)>,
    /// The record's Kafka timestamp in epoch milliseconds, if it had one.
    pub timestamp_ms: Option<i64>,
    /// When it was put here, in epoch milliseconds.
    pub recorded_at: i64,
    /// If it was sent again and failed once more: the place where it first stood, as `<topic>-<partition>-<offset>`, with
    /// `-<incarnation>` from the second topic of that name on.
    #[serde(default)]
    pub origin: Option<String>,
    /// Since when it is being sent again, in epoch milliseconds, if it is; long ago: that was broken off.
    #[serde(default)]
    pub claimed_at: Option<i64>,
    /// When it was sent again, in epoch milliseconds, if it was.
    pub replayed_at: Option<i64>,
    /// When what was sent again failed once more, in epoch milliseconds, if it did.
    #[serde(default)]
    pub failed_again_at: Option<i64>,
}

/// A page of dead letters, ordered by topic, partition and offset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterPage {
    /// The letters.
    pub dead_letters: Vec<DeadLetter>,
    /// What to pass as `after` for the next page; none on the last one.
    pub next: Option<String>,
}
