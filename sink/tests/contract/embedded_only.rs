//! The embedded store's file: who may open it, and what it survives.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sink::graph::{Error, Outcome, Store, Trouble, embedded::Embedded};

use crate::fixture::{Hand, T, checkpoint, dead, place, purchase};

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

/// A store with a few hundred records, closed in good order.
async fn filled(folder: &Path) -> PathBuf {
    let store = Embedded::open(folder).unwrap();
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    hand.write(&store, (0..800).map(|n| purchase(&format!("t{n:04}"), 1 + n, 2, T)).collect()).await;
    folder.join("sluice.db")
}

/// What happens to a file's bytes.
type Damage<'a> = &'a dyn Fn(&mut Vec<u8>);

#[tokio::test]
async fn a_damaged_file_is_refused_with_what_to_do_and_left_as_it_was() {
    let noise = (0..4_096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>();
    let damages: [(&str, Damage<'_>); 6] = [
        ("no database at all", &|bytes| *bytes = b"this is no database, whatever its name says".repeat(100)),
        ("noise over the header", &|bytes| bytes[..100].copy_from_slice(&noise[..100])),
        ("cut in the middle", &|bytes| bytes.truncate(bytes.len() / 2 + 7)),
        ("cut within the header", &|bytes| bytes.truncate(60)),
        ("noise over a page", &|bytes| {
            let middle = bytes.len() / 2 / 4_096 * 4_096;
            bytes[middle..middle + 4_096].copy_from_slice(&noise);
        }),
        ("noise within a page", &|bytes| {
            let middle = bytes.len() / 2 / 4_096 * 4_096;
            bytes[middle + 4..middle + 300].copy_from_slice(&noise[..296]);
        }),
    ];
    for (name, damage) in damages {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path()).await;
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        for _ in 0..2 {
            let sentence = refusal(Embedded::open(folder.path()));
            for words in ["sluice.db", "the file is damaged", "put a copy of it back", "move it away"] {
                assert!(sentence.contains(words), "{name}: {sentence}");
            }
            assert!(fs::read(&path).unwrap() == bytes, "{name}: the file was changed");
        }
        fs::remove_file(&path).unwrap();
        Embedded::open(folder.path()).unwrap();
    }
}

#[test]
fn an_empty_file_is_a_new_store_unless_its_log_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sluice.db");
    fs::write(&path, "").unwrap();
    drop(Embedded::open(folder.path()).unwrap());
    fs::write(&path, "").unwrap();
    fs::write(folder.path().join("sluice.db-wal"), "what was committed last").unwrap();
    let sentence = refusal(Embedded::open(folder.path()));
    assert!(sentence.contains("sluice.db-wal") && sentence.contains("put a copy of it back"), "{sentence}");
    assert_eq!(fs::read(folder.path().join("sluice.db-wal")).unwrap(), b"what was committed last");
}

#[tokio::test]
async fn what_a_crash_left_in_the_log_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path()).unwrap();
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    hand.write(&store, vec![purchase("a", 1, 2, T)]).await;
    // As a crash would leave it: what was committed is in the log only.
    let copy = tempfile::tempdir().unwrap();
    for name in ["sluice.db", "sluice.db-wal"] {
        fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    assert!(fs::metadata(copy.path().join("sluice.db-wal")).unwrap().len() > 0);
    let store = Embedded::open(copy.path()).unwrap();
    assert_eq!(checkpoint(&store, &hand.id).await.next_offset, 1);
    assert_eq!(store.bought().await.unwrap(), [(1, 2)]);
}

#[tokio::test]
async fn a_full_file_takes_nothing_by_halves_and_goes_on_with_more_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open_bounded(folder.path(), Some(1)).unwrap();
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    let next = |hand: &Hand| {
        let from = hand.next;
        (from..from + 500).map(|n| purchase(&format!("t{n}"), 1 + n, 2, T)).chain([dead(from + 500)]).collect()
    };
    let (batch, error) = loop {
        let batch = hand.batch(next(&hand));
        match store.write(&batch).await {
            Ok(outcome) => assert!(matches!(outcome, Outcome::Committed(_)), "{outcome:?}"),
            Err(error) => break (batch, error),
        }
        hand.next = batch.intervals[0].to;
    };
    assert_eq!(error.trouble, Trouble::Passing, "{error}");
    assert!(error.message.contains("full") && error.message.contains("SLUICE_STORE_MAX_MB"), "{error}");
    // It answers, and has all of every batch before and none of this one.
    for _ in 0..2 {
        let found = checkpoint(&store, &hand.id).await;
        assert_eq!((found.next_offset, found.books.read), (hand.next, hand.next));
        assert_eq!(store.counts().await.unwrap().transactions, found.books.stored);
        assert_eq!(store.dead_letters(None, None, 1_000).await.unwrap().dead_letters.len() as i64, found.books.dead);
        assert_eq!(store.write(&batch).await.unwrap_err().trouble, Trouble::Passing, "still full");
    }
    drop(store);
    let store = Embedded::open_bounded(folder.path(), Some(50)).unwrap();
    assert!(matches!(store.write(&batch).await.unwrap(), Outcome::Committed(_)));
    assert_eq!(store.write(&batch).await.unwrap(), Outcome::Already);
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
