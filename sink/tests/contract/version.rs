//! Stores of other versions: an older one is brought up to date, a newer one is refused and left as it is.

use std::fs;

use sink::graph::{Checkpoint, Claim, Error, Outcome, ReplayClaim, Store, Trouble, embedded::Embedded, neo4j::Neo4j};

use crate::{
    bench::{self, cypher, number, options},
    fixture::{Hand, T, claim, dead, place, purchase},
};

/// A store of version 1 after it was brought up to date: everything is there, and everything works.
async fn check_migrated(store: &dyn Store) {
    let id = place("k", "purchases", 0);
    let all = store.checkpoints().await.unwrap();
    let [Checkpoint { next_offset: 2, epoch: 1, last_crc: 77, incarnation: 1, books, .. }] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert_eq!((all[0].id.clone(), books.read, books.stored, books.dead), (id.clone(), 2, 1, 1));
    let mut hand = Hand::on(store, id).await;
    assert_eq!((hand.epoch, hand.next), (2, 2));
    let tally = hand.write(store, vec![purchase("a", 1, 2, T), purchase("b", 1, 2, T), dead(4)]).await;
    assert_eq!((tally.stored, tally.repeated, tally.dead), (1, 1, 1));
    let letter = store.dead_letter("purchases", 0, 1).await.unwrap().unwrap();
    assert_eq!((letter.letter.reason.as_str(), letter.letter.claimed_at), ("malformed_json", None));
    assert_eq!(store.claim_replay(&letter.id, "r", T, true).await.unwrap(), ReplayClaim::Claimed);
    store.mark_replayed(&letter.id, "r", T).await.unwrap();
    assert_eq!(store.dead_letter("purchases", 0, 1).await.unwrap().unwrap().letter.replayed_at, Some(T));
}

#[tokio::test]
async fn an_embedded_store_of_version_1_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sluice.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.pragma_update(None, "journal_mode", "WAL").unwrap();
    old.execute_batch(include_str!("version_1.sql")).unwrap();
    drop(old);
    for _ in 0..2 {
        drop(Embedded::open(folder.path()).unwrap());
    }
    check_migrated(&Embedded::open(folder.path()).unwrap()).await;

    let fresh = tempfile::tempdir().unwrap();
    drop(Embedded::open(fresh.path()).unwrap());
    assert_eq!(columns(&path), columns(&fresh.path().join("sluice.db")), "as a new one has them");
}

#[tokio::test]
async fn an_embedded_store_of_version_2_is_brought_up_to_date() {
    let (folder, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = folder.path().join("sluice.db");
    for folder in [&folder, &fresh] {
        let store = Embedded::open(folder.path()).unwrap();
        Hand::on(&store, place("k", "purchases", 0)).await.write(&store, vec![purchase("a", 1, 2, T)]).await;
    }
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(
        "DROP TABLE generic_node; DROP TABLE generic_property; DROP TABLE generic_relationship; DROP TABLE connector; \
         CREATE TABLE connector (name TEXT PRIMARY KEY, paused INTEGER NOT NULL, restarts INTEGER NOT NULL) STRICT, WITHOUT ROWID; \
         UPDATE checkpoint SET format = 2; PRAGMA user_version = 2;",
    )
    .unwrap();
    drop(old);
    let store = Embedded::open(folder.path()).unwrap();
    Hand::on(&store, place("k", "purchases", 0)).await.write(&store, vec![purchase("b", 1, 2, T)]).await;
    drop(store);
    assert_eq!(columns(&path), columns(&fresh.path().join("sluice.db")), "as a new one has them");
}

/// Version, and every table's columns, whatever their order.
fn columns(path: &std::path::Path) -> (i64, Vec<String>) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || coalesce(c.dflt_value, '') \
             FROM pragma_table_list t, pragma_table_info(t.name) c WHERE t.schema = 'main' ORDER BY 1",
        )
        .unwrap();
    let columns = statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<Vec<String>, _>>().unwrap();
    (version, columns)
}

#[tokio::test]
async fn an_embedded_store_of_a_newer_version_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sluice.db");
    let store = Embedded::open(folder.path()).unwrap();
    Hand::on(&store, place("k", "purchases", 0)).await.write(&store, vec![purchase("a", 1, 2, T)]).await;
    drop(store);
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&path).unwrap();
    let Err(error) = Embedded::open(folder.path()) else { panic!("it was opened") };
    check_refusal(&error, "version 99");
    assert_eq!(fs::read(&path).unwrap(), before);
}

fn check_refusal(error: &Error, what: &str) {
    assert_eq!(error.trouble, Trouble::Fatal, "{error}");
    for words in [what, "up to 4", "a newer Sluice", "a store of its own"] {
        assert!(error.message.contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn a_graph_of_version_1_is_brought_up_to_date() {
    let bench = bench::neo4j().await;
    cypher("MATCH (n) DETACH DELETE n").await;
    cypher(include_str!("version_1.cypher")).await;
    let (one, two) = (Neo4j::new(options()).unwrap(), Neo4j::new(options()).unwrap());
    let (first, second) = tokio::join!(one.prepare(), two.prepare());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(number("MATCH (m:SluiceMeta {id: 'sluice'}) RETURN m.version").await, 4);
    let lock = "MATCH (c:SluiceCheckpoint) WHERE c.version IS NULL AND c.format = 4 RETURN count(c)";
    assert_eq!(number(lock).await, 1);
    check_migrated(bench.store()).await;
    assert_eq!(number(lock).await, 1);
}

const CONSTRAINTS: &str = "SHOW CONSTRAINTS YIELD name RETURN count(name)";

#[tokio::test]
async fn a_graph_of_a_newer_version_is_refused_and_left_as_it_was() {
    let bench = bench::neo4j().await;
    let mut hand = Hand::on(bench.store(), place("k", "purchases", 0)).await;
    hand.write(bench.store(), vec![purchase("a", 1, 2, T), dead(1)]).await;
    cypher("DROP CONSTRAINT sluice_user").await;
    cypher("MATCH (n:SluiceMeta) SET n.version = 99, n.touched = 5").await;
    cypher("MATCH (n:SluiceCheckpoint) SET n.touched = 5").await;
    let before = (graph().await, number(CONSTRAINTS).await);

    let store = Neo4j::new(options()).unwrap();
    check_refusal(&store.prepare().await.unwrap_err(), "version 99");
    // Nor does anything else write, prepared or not.
    for store in [store, Neo4j::new(options()).unwrap()] {
        let letter = "purchases/k/purchases/0/1";
        check_refusal(&store.claim(&[claim(&hand.id)]).await.unwrap_err(), "version 99");
        check_refusal(&store.write(&hand.batch(vec![purchase("b", 1, 2, T)])).await.unwrap_err(), "version 99");
        check_refusal(&store.reset(&[]).await.unwrap_err(), "version 99");
        check_refusal(&store.retire_embedded("embedded-1").await.unwrap_err(), "version 99");
        check_refusal(&store.claim_replay(letter, "r", T, true).await.unwrap_err(), "version 99");
        check_refusal(&store.mark_published(&[letter.to_owned()]).await.unwrap_err(), "version 99");
    }
    assert_eq!((graph().await, number(CONSTRAINTS).await), before);
    // The next test wants its constraint back.
    cypher("MATCH (n:SluiceMeta) DELETE n").await;
    bench.store().prepare().await.unwrap();
}

#[tokio::test]
async fn a_graph_that_a_newer_sluice_takes_over_meanwhile_is_left_to_it() {
    let bench = bench::neo4j().await;
    let hand = Hand::on(bench.store(), place("k", "purchases", 0)).await;
    cypher("MATCH (c:SluiceCheckpoint) SET c.format = 99, c.touched = 5").await;
    let before = graph().await;
    let store = bench.store();
    let batch = hand.batch(vec![purchase("a", 1, 2, T)]);
    for error in [
        store.write(&batch).await.unwrap_err(),
        store.claim(&[Claim { restart: Some(0), ..claim(&hand.id) }]).await.unwrap_err(),
        store.prepare().await.unwrap_err(),
    ] {
        assert_eq!(error.trouble, Trouble::Fatal);
        assert!(error.message.contains("has format 99") && error.message.contains("a newer Sluice"), "{error}");
    }
    assert_eq!(graph().await, before);
    cypher("MATCH (c:SluiceCheckpoint) SET c.format = 3").await;
    store.prepare().await.unwrap();
    assert!(matches!(store.write(&batch).await.unwrap(), Outcome::Committed(_)));
}

/// Every node with its labels and properties, in a fixed order.
async fn graph() -> Vec<String> {
    let statement = "MATCH (n) UNWIND keys(n) AS key WITH n, key ORDER BY key \
                     WITH n, collect(key + '=' + coalesce(toStringOrNull(n[key]), '?')) AS properties \
                     RETURN reduce(text = labels(n)[0], it IN properties | text + ' ' + it) AS node ORDER BY node";
    let mut rows = bench::driver().execute(neo4rs::query(statement)).await.unwrap();
    let mut nodes = Vec::new();
    while let Some(row) = rows.next().await.unwrap() {
        nodes.push(row.to().unwrap());
    }
    nodes
}
