//! What a node is tied to: the question behind every step of a walk through the graph.

use model::picture::NodeKind;

use crate::graph::{Error, Neighbours, Store};

/// The neighbours of a user or product, those with most kinds of ties first, up to `limit`; none if there is no such node.
///
/// The store finds, counts and orders: a hub has tens of thousands, and a picture shows a handful.
///
/// # Errors
/// When the store cannot be read.
pub async fn neighbours(store: &dyn Store, kind: NodeKind, id: i64, limit: u32) -> Result<Option<Neighbours>, Error> {
    store.neighbours(kind, id, limit).await
}
