//! Several processes, several tasks, and what people want of them, against a real Kafka and a real Neo4j.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::{
    judge::{Record, TOPICS, reference},
    kafka,
    sluice::{Sluice, run},
    wait_for,
};

/// A Kafka and a Neo4j of this test's own.
struct House {
    kafka: services::Kafka,
    neo4j: services::Neo4j,
    dir: tempfile::TempDir,
}

impl House {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (kafka, neo4j) = std::thread::scope(|scope| {
            let kafka = scope.spawn(|| services::Kafka::start(&dir.path().join("kafka")).unwrap());
            let neo4j = services::Neo4j::start(&dir.path().join("neo4j")).unwrap();
            (kafka.join().unwrap(), neo4j)
        });
        Self { kafka, neo4j, dir }
    }

    fn sluice(&self, variables: &[(&str, &str)]) -> Sluice {
        let own = [
            ("KAFKA_BOOTSTRAP_SERVERS", self.kafka.bootstrap_servers()),
            ("NEO4J_URI", self.neo4j.uri()),
            ("NEO4J_USER", self.neo4j.user()),
            ("NEO4J_PASSWORD", self.neo4j.password()),
        ];
        Sluice::start(self.dir.path(), &[&own[..], variables].concat())
    }
}

/// The tasks of a connector as a process shows them.
fn tasks(sluice: &Sluice, topic: &str) -> Vec<Value> {
    let status = sluice.status();
    let connectors = status["connectors"].as_array().unwrap();
    let connector = connectors.iter().find(|connector| connector["name"] == topic).unwrap();
    connector["tasks"].as_array().unwrap().clone()
}

/// Every partition of a topic with the process that has it, once each has exactly one.
fn owners(sluice: &Sluice, topic: &str) -> Option<Vec<String>> {
    let mut owners = vec![Vec::new(); 3];
    for task in tasks(sluice, topic) {
        for partition in task["partitions"].as_array().unwrap() {
            owners[partition.as_u64().unwrap() as usize].push(task["worker"].as_str().unwrap().to_owned());
        }
    }
    owners.into_iter().map(|of_it| <[String; 1]>::try_from(of_it).ok().map(|[only]| only)).collect()
}

#[test]
fn two_processes_with_sinks_share_the_work_and_a_third_shows_all_of_it() {
    let house = House::start();
    let reference = reference();
    let page = house.sluice(&[("SLUICE_ROLES", "web,producers")]);
    let sinks = [(); 2].map(|()| house.sluice(&[("SLUICE_ROLES", "sinks"), ("SLUICE_TASKS_MAX", "2")]));
    let page = page.ready();
    // Of four tasks for three partitions, in two processes, each partition has one.
    for topic in TOPICS {
        wait_for("both processes at work", || {
            let workers: BTreeSet<_> = owners(&page, topic)?.into_iter().collect();
            let running = tasks(&page, topic).iter().filter(|task| task["state"] == "RUNNING").count();
            (workers.len() == 2 && running >= 3).then_some(())
        });
    }
    // A process without pages has no API, and tells whether it is ready.
    assert_eq!(sinks[0].get("/api/status").0, 404);
    wait_for("/readyz of a process without pages", || (sinks[0].get("/readyz").0 == 200).then_some(()));
    assert!(sinks[0].get("/metrics").1.as_str().unwrap().contains("sluice_task_state"));

    reference.produce(&page);
    reference.check(&page);

    // A process without sinks reads the stream by itself, and knows by the checkpoints what has become of it.
    let (_, stream) = page.get("/api/stream?topic=user_connections&limit=50");
    let rows = stream["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 50, "{stream}");
    assert!(rows.iter().all(|row| row["fate"] != "waiting"), "{stream}");
    let good = rows.iter().find(|row| row["reason"].is_null()).unwrap();
    let place = format!("{}/{}", good["place"]["partition"], good["place"]["offset"]);
    let (_, opened) = page.get(&format!("/api/records/user_connections/{place}"));
    assert_eq!(opened["graph"]["edges"][0][0], "FOLLOWS", "{opened}");

    // One of them dies: the other one takes over what it had, in the middle of a burst that the page counts to its end.
    let (code, burst) =
        page.post("/api/bursts", &json!({"kind": "purchases", "count": 20_000, "poison": 7}).to_string());
    assert_eq!(code, 202, "{burst}");
    let [first, second] = sinks;
    first.kill();
    let path = format!("/api/bursts/{}", burst["id"].as_str().unwrap());
    let burst = wait_for("the burst's end", || Some(page.get(&path).1).filter(|burst| burst["done"] == true));
    assert_eq!((burst["stored"].as_i64(), burst["dead_lettered"].as_i64()), (Some(19_993), Some(7)));
    wait_for("the dead one to be forgotten", || {
        let workers: BTreeSet<_> = owners(&page, "purchases")?.into_iter().collect();
        (workers.len() == 1).then_some(())
    });
    wait_for("balanced books", || (page.post("/api/audit", "").1["balanced"] == true).then_some(()));

    // The outage of the graph is told through Kafka, by the process that suffers it.
    house.neo4j.freeze().unwrap();
    wait_for("RETRYING of another process", || {
        tasks(&page, "purchases")
            .iter()
            .any(|task| task["state"] == "RETRYING" && task["trace"].is_string())
            .then_some(())
    });
    house.neo4j.thaw().unwrap();
    wait_for("the end of the outage", || {
        tasks(&page, "purchases").iter().all(|task| task["state"] != "RETRYING").then_some(())
    });
    assert_eq!(second.terminate(), Some(0));
    // It said goodbye.
    wait_for("an empty house", || tasks(&page, "purchases").is_empty().then_some(()));
    assert_eq!(page.terminate(), Some(0));
}

#[test]
fn a_connector_can_be_paused_and_restarted_from_any_process() {
    let house = House::start();
    let (one, other) = (house.sluice(&[]), house.sluice(&[]));
    let (one, other) = (one.ready(), other.ready());
    let all = |state: &str| {
        let tasks = tasks(&other, "purchases");
        (tasks.len() == 2 && tasks.iter().all(|task| task["state"] == state)).then_some(())
    };
    wait_for("both at work", || all("RUNNING"));
    assert_eq!(one.post("/api/connectors/purchases/pause", "").0, 202);
    wait_for("both paused", || all("PAUSED"));
    assert_eq!(one.get("/readyz").0, 200, "a pause is wanted");
    let (_, burst) = one.post("/api/bursts", r#"{"kind": "purchases", "count": 500}"#);
    let path = format!("/api/bursts/{}", burst["id"].as_str().unwrap());
    wait_for("everything to be sent", || (one.get(&path).1["acked"] == 500).then_some(()));
    assert_eq!(one.get(&path).1["stored"], 0);
    wait_for("the lag", || (one.status()["connectors"][0]["lag"] == 500).then_some(()));
    // It stays paused over a restart of the process, and the others know of it.
    assert_eq!(other.terminate(), Some(0));
    let other = house.sluice(&[]);
    let paused =
        |sluice: &Sluice| tasks(sluice, "purchases").iter().all(|task| task["state"] == "PAUSED").then_some(());
    wait_for("a pause that lasts", || paused(&other));
    assert_eq!(other.post("/api/connectors/purchases/resume", "").0, 202);
    wait_for("the burst's end", || (one.get(&path).1["stored"] == 500).then_some(()));
    for (path, status, code) in [
        ("/api/connectors/sales/pause", 404, "unknown_connector"),
        ("/api/connectors/purchases/explode", 404, "not_found"),
    ] {
        let (found, answer) = one.post(path, "");
        assert_eq!((found, answer["code"].as_str()), (status, Some(code)), "{answer}");
    }
}

#[test]
fn without_tolerance_a_task_stores_everything_before_the_first_bad_record_and_fails() {
    let house = House::start();
    let strict = house.sluice(&[("SLUICE_ERRORS_TOLERANCE", "none")]).ready();
    let good = |n: usize| {
        format!(
            r#"{{"transaction_id": "t{n}", "user_id": 1, "product_id": 2, "quantity": 1, "timestamp": 1789000000}}"#
        )
    };
    let record = |value: String| Record { partition: 1, key: None, value: Some(value) };
    let mut records: Vec<_> = (0..40).map(|n| record(good(n))).collect();
    records[25] = record("{}".to_owned());
    kafka::produce(house.kafka.bootstrap_servers(), "purchases", &records);
    let failed = wait_for("FAILED", || tasks(&strict, "purchases").into_iter().find(|task| task["state"] == "FAILED"));
    let trace = failed["trace"].as_str().unwrap();
    assert!(trace.contains("purchases partition 1 offset 25") && trace.contains("errors.tolerance"), "{trace}");
    let stored = |sluice: &Sluice| sluice.status()["books"]["purchases"].clone();
    wait_for("what is before it", || (stored(&strict)["stored"] == 25).then_some(()));
    assert_eq!(stored(&strict)["dead"], 0);
    assert_eq!(strict.get("/readyz").0, 503);
    // A restart comes upon it again; the others go on meanwhile.
    assert_eq!(strict.post("/api/connectors/purchases/restart", "").0, 202);
    wait_for("the second failure", || {
        let task = tasks(&strict, "purchases").remove(0);
        (task["state"] == "FAILED" && task["since"].as_i64() > failed["since"].as_i64()).then_some(())
    });
    assert_eq!(strict.burst("user_connections", 10, 0)["stored"], 10);
    assert_eq!(strict.terminate(), Some(0));
    let lenient = house.sluice(&[]).ready();
    wait_for("the rest", || (stored(&lenient)["stored"] == 39 && stored(&lenient)["dead"] == 1).then_some(()));
}

#[test]
fn roles_need_something_to_share_the_work_through() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) =
        run(dir.path(), &[("SLUICE_ROLES", "sinks"), ("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"), ("NEO4J_URI", "")]);
    assert_eq!(code, Some(1));
    assert!(said.contains("SLUICE_ROLES") && said.contains("NEO4J_URI"), "{said}");
}
