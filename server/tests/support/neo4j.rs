//! Cypher over Neo4j's own HTTP API, beside Sluice and its driver.

use serde_json::{Value, json};
use services::Neo4j;

/// Runs a statement and returns its rows.
///
/// # Panics
/// When Neo4j refuses it.
pub(crate) fn rows(neo4j: &Neo4j, statement: &str) -> Vec<Vec<Value>> {
    let body = json!({"statements": [{"statement": statement}]});
    let credentials = base64(format!("{}:{}", neo4j.user(), neo4j.password()).as_bytes());
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

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * position) & 63) as usize];
            text.push(if position <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}
