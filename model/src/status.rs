//! The state of the whole pipeline, as `/api/status` and the `status` event of `/events` give it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Kind, burst::Burst, happening::Happening};

/// The whole pipeline at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The product's version.
    pub version: String,
    /// Names the pages that this server carries: another build has another name.
    #[serde(default)]
    pub build: String,
    /// When this process started, in epoch milliseconds.
    #[serde(default)]
    pub started_at: i64,
    /// When this was taken, in epoch milliseconds.
    pub at: i64,
    /// Sinks consume, where this process has them, and broker and store answer.
    pub ready: bool,
    /// The process that says this, as people know it.
    #[serde(default)]
    pub worker: String,
    /// The broker.
    pub kafka: KafkaStatus,
    /// The store.
    pub graph: GraphStatus,
    /// The producers, by topic.
    pub producers: BTreeMap<String, ProducerStatus>,
    /// The topics, by name.
    pub topics: BTreeMap<String, TopicStatus>,
    /// The connectors, in the order of their kinds.
    pub connectors: Vec<ConnectorStatus>,
    /// Dead letters.
    pub dead_letters: DeadLetterStatus,
    /// Records a second over the last seconds, by topic.
    pub rates: BTreeMap<String, Rates>,
    /// What was read and what became of it, by topic.
    pub books: BTreeMap<String, Books>,
    /// The newest bursts, and all that are under way, newest first.
    pub bursts: Vec<Burst>,
    /// What happened of late, newest first.
    #[serde(default)]
    pub happened: Vec<Happening>,
}

/// The broker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KafkaStatus {
    /// Where it listens.
    pub bootstrap_servers: String,
    /// It is the one inside this process.
    pub embedded: bool,
    /// It answers.
    pub connected: bool,
    /// The cluster's id, once known.
    pub cluster: Option<String>,
    /// Why it does not answer, if it does not.
    pub error: Option<String>,
    /// Since when it answers, or does not, in epoch milliseconds; none before it was asked.
    #[serde(default)]
    pub since: Option<i64>,
}

impl KafkaStatus {
    /// What people call it.
    pub const fn called(&self) -> &'static str {
        if self.embedded { "The embedded broker" } else { "Kafka" }
    }

    /// It was asked, and does not answer.
    pub const fn is_away(&self) -> bool {
        !self.connected && self.error.is_some()
    }
}

/// The store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GraphStatus {
    /// `Neo4j 5.26.20` or `Embedded store`.
    pub name: String,
    /// The address or the file, without secrets.
    pub location: String,
    /// It is the one inside this process.
    pub embedded: bool,
    /// It answers.
    pub connected: bool,
    /// Why it does not answer, if it does not.
    pub error: Option<String>,
    /// Since when it answers, or does not, in epoch milliseconds; none before it was asked.
    #[serde(default)]
    pub since: Option<i64>,
    /// How much is in it.
    pub counts: GraphCounts,
}

impl GraphStatus {
    /// What people call it.
    pub const fn called(&self) -> &'static str {
        if self.embedded { "The embedded store" } else { "Neo4j" }
    }

    /// It was asked, and does not answer.
    pub const fn is_away(&self) -> bool {
        !self.connected && self.error.is_some()
    }
}

/// How much is in the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphCounts {
    /// `User` nodes.
    pub users: i64,
    /// `Product` nodes.
    pub products: i64,
    /// `Transaction` nodes.
    pub transactions: i64,
    /// `PURCHASED` relationships.
    pub purchased: i64,
    /// `OF` relationships.
    pub of: i64,
    /// `RATED` relationships.
    pub rated: i64,
    /// `REVIEWED` relationships.
    pub reviewed: i64,
    /// `FOLLOWS` relationships.
    pub follows: i64,
}

impl GraphCounts {
    /// All relationships.
    pub fn relationships(&self) -> i64 {
        self.purchased + self.of + self.rated + self.reviewed + self.follows
    }
}

/// A producer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProducerStatus {
    /// It sends continuously.
    pub running: bool,
    /// The wanted rate, in records a second.
    pub rate_per_second: f64,
    /// The rate of the last seconds, bursts included.
    pub actual_per_second: f64,
    /// Records acknowledged since the start.
    pub acked: u64,
    /// Why it holds back right now, if it does.
    pub waiting: Option<String>,
}

/// A topic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TopicStatus {
    /// Its partitions, in order.
    pub partitions: Vec<PartitionStatus>,
}

/// A partition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PartitionStatus {
    /// Its number.
    pub partition: i32,
    /// The first offset that it holds.
    pub low: i64,
    /// The offset that the next record will have.
    pub high: i64,
    /// The next offset to be stored, if there is a checkpoint.
    pub checkpoint: Option<i64>,
    /// Records between the checkpoint and `high`.
    pub lag: i64,
}

/// What a connector or a task is doing. Named as in Kafka Connect, with `Retrying` beside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// Not consuming yet.
    #[default]
    Unassigned,
    /// Consuming.
    Running,
    /// Told to hold.
    Paused,
    /// Told to end its tasks. Of connectors only: a task that was stopped is no more.
    Stopped,
    /// Trying again what failed, for as long as it takes.
    Retrying,
    /// Stopped by an error that needs a person.
    Failed,
}

/// What a connector can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Hold: its tasks leave their group and keep their place.
    Pause,
    /// End all tasks: only now can the place be moved from which they go on.
    Stop,
    /// Go on after a pause or a stop.
    Resume,
    /// Begin anew, also after a failure.
    Restart,
}

/// A connector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectorStatus {
    /// Its name.
    pub name: String,
    /// The kind of event that it stores; none for one that people have defined for a topic of their own.
    pub kind: Option<Kind>,
    /// The worst state of its tasks.
    pub state: State,
    /// Records not yet stored.
    pub lag: i64,
    /// Produced to stored, median of the last seconds, in milliseconds; none while nothing is stored.
    pub latency_p50_ms: Option<f64>,
    /// The 99th percentile likewise.
    pub latency_p99_ms: Option<f64>,
    /// Stored (or dead-lettered, or found to be repeated) in the last second.
    #[serde(default)]
    pub stored_per_second: f64,
    /// The same of the last 60 seconds, oldest first.
    #[serde(default)]
    pub history: Vec<f32>,
    /// The topics that it reads.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Its tasks.
    pub tasks: Vec<TaskStatus>,
}

/// A task of a connector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskStatus {
    /// Its number within its process, from 0.
    pub id: u32,
    /// The process that runs it, as people know it: `host:port` of its pages.
    #[serde(default)]
    pub worker: String,
    /// The version of Sluice that this process is; none where it does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it is doing.
    pub state: State,
    /// The topic that it reads.
    #[serde(default)]
    pub topic: String,
    /// The partitions that it has taken over.
    pub partitions: Vec<i32>,
    /// Why it is retrying or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// Since when it is in this state, in epoch milliseconds.
    pub since: i64,
    /// The next try, while it is retrying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// What a person should know, such as that the graph was emptied and it started over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// What a task that retries does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Tries that have failed.
    pub tries: u32,
    /// When it tries again, in epoch milliseconds.
    pub next_at: i64,
}

/// Dead letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterStatus {
    /// All of them.
    pub total: i64,
    /// By topic.
    pub by_topic: BTreeMap<String, i64>,
}

/// Records a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Acknowledged by the broker, from this process's producers.
    pub produced_per_second: f64,
    /// Stored (or dead-lettered, or found to be repeated), by the connector that is called like the topic.
    pub stored_per_second: f64,
    /// `stored_per_second` of the last 60 seconds, oldest first.
    pub history: Vec<f32>,
    /// `produced_per_second` likewise.
    #[serde(default)]
    pub produced_history: Vec<f32>,
}

/// What was read of a topic, and what became of it: `read = stored + repeated + dead`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// Records read.
    pub read: i64,
    /// Changed the graph.
    pub stored: i64,
    /// Changed nothing: an id or a pair that was there, an older rating.
    pub repeated: i64,
    /// Became a dead letter.
    pub dead: i64,
}

impl Books {
    /// Everything read is accounted for.
    pub const fn balance(&self) -> bool {
        self.read == self.stored + self.repeated + self.dead
    }

    /// The sum of two.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            read: self.read + other.read,
            stored: self.stored + other.stored,
            repeated: self.repeated + other.repeated,
            dead: self.dead + other.dead,
        }
    }
}

/// What an audit found: the graph counted, and compared with the books.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Nothing differs.
    pub balanced: bool,
    /// The books by topic.
    pub books: BTreeMap<String, Books>,
    /// The graph, counted.
    pub graph: GraphCounts,
    /// A sentence for each thing that differs.
    pub differences: Vec<String>,
}
