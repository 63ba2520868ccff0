//! What became of a record of somebody's own topic: as its connector reads it.

use std::time::Duration;

use model::record::{Fate, Row};
use sink::{
    kafka::record::Record,
    kind::decode::{Fault, ORIGIN_HEADER, Place},
    preview::deed,
    task::Reader,
};

use super::{
    Tail,
    gist::line,
    open::{Story, unknown, waits},
};

/// How long a schema registry may take: the record is shown without what is made of it then.
const PATIENCE: Duration = Duration::from_secs(2);
/// Changes of one record that a page gets, and letters of each.
const CHANGES: usize = 20;
const LETTERS: usize = 400;

impl Tail {
    /// The story of a record; the row becomes what is known with it.
    pub(super) async fn own_story(&self, record: &Record, incarnation: i64, row: &mut Row, next: Option<i64>) -> Story {
        let name = self.parts.registry.speaker(&row.place.topic);
        let read = self.read(&name, record, &row.place.topic, incarnation).await;
        if row.fate == Fate::Waiting {
            let text = match &read {
                Some(Err(Fault { message, .. })) => {
                    format!(
                        "It is not stored yet, and the connector {name} can't use it as it is configured now: {message}."
                    )
                }
                _ => waits(next, &row.place),
            };
            return Story { changes: read.and_then(Result::ok).unwrap_or_default(), ..text.into() };
        }
        if matches!(row.fate, Fate::Dead | Fate::Read) {
            match self.letter(&row.place).await {
                Ok(Some(letter)) if letter.connector == name => {
                    row.fate = Fate::Dead;
                    row.reason = Some(letter.reason);
                    return format!(
                        "The connector {name} could not use it, so it is a dead letter: {}.",
                        letter.message
                    )
                    .into();
                }
                Ok(_) => row.fate = Fate::Settled,
                Err(error) => return unknown(&error),
            }
        }
        let (text, changes) = match read {
            Some(Ok(changes)) if !changes.is_empty() => {
                (format!("The connector {name} has stored it. This is what it makes of it."), changes)
            }
            Some(Err(Fault { message, .. })) => (
                format!("The connector {name} has stored it. As it is configured now it could not use it: {message}."),
                Vec::new(),
            ),
            _ => (format!("The connector {name} has stored it."), Vec::new()),
        };
        Story { changes, ..text.into() }
    }

    /// What a connector makes of a record, as far as that can be told without the graph; none where it reads no such topic.
    async fn read(
        &self,
        connector: &str,
        record: &Record,
        topic: &str,
        incarnation: i64,
    ) -> Option<Result<Vec<String>, Fault>> {
        let connector = self.parts.registry.get(connector)?;
        let config = connector.config.as_ref().ok()?;
        let (_, strategy) = config.topics.iter().find(|(of, _)| of == topic)?;
        let reader = Reader::new(config, strategy).ok()?;
        let lacking = reader.lacking(std::slice::from_ref(record));
        tokio::time::timeout(PATIENCE, reader.learn(&lacking)).await.ok()?.ok()?;
        let origin = record.header(ORIGIN_HEADER);
        let place = Place { topic, partition: record.partition, offset: record.offset, incarnation, origin };
        let words =
            |content| deed(&content).words.into_iter().take(CHANGES).map(|words| line(&words, LETTERS)).collect();
        Some(reader.read(record, place).map(words))
    }
}
