//! `cargo xtask services`: a Kafka and a Neo4j for as long as somebody wants them.

use std::{env, sync::mpsc, thread};

use services::{Kafka, Neo4j, shared};

use crate::step::{Error, say};

const STEP: &str = "starting Kafka and Neo4j";

/// The two, or what the environment names in their place.
#[derive(Debug, Default)]
pub(crate) struct Services {
    kafka: Option<Kafka>,
    neo4j: Option<Neo4j>,
}

impl Services {
    /// Starts side by side what the environment does not name.
    pub(crate) fn start() -> Result<Self, Error> {
        let unset = |variable: &str| env::var_os(variable).is_none_or(|value| value.is_empty());
        let dir = shared::run_dir();
        let (kafka, neo4j) = thread::scope(|scope| {
            let kafka = unset("KAFKA_BOOTSTRAP_SERVERS").then(|| scope.spawn(|| Kafka::start(&dir)));
            let neo4j = unset("NEO4J_URI").then(|| Neo4j::start(&dir)).transpose();
            let kafka = kafka.map(|thread| thread.join().expect("starting Kafka does not panic")).transpose();
            (kafka, neo4j)
        });
        let failed = |error| Error::new(STEP, error);
        Ok(Self { kafka: kafka.map_err(failed)?, neo4j: neo4j.map_err(failed)? })
    }

    /// What a process must have in its environment to use those that were started here.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &str)> {
        let mut variables = Vec::new();
        if let Some(kafka) = &self.kafka {
            variables.push(("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers()));
        }
        if let Some(neo4j) = &self.neo4j {
            variables.push(("NEO4J_URI", neo4j.uri()));
            variables.push(("NEO4J_USER", neo4j.user()));
            variables.push(("NEO4J_PASSWORD", neo4j.password()));
        }
        variables
    }
}

/// Starts both, prints their variables, and waits for Ctrl-C.
pub(crate) fn run() -> Result<(), Error> {
    let (sender, stopped) = mpsc::channel();
    // The receiver lives until the first signal, and a second one has nothing to add.
    ctrlc::set_handler(move || _ = sender.send(())).map_err(|error| Error::new(STEP, error))?;
    say(STEP);
    let services = Services::start()?;
    let variables = services.variables();
    if variables.is_empty() {
        say("nothing to do: KAFKA_BOOTSTRAP_SERVERS and NEO4J_URI are set");
        return Ok(());
    }
    let variables: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    println!("export {}", variables.join(" "));
    if let Some(neo4j) = &services.neo4j {
        say(format!("Neo4j Browser: {}", neo4j.http_uri()));
    }
    say("running until Ctrl-C");
    // A closed channel means the handler is gone, which is as good a reason to stop as a signal.
    let _ = stopped.recv();
    say("stopping");
    Ok(())
}
