//! A shop whose books the test keeps in plain dictionaries: as many records as a case wants, good and bad.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write,
};

use rand::{Rng, rngs::StdRng};

use super::{expected::Expected, feed::Addressed};
use crate::support::judge::Record;

const PURCHASES: &str = "purchases";
const INTERACTIONS: &str = "product_interactions";
const CONNECTIONS: &str = "user_connections";
/// Any moment that the rules let pass.
const EPOCH: i64 = 1_780_000_000;
const PARTITIONS: i64 = 3;

/// What was made, and what it has to lead to.
pub(crate) struct Shop {
    chance: StdRng,
    /// What every id begins with.
    name: String,
    users: i64,
    products: i64,
    made: i64,
    seen_users: BTreeSet<i64>,
    seen_products: BTreeSet<i64>,
    transactions: BTreeSet<String>,
    purchased: [i64; 2],
    reviews: i64,
    reviewed: i64,
    ratings: HashMap<(i64, i64), (i64, i64)>,
    follows: HashMap<(i64, i64), i64>,
    dead: i64,
    reads: BTreeMap<&'static str, i64>,
}

impl Shop {
    /// A shop with so many users, half as many products, and nothing sold yet.
    pub(crate) fn new(chance: StdRng, name: &str, users: i64) -> Self {
        Self {
            chance,
            name: name.to_owned(),
            users,
            products: users / 2,
            made: 0,
            seen_users: BTreeSet::new(),
            seen_products: BTreeSet::new(),
            transactions: BTreeSet::new(),
            purchased: [0; 2],
            reviews: 0,
            reviewed: 0,
            ratings: HashMap::new(),
            follows: HashMap::new(),
            dead: 0,
            reads: [(PURCHASES, 0), (INTERACTIONS, 0), (CONNECTIONS, 0)].into(),
        }
    }

    /// A record of any kind, one of fifty broken.
    pub(crate) fn any(&mut self) -> Addressed {
        match self.chance.random_range(0..100) {
            0..2 => self.broken(),
            2..60 => self.purchase(None),
            60..70 => self.review(40),
            70..80 => self.rating(),
            _ => self.follow(),
        }
    }

    /// A purchase, by a user of this name if one is given; then the user is one that nobody has seen.
    pub(crate) fn purchase(&mut self, user_name: Option<&str>) -> Addressed {
        let at = self.count(PURCHASES);
        let user = self.user(user_name.is_some());
        let product = self.chance.random_range(1..=self.products);
        let quantity = self.chance.random_range(1..=9);
        let id = format!("{}-{at}", self.name);
        self.seen_users.insert(user);
        self.seen_products.insert(product);
        self.transactions.insert(id.clone());
        self.purchased[0] += quantity;
        self.purchased[1] += EPOCH + at;
        let named = user_name.map(|name| format!(r#","user_name":"{name}""#)).unwrap_or_default();
        let value = format!(
            r#"{{"transaction_id":"{id}","user_id":{user},"product_id":{product},"category":"Books","quantity":{quantity},"timestamp":{}{named}}}"#,
            EPOCH + at
        );
        addressed(PURCHASES, user, value)
    }

    /// A review of so many bytes.
    pub(crate) fn review(&mut self, bytes: usize) -> Addressed {
        let (at, value, user, product) = self.review_text(bytes);
        self.seen_users.insert(user);
        self.seen_products.insert(product);
        self.reviews += 1;
        self.reviewed += EPOCH + at;
        addressed(INTERACTIONS, user, value)
    }

    /// A review that obeys every rule and that only a database with an index on reviews refuses.
    pub(crate) fn review_too_long_for_an_index(&mut self) -> Addressed {
        // Words that do not compress.
        let (_, value, user, _) = self.review_text(20_000);
        self.dead += 1;
        addressed(INTERACTIONS, user, value)
    }

    /// A purchase by a new user whose name another user has, which only a constraint refuses.
    pub(crate) fn purchase_under_a_name_that_is_taken(&mut self, name: &str) -> Addressed {
        let at = self.count(PURCHASES);
        let user = self.user(true);
        self.dead += 1;
        let value = format!(
            r#"{{"transaction_id":"{}-{at}","user_id":{user},"product_id":1,"quantity":1,"timestamp":{EPOCH},"user_name":"{name}"}}"#,
            self.name
        );
        addressed(PURCHASES, user, value)
    }

    /// What no sink can read.
    pub(crate) fn broken(&mut self) -> Addressed {
        let topic = [PURCHASES, INTERACTIONS, CONNECTIONS][self.chance.random_range(0..3)];
        let at = self.count(topic);
        self.dead += 1;
        addressed(topic, at, format!(r#"{{"user_id":{at}"#))
    }

    /// What has to be in the graph when everything is read that was made.
    pub(crate) fn expected(&self) -> Expected {
        let count = |number: usize| number as i64;
        let transactions = count(self.transactions.len());
        let counts = [
            ("User", count(self.seen_users.len())),
            ("Product", count(self.seen_products.len())),
            ("Transaction", transactions),
            ("PURCHASED", transactions),
            ("OF", transactions),
            ("RATED", count(self.ratings.len())),
            ("REVIEWED", self.reviews),
            ("FOLLOWS", count(self.follows.len())),
            ("dead letters", self.dead),
        ];
        let sums = [
            ("Transaction.quantity", self.purchased[0]),
            ("Transaction.timestamp", self.purchased[1]),
            ("RATED.rating_value", self.ratings.values().map(|(value, _)| value).sum()),
            ("RATED.timestamp", self.ratings.values().map(|(_, timestamp)| timestamp).sum()),
            ("REVIEWED.timestamp", self.reviewed),
            ("FOLLOWS.timestamp", self.follows.values().sum()),
        ];
        let named = |(name, number): (&str, i64)| (name.to_owned(), number);
        Expected {
            counts: counts.into_iter().map(named).collect(),
            sums: sums.into_iter().map(named).collect(),
            ids: self.transactions.clone(),
            without_id: 0,
            reads: self.reads.clone(),
        }
    }

    fn review_text(&mut self, bytes: usize) -> (i64, String, i64, i64) {
        let at = self.count(INTERACTIONS);
        let (user, product) = (self.user(false), self.chance.random_range(1..=self.products));
        let mut text = String::with_capacity(bytes);
        while text.len() < bytes {
            // Writing to a text does not fail.
            write!(text, "{:016x}", self.chance.random::<u64>()).unwrap();
        }
        text.truncate(bytes);
        let value = format!(
            r#"{{"interaction_id":"{}-{at}","user_id":{user},"product_id":{product},"interaction_type":"review","value":"{text}","timestamp":{}}}"#,
            self.name,
            EPOCH + at
        );
        (at, value, user, product)
    }

    /// A rating, newer or older than the one that is there.
    fn rating(&mut self) -> Addressed {
        let at = self.count(INTERACTIONS);
        let (user, product) = (self.user(false), self.chance.random_range(1..=self.products));
        let (value, timestamp) = (self.chance.random_range(1..=5), EPOCH + self.chance.random_range(0..1_000_000));
        let newest = self.ratings.entry((user, product)).or_insert((value, timestamp));
        if timestamp >= newest.1 {
            *newest = (value, timestamp);
        }
        self.seen_users.insert(user);
        self.seen_products.insert(product);
        let value = format!(
            r#"{{"interaction_id":"{}-{at}","user_id":{user},"product_id":{product},"interaction_type":"rating","value":{value},"timestamp":{timestamp}}}"#,
            self.name
        );
        addressed(INTERACTIONS, user, value)
    }

    /// A connection, or one that is there already.
    fn follow(&mut self) -> Addressed {
        let at = self.count(CONNECTIONS);
        let follower = self.user(false);
        let followed = 1 + (follower + self.chance.random_range(0..self.users - 1)) % self.users;
        self.follows.entry((follower, followed)).or_insert(EPOCH + at);
        self.seen_users.extend([follower, followed]);
        let value = format!(r#"{{"follower_id":{follower},"followed_id":{followed},"timestamp":{}}}"#, EPOCH + at);
        addressed(CONNECTIONS, follower, value)
    }

    fn count(&mut self, topic: &'static str) -> i64 {
        *self.reads.entry(topic).or_insert(0) += 1;
        self.made += 1;
        self.made
    }

    fn user(&mut self, new: bool) -> i64 {
        if new { self.users + self.made } else { self.chance.random_range(1..=self.users) }
    }
}

/// All of a user is in one partition, so what one user does stays in order.
fn addressed(topic: &'static str, user: i64, value: String) -> Addressed {
    (topic, Record { partition: (user % PARTITIONS) as i32, key: Some(user.to_string()), value: Some(value) })
}
