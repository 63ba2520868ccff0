//! A Neo4j of its own: encrypted connections, a restart, and limits that the shared one has not.

use std::{fs, path::PathBuf};

use neo4rs::{ConfigBuilder, Graph, query};
use services::{Neo4j as Server, shared};
use sink::graph::{
    Error, Store, Trouble,
    neo4j::{Neo4j, Options, trouble},
};

use crate::{
    bench,
    fixture::{Hand, T, place, purchase},
    neo4j_code::{refusal, run},
};

fn options(server: &Server, scheme: &str, ca_file: Option<PathBuf>) -> Options {
    let address = server.uri().split_once("://").unwrap().1;
    Options {
        uri: format!("{scheme}://{address}"),
        user: server.user().into(),
        password: Some(server.password().into()),
        password_file: None,
        ca_file,
        database: "neo4j".into(),
    }
}

async fn ping(options: Options) -> Result<(), Error> {
    Neo4j::new(options)?.ping().await
}

/// The last release without the Cypher in which statements of people's own run.
#[tokio::test]
async fn a_server_that_is_too_old_is_told_so_and_left_as_it_is() {
    let server = Server::start_release(&shared::run_dir().join("old"), "5.22.0").unwrap();
    let error = Neo4j::new(options(&server, "bolt", None)).unwrap().prepare().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Fatal, "{error}");
    let sentence = "looking at the store's version failed: Neo4j 5.22.0 is too old: Sluice needs 5.23 or newer";
    assert_eq!(error.to_string(), sentence);

    let graph = Graph::new(server.uri(), server.user(), server.password()).unwrap();
    let made = query("SHOW CONSTRAINTS YIELD name RETURN count(name) + COUNT { MATCH () } AS made");
    let mut rows = graph.execute(made).await.unwrap();
    assert_eq!(rows.next().await.unwrap().unwrap().get::<i64>("made").unwrap(), 0);
}

/// One test, since each part needs the server and a start takes ten seconds.
#[tokio::test]
async fn a_server_with_encryption_is_trusted_by_its_ca_survives_a_restart_and_keeps_its_limits() {
    let folder = shared::run_dir().join("own");
    let mut server = Server::start_encrypted(&folder).unwrap();
    let ca = server.ca_file().map(ToOwned::to_owned);
    whom_to_trust(&server, ca.clone()).await;

    let store = Neo4j::new(options(&server, "bolt+s", ca.clone())).unwrap();
    store.prepare().await.unwrap();
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    hand.write(&store, vec![purchase("a", 1, 2, T)]).await;
    let limits = ["db.lock.acquisition.timeout=1s", "db.memory.transaction.max=10m"];
    server.restart_with(&limits).unwrap();
    // The connections in the pool know nothing of it.
    let batch = hand.batch(vec![purchase("b", 1, 2, T)]);
    if let Err(error) = store.write(&batch).await {
        assert_eq!(error.trouble, Trouble::Passing, "{error}");
        hand.write(&store, vec![purchase("b", 1, 2, T)]).await;
    }
    assert_eq!(store.counts().await.unwrap().transactions, 2);

    let config = ConfigBuilder::default().uri(server.uri()).user(server.user()).password(server.password());
    let graph = Graph::connect(config.with_client_certificate(ca.unwrap()).build().unwrap()).unwrap();
    limits_of_a_server(&graph).await;
}

async fn whom_to_trust(server: &Server, ca: Option<PathBuf>) {
    for (scheme, ca) in [("bolt+s", ca.clone()), ("neo4j+s", ca.clone()), ("bolt+ssc", None), ("neo4j+ssc", None)] {
        ping(options(server, scheme, ca)).await.unwrap_or_else(|error| panic!("{scheme}: {error}"));
    }
    let folder = tempfile::tempdir().unwrap();
    let [empty, missing, other] = ["empty.pem", "missing.pem", "other.pem"].map(|name| folder.path().join(name));
    fs::write(&empty, "no certificate").unwrap();
    // A certificate that did not sign the server's: the server's own.
    fs::copy(ca.as_ref().unwrap().with_file_name("server.pem"), &other).unwrap();
    for (scheme, ca_file, expected, words) in [
        // The system does not know the authority.
        ("bolt+s", None, Trouble::Denied, "NEO4J_CA_FILE"),
        ("bolt+s", Some(other), Trouble::Denied, "not to be trusted"),
        ("bolt+s", Some(empty), Trouble::Denied, "holds no certificate"),
        ("bolt+s", Some(missing), Trouble::Denied, "can't be read"),
        ("bolt", None, Trouble::Passing, "begins with bolt+s://"),
        ("neo4j", None, Trouble::Passing, "begins with neo4j+s://"),
        ("bolt", ca, Trouble::Fatal, "is not encrypted"),
    ] {
        let error = ping(options(server, scheme, ca_file)).await.unwrap_err();
        assert_eq!(error.trouble, expected, "{scheme}: {error}");
        assert!(error.message.contains(words), "{scheme}: {error}");
    }
    let plain = bench::options();
    for scheme in ["bolt+s", "bolt+ssc"] {
        let error = ping(Options { uri: plain.uri.replace("bolt", scheme), ..plain.clone() }).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Passing, "{scheme}: {error}");
        assert!(error.message.contains("begins with bolt://"), "{scheme}: {error}");
    }
}

async fn limits_of_a_server(graph: &Graph) {
    let set = "MATCH (u:User) SET u.name = 'x'";
    let mut holder = graph.start_txn().await.unwrap();
    holder.run(query(set)).await.unwrap();

    let (code, message) = refusal(run(graph, query(set)).await);
    assert_eq!(code, "Neo.TransientError.Transaction.LockAcquisitionTimeout");
    assert_eq!(trouble(&code, &message), Trouble::Passing);

    let hungry = "UNWIND range(1, 3000000) AS n WITH collect(n) AS ns RETURN size(ns)";
    let (code, message) = refusal(run(graph, query(hungry)).await);
    assert_eq!(code, "Neo.TransientError.General.MemoryPoolOutOfMemoryError");
    assert_eq!(trouble(&code, &message), Trouble::TooBig);
    holder.rollback().await.unwrap();
}
