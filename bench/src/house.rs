//! A real Kafka and a real Neo4j of this run's own, the bench's connections to both, and Sluice between them.

use std::{
    path::PathBuf,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use model::Kind;
use services::{Kafka, Neo4j, shared};
use tempfile::TempDir;

use crate::{
    error::{During, Error},
    graph::Graph,
    process::Process,
    sluice::{Setup, Sluice},
    topic::{Record, Topics},
    world::{Draws, Row},
};

/// For a graph of a million purchases; the tests' 128 MB are less than that.
pub(crate) const PAGE_CACHE: &str = "server.memory.pagecache.size=512m";

/// Always the same rows.
const SEED: u64 = 7;

pub(crate) struct House {
    pub(crate) neo4j: Neo4j,
    pub(crate) graph: Graph,
    pub(crate) topics: Topics,
    pub(crate) draws: Draws,
    setup: Setup,
    data_dir: TempDir,
    // Last: it is dropped after its clients.
    kafka: Kafka,
}

impl House {
    pub(crate) fn start(binary: PathBuf) -> Result<Self, Error> {
        let dir = shared::run_dir().join("bench");
        let (kafka, neo4j) = thread::scope(|scope| {
            let kafka = scope.spawn(|| Kafka::start(&dir));
            let neo4j = Neo4j::start_set(&dir, &[PAGE_CACHE]);
            (kafka.join().expect("starting Kafka does not panic"), neo4j)
        });
        let (kafka, neo4j) = (kafka.during("starting Kafka")?, neo4j.during("starting Neo4j")?);
        let variables = variables(&kafka, &neo4j);
        Ok(Self {
            graph: Graph::at(&neo4j)?,
            topics: Topics::at(kafka.bootstrap_servers())?,
            draws: Draws::new(SEED, now()),
            setup: Setup { binary, variables },
            data_dir: tempfile::tempdir().during("making a folder")?,
            neo4j,
            kafka,
        })
    }

    /// Empties the graph, and starts a Sluice on topics of so many partitions, with nothing in them.
    pub(crate) fn fresh(&mut self, partitions: i32) -> Result<Sluice, Error> {
        self.empty()?;
        self.topics.make(&Kind::ALL.map(Kind::topic), partitions)?;
        Sluice::start(&self.setup, self.data_dir.path())?.ready()
    }

    pub(crate) fn empty(&self) -> Result<(), Error> {
        // In pieces, and not in one statement: Neo4j keeps what a statement deletes in its heap to the statement's end. A node
        // may have more relationships than that bears, so they go first.
        for all in ["()-[x]->()", "(x)"] {
            let delete = format!("MATCH {all} WITH x LIMIT 20000 DELETE x RETURN count(*)");
            while self.graph.number(&delete)? > 0 {}
        }
        Ok(())
    }

    pub(crate) fn neo4j_process(&self) -> Process {
        Process(self.neo4j.process_id())
    }

    pub(crate) fn kafka_process(&self) -> Process {
        Process(self.kafka.process_id())
    }

    /// How a Sluice is started between the two.
    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// How one of several processes is started between this Kafka and some Neo4j: with the pages, since it takes orders.
    pub(crate) fn sinks_into(&self, neo4j: &Neo4j) -> Setup {
        let mut variables = variables(&self.kafka, neo4j);
        variables.push(("SLUICE_ROLES", "web,sinks".to_owned()));
        Setup { binary: self.setup.binary.clone(), variables }
    }
}

fn variables(kafka: &Kafka, neo4j: &Neo4j) -> Vec<(&'static str, String)> {
    vec![
        ("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers().to_owned()),
        ("NEO4J_URI", neo4j.uri().to_owned()),
        ("NEO4J_USER", neo4j.user().to_owned()),
        ("NEO4J_PASSWORD", neo4j.password().to_owned()),
    ]
}

/// Rows as records.
pub(crate) fn records(rows: &[Row]) -> Vec<Record> {
    rows.iter().map(|row| Record { key: row.user().to_string(), value: row.json().to_string() }).collect()
}

/// Epoch seconds.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}
