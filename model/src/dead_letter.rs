//! Dead letters: records that broke a rule, kept with their reason.

use serde::{Deserialize, Serialize};

use crate::Failure;

/// A record that is not in the graph, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Its key in the ledger, which tells letters apart that stood at one place of several clusters or topics.
    #[serde(default)]
    pub id: String,
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

/// How many dead letters a topic has for a reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCount {
    /// The topic.
    pub topic: String,
    /// The reason's code.
    pub reason: String,
    /// All of them.
    pub letters: i64,
    /// Those that have not been sent again yet.
    pub waiting: i64,
}

/// Which dead letters are to be sent again, as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayAll {
    /// Of this topic.
    pub topic: String,
    /// For this reason; for any, if none.
    #[serde(default)]
    pub reason: Option<String>,
    /// At most so many in this round, from 1 to 1,000.
    #[serde(default)]
    pub limit: Option<u32>,
    /// `next` of the round before.
    #[serde(default)]
    pub after: Option<String>,
    /// `until` of the first round, so that later ones leave alone what has failed since.
    #[serde(default)]
    pub until: Option<i64>,
}

/// What a round of sending dead letters again came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayRound {
    /// Sent again, and acknowledged by Kafka.
    pub replayed: u32,
    /// Left alone, since they were sent again before.
    pub skipped: u32,
    /// Not sent, each with the reason.
    pub failed: Vec<ReplayFailure>,
    /// Nothing is left to send.
    pub done: bool,
    /// What to pass as `after` for the next round, where there is something left.
    pub next: Option<String>,
    /// Only letters that were recorded until then (epoch milliseconds) belong to this.
    pub until: i64,
    /// Why the round ended early, if it did: the next one would most likely fail as well.
    pub stopped: Option<Failure>,
}

/// A dead letter that was not sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayFailure {
    /// Where its record stood.
    pub topic: String,
    /// Where its record stood.
    pub partition: i32,
    /// Where its record stood.
    pub offset: i64,
    /// A stable code.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}
