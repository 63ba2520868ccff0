//! From a record to what it is for the graph, by the strategy of its topic. No I/O.

use std::sync::Arc;

use serde_json::Map;

use crate::{
    connector::config::{Config, Converter, Strategy},
    convert, cud, cypher,
    graph::{batch::Content, mutation::KeyShape},
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
        Ok(Self { meaning, key: config.key, value: config.value })
    }

    /// Reads events of a kind, as they are.
    #[cfg(test)]
    pub(super) fn of_events(kind: model::Kind) -> Self {
        let json = Converter::Json { schemas: false };
        Self { meaning: Meaning::Event(kind), key: Converter::Text, value: json }
    }

    /// What the nodes are found by that its patterns make.
    pub(super) fn key_shapes(&self) -> Vec<KeyShape> {
        let Meaning::Pattern(patterns, _) = &self.meaning else { return Vec::new() };
        let mut shapes: Vec<KeyShape> = patterns.iter().flat_map(Pattern::key_shapes).collect();
        shapes.sort_unstable();
        shapes.dedup();
        shapes
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
