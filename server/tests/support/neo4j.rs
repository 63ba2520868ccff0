//! Cypher over Neo4j's own HTTP API, beside Sluice and its driver.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use services::Neo4j;

/// Runs a statement and returns its rows.
///
/// # Panics
/// When Neo4j refuses it.
pub(crate) fn rows(neo4j: &Neo4j, statement: &str) -> Vec<Vec<Value>> {
    let body = json!({"statements": [{"statement": statement}]});
    let credentials = BASE64_STANDARD.encode(format!("{}:{}", neo4j.user(), neo4j.password()));
    let answer: Value = ureq::post(format!("{}/db/neo4j/tx/commit", neo4j.http_uri()))
        .header("authorization", format!("Basic {credentials}"))
        .send_json(body)
        .unwrap()
        .body_mut()
        .with_config()
        // A long soak has a million ids.
        .limit(1 << 30)
        .read_json()
        .unwrap();
    assert_eq!(answer["errors"], json!([]), "{statement}");
    let data = answer["results"][0]["data"].as_array().unwrap();
    data.iter().map(|row| row["row"].as_array().unwrap().clone()).collect()
}

/// The one number that a statement answers.
pub(crate) fn number(neo4j: &Neo4j, statement: &str) -> i64 {
    rows(neo4j, statement)[0][0].as_i64().unwrap_or(0)
}
