//! The stream of records: its newest, its events, one record opened; on the embedded pair and on a real Kafka.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{
    PATIENCE,
    kafka::{Admin, produce_to},
    sluice::Sluice,
    wait_for,
};

fn start(dir: &Path) -> Sluice {
    Sluice::start(dir, &[]).ready()
}

fn newest(sluice: &Sluice, query: &str) -> Vec<Value> {
    let (status, news) = sluice.get(&format!("/api/stream{query}"));
    assert_eq!(status, 200, "{news}");
    news["rows"].as_array().unwrap().clone()
}

fn purchase(id: &str, user: i64) -> String {
    json!({
        "transaction_id": id, "user_id": user, "product_id": 7, "quantity": 2, "timestamp": 1_789_000_000,
        "user_name": "Ada", "product_name": "Dune",
    })
    .to_string()
}

fn fates(rows: &[Value]) -> Vec<(i64, &str)> {
    let mut fates: Vec<_> =
        rows.iter().map(|row| (row["place"]["offset"].as_i64().unwrap(), row["fate"].as_str().unwrap())).collect();
    fates.sort_unstable();
    fates
}

/// Makes the sink of the purchases hold.
fn pause(sluice: &Sluice) {
    assert_eq!(sluice.post("/api/connectors/purchases/pause", "").0, 202);
    wait_for("the pause", || (sluice.status()["connectors"][0]["state"] == "PAUSED").then_some(()));
}

/// The events of a stream, as a page hears them.
struct Events {
    heard: Receiver<(Instant, Value)>,
}

impl Events {
    fn open(sluice: &Sluice, query: &str) -> Self {
        let url = format!("{}/events/stream{query}", sluice.address);
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            let mut response = ureq::get(url).call().unwrap();
            let reader = BufReader::new(response.body_mut().as_reader());
            for line in reader.lines().map_while(Result::ok) {
                let Some(data) = line.strip_prefix("data: ") else { continue };
                let Ok(()) = tell.send((Instant::now(), serde_json::from_str(data).unwrap())) else { return };
            }
        });
        Self { heard }
    }

    fn next(&self) -> (Instant, Value) {
        self.heard.recv_timeout(PATIENCE).unwrap()
    }
}

#[test]
fn each_record_is_told_with_what_became_of_it_and_opens_to_the_graph() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    assert_eq!(newest(&sluice, ""), Vec::<Value>::new());
    // The same id twice, a broken one, and one that is no text.
    let values = [purchase("t", 1), purchase("t", 1), "{\"user_id\":1}".to_owned()];
    produce_to(&sluice.servers(), &[], ("purchases", 1), &values);
    produce_to(&sluice.servers(), &[], ("purchases", 2), &[b"\x00\x01\xff"]);
    let rows = wait_for("all of them to be stored", || {
        let rows = newest(&sluice, "?topic=purchases");
        (rows.len() == 4 && rows.iter().all(|row| row["fate"] != "waiting")).then_some(rows)
    });
    let of_one: Vec<Value> = rows.into_iter().filter(|row| row["place"]["partition"] == 1).collect();
    assert_eq!(fates(&of_one), [(0, "stored"), (1, "repeated"), (2, "dead")]);
    let gist = |offset: i64| of_one.iter().find(|row| row["place"]["offset"] == offset).unwrap()["gist"].clone();
    assert_eq!(gist(0), "Ada bought Dune × 2");
    assert_eq!(gist(2), "product_id is missing");

    assert_eq!(newest(&sluice, "?q=ADA").len(), 2);
    assert_eq!(newest(&sluice, "?q=ada&broken=1").len(), 0);
    assert_eq!(newest(&sluice, "?broken=1").len(), 2);
    assert_eq!(newest(&sluice, "?topic=user_connections").len(), 0);
    assert_eq!(newest(&sluice, "?limit=1").len(), 1);

    let (status, opened) = sluice.get("/api/records/purchases/1/0");
    assert_eq!(status, 200, "{opened}");
    assert_eq!(opened["form"], "json");
    assert!(opened["body"].as_str().unwrap().contains("\n  \"quantity\": 2,"), "{opened}");
    let names: Vec<_> = opened["graph"]["nodes"].as_array().unwrap().iter().map(|node| node[1].clone()).collect();
    assert_eq!(names, ["Ada", "× 2 · 10 Sep 2026", "Dune"]);
    let (_, broken) = sluice.get("/api/records/purchases/1/2");
    assert_eq!((&broken["row"]["reason"], &broken["graph"]), (&json!("product_id_missing"), &Value::Null));
    let (_, bytes) = sluice.get("/api/records/purchases/2/0");
    assert_eq!((&bytes["form"], &bytes["bytes"]), (&json!("bytes"), &json!(3)));

    // What was emptied is told so, and not drawn from the record.
    assert_eq!(sluice.post("/api/reset", r#"{"confirm": "reset"}"#).0, 200);
    let (_, emptied) = sluice.get("/api/records/purchases/1/0");
    assert_eq!(emptied["graph"], Value::Null, "{emptied}");
}

#[test]
fn a_topic_of_one_s_own_streams_too_with_what_its_connector_makes_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("connectors");
    std::fs::create_dir(&folder).unwrap();
    let config = json!({
        "connector.class": "sluice.Neo4jSink",
        "topics": "shipments",
        "errors.tolerance": "all",
        "neo4j.pattern.topic.shipments": "(:Shipment{!id, state})",
    });
    std::fs::write(folder.join("freight.json"), json!({"name": "freight", "config": config}).to_string()).unwrap();
    let sluice = Sluice::start(dir.path(), &[("SLUICE_CONNECTORS_DIR", folder.to_str().unwrap())]).ready();
    let events = Events::open(&sluice, "?topic=shipments");
    assert_eq!(events.next().1["rows"], json!([]));
    let values = [r#"{"id": 7, "state": "packed"}"#, "{not json", r#"{"id": 8, "state": "sent"}"#];
    produce_to(&sluice.servers(), &[], ("shipments", 0), &values);
    let rows = wait_for("what became of them", || {
        let rows = newest(&sluice, "?topic=shipments");
        (rows.len() == 3 && rows.iter().all(|row| row["fate"] != "waiting")).then_some(rows)
    });
    assert_eq!(fates(&rows), [(0, "stored"), (1, "dead"), (2, "stored")]);
    assert_eq!((&rows[2]["gist"], &rows[1]["gist"]), (&json!(values[0]), &json!(values[1])));
    assert_eq!(events.next().1["rows"][0]["place"], json!({"topic": "shipments", "partition": 0, "offset": 2}));
    assert_eq!(fates(&newest(&sluice, "?broken=1")), [(1, "dead")]);
    assert_eq!(fates(&newest(&sluice, "?q=SENT")), [(2, "stored")]);

    let (status, stored) = sluice.get("/api/records/shipments/0/0");
    assert_eq!(status, 200, "{stored}");
    assert_eq!(stored["story"], "The connector freight has stored it. This is what it makes of it.");
    assert_eq!(stored["changes"], json!([r#"MERGE (:Shipment {id: 7}) SET ONLY state = "packed""#]));
    let (_, dead) = sluice.get("/api/records/shipments/0/1");
    assert_eq!((&dead["row"]["reason"], &dead["changes"]), (&json!("malformed_json"), &json!([])));
    assert!(dead["story"].as_str().unwrap().starts_with("The connector freight could not use it"), "{dead}");
    let speed = wait_for("its speed", || {
        let (_, freight) = sluice.get("/api/connectors/freight");
        freight["history"].as_array()?.iter().filter_map(Value::as_f64).find(|speed| *speed > 0.0)
    });
    assert!(speed < 100.0, "{speed} a second");

    // Nobody but its connector knows that it is broken, and it has not read it yet when the page hears of it.
    let broken = Events::open(&sluice, "?broken=1");
    assert_eq!(fates(broken.next().1["rows"].as_array().unwrap()), [(1, "dead")]);
    assert_eq!(sluice.post("/api/connectors/freight/pause", "").0, 202);
    wait_for("the pause", || (sluice.get("/api/connectors/freight").1["state"] == "PAUSED").then_some(()));
    produce_to(&sluice.servers(), &[], ("shipments", 0), &["{nor this", r#"{"id": 9}"#]);
    wait_for("both", || (fates(&newest(&sluice, "?limit=2")) == [(3, "waiting"), (4, "waiting")]).then_some(()));
    assert_eq!(sluice.post("/api/connectors/freight/resume", "").0, 202);
    assert_eq!(fates(broken.next().1["rows"].as_array().unwrap()), [(3, "dead")]);

    let page = ureq::get(format!("{}/stream", sluice.address)).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(page.contains(r#"href="/stream?topic=shipments""#), "its tab");
    assert_eq!(sluice.get("/api/stream?topic=nobodys").1["code"], "unknown_kind");
    assert_eq!(sluice.get("/api/records/nobodys/0/0").1["code"], "unknown_kind");
    assert_eq!(sluice.get("/api/records/purchases/-1/0").1["code"], "place_malformed");
}

#[test]
fn a_page_hears_what_arrives_and_what_becomes_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    let events = Events::open(&sluice, "?topic=purchases&q=dune");
    assert_eq!(events.next().1["rows"], json!([]), "the first tells that there is nothing");
    pause(&sluice);
    produce_to(&sluice.servers(), &[], ("purchases", 0), &[purchase("a", 1), "{}".to_owned()]);
    let (_, arrived) = events.next();
    assert_eq!(fates(arrived["rows"].as_array().unwrap()), [(0, "waiting")], "the other one does not match");
    assert_eq!(sluice.post("/api/connectors/purchases/resume", "").0, 202);
    let (_, stored) = events.next();
    assert_eq!(stored["fates"], json!([[{"topic": "purchases", "partition": 0, "offset": 0}, "stored"]]));
}

#[test]
fn a_burst_is_told_in_few_events_of_few_rows_that_account_for_all_of_it() {
    const BURST: u64 = 30_000;
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    let events = Events::open(&sluice, "?topic=user_connections");
    events.next();
    assert_eq!(sluice.burst("user_connections", BURST, 0)["done"], true);
    let (mut told, mut before) = (0, None::<Instant>);
    while told < BURST {
        let (at, news) = events.next();
        let rows = news["rows"].as_array().unwrap().len();
        assert!(rows <= 100, "{rows} rows in an event");
        told += rows as u64 + news["more"].as_u64().unwrap() + news["missed"].as_u64().unwrap();
        // Both ends of a pause may be late, the later one by less: half of what is promised is always there.
        if let Some(before) = before.replace(at) {
            assert!(at - before > Duration::from_millis(125), "{:?} after the one before", at - before);
        }
    }
    assert_eq!(told, BURST);
}

#[test]
fn nothing_is_read_once_nobody_looks() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    let threads = || {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", sluice.id())).unwrap();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
        names.filter(|name| name.trim() == "stream").count()
    };
    assert_eq!(threads(), 0, "nobody has looked yet");
    newest(&sluice, "");
    newest(&sluice, "?topic=purchases");
    assert_eq!(threads(), 1, "once for all who look");
    wait_for("the end of reading", || (threads() == 0).then_some(()));
    produce_to(&sluice.servers(), &[], ("purchases", 0), &[purchase("a", 1)]);
    wait_for("what was sent meanwhile", || (newest(&sluice, "").len() == 1).then_some(()));
}

#[test]
fn a_real_kafka_is_read_from_near_its_end_and_by_place_and_again_after_an_outage() {
    let dir = tempfile::tempdir().unwrap();
    let mut kafka = services::Kafka::start(&dir.path().join("kafka")).unwrap();
    let bootstrap = kafka.bootstrap_servers().to_owned();
    let sluice = Sluice::start(&dir.path().join("data"), &[("KAFKA_BOOTSTRAP_SERVERS", &bootstrap)]).ready();
    pause(&sluice);
    let values: Vec<_> = (1..=300).map(|user| purchase(&format!("t{user}"), user)).collect();
    produce_to(&bootstrap, &[("compression.type", "gzip")], ("purchases", 0), &values);
    // A little before the end is where it begins.
    let rows = wait_for("the newest", || {
        let rows = newest(&sluice, "?limit=500");
        (rows.len() >= 200).then_some(rows)
    });
    assert!(rows.iter().all(|row| row["fate"] == "waiting"), "the sink is paused");
    assert_eq!(rows[0]["place"]["offset"], 299);
    // Beyond what is kept a record comes from Kafka by its place.
    let (status, opened) = sluice.get("/api/records/purchases/0/5");
    assert_eq!((status, opened["row"]["place"]["offset"].as_i64()), (200, Some(5)), "{opened}");
    Admin::at(&bootstrap).remove_before("purchases", 0, 50);
    let gone = wait_for("the removal", || {
        let (status, answer) = sluice.get("/api/records/purchases/0/5");
        (status == 404).then_some(answer)
    });
    assert_eq!(gone["code"], "record_gone");
    assert!(gone["message"].as_str().unwrap().contains("begins at 50"), "{gone}");

    let events = Events::open(&sluice, "");
    events.next();
    kafka.kill().unwrap();
    let away = loop {
        let (_, news) = events.next();
        if news["away"].is_object() {
            break news["away"].clone();
        }
    };
    assert!(away["since"].as_i64().unwrap() > 1_700_000_000_000, "{away}");
    assert!(away["reason"].as_str().unwrap().contains("no answer from Kafka"), "{away}");
    kafka.restart().unwrap();
    produce_to(&bootstrap, &[], ("purchases", 0), &[purchase("after", 1)]);
    loop {
        match events.heard.recv_timeout(PATIENCE) {
            Ok((_, news)) if news["rows"].as_array().is_some_and(|rows| !rows.is_empty()) => {
                assert_eq!(news["rows"][0]["place"]["offset"], 300);
                break;
            }
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => panic!("it did not go on"),
        }
    }
}
