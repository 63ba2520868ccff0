//! One record with everything that is known of it: from what was read lately, else from Kafka by its place.

use std::{collections::HashMap, sync::Arc};

use model::{
    Failure,
    dead_letter::DeadLetter,
    event::Event,
    record::{Fate, Opened, Piece, Place, Row},
};
use sink::{
    graph::Error,
    kafka::{look, record::Record},
};

use super::{
    Fates, Tail,
    became::became,
    gist::{event, line},
    listen::row,
    ring::Seen,
    show::{readable, show},
};

/// Letters of a key or a header.
const LETTERS: usize = 1_000;
/// Headers that a page gets.
const HEADERS: usize = 50;

impl Tail {
    /// Finds a record and the graph that it became.
    ///
    /// # Errors
    /// `unknown_record`, `record_gone`, `kafka_unavailable`.
    pub(crate) async fn open(self: &Arc<Self>, place: Place) -> Result<Opened, Failure> {
        let seen = match self.find(&place) {
            Some(seen) => seen,
            None => Arc::new(self.fetch(place.clone()).await?),
        };
        let fates = Fates::now(self);
        let mut row = row(&seen, &fates);
        let record = &seen.record;
        let next = fates.next(&place);
        let incarnation = fates.incarnation(&place);
        let Story { text: story, graph, changes } = match place.topic.parse() {
            // Whatever else reads it makes something else of it.
            Ok(kind) if self.parts.registry.speaker(&place.topic) == place.topic => {
                self.story(&event(kind, record, incarnation), &mut row, next).await
            }
            _ => self.own_story(record, incarnation, &mut row, next).await,
        };
        let (form, body, mut shown_bytes) = show(record.value.as_deref());
        let kept = record.value.as_ref().map_or(0, Vec::len);
        if seen.value_bytes > kept && shown_bytes.is_none() {
            shown_bytes = Some(kept as u64);
        }
        Ok(Opened {
            key: record.key.as_deref().map(text),
            headers: headers(record),
            bytes: (record.key.as_ref().map_or(0, Vec::len) + seen.value_bytes) as u64,
            form,
            body,
            shown_bytes,
            story,
            graph,
            changes,
            row,
        })
    }

    /// What became of an event.
    async fn story(&self, event: &Result<Event, (String, String)>, row: &mut Row, next: Option<i64>) -> Story {
        match (event, row.fate) {
            (Err(_), Fate::Waiting) => "It breaks a rule, and no sink has come to it yet.".into(),
            (Err(_), _) => "It breaks a rule, so it is a dead letter and not in the graph.".into(),
            (Ok(_), Fate::Waiting) => waits(next, &row.place).into(),
            (Ok(event), fate) => match became(&*self.parts.store, event).await {
                Ok(Some(found)) => {
                    let said = match fate {
                        Fate::Repeated => "The graph knew it already, so it changed nothing. This is what it knows.",
                        _ => "This is where it stands in the graph now.",
                    };
                    let text = found.remark.unwrap_or_else(|| said.to_owned());
                    Story { text, graph: Some(found.piece), changes: Vec::new() }
                }
                Ok(None) => match self.letter(&row.place).await {
                    // The rule that it breaks is the database's own.
                    Ok(Some(letter)) => {
                        row.fate = Fate::Dead;
                        row.reason = Some(letter.reason);
                        format!("The store refused it, so it is a dead letter: {}.", letter.message).into()
                    }
                    Ok(None) => "It was stored, and is not in the graph any more: the graph was emptied since.".into(),
                    Err(error) => unknown(&error),
                },
                Err(error) => unknown(&error),
            },
        }
    }

    /// The dead letter that a record of this cluster has become, if it has.
    pub(super) async fn letter(&self, place: &Place) -> Result<Option<DeadLetter>, Error> {
        let found = self.parts.store.dead_letter(&place.topic, place.partition, place.offset).await?;
        Ok(found.map(|entry| entry.letter).filter(|letter| Some(letter.cluster.as_str()) == self.parts.cluster.id()))
    }

    async fn fetch(&self, place: Place) -> Result<Seen, Failure> {
        let cluster = self.parts.cluster.clone();
        let found = tokio::task::spawn_blocking(move || {
            let topic = &place.topic;
            let unavailable = |error: sink::kafka::Error| Failure::new("kafka_unavailable", error.to_string());
            let marks = cluster.watermarks(topic).map_err(unavailable)?;
            let (low, high) = within(&place, marks.iter().map(|mark| (mark.partition, mark.low, mark.high)).collect())?;
            let mut records: HashMap<i32, Record> =
                look::records_at(&cluster, topic, &[(place.partition, place.offset)]).map_err(unavailable)?;
            let record = records.remove(&place.partition).ok_or_else(|| {
                Failure::new(
                    "record_gone",
                    format!(
                        "there is no record at {place}: partition {} of {topic} reaches from {low} to {high}, and what stood \
                         there was removed, or is a transaction's mark",
                        place.partition,
                        high = high - 1,
                    ),
                )
            })?;
            Ok(Seen::new(place.topic.into(), record, 0))
        });
        found.await.map_err(|error| Failure::new("kafka_unavailable", error.to_string()))?
    }
}

/// What became of a record.
pub(super) struct Story {
    pub(super) text: String,
    pub(super) graph: Option<Piece>,
    /// What its connector makes of it, a line for each change.
    pub(super) changes: Vec<String>,
}

impl<T: Into<String>> From<T> for Story {
    fn from(text: T) -> Self {
        Self { text: text.into(), graph: None, changes: Vec::new() }
    }
}

pub(super) fn unknown(error: &Error) -> Story {
    format!("What became of it is not known right now: {error}.").into()
}

/// The ends of the partition that a place lies in.
fn within(place: &Place, marks: Vec<(i32, i64, i64)>) -> Result<(i64, i64), Failure> {
    let Place { topic, partition, offset } = place;
    let (partition, offset) = (*partition, *offset);
    let Some(&(_, low, high)) = marks.iter().find(|(known, _, _)| *known == partition) else {
        let count = marks.len();
        let sentence = format!("{topic} has no partition {partition}: it has {count}, counted from 0");
        return Err(Failure::new("unknown_record", sentence));
    };
    if low == high && offset < low {
        return Err(Failure::new(
            "record_gone",
            format!("Kafka does not hold {place} any more: partition {partition} of {topic} is empty now"),
        ));
    }
    if offset < low {
        return Err(Failure::new(
            "record_gone",
            format!("Kafka does not hold {place} any more: partition {partition} of {topic} begins at {low} now"),
        ));
    }
    if offset >= high {
        let ends = if high == low { "is empty".to_owned() } else { format!("ends at {}", high - 1) };
        let sentence = format!("there is no record at {place} yet: partition {partition} of {topic} {ends}");
        return Err(Failure::new("unknown_record", sentence));
    }
    Ok((low, high))
}

pub(super) fn waits(next: Option<i64>, place: &Place) -> String {
    match next {
        Some(next) => {
            let before = place.offset - next;
            let records = if before == 1 { "record" } else { "records" };
            match before {
                0 => "It is not stored yet: it is the next one that its sink stores.".to_owned(),
                before => format!("It is not stored yet: its sink has {before} {records} to store before it."),
            }
        }
        None => "It is not stored yet: no sink has begun with its partition.".to_owned(),
    }
}

/// Bytes as text, or as hexadecimal where they are none.
pub(crate) fn text(bytes: &[u8]) -> String {
    if let Some(text) = readable(bytes) {
        return line(text, LETTERS);
    }
    let hexadecimal: Vec<String> = bytes.iter().take(LETTERS / 3).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > hexadecimal.len() { " …" } else { "" };
    format!("{}{more}", hexadecimal.join(" "))
}

fn headers(record: &Record) -> Vec<(String, String)> {
    let shown = record
        .headers
        .iter()
        .take(HEADERS)
        .map(|(name, value)| (line(name, LETTERS), value.as_deref().map_or_else(|| "none".to_owned(), text)));
    let more = record.headers.len().saturating_sub(HEADERS);
    shown.chain((more > 0).then(|| ("and".to_owned(), format!("{more} more headers")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_without_a_record_is_told_why() {
        let code = |partition, offset, marks: &[(i32, i64, i64)]| {
            let place = Place { topic: "purchases".into(), partition, offset };
            within(&place, marks.to_vec()).map_err(|failure| (failure.code.clone(), failure.message))
        };
        let marks = [(0, 100, 200), (1, 0, 0), (2, 50, 50)];
        assert_eq!(code(0, 100, &marks), Ok((100, 200)));
        assert_eq!(code(0, 199, &marks), Ok((100, 200)));
        for (partition, offset, expected, says) in [
            (0, 99, "record_gone", "begins at 100"),
            (0, 200, "unknown_record", "ends at 199"),
            (1, 0, "unknown_record", "is empty"),
            (2, 10, "record_gone", "is empty"),
            (3, 0, "unknown_record", "it has 3"),
        ] {
            let (code, message) = code(partition, offset, &marks).unwrap_err();
            assert_eq!(code, expected, "{partition}/{offset}");
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn keys_and_headers_that_are_no_text_are_hexadecimal() {
        assert_eq!(text(b"a\tb"), "a b");
        assert_eq!(text(b"\x00\x01"), "00 01");
        assert!(text(&[0; 5_000]).ends_with("00 …"));
    }

    #[test]
    fn a_record_that_waits_says_how_many_are_before_it() {
        let place = Place { topic: "purchases".into(), partition: 0, offset: 10 };
        assert!(waits(Some(10), &place).contains("the next one"));
        assert!(waits(Some(9), &place).contains("1 record to store"));
        assert!(waits(Some(2), &place).contains("8 records"));
        assert!(waits(None, &place).contains("no sink"));
    }
}
