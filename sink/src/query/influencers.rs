//! Question 2: who is followed most.

use model::answer::Influencer;

use crate::graph::{Error, Store};

/// The `limit` users with most distinct followers: by followers, then id.
///
/// The store counts and orders: `FOLLOWS` is there once per pair, so its degree is the answer.
///
/// # Errors
/// When the store cannot be read.
pub async fn influencers(store: &dyn Store, limit: u32) -> Result<Vec<Influencer>, Error> {
    store.influencers(limit).await
}
