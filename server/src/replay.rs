//! Sends dead letters again, one or all that wait: each is claimed in the ledger, then produced, then marked.
//!
//! A crash in between leaves a claim, which is void after a minute. Whoever sends the letter again then sends it with the
//! same origin, and so with the same id: it is stored once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::Utc;
use futures::{StreamExt, stream};
use model::{
    Failure,
    dead_letter::{ReplayAll, ReplayFailure, ReplayRound},
};
use sink::graph::{LedgerEntry, ReplayClaim, Store, Trouble, Wanted};
use tracing::{error, warn};
use uuid::Uuid;

use crate::{answers::unavailable, producer::Producers};

/// How long whoever asked waits for the broker. What is sent stays on its way meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);

/// The code of a letter that was sent again before, and is left alone.
const SENT_BEFORE: &str = "replayed_already";
/// Letters in a round, at most: some seconds of work, after which whoever asked hears how far it is.
const ROUND: u32 = 1_000;
/// How long a round goes on before it ends with what it has.
const ROUND_TIME: Duration = Duration::from_secs(20);
/// Letters in memory at a time; each may be a megabyte.
const CHUNK: u32 = 50;
/// Letters on their way at a time, so that claiming one does not wait for the broker's answer to another.
const AT_ONCE: usize = 8;

/// Sends all waiting letters of a topic, or of one reason, again as they are: a round of them.
///
/// A round can be broken off and asked for again: what was sent is marked, and is skipped. What fails again becomes a new
/// letter, which a later round of the same `until` leaves alone, so that rounds come to an end.
pub(crate) async fn replay_all(
    store: Arc<dyn Store>,
    producers: Arc<Producers>,
    asked: ReplayAll,
) -> Result<ReplayRound, Failure> {
    let limit = asked.limit.unwrap_or(ROUND);
    if !(1..=ROUND).contains(&limit) {
        return Err(Failure::new("limit_out_of_range", format!("limit is from 1 to {ROUND}, not {limit}")));
    }
    let until = asked.until.unwrap_or_else(now);
    let wanted = Wanted { topic: Some(asked.topic), reason: asked.reason, waiting: true, until: Some(until) };
    let mut round = ReplayRound { next: asked.after, until, ..ReplayRound::default() };
    if round.next.is_none() {
        round.skipped = sent_before(&*store, &wanted).await?;
    }
    let ends = Instant::now() + ROUND_TIME;
    let mut left = limit;
    while left > 0 && Instant::now() < ends {
        let chunk = match store.letters(&wanted, round.next.as_deref(), left.min(CHUNK)).await {
            Ok(chunk) => chunk,
            Err(error) if error.trouble == Trouble::Data => return Err(Failure::new("after_malformed", error.message)),
            Err(error) => {
                round.stopped = Some(unavailable(error));
                return Ok(round);
            }
        };
        left = left.saturating_sub(u32::try_from(chunk.entries.len()).unwrap_or(u32::MAX));
        let mut sending = stream::iter(chunk.entries)
            .map(|entry| {
                let letter = ReplayFailure {
                    topic: entry.letter.topic.clone(),
                    partition: entry.letter.partition,
                    offset: entry.letter.offset,
                    ..ReplayFailure::default()
                };
                let sent = replay(store.clone(), producers.clone(), entry, None, false);
                async move { (letter, sent.await) }
            })
            .buffered(AT_ONCE);
        while let Some((letter, sent)) = sending.next().await {
            note(&mut round, letter, sent);
            if round.stopped.is_some() {
                // The chunk is begun anew by the next round: what it has sent is waiting no more.
                return Ok(round);
            }
        }
        round.done = chunk.next.is_none();
        round.next = chunk.next;
        if round.done {
            break;
        }
    }
    Ok(round)
}

/// Writes into the round what became of a letter.
fn note(round: &mut ReplayRound, letter: ReplayFailure, sent: Result<(), Failure>) {
    let Err(failure) = sent else {
        round.replayed += 1;
        return;
    };
    match failure.code.as_str() {
        // Somebody was quicker.
        SENT_BEFORE => round.skipped += 1,
        "store_unavailable" | "replay_unconfirmed" => {
            let (code, message) = (failure.code.clone(), failure.message.clone());
            round.failed.push(ReplayFailure { code, message, ..letter });
            round.stopped = Some(failure);
        }
        _ => round.failed.push(ReplayFailure { code: failure.code, message: failure.message, ..letter }),
    }
}

/// How many of those that are meant were sent again before.
async fn sent_before(store: &dyn Store, wanted: &Wanted) -> Result<u32, Failure> {
    let counts = store.dead_letter_reasons().await.map_err(unavailable)?;
    let meant = counts.iter().filter(|count| {
        Some(&count.topic) == wanted.topic.as_ref()
            && wanted.reason.as_ref().is_none_or(|reason| *reason == count.reason)
    });
    Ok(meant.map(|count| u32::try_from(count.letters - count.waiting).unwrap_or(u32::MAX)).fold(0, u32::saturating_add))
}

/// Sends it again, and waits for the end for a while. One that was sent before is left alone, unless it may be `again`.
pub(crate) async fn replay(
    store: Arc<dyn Store>,
    producers: Arc<Producers>,
    entry: LedgerEntry,
    value: Option<Vec<u8>>,
    again: bool,
) -> Result<(), Failure> {
    // A task of its own: whoever asked may hang up, and then nobody would end the claim.
    let running = tokio::spawn(run(store, producers, entry, value, again));
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
    again: bool,
) -> Result<(), Failure> {
    let by = Uuid::new_v4().to_string();
    match store.claim_replay(&entry.id, &by, now(), again).await.map_err(unavailable)? {
        ReplayClaim::Claimed => {}
        ReplayClaim::InProgress(since) => {
            let seconds = (now() - since).max(0) / 1_000;
            return Err(Failure::new(
                "replay_in_progress",
                format!("it is being sent again already, since {seconds} s: look at what becomes of it first"),
            ));
        }
        ReplayClaim::Sent(_) => return Err(Failure::new(SENT_BEFORE, "it was sent again before")),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_ends_where_the_store_or_kafka_is_away_and_goes_on_past_a_letter_that_is_refused() {
        let mut round = ReplayRound::default();
        let tell = |round: &mut ReplayRound, code: &str| {
            note(round, ReplayFailure::default(), Err(Failure::new(code, "why")));
        };
        note(&mut round, ReplayFailure::default(), Ok(()));
        tell(&mut round, SENT_BEFORE);
        tell(&mut round, "replay_failed");
        assert_eq!((round.replayed, round.skipped, round.failed.len()), (1, 1, 1));
        assert_eq!(round.stopped, None);
        tell(&mut round, "replay_unconfirmed");
        assert_eq!(round.failed.len(), 2);
        assert_eq!(round.stopped.map(|failure| failure.code).as_deref(), Some("replay_unconfirmed"));
    }
}
