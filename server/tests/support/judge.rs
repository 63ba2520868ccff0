//! The reference data set, and whether a Sluice agrees with it.

use std::{collections::BTreeMap, io::Read};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{kafka, sluice::Sluice, wait_for};

/// The topics, in the order in which they are produced.
pub(crate) const TOPICS: [&str; 3] = ["purchases", "product_interactions", "user_connections"];

/// Sums that change where a newer value was replaced by an older one.
pub(crate) const SUMS: [(&str, &str); 6] = [
    ("Transaction.quantity", "MATCH (t:Transaction) RETURN sum(t.quantity)"),
    ("Transaction.timestamp", "MATCH (t:Transaction) RETURN sum(t.timestamp)"),
    ("RATED.rating_value", "MATCH ()-[r:RATED]->() RETURN sum(r.rating_value)"),
    ("RATED.timestamp", "MATCH ()-[r:RATED]->() RETURN sum(r.timestamp)"),
    ("REVIEWED.timestamp", "MATCH ()-[r:REVIEWED]->() RETURN sum(r.timestamp)"),
    ("FOLLOWS.timestamp", "MATCH ()-[r:FOLLOWS]->() RETURN sum(r.timestamp)"),
];

/// A record to be produced.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) partition: i32,
    pub(crate) key: Option<String>,
    pub(crate) value: Option<String>,
}

impl Record {
    /// Whether it states an id of its own; one without gets another id from every broker.
    pub(crate) fn carries_id(&self) -> bool {
        let lacks = |value: &String| value.contains("\"quantity\"") && !value.contains("\"transaction_id\"");
        !self.value.as_ref().is_some_and(lacks)
    }
}

/// The data set.
pub(crate) struct Reference {
    pub(crate) records: BTreeMap<&'static str, Vec<Record>>,
    pub(crate) expected: Value,
}

/// Reads the data set that lies beside the tests.
pub(crate) fn reference() -> Reference {
    let read = |name: &str| {
        let path = format!("{}/tests/reference/{name}.gz", env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        text
    };
    let records = TOPICS.into_iter().map(|topic| {
        let lines = read(&format!("{topic}.ndjson"));
        (topic, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    });
    Reference { records: records.collect(), expected: serde_json::from_str(&read("expected.json")).unwrap() }
}

impl Reference {
    /// Produces all of it to the broker that this Sluice names.
    pub(crate) fn produce(&self, sluice: &Sluice) {
        let servers = sluice.servers();
        for (topic, records) in &self.records {
            kafka::produce(&servers, topic, records);
        }
    }

    /// Waits until everything has been read, and then compares books, dead letters, counts and answers.
    pub(crate) fn check(&self, sluice: &Sluice) {
        self.wait_until_read(sluice);
        let expected = &self.expected;
        let status = sluice.status();
        for topic in TOPICS {
            assert_eq!(status["books"][topic], expected["books"][topic], "the books of {topic}");
            assert_eq!(dead_letters(sluice, topic).len() as i64, expected["dead_letters"][topic].as_i64().unwrap());
        }
        let (_, audit) = sluice.post("/api/audit", "");
        assert_eq!(audit["balanced"], true, "{audit}");
        self.check_counts(&audit["graph"]);
        self.check_answers(sluice);
    }

    fn wait_until_read(&self, sluice: &Sluice) {
        wait_for("everything to be read", || {
            let status = sluice.status();
            let read = |topic: &str| status["books"][topic]["read"].as_i64();
            let all = TOPICS.into_iter().all(|topic| read(topic) == self.expected["records"][topic].as_i64());
            // The counts are sampled once a second.
            let stored = status["graph"]["counts"]["transactions"] == self.expected["graph"]["Transaction"];
            (all && stored).then_some(())
        });
    }

    /// Compares what the API counted.
    pub(crate) fn check_counts(&self, graph: &Value) {
        for (ours, theirs) in [
            ("users", "User"),
            ("products", "Product"),
            ("transactions", "Transaction"),
            ("purchased", "PURCHASED"),
            ("of", "OF"),
            ("rated", "RATED"),
            ("reviewed", "REVIEWED"),
            ("follows", "FOLLOWS"),
        ] {
            assert_eq!(graph[ours], self.expected["graph"][theirs], "{theirs}");
        }
    }

    /// Compares the four answers and the communities.
    pub(crate) fn check_answers(&self, sluice: &Sluice) {
        let expected = &self.expected;
        let paths = paths(expected["as_of"].as_i64().unwrap());
        for (name, path) in &paths {
            let (code, answered) = sluice.get(path);
            assert_eq!(code, 200, "{answered}");
            assert_contains(&answered["answer"], &expected[name]["answer"], name);
        }
        let (_, communities) = sluice.get("/api/queries/similar-buyers/communities");
        let agreement = agreement(&communities["communities"], &expected["similar_buyers"]["planted_communities"]);
        assert!(agreement > 0.95, "{agreement} of the buyers are in the community that was planted");
    }
}

/// The addresses of the four answers as of a moment.
pub(crate) fn paths(as_of: i64) -> [(&'static str, String); 4] {
    [
        ("top_products", format!("/api/queries/top-products?days=30&limit=5&as_of={as_of}")),
        ("influencers", "/api/queries/influencers?limit=10".to_owned()),
        ("best_rated", "/api/queries/best-rated?limit=10&min_ratings=5".to_owned()),
        ("similar_buyers", "/api/queries/similar-buyers?limit=10".to_owned()),
    ]
}

/// All dead letters of a topic, page by page.
pub(crate) fn dead_letters(sluice: &Sluice, topic: &str) -> Vec<Value> {
    let mut letters = Vec::new();
    let mut after = String::new();
    loop {
        let (code, page) = sluice.get(&format!("/api/dead-letters?topic={topic}&limit=7{after}"));
        assert_eq!(code, 200, "{page}");
        letters.extend(page["dead_letters"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={}", next.replace('/', "%2F")),
            None => return letters,
        }
    }
}

/// Everything that is expected is there and equal; more fields are fine, more rows are not.
fn assert_contains(found: &Value, expected: &Value, at: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (key, value) in expected {
                assert_contains(found.get(key).unwrap_or(&Value::Null), value, &format!("{at}.{key}"));
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "rows of {at}");
            for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert_contains(found, expected, &format!("{at}[{row}]"));
            }
        }
        _ => assert_eq!(found, expected, "{at}"),
    }
}

/// The share of users whose community is the one that most of their planted community are in.
fn agreement(found: &Value, planted: &Value) -> f64 {
    let planted = planted.as_object().unwrap();
    let mut together: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (user, community) in planted {
        *together.entry((community.to_string(), found[user].to_string())).or_default() += 1;
    }
    let mut best: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for ((community, name), users) in &together {
        let known = best.entry(community).or_default();
        *known = (*known).max((*users, name));
    }
    let names: std::collections::BTreeSet<_> = best.values().map(|(_, name)| name).collect();
    assert_eq!(names.len(), best.len(), "two planted communities were taken for one: {best:?}");
    best.values().map(|(users, _)| users).sum::<usize>() as f64 / planted.len() as f64
}

/// What a graph answers, for comparing two of them.
pub(crate) fn picture_of(sluice: &Sluice, as_of: i64) -> Value {
    let answers: BTreeMap<_, _> =
        paths(as_of).into_iter().map(|(name, path)| (name, sluice.get(&path).1["answer"].clone())).collect();
    json!({"graph": sluice.post("/api/audit", "").1["graph"], "answers": answers})
}
