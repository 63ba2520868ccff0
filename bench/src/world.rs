//! Rows of the three kinds, drawn from a seed: what the topics and the bare loaders get.

use model::Kind;
use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};

/// How many users and products there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) users: i64,
    pub(crate) products: i64,
}

pub(crate) const SMALL: World = World { name: "small", users: 1_000, products: 100 };
pub(crate) const LARGE: World = World { name: "large", users: 100_000, products: 5_000 };

/// Between the ids of one draw and the next, so that no draw meets the users of another.
const APART: i64 = 10_000_000;
const CATEGORIES: [&str; 5] = ["Books", "Home", "Electronics", "Sports", "Clothing"];

/// An event before it is a record or a row of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Row {
    Purchase { id: String, user: i64, product: i64, category: &'static str, quantity: i64, timestamp: i64 },
    Rating { id: String, user: i64, product: i64, stars: i64, timestamp: i64 },
    Review { id: String, user: i64, product: i64, text: String, timestamp: i64 },
    Follow { follower: i64, followed: i64, timestamp: i64 },
}

impl Row {
    /// The user who acts, which is the record's key.
    pub(crate) fn user(&self) -> i64 {
        match self {
            Self::Purchase { user, .. } | Self::Rating { user, .. } | Self::Review { user, .. } => *user,
            Self::Follow { follower, .. } => *follower,
        }
    }

    /// The record's value.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Purchase { id, user, product, category, quantity, timestamp } => json!({
                "transaction_id": id, "user_id": user, "product_id": product, "category": category,
                "quantity": quantity, "timestamp": timestamp,
            }),
            Self::Rating { id, user, product, stars, timestamp } => json!({
                "interaction_id": id, "user_id": user, "product_id": product, "interaction_type": "rating",
                "value": stars, "timestamp": timestamp,
            }),
            Self::Review { id, user, product, text, timestamp } => json!({
                "interaction_id": id, "user_id": user, "product_id": product, "interaction_type": "review",
                "value": text, "timestamp": timestamp,
            }),
            Self::Follow { follower, followed, timestamp } => {
                json!({"follower_id": follower, "followed_id": followed, "timestamp": timestamp})
            }
        }
    }
}

/// Draws rows, of each draw with users and products of its own: as in an empty graph, without emptying one.
#[derive(Debug)]
pub(crate) struct Draws {
    rng: SmallRng,
    drawn: i64,
    now: i64,
}

impl Draws {
    /// `now` in epoch seconds: rows lie in the thirty days before it.
    pub(crate) fn new(seed: u64, now: i64) -> Self {
        Self { rng: SmallRng::seed_from_u64(seed), drawn: 0, now }
    }

    pub(crate) fn draw(&mut self, kind: Kind, world: World, count: usize) -> Vec<Row> {
        self.drawn += 1;
        let (draw, base) = (self.drawn, self.drawn * APART);
        (0..count).map(|at| self.row(kind, world, base, &format!("{draw}-{at}"))).collect()
    }

    fn row(&mut self, kind: Kind, world: World, base: i64, id: &str) -> Row {
        let rng = &mut self.rng;
        let timestamp = self.now - rng.random_range(0..30 * 86_400);
        let user = base + rng.random_range(1..=world.users);
        let product = base + rng.random_range(1..=world.products);
        match kind {
            Kind::Purchase => Row::Purchase {
                id: format!("bench-{id}"),
                user,
                product,
                category: CATEGORIES[(product % 5) as usize],
                quantity: rng.random_range(1..=5),
                timestamp,
            },
            Kind::Interaction if rng.random() => {
                Row::Rating { id: format!("bench-{id}"), user, product, stars: rng.random_range(1..=5), timestamp }
            }
            Kind::Interaction => Row::Review {
                id: format!("bench-{id}"),
                user,
                product,
                text: "Does what it says, and the parcel came on time".to_owned(),
                timestamp,
            },
            Kind::Connection => {
                // Anybody but oneself.
                let step = rng.random_range(1..world.users);
                let followed = base + 1 + (user - base - 1 + step) % world.users;
                Row::Follow { follower: user, followed, timestamp }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_and_two_draws_share_nobody() {
        for kind in Kind::ALL {
            let (mut one, mut other) = (Draws::new(7, 1_789_000_000), Draws::new(7, 1_789_000_000));
            let first = one.draw(kind, SMALL, 500);
            assert_eq!(first, other.draw(kind, SMALL, 500));
            let second = one.draw(kind, SMALL, 500);
            assert!(first.iter().all(|a| second.iter().all(|b| a.user() != b.user())));
        }
    }

    #[test]
    fn nobody_follows_themselves() {
        let rows =
            Draws::new(1, 1_789_000_000).draw(Kind::Connection, World { name: "two", users: 2, products: 1 }, 100);
        assert!(rows.iter().all(|row| matches!(row, Row::Follow { follower, followed, .. } if follower != followed)));
    }
}
