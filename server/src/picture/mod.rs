//! The piece of graph behind each question: which nodes and edges it shows, and where they lie.
//!
//! Each question has a file: what it reads, and a pure function that composes the picture. The same graph gives the
//! same picture, to the last digit, so that a reload moves nothing.

use std::collections::HashMap;

use model::picture::{Picture, Question, Scope};
use sink::graph::{Error, Store, Trouble};

mod best_rated;
mod draft;
pub(crate) mod export;
mod influencers;
mod layout;
mod neighbours;
mod similar_buyers;
mod top_products;

pub(crate) use neighbours::neighbourhood;

/// The picture of a question; `as_of` (epoch seconds) ends the window of top products.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn picture(store: &dyn Store, question: Question, scope: Scope, as_of: i64) -> Result<Picture, Error> {
    match question {
        Question::TopProducts => top_products::picture(store, scope, as_of).await,
        Question::Influencers => influencers::picture(store, scope).await,
        Question::BestRated => best_rated::picture(store, scope).await,
        Question::SimilarBuyers => similar_buyers::picture(store, scope.nodes as usize).await,
    }
}

/// How many of a picture's nodes may be what the question asks for: as many again are theirs to be tied to.
fn half(nodes: usize) -> usize {
    nodes.div_ceil(2)
}

/// Computes on a thread that may be busy for a while: ten thousand nodes take up to a second.
async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::new("composing a picture", Trouble::Fatal, error.to_string()))
}

/// The names of users, where known.
async fn user_names(store: &dyn Store, users: &[i64]) -> Result<HashMap<i64, String>, Error> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store.user_names(users).await?.into_iter().collect())
}

#[cfg(test)]
mod tests;
