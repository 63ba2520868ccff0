//! Emptying the graph, in transactions that stay small.

use neo4rs::query;

use super::{
    checkpoint,
    link::{End, Link, Transaction},
    mark::Mark,
    summary,
};
use crate::graph::{CheckpointId, Error, takeover};

const ATTEMPT: &str = "emptying the graph";

/// How many nodes or relationships one transaction deletes. Each is held in the server's memory until the commit.
const CHUNK: i64 = 10_000;

/// In this order: what a node still has when its turn comes goes with it, and nobody has a million relationships then.
const DELETIONS: [&str; 7] = [
    cypher!("reset_follows"),
    cypher!("reset_rated"),
    cypher!("reset_reviewed"),
    cypher!("reset_transactions"),
    cypher!("reset_users"),
    cypher!("reset_products"),
    cypher!("reset_dead_letters"),
];

/// Fences the writers off, deletes, and sets the checkpoints.
///
/// A writer that takes over anew while it deletes is fenced off again at the end, and what it wrote is deleted under
/// the locks of all checkpoints. After an error the graph may be half empty: call it again.
pub(super) async fn reset(link: &Link, to: &[(CheckpointId, i64)], mark: &Mark) -> Result<(), Error> {
    let mut tx = link.begin(ATTEMPT).await?;
    let fenced = fence(&mut tx, mark).await;
    tx.end(fenced).await?;
    for deletion in DELETIONS {
        loop {
            let mut tx = link.begin(ATTEMPT).await?;
            let deleted = delete(&mut tx, deletion).await.map(End::Commit);
            if tx.end(deleted).await? < CHUNK {
                break;
            }
        }
    }
    let mut tx = link.begin(ATTEMPT).await?;
    let set = set(&mut tx, to, mark).await;
    tx.end(set).await
}

async fn fence(tx: &mut Transaction<'_>, mark: &Mark) -> Result<End<()>, Error> {
    checkpoint::lock_all(tx, mark).await?;
    let mut all = checkpoint::all(tx).await?;
    for checkpoint in &mut all {
        checkpoint.epoch += 1;
    }
    checkpoint::put(tx, &all).await?;
    Ok(End::Commit(()))
}

async fn delete(tx: &mut Transaction<'_>, deletion: &str) -> Result<i64, Error> {
    tx.number(query(deletion).param("limit", CHUNK)).await
}

async fn set(tx: &mut Transaction<'_>, to: &[(CheckpointId, i64)], mark: &Mark) -> Result<End<()>, Error> {
    checkpoint::lock_all(tx, mark).await?;
    for deletion in DELETIONS {
        while delete(tx, deletion).await? == CHUNK {}
    }
    summary::forget(tx).await?;
    let all = checkpoint::all(tx).await?;
    let after = takeover::reset(&all, to);
    let gone = all.into_iter().map(|checkpoint| checkpoint.id).filter(|id| !after.iter().any(|it| it.id == *id));
    checkpoint::delete(tx, &gone.collect::<Vec<_>>()).await?;
    checkpoint::put(tx, &after).await?;
    Ok(End::Commit(()))
}
