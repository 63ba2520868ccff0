//! The pages, one room each.

mod connectors;
mod dead_letters;
pub mod insight;
mod not_found;
mod overview;
mod sign_in;
mod simulate;
mod stream;

pub(crate) use connectors::Connectors;
pub(crate) use dead_letters::DeadLetters;
#[cfg(feature = "ssr")]
pub(crate) use dead_letters::outcome_address;
pub(crate) use insight::{
    best_rated::BestRated, influencers::Influencers, similar_buyers::SimilarBuyers, top_products::TopProducts,
};
pub(crate) use not_found::NotFound;
pub(crate) use overview::Overview;
pub(crate) use sign_in::SignIn;
pub(crate) use simulate::Simulate;
pub(crate) use stream::Stream;
