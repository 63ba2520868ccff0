//! Against a real Kafka and a real Neo4j: the reference is the judge, also after a kill, a reset and an emptied graph.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use rdkafka::Message;
use serde_json::{Value, json};
use services::{Kafka, Neo4j};
use support::{
    judge::{Reference, SUMS, TOPICS, dead_letters, reference},
    kafka,
    neo4j::{number, rows},
    sluice::{Sluice, run},
    wait_for,
};

/// A Kafka and a Neo4j of this test's own, and a folder.
struct House {
    kafka: Kafka,
    neo4j: Neo4j,
    dir: tempfile::TempDir,
}

impl House {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (kafka, neo4j) = std::thread::scope(|scope| {
            let kafka = scope.spawn(|| Kafka::start(&dir.path().join("kafka")).unwrap());
            let neo4j = Neo4j::start(&dir.path().join("neo4j")).unwrap();
            (kafka.join().unwrap(), neo4j)
        });
        Self { kafka, neo4j, dir }
    }

    fn sluice(&self) -> Sluice {
        self.sluice_with(self.neo4j.password(), self.kafka.bootstrap_servers())
    }

    fn sluice_with(&self, password: &str, kafka: &str) -> Sluice {
        let variables = [
            ("KAFKA_BOOTSTRAP_SERVERS", kafka),
            ("NEO4J_URI", self.neo4j.uri()),
            ("NEO4J_USER", self.neo4j.user()),
            ("NEO4J_PASSWORD", password),
        ];
        Sluice::start(self.dir.path(), &variables)
    }
}

/// Compares sums of properties, and that the original system's queries count the same.
fn check_graph(neo4j: &Neo4j, reference: &Reference) {
    let expected = &reference.expected;
    for (name, statement) in SUMS {
        assert_eq!(number(neo4j, statement), expected["sums"][name].as_i64().unwrap(), "{name}");
    }
    let paths = "MATCH (:User)-[:PURCHASED]->(t:Transaction)-[:OF]->(:Product) RETURN count(DISTINCT t.transactionID)";
    assert_eq!(number(neo4j, paths), expected["graph"]["Transaction"].as_i64().unwrap());
    let influencers = "MATCH (u:User)<-[:FOLLOWS]-(f:User) WITH u, count(DISTINCT f) AS followers \
                       RETURN u.userID, followers ORDER BY followers DESC, u.userID LIMIT 10";
    for (row, expected) in rows(neo4j, influencers).iter().zip(expected["influencers"]["answer"].as_array().unwrap()) {
        assert_eq!(json!({"user": row[0], "followers": row[1]}), *expected);
    }
    let foreign = "MATCH (n) UNWIND labels(n) AS label WITH DISTINCT label \
                   WHERE NOT label IN ['User', 'Product', 'Transaction'] AND NOT label STARTS WITH 'Sluice' RETURN count(label)";
    assert_eq!(number(neo4j, foreign), 0, "labels beside the model are Sluice's own");
}

/// The dead-letter topic has each dead letter byte for byte, with its place and reason in Connect's headers.
fn check_outlet(house: &House, sluice: &Sluice) {
    let letters = dead_letters(sluice, "purchases");
    let records = kafka::read(house.kafka.bootstrap_servers(), "purchases.dead-letters", letters.len());
    let mut published: Vec<_> = records
        .iter()
        .map(|record| {
            let header = |name: &str| kafka::header(record, &format!("__connect.errors.{name}"));
            let value = record.payload().map(|value| String::from_utf8_lossy(value).into_owned());
            (header("partition"), header("offset"), header("exception.class.name"), value)
        })
        .collect();
    let text = |value: &Value| Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let mut expected: Vec<_> = letters
        .iter()
        .map(|letter| {
            let value = letter["value"].as_str().map(str::to_owned);
            (text(&letter["partition"]), text(&letter["offset"]), text(&letter["reason"]), value)
        })
        .collect();
    published.sort();
    expected.sort();
    assert_eq!(published, expected);
}

/// What waits to be folded, and whether somebody folds.
const UNFOLDED: &str = "RETURN COUNT { MATCH (:SluiceDelta) } + COUNT { MATCH (:SluiceSummary {busy: true}) }";

#[test]
fn the_reference_ends_as_exactly_its_graph_also_after_a_reset_and_a_kill_in_the_middle() {
    let house = House::start();
    let reference = reference();
    let sluice = house.sluice().ready();
    reference.produce(&sluice);
    reference.check(&sluice);
    check_graph(&house.neo4j, &reference);
    check_outlet(&house, &sluice);

    let (code, answer) = sluice.post("/api/reset", r#"{"confirm": "reset"}"#);
    assert_eq!(code, 200, "{answer}");
    assert_eq!(number(&house.neo4j, "MATCH (n) WHERE n:User OR n:Product OR n:Transaction RETURN count(n)"), 0);
    wait_for("books that start over", || (sluice.status()["books"]["purchases"]["read"] == 0).then_some(()));

    reference.produce(&sluice);
    wait_for("the middle", || {
        let status = sluice.status();
        TOPICS.into_iter().any(|topic| status["books"][topic]["read"].as_i64() > Some(500)).then_some(())
    });
    sluice.kill();
    let sluice = house.sluice();
    reference.check(&sluice);
    check_graph(&house.neo4j, &reference);
    assert_eq!(sluice.terminate(), Some(0));

    // Started once more, nothing is read again.
    let sluice = house.sluice().ready();
    reference.check(&sluice);
}

#[test]
fn it_waits_for_what_is_missing_says_so_and_notices_an_emptied_graph() {
    let house = House::start();
    // A wrong password: it stays up, says so, and works once the file holds the right one.
    let file = house.dir.path().join("password");
    std::fs::write(&file, "wrong").unwrap();
    let variables = [
        ("KAFKA_BOOTSTRAP_SERVERS", house.kafka.bootstrap_servers()),
        ("NEO4J_URI", house.neo4j.uri()),
        ("NEO4J_PASSWORD_FILE", file.to_str().unwrap()),
    ];
    let sluice = Sluice::start(house.dir.path(), &variables);
    let reasons = wait_for("the refusal in /readyz", || {
        let (code, ready) = sluice.get("/readyz");
        assert_eq!(code, 503);
        Some(ready["reasons"].to_string()).filter(|reasons| reasons.to_lowercase().contains("unauthorized"))
    });
    assert!(!reasons.contains("wrong"), "no secrets: {reasons}");
    assert_eq!(sluice.get("/healthz").0, 200);
    std::fs::write(&file, house.neo4j.password()).unwrap();
    let sluice = sluice.ready();

    // A person empties the graph while it runs: it notices, says so, and starts over at the log's start.
    let burst = sluice.burst("purchases", 3_000, 5);
    assert_eq!((burst["stored"].as_i64(), burst["dead_lettered"].as_i64()), (Some(2_995), Some(5)));
    // Not in the middle of a fold, which Neo4j might take for a deadlock.
    wait_for("the fold", || (number(&house.neo4j, UNFOLDED) == 0).then_some(()));
    rows(&house.neo4j, "MATCH (n) DETACH DELETE n");
    wait_for("the graph to be whole again", || {
        (number(&house.neo4j, "MATCH (t:Transaction) RETURN count(t)") == 2_995).then_some(())
    });
    let notice =
        wait_for("the notice", || sluice.status()["connectors"][0]["tasks"][0]["notice"].as_str().map(str::to_owned));
    assert!(notice.contains("emptied"), "{notice}");
    wait_for("balanced books", || (sluice.post("/api/audit", "").1["balanced"] == true).then_some(()));
    drop(sluice);

    // A broker that is nowhere: likewise.
    let sluice = house.sluice_with(house.neo4j.password(), "127.0.0.1:1");
    wait_for("the broker's absence in /readyz", || {
        let (code, ready) = sluice.get("/readyz");
        (code == 503 && ready["reasons"].to_string().contains("127.0.0.1:1")).then_some(())
    });
    assert_eq!(sluice.status()["kafka"]["connected"], false);
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn a_burst_survives_outages_of_both_sides() {
    let mut house = House::start();
    let sluice = house.sluice().ready();
    let well_since = sluice.status()["graph"]["since"].as_i64().unwrap();
    house.neo4j.kill().unwrap();
    let (code, burst) = sluice.post("/api/bursts", r#"{"kind": "user_connections", "count": 20000, "poison": 3}"#);
    assert_eq!(code, 202, "{burst}");
    wait_for("RETRYING with its reason", || {
        let connector = &sluice.status()["connectors"][2];
        (connector["state"] == "RETRYING" && connector["tasks"][0]["trace"].is_string()).then_some(())
    });
    let away_since = wait_for("the outage with its time", || {
        let graph = &sluice.status()["graph"];
        (graph["connected"] == false).then(|| graph["since"].as_i64().unwrap())
    });
    assert!(away_since > well_since, "{away_since} {well_since}");
    // The newest dozen of news is kept, and more than that may come: each is looked for when it is due.
    let told = |news: &str| wait_for(news, || sluice.status()["happened"].to_string().contains(news).then_some(()));
    told("Neo4j stopped answering");
    // The buffers are full by now, and their partitions paused. The broker stays away until the group has lost them.
    house.kafka.kill().unwrap();
    wait_for("the partitions to be lost", || {
        (sluice.status()["connectors"][2]["tasks"][0]["partitions"] == json!([])).then_some(())
    });
    told("Kafka stopped answering");
    house.kafka.restart().unwrap();
    told("Kafka answers again after");
    house.neo4j.restart().unwrap();
    told("Neo4j answers again after");
    let path = format!("/api/bursts/{}", burst["id"].as_str().unwrap());
    let burst = wait_for("the burst's end", || Some(sluice.get(&path).1).filter(|burst| burst["done"] == true));
    assert_eq!((burst["stored"].as_i64(), burst["dead_lettered"].as_i64()), (Some(19_997), Some(3)));
    wait_for("balanced books", || (sluice.post("/api/audit", "").1["balanced"] == true).then_some(()));
    wait_for("/readyz", || (sluice.get("/readyz").0 == 200).then_some(()));
    let happened = sluice.status()["happened"].to_string();
    assert!(!happened.contains("Everything was emptied"), "{happened}");
    assert!(sluice.status()["graph"]["since"].as_i64().unwrap() > away_since);
}

#[test]
fn an_address_that_cannot_be_is_a_sentence_that_names_the_variable() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = run(dir.path(), &[("NEO4J_URI", "garbage")]);
    assert_eq!(code, Some(1));
    assert!(said.contains("NEO4J_URI"), "{said}");
}
