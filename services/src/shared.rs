//! One Kafka and one Neo4j for all tests that merely need some to be there.
//!
//! The ones that the environment names (`cargo xtask test` and `cargo xtask services` set it), else ones that the first
//! test of this process starts and that end with it. Tests share them: use topics and ids of your own, or tell the
//! graph's parts apart by cluster id.

use std::{env, fs, path::PathBuf, process, sync::OnceLock};

use rustix::process::{Pid, test_kill_process};

use crate::{Error, Kafka, Neo4j, maven};

/// Where the shared Neo4j is, and how to get in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neo4jAddress {
    /// `NEO4J_URI`, such as `bolt://127.0.0.1:7687`.
    pub uri: String,
    /// `NEO4J_USER`.
    pub user: String,
    /// `NEO4J_PASSWORD`.
    pub password: String,
}

/// The shared broker's address.
///
/// # Panics
/// If there is none and none can be started; the message says what to install.
pub fn kafka() -> &'static str {
    static STARTED: OnceLock<(String, Option<Kafka>)> = OnceLock::new();
    let (address, _) = STARTED.get_or_init(|| {
        set("KAFKA_BOOTSTRAP_SERVERS").map_or_else(
            || {
                let kafka = expect(Kafka::start(&run_dir()));
                (kafka.bootstrap_servers().to_owned(), Some(kafka))
            },
            |address| (address, None),
        )
    });
    address
}

/// The shared graph's address.
///
/// # Panics
/// If there is none and none can be started; the message says what to install.
pub fn neo4j() -> &'static Neo4jAddress {
    static STARTED: OnceLock<(Neo4jAddress, Option<Neo4j>)> = OnceLock::new();
    let (address, _) = STARTED.get_or_init(|| {
        if let Some(uri) = set("NEO4J_URI") {
            let user = set("NEO4J_USER").unwrap_or_else(|| "neo4j".to_owned());
            return (Neo4jAddress { uri, user, password: set("NEO4J_PASSWORD").unwrap_or_default() }, None);
        }
        let neo4j = expect(Neo4j::start(&run_dir()));
        let [uri, user, password] = [neo4j.uri(), neo4j.user(), neo4j.password()].map(str::to_owned);
        (Neo4jAddress { uri, user, password }, Some(neo4j))
    });
    address
}

/// A directory for the services of this process, under `target/services`.
///
/// Statics are never dropped, so the directories of processes that are gone are removed here.
pub fn run_dir() -> PathBuf {
    let runs = maven::home().join("run");
    for entry in fs::read_dir(&runs).into_iter().flatten().flatten() {
        let id = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()).and_then(Pid::from_raw);
        if id.is_some_and(|id| test_kill_process(id).is_err()) {
            // Somebody else may be removing it at the same time, and what is left costs only space.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
    runs.join(process::id().to_string())
}

fn set(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}

fn expect<T>(started: Result<T, Error>) -> T {
    started.unwrap_or_else(|error| panic!("{error}"))
}
