//! On the embedded pair: the reference is the judge; bursts, bad input, and what a person may do.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{collections::BTreeSet, net::TcpListener, path::Path};

use serde_json::{Value, json};
use support::{
    judge::{TOPICS, dead_letters, picture_of, reference},
    sluice::{Sluice, run},
    wait_for,
};

fn start(dir: &Path) -> Sluice {
    Sluice::start(dir, &[]).ready()
}

#[test]
fn the_reference_ends_as_exactly_its_graph() {
    let dir = tempfile::tempdir().unwrap();
    let reference = reference();
    let sluice = start(dir.path());
    reference.produce(&sluice);
    reference.check(&sluice);
}

#[test]
fn what_carries_an_id_is_stored_once_though_the_broker_died_and_everything_was_sent_again() {
    let mut reference = reference();
    for records in reference.records.values_mut() {
        records.retain(support::judge::Record::carries_id);
    }
    let as_of = reference.expected["as_of"].as_i64().unwrap();
    let total: i64 = reference.records.values().map(|records| records.len() as i64).sum();
    let read = |sluice: &Sluice| -> i64 {
        let status = sluice.status();
        TOPICS.into_iter().map(|topic| status["books"][topic]["read"].as_i64().unwrap()).sum()
    };

    let calm = tempfile::tempdir().unwrap();
    let sluice = start(calm.path());
    reference.produce(&sluice);
    wait_for("everything to be read", || (read(&sluice) == total).then_some(()));
    let expected = picture_of(&sluice, as_of);
    assert_eq!(
        expected["graph"]["transactions"].as_i64(),
        reference.expected["graph"]["Transaction"]
            .as_i64()
            .map(|n| n - reference.expected["purchases_without_id"].as_i64().unwrap())
    );

    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    let servers = sluice.servers();
    for (topic, records) in &reference.records {
        support::kafka::produce(&servers, topic, &records[..records.len() / 2]);
    }
    wait_for("the middle", || (read(&sluice) > 1_000).then_some(()));
    sluice.kill();
    let sluice = start(dir.path());
    let before = read(&sluice);
    reference.produce(&sluice);
    wait_for("everything to be read", || (read(&sluice) == before + total).then_some(()));
    assert_eq!(picture_of(&sluice, as_of), expected);
    assert_eq!(sluice.post("/api/audit", "").1["balanced"], true, "the books of both brokers add up");
}

#[test]
fn a_burst_far_beyond_what_the_broker_keeps_is_stored_whole() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    let burst = sluice.burst("purchases", 100_000, 10);
    assert_eq!((burst["sent"].as_i64(), burst["acked"].as_i64()), (Some(100_000), Some(100_000)));
    assert_eq!((burst["stored"].as_i64(), burst["dead_lettered"].as_i64()), (Some(99_990), Some(10)));
    let (_, audit) = sluice.post("/api/audit", "");
    assert_eq!(audit["graph"]["transactions"], 99_990);
    assert_eq!(audit["balanced"], true, "{audit}");
}

#[test]
fn a_stop_stores_what_was_sent_and_the_next_start_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    sluice.burst("user_connections", 1_000, 0);
    let before = sluice.post("/api/audit", "").1;
    assert_eq!(sluice.terminate(), Some(0));
    let sluice = start(dir.path());
    assert_eq!(sluice.post("/api/audit", "").1, before);
    // A second broker, a second incarnation: what has no id of its own is not taken for something old.
    let servers = sluice.servers();
    let value = r#"{"user_id": 1, "product_id": 2, "quantity": 1, "timestamp": 1789000000}"#;
    let record = support::judge::Record { partition: 0, key: None, value: Some(value.to_owned()) };
    support::kafka::produce(&servers, "purchases", &[record]);
    wait_for("the purchase", || (sluice.status()["books"]["purchases"]["stored"] == 1).then_some(()));
}

#[test]
fn it_stops_in_order_though_nobody_hears_what_it_says() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(support::sluice::stopped_unheard(dir.path()), Some(0));
}

#[test]
fn bad_requests_get_a_code_and_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    for (body, code) in [
        (r#"{"kind": "purchases", "count": 0}"#, "count_out_of_range"),
        (r#"{"kind": "purchases", "count": 1000001}"#, "count_out_of_range"),
        (r#"{"kind": "purchases", "count": -1}"#, "invalid_request"),
        (r#"{"kind": "purchases", "count": 1.5}"#, "invalid_request"),
        (r#"{"kind": "purchases", "count": 5, "poison": 6}"#, "poison_out_of_range"),
        (r#"{"kind": "purchases", "count": 5, "surprise": 6}"#, "invalid_request"),
        (r#"{"kind": "sales", "count": 5}"#, "unknown_kind"),
        (r#"{"kind": 7, "count": 5}"#, "unknown_kind"),
        (r#"{"count": 5}"#, "invalid_request"),
        (r#"{"kind": "purchases""#, "malformed_json"),
        ("", "malformed_json"),
    ] {
        let (status, answer) = sluice.post("/api/bursts", body);
        assert_eq!((status, answer["code"].as_str()), (400, Some(code)), "{body}: {answer}");
        assert!(answer["message"].as_str().is_some_and(|sentence| sentence.len() > 10), "{answer}");
    }
    for (path, status, code) in [
        ("/api/queries/top-products?days=0", 400, "days_out_of_range"),
        ("/api/queries/top-products?days=366", 400, "days_out_of_range"),
        ("/api/queries/top-products?limit=x", 400, "limit_out_of_range"),
        ("/api/queries/influencers?limit=1001", 400, "limit_out_of_range"),
        ("/api/queries/nothing", 404, "not_found"),
        ("/api/graphs/nothing", 404, "not_found"),
        ("/api/graphs/influencers?limit=10001", 400, "limit_out_of_range"),
        ("/api/graphs/influencers?rows=0", 400, "rows_out_of_range"),
        ("/api/graphs/top-products?days=366", 400, "days_out_of_range"),
        ("/api/graphs/best-rated?min_ratings=many", 400, "min_ratings_out_of_range"),
        ("/api/bursts/nobody", 404, "unknown_burst"),
        ("/api/producers/sales", 400, "unknown_kind"),
        ("/api/dead-letters?topic=sales", 400, "unknown_kind"),
        ("/api/dead-letters?after=%00garbage", 400, "after_malformed"),
        ("/api/dead-letters?limit=0", 400, "limit_out_of_range"),
    ] {
        let (found, answer) = sluice.get(path);
        assert_eq!((found, answer["code"].as_str()), (status, Some(code)), "{path}: {answer}");
    }
    assert_eq!(
        sluice.put("/api/producers/purchases", r#"{"running": true, "rate_per_second": 0}"#).1["code"],
        "rate_out_of_range"
    );
    assert_eq!(sluice.post("/api/reset", "{}").1["code"], "not_confirmed");
    assert_eq!(sluice.post("/api/dead-letters/purchases/0/0/replay", "").1["code"], "unknown_dead_letter");
    assert_eq!(sluice.put("/api/bursts", "{}").0, 405);
    assert_eq!(sluice.status()["books"]["purchases"]["read"], 0, "nothing was sent");
}

#[test]
fn a_dead_letter_can_be_mended_and_sent_again_and_keeps_its_place_as_its_id() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    let servers = sluice.servers();
    let broken = r#"{"user_id": 1, "product_id": 2, "quantity": "one", "timestamp": 1789000000}"#;
    let record = support::judge::Record { partition: 1, key: Some("1".into()), value: Some(broken.to_owned()) };
    support::kafka::produce(&servers, "purchases", &[record]);
    let letter = wait_for("the dead letter", || dead_letters(&sluice, "purchases").pop());
    assert_eq!(letter["reason"], "quantity_wrong_type");
    assert_eq!((letter["partition"].as_i64(), letter["offset"].as_i64()), (Some(1), Some(0)));
    assert_eq!(letter["value"], broken);
    let mended = json!({"value": broken.replace("\"one\"", "1")}).to_string();
    for _ in 0..2 {
        let (code, answer) = sluice.post("/api/dead-letters/purchases/1/0/replay", &mended);
        assert_eq!(code, 200, "{answer}");
    }
    wait_for("both replays", || (sluice.status()["books"]["purchases"]["read"] == 3).then_some(()));
    let books = sluice.status()["books"]["purchases"].clone();
    assert_eq!(books, json!({"read": 3, "stored": 1, "repeated": 1, "dead": 1}), "sent twice, stored once");
    assert!(dead_letters(&sluice, "purchases")[0]["replayed_at"].is_number());
}

#[test]
fn a_reset_empties_everything_and_it_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    sluice.burst("purchases", 500, 2);
    let (code, answer) = sluice.post("/api/reset", r#"{"confirm": "reset"}"#);
    assert_eq!(code, 200, "{answer}");
    assert!(dead_letters(&sluice, "purchases").is_empty());
    wait_for("empty books", || (sluice.status()["books"]["purchases"]["read"] == 0).then_some(()));
    let burst = sluice.burst("purchases", 300, 0);
    assert_eq!(burst["stored"], 300);
    assert_eq!(sluice.post("/api/audit", "").1["graph"]["transactions"], 300);
}

#[test]
fn a_producer_runs_at_about_its_rate_until_it_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    let (code, answer) = sluice.put("/api/producers/user_connections", r#"{"running": true, "rate_per_second": 400}"#);
    assert_eq!((code, &answer["running"]), (200, &json!(true)), "{answer}");
    wait_for("a steady rate", || {
        let rate = sluice.status()["producers"]["user_connections"]["actual_per_second"].as_f64().unwrap();
        (200.0..600.0).contains(&rate).then_some(())
    });
    sluice.put("/api/producers/user_connections", r#"{"running": false}"#);
    wait_for("silence", || {
        (sluice.status()["producers"]["user_connections"]["actual_per_second"] == 0.0).then_some(())
    });
}

#[test]
fn what_is_taken_already_is_a_sentence_and_exit_code_1() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = run(dir.path(), &[("SLUICE_LISTEN", &address)]);
    assert_eq!(code, Some(1));
    assert!(said.contains("SLUICE_LISTEN") && said.contains(&address), "{said}");
    let _first = Sluice::start(dir.path(), &[]);
    let (code, said) = run(dir.path(), &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("SLUICE_DATA_DIR"), "{said}");
}

#[test]
fn beyond_loopback_a_token_is_needed_and_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = run(dir.path(), &[("SLUICE_LISTEN", "0.0.0.0:0")]);
    assert_eq!(code, Some(1));
    assert!(said.contains("SLUICE_ADMIN_TOKEN"), "{said}");
    let sluice = Sluice::start(dir.path(), &[("SLUICE_ADMIN_TOKEN", "open sesame")]);
    let (code, answer) = sluice.post("/api/bursts", r#"{"kind": "purchases", "count": 1}"#);
    assert_eq!((code, &answer["code"]), (401, &Value::from("unauthorized")));
    let answer = ureq::post(format!("{}/api/bursts", sluice.address))
        .header("authorization", "Bearer open sesame")
        .header("content-type", "application/json")
        .send(r#"{"kind": "purchases", "count": 1}"#);
    assert_eq!(answer.unwrap().status().as_u16(), 202);
}

/// The metrics that a text names, but for parts of it that say that they may not be there yet.
fn named(text: &str) -> BTreeSet<String> {
    let there = text.lines().filter(|line| !line.contains("there after the first"));
    let words = there.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let ours = words.filter(|word| word.starts_with("sluice_") || word.starts_with("kafka_connect_"));
    // A histogram's parts go by its name, and a name's beginning is none.
    ours.map(|word| word.trim_end_matches("_bucket").to_owned()).filter(|word| !word.ends_with('_')).collect()
}

#[test]
fn metrics_are_as_their_document_says_and_what_the_dashboard_draws() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    sluice.burst("purchases", 100, 3);
    let value = |metrics: &str, series: &str| -> Option<f64> {
        metrics.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
    };
    let metrics = wait_for("the dead letters to be sent", || {
        let text = sluice.get("/metrics").1.as_str()?.to_owned();
        let sent = "kafka_connect_task_error_deadletterqueue_produce_requests{connector=\"purchases\"}";
        let waiting = value(&text, "sluice_dead_letters{topic=\"purchases\"}");
        (value(&text, sent) == Some(3.0) && waiting == Some(3.0)).then_some(text)
    });
    let of_task = "{connector=\"purchases\",task=\"0\"}";
    for (name, expected) in [
        ("kafka_connect_sink_task_sink_record_read_total", 100.0),
        ("kafka_connect_sink_task_sink_record_send_total", 97.0),
        ("kafka_connect_task_error_total_records_skipped", 3.0),
        ("kafka_connect_task_error_total_retries", 0.0),
    ] {
        assert_eq!(value(&metrics, &format!("{name}{of_task}")), Some(expected), "{name}");
    }
    assert_eq!(value(&metrics, "sluice_latency_seconds_bucket{connector=\"purchases\",le=\"+Inf\"}"), Some(100.0));
    assert!(value(&metrics, &format!("kafka_connect_sink_task_put_batch_avg_time_ms{of_task}")).unwrap() > 0.0);

    let shown: BTreeSet<String> =
        metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned)).collect();
    let document = include_str!("../../docs/metrics.md");
    let missing: Vec<_> = named(document).difference(&shown).cloned().collect();
    assert_eq!(missing, [""; 0], "documented, and not there");
    let every = named(&document.replace("there after the first", ""));
    assert_eq!(shown.difference(&every).collect::<Vec<_>>(), [""; 0], "there, and not documented");
    let explained: BTreeSet<String> =
        metrics.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split(' ').next().map(str::to_owned)).collect();
    assert_eq!(shown.difference(&explained).collect::<Vec<_>>(), [""; 0], "there, and not explained");
    let dashboard: Value = serde_json::from_str(include_str!("../../docs/grafana.json")).unwrap();
    let drawn = named(&dashboard.to_string());
    assert!(drawn.len() > 10, "{drawn:?}");
    assert_eq!(drawn.difference(&every).collect::<Vec<_>>(), [""; 0], "drawn, and not documented");
}

#[test]
fn pages_that_are_made_at_the_same_time_are_all_made_and_have_their_own_titles() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = start(dir.path());
    let pages = [
        ("/", "Overview"),
        ("/simulate", "Simulate"),
        ("/stream", "Stream"),
        ("/insights/influencers", "Influencers"),
        ("/insights/similar-buyers", "Similar buyers"),
        ("/dead-letters", "Dead letters"),
    ];
    std::thread::scope(|scope| {
        for first in 0..pages.len() {
            let (sluice, pages) = (&sluice, pages.iter().cycle().skip(first));
            scope.spawn(move || {
                for (path, title) in pages.take(100) {
                    let (status, html) = sluice.get(path);
                    let own = html.as_str().is_some_and(|it| it.contains(&format!("<title>{title} · Sluice</title>")));
                    assert!(status == 200 && own, "{path}: {status} {html}");
                }
            });
        }
    });
}
