//! Records in Avro, with a schema registry that answers, and one that does not: on the embedded pair.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use apache_avro::{Decimal, types::Value as Avro};
use serde_json::{Value, json};
use support::{
    kafka::produce_to,
    registry::{Mood, Registry, USER_INFO, encoded},
    sluice::{Sluice, ask},
    wait_for,
};

const PARCEL: &str = r#"{"type": "record", "name": "Parcel", "namespace": "shop", "fields": [
    {"name": "id", "type": "long"},
    {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["PACKED", "SENT"]}},
    {"name": "city", "type": ["null", "string"]},
    {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
    {"name": "due", "type": {"type": "int", "logicalType": "date"}},
    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}"#;

fn parcel(id: i64) -> Vec<u8> {
    let city = Avro::Union(1, Avro::String(format!("City {}", id % 3)).into());
    let fields = [
        ("id", Avro::Long(id)),
        ("state", Avro::Enum(1, "SENT".into())),
        ("city", city),
        ("price", Avro::Decimal(Decimal::from(vec![0x04, 0xd2]))),
        ("due", Avro::Date(20_000)),
        ("at", Avro::TimestampMillis(1_789_000_000_000)),
    ];
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    encoded(7, PARCEL, Avro::Record(fields))
}

/// A connector of parcels in Avro.
fn parcels(registry: &Registry) -> Value {
    json!({
        "connector.class": "sluice.Neo4jSink",
        "topics": "parcels",
        "errors.tolerance": "all",
        "neo4j.pattern.topic.parcels": "(:Parcel{!id, state, price, due, at})-[:TO]->(:City{!name: city})",
        "value.converter": "io.confluent.connect.avro.AvroConverter",
        "value.converter.schema.registry.url": registry.url,
        "value.converter.basic.auth.credentials.source": "USER_INFO",
        "value.converter.basic.auth.user.info": USER_INFO,
    })
}

fn task(sluice: &Sluice) -> Value {
    sluice.get("/api/connectors/parcels").1["tasks"][0].clone()
}

#[test]
fn records_in_avro_become_a_graph_and_what_is_none_dead_letters() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::start(Mood::Well);
    registry.register(7, PARCEL);
    let sluice = Sluice::start(dir.path(), &[]).ready();
    let connect = format!("{}/connectors/parcels/config", sluice.connect());
    let config = parcels(&registry);
    assert_eq!(ask("PUT", &connect, &config.to_string()).0, 201);

    let mut values: Vec<Vec<u8>> = (0..200).map(parcel).collect();
    values[20] = br#"{"id": 20}"#.to_vec();
    values[60] = [0, 0, 0, 0, 99, 2].to_vec();
    values[61] = parcel(61)[..20].to_vec();
    values[62] = [parcel(62), vec![0]].concat();
    produce_to(&sluice.servers(), &[], ("parcels", 0), &values);
    sluice.wait_until_read("parcels", 200);
    assert_eq!(sluice.books("parcels"), json!({"read": 200, "stored": 196, "repeated": 0, "dead": 4}));
    let (_, letters) = sluice.get("/api/dead-letters?limit=10");
    let letters = letters["dead_letters"].as_array().unwrap();
    let reasons: BTreeSet<(i64, &str)> =
        letters.iter().map(|it| (it["offset"].as_i64().unwrap(), it["reason"].as_str().unwrap())).collect();
    let malformed = "malformed_avro";
    let expected = [(20, malformed), (60, "schema_unknown"), (61, malformed), (62, malformed)];
    assert_eq!(reasons, expected.into(), "{letters:?}");
    let of_seven = registry.asked().iter().filter(|path| *path == "/schemas/ids/7").count();
    assert_eq!(of_seven, 1, "a schema is asked for once");

    // What a preview tells is what became of them.
    let (status, told) =
        sluice.post("/api/connectors/preview", &json!({"config": named(&config), "limit": 2}).to_string());
    assert_eq!(status, 200, "{told}");
    assert_eq!(
        told["topics"][0]["records"][0]["changes"],
        json!([
            "MERGE (:Parcel {id: 199}) SET ONLY at = 1789000000000, due = \"2024-10-04\", price = \"12.34\", state = \"SENT\"",
            "MERGE (:City {name: \"City 1\"})",
            "MERGE (:Parcel {id: 199})-[:TO]->(:City {name: \"City 1\"}) SET ONLY its keys",
        ]),
        "{told}"
    );

    // The password is told nowhere, and what is told can be put again.
    let (_, shown) = ask("GET", &connect, "");
    assert_eq!(shown["value.converter.basic.auth.user.info"], "[hidden]");
    let mut changed = shown.clone();
    changed["tasks.max"] = json!("2");
    let (status, answer) = ask("PUT", &connect, &changed.to_string());
    assert_eq!(status, 200, "{answer}");
    let elsewhere = json!({"value.converter.schema.registry.url": "http://127.0.0.1:1"});
    let (status, refused) = ask("PATCH", &connect, &elsewhere.to_string());
    assert_eq!(status, 400, "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("is what is shown of a secret"), "{refused}");
    produce_to(&sluice.servers(), &[], ("parcels", 0), &[parcel(200)]);
    sluice.wait_until_read("parcels", 201);
    assert_eq!(sluice.books("parcels")["stored"], 197);
    for path in
        ["/api/connectors/parcels", "/api/connectors", "/connectors/parcels", "/connectors/parcels/edit", "/metrics"]
    {
        assert!(!sluice.get(path).1.to_string().contains("s3cret"), "{path}");
    }
    assert!(!sluice.log().contains("s3cret"));
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn a_registry_that_is_away_is_waited_for_and_nothing_becomes_a_dead_letter() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::start(Mood::Status(503));
    registry.register(7, PARCEL);
    let sluice = Sluice::start(dir.path(), &[]).ready();
    let connect = format!("{}/connectors/parcels", sluice.connect());
    assert_eq!(ask("PUT", &format!("{connect}/config"), &parcels(&registry).to_string()).0, 201);
    let values: Vec<Vec<u8>> = (0..50).map(parcel).collect();
    produce_to(&sluice.servers(), &[], ("parcels", 0), &values);

    let retrying = |why: &str| {
        wait_for(&format!("a task that tries again: {why}"), || {
            let task = task(&sluice);
            let trace = task["trace"].as_str().unwrap_or_default();
            (task["state"] == "RETRYING" && trace.contains("the schema registry") && trace.contains(why)).then_some(())
        });
    };
    retrying("status 503");
    registry.turn(Mood::Silent);
    retrying(&format!("{}/schemas/ids/7: ", registry.url));
    registry.turn(Mood::Status(404));
    retrying("status 404");
    registry.turn(Mood::Status(401));
    retrying("refused with status 401");
    let (_, told) = sluice.post("/api/connectors/preview", &json!({"config": named(&parcels(&registry))}).to_string());
    let remark = told["topics"][0]["remark"].as_str().unwrap();
    assert!(remark.starts_with("Not read: asking the schema registry failed"), "{told}");
    // What people want comes first.
    assert_eq!(ask("PUT", &format!("{connect}/pause"), "").0, 202);
    wait_for("the pause", || (task(&sluice)["state"] == "PAUSED").then_some(()));
    assert_eq!(ask("PUT", &format!("{connect}/resume"), "").0, 202);
    retrying("status 401");
    assert_eq!(sluice.get("/api/dead-letters?limit=10").1["dead_letters"], json!([]));

    registry.turn(Mood::Well);
    sluice.wait_until_read("parcels", 50);
    assert_eq!(sluice.books("parcels"), json!({"read": 50, "stored": 50, "repeated": 0, "dead": 0}));
    wait_for("a task that runs", || (task(&sluice)["state"] == "RUNNING").then_some(()));

    // What is known already needs no registry.
    registry.turn(Mood::Silent);
    produce_to(&sluice.servers(), &[], ("parcels", 0), &[parcel(50)]);
    sluice.wait_until_read("parcels", 51);
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn what_is_not_tolerated_stops_behind_what_came_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::start(Mood::Well);
    registry.register(7, PARCEL);
    let sluice = Sluice::start(dir.path(), &[]).ready();
    let mut config = parcels(&registry);
    config["errors.tolerance"] = json!("none");
    let mut values: Vec<Vec<u8>> = (0..50).map(parcel).collect();
    values[30] = [0, 0, 0, 0, 99, 2].to_vec();
    let connect = format!("{}/connectors/parcels", sluice.connect());
    assert_eq!(ask("PUT", &format!("{connect}/config"), &config.to_string()).0, 201);
    produce_to(&sluice.servers(), &[], ("parcels", 0), &values);
    let failed =
        |sluice: &Sluice| wait_for("the failure", || Some(task(sluice)).filter(|task| task["state"] == "FAILED"));
    let trace = failed(&sluice)["trace"].as_str().unwrap().to_owned();
    assert!(trace.contains("offset 30") && trace.contains("schema_unknown"), "{trace}");
    assert_eq!(sluice.books("parcels"), json!({"read": 30, "stored": 30, "repeated": 0, "dead": 0}));
    // A schema that is there after all is asked for again.
    registry.register(99, "\"boolean\"");
    assert_eq!(ask("POST", &format!("{connect}/restart?includeTasks=true"), "").0, 202);
    wait_for("another reason", || {
        task(&sluice)["trace"].as_str().filter(|trace| !trace.contains("schema_unknown")).map(|_| ())
    });
    assert_eq!(sluice.books("parcels")["read"], 30);
    assert_eq!(sluice.terminate(), Some(0));
}

fn named(config: &Value) -> Value {
    let mut config = config.clone();
    config["name"] = json!("parcels");
    config
}
