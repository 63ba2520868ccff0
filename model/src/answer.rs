//! What the four queries answer.
//!
//! `answer` in the JSON has the shape that `Answered` wraps. Names are there where an event has told them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::{ProductId, UserId};

/// An answer, and when and how fast it was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered<T> {
    /// The moment the question is about, in epoch seconds.
    pub as_of: i64,
    /// When the answer was computed, in epoch milliseconds.
    pub computed_at: i64,
    /// How long that took, in milliseconds.
    pub query_ms: f64,
    /// The answer itself.
    pub answer: T,
}

/// Question 1: what sold most in the last days, by category (sorted by name).
pub type TopProducts = BTreeMap<String, Vec<ProductSales>>;

/// A product and what of it was sold in the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductSales {
    /// The product.
    pub product: ProductId,
    /// Its name, if an event told it.
    pub name: Option<String>,
    /// How many transactions.
    pub purchases: i64,
    /// How many pieces.
    pub units: i64,
}

/// Question 2: a user, and by how many distinct users they are followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Influencer {
    /// The user.
    pub user: UserId,
    /// Their name, if an event told it.
    pub name: Option<String>,
    /// Distinct followers.
    pub followers: i64,
}

/// Question 3: a product and its ratings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatedProduct {
    /// The product.
    pub product: ProductId,
    /// Its name, if an event told it.
    pub name: Option<String>,
    /// How many users rated it.
    pub ratings: i64,
    /// Sum of the ratings ÷ their number.
    pub average: f64,
    /// How many gave 1, 2, 3, 4 and 5 stars.
    pub distribution: [i64; 5],
    /// Who rated and how: by rating (best first), then id; the first 1,000.
    pub users: Vec<Rater>,
}

/// A user, and the stars they gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rater {
    /// The user.
    pub user: UserId,
    /// Their name, if an event told it.
    pub name: Option<String>,
    /// 1 to 5.
    pub rating: i64,
}

/// Question 4: two users who bought more than one distinct product both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimilarPair {
    /// The user with the lower id.
    pub user1: UserId,
    /// Their name, if an event told it.
    pub name1: Option<String>,
    /// The user with the higher id.
    pub user2: UserId,
    /// Their name, if an event told it.
    pub name2: Option<String>,
    /// How many distinct products both bought.
    pub shared: i64,
    /// Shared ÷ all distinct products that either bought.
    pub jaccard: f64,
}

/// Question 4, for the whole graph: which community each buyer belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Communities {
    /// User to community. Communities are numbered from 0, the largest first (a tie: the one with the lowest user id).
    pub communities: BTreeMap<UserId, u32>,
    /// The communities by number, with what their members buy.
    pub summaries: Vec<CommunitySummary>,
}

/// A community of users who buy alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommunitySummary {
    /// Its number, from 0.
    pub community: u32,
    /// How many users.
    pub members: i64,
    /// The products that most members bought, up to five: by buyers, then id.
    pub favourites: Vec<Favourite>,
}

/// A product that a community likes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Favourite {
    /// The product.
    pub product: ProductId,
    /// Its name, if an event told it.
    pub name: Option<String>,
    /// Its category.
    pub category: String,
    /// How many members of the community bought it.
    pub buyers: i64,
}
