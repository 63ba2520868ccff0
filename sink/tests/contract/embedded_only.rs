//! The embedded store's file: who may open it, and what it survives.

use std::fs;

use sink::graph::{Error, Store, Trouble, embedded::Embedded};

use crate::fixture::{Hand, T, checkpoint, place, purchase};

fn refusal(opened: Result<Embedded, Error>) -> String {
    let Err(error) = opened else { panic!("it was opened") };
    assert_eq!(error.trouble, Trouble::Fatal);
    error.to_string()
}

#[tokio::test]
async fn what_was_committed_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("made/here");
    let store = Embedded::open(&data_dir).unwrap();
    assert_eq!(store.prepare().await.unwrap(), "Embedded store");
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    hand.write(&store, vec![purchase("a", 1, 2, T)]).await;
    drop(store);
    let store = Embedded::open(&data_dir).unwrap();
    assert_eq!(checkpoint(&store, &hand.id).await.next_offset, 1);
    assert_eq!(store.bought().await.unwrap(), [(1, 2)]);
    let description = store.describe();
    assert!(description.embedded && description.location.ends_with("made/here/sluice.db"));
}

#[test]
fn a_second_process_gets_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let first = Embedded::open(folder.path()).unwrap();
    let sentence = refusal(Embedded::open(folder.path()));
    assert!(sentence.contains("another process uses the folder"), "{sentence}");
    drop(first);
    assert!(Embedded::open(folder.path()).is_ok());
}

#[test]
fn a_damaged_file_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sluice.db");
    let damaged = b"this is no database, whatever its name says".repeat(100);
    fs::write(&path, &damaged).unwrap();
    let sentence = refusal(Embedded::open(folder.path()));
    assert!(sentence.contains("sluice.db") && sentence.contains("damaged"), "{sentence}");
    assert_eq!(fs::read(&path).unwrap(), damaged);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sluice.db");
    let foreign = rusqlite::Connection::open(&path).unwrap();
    foreign.execute_batch("CREATE TABLE user (name TEXT); INSERT INTO user VALUES ('mine')").unwrap();
    drop(foreign);
    let before = fs::read(&path).unwrap();
    let sentence = refusal(Embedded::open(folder.path()));
    assert!(sentence.contains("a database of another program"), "{sentence}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "").unwrap();
    let sentence = refusal(Embedded::open(&path));
    assert!(sentence.contains("can't be made"), "{sentence}");
}
