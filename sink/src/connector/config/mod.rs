//! A connector's configuration: from the keys and texts that people write to a checked one, or to what is wrong with each key.
//!
//! Keys, values and messages are those of Kafka Connect and of Neo4j's connector where these have them. Nothing is passed
//! over: a key that is not known, or that cannot be honoured, is a problem of its own. Pure: what the process has for all
//! connectors is handed in as [`Process`].

use std::collections::BTreeMap;

use model::Kind;

use super::Tolerance;

mod built_in;
mod class;
mod converter;
mod cypher;
mod error;
mod info;
mod key;
mod lookup;
mod nearest;
mod own;
mod process;
mod schema_registry;
mod strategy;
mod topic;
mod value;

pub use built_in::built_in;
pub use class::{CLASS, is_sink, unknown_class};
pub use converter::{CLASSES as CONVERTER_CLASSES, Converter};
pub use info::{ConfigInfo, ConfigInfos, ConfigValue, HIDDEN, revealed, shown, validate};
pub use key::{ConfigKey, Importance, Type, Width, converter_definitions, definitions};
pub(crate) use lookup::lookups;
pub use process::{Neo4jOfProcess, Process};
pub use schema_registry::{Address, SchemaRegistry, UserInfo};
pub use strategy::{Names, Strategy};

use value::Values;

/// Key and text of each setting, as people write them.
pub type Raw = BTreeMap<String, String>;

/// A configuration that a connector can run with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The connector's name.
    pub name: String,
    /// Its class, as it was written.
    pub class: String,
    /// What becomes of the records of each topic: each topic once, in the stated order, and at least one.
    pub topics: Vec<(String, Strategy)>,
    /// Tasks at most, from 1.
    pub tasks_max: u32,
    /// What becomes of a record that cannot be used.
    pub tolerance: Tolerance,
    /// Where dead letters are published; none: `<topic>.dead-letters`.
    pub dead_letter_topic: Option<String>,
    /// Copies of that topic if it has to be created; none: as many as the broker makes by default.
    pub dead_letter_replication: Option<i16>,
    /// Whether a published dead letter says in headers where it stood and what was wrong.
    pub dead_letter_headers: bool,
    /// Whether records that are tolerated are told in the log too.
    pub log_errors: bool,
    /// Where a partition begins that has no checkpoint.
    pub start: Start,
    /// How keys are read.
    pub key: Converter,
    /// How values are read.
    pub value: Converter,
    /// Whether the keys of patterns are made unique when a task begins.
    pub constraints: bool,
    /// What it was read from.
    pub raw: Raw,
}

/// Where a partition begins that has no checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// At the oldest record that there is.
    #[default]
    Earliest,
    /// Behind the newest.
    Latest,
}

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, whether it is there or missing.
    pub key: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Problem {
    fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

/// All of them as one sentence, each with its key.
pub fn sentence(problems: &[Problem]) -> String {
    let each = problems.iter().map(|Problem { key, message }| format!("{key}: {message}"));
    each.collect::<Vec<_>>().join("; ")
}

/// Reads a configuration. `name` is what the connector is called; the key `name` may repeat it.
///
/// # Errors
/// Everything that is wrong with it, at least one problem, in the order of the keys' definitions.
pub fn read(name: &str, raw: &Raw, process: &Process) -> Result<Config, Vec<Problem>> {
    let mut raw = raw.clone();
    let stated = raw.entry("name".to_owned()).or_insert_with(|| name.to_owned()).clone();
    let mut values = Values::new(&raw);
    if stated != name {
        values.problem(
            "name",
            format!("Connector name configuration ({stated}) doesn't match connector name in the URL ({name})"),
        );
    }
    let config = checked(&mut values, process);
    let problems = values.into_problems();
    match config {
        Some(config) if problems.is_empty() => Ok(Config { raw, ..config }),
        _ => Err(problems),
    }
}

/// The problems of a configuration; none: it can run.
fn problems(raw: &Raw, process: &Process) -> Vec<Problem> {
    let mut values = Values::new(raw);
    checked(&mut values, process);
    values.into_problems()
}

/// Looks at every key; what it gives is to be used only where no problem was found.
fn checked(values: &mut Values, process: &Process) -> Option<Config> {
    let name = own::name(values);
    let class = class::read(values);
    let topics = strategy::read(values, process);
    let tasks_max = own::tasks_max(values);
    let errors = error::read(values, &topics);
    let start = own::start(values);
    let constraints = own::constraints(values);
    let (key, value) = converter::read(values);
    strategy::fit(values, &topics, value.as_ref());
    process::read(values, process);
    own::unsupported(values);
    values.problems_of_unknown();
    Some(Config {
        name: name?,
        class: class?,
        topics,
        tasks_max: tasks_max?,
        tolerance: errors.tolerance?,
        dead_letter_topic: errors.dead_letter_topic,
        dead_letter_replication: errors.dead_letter_replication,
        dead_letter_headers: errors.dead_letter_headers?,
        log_errors: errors.log?,
        start: start?,
        key: key?,
        value: value?,
        constraints: constraints?,
        raw: Raw::new(),
    })
}

impl Config {
    /// The built-in kind that a topic's records are, if they are of one.
    pub fn kind_of(&self, topic: &str) -> Option<Kind> {
        self.topics.iter().find(|(name, _)| name == topic).and_then(|(_, strategy)| match strategy {
            Strategy::Event(kind) => Some(*kind),
            _ => None,
        })
    }
}

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
