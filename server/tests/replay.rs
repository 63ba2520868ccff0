//! Dead letters that are sent again: by many at once, broken once more, and while Kafka hangs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use services::Kafka;
use support::{
    judge::{Record, dead_letters},
    kafka::produce,
    sluice::Sluice,
    wait_for,
};

/// Sends a broken record as the first one of a partition, and waits for its dead letter.
fn bury(sluice: &Sluice, topic: &str, partition: i32, value: &str) {
    let servers = sluice.servers();
    produce(&servers, topic, &[Record { partition, key: Some("1".into()), value: Some(value.to_owned()) }]);
    wait_for("the dead letter", || dead_letters(sluice, topic).pop());
}

#[test]
fn a_letter_that_many_send_again_at_once_is_stored_once() {
    const PRESSES: usize = 12;
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start(dir.path(), &[]).ready();
    let broken = r#"{"user_id": 1, "product_id": 2, "quantity": 0, "timestamp": 1789000000}"#;
    bury(&sluice, "purchases", 2, broken);
    let mended = json!({"value": broken.replace("\"quantity\": 0", "\"quantity\": 3")}).to_string();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let press = || sluice.post("/api/dead-letters/purchases/2/0/replay", &mended);
        let presses: Vec<_> = (0..PRESSES).map(|_| scope.spawn(press)).collect();
        presses.into_iter().map(|press| press.join().unwrap()).collect()
    });
    let sent = answers.iter().filter(|(code, _)| *code == 200).count();
    let refused =
        answers.iter().filter(|(code, answer)| *code == 409 && answer["code"] == "replay_in_progress").count();
    assert!(sent >= 1 && sent + refused == PRESSES, "{answers:?}");
    let read = 1 + sent as i64;
    wait_for("all that was sent", || (sluice.status()["books"]["purchases"]["read"] == read).then_some(()));
    let books = sluice.status()["books"]["purchases"].clone();
    assert_eq!(books, json!({"read": read, "stored": 1, "repeated": sent - 1, "dead": 1}));
    assert_eq!(sluice.post("/api/audit", "").1["balanced"], true);
}

#[test]
fn a_letter_that_fails_again_points_to_where_it_came_from() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start(dir.path(), &[]).ready();
    bury(&sluice, "product_interactions", 0, "{");
    let replay = |place: &str, value: &str| {
        let path = format!("/api/dead-letters/product_interactions/{place}/replay");
        let (code, answer) = sluice.post(&path, &json!({"value": value}).to_string());
        assert_eq!(code, 200, "{answer}");
    };
    replay("0/0", "still no JSON");
    let letters = wait_for("a second letter", || {
        Some(dead_letters(&sluice, "product_interactions")).filter(|letters| letters.len() == 2)
    });
    let by_value = |letters: &[Value], value: &str| letters.iter().find(|it| it["value"] == value).unwrap().clone();
    let (first, second) = (by_value(&letters, "{"), by_value(&letters, "still no JSON"));
    assert_eq!(second["origin"], "product_interactions-0-0");
    assert!(first["replayed_at"].is_number() && first["failed_again_at"].is_number(), "{first}");
    assert_eq!(first["claimed_at"], Value::Null);

    // The second letter is mended: the review has the id of the first place.
    let place = format!("{}/{}", second["partition"], second["offset"]);
    let review = r#"{"user_id":1,"product_id":2,"interaction_type":"review","value":"fine","timestamp":1789000000}"#;
    for _ in 0..2 {
        replay(&place, review);
    }
    replay("0/0", review);
    wait_for("all replays", || (sluice.status()["books"]["product_interactions"]["read"] == 5).then_some(()));
    let books = sluice.status()["books"]["product_interactions"].clone();
    assert_eq!(books, json!({"read": 5, "stored": 1, "repeated": 2, "dead": 2}), "whichever letter it was sent from");
    // The page says what became of them, without JavaScript too.
    let page = sluice.get("/dead-letters").1.as_str().unwrap().to_owned();
    assert!(page.contains("sent again from product_interactions-0-0"), "the page names the origin");
}

#[test]
fn what_kafka_does_not_acknowledge_in_time_is_marked_when_it_does_and_stored_once() {
    let dir = tempfile::tempdir().unwrap();
    let kafka = Kafka::start(&dir.path().join("kafka")).unwrap();
    let sluice = Sluice::start(dir.path(), &[("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers())]).ready();
    let broken = r#"{"user_id": 1, "product_id": 2, "quantity": 0, "timestamp": 1789000000}"#;
    bury(&sluice, "purchases", 0, broken);
    let mended = json!({"value": broken.replace("\"quantity\": 0", "\"quantity\": 3")}).to_string();
    let replay = || sluice.post("/api/dead-letters/purchases/0/0/replay", &mended);
    let letter = || dead_letters(&sluice, "purchases")[0].clone();

    kafka.freeze().unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(replay);
        wait_for("the claim", || letter()["claimed_at"].is_number().then_some(()));
        let (code, answer) = replay();
        assert_eq!((code, answer["code"].as_str()), (409, Some("replay_in_progress")), "{answer}");
        let (code, answer) = first.join().unwrap();
        assert_eq!((code, answer["code"].as_str()), (503, Some("replay_unconfirmed")), "{answer}");
    });
    assert_eq!(letter()["replayed_at"], Value::Null, "nobody knows yet");
    kafka.thaw().unwrap();
    wait_for("the mark", || letter()["replayed_at"].is_number().then_some(()));
    assert_eq!(letter()["claimed_at"], Value::Null);
    assert_eq!(replay().0, 200);
    wait_for("both", || (sluice.status()["books"]["purchases"]["read"] == 3).then_some(()));
    let books = sluice.status()["books"]["purchases"].clone();
    assert_eq!(books, json!({"read": 3, "stored": 1, "repeated": 1, "dead": 1}));
}
