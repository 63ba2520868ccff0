use serde_json::json;

use super::*;
use crate::{
    connector::config::{Process, Raw, Strategy, read},
    kafka::record::Record,
    kind::decode::{Fault, Place},
    task::Reader,
};

fn raw(config: &[(&str, &str)]) -> Raw {
    let class = ("connector.class", "sluice.Neo4jSink");
    let topics = ("topics", "t");
    [class, topics].iter().chain(config).map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// What a record of topic `t` is for the graph under a configuration.
fn content(config: &[(&str, &str)], key: Option<&str>, value: Option<&str>) -> Result<Content, Fault> {
    let process = Process::neo4j("bolt://x", "neo4j", "neo4j");
    let config = read("c", &raw(config), &process).unwrap();
    let (_, strategy): &(String, Strategy) = &config.topics[0];
    let record = Record {
        partition: 0,
        offset: 7,
        timestamp_ms: Some(5),
        key: key.map(|key| key.as_bytes().to_vec()),
        value: value.map(|value| value.as_bytes().to_vec()),
        headers: Vec::new(),
    };
    let place = Place { topic: "t", partition: 0, offset: 7, incarnation: 1, origin: None };
    Reader::new(&config, strategy).unwrap().read(&record, place)
}

fn words(config: &[(&str, &str)], value: &str) -> Vec<String> {
    deed(&content(config, None, Some(value)).unwrap()).words
}

#[test]
fn a_pattern_is_told_line_by_line_and_each_node_once() {
    let pattern =
        "(:User{!userId, name, city: address.city}); (:User{!userId})-[:BOUGHT{price}]->(:`Odd thing`{!id: product})";
    let value = r#"{"userId": 7, "name": "Ada", "address": {"city": null}, "price": 1.5, "product": "x`y"}"#;
    let of = |merge: &str| {
        words(
            &[
                ("neo4j.pattern.topic.t", pattern),
                ("neo4j.pattern.merge-node-properties", merge),
                ("neo4j.pattern.merge-relationship-properties", merge),
            ],
            value,
        )
    };
    assert_eq!(
        of("false"),
        [
            "MERGE (:User {userId: 7}) SET ONLY name = \"Ada\"",
            "MERGE (:`Odd thing` {id: \"x`y\"})",
            "MERGE (:User {userId: 7})-[:BOUGHT]->(:`Odd thing` {id: \"x`y\"}) SET ONLY price = 1.5",
        ]
    );
    assert_eq!(of("true")[0], "MERGE (:User {userId: 7}) SET name = \"Ada\" REMOVE city");
}

#[test]
fn a_tombstone_takes_back_what_its_key_names() {
    let config = [
        ("neo4j.pattern.topic.t", "(:User{!userId})-[:BOUGHT]->(:Product{!id})"),
        ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
        ("key.converter.schemas.enable", "false"),
    ];
    let content = content(&config, Some(r#"{"userId": 7, "id": 2}"#), None).unwrap();
    assert_eq!(deed(&content).words, ["DELETE (:User {userId: 7})-[:BOUGHT]->(:Product {id: 2})"]);
}

#[test]
fn the_statements_are_those_that_neo4j_runs_with_their_rows() {
    let config = [("neo4j.pattern.topic.t", "(:User{!userId, name})"), ("neo4j.pattern.merge-node-properties", "true")];
    let content = content(&config, None, Some(r#"{"userId": 7, "name": "Ada"}"#)).unwrap();
    let [Statement { text, parameters }] = &deed(&content).statements[..] else { panic!("one statement") };
    assert!(
        text.starts_with("UNWIND $rows AS row\nMERGE (n:`User` {`userId`: row[0]})\nSET n.`name` = row[1]"),
        "{text}"
    );
    assert_eq!(*parameters, json!({"rows": [[7, "Ada"]]}));
}

#[test]
fn a_statement_of_somebodys_own_gets_the_record_as_its_row() {
    let config = [("neo4j.cypher.topic.t", "MERGE (:S {id: event.id})")];
    let deed = deed(&content(&config, Some("k"), Some(r#"{"id": 1}"#)).unwrap());
    assert!(deed.words.is_empty());
    assert!(deed.statements[0].text.contains("MERGE (:S {id: event.id})"));
    assert_eq!(deed.statements[0].parameters, json!({"rows": [[{"id": 1}, "k", {}, 5]]}));
}

#[test]
fn what_a_relationship_needs_is_named_unless_a_record_makes_it() {
    let config = [("neo4j.cud.topics", "t")];
    let tie = r#"{"op": "create", "type": "relationship", "rel_type": "NEXT_TO", "properties": {"m": 3},
        "from": {"labels": ["Depot"], "ids": {"id": 1}}, "to": {"labels": ["Depot"], "ids": {"id": 2}, "op": "merge"}}"#;
    let tied = content(&config, None, Some(tie)).unwrap();
    assert_eq!(
        deed(&tied).words,
        ["MERGE (:Depot {id: 2})", "CREATE (:Depot {id: 1})-[:NEXT_TO {m: 3}]->(:Depot {id: 2})"]
    );
    let needed = needed(&tied);
    assert_eq!(needed.iter().map(|it| node(it)).collect::<Vec<_>>(), ["(:Depot {id: 1})"]);
    let made = |op: &str, id: i64| {
        let value = json!({"op": op, "type": "node", "labels": ["Depot", "Big"], "ids": {"id": id}, "properties": {}});
        content(&config, None, Some(&value.to_string())).unwrap()
    };
    assert!(makes(&made("merge", 1), needed[0]) && makes(&made("create", 1), needed[0]));
    assert!(!makes(&made("merge", 2), needed[0]) && !makes(&made("delete", 1), needed[0]));
}

#[test]
fn the_built_in_events_are_told_as_on_an_empty_graph() {
    let purchase = r#"{"user_id": 1, "product_id": 2, "quantity": 3, "timestamp": 1789000000, "category": "Books", "user_name": "Ada"}"#;
    assert_eq!(
        words(&[("sluice.event.topic.t", "purchase")], purchase),
        [
            "MERGE (:User {userID: 1}) SET name = \"Ada\"",
            "MERGE (:Product {productID: 2}) SET category = \"Books\"",
            "CREATE (:User {userID: 1})-[:PURCHASED]->(:Transaction {transactionID: \"t-0-7\", quantity: 3, timestamp: \
             1789000000})-[:OF]->(:Product {productID: 2})",
        ]
    );
    let rating =
        r#"{"user_id": 1, "product_id": 2, "interaction_type": "rating", "value": 5, "timestamp": 1789000000}"#;
    let rated = words(&[("sluice.event.topic.t", "interaction")], rating);
    assert_eq!(
        rated[2],
        "MERGE (:User {userID: 1})-[:RATED]->(:Product {productID: 2}) SET rating_value = 5, timestamp = 1789000000"
    );
    let follow = r#"{"follower_id": 1, "followed_id": 2, "timestamp": 1789000000}"#;
    let followed = words(&[("sluice.event.topic.t", "connection")], follow);
    assert_eq!(followed[2], "MERGE (:User {userID: 1})-[:FOLLOWS]->(:User {userID: 2}) SET timestamp = 1789000000");
}

#[test]
fn a_line_is_cut_where_nobody_reads_on() {
    let long = json!({"id": "é".repeat(5_000)}).to_string();
    let lines = words(
        &[("neo4j.pattern.topic.t", "(:S{!id: __value.name, note: id})")],
        &json!({"name": "n", "id": "é".repeat(5_000)}).to_string(),
    );
    assert!(lines[0].chars().count() < 120, "{}", lines[0]);
    assert!(lines[0].ends_with('…'));
    let too_long = content(&[("neo4j.pattern.topic.t", "(:S{!id})")], None, Some(&long));
    assert_eq!(too_long.unwrap_err().reason, "key_out_of_range");
}
