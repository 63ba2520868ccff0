//! A copy of Neo4j that is put back: the checkpoints rewind with the data, and what came later is read again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use services::{Kafka, Neo4j};
use support::{
    judge::{TOPICS, dead_letters},
    neo4j::number,
    sluice::Sluice,
    wait_for,
};

/// What has to be the same afterwards: the graph counted, the books, the dead letters' places and reasons.
fn whole(sluice: &Sluice) -> (Value, Value, Vec<String>) {
    let (_, audit) = sluice.post("/api/audit", "");
    assert_eq!(audit["balanced"], true, "{audit}");
    let letters = TOPICS.into_iter().flat_map(|topic| dead_letters(sluice, topic));
    let places = letters.map(|it| format!("{} {} {} {}", it["topic"], it["partition"], it["offset"], it["reason"]));
    (audit["graph"].clone(), audit["books"].clone(), places.collect())
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

#[test]
fn a_copy_of_the_graph_that_is_put_back_becomes_whole_again() {
    const TRANSACTIONS: &str = "MATCH (t:Transaction) RETURN count(t)";
    let dir = tempfile::tempdir().unwrap();
    let (kafka, mut neo4j) = std::thread::scope(|scope| {
        let kafka = scope.spawn(|| Kafka::start(&dir.path().join("kafka")).unwrap());
        let neo4j = Neo4j::start(&dir.path().join("neo4j")).unwrap();
        (kafka.join().unwrap(), neo4j)
    });
    let (uri, password) = (neo4j.uri().to_owned(), neo4j.password().to_owned());
    let variables = [
        ("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers()),
        ("NEO4J_URI", uri.as_str()),
        ("NEO4J_PASSWORD", password.as_str()),
    ];
    let sluice = Sluice::start(dir.path(), &variables).ready();
    sluice.burst("purchases", 2_000, 3);
    sluice.burst("user_connections", 1_000, 0);

    // As a snapshot of its disk would have it, while Sluice runs on.
    let (data, backup) = (neo4j.dir().join("data"), dir.path().join("backup"));
    neo4j.freeze().unwrap();
    copy(&data, &backup);
    neo4j.thaw().unwrap();

    sluice.burst("purchases", 3_000, 2);
    sluice.burst("product_interactions", 1_500, 4);
    let letter = dead_letters(&sluice, "purchases")[0].clone();
    let path = format!("/api/dead-letters/purchases/{}/{}/replay", letter["partition"], letter["offset"]);
    let (code, answer) = sluice.post(&path, "");
    assert_eq!(code, 200, "{answer}");
    wait_for("the letter's return", || (dead_letters(&sluice, "purchases").len() == 6).then_some(()));
    let expected = whole(&sluice);
    assert_eq!(sluice.terminate(), Some(0));

    neo4j.stop().unwrap();
    fs::remove_dir_all(&data).unwrap();
    copy(&backup, &data);
    neo4j.restart().unwrap();
    assert_eq!(number(&neo4j, TRANSACTIONS), 1_997, "the graph is as it was");

    let sluice = Sluice::start(dir.path(), &variables).ready();
    wait_for("the graph to be whole again", || {
        let books = sluice.status()["books"].clone();
        TOPICS.into_iter().all(|topic| books[topic]["read"] == expected.1[topic]["read"]).then_some(())
    });
    assert_eq!(whole(&sluice), expected);
    assert_eq!(sluice.terminate(), Some(0));
}
