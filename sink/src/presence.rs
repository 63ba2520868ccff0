//! Who else works here: processes that share a Kafka and a graph tell each other what their tasks do.
//!
//! They do so through Kafka, since what most needs telling is that the graph does not answer; and whoever shows it sees
//! for himself whether Kafka does. A process speaks on the topic [`STATUS_TOPIC`] every two seconds and when it ends, and is
//! taken for gone when it has been silent for ten.

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{Consumer, StreamConsumer},
    producer::{BaseProducer, BaseRecord, Producer},
};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use uuid::Uuid;

use crate::{
    board::{Board, Report},
    kafka::{Cluster, Context, Error, STATUS_TOPIC},
};

/// How often a process speaks.
const SPEAK_EVERY: Duration = Duration::from_secs(2);
/// How long a word may take: the next one says the same.
const SPEAK_TIMEOUT: Duration = Duration::from_secs(4);
/// How long it is heard, after a word, what became of those before: enough for all that an outage piled up, nothing to wait for.
const HEAR: Duration = Duration::from_millis(1);
/// How far back a process that starts listens: what twenty others said last.
const LISTEN_FROM: i64 = 20;

/// What a process says.
#[derive(Debug, Serialize, Deserialize)]
struct Word {
    report: Report,
    /// When, in epoch milliseconds, by its own clock.
    at: i64,
}

/// Speaks and listens until it is stopped, and then says goodbye. A topic that can't be used is no reason to stop anything
/// else: then each page shows its own process only, and the log says why.
pub(crate) async fn keep(cluster: Arc<Cluster>, board: Arc<Board>, stop: CancellationToken) {
    let id = Uuid::new_v4().to_string();
    let (speaker, listener) = match (speaker(&cluster), listener(&cluster)) {
        (Ok(speaker), Ok(listener)) => (speaker, listener),
        (Err(error), _) | (_, Err(error)) => return warn!(%error, "other processes are not heard of"),
    };
    tokio::select! {
        () = listen(&listener, &board, &id) => {}
        () = speak(&speaker, &board, &id) => {}
        () = stop.cancelled() => {}
    }
    say(&speaker, &id, None);
    let said = tokio::task::spawn_blocking(move || speaker.flush(SPEAK_TIMEOUT)).await;
    if !matches!(said, Ok(Ok(()))) {
        debug!("other processes were not told that this one ends");
    }
}

async fn speak(speaker: &BaseProducer<Context>, board: &Board, id: &str) {
    loop {
        let now = Utc::now().timestamp_millis();
        match serde_json::to_string(&Word { report: board.report(now), at: now }) {
            Ok(word) => say(speaker, id, Some(&word)),
            Err(error) => warn!(%error, "what this process does can't be written down"),
        }
        tokio::time::sleep(SPEAK_EVERY).await;
    }
}

/// Says a word, and hears what became of those before: this needs no thread that listens all the time.
fn say(speaker: &BaseProducer<Context>, id: &str, word: Option<&str>) {
    let mut record = BaseRecord::<str, str>::to(STATUS_TOPIC).partition(0).key(id);
    record.payload = word;
    if let Err((error, _)) = speaker.send(record) {
        debug!(%error, "other processes were not told");
    }
    speaker.poll(HEAR);
}

async fn listen(listener: &StreamConsumer<Context>, board: &Board, id: &str) {
    loop {
        let record = match listener.recv().await {
            Ok(record) => record,
            Err(error) => {
                debug!(%error, "other processes are not heard");
                tokio::time::sleep(SPEAK_EVERY).await;
                continue;
            }
        };
        let Some(Ok(who)) = record.key().map(std::str::from_utf8) else { continue };
        if who == id {
            continue;
        }
        let now = Utc::now().timestamp_millis();
        // What was said before this process started counts from then, and not anew.
        let at = record.timestamp().to_millis().unwrap_or(now).min(now);
        match record.payload().map(serde_json::from_slice::<Word>) {
            None => board.hear(who.to_owned(), None, now),
            Some(Ok(word)) => board.hear(who.to_owned(), Some(word.report), at),
            // Another version of Sluice, in the middle of an upgrade.
            Some(Err(error)) => debug!(%error, "what another process says is not understood"),
        }
    }
}

fn speaker(cluster: &Cluster) -> Result<BaseProducer<Context>, Error> {
    let failed = |source| Error::Client { servers: cluster.bootstrap_servers().to_owned(), source };
    let timeout = SPEAK_TIMEOUT.as_millis().to_string();
    cluster.client_config().set("message.timeout.ms", timeout).create_with_context(Context).map_err(failed)
}

fn listener(cluster: &Cluster) -> Result<StreamConsumer<Context>, Error> {
    let failed = |source| Error::Client { servers: cluster.bootstrap_servers().to_owned(), source };
    let listener: StreamConsumer<Context> = cluster
        .client_config()
        // Never joined: everybody hears everything. The client wants a name to assign at all.
        .set("group.id", "sluice-status")
        .set("enable.auto.commit", "false")
        // Whatever was removed meanwhile is old.
        .set("auto.offset.reset", "latest")
        .create_with_context(Context)
        .map_err(failed)?;
    let mut from = TopicPartitionList::new();
    from.add_partition_offset(STATUS_TOPIC, 0, Offset::OffsetTail(LISTEN_FROM)).map_err(failed)?;
    listener.assign(&from).map_err(failed)?;
    Ok(listener)
}
