//! From a record to what it is for the graph, by the strategy of its topic. Reading a record asks nobody.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Map;

use crate::{
    avro,
    connector::config::{Config, Strategy, lookups},
    convert::{self, Converter},
    cud, cypher,
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
    /// Whether it makes them unique itself: `sluice.constraints.create`, and only patterns say what is a key.
    makes_unique: bool,
}

/// Schemas that records name and that a registry was not asked for yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacking {
    key: BTreeSet<avro::Id>,
    value: BTreeSet<avro::Id>,
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
        let makes_unique = config.constraints && matches!(meaning, Meaning::Pattern(..));
        let (key, value) = (Converter::new(&config.key), Converter::new(&config.value));
        Ok(Self { meaning, key, value, shapes, makes_unique })
    }

    /// Reads events of a kind, as they are.
    #[cfg(test)]
    pub(super) fn of_events(kind: model::Kind) -> Self {
        let json = Converter::Json { schemas: false };
        let (shapes, makes_unique) = (Vec::new(), false);
        Self { meaning: Meaning::Event(kind), key: Converter::Text, value: json, shapes, makes_unique }
    }

    /// Makes unique what nodes are found by, where that is its own to do.
    ///
    /// # Errors
    /// Of the store.
    pub(super) async fn make_unique(&self, store: &dyn Store) -> Result<(), Error> {
        if self.makes_unique && !self.shapes.is_empty() { store.make_unique(&self.shapes).await } else { Ok(()) }
    }

    /// What a graph lacks to stay fast and to have no node twice, and is not its own to make: a sentence with the statements
    /// that make it, for a person.
    ///
    /// # Errors
    /// Of the store.
    pub async fn lacks(&self, store: &dyn Store, topic: &str) -> Result<Option<String>, Error> {
        let (missing, what) = match &self.meaning {
            _ if self.makes_unique || self.shapes.is_empty() => return Ok(None),
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

    /// The schemas that have to be asked for before these records are read.
    pub fn lacking<'a>(&self, records: impl IntoIterator<Item = &'a Record>) -> Lacking {
        let mut lacking = Lacking::default();
        for record in records {
            lacking.key.extend(self.key_lacking(record));
            lacking.value.extend(self.value.lacking(record.value.as_deref()));
        }
        lacking
    }

    /// Whether a record can't be read yet.
    pub(super) fn is_lacking(&self, record: &Record) -> bool {
        self.value.lacking(record.value.as_deref()).is_some() || self.key_lacking(record).is_some()
    }

    /// Not all meanings read keys.
    fn key_lacking(&self, record: &Record) -> Option<avro::Id> {
        match self.meaning {
            Meaning::Event(_) | Meaning::Cud => None,
            Meaning::Pattern(..) | Meaning::Cypher(_) => self.key.lacking(record.key.as_deref()),
        }
    }

    /// Asks for schemas. What was answered stays known if something else is not.
    ///
    /// # Errors
    /// A registry does not answer, which says nothing of any record.
    pub async fn learn(&self, lacking: &Lacking) -> Result<(), Error> {
        for (converter, ids) in [(&self.key, &lacking.key), (&self.value, &lacking.value)] {
            if let Some(schemas) = converter.schemas() {
                schemas.learn(ids).await?;
            }
        }
        Ok(())
    }

    /// Forgets what need not be kept of what was learned: only while no record waits that it was learned for.
    pub(super) fn forget(&self) {
        for schemas in [&self.key, &self.value].into_iter().filter_map(|converter| converter.schemas()) {
            schemas.forget();
        }
    }

    /// What a record is for the graph. Its schemas have been asked for.
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
                let value = self.value.read("value", record.value.as_deref())?;
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
            key: self.key.read("key", record.key.as_deref())?,
            value: self.value.read("value", record.value.as_deref())?,
            headers,
            timestamp_ms: record.timestamp_ms,
        })
    }
}
