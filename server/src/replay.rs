//! Sends a dead letter again: claimed in the ledger, then produced, then marked.
//!
//! A crash in between leaves a claim, which is void after a minute. Whoever sends the letter again then sends it with the
//! same origin, and so with the same id: it is stored once.

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use model::Failure;
use sink::graph::{LedgerEntry, ReplayClaim, Store};
use tracing::{error, warn};
use uuid::Uuid;

use crate::{answers::unavailable, producer::Producers};

/// How long whoever asked waits for the broker. What is sent stays on its way meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends it again, and waits for the end for a while.
pub(crate) async fn replay(
    store: Arc<dyn Store>,
    producers: Arc<Producers>,
    entry: LedgerEntry,
    value: Option<Vec<u8>>,
) -> Result<(), Failure> {
    // A task of its own: whoever asked may hang up, and then nobody would end the claim.
    let running = tokio::spawn(run(store, producers, entry, value));
    match tokio::time::timeout(PATIENCE, running).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => Err(Failure::new("replay_failed", format!("sending the record again broke: {error}"))),
        Err(_) => Err(Failure::new(
            "replay_unconfirmed",
            format!(
                "Kafka has not acknowledged the record within {} s: it is sent as soon as Kafka answers, or can be sent \
                 again in a minute, and is stored once in any case",
                PATIENCE.as_secs()
            ),
        )),
    }
}

async fn run(
    store: Arc<dyn Store>,
    producers: Arc<Producers>,
    entry: LedgerEntry,
    value: Option<Vec<u8>>,
) -> Result<(), Failure> {
    let by = Uuid::new_v4().to_string();
    match store.claim_replay(&entry.id, &by, now()).await.map_err(unavailable)? {
        ReplayClaim::Claimed => {}
        ReplayClaim::InProgress(since) => {
            let seconds = (now() - since).max(0) / 1_000;
            return Err(Failure::new(
                "replay_in_progress",
                format!("it is being sent again already, since {seconds} s: look at what becomes of it first"),
            ));
        }
        ReplayClaim::Unknown => {
            return Err(Failure::new(
                "unknown_dead_letter",
                "the dead letter is gone: the graph was emptied meanwhile",
            ));
        }
    }
    if let Err(failure) = producers.replay(&entry, value).await {
        if let Err(error) = store.release_replay(&entry.id, &by).await {
            warn!(%error, dead_letter.id = entry.id, "a claim was not given up, it is void in a minute");
        }
        return Err(failure);
    }
    store.mark_replayed(&entry.id, &by, now()).await.map_err(|error| {
        error!(%error, dead_letter.id = entry.id, "a dead letter was sent again, but that was not noted");
        Failure::new(
            "store_unavailable",
            format!("the record was sent again, but noting that failed ({error}): sent once more, it is stored once"),
        )
    })
}

fn now() -> i64 {
    Utc::now().timestamp_millis()
}
