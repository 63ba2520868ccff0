//! One page a question: a sentence that answers it, and the answer as chart, graph or table.

pub(crate) mod best_rated;
mod frame;
mod graph;
pub(crate) mod influencers;
mod parameter;
mod sentence;
pub(crate) mod similar_buyers;
pub(crate) mod top_products;

pub(crate) use sentence::Sentence;
