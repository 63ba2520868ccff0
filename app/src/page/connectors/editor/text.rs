//! A configuration as text, and the fields of it that people fill in most. Pure.
//!
//! The text is what counts. A field is read out of it, and what is typed into a field is written into it; keys that have no
//! field stay as they are.

use serde_json::{Map, Value};

/// What becomes of a topic's records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// `neo4j.pattern.topic.<TOPIC>`
    #[default]
    Pattern,
    /// `neo4j.cypher.topic.<TOPIC>`
    Cypher,
    /// `neo4j.cud.topics`
    Cud,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Pattern, Self::Cypher, Self::Cud];

    /// How addresses and forms call it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Pattern => "pattern",
            Self::Cypher => "cypher",
            Self::Cud => "cud",
        }
    }

    /// How people call it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Pattern => "Pattern",
            Self::Cypher => "Cypher",
            Self::Cud => "CUD messages",
        }
    }

    /// What it means.
    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::Pattern => "Fields of each record become nodes and relationships.",
            Self::Cypher => "A statement is run with each record. Needs Neo4j.",
            Self::Cud => "Each record says itself what to create, update or delete.",
        }
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What its keys begin with, where each topic has a rule of its own.
    const fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Pattern => Some("neo4j.pattern.topic."),
            Self::Cypher => Some("neo4j.cypher.topic."),
            Self::Cud => None,
        }
    }

    /// The key of a topic's rule.
    pub(super) fn key(self, topic: &str) -> String {
        self.prefix().map_or_else(|| CUD.to_owned(), |prefix| format!("{prefix}{topic}"))
    }
}

pub(super) const NAME: &str = "name";
pub(super) const TOPICS: &str = "topics";
pub(super) const TASKS: &str = "tasks.max";
pub(super) const TOLERANCE: &str = "errors.tolerance";
pub(super) const DEAD_LETTERS: &str = "errors.deadletterqueue.topic.name";
const CLASS: &str = "connector.class";
const CUD: &str = "neo4j.cud.topics";
const EVENT: &str = "sluice.event.topic.";

/// A configuration, read from its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft(Map<String, Value>);

impl Draft {
    /// Where a new connector begins.
    pub(super) fn new() -> Self {
        let mut draft = Self::default();
        for (key, value) in [(CLASS, "sluice.Neo4jSink"), (TASKS, "1"), (TOLERANCE, "all")] {
            draft.put(key, value);
        }
        draft
    }

    /// A connector as it is defined.
    pub(super) fn of<'a>(pairs: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect())
    }

    /// Reads it; none while the text is no object.
    pub(super) fn read(text: &str) -> Option<Self> {
        let Value::Object(mut fields) = serde_json::from_slice(text.as_bytes()).ok()? else { return None };
        // As it is posted to Kafka Connect.
        if let Some(Value::Object(mut config)) = fields.remove("config") {
            if let Some(name) = fields.remove(NAME) {
                config.insert(NAME.to_owned(), name);
            }
            return Some(Self(config));
        }
        Some(Self(fields))
    }

    /// Its text: a line for each key, what matters most first.
    pub(super) fn text(&self) -> String {
        let mut pairs: Vec<(&String, &Value)> = self.0.iter().collect();
        pairs.sort_by_key(|(key, _)| rank(key));
        let quoted = |text: &String| Value::String(text.clone()).to_string();
        let lines: Vec<String> = pairs.into_iter().map(|(key, value)| format!("  {}: {value}", quoted(key))).collect();
        if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{}\n}}", lines.join(",\n")) }
    }

    /// The text of a key; nothing for none.
    pub(super) fn get(&self, key: &str) -> String {
        match self.0.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(value) => value.to_string(),
        }
    }

    /// Sets a key; with nothing, it is taken out.
    pub(super) fn put(&mut self, key: &str, value: &str) {
        if value.is_empty() {
            self.0.remove(key);
        } else {
            self.0.insert(key.to_owned(), Value::String(value.to_owned()));
        }
    }

    /// The topics; where none is named yet, one without a name.
    pub(super) fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = Vec::new();
        for topic in self.get(TOPICS).split(',').map(str::trim).filter(|topic| !topic.is_empty()) {
            if !topics.iter().any(|known| known == topic) {
                topics.push(topic.to_owned());
            }
        }
        if topics.is_empty() {
            topics.push(String::new());
        }
        topics
    }

    /// What it is of, if it says so; the first kind that it has a key of.
    pub(super) fn kind(&self) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| match kind.prefix() {
            Some(prefix) => self.0.keys().any(|key| key.starts_with(prefix)),
            None => self.0.contains_key(CUD),
        })
    }

    /// It has strategies that the fields do not show: events of the built-in kinds, or several kinds at once.
    pub(super) fn is_beyond_fields(&self) -> bool {
        let has = |prefix: &str| self.0.keys().any(|key| key.starts_with(prefix));
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.prefix().map_or(self.0.contains_key(CUD), has)).count();
        has(EVENT) || kinds > 1
    }

    /// Names other topics; their rules go with them, by place where a name is new.
    pub(super) fn put_topics(&mut self, topics: &str) {
        let (kind, before) = (self.kind(), self.topics());
        self.put(TOPICS, topics);
        let Some(kind) = kind else { return };
        if kind == Kind::Cud {
            self.put(CUD, topics);
            return;
        }
        let rules: Vec<(String, String)> = before
            .into_iter()
            .map(|topic| {
                let key = kind.key(&topic);
                let rule = self.get(&key);
                self.0.remove(&key);
                (topic, rule)
            })
            .collect();
        let after = self.topics();
        for (place, topic) in after.iter().enumerate() {
            let same = rules.iter().find(|(before, _)| before == topic);
            let moved = rules.get(place).filter(|(before, _)| !after.contains(before));
            if let Some((_, rule)) = same.or(moved) {
                self.put(&kind.key(topic), rule);
            }
        }
    }

    /// Changes what becomes of the topics. What was written for another kind is kept where it may be of use.
    pub(super) fn put_kind(&mut self, kind: Kind) {
        let (before, topics) = (self.kind(), self.topics());
        for topic in &topics {
            let rule = before.filter(|before| *before != Kind::Cud).map(|before| {
                let key = before.key(topic);
                let rule = self.get(&key);
                self.0.remove(&key);
                rule
            });
            if let (Some(rule), Some(_)) = (rule, kind.prefix()) {
                self.put(&kind.key(topic), &rule);
            }
        }
        let cud = if kind == Kind::Cud { self.get(TOPICS) } else { String::new() };
        self.put(CUD, &cud);
    }
}

/// What stands first.
fn rank(key: &str) -> u8 {
    match key {
        NAME => 0,
        CLASS => 1,
        TOPICS => 2,
        CUD => 3,
        _ if key.starts_with("neo4j.pattern.topic.")
            || key.starts_with("neo4j.cypher.topic.")
            || key.starts_with(EVENT) =>
        {
            3
        }
        TASKS => 4,
        _ if key.starts_with("errors.") => 5,
        _ => 6,
    }
}

/// Where a key stands in a text, as the number of UTF-16 units before and behind it, as browsers count; none where it does
/// not stand there.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only browsers select text"))]
pub(super) fn place(text: &str, key: &str) -> Option<(u32, u32)> {
    let quoted = Value::String(key.to_owned()).to_string();
    let at = text.find(&quoted)?;
    let units = |text: &str| text.encode_utf16().count() as u32;
    let begin = units(&text[..at]);
    Some((begin, begin + units(&quoted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        Draft::read(text).unwrap()
    }

    #[test]
    fn a_text_is_read_and_written_with_what_matters_first() {
        let posted = draft(
            r#"{"name": "a", "config": {"zz": 1, "topics": "t", "connector.class": "c\"", "errors.tolerance": "all"}}"#,
        );
        assert_eq!(
            posted.text(),
            "{\n  \"name\": \"a\",\n  \"connector.class\": \"c\\\"\",\n  \"topics\": \"t\",\n  \"errors.tolerance\": \"all\",\n  \"zz\": 1\n}"
        );
        assert_eq!((posted.get("zz"), posted.get("none")), ("1".into(), String::new()));
        assert_eq!(draft(&posted.text()), posted);
        assert_eq!(Draft::default().text(), "{}");
        for none in ["", "[]", "{\"a\": "] {
            assert_eq!(Draft::read(none), None, "{none}");
        }
    }

    #[test]
    fn a_rule_goes_with_its_topic_while_that_is_typed() {
        let mut draft = Draft::new();
        draft.put(&Kind::Pattern.key(""), "(:A{!id})");
        for typed in ["s", "sh", "shipments", "shipments,", "shipments, p", "shipments, parcels"] {
            draft.put_topics(typed);
        }
        assert_eq!(draft.get("neo4j.pattern.topic.shipments"), "(:A{!id})");
        assert_eq!(draft.get("neo4j.pattern.topic.parcels"), "");
        draft.put("neo4j.pattern.topic.parcels", "(:B{!id})");
        draft.put_topics("parcels, shipments");
        assert_eq!(draft.get("neo4j.pattern.topic.shipments"), "(:A{!id})");
        draft.put_topics("parcels");
        assert_eq!(
            (draft.get("neo4j.pattern.topic.parcels"), draft.get("neo4j.pattern.topic.shipments")),
            ("(:B{!id})".into(), String::new())
        );
        draft.put_topics("");
        assert_eq!((draft.topics(), draft.get("neo4j.pattern.topic.")), (vec![String::new()], "(:B{!id})".into()));
    }

    #[test]
    fn another_kind_has_another_key() {
        let mut draft = draft(r#"{"topics": "a,b", "neo4j.pattern.topic.a": "(:A{!id})"}"#);
        draft.put_kind(Kind::Cypher);
        assert_eq!((draft.kind(), draft.get("neo4j.cypher.topic.a")), (Some(Kind::Cypher), "(:A{!id})".into()));
        draft.put_kind(Kind::Cud);
        assert_eq!((draft.kind(), draft.get("neo4j.cud.topics")), (Some(Kind::Cud), "a,b".into()));
        draft.put_topics("a");
        assert_eq!(draft.get("neo4j.cud.topics"), "a");
        draft.put_kind(Kind::Pattern);
        assert_eq!((draft.kind(), draft.get("neo4j.cud.topics")), (None, String::new()));
    }

    #[test]
    fn what_the_fields_do_not_show_is_known() {
        assert!(draft(r#"{"topics": "a", "sluice.event.topic.a": "purchase"}"#).is_beyond_fields());
        assert!(draft(r#"{"neo4j.pattern.topic.a": "x", "neo4j.cud.topics": "b"}"#).is_beyond_fields());
        assert!(!Draft::new().is_beyond_fields());
    }

    #[test]
    fn a_key_is_found_as_browsers_count() {
        assert_eq!(place("{\"é😀\": \"x\", \"b\": 1}", "b"), Some((13, 16)));
        assert_eq!(place("{}", "b"), None);
    }
}
