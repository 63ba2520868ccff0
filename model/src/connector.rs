//! A connector in full, as `/api/connectors` and its page have it.

use serde::{Deserialize, Serialize};

use crate::{
    Kind,
    status::{Books, Order, State, TaskStatus},
};

/// A connector, wherever its tasks run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connector {
    /// Its name.
    pub name: String,
    /// The kind of event that it stores; none for one that people have defined for a topic of their own.
    pub kind: Option<Kind>,
    /// What it does: from where, to what in the graph.
    pub description: String,
    /// The worst state of its tasks.
    pub state: State,
    /// It was told to hold, whether its tasks have followed already or not.
    pub paused: bool,
    /// Records not yet stored; none while Kafka does not say how far its topic reaches.
    pub lag: Option<i64>,
    /// Read and settled in the last second.
    pub stored_per_second: f64,
    /// The same of the last 60 seconds, oldest first.
    #[serde(default)]
    pub history: Vec<f32>,
    /// Its tasks.
    pub tasks: Vec<TaskStatus>,
    /// The partitions of its topics, in order.
    pub partitions: Vec<ConnectorPartition>,
    /// The books of what was read of its topics elsewhere: in Kafka clusters that are gone, if there were any.
    pub earlier: Option<Books>,
    /// What its tasks have met since their processes started.
    pub met: Met,
    /// What holds for it, as the process that answers was started. No secrets.
    pub config: Vec<Setting>,
}

/// How far a connector has come in a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorPartition {
    /// The topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// The offset that the next record will have; none while Kafka does not answer.
    pub end: Option<i64>,
    /// The next offset to be stored; none before the first takeover.
    pub next_offset: Option<i64>,
    /// Records between the two; none while Kafka does not answer.
    pub lag: Option<i64>,
    /// How often it was taken over.
    pub epoch: Option<i64>,
    /// What was read of it, and what became of that.
    pub books: Books,
}

/// What tasks have met, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// Tries that failed and were repeated.
    pub retries: u64,
    /// Times that a task stopped going on until what it needs was back.
    pub outages: u64,
    /// Batches that were cut in halves to find what the graph refuses.
    pub narrowings: u64,
    /// Batches dropped since another task had taken the partition over.
    pub fenced: u64,
}

impl Met {
    /// The sum of two.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            retries: self.retries + other.retries,
            outages: self.outages + other.outages,
            narrowings: self.narrowings + other.narrowings,
            fenced: self.fenced + other.fenced,
        }
    }
}

/// A setting that holds, named as in Kafka Connect where that has one like it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What it means, for people.
    pub meaning: String,
}

/// What an order came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aimed {
    /// Who was told.
    pub connector: String,
    /// What.
    pub order: Order,
    /// When, in epoch milliseconds.
    pub at: i64,
}
