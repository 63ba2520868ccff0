//! A connector's configuration while somebody writes it: what is wrong with it, and what it would do with a topic's records.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::Form;

/// A connector as it is defined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its configuration, as it was written; of a secret there is nothing but a mark.
    pub config: BTreeMap<String, String>,
}

/// What is to become of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// It is looked at.
    Check,
    /// Records are read through it, and nothing is written.
    Preview,
    /// A connector has it from now on.
    Save,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What was asked for.
    pub wish: Wish,
    /// The keys that something is wrong with, in the order of their definitions; where there are any, nothing else was done.
    pub errors: Vec<KeyErrors>,
    /// What it would do.
    pub preview: Option<Preview>,
    /// The connector that has it now.
    pub saved: Option<String>,
}

/// What is wrong with a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyErrors {
    /// The key, whether it is there or missing.
    pub key: String,
    /// At least one sentence.
    pub errors: Vec<String>,
}

/// What a configuration would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The store is the embedded one: it does the same in tables of its own, and runs no statements.
    pub embedded: bool,
    /// A record that cannot be used stops the task, and becomes no dead letter.
    pub stops: bool,
    /// The topics, in the stated order.
    pub topics: Vec<TopicPreview>,
}

/// What it would do with the newest records of a topic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TopicPreview {
    /// The topic.
    pub topic: String,
    /// Why there are no records, or what is to be known of these.
    pub remark: Option<String>,
    /// What the graph lacks for this to stay fast: a sentence.
    pub warning: Option<String>,
    /// The records, newest first.
    pub records: Vec<RecordPreview>,
}

/// What it would do with a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordPreview {
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// Its Kafka timestamp in epoch milliseconds, if it has one.
    pub at: Option<i64>,
    /// The key, or its beginning.
    pub key: Option<String>,
    /// How the value is shown.
    pub form: Form,
    /// The value, or its beginning.
    pub body: String,
    /// That is not all of it.
    pub cut: bool,
    /// Why it would be a dead letter.
    pub dead: Option<Refusal>,
    /// What it needs and the graph does not have right now: a sentence.
    pub warning: Option<String>,
    /// What it would change, each change in a line; none for a statement of somebody's own.
    pub changes: Vec<String>,
    /// What Neo4j would run.
    pub statements: Vec<Bound>,
}

/// Why a record cannot be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A stable code, that of a dead letter.
    pub reason: String,
    /// A sentence.
    pub message: String,
}

/// A statement and what is bound in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The text.
    pub text: String,
    /// The parameters as JSON, or the beginning of it.
    pub parameters: String,
}
