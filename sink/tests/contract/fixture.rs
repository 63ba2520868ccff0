//! Records, and a hand that writes them.

use model::event::{Connection, Event, Extras, Interaction, Opinion, Purchase};
use sink::graph::{
    Batch, Checkpoint, CheckpointId, Claim, DeadRecord, Entry, Interval, Outcome, Store, Tally, batch::Content,
};

/// A moment from which tests count.
pub(crate) const T: i64 = 1_700_000_000;

pub(crate) fn place(cluster: &str, topic: &str, partition: i32) -> CheckpointId {
    CheckpointId { connector: topic.into(), cluster: cluster.into(), topic: topic.into(), partition }
}

pub(crate) fn claim(id: &CheckpointId) -> Claim {
    Claim { id: id.clone(), start: 0, restart: None }
}

/// Does something again after its connection was lost. While Neo4j clears up what the lost one left, it now and then ends the
/// next transaction too (as terminated, or as if one of its own queries had failed): that is passing, and a task tries again.
///
/// # Panics
/// After any other failure, or the tenth such one: a task would go on.
pub(crate) async fn again<T>(mut attempt: impl AsyncFnMut() -> Result<T, sink::graph::Error>) -> T {
    let is_ended = |code: &str| code.ends_with(".Terminated") || code.ends_with(".QueryExecutionFailedOnTransaction");
    for _ in 0..10 {
        match attempt().await {
            Ok(done) => return done,
            Err(error) if error.code.as_deref().is_some_and(is_ended) => {}
            Err(error) => panic!("again: {error:?}"),
        }
    }
    panic!("ended ten times")
}

/// A writer that has taken one partition over.
pub(crate) struct Hand {
    pub(crate) id: CheckpointId,
    pub(crate) epoch: i64,
    pub(crate) next: i64,
}

impl Hand {
    /// Takes a partition over.
    pub(crate) async fn on(store: &dyn Store, id: CheckpointId) -> Self {
        let claimed = store.claim(&[claim(&id)]).await.unwrap().remove(0);
        Self { id, epoch: claimed.epoch, next: claimed.next_offset }
    }

    pub(crate) fn interval(&self, read: i64) -> Interval {
        Interval {
            id: self.id.clone(),
            epoch: self.epoch,
            from: self.next,
            to: self.next + read,
            last_timestamp: 1_000 * T + self.next + read,
            last_crc: 77,
            read,
        }
    }

    /// The batch that comes next.
    pub(crate) fn batch(&self, contents: Vec<Content>) -> Batch {
        let intervals = vec![self.interval(contents.len() as i64)];
        Batch { intervals, entries: contents.into_iter().map(|content| Entry { interval: 0, content }).collect() }
    }

    /// Writes the batch that comes next, which has to succeed.
    pub(crate) async fn write(&mut self, store: &dyn Store, contents: Vec<Content>) -> Tally {
        let batch = self.batch(contents);
        let outcome = store.write(&batch).await.unwrap();
        self.next = batch.intervals[0].to;
        let Outcome::Committed(written) = outcome else { panic!("not committed but {outcome:?}") };
        written.tallies[0]
    }
}

/// Writes records to a partition of their own.
pub(crate) async fn store_all(store: &dyn Store, contents: Vec<Content>) -> Tally {
    Hand::on(store, place("k", "seed", 0)).await.write(store, contents).await
}

pub(crate) async fn checkpoint(store: &dyn Store, id: &CheckpointId) -> Checkpoint {
    store.checkpoints().await.unwrap().into_iter().find(|it| it.id == *id).unwrap()
}

pub(crate) fn purchase(id: &str, user: i64, product: i64, timestamp: i64) -> Content {
    bought(Purchase {
        transaction_id: id.into(),
        user_id: user,
        product_id: product,
        category: Some("Books".into()),
        quantity: 2,
        timestamp,
        extras: Extras::default(),
    })
}

pub(crate) fn bought(purchase: Purchase) -> Content {
    Content::Event(Event::Purchase(purchase))
}

pub(crate) fn rating(id: &str, user: i64, product: i64, stars: i64, timestamp: i64) -> Content {
    said(id, user, product, Opinion::Rating(stars), timestamp)
}

pub(crate) fn review(id: &str, user: i64, product: i64, text: &str, timestamp: i64) -> Content {
    said(id, user, product, Opinion::Review(text.into()), timestamp)
}

fn said(id: &str, user: i64, product: i64, opinion: Opinion, timestamp: i64) -> Content {
    let extras = Extras::default();
    let interaction_id = id.into();
    Content::Event(Event::Interaction(Interaction {
        interaction_id,
        user_id: user,
        product_id: product,
        opinion,
        timestamp,
        extras,
    }))
}

pub(crate) fn follow(follower: i64, followed: i64) -> Content {
    follow_at(follower, followed, T)
}

pub(crate) fn follow_at(follower: i64, followed: i64, timestamp: i64) -> Content {
    let extras = Extras::default();
    Content::Event(Event::Connection(Connection { follower_id: follower, followed_id: followed, timestamp, extras }))
}

pub(crate) fn dead(offset: i64) -> Content {
    Content::Dead(Box::new(dead_record(offset)))
}

pub(crate) fn dead_record(offset: i64) -> DeadRecord {
    DeadRecord {
        offset,
        reason: "malformed_json".into(),
        message: format!("the value at {offset} is no JSON"),
        key: Some(b"7".to_vec()),
        value: Some(b"{".to_vec()),
        headers: vec![],
        timestamp_ms: Some(1_000 * T),
        recorded_at: 1_000 * T + offset,
    }
}
