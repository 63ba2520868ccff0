//! Topics of people's own, from nothing to a graph by configuration alone: against a real Kafka and a real Neo4j, and what
//! of it the embedded pair does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use services::{Kafka, Neo4j};
use support::{
    judge::Record,
    kafka::{Admin, produce, read},
    neo4j::{number, rows},
    sluice::{Sluice, ask},
    wait_for,
};

/// Where a parcel is, and what it carries: three patterns for each record.
const SHIPMENTS: &str = r#"{
    "name": "shipments",
    "config": {
        "connector.class": "sluice.Neo4jSink",
        "topics": "shipments",
        "tasks.max": "2",
        "errors.tolerance": "all",
        "key.converter": "org.apache.kafka.connect.json.JsonConverter",
        "key.converter.schemas.enable": "false",
        "errors.deadletterqueue.topic.name": "shipments-refused",
        "neo4j.pattern.topic.shipments": "(:Shipment{!id, state}); (:Shipment{!id})-[:GOES_TO]->(:City{!name: city}); (:Shipment{!id})-[:CARRIES{pieces}]->(:Product{!productID: product})"
    }
}"#;

fn folder(dir: &Path, definition: &str) -> String {
    let folder = dir.join("connectors");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("shipments.json"), definition).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// `count` shipments of `cities` to three cities, each keyed by its id.
fn shipments(range: std::ops::Range<usize>, state: &str) -> Vec<Record> {
    range
        .map(|id| Record {
            partition: (id % 2) as i32,
            key: Some(json!({"id": id}).to_string()),
            value: Some(
                json!({"id": id, "state": state, "city": format!("City {}", id % 3), "product": id % 5 + 1, "pieces": 2})
                    .to_string(),
            ),
        })
        .collect()
}

#[test]
fn a_fourth_topic_becomes_a_graph_by_one_file_and_others_by_what_is_posted() {
    let dir = tempfile::tempdir().unwrap();
    let (kafka, neo4j) = std::thread::scope(|scope| {
        let kafka = scope.spawn(|| Kafka::start(&dir.path().join("kafka")).unwrap());
        let neo4j = Neo4j::start(&dir.path().join("neo4j")).unwrap();
        (kafka.join().unwrap(), neo4j)
    });
    let servers = kafka.bootstrap_servers();
    let admin = Admin::at(servers);
    admin.create("shipments", 2, &[]);
    admin.create("parcels", 1, &[]);
    admin.create("commands", 1, &[]);
    let folder = folder(dir.path(), SHIPMENTS);
    let variables = [
        ("KAFKA_BOOTSTRAP_SERVERS", servers),
        ("NEO4J_URI", neo4j.uri()),
        ("NEO4J_USER", neo4j.user()),
        ("NEO4J_PASSWORD", neo4j.password()),
        ("SLUICE_CONNECTORS_DIR", folder.as_str()),
    ];
    let sluice = Sluice::start(dir.path(), &variables).ready();

    // By a file.
    let mut records = shipments(0..600, "packed");
    records.push(Record { partition: 0, key: None, value: Some(r#"{"state": "lost"}"#.to_owned()) });
    produce(servers, "shipments", &records);
    sluice.wait_until_read("shipments", 601);
    assert_eq!(sluice.books("shipments"), json!({"read": 601, "stored": 600, "repeated": 0, "dead": 1}));
    let shape = "MATCH (c:City)<-[:GOES_TO]-(s:Shipment {state: 'packed'})-[r:CARRIES {pieces: 2}]->(p:Product) \
                 RETURN count(DISTINCT s), count(DISTINCT c), count(DISTINCT p), count(r)";
    assert_eq!(rows(&neo4j, shape), [[json!(600), json!(3), json!(5), json!(600)]]);
    let unique = "SHOW CONSTRAINTS YIELD labelsOrTypes, type WHERE 'Shipment' IN labelsOrTypes RETURN count(*)";
    assert_eq!(number(&neo4j, unique), 1, "what nodes are found by is unique");
    let (_, letters) = sluice.get("/api/dead-letters?limit=10");
    let letter = &letters["dead_letters"][0];
    assert_eq!((&letter["topic"], &letter["connector"]), (&json!("shipments"), &json!("shipments")));
    assert_eq!(letter["reason"], "key_missing", "{letter}");
    assert_eq!(read(servers, "shipments-refused", 1).len(), 1, "the letter is in the topic that the connector names");

    // Again, changed, and taken back.
    produce(servers, "shipments", &shipments(0..10, "sent"));
    let gone = |id: usize| Record { partition: (id % 2) as i32, key: Some(json!({"id": id}).to_string()), value: None };
    produce(servers, "shipments", &[gone(0), gone(1)]);
    sluice.wait_until_read("shipments", 613);
    let states = "MATCH (s:Shipment) RETURN s.state, count(*) ORDER BY s.state";
    assert_eq!(rows(&neo4j, states), [[json!("packed"), json!(590)], [json!("sent"), json!(8)]]);

    // By a statement, which the database looks at first.
    let connect = format!("{}/connectors", sluice.connect());
    let parcels = |statement: &str| {
        json!({"name": "parcels", "config": {
            "connector.class": "sluice.Neo4jSink", "topics": "parcels", "errors.tolerance": "all",
            "neo4j.cypher.topic.parcels": statement,
        }})
        .to_string()
    };
    let (status, refused) = ask("POST", &connect, &parcels("MERGE (p:Parcel {id: event.id}) SETT p.kg = event.kg"));
    assert_eq!(status, 400, "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("Invalid input"), "{refused}");
    assert_eq!(ask("GET", &format!("{connect}/parcels"), "").0, 404, "nothing is half made");
    let statement = "MERGE (p:Parcel {id: event.id}) SET p.kg = 1.0 / event.kg, p.at = __timestamp";
    assert_eq!(ask("POST", &connect, &parcels(statement)).0, 201);
    let parcel = |id: usize| Record { partition: 0, key: None, value: Some(json!({"id": id, "kg": 2}).to_string()) };
    let mut records: Vec<Record> = (0..50).map(parcel).collect();
    // A division of a text is what only the database notices.
    records[20].value = Some(r#"{"id": 20, "kg": "heavy"}"#.to_owned());
    // Nor can what has no id be merged by it.
    records[30].value = Some(r#"{"kg": 2}"#.to_owned());
    produce(servers, "parcels", &records);
    sluice.wait_until_read("parcels", 50);
    assert_eq!(sluice.books("parcels"), json!({"read": 50, "stored": 48, "repeated": 0, "dead": 2}));
    let (_, connector) = sluice.get("/api/connectors/parcels");
    let notice = connector["tasks"][0]["notice"].as_str().unwrap_or_default();
    assert!(notice.contains("FOR (n:`Parcel`) REQUIRE (n.`id`) IS UNIQUE"), "what it looks for has no index: {notice}");
    assert_eq!(number(&neo4j, "MATCH (p:Parcel) WHERE p.kg = 0.5 AND p.at > 0 RETURN count(p)"), 48);

    // What another statement would do with the records that are there, and a topic that nobody has made.
    let tried = own("tried", "parcels", "neo4j.cypher.topic.parcels", "MERGE (:Tried {id: event.id, by: __key})");
    let (status, told) = preview(&sluice, &tried, 5);
    assert_eq!((status, told["embedded"].as_bool()), (200, Some(false)), "{told}");
    let rows = told["topics"][0]["records"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["offset"].as_i64().unwrap()).collect::<Vec<_>>(), [49, 48, 47, 46, 45]);
    assert!(rows[0]["statements"][0]["text"].as_str().unwrap().contains("MERGE (:Tried {id: event.id, by: __key})"));
    let parameters: Value = serde_json::from_str(rows[0]["statements"][0]["parameters"].as_str().unwrap()).unwrap();
    assert_eq!(parameters["rows"][0][0], json!({"id": 49, "kg": 2}));
    let warning = told["topics"][0]["warning"].as_str().unwrap();
    assert!(warning.contains("CREATE CONSTRAINT `sluice_key_Tried_by_id`"), "{warning}");
    let (status, refused) =
        preview(&sluice, &own("tried", "parcels", "neo4j.cypher.topic.parcels", "MERGEE (:Tried)"), 5);
    assert_eq!((status, &refused["errors"][0]["key"]), (400, &json!("neo4j.cypher.topic.parcels")), "{refused}");
    for _ in 0..2 {
        let (_, missing) = preview(&sluice, &own("m", "nowhere", "neo4j.pattern.topic.nowhere", "(:N{!id})"), 10);
        assert_eq!(missing["topics"][0]["remark"], "There is no such topic at Kafka.", "and looking makes none");
    }
    assert_eq!(number(&neo4j, "MATCH (n:Tried) RETURN count(n)"), 0);

    // By messages that say themselves what to do.
    let commands = json!({"name": "commands", "config": {
        "connector.class": "sluice.Neo4jSink", "topics": "commands", "errors.tolerance": "all",
        "neo4j.cud.topics": "commands",
    }});
    assert_eq!(ask("POST", &connect, &commands.to_string()).0, 201);
    let node = |id: i64| json!({"op": "merge", "type": "node", "labels": ["Depot"], "ids": {"id": id}, "properties": {"id": id}});
    let tie = |to: i64| {
        json!({"op": "create", "type": "relationship", "rel_type": "NEXT_TO", "properties": {},
            "from": {"labels": ["Depot"], "ids": {"id": 1}}, "to": {"labels": ["Depot"], "ids": {"id": to}}})
    };
    let message = |value: Value| Record { partition: 0, key: None, value: Some(value.to_string()) };
    produce(servers, "commands", &[node(1), node(2), tie(2), tie(99)].map(message));
    sluice.wait_until_read("commands", 4);
    assert_eq!(sluice.books("commands"), json!({"read": 4, "stored": 3, "repeated": 0, "dead": 1}));
    assert_eq!(number(&neo4j, "MATCH (:Depot {id: 1})-[r:NEXT_TO]->(:Depot {id: 2}) RETURN count(r)"), 1);
    let (_, letters) = sluice.get("/api/dead-letters?limit=10&topic=commands");
    assert_eq!(letters["dead_letters"][0]["reason"], "end_node_missing", "{letters}");

    // Where the schema is somebody else's, nothing is made, and what is missing is said.
    admin.create("pallets", 1, &[]);
    let pallets = json!({"name": "pallets", "config": {
        "connector.class": "sluice.Neo4jSink", "topics": "pallets", "sluice.constraints.create": "false",
        "neo4j.pattern.topic.pallets": "(:Pallet{!id})-[:CARRIES]->(:Shipment{!id: shipment})",
    }});
    assert_eq!(ask("POST", &connect, &pallets.to_string()).0, 201);
    let notice = wait_for("the notice", || {
        let (_, connector) = sluice.get("/api/connectors/pallets");
        connector["tasks"][0]["notice"].as_str().map(str::to_owned)
    });
    assert!(notice.contains("FOR (n:`Pallet`) REQUIRE (n.`id`) IS UNIQUE"), "{notice}");
    assert!(!notice.contains("Shipment"), "those of another connector are unique: {notice}");
    assert_eq!(number(&neo4j, &unique.replace("Shipment", "Pallet")), 0);

    // One whose topic is not there yet says so, and begins as soon as there is one.
    let late = json!({"name": "late", "config": {
        "connector.class": "sluice.Neo4jSink", "topics": "late", "neo4j.pattern.topic.late": "(:Late{!id})",
    }});
    assert_eq!(ask("POST", &connect, &late.to_string()).0, 201);
    let trace = wait_for("what it waits for", || {
        let (_, connector) = sluice.get("/api/connectors/late");
        let task = &connector["tasks"][0];
        (task["state"] == "RETRYING").then(|| task["trace"].as_str().unwrap_or_default().to_owned())
    });
    assert!(trace.contains("there is no topic late"), "{trace}");
    admin.create("late", 1, &[]);
    produce(servers, "late", &[parcel(1)]);
    sluice.wait_until_read("late", 1);
    let (_, connector) = sluice.get("/api/connectors/late");
    assert_eq!((&connector["tasks"][0]["state"], &connector["tasks"][0]["trace"]), (&json!("RUNNING"), &Value::Null));

    // None of it disturbs the three that are there without a word.
    let burst = sluice.burst("purchases", 500, 3);
    assert_eq!((&burst["stored"], &burst["dead_lettered"]), (&json!(497), &json!(3)));
    let (_, audit) = sluice.post("/api/audit", "{}");
    assert_eq!(audit["balanced"], true, "{audit}");

    // It goes on where it was: nothing is stored twice, and what was defined is still there.
    assert_eq!(sluice.terminate(), Some(0));
    let sluice = Sluice::start(dir.path(), &variables).ready();
    let (_, names) = ask("GET", &format!("{}/connectors", sluice.connect()), "");
    assert_eq!(
        names,
        json!([
            "commands",
            "late",
            "pallets",
            "parcels",
            "product_interactions",
            "purchases",
            "shipments",
            "user_connections"
        ])
    );
    produce(servers, "parcels", &[parcel(50)]);
    sluice.wait_until_read("parcels", 51);
    assert_eq!(number(&neo4j, "MATCH (p:Parcel) RETURN count(p)"), 49);
    // Which of those that it did not read itself are dead letters, the ledger tells the stream.
    let fates = |query: &str| {
        let (_, news) = sluice.get(&format!("/api/stream?topic=parcels&limit=100{query}"));
        let rows = news["rows"].as_array().unwrap();
        let fate = |row: &Value| (row["place"]["offset"].as_i64().unwrap(), row["fate"].as_str().unwrap().to_owned());
        rows.iter().map(fate).collect::<Vec<_>>()
    };
    let (all, broken) = (fates(""), fates("&broken=1"));
    assert_eq!(broken, [(30, "dead".to_owned()), (20, "dead".to_owned())]);
    assert_eq!((all.len(), all.iter().filter(|(_, fate)| fate == "stored").count()), (51, 49), "{all:?}");
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn the_embedded_pair_takes_patterns_too_and_says_what_it_can_not_do() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder(dir.path(), SHIPMENTS);
    let sluice = Sluice::start(dir.path(), &[("SLUICE_CONNECTORS_DIR", folder.as_str())]).ready();
    let servers = sluice.servers();
    produce(&servers, "shipments", &shipments(0..300, "packed"));
    sluice.wait_until_read("shipments", 300);
    assert_eq!(sluice.books("shipments"), json!({"read": 300, "stored": 300, "repeated": 0, "dead": 0}));
    let config =
        json!({"connector.class": "sluice.Neo4jSink", "topics": "parcels", "neo4j.cypher.topic.parcels": "MERGE (:P)"});
    let (status, refused) = ask("PUT", &format!("{}/connectors/parcels/config", sluice.connect()), &config.to_string());
    assert_eq!(status, 400);
    assert!(refused["message"].as_str().unwrap().contains("Cypher needs Neo4j"), "{refused}");
    // A second connector reads what another one reads too, and neither takes anything from the other.
    let beside = json!({"connector.class": "sluice.Neo4jSink", "topics": "purchases", "neo4j.pattern.topic.purchases": "(:Buyer{!user_id})"});
    assert_eq!(ask("PUT", &format!("{}/connectors/buyers/config", sluice.connect()), &beside.to_string()).0, 201);
    let burst = sluice.burst("purchases", 400, 0);
    assert_eq!(burst["stored"], 400);
    wait_for("both to have read it all", || {
        let (_, all) = sluice.get("/api/connectors");
        let of = |name: &str| {
            let one = all.as_array()?.iter().find(|it| it["name"] == name)?;
            one["partitions"].as_array()?.iter().map(|it| it["books"]["read"].as_i64()).sum::<Option<i64>>()
        };
        (of("purchases") == Some(400) && of("buyers") == Some(400)).then_some(())
    });
    let (_, audit) = sluice.post("/api/audit", "{}");
    assert_eq!(audit["balanced"], true, "{audit}");
    assert_eq!(sluice.terminate(), Some(0));
}

/// What a configuration would do with the newest records of its topics.
fn preview(sluice: &Sluice, config: &Value, limit: u32) -> (u16, Value) {
    sluice.post("/api/connectors/preview", &json!({"config": config, "limit": limit}).to_string())
}

fn own(name: &str, topic: &str, key: &str, rule: &str) -> Value {
    json!({"name": name, "connector.class": "sluice.Neo4jSink", "topics": topic, "errors.tolerance": "all", key: rule})
}

#[test]
fn a_preview_tells_what_records_would_do_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder(dir.path(), SHIPMENTS);
    let sluice = Sluice::start(dir.path(), &[("SLUICE_CONNECTORS_DIR", folder.as_str())]).ready();
    let servers = sluice.servers();
    let pattern =
        own("p", "shipments", "neo4j.pattern.topic.shipments", "(:Parcel{!id, state})-[:TO]->(:Town{!name: city})");

    let (status, empty) = preview(&sluice, &pattern, 10);
    assert_eq!(status, 200, "{empty}");
    assert!(empty["topics"][0]["remark"].as_str().unwrap().contains("is empty"), "{empty}");

    let mut records = shipments(0..40, "packed");
    records.push(Record { partition: 0, key: Some("k".to_owned()), value: Some("{oops".to_owned()) });
    produce(&servers, "shipments", &records);
    sluice.wait_until_read("shipments", 41);
    let (status, told) = preview(&sluice, &pattern, 5);
    assert_eq!(status, 200, "{told}");
    assert_eq!((&told["embedded"], &told["stops"]), (&json!(true), &json!(false)));
    let rows = told["topics"][0]["records"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    let dead = rows.iter().find(|row| !row["dead"].is_null()).unwrap();
    assert_eq!((&dead["dead"]["reason"], &dead["key"]), (&json!("malformed_json"), &json!("k")), "{dead}");
    assert_eq!(dead["changes"], json!([]));
    let good = rows.iter().find(|row| row["offset"] == 19 && row["partition"] == 1).unwrap();
    assert_eq!(
        good["changes"],
        json!([
            "MERGE (:Parcel {id: 39}) SET ONLY state = \"packed\"",
            "MERGE (:Town {name: \"City 0\"})",
            "MERGE (:Parcel {id: 39})-[:TO]->(:Town {name: \"City 0\"}) SET ONLY pieces = 2, product = 5",
        ])
    );
    assert!(good["statements"][0]["text"].as_str().unwrap().contains("MERGE (n:`Parcel` {`id`: row[0]})"), "{good}");
    assert!(good["body"].as_str().unwrap().contains("\"city\": \"City 0\""), "{good}");

    // What says itself what to do, and needs a node that is not there.
    let cud = own("c", "shipments", "neo4j.cud.topics", "shipments");
    let tie = json!({"op": "create", "type": "relationship", "rel_type": "NEXT_TO", "properties": {},
        "from": {"labels": ["Depot"], "ids": {"id": 1}}, "to": {"labels": ["Depot"], "ids": {"id": 99}}});
    produce(&servers, "shipments", &[Record { partition: 2, key: None, value: Some(tie.to_string()) }]);
    sluice.wait_until_read("shipments", 42);
    let before = sluice.status();
    let (_, told) = preview(&sluice, &cud, 1);
    let row = &told["topics"][0]["records"][0];
    assert_eq!(row["changes"], json!(["CREATE (:Depot {id: 1})-[:NEXT_TO]->(:Depot {id: 99})"]), "{told}");
    assert!(row["warning"].as_str().unwrap().starts_with("(:Depot {id: 1}) is not in the graph now"), "{row}");

    // A topic that nobody has made; a statement, which this store can not run; keys that are wrong; too much at once.
    let (_, missing) = preview(&sluice, &own("m", "nowhere", "neo4j.pattern.topic.nowhere", "(:N{!id})"), 10);
    assert!(missing["topics"][0]["remark"].as_str().unwrap().contains("no such topic"), "{missing}");
    let (status, refused) = preview(&sluice, &own("s", "shipments", "neo4j.cypher.topic.shipments", "MERGE (:P)"), 10);
    assert_eq!((status, &refused["code"]), (400, &json!("invalid_configuration")));
    assert_eq!(refused["errors"][0]["key"], "neo4j.cypher.topic.shipments");
    assert!(refused["errors"][0]["errors"][0].as_str().unwrap().contains("Cypher needs Neo4j"), "{refused}");
    let wrong = json!({"name": "w", "connector.class": "sluice.Neo4jSink", "topics": "shipments", "tasks.max": "many"});
    let (status, refused) = preview(&sluice, &wrong, 10);
    let (_, infos) = ask(
        "PUT",
        &format!("{}/connector-plugins/sluice.Neo4jSink/config/validate", sluice.connect()),
        &wrong.to_string(),
    );
    let validated = infos["configs"].as_array().unwrap().iter().filter(|it| it["value"]["errors"] != json!([]));
    let validated: Vec<Value> =
        validated.map(|it| json!({"key": it["value"]["name"], "errors": it["value"]["errors"]})).collect();
    assert_eq!((status, &refused["errors"]), (400, &json!(validated)), "the same as validate says");
    assert_eq!(preview(&sluice, &pattern, 101).1["code"], "limit_out_of_range");

    // None of it has left a trace.
    let after = sluice.status();
    for what in ["/books", "/graph/counts"] {
        assert_eq!(after.pointer(what), before.pointer(what), "{what}");
    }
    let (_, names) = ask("GET", &format!("{}/connectors", sluice.connect()), "");
    assert_eq!(names, json!(["product_interactions", "purchases", "shipments", "user_connections"]));
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn a_preview_without_kafka_says_so() {
    let dir = tempfile::tempdir().unwrap();
    // Nobody listens there.
    let sluice = Sluice::start(dir.path(), &[("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")]);
    let (status, away) =
        preview(&sluice, &own("p", "shipments", "neo4j.pattern.topic.shipments", "(:Parcel{!id})"), 10);
    assert_eq!((status, &away["code"]), (503, &json!("kafka_unavailable")), "{away}");
    assert!(away["message"].as_str().unwrap().contains("no answer from Kafka at 127.0.0.1:1"), "{away}");
}
