//! The whole binary on a disk that is full, damaged, or somebody else's; and what the embedded broker took with it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{fs, path::Path};

use serde_json::{Value, json};
use support::{
    sluice::{Sluice, run},
    wait_for,
};

/// Starts a burst of purchases and does not wait for it.
fn burst(sluice: &Sluice, count: u64) -> String {
    let (code, burst) = sluice.post("/api/bursts", &json!({"kind": "purchases", "count": count}).to_string());
    assert_eq!(code, 202, "{burst}");
    format!("/api/bursts/{}", burst["id"].as_str().unwrap())
}

/// Waits until the sink says that it tries again, and returns why.
fn retrying(sluice: &Sluice) -> String {
    wait_for("RETRYING with its reason", || {
        let connector = sluice.status()["connectors"][0].clone();
        let trace = connector["tasks"][0]["trace"].as_str().map(str::to_owned);
        trace.filter(|_| connector["state"] == "RETRYING")
    })
}

fn is_balanced(sluice: &Sluice) -> Value {
    let (_, audit) = sluice.post("/api/audit", "");
    assert_eq!(audit["balanced"], true, "{audit}");
    audit
}

#[test]
fn a_full_disk_is_waited_for_and_once_there_is_room_it_goes_on_by_itself() {
    const RECORDS: u64 = 60_000;
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start_on_small_disk(dir.path(), &[], 3 << 20).ready();
    let path = burst(&sluice, RECORDS);
    let reason = retrying(&sluice);
    assert!(reason.contains("the disk can't be written") || reason.contains("make room"), "{reason}");
    let stored = is_balanced(&sluice)["graph"]["transactions"].as_u64().unwrap();
    assert!(stored < RECORDS, "{stored}");
    assert_eq!(sluice.get("/healthz").0, 200);
    sluice.make_room();
    let burst = wait_for("the burst's end", || Some(sluice.get(&path).1).filter(|burst| burst["done"] == true));
    assert_eq!((burst["stored"].as_u64(), burst["dead_lettered"].as_u64()), (Some(RECORDS), Some(0)), "{burst}");
    assert_eq!(is_balanced(&sluice)["graph"]["transactions"], RECORDS);
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn what_the_embedded_broker_took_with_it_is_said_once_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start(dir.path(), &[("SLUICE_STORE_MAX_MB", "2")]).ready();
    let path = burst(&sluice, 30_000);
    let reason = retrying(&sluice);
    assert!(reason.contains("full") && reason.contains("SLUICE_STORE_MAX_MB"), "{reason}");
    // All of it is with the broker, and how far that reaches is kept.
    let held = || {
        let (acked, status) = (sluice.get(&path).1["acked"].as_i64()?, sluice.status());
        let lag = status["connectors"][0]["lag"].as_i64()?;
        let read = status["books"]["purchases"]["read"].as_i64()?;
        (acked == read + lag && lag > 0).then_some((read, lag))
    };
    let (read, lag) = wait_for("what the broker holds", held);
    let kept = || fs::read_to_string(dir.path().join("embedded-broker.json")).ok();
    wait_for("the file", || kept().filter(|text| text.contains("purchases")));
    sluice.kill();

    let sluice = Sluice::start(dir.path(), &[("SLUICE_STORE_MAX_MB", "200")]).ready();
    let notice = |sluice: &Sluice| sluice.status()["connectors"][0]["tasks"][0]["notice"].as_str().map(str::to_owned);
    let said = wait_for("the notice", || notice(&sluice));
    let number: i64 = said.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
    assert!(number > 0, "{said}: {read} read, {lag} held");
    assert!(said.contains("the embedded broker had acknowledged"), "{said}");
    assert!(sluice.log().contains(&said), "the log says it too");
    assert_eq!(is_balanced(&sluice)["graph"]["transactions"], read);
    // With more room it goes on; stopped in order, nothing is lost, and nothing is said.
    assert_eq!(sluice.burst("purchases", 1_000, 0)["stored"], 1_000);
    assert_eq!(sluice.terminate(), Some(0));
    let sluice = Sluice::start(dir.path(), &[]).ready();
    assert_eq!(notice(&sluice), None);
    assert!(!sluice.log().contains("had acknowledged"));
    is_balanced(&sluice);
}

/// A sentence, exit code 1, and the name of the variable.
fn refused(data_dir: &Path, words: &[&str]) {
    let (code, said) = run(data_dir, &[]);
    assert_eq!(code, Some(1), "{said}");
    for word in words.iter().chain(&["SLUICE_DATA_DIR"]) {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_a_sentence_and_exit_code_1() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "mine").unwrap();
    refused(&file, &["can't be made", "file"]);
    refused(&file.join("below"), &["can't be made", "below"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");

    let damaged = dir.path().join("damaged");
    fs::create_dir(&damaged).unwrap();
    fs::write(damaged.join("sluice.db"), "no database at all ".repeat(500)).unwrap();
    refused(&damaged, &["sluice.db", "the file is damaged", "move it away"]);
}
