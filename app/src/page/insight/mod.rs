//! One page a question: a sentence that answers it, and the answer as chart, graph or table, and how it was found.

pub mod best_rated;
mod export;
mod frame;
mod graph;
pub mod influencers;
mod parameter;
mod query;
mod sentence;
mod shown;
pub mod similar_buyers;
pub mod top_products;
mod trouble;

pub(crate) use sentence::Sentence;
#[cfg(feature = "ssr")]
pub use {parameter::Asked, sentence::plain, shown::Shown};
