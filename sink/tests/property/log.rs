//! The logs of three topics: anything that producers may send, keyed by the acting user.

use std::collections::HashMap;

use model::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};
use sink::{kafka::record::Record, kind::decode::ORIGIN_HEADER};

/// A moment from which records count.
pub(crate) const T: i64 = 1_700_000_000;

/// Something that a producer sends; few users, products, ids and moments, so that they meet.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    /// Whoever does it, and the gap before it in its partition.
    Event(Act, i64, i64),
    /// An earlier record once more, with its origin, as it was or mended; by its number, modulo how many there are.
    Again(usize, bool),
}

/// What somebody does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Product, number of the id if there is one, whether names, price and category are told, moment.
    Purchase(i64, Option<u8>, bool, i64),
    /// Product, stars, moment.
    Rating(i64, i64, i64),
    /// Product, number of the id if there is one, moment.
    Review(i64, Option<u8>, i64),
    /// Whom, moment.
    Follow(i64, i64),
    /// Breaks a rule.
    Poison(Kind, usize),
}

pub(crate) fn said() -> impl Strategy<Value = Said> {
    let product = || 1..4i64;
    let id = || prop::option::of(0..3u8);
    let moment = || 0..4i64;
    let act = prop_oneof![
        4 => (product(), id(), any::<bool>(), moment()).prop_map(|(a, b, c, d)| Act::Purchase(a, b, c, d)),
        4 => (product(), 1..6i64, moment()).prop_map(|(a, b, c)| Act::Rating(a, b, c)),
        2 => (product(), id(), moment()).prop_map(|(a, b, c)| Act::Review(a, b, c)),
        3 => (1..6i64, moment()).prop_map(|(a, b)| Act::Follow(a, b)),
        2 => (prop::sample::select(&Kind::ALL[..]), 0..POISON.len()).prop_map(|(a, b)| Act::Poison(a, b)),
    ];
    prop_oneof![
        8 => (act, 1..6i64, prop_oneof![3 => Just(0i64), 1 => 1..4i64]).prop_map(|(a, b, c)| Said::Event(a, b, c)),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(number, mended)| Said::Again(number, mended)),
    ]
}

const POISON: [Option<&str>; 5] =
    [None, Some(""), Some("{"), Some("[1]"), Some(r#"{"user_id": 1, "follower_id": 1, "followed_id": 1}"#)];

impl Act {
    fn record(&self, user: i64) -> (Kind, Option<String>) {
        let by = |text: &str, id: &u8| format!("{text}-{user}-{id}");
        let (kind, value) = match self {
            Self::Purchase(product, id, told, moment) => {
                let mut value = json!({"user_id": user, "product_id": product, "quantity": 1 + moment});
                if *told {
                    value["user_name"] = json!(format!("user {user}"));
                    value["product_name"] = json!(format!("product {product}"));
                    value["price"] = json!(product);
                    value["category"] = json!(format!("category {product}"));
                }
                (Kind::Purchase, with(value, "transaction_id", id.as_ref().map(|id| by("t", id)), *moment))
            }
            Self::Rating(product, stars, moment) => {
                let value =
                    json!({"user_id": user, "product_id": product, "interaction_type": "rating", "value": stars});
                (Kind::Interaction, with(value, "", None, *moment))
            }
            Self::Review(product, id, moment) => {
                let text = format!("at {moment}");
                let value =
                    json!({"user_id": user, "product_id": product, "interaction_type": "review", "value": text});
                (Kind::Interaction, with(value, "interaction_id", id.as_ref().map(|id| by("r", id)), *moment))
            }
            Self::Follow(whom, moment) => {
                (Kind::Connection, with(json!({"follower_id": user, "followed_id": whom}), "", None, *moment))
            }
            Self::Poison(kind, number) => return (*kind, POISON[*number].map(ToOwned::to_owned)),
        };
        (kind, Some(value.to_string()))
    }
}

fn with(mut value: Value, name: &str, id: Option<String>, moment: i64) -> Value {
    value["timestamp"] = json!(T + moment);
    if let Some(id) = id {
        value[name] = json!(id);
    }
    value
}

/// What is in the partitions of the three topics.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) partitions: i32,
    records: HashMap<(Kind, i32), Vec<Record>>,
}

impl Log {
    pub(crate) fn new(said: &[Said], partitions: i32) -> Self {
        let mut log = Self { partitions, records: HashMap::new() };
        let mut sent: Vec<(Kind, Record, i64)> = Vec::new();
        for said in said {
            let (kind, user, value, origin, gap) = match said {
                Said::Event(act, user, gap) => {
                    let (kind, value) = act.record(*user);
                    (kind, *user, value.map(String::into_bytes), None, *gap)
                }
                Said::Again(_, _) if sent.is_empty() => continue,
                Said::Again(number, mended) => {
                    let (kind, first, user) = &sent[number % sent.len()];
                    let place = || format!("{kind}-{}-{}", first.partition, first.offset);
                    let origin = first.header(ORIGIN_HEADER).map_or_else(place, ToOwned::to_owned);
                    let mend = || Act::Purchase(1, None, false, 0).record(*user).1.map(String::into_bytes);
                    let value = if *mended && *kind == Kind::Purchase { mend() } else { first.value.clone() };
                    (*kind, *user, value, Some(origin), 0)
                }
            };
            let partition = (user % i64::from(partitions)) as i32;
            let records = log.records.entry((kind, partition)).or_default();
            let offset = records.last().map_or(0, |last| last.offset + 1) + gap;
            let record = Record {
                partition,
                offset,
                timestamp_ms: Some(1_000 * T + offset),
                key: Some(user.to_string().into_bytes()),
                value,
                headers: origin.map(|it| (ORIGIN_HEADER.to_owned(), Some(it.into_bytes()))).into_iter().collect(),
            };
            records.push(record.clone());
            sent.push((kind, record, user));
        }
        log
    }

    pub(crate) fn partition(&self, kind: Kind, partition: i32) -> &[Record] {
        self.records.get(&(kind, partition)).map_or(&[], Vec::as_slice)
    }
}
