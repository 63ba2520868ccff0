//! A connector's configuration, checked.

use std::collections::BTreeMap;

use model::Kind;

use super::{Settings, Tolerance};

/// What holds for a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// What becomes of the records of each topic; each topic once, in the stated order.
    pub topics: Vec<(String, Strategy)>,
    /// Tasks of each topic.
    pub tasks_max: u32,
    /// What becomes of a record that breaks a rule.
    pub tolerance: Tolerance,
}

/// What becomes of the records of a topic.
#[derive(Clone, Debug, PartialEq)]
pub enum Strategy {
    /// One of the three kinds of event.
    Event(Kind),
}

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key.
    pub key: String,
    /// A sentence.
    pub message: String,
}

/// Reads a configuration.
///
/// # Errors
/// What is wrong, key by key.
pub fn read(name: &str, config: &BTreeMap<String, String>, settings: Settings) -> Result<Config, Vec<Problem>> {
    let topic = config.get("topics").cloned().unwrap_or_default();
    let kind = topic.parse().map_err(|error: model::kind::UnknownKind| {
        vec![Problem { key: "topics".into(), message: error.to_string() }]
    })?;
    Ok(Config {
        name: name.to_owned(),
        topics: vec![(topic, Strategy::Event(kind))],
        tasks_max: settings.tasks_max,
        tolerance: settings.tolerance,
    })
}

/// The three that are there without a word: each stores the kind of event that its topic is for.
pub fn built_in() -> Vec<super::Definition> {
    let definition = |kind: Kind| super::Definition {
        name: kind.topic().to_owned(),
        config: [("topics".to_owned(), kind.topic().to_owned())].into(),
        file: Some("built-in".to_owned()),
    };
    Kind::ALL.map(definition).into()
}

/// What a connector was defined with, for people: key, value and meaning; secrets are not shown.
pub fn shown(_: &str, connector: &super::Connector) -> Vec<(String, String, String)> {
    connector.raw.iter().map(|(key, value)| (key.clone(), value.clone(), String::new())).collect()
}
