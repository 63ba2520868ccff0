//! What happened of late, in sentences: a short list for people who were not looking.

use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// Its number, higher than those of what happened before.
    pub id: u64,
    /// When, in epoch milliseconds.
    pub at: i64,
    /// How good the news are.
    pub tone: Tone,
    /// What it is about.
    pub about: About,
    /// Which one of them: the connector's name, or the topic whose records became dead letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A sentence without its full stop.
    pub text: String,
}

/// How good a piece of news is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Something ended well.
    Good,
    /// Worth knowing.
    Note,
    /// Needs a look, or will mend by itself.
    Warning,
    /// Does not work.
    Bad,
}

/// What a piece of news is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// This process.
    Server,
    /// The broker.
    Kafka,
    /// The store.
    Graph,
    /// A burst.
    Burst,
    /// A continuous producer.
    Producer,
    /// A sink.
    Connector,
    /// Dead letters.
    DeadLetters,
}
