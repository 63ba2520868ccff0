//! What events change in the graph, as plain rows: what has to be asked first, what was found, what to write.
//!
//! First a pure intention, then a statement: `kind::*` turns events and [`Before`] into [`Changes`], the stores only ask
//! for [`Needs`] and apply [`Changes`], both in the transaction that moves the checkpoint.

use std::collections::{HashMap, HashSet};

/// The category of a product of which no event has stated one.
pub const UNCATEGORIZED: &str = "Uncategorized";

/// What has to be known before the changes can be worked out. No list has an entry twice; each is sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Users.
    pub users: Vec<i64>,
    /// Products.
    pub products: Vec<i64>,
    /// Transaction ids.
    pub transactions: Vec<String>,
    /// Interaction ids of reviews.
    pub reviews: Vec<String>,
    /// (user, product) of ratings.
    pub ratings: Vec<(i64, i64)>,
    /// (follower, followed).
    pub follows: Vec<(i64, i64)>,
}

/// What of the needs is in the graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Before {
    /// Users that exist, and whether they have a name. One that is not here may exist too.
    pub users: HashMap<i64, bool>,
    /// The products that exist.
    pub products: HashMap<i64, ProductBefore>,
    /// The transactions that exist.
    pub transactions: HashSet<String>,
    /// The reviews that exist.
    pub reviews: HashSet<String>,
    /// The ratings that exist, with their timestamps.
    pub ratings: HashMap<(i64, i64), i64>,
    /// The follows that exist.
    pub follows: HashSet<(i64, i64)>,
}

/// A product as it is in the graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductBefore {
    /// `Product.category`.
    pub category: Option<String>,
    /// `Product.name`.
    pub name: Option<String>,
    /// `Product.price`.
    pub price: Option<f64>,
}

/// What to write. Users and products come first: the others refer to them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Users that may be new or get a name: `MERGE` by id, set the name where there is none. Each id once.
    pub users: Vec<UserRow>,
    /// Products that are new or change: `MERGE` by id, set everything. Each id once.
    pub products: Vec<ProductRow>,
    /// Transactions that are new: `CREATE`. Each id once.
    pub transactions: Vec<TransactionRow>,
    /// Ratings that are new or newer: `MERGE` by user and product, set value and timestamp. Each pair once.
    pub ratings: Vec<RatingRow>,
    /// Reviews that are new: `CREATE`. Each id once.
    pub reviews: Vec<ReviewRow>,
    /// Follows that are new: `MERGE` by the pair, set the timestamp on create. Each pair once.
    pub follows: Vec<FollowRow>,
}

/// A user to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// `User.userID`.
    pub id: i64,
    /// `User.name`.
    pub name: Option<String>,
}

/// A product to be.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductRow {
    /// `Product.productID`.
    pub id: i64,
    /// `Product.category`.
    pub category: String,
    /// `Product.name`.
    pub name: Option<String>,
    /// `Product.price`.
    pub price: Option<f64>,
}

/// `(user)-[:PURCHASED]->(:Transaction)-[:OF]->(product)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRow {
    /// `Transaction.transactionID`.
    pub id: String,
    /// Who.
    pub user: i64,
    /// What.
    pub product: i64,
    /// `Transaction.quantity`.
    pub quantity: i64,
    /// `Transaction.timestamp`.
    pub timestamp: i64,
}

/// `(user)-[:RATED]->(product)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingRow {
    /// Who.
    pub user: i64,
    /// What.
    pub product: i64,
    /// `RATED.rating_value`.
    pub value: i64,
    /// `RATED.timestamp`.
    pub timestamp: i64,
}

/// `(user)-[:REVIEWED]->(product)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    /// `REVIEWED.interactionID`.
    pub id: String,
    /// Who.
    pub user: i64,
    /// What.
    pub product: i64,
    /// `REVIEWED.text`.
    pub text: String,
    /// `REVIEWED.timestamp`.
    pub timestamp: i64,
}

/// `(follower)-[:FOLLOWS]->(followed)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowRow {
    /// Who follows.
    pub follower: i64,
    /// Who is followed.
    pub followed: i64,
    /// `FOLLOWS.timestamp`.
    pub timestamp: i64,
}
