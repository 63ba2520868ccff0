//! A fresh store of each kind.

use std::sync::Arc;

use services::shared;
use sink::graph::{
    Store,
    embedded::Embedded,
    neo4j::{Neo4j, Options},
};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// A store, and what has to live as long as it.
pub(crate) struct Bench {
    store: Arc<dyn Store>,
    _folder: Option<TempDir>,
    _turn: Option<MutexGuard<'static, ()>>,
}

impl Bench {
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }
}

/// An embedded store in a folder of its own.
pub(crate) fn embedded() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Embedded::open(folder.path()).unwrap());
    Bench { store, _folder: Some(folder), _turn: None }
}

/// The shared Neo4j, emptied, for one test at a time.
pub(crate) async fn neo4j() -> Bench {
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    cypher("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").await;
    let store = Arc::new(Neo4j::new(options()).unwrap());
    store.prepare().await.unwrap();
    Bench { store, _folder: None, _turn: Some(turn) }
}

/// How to reach the shared Neo4j.
pub(crate) fn options() -> Options {
    let address = shared::neo4j();
    Options {
        uri: address.uri.clone(),
        user: address.user.clone(),
        password: Some(address.password.clone()),
        password_file: None,
        ca_file: None,
        database: "neo4j".to_owned(),
    }
}

/// A connection to the shared Neo4j that is not the store's.
pub(crate) fn driver() -> neo4rs::Graph {
    let Options { uri, user, password, .. } = options();
    neo4rs::Graph::new(uri, user, password.unwrap()).unwrap()
}

/// Runs a statement that is not the store's.
pub(crate) async fn cypher(statement: &str) {
    driver().run(neo4rs::query(statement)).await.unwrap();
}

/// Runs a statement that is not the store's, and returns the one number that it answers.
pub(crate) async fn number(statement: &str) -> i64 {
    let mut rows = driver().execute(neo4rs::query(statement)).await.unwrap();
    rows.next().await.unwrap().unwrap().to().unwrap()
}
