//! Checkpoints as nodes of Neo4j.
//!
//! Neo4j is read-committed and a MATCH locks nothing: of two transactions that check in the match, both pass. So
//! whoever decides something locks first, by writing, and looks in a second statement.

use std::collections::HashMap;

use model::status::Books;
use neo4rs::{BoltType, Query, query};
use serde::Deserialize;

use super::{link::Transaction, mark::Mark, row, summary::Delta};
use crate::graph::{Checkpoint, CheckpointId, Error, Interval, Trouble, version};

/// Locks the checkpoints of these intervals, then looks at them.
pub(super) async fn look(
    tx: &mut Transaction<'_>,
    intervals: &[Interval],
    mark: &Mark,
) -> Result<Vec<Option<Checkpoint>>, Error> {
    let ids = intervals.iter().map(|interval| interval.id.to_string()).collect::<Vec<_>>();
    tx.run(with_ids(cypher!("checkpoint_lock"), &ids).param("mark", mark.metadata())).await?;
    let mut found = read(tx, with_ids(cypher!("checkpoint_look"), &ids)).await?.into_iter().collect::<HashMap<_, _>>();
    Ok(ids.iter().map(|id| found.remove(id)).collect())
}

/// Locks these checkpoints, whether they are there or not.
pub(super) async fn lock_or_create(tx: &mut Transaction<'_>, ids: &[&CheckpointId], mark: &Mark) -> Result<(), Error> {
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    tx.run(with_ids(cypher!("checkpoint_lock_or_create"), &ids).param("mark", mark.metadata())).await
}

/// Locks all that are there.
pub(super) async fn lock_all(tx: &mut Transaction<'_>, mark: &Mark) -> Result<(), Error> {
    tx.run(query(cypher!("checkpoint_lock_all")).param("mark", mark.metadata())).await
}

/// All of them, ordered by id.
pub(super) async fn all(tx: &mut Transaction<'_>) -> Result<Vec<Checkpoint>, Error> {
    let all = read(tx, cypher!("checkpoint_all").into()).await?;
    Ok(all.into_iter().map(|(_, checkpoint)| checkpoint).collect())
}

/// Reads checkpoints with their keys. One that a newer Sluice has written is refused: that one has brought the store up
/// to date while this one was running.
async fn read(tx: &mut Transaction<'_>, query: Query) -> Result<Vec<(String, Checkpoint)>, Error> {
    let nodes = tx.rows::<Node>(query).await?;
    let refused = nodes.iter().find_map(|node| version::refuse_format(&node.key, node.format?));
    match refused {
        Some(sentence) => Err(Error::new(tx.attempt(), Trouble::Fatal, sentence)),
        None => Ok(nodes.into_iter().map(|node| (node.key.clone(), node.into())).collect()),
    }
}

/// Writes checkpoints as they are to be, whether they were there or not.
pub(super) async fn put(tx: &mut Transaction<'_>, checkpoints: &[Checkpoint]) -> Result<(), Error> {
    put_with(tx, checkpoints, &Delta::default()).await
}

/// Writes checkpoints, and with them what the data adds to the summary.
pub(super) async fn put_with(tx: &mut Transaction<'_>, checkpoints: &[Checkpoint], delta: &Delta) -> Result<(), Error> {
    let deltas: BoltType = (!delta.is_empty()).then(|| delta.bolt()).into_iter().collect();
    let rows = checkpoints.iter().map(|checkpoint| {
        let Checkpoint { id, next_offset, epoch, last_timestamp, last_crc, incarnation, books, updated } = checkpoint;
        row([
            id.to_string().into(),
            id.connector.as_str().into(),
            id.cluster.as_str().into(),
            id.topic.as_str().into(),
            id.partition.into(),
            (*next_offset).into(),
            (*epoch).into(),
            (*last_timestamp).into(),
            (*last_crc).into(),
            (*incarnation).into(),
            books.read.into(),
            books.stored.into(),
            books.repeated.into(),
            books.dead.into(),
            (*updated).into(),
            version::VERSION.into(),
        ])
    });
    let put = query(cypher!("checkpoint_put")).param("deltas", deltas);
    tx.run(put.param("rows", rows.collect::<BoltType>())).await
}

pub(super) async fn delete(tx: &mut Transaction<'_>, ids: &[CheckpointId]) -> Result<(), Error> {
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    tx.run(with_ids(cypher!("checkpoint_delete"), &ids)).await
}

/// Ids in their order, which is the order in which they are locked: all writers lock in the same one.
fn with_ids(statement: &str, ids: &[String]) -> Query {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    query(statement).param("ids", ids)
}

#[derive(Deserialize)]
struct Node {
    key: String,
    connector: String,
    cluster: String,
    topic: String,
    partition: i32,
    next_offset: i64,
    epoch: i64,
    last_timestamp: i64,
    last_crc: i64,
    incarnation: i64,
    read: i64,
    stored: i64,
    repeated: i64,
    dead: i64,
    updated: i64,
    format: Option<i64>,
}

impl From<Node> for Checkpoint {
    fn from(node: Node) -> Self {
        let Node { connector, cluster, topic, partition, next_offset, epoch, last_timestamp, last_crc, .. } = node;
        Self {
            id: CheckpointId { connector, cluster, topic, partition },
            next_offset,
            epoch,
            last_timestamp,
            last_crc,
            incarnation: node.incarnation,
            books: Books { read: node.read, stored: node.stored, repeated: node.repeated, dead: node.dead },
            updated: node.updated,
        }
    }
}
