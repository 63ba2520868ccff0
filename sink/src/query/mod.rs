//! The four questions, answered from what a store counts; read only.
//!
//! Each question has a file: an async function that reads, and pure functions that compute. What takes more than a
//! moment of CPU runs on a blocking thread.

use std::collections::HashMap;

use crate::graph::{Error, ProductFacts, Trouble};

pub mod basket;
mod best_rated;
mod communities;
mod influencers;
mod louvain;
mod neighbours;
mod recipe;
mod similar_buyers;
mod top_products;

pub use basket::Baskets;
pub use best_rated::best_rated;
pub use communities::{Likes, communities, describe, favourites, group};
pub use influencers::influencers;
pub use neighbours::neighbours;
pub use recipe::{Asked, outside, reads};
pub use similar_buyers::{Pair, closest, most_similar, similar_buyers};
pub use top_products::{SECONDS_PER_DAY, top_products, window};

/// The names of the products that have one.
fn names(facts: Vec<ProductFacts>) -> HashMap<i64, String> {
    facts.into_iter().filter_map(|fact| Some((fact.product, fact.name?))).collect()
}

/// Runs a computation on a thread that may be busy for seconds.
async fn compute<T: Send + 'static>(
    attempt: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::new(attempt, Trouble::Fatal, error.to_string()))
}
