//! The outlet of the dead letters: what the ledger has is published to `<topic>.dead-letters`, at least once.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::future::join_all;
use metrics::counter;
use rdkafka::{
    error::{KafkaError, RDKafkaErrorCode as Code},
    message::{Header, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::{
    board::Board,
    connector::{Config, Registry},
    graph::{LedgerEntry, Store},
    kafka::{self, Cluster, Context, Error, MAX_RECORD_BYTES, dead_letter_topic},
    meter,
};

/// How often the ledger is asked, at most; and how often at least, in case a notice was missed.
const ASK_EVERY: Duration = Duration::from_secs(1);
const ASK_ANYWAY: Duration = Duration::from_secs(30);
/// Letters published before they are marked. All of them are in memory at once, and each may be a megabyte or more.
const PAGE: u32 = 100;
/// How long a letter waits for room in the client's queue; it stays in the ledger and is sent again otherwise.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the client tries to send a letter before it says that it cannot.
const DELIVERY_TIMEOUT_MS: &str = "30000";
/// How much of a fault's message goes into a header: one may quote the record.
const MESSAGE_CHARS: usize = 1_000;
/// The header that says, of a letter without its record, where the record is.
const OMITTED_HEADER: &str = "sluice.omitted";

/// Publishes dead letters until it is stopped.
pub(crate) async fn publish(
    cluster: Arc<Cluster>,
    store: Arc<dyn Store>,
    board: Arc<Board>,
    registry: Arc<Registry>,
    stop: CancellationToken,
) {
    let mut outlet = Outlet { producer: None, cluster, registry, warned: false };
    let mut seen = None;
    let mut complained = false;
    loop {
        let dead: i64 = board.checkpoints().iter().map(|checkpoint| checkpoint.books.dead).sum();
        if seen != Some(dead) {
            // What is cut off here is sent again by the next start.
            let published = tokio::select! {
                published = outlet.publish_page(&*store) => published,
                () = stop.cancelled() => return,
            };
            match published {
                // There may be more than a page.
                Ok(true) => continue,
                Ok(false) => {
                    seen = Some(dead);
                    complained = false;
                }
                Err(reason) if !complained => {
                    warn!("publishing dead letters waits: {reason}");
                    complained = true;
                }
                Err(reason) => debug!("publishing dead letters waits: {reason}"),
            }
        }
        let mut changes = board.changes();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(ASK_ANYWAY) => seen = None,
            () = async { tokio::time::sleep(ASK_EVERY).await; changes.changed().await.ok(); } => {}
        }
    }
}

fn producer(cluster: &Cluster) -> Result<FutureProducer<Context>, Error> {
    cluster
        .client_config_with(&[
            // How big a record may be is the topic's to say.
            ("message.max.bytes", MAX_RECORD_BYTES),
            // A record that came compressed may be bigger than what the topic takes when it is not.
            ("compression.codec", "gzip"),
        ])
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("message.timeout.ms", DELIVERY_TIMEOUT_MS)
        .create_with_context(Context)
        .map_err(|source| Error::Client { servers: cluster.bootstrap_servers().to_owned(), source })
}

struct Outlet {
    cluster: Arc<Cluster>,
    /// Made for the first letter: its thread is not idle even where nothing is ever sent.
    producer: Option<FutureProducer<Context>>,
    registry: Arc<Registry>,
    /// Whether it was said already that a letter is not there as it should be.
    warned: bool,
}

impl Outlet {
    /// Publishes up to a page; whether there was a full one.
    async fn publish_page(&mut self, store: &dyn Store) -> Result<bool, String> {
        let letters = store.unpublished(PAGE).await.map_err(|error| error.to_string())?;
        if letters.is_empty() {
            return Ok(false);
        }
        let producer = self.producer().map_err(|error| error.to_string())?;
        let tried = join_all(letters.iter().map(|entry| self.send(&producer, entry, Form::Whole))).await;
        let mut settled = Vec::with_capacity(letters.len());
        let mut waits = None;
        for (entry, tried) in letters.iter().zip(tried) {
            meter::count_letter(&entry.letter.connector, tried.is_ok());
            match self.settle(&producer, entry, tried).await {
                Ok(outcome) => {
                    counter!("sluice_outlet_letters_total", "outcome" => outcome).increment(1);
                    settled.push(entry.id.clone());
                }
                Err(error) => waits = Some(format!("{}: {error}", self.topic(entry))),
            }
        }
        store.mark_published(&settled).await.map_err(|error| error.to_string())?;
        let Some(reason) = waits else { return Ok(letters.len() == PAGE as usize) };
        self.restore(&letters).await;
        Err(reason)
    }

    /// The configuration of the connector that refused the record, if it is still there.
    fn config(&self, entry: &LedgerEntry) -> Option<Arc<Config>> {
        self.registry.get(&entry.letter.connector)?.config.clone().ok()
    }

    /// Where a letter goes.
    fn topic(&self, entry: &LedgerEntry) -> String {
        let named = self.config(entry).and_then(|config| config.dead_letter_topic.clone());
        named.unwrap_or_else(|| dead_letter_topic(&entry.letter.topic))
    }

    /// Makes the topics of these that are not there, if that is what they wait for: somebody may have deleted one, and not
    /// every broker makes one when it is asked for it.
    async fn restore(&self, letters: &[LedgerEntry]) {
        let cluster = self.cluster.clone();
        let outlet = |entry: &LedgerEntry| {
            let replication = self.config(entry).and_then(|config| config.dead_letter_replication);
            (self.topic(entry), kafka::Outlet { of: entry.letter.topic.clone(), replication })
        };
        let outlets: BTreeMap<String, kafka::Outlet> = letters.iter().map(outlet).collect();
        let restored = tokio::task::spawn_blocking(move || cluster.restore_outlets(&outlets)).await;
        if let Err(reason) = restored.map_err(|error| error.to_string()).and_then(|r| r.map_err(|e| e.to_string())) {
            debug!("the topics for dead letters could not be looked at: {reason}");
        }
    }

    fn producer(&mut self) -> Result<FutureProducer<Context>, Error> {
        if let Some(producer) = &self.producer {
            return Ok(producer.clone());
        }
        Ok(self.producer.insert(producer(&self.cluster)?).clone())
    }

    /// What became of a letter in the end; the error is one that passes.
    async fn settle(
        &mut self,
        producer: &FutureProducer<Context>,
        entry: &LedgerEntry,
        tried: Result<(), KafkaError>,
    ) -> Result<&'static str, KafkaError> {
        let (mut form, mut tried, mut alone) = (Form::Whole, tried, false);
        while let Err(error) = tried {
            match verdict(error.rdkafka_error_code(), form, alone) {
                Verdict::Wait => return Err(error),
                Verdict::Alone => alone = true,
                Verdict::Shorten => form = Form::WithoutRecord,
                Verdict::Leave => {
                    self.warn(entry, &error, "it stays in the ledger only");
                    return Ok("left");
                }
            }
            if form == Form::WithoutRecord {
                self.warn(entry, &error, "the letter goes out without its record, which stays in the ledger");
            }
            tried = self.send(producer, entry, form).await;
        }
        Ok(if form == Form::Whole { "whole" } else { "shortened" })
    }

    /// Says it once: a topic of big records would say it of each.
    fn warn(&mut self, entry: &LedgerEntry, error: &KafkaError, consequence: &str) {
        let topic = self.topic(entry);
        if self.warned {
            debug!(%error, kafka.topic = topic, letter = entry.id, "a dead letter is refused: {consequence}");
        } else {
            warn!(
                %error, kafka.topic = topic, letter = entry.id,
                "a dead letter is refused: {consequence}; raise the topic's max.message.bytes to have the next ones whole"
            );
        }
        self.warned = true;
    }

    async fn send(
        &self,
        producer: &FutureProducer<Context>,
        entry: &LedgerEntry,
        form: Form,
    ) -> Result<(), KafkaError> {
        let topic = self.topic(entry);
        let whole = form == Form::Whole;
        let record = FutureRecord {
            topic: &topic,
            partition: None,
            payload: entry.value.as_deref().filter(|_| whole),
            key: entry.key.as_deref().filter(|_| whole),
            timestamp: None,
            headers: Some(headers(entry, form, self.config(entry).is_none_or(|config| config.dead_letter_headers))),
        };
        producer.send(record, SEND_TIMEOUT).await.map(|_| ()).map_err(|(error, _)| error)
    }
}

/// How much of a letter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Key, value and headers byte for byte.
    Whole,
    /// Only where it was and why it is one.
    WithoutRecord,
}

/// What to do about a letter that was not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing is wrong with it: later.
    Wait,
    /// By itself: a broker refuses the whole request for one of its records.
    Alone,
    /// By itself, and without its record.
    Shorten,
    /// Not at all: the letters behind it must not wait for ever.
    Leave,
}

fn verdict(code: Option<Code>, form: Form, alone: bool) -> Verdict {
    match (code, form, alone) {
        (Some(Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidRecord), Form::Whole, false) => {
            Verdict::Alone
        }
        (Some(Code::MessageSizeTooLarge | Code::MessageBatchTooLarge), Form::Whole, true) => Verdict::Shorten,
        (Some(Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidRecord), _, _) => Verdict::Leave,
        _ => Verdict::Wait,
    }
}

/// The record's own headers if it goes whole, and Kafka Connect's for errors if they are wanted.
fn headers(entry: &LedgerEntry, form: Form, errors: bool) -> OwnedHeaders {
    let letter = &entry.letter;
    let mut headers = OwnedHeaders::new();
    for (key, value) in entry.headers.iter().filter(|_| form == Form::Whole) {
        headers = headers.insert(Header { key, value: value.as_deref() });
    }
    for (key, value) in [
        ("__connect.errors.topic", letter.topic.clone()),
        ("__connect.errors.partition", letter.partition.to_string()),
        ("__connect.errors.offset", letter.offset.to_string()),
        ("__connect.errors.connector.name", letter.connector.clone()),
        ("__connect.errors.exception.class.name", letter.reason.clone()),
        ("__connect.errors.exception.message", letter.message.chars().take(MESSAGE_CHARS).collect()),
    ]
    .into_iter()
    .filter(|_| errors)
    {
        headers = headers.insert(Header { key, value: Some(&value) });
    }
    if form == Form::WithoutRecord {
        let where_it_is = format!("the record is too big for this topic; the ledger has it as {}", entry.id);
        headers = headers.insert(Header { key: OMITTED_HEADER, value: Some(&where_it_is) });
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_given_up_only_when_it_was_refused_by_itself_and_for_what_it_is() {
        use Form::{Whole, WithoutRecord};
        for (code, form, alone, expected) in [
            (Code::MessageSizeTooLarge, Whole, false, Verdict::Alone),
            (Code::MessageSizeTooLarge, Whole, true, Verdict::Shorten),
            (Code::MessageSizeTooLarge, WithoutRecord, true, Verdict::Leave),
            (Code::MessageBatchTooLarge, Whole, true, Verdict::Shorten),
            (Code::InvalidRecord, Whole, false, Verdict::Alone),
            (Code::InvalidRecord, Whole, true, Verdict::Leave),
            (Code::MessageTimedOut, Whole, false, Verdict::Wait),
            (Code::TopicAuthorizationFailed, Whole, true, Verdict::Wait),
            (Code::UnknownTopicOrPartition, WithoutRecord, true, Verdict::Wait),
        ] {
            assert_eq!(verdict(Some(code), form, alone), expected, "{code:?} {form:?} {alone}");
        }
        assert_eq!(verdict(None, Whole, false), Verdict::Wait);
    }
}
