//! What a configuration would do with the newest records of its topics: read beside everything else, written nowhere.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use model::{
    Failure,
    draft::{Bound, Preview, RecordPreview, Refusal, TopicPreview},
};
use sink::{
    connector::{
        Tolerance,
        config::{Config, Strategy},
    },
    graph::batch::Content,
    kafka::{
        Cluster,
        newest::{Newest, newest},
        record::Record,
    },
    kind::decode::{Fault, ORIGIN_HEADER, Place},
    preview::{Deed, deed, makes, needed, node},
    task::Reader,
};
use tokio::sync::Semaphore;

use crate::{
    house::House,
    tail::{show, text},
};

/// Records of a topic, if nobody says how many.
pub(crate) const LIMIT: u32 = 10;
/// Records of a topic, at most.
const MOST: u32 = 100;
/// How long it may take. Somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(8);
/// Topics at most: the others are named, and not read.
const TOPICS: usize = 20;
/// Bytes of a value, of a statement and of its parameters, each.
const BYTES: usize = 4 << 10;
/// Questions to the graph whether a node is there, at most.
const QUESTIONS: usize = 50;

/// Each has a client of its own, and holds some megabytes.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Checks how many records are asked for.
///
/// # Errors
/// `limit_out_of_range`.
pub(crate) fn check_limit(limit: u32) -> Result<usize, Failure> {
    if (1..=MOST).contains(&limit) {
        return Ok(limit as usize);
    }
    Err(Failure::new("limit_out_of_range", format!("limit is from 1 to {MOST}, not {limit}")))
}

/// Reads through a configuration that has been checked.
///
/// # Errors
/// `limit_out_of_range`, `kafka_unavailable`.
pub(crate) async fn preview(house: &House, config: &Config, limit: u32) -> Result<Preview, Failure> {
    let limit = check_limit(limit)?;
    let _turn = TURNS.acquire().await.map_err(|error| Failure::new("unexpected", error.to_string()))?;
    let until = Instant::now() + PATIENCE;
    let mut topics = Vec::new();
    for (index, (topic, strategy)) in config.topics.iter().enumerate() {
        let skipped = |remark: &str| TopicPreview {
            topic: topic.clone(),
            remark: Some(remark.to_owned()),
            ..TopicPreview::default()
        };
        topics.push(if index >= TOPICS {
            skipped("Not read: a preview looks at 20 topics.")
        } else if Instant::now() >= until {
            skipped("Not read: the topics before it took too long.")
        } else {
            of_topic(house, config, (topic, strategy), limit, until).await?
        });
    }
    let stops = config.tolerance == Tolerance::None;
    Ok(Preview { embedded: house.store.describe().embedded, stops, topics })
}

async fn of_topic(
    house: &House,
    config: &Config,
    (topic, strategy): (&str, &Strategy),
    limit: usize,
    until: Instant,
) -> Result<TopicPreview, Failure> {
    let reader = Reader::new(config, strategy).map_err(|sentence| Failure::new("invalid_configuration", sentence))?;
    let warning = lacks(house, &reader, topic, until).await;
    let without = |remark: &str| TopicPreview {
        topic: topic.to_owned(),
        remark: Some(remark.to_owned()),
        warning: warning.clone(),
        records: Vec::new(),
    };
    let records = match read(&house.cluster, topic, limit, until).await? {
        Newest::Missing => {
            let remark = if house.cluster.is_embedded() {
                "There is no such topic yet. It is made when the connector is created."
            } else {
                "There is no such topic at Kafka."
            };
            return Ok(without(remark));
        }
        Newest::Records(records) if records.is_empty() => {
            return Ok(without("The topic is empty: there is no record to show this with."));
        }
        Newest::Records(records) => records,
    };
    let left = until.saturating_duration_since(Instant::now());
    let why_not = match tokio::time::timeout(left, reader.learn(&reader.lacking(&records))).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("the schema registry took too long".to_owned()),
    };
    if let Some(why) = why_not {
        return Ok(without(&format!("Not read: {why}.")));
    }
    let incarnation = incarnation(house, topic);
    let contents: Vec<Result<Content, Fault>> = records
        .iter()
        .map(|record| {
            let origin = record.header(ORIGIN_HEADER);
            let place = Place { topic, partition: record.partition, offset: record.offset, incarnation, origin };
            reader.read(record, place)
        })
        .collect();
    let warnings = missing(house, &contents, until).await;
    let told = records.iter().zip(contents).zip(warnings);
    let records = told.map(|((record, content), warning)| of_record(record, content, warning)).collect();
    let remark = matches!(strategy, Strategy::Event(_))
        .then(|| "As on an empty graph: an event that the graph knows already changes nothing.".to_owned());
    Ok(TopicPreview { topic: topic.to_owned(), remark, warning, records })
}

/// What the graph lacks and the connector would not make. A graph that does not answer says so elsewhere.
async fn lacks(house: &House, reader: &Reader, topic: &str, until: Instant) -> Option<String> {
    let left = until.saturating_duration_since(Instant::now());
    tokio::time::timeout(left, reader.lacks(&*house.store, topic)).await.ok()?.ok()?
}

async fn read(cluster: &Arc<Cluster>, topic: &str, limit: usize, until: Instant) -> Result<Newest, Failure> {
    let (cluster, topic) = (cluster.clone(), topic.to_owned());
    let unavailable = |why: String| Failure::new("kafka_unavailable", why);
    let read = tokio::task::spawn_blocking(move || newest(&cluster, &topic, limit, until));
    let read = read.await.map_err(|error| unavailable(error.to_string()))?;
    read.map_err(|error| unavailable(error.to_string()))
}

/// How many topics of this name the graph has seen, which is a part of ids that records do not state.
fn incarnation(house: &House, topic: &str) -> i64 {
    let cluster = house.cluster.id();
    let of_it = house.sampler.checkpoints(&house.board).into_iter();
    let of_it = of_it.filter(|it| it.id.topic == topic && Some(it.id.cluster.as_str()) == cluster);
    of_it.map(|it| it.incarnation).max().unwrap_or(1)
}

/// A sentence for each record that needs a node which is not there, and which no older one of these makes.
async fn missing(house: &House, contents: &[Result<Content, Fault>], until: Instant) -> Vec<Option<String>> {
    let mut warnings = vec![None; contents.len()];
    let mut questions = 0;
    for (index, content) in contents.iter().enumerate() {
        let Ok(content) = content else { continue };
        for wanted in needed(content) {
            let older = contents[index + 1..].iter().flatten();
            if warnings[index].is_some() || older.clone().any(|older| makes(older, wanted)) || makes(content, wanted) {
                continue;
            }
            questions += 1;
            let left = until.saturating_duration_since(Instant::now());
            if questions > QUESTIONS || left.is_zero() {
                return warnings;
            }
            // A graph that does not answer says so elsewhere; what the record would do can be told without it.
            let Ok(Ok(found)) = tokio::time::timeout(left, house.store.nodes(wanted)).await else { return warnings };
            if found.is_empty() {
                warnings[index] = Some(format!(
                    "{} is not in the graph now: unless something makes it first, this is a dead letter (end_node_missing).",
                    node(wanted)
                ));
            }
        }
    }
    warnings
}

fn of_record(record: &Record, content: Result<Content, Fault>, warning: Option<String>) -> RecordPreview {
    let (form, body, shown_bytes) = show(record.value.as_deref());
    let (body, cut) = shortened(body);
    let (dead, deed) = match content {
        Ok(content) => (None, deed(&content)),
        Err(Fault { reason, message }) => (Some(Refusal { reason, message }), Deed::default()),
    };
    let statement = |statement: sink::preview::Statement| Bound {
        text: shortened(statement.text).0,
        parameters: shortened(serde_json::to_string(&statement.parameters).unwrap_or_default()).0,
    };
    RecordPreview {
        partition: record.partition,
        offset: record.offset,
        at: record.timestamp_ms,
        key: record.key.as_deref().map(text),
        form,
        body,
        cut: cut || shown_bytes.is_some(),
        dead,
        warning,
        changes: deed.words.into_iter().map(|line| shortened(line).0).collect(),
        statements: deed.statements.into_iter().map(statement).collect(),
    }
}

/// No more of a text than a page should carry, and whether something is missing.
fn shortened(mut text: String) -> (String, bool) {
    if text.len() <= BYTES {
        return (text, false);
    }
    let at = (0..=BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.truncate(at);
    text.push('…');
    (text, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_letters() {
        assert_eq!(shortened("short".to_owned()), ("short".to_owned(), false));
        let (text, cut) = shortened("é".repeat(BYTES));
        assert!(cut && text.ends_with('…') && text.len() < BYTES + 4);
    }

    #[test]
    fn from_one_to_a_hundred_records_can_be_asked_for() {
        assert_eq!(check_limit(100), Ok(100));
        for limit in [0, 101] {
            assert_eq!(check_limit(limit).unwrap_err().code, "limit_out_of_range");
        }
    }
}
