//! The outlet of the dead letters: what the ledger has is published to `<topic>.dead-letters`, at least once.

use std::{sync::Arc, time::Duration};

use rdkafka::{
    message::{Header, OwnedHeaders},
    producer::{FutureProducer, FutureRecord},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::{
    board::Board,
    graph::{LedgerEntry, Store},
    kafka::{Cluster, Context, Error, dead_letter_topic},
};

/// How often the ledger is asked, at most; and how often at least, in case a notice was missed.
const ASK_EVERY: Duration = Duration::from_secs(1);
const ASK_ANYWAY: Duration = Duration::from_secs(30);
/// Letters published before they are marked.
const PAGE: u32 = 500;
/// How long a letter may take to be acknowledged; it stays in the ledger and is sent again otherwise.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Publishes dead letters until it is stopped.
///
/// # Errors
/// [`Error::Client`] when the producer could not be made.
pub(crate) async fn publish(
    cluster: Arc<Cluster>,
    store: Arc<dyn Store>,
    board: Arc<Board>,
    stop: CancellationToken,
) -> Result<(), Error> {
    let producer: FutureProducer<Context> = cluster
        .client_config()
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .create_with_context(Context)
        .map_err(|source| Error::Client { servers: cluster.bootstrap_servers().to_owned(), source })?;
    let mut seen = None;
    let mut complained = false;
    loop {
        let dead: i64 = board.checkpoints().iter().map(|checkpoint| checkpoint.books.dead).sum();
        if seen != Some(dead) {
            match publish_page(&producer, &*store).await {
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
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(ASK_ANYWAY) => seen = None,
            () = async { tokio::time::sleep(ASK_EVERY).await; changes.changed().await.ok(); } => {}
        }
    }
}

/// Publishes up to a page; whether there was a full one.
async fn publish_page(producer: &FutureProducer<Context>, store: &dyn Store) -> Result<bool, String> {
    let letters = store.unpublished(PAGE).await.map_err(|error| error.to_string())?;
    let sends = letters.iter().map(|entry| send(producer, entry));
    futures::future::try_join_all(sends).await?;
    if letters.is_empty() {
        return Ok(false);
    }
    let ids: Vec<String> = letters.iter().map(|entry| entry.id.clone()).collect();
    store.mark_published(&ids).await.map_err(|error| error.to_string())?;
    Ok(letters.len() == PAGE as usize)
}

async fn send(producer: &FutureProducer<Context>, entry: &LedgerEntry) -> Result<(), String> {
    let topic = dead_letter_topic(&entry.letter.topic);
    let record = FutureRecord {
        topic: &topic,
        partition: None,
        payload: entry.value.as_deref(),
        key: entry.key.as_deref(),
        timestamp: None,
        headers: Some(headers(entry)),
    };
    producer.send(record, SEND_TIMEOUT).await.map(|_| ()).map_err(|(error, _)| error.to_string())
}

/// The record's own headers, and Kafka Connect's for errors.
fn headers(entry: &LedgerEntry) -> OwnedHeaders {
    let letter = &entry.letter;
    let mut headers = OwnedHeaders::new();
    for (key, value) in &entry.headers {
        headers = headers.insert(Header { key, value: value.as_deref() });
    }
    for (key, value) in [
        ("__connect.errors.topic", letter.topic.clone()),
        ("__connect.errors.partition", letter.partition.to_string()),
        ("__connect.errors.offset", letter.offset.to_string()),
        ("__connect.errors.connector.name", letter.connector.clone()),
        ("__connect.errors.exception.class.name", letter.reason.clone()),
        ("__connect.errors.exception.message", letter.message.clone()),
    ] {
        headers = headers.insert(Header { key, value: Some(&value) });
    }
    headers
}
