//! Kafka Connect's REST API as tools find it: the table that its routes are tested with, asked of a running Sluice.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod compare;
mod table;

use std::{net::TcpListener, time::Instant};

use serde_json::{Value, json};
use support::{
    PATIENCE,
    sluice::{self, Sluice, ask},
};

/// Asks the rows in order. What was ordered is followed within seconds, as in Connect, so a look is repeated until it shows
/// what the row wants; so is what Connect refuses while tasks are still stopping. Nothing else is asked twice.
fn walk(address: &str) {
    for (at, row) in table::ROWS.iter().enumerate() {
        let (method, path) = row.asked.split_once(' ').unwrap();
        let wanted: Value = if row.answer.is_empty() { Value::Null } else { serde_json::from_str(row.answer).unwrap() };
        let may_wait = method == "GET" || path.ends_with("/offsets");
        let started = Instant::now();
        loop {
            let (status, got) = ask(method, &format!("{address}{path}"), row.body);
            if status == row.status && compare::fits(&wanted, &got) {
                break;
            }
            assert!(
                may_wait && started.elapsed() < PATIENCE,
                "row {at}, {}\n{} {}\nwanted {} {wanted}\ngot    {status} {got}",
                row.restates,
                row.asked,
                row.body,
                row.status,
            );
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}

#[test]
fn a_running_sluice_answers_as_connect_does() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start(dir.path(), &[]).ready();
    walk(&sluice.connect());
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn what_was_created_and_wanted_survives_a_restart() {
    const SHIPMENTS: &str = r#"{"connector.class": "Neo4jSink", "topics": "purchases", "neo4j.pattern.topic.purchases": "(:Shipment{!id})"}"#;
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start(dir.path(), &[]).ready();
    let connect = sluice.connect();
    assert_eq!(ask("PUT", &format!("{connect}/connectors/shipments/config"), SHIPMENTS).0, 201);
    assert_eq!(ask("PUT", &format!("{connect}/connectors/purchases/pause"), "").0, 202);
    assert_eq!(sluice.terminate(), Some(0));
    let sluice = Sluice::start(dir.path(), &[]).ready();
    let connect = sluice.connect();
    support::wait_for("both as they were", || {
        let (_, all) = ask("GET", &format!("{connect}/connectors?expand=status&expand=info"), "");
        let paused = all["purchases"]["status"]["connector"]["state"] == "PAUSED";
        let pattern = &all["shipments"]["info"]["config"]["neo4j.pattern.topic.purchases"];
        (paused && pattern == "(:Shipment{!id})").then_some(())
    });
}

#[test]
fn active_topics_and_that_they_were_forgotten_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let topics = |sluice: &Sluice| ask("GET", &format!("{}/connectors/purchases/topics", sluice.connect()), "").1;
    let (some, none) = (json!({"purchases": {"topics": ["purchases"]}}), json!({"purchases": {"topics": []}}));
    let mut sluice = Sluice::start(dir.path(), &[]).ready();
    for forgotten in [false, true, false] {
        if forgotten {
            assert_eq!(
                ask("PUT", &format!("{}/connectors/purchases/topics/reset", sluice.connect()), ""),
                (202, Value::Null)
            );
        } else {
            sluice.burst("purchases", 10, 1);
        }
        let wanted = if forgotten { &none } else { &some };
        assert_eq!(topics(&sluice), *wanted);
        assert_eq!(sluice.terminate(), Some(0));
        sluice = Sluice::start(dir.path(), &[]).ready();
        assert_eq!(topics(&sluice), *wanted, "after a restart");
    }

    // One that is made anew under an old name has read nothing yet.
    let at = format!("{}/connectors/purchases", sluice.connect());
    let (_, mut config) = ask("GET", &format!("{at}/config"), "");
    config["topics"] = "product_interactions".into();
    config.as_object_mut().unwrap().retain(|key, _| !key.contains(".topic."));
    config["neo4j.pattern.topic.product_interactions"] = "(:Reader{!id: user_id})".into();
    assert_eq!(ask("DELETE", &at, ""), (204, Value::Null));
    assert_eq!(topics(&sluice), none);
    assert_eq!(ask("PUT", &format!("{at}/config"), &config.to_string()).0, 201);
    assert_eq!(topics(&sluice), none);
}

#[test]
fn a_port_that_is_taken_is_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap().to_string();
    let (code, said) = sluice::run(dir.path(), &[("SLUICE_CONNECT_LISTEN", &at)]);
    assert_eq!(code, Some(1));
    assert!(said.contains(&format!("SLUICE_CONNECT_LISTEN: cannot listen on {at}")), "{said}");
}
