//! Target states as nodes of Neo4j.

use model::status::Order;
use neo4rs::query;
use serde::Deserialize;

use super::link::Transaction;
use crate::graph::{Error, Target};

/// All of them, ordered by connector.
pub(super) async fn all(tx: &mut Transaction<'_>) -> Result<Vec<Target>, Error> {
    let rows = tx.rows::<Node>(cypher!("target_all").into()).await?;
    Ok(rows.into_iter().map(|Node { connector, paused, restarts }| Target { connector, paused, restarts }).collect())
}

/// Changes one, after locking it: two people may press at once.
pub(super) async fn aim(tx: &mut Transaction<'_>, connector: &str, order: Order) -> Result<Target, Error> {
    tx.run(query(cypher!("target_lock")).param("connector", connector)).await?;
    let before = all(tx).await?.into_iter().find(|target| target.connector == connector);
    let after = before.unwrap_or_else(|| Target { connector: connector.to_owned(), ..Target::default() }).aimed(order);
    let put = query(cypher!("target_put"));
    let put = put.param("connector", connector).param("paused", after.paused).param("restarts", after.restarts);
    tx.run(put).await?;
    Ok(after)
}

#[derive(Deserialize)]
struct Node {
    connector: String,
    paused: bool,
    restarts: i64,
}
