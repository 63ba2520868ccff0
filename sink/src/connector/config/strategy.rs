//! What becomes of each topic's records: exactly one strategy for each topic, and each strategy for a topic that is read.

use std::collections::BTreeMap;

use model::Kind;
use regex::Regex;

use crate::pattern;

use super::{Converter, cypher, process::Process, topic, value::Values};

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// It is an event of a built-in kind.
    Event(Kind),
    /// Its fields become nodes and relationships.
    Pattern {
        /// One pattern or several, as they were written.
        patterns: String,
        /// Whether nodes keep properties that the record does not name.
        merge_nodes: bool,
        /// Whether relationships do.
        merge_relationships: bool,
    },
    /// A statement is run with it.
    Cypher {
        /// The statement.
        statement: String,
        /// What it calls the parts of the record.
        names: Names,
    },
    /// It says itself what to create, update, merge or delete.
    Cud,
}

/// What a Cypher statement calls the parts of a record; none: not bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Its timestamp.
    pub timestamp: Option<String>,
    /// Its headers.
    pub header: Option<String>,
    /// Its key.
    pub key: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// Whether its value is called `event` too.
    pub event: bool,
}

impl Default for Names {
    fn default() -> Self {
        let [timestamp, header, key, value] = PARTS.map(|part| Some(format!("__{part}")));
        Self { timestamp, header, key, value, event: true }
    }
}

const PARTS: [&str; 4] = ["timestamp", "header", "key", "value"];

/// Of events of the built-in kinds, which are written as words here.
const EVENT: &str = "sluice.event.topic.";
pub(super) const EVENT_WORDS: [(&str, Kind); 3] =
    [("purchase", Kind::Purchase), ("interaction", Kind::Interaction), ("connection", Kind::Connection)];
const PATTERN: &str = "neo4j.pattern.topic.";
const CYPHER: &str = "neo4j.cypher.topic.";
const CUD: &str = "neo4j.cud.topics";

/// A strategy and the key that asks for it; none where its text was refused.
type Asked = (String, Option<Strategy>);

/// Each topic with its strategy, as far as they could be read.
pub(super) fn read(values: &mut Values, process: &Process) -> Vec<(String, Strategy)> {
    let mut asked: BTreeMap<&str, Vec<Asked>> = BTreeMap::new();
    for (topic, word) in values.beginning_with(EVENT) {
        let key = format!("{EVENT}{topic}");
        let kind = event(values, &key, word);
        asked.entry(topic).or_default().push((key, kind.map(Strategy::Event)));
    }
    let (merge_nodes, merge_relationships) = merges(values);
    for (topic, patterns) in values.beginning_with(PATTERN) {
        let key = format!("{PATTERN}{topic}");
        let strategy = match check_patterns(patterns) {
            Ok(()) => Some(Strategy::Pattern { patterns: patterns.to_owned(), merge_nodes, merge_relationships }),
            Err(why) => {
                values.problem(&key, why);
                None
            }
        };
        asked.entry(topic).or_default().push((key, strategy));
    }
    let names = names(values);
    for (topic, statement) in values.beginning_with(CYPHER) {
        let key = format!("{CYPHER}{topic}");
        let strategy = match cypher::check(statement, process) {
            Ok(()) => Some(Strategy::Cypher { statement: statement.trim().to_owned(), names: names.clone() }),
            Err(why) => {
                values.problem(&key, why);
                None
            }
        };
        asked.entry(topic).or_default().push((key, strategy));
    }
    for topic in values.list(CUD) {
        asked.entry(topic).or_default().push((CUD.to_owned(), Some(Strategy::Cud)));
    }
    let topics = topics(values, asked.keys().copied());
    for (topic, strategies) in &asked {
        if let Some(missing) = topics.missing(topic) {
            for (key, _) in strategies {
                values.problem(key, format!("Topic '{topic}' has a strategy but {missing}, or take {key} back"));
            }
        }
    }
    let strategy = |topic: &str| Some((topic.to_owned(), only(values, topic, asked.remove(topic))?));
    topics.read.into_iter().filter_map(strategy).collect()
}

/// The one strategy of a topic.
fn only(values: &mut Values, topic: &str, asked: Option<Vec<Asked>>) -> Option<Strategy> {
    let mut asked = asked.unwrap_or_default();
    match asked.len() {
        0 => {
            values.problem(
                "topics",
                format!(
                    "Topic '{topic}' has no strategy: state one of {EVENT}{topic}, {PATTERN}{topic} and {CYPHER}{topic}, or name \
                     it in {CUD}"
                ),
            );
            None
        }
        1 => asked.remove(0).1,
        _ => {
            let keys: Vec<&str> = asked.iter().map(|(key, _)| key.as_str()).collect();
            for key in &keys {
                values.problem(key, format!("Topic '{topic}' has more than one strategy: {}", keys.join(", ")));
            }
            None
        }
    }
}

/// The topics that are read.
struct Topics<'a> {
    read: Vec<&'a str>,
    /// They are those that match it.
    regex: Option<Regex>,
}

impl Topics<'_> {
    /// What it takes for a topic to be read that is not.
    fn missing(&self, topic: &str) -> Option<&'static str> {
        match &self.regex {
            _ if self.read.contains(&topic) => None,
            Some(_) => Some("does not match topics.regex: let it match"),
            None => Some("is not in topics: add it there"),
        }
    }
}

/// The topics: in the stated order, or of those with a strategy all that match.
fn topics<'a>(values: &mut Values<'a>, with_strategy: impl Iterator<Item = &'a str>) -> Topics<'a> {
    let (list, regex) = (values.trimmed("topics"), values.trimmed("topics.regex"));
    match (list, regex) {
        (Some(_), Some(_)) => both(values, "topics and topics.regex are mutually exclusive options, but both are set."),
        (None, None) => both(values, "Must configure one of topics or topics.regex"),
        (None, Some(regex)) => return matching(values, regex, with_strategy.collect()),
        (Some(_), None) => {}
    }
    Topics { read: listed(values, list.is_some()), regex: None }
}

/// The topics that `topics.regex` means: as in Kafka Connect it has to match the whole name.
fn matching<'a>(values: &mut Values<'a>, regex: &str, with_strategy: Vec<&'a str>) -> Topics<'a> {
    match Regex::new(&format!("^(?:{regex})$")) {
        Ok(whole) => {
            let read: Vec<&str> = with_strategy.into_iter().filter(|topic| whole.is_match(topic)).collect();
            if read.is_empty() {
                let none = format!("no topic that matches has a strategy: state one, such as {PATTERN}<TOPIC>");
                values.invalid("topics.regex", regex, &none);
            }
            refuse_names(values, "topics.regex", &read);
            Topics { read, regex: Some(whole) }
        }
        Err(error) => {
            let said = error.to_string();
            let why = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            values.invalid("topics.regex", regex, &format!("Invalid regular expression: {why}"));
            // Which topics are meant is not known, so nothing is wrong with those that have a strategy.
            Topics { read: with_strategy, regex: None }
        }
    }
}

fn listed<'a>(values: &mut Values<'a>, stated: bool) -> Vec<&'a str> {
    let topics = values.list("topics");
    if stated && topics.is_empty() {
        both(values, "Must configure one of topics or topics.regex");
    }
    refuse_names(values, "topics", &topics);
    topics
}

/// Says at a key which of its topics Kafka would not take.
fn refuse_names(values: &mut Values, key: &str, topics: &[&str]) {
    for name in topics.iter().filter(|name| !topic::is_topic_name(name)) {
        values.problem(key, topic::refusal(name));
    }
}

fn both(values: &mut Values, message: &str) {
    values.problem("topics", message);
    values.problem("topics.regex", message);
}

/// The one place that knows what a pattern is.
fn check_patterns(patterns: &str) -> Result<(), String> {
    match pattern::parse_all(patterns) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn event(values: &mut Values, key: &str, word: &str) -> Option<Kind> {
    let kind = EVENT_WORDS.into_iter().find(|(known, _)| *known == word.trim()).map(|(_, kind)| kind);
    if kind.is_none() {
        let known = EVENT_WORDS.map(|(word, _)| word).join(", ");
        values.invalid(key, word, &format!("String must be one of: {known}"));
    }
    kind
}

fn merges(values: &mut Values) -> (bool, bool) {
    let mut merge = |of| values.boolean(&format!("neo4j.pattern.merge-{of}-properties"), false).unwrap_or_default();
    let merges = (merge("node"), merge("relationship"));
    for part in PARTS {
        let (key, usual) = (format!("neo4j.pattern.bind-{part}-as"), format!("__{part}"));
        if let Some(name) = values.text(&key).filter(|name| name.trim() != usual) {
            values.invalid(&key, name, &format!("In patterns it is always called {usual}"));
        }
    }
    merges
}

/// What Cypher statements call the parts of a record.
fn names(values: &mut Values) -> Names {
    let keys = PARTS.map(|part| format!("neo4j.cypher.bind-{part}-as"));
    let [timestamp, header, key, value] = [0, 1, 2, 3].map(|part| {
        let usual = format!("__{}", PARTS[part]);
        let name = values.text(&keys[part]).map_or(usual.as_str(), str::trim).to_owned();
        if !name.is_empty() && !is_variable(&name) {
            values.invalid(
                &keys[part],
                &name,
                "A variable begins with a letter or '_' and goes on with letters, digits and '_'",
            );
        }
        Some(name).filter(|name| !name.is_empty())
    });
    let event = values.boolean("neo4j.cypher.bind-value-as-event", true).unwrap_or(true);
    let names = Names { timestamp, header, key, value, event };
    let bound: Vec<&String> =
        [&names.timestamp, &names.header, &names.key, &names.value].into_iter().flatten().collect();
    if bound.is_empty() && !event {
        for key in &keys {
            values.problem(key, "At least one variable binding must be specified for Cypher strategies.");
        }
    }
    for (part, key) in keys.iter().enumerate() {
        let name = [&names.timestamp, &names.header, &names.key, &names.value][part].as_ref();
        let again =
            |name: &String| bound.iter().filter(|other| **other == name).count() > 1 || event && name == "event";
        if let Some(name) = name.filter(|name| again(name)) {
            values.invalid(key, name, "Two parts of a record cannot have one name");
        }
    }
    names
}

/// Whether Cypher takes it as a name without quoting; fewer than it would take, and no letters beyond ASCII.
fn is_variable(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether the strategies get values that they can read.
pub(super) fn fit(values: &mut Values, topics: &[(String, Strategy)], value: Option<&Converter>) {
    let Some(value) = value else { return };
    for (topic, strategy) in topics {
        match (strategy, value) {
            (Strategy::Event(_), Converter::Json { schemas: true }) => values.problem(
                "value.converter.schemas.enable",
                format!("The events of {EVENT}{topic} have no schema: set value.converter.schemas.enable to false"),
            ),
            (Strategy::Event(_), Converter::Avro(_)) => values.problem(
                "value.converter",
                format!(
                    "The events of {EVENT}{topic} are JSON without a schema: set value.converter to \
                     org.apache.kafka.connect.json.JsonConverter"
                ),
            ),
            (Strategy::Event(_) | Strategy::Cud, Converter::Text | Converter::Bytes) => values.problem(
                "value.converter",
                format!("What topic '{topic}' holds is read as JSON: set value.converter to org.apache.kafka.connect.json.JsonConverter"),
            ),
            _ => {}
        }
    }
}
