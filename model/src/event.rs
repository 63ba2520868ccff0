//! The events of the three topics, as they are once their record has been decoded and checked.
//!
//! Serialized they are what the producers send: optional fields that are missing are left out.

use serde::{Deserialize, Serialize};

/// A user's id, 1 to 2^63 − 1.
pub type UserId = i64;
/// A product's id, 1 to 2^63 − 1.
pub type ProductId = i64;

/// Names and a price that any event may carry; each is set in the graph where there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extras {
    /// The acting user's name, 1–200 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The product's name, 1–200 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// The product's price, a finite number of at least 0, in the shop's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
}

/// Somebody bought something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Purchase {
    /// 1–512 bytes; where the record states none, its place in the topic gives one.
    pub transaction_id: String,
    /// Who bought.
    pub user_id: UserId,
    /// What was bought.
    pub product_id: ProductId,
    /// The product's category, 1–200 bytes, if the event states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How many, 1 to 1,000,000.
    pub quantity: i64,
    /// When, in epoch seconds.
    pub timestamp: i64,
    /// Names and price.
    #[serde(flatten)]
    pub extras: Extras,
}

/// What somebody had to say about a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "interaction_type", content = "value", rename_all = "lowercase")]
pub enum Opinion {
    /// A text of up to 32 KiB.
    Review(String),
    /// 1 to 5 stars.
    Rating(i64),
}

/// Somebody reviewed or rated something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    /// 1–512 bytes; where the record states none, its place in the topic gives one.
    pub interaction_id: String,
    /// Who said it.
    pub user_id: UserId,
    /// Of which product.
    pub product_id: ProductId,
    /// What was said.
    #[serde(flatten)]
    pub opinion: Opinion,
    /// When, in epoch seconds.
    pub timestamp: i64,
    /// Names and price.
    #[serde(flatten)]
    pub extras: Extras,
}

/// Somebody follows somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Who follows.
    pub follower_id: UserId,
    /// Who is followed; never the follower.
    pub followed_id: UserId,
    /// Since when, in epoch seconds.
    pub timestamp: i64,
    /// The follower's name, as `user_name`.
    #[serde(flatten)]
    pub extras: Extras,
}

/// An event of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// See [`Purchase`].
    Purchase(Purchase),
    /// See [`Interaction`].
    Interaction(Interaction),
    /// See [`Connection`].
    Connection(Connection),
}
