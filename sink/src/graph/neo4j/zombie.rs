//! Waiting for locks, and ending the transactions of writers that are gone and still hold them.

use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use neo4rs::query;
use serde::Deserialize;
use tokio::time::timeout;
use tracing::warn;

use super::{
    link::{End, Link, Transaction},
    mark::{Found, Mark, Wish},
};
use crate::graph::Error;

/// Looks after writers that wait.
pub(super) struct Sentry {
    /// Of its own: the writer's one connection is waiting.
    link: Link,
    patience: Duration,
    /// It was said already that it is not allowed to, or can't.
    complained: AtomicBool,
}

#[derive(Deserialize)]
struct Ended {
    id: String,
    message: String,
}

impl Sentry {
    pub(super) fn new(link: Link, patience: Duration) -> Self {
        Self { link, patience, complained: AtomicBool::new(false) }
    }

    /// Sees a writer through: whenever it has waited for longer than anybody should, what is dead is cleared out of its
    /// way. Without the right to do so it waits as long as its bound says.
    pub(super) async fn watch<T>(
        &self,
        mark: &Mark,
        wish: Wish,
        mut work: Pin<Box<impl Future<Output = Result<T, Error>>>>,
    ) -> Result<T, Error> {
        loop {
            if let Ok(done) = timeout(self.patience, &mut work).await {
                return done;
            }
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = Box::pin(self.clear(mark, wish)) => {}
            }
        }
    }

    async fn clear(&self, mark: &Mark, wish: Wish) {
        let cleared = async {
            let mut tx = self.link.begin("ending transactions of writers that are gone").await?;
            let cleared = clear(&mut tx, mark, wish, self.patience).await.map(End::Rollback);
            tx.end(cleared).await
        };
        match cleared.await {
            Ok(()) => self.complained.store(false, Ordering::Relaxed),
            Err(error) if !self.complained.swap(true, Ordering::Relaxed) => {
                warn!(%error, "a writer waits for a lock, and what holds it can't be looked for; it goes on waiting");
            }
            Err(_) => {}
        }
    }
}

async fn clear(tx: &mut Transaction<'_>, mark: &Mark, wish: Wish, patience: Duration) -> Result<(), Error> {
    let found = tx.rows::<Found>(cypher!("zombie_find").into()).await?;
    let zombies = mark.zombies(wish, &found, patience.as_millis() as i64);
    if zombies.is_empty() {
        return Ok(());
    }
    let ids = zombies.iter().map(|zombie| zombie.id.as_str()).collect::<Vec<_>>();
    let ended = tx.rows::<Ended>(query(cypher!("zombie_end")).param("ids", ids)).await?;
    for zombie in zombies {
        let answer = ended.iter().find(|ended| ended.id == zombie.id).map(|ended| ended.message.as_str());
        warn!(
            neo4j.transaction = zombie.id,
            process = zombie.process,
            age_ms = zombie.elapsed_ms,
            checkpoints = ?zombie.checkpoints,
            answer,
            "a writer that is gone left a transaction open and held locks: it was ended"
        );
    }
    Ok(())
}
