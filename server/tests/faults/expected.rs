//! What has to be in the graph, and what a look into it says of lost and doubled records.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::Value;
use services::Neo4j;

use crate::support::{
    judge::{Reference, SUMS, TOPICS},
    neo4j::{number, rows},
    sluice::Sluice,
};

/// Records by topic.
pub(crate) type Reads = BTreeMap<&'static str, i64>;

/// How long the last record may take after the last fault has ended.
const PATIENCE: Duration = Duration::from_mins(3);

/// What stands once in the graph for each record that is stored, and how to count it.
const PLACES: [(&str, &str); 9] = [
    ("User", "MATCH (n:User) RETURN count(n)"),
    ("Product", "MATCH (n:Product) RETURN count(n)"),
    ("Transaction", "MATCH (n:Transaction) RETURN count(n)"),
    ("PURCHASED", "MATCH ()-[r:PURCHASED]->() RETURN count(r)"),
    ("OF", "MATCH ()-[r:OF]->() RETURN count(r)"),
    ("RATED", "MATCH ()-[r:RATED]->() RETURN count(r)"),
    ("REVIEWED", "MATCH ()-[r:REVIEWED]->() RETURN count(r)"),
    ("FOLLOWS", "MATCH ()-[r:FOLLOWS]->() RETURN count(r)"),
    ("dead letters", "MATCH (n:SluiceDeadLetter) RETURN count(n)"),
];

/// What has to be there.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// How often each place is there.
    pub(crate) counts: BTreeMap<String, i64>,
    /// The sums.
    pub(crate) sums: BTreeMap<String, i64>,
    /// The transactions that state an id.
    pub(crate) ids: BTreeSet<String>,
    /// Transactions whose id is their place in Kafka.
    pub(crate) without_id: usize,
    /// How many records each topic has.
    pub(crate) reads: Reads,
}

/// What a look into the graph found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) lost: i64,
    pub(crate) doubled: i64,
    /// A sentence for each difference.
    pub(crate) differences: Vec<String>,
}

impl Expected {
    /// What the reference says.
    pub(crate) fn of_reference(reference: &Reference) -> Self {
        let numbers = |value: &Value| -> BTreeMap<String, i64> {
            value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.as_i64().unwrap())).collect()
        };
        let expected = &reference.expected;
        let mut counts = numbers(&expected["graph"]);
        counts.insert("dead letters".to_owned(), numbers(&expected["dead_letters"]).values().sum());
        let stated = reference.records["purchases"].iter().filter_map(|record| {
            let event: Value = serde_json::from_str(record.value.as_deref()?).ok()?;
            event["transaction_id"].as_str().map(str::to_owned)
        });
        let ids: BTreeSet<_> = stated.collect();
        Self {
            without_id: expected["purchases_without_id"].as_u64().unwrap() as usize,
            counts,
            sums: numbers(&expected["sums"]),
            ids,
            reads: TOPICS.map(|topic| (topic, expected["records"][topic].as_i64().unwrap())).into(),
        }
    }

    /// Looks into the graph, past Sluice.
    pub(crate) fn judge(&self, neo4j: &Neo4j) -> Verdict {
        let mut verdict = Verdict::default();
        for (place, statement) in PLACES {
            let (expected, found) = (self.counts.get(place).copied().unwrap_or(0), number(neo4j, statement));
            if expected == found {
                continue;
            }
            verdict.differences.push(format!("{found} {place} in place of {expected}"));
            // A purchase that is lost lacks its node and both relationships: that is one record.
            if !["User", "Product", "PURCHASED", "OF"].contains(&place) {
                verdict.lost += (expected - found).max(0);
            }
            verdict.doubled += (found - expected).max(0);
        }
        for (name, statement) in SUMS {
            let (expected, found) = (self.sums.get(name).copied().unwrap_or(0), number(neo4j, statement));
            if expected != found {
                verdict.differences.push(format!("the sum of {name} is {found} in place of {expected}"));
            }
        }
        let found: BTreeSet<String> = rows(neo4j, "MATCH (t:Transaction) RETURN t.transactionID")
            .into_iter()
            .map(|row| row[0].as_str().unwrap_or_default().to_owned())
            .collect();
        let foreign = found.difference(&self.ids).filter(|id| !id.starts_with("purchases-")).count();
        let by_place = found.iter().filter(|id| id.starts_with("purchases-")).count();
        if foreign > 0 || by_place != self.without_id {
            let counted = format!("{foreign} transactions that nobody sent, {by_place} ids by place");
            verdict.differences.push(counted);
        }
        // Broken records state ids too, so only a shortfall in the count above says that one is missing; this names them.
        let missing: Vec<_> = self.ids.difference(&found).take(5).collect();
        if verdict.lost > 0 {
            verdict.differences.push(format!("not there, among others: {missing:?}"));
        }
        verdict
    }
}

/// Waits until a Sluice has read this much; whether it did in time, and how long it took.
pub(crate) fn wait_until_read(sluice: &Sluice, reads: &Reads) -> Option<Duration> {
    let started = Instant::now();
    loop {
        let status = sluice.status();
        if reads.iter().all(|(topic, count)| status["books"][topic]["read"].as_i64() == Some(*count)) {
            return Some(started.elapsed());
        }
        if started.elapsed() > PATIENCE {
            eprintln!("after {} s: {} of {reads:?}", PATIENCE.as_secs(), status["books"]);
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
