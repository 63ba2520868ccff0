//! What a store is asked while the four questions are answered, to be shown: the very texts that are run.

use std::fmt::Display;

/// A call of [`Store`](super::Store) that reads for a question, with what it is called with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// [`Store::sales`](super::Store::sales).
    Sales {
        /// Exclusive, in epoch seconds.
        after: i64,
        /// Inclusive, in epoch seconds.
        until: i64,
    },
    /// [`Store::influencers`](super::Store::influencers).
    Influencers {
        /// How many users.
        limit: u32,
    },
    /// [`Store::rating_counts`](super::Store::rating_counts).
    RatingCounts,
    /// [`Store::raters`](super::Store::raters).
    Raters {
        /// Of which products.
        products: Vec<i64>,
        /// How many of each.
        limit: u32,
    },
    /// [`Store::bought`](super::Store::bought).
    Bought,
    /// [`Store::user_names`](super::Store::user_names).
    UserNames {
        /// Whose.
        ids: Vec<i64>,
    },
    /// [`Store::product_facts`](super::Store::product_facts).
    ProductFacts {
        /// Of which products.
        ids: Vec<i64>,
    },
}

/// A statement's text and parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The text that the store is sent, to the letter.
    pub text: &'static str,
    /// Names as they stand in the text, without the sign before them, and values as the store's language writes them.
    pub parameters: Vec<(&'static str, String)>,
}

impl Statement {
    pub(super) fn new(text: &'static str) -> Self {
        Self { text: text.trim_end(), parameters: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.parameters.push((name, value.to_string()));
        self
    }
}
