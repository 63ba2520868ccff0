//! Statements of people's own, run with the rows of a batch.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use neo4rs::{BoltMap, BoltNull, BoltType, query};
use serde_json::Value as Json;

use super::link::Transaction;
use crate::graph::{Batch, Error, batch::Content};

/// Runs each statement of a batch with its rows, in their order. Rows of one statement that follow each other go together.
pub(super) async fn run(tx: &mut Transaction<'_>, batch: &Batch) -> Result<(), Error> {
    let mut rows: Vec<BoltType> = Vec::new();
    let mut of: Option<&Arc<str>> = None;
    for entry in &batch.entries {
        let Content::Statement(text, row) = &entry.content else { continue };
        if let Some(before) = of.filter(|before| *before != text) {
            tx.run(query(before).param("rows", std::mem::take(&mut rows))).await?;
        }
        of = Some(text);
        rows.push(bolt(row));
    }
    match of {
        Some(text) => tx.run(query(text).param("rows", rows)).await,
        None => Ok(()),
    }
}

/// Each statement of a batch once.
pub(super) fn texts(batch: &Batch) -> BTreeSet<&str> {
    let own = batch.entries.iter().filter_map(|entry| match &entry.content {
        Content::Statement(text, _) => Some(&**text),
        _ => None,
    });
    own.collect()
}

/// For so long a statement is taken to be one that can be planned. To see that takes some 30 ms, and a batch that is narrowed
/// down is refused again and again.
const FRESH: Duration = Duration::from_secs(1);

/// The statement that could be planned last, and when.
#[derive(Default)]
pub(super) struct Planned(Mutex<Option<(String, Instant)>>);

impl Planned {
    pub(super) fn is_fresh(&self, text: &str) -> bool {
        self.lock().as_ref().is_some_and(|(known, at)| known == text && at.elapsed() < FRESH)
    }

    pub(super) fn note(&self, text: &str) {
        *self.lock() = Some((text.to_owned(), Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, Option<(String, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// JSON as the database knows it. A whole number beyond 64 bits becomes a float, as in Neo4j's own connector.
fn bolt(json: &Json) -> BoltType {
    match json {
        Json::Null => BoltType::Null(BoltNull),
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or(f64::NAN).into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(all) => BoltType::List(all.iter().map(bolt).collect::<Vec<_>>().into()),
        Json::Object(fields) => {
            let mut map = BoltMap::with_capacity(fields.len());
            for (name, value) in fields {
                map.put(name.as_str().into(), bolt(value));
            }
            BoltType::Map(map)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_keeps_its_shape() {
        assert_eq!(bolt(&json!(i64::MAX)), BoltType::from(i64::MAX));
        assert_eq!(bolt(&json!(u64::MAX)), BoltType::from(u64::MAX as f64));
        let BoltType::Map(map) = bolt(&json!({"a": [1, null], "b": {"c": true}})) else { panic!("no map") };
        assert_eq!(map.value.len(), 2);
        let list: BoltType = BoltType::List(vec![1_i64.into(), BoltType::Null(BoltNull)].into());
        assert!(map.value.iter().any(|(name, value)| name.value == "a" && *value == list));
    }
}
