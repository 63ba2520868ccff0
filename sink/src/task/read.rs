//! From a record to what it is for the graph, by the strategy of its topic. No I/O.

use std::sync::Arc;

use serde_json::Map;

use crate::{
    connector::config::{Config, Converter, Strategy, lookups},
    convert, cud, cypher,
    graph::{Error, Store, batch::Content, mutation::KeyShape},
    kafka::record::Record,
    kind::decode::{Fault, Place, decode},
    pattern::{self, Message, Options, Pattern},
};

/// Reads the records of a topic.
#[derive(Debug)]
pub struct Reader {
    meaning: Meaning,
    key: Converter,
    value: Converter,
    /// What the nodes are found by that it makes or looks for.
    shapes: Vec<KeyShape>,
}

/// A strategy, made ready.
#[derive(Debug)]
enum Meaning {
    Event(model::Kind),
    Pattern(Vec<Pattern>, Options),
    Cypher(Arc<str>),
    Cud,
}

impl Reader {
    /// Makes a strategy of a connector ready.
    ///
    /// # Errors
    /// A sentence for patterns that are none, which a checked configuration does not have.
    pub fn new(config: &Config, strategy: &Strategy) -> Result<Self, String> {
        let meaning = match strategy {
            Strategy::Event(kind) => Meaning::Event(*kind),
            Strategy::Pattern { patterns, merge_nodes, merge_relationships } => {
                let options = Options {
                    merge_node_properties: *merge_nodes,
                    merge_relationship_properties: *merge_relationships,
                };
                Meaning::Pattern(pattern::parse_all(patterns).map_err(|error| error.to_string())?, options)
            }
            Strategy::Cypher { statement, names } => Meaning::Cypher(cypher::wrap(statement, names).into()),
            Strategy::Cud => Meaning::Cud,
        };
        let mut shapes = match (&meaning, strategy) {
            (Meaning::Pattern(patterns, _), _) => patterns.iter().flat_map(Pattern::key_shapes).collect(),
            (_, Strategy::Cypher { statement, .. }) => lookups(statement),
            _ => Vec::new(),
        };
        shapes.sort_unstable();
        shapes.dedup();
        Ok(Self { meaning, key: config.key, value: config.value, shapes })
    }

    /// Reads events of a kind, as they are.
    #[cfg(test)]
    pub(super) fn of_events(kind: model::Kind) -> Self {
        let json = Converter::Json { schemas: false };
        Self { meaning: Meaning::Event(kind), key: Converter::Text, value: json, shapes: Vec::new() }
    }

    /// The nodes that are to be made unique by their keys, where that is allowed: only patterns say what is a key.
    pub fn keys(&self) -> Option<&[KeyShape]> {
        (matches!(self.meaning, Meaning::Pattern(..)) && !self.shapes.is_empty()).then_some(&self.shapes)
    }

    /// What a graph lacks to stay fast and to have no node twice: a sentence with the statements that make it, for a
    /// person.
    ///
    /// # Errors
    /// Of the store.
    pub async fn lacks(&self, store: &dyn Store, topic: &str) -> Result<Option<String>, Error> {
        let (missing, what) = match &self.meaning {
            _ if self.shapes.is_empty() => return Ok(None),
            Meaning::Cypher(_) => {
                let missing = store.missing_indexes(&self.shapes).await?;
                (missing, format!("nodes that the statement of {topic} looks for have no index"))
            }
            _ => (store.missing_keys(&self.shapes).await?, format!("keys of {topic} are not indexed")),
        };
        Ok((!missing.is_empty()).then(|| {
            let statements = missing.join("; ");
            format!(
                "{what}: somebody who may should run {statements}. Until then storing slows down as the graph grows, and two \
                 writers may make one node twice"
            )
        }))
    }

    /// What a record is for the graph.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn read(&self, record: &Record, place: Place<'_>) -> Result<Content, Fault> {
        match &self.meaning {
            Meaning::Event(kind) => decode(*kind, record.value.as_deref(), place).map(Content::Event),
            Meaning::Pattern(patterns, options) => {
                pattern::changes(patterns, *options, &self.message(record)?).map(Content::Mutations)
            }
            Meaning::Cypher(text) => {
                let row = cypher::row(self.message(record)?);
                Ok(Content::Statement(text.clone(), row))
            }
            Meaning::Cud => {
                let value = convert::convert(self.value, "value", record.value.as_deref())?;
                if value.is_null() {
                    return Err(Fault::new("null_value", "a message that says what to do has to have a value"));
                }
                cud::change(&value).map(|mutation| Content::Mutations(vec![mutation]))
            }
        }
    }

    fn message(&self, record: &Record) -> Result<Message, Fault> {
        let headers: Map<_, _> =
            record.headers.iter().map(|(name, value)| (name.clone(), convert::header(value.as_deref()))).collect();
        Ok(Message {
            key: convert::convert(self.key, "key", record.key.as_deref())?,
            value: convert::convert(self.value, "value", record.value.as_deref())?,
            headers,
            timestamp_ms: record.timestamp_ms,
        })
    }
}
