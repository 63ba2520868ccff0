//! Connections to Neo4j, and transactions on them.
//!
//! What the driver leaves open is closed here: it bounds neither the handshake nor a write nor a BEGIN, and gives a
//! connection whose transaction nobody ended back to its pool. So every await has a bound of ours; after a FAILURE of
//! the server the transaction is rolled back, or the connection reset; and after anything else the connections are dropped,
//! which ends whatever they held, and made anew.

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use metrics::counter;
use neo4rs::{ConfigBuilder, Error as DriverError, Graph, Query, Txn};
use serde::de::DeserializeOwned;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use tracing::debug;

use super::{Options, encryption, set_nodelay, trouble};
use crate::graph::{Error, Trouble};

/// How many rows the server sends at a time; each pull is a round trip, and a row is small.
const FETCH_SIZE: usize = 10_000;

/// How much later than ours the driver's own bound strikes. Were they alike, either might be first.
const DRIVER_MARGIN: Duration = Duration::from_secs(1);

/// How often connections are looked for that the driver made by itself, in place of one that the server had closed.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A driver of its own, with its own connections.
pub(super) struct Link {
    options: Options,
    slot: Mutex<Slot>,
    /// As many as there are connections, so that waiting for one is no error of the driver.
    turns: Semaphore,
    connections: usize,
    /// For beginning, and for rolling back.
    connect: Duration,
    /// For each statement and for the commit.
    bound: Duration,
}

#[derive(Default)]
struct Slot {
    graph: Option<Graph>,
    /// Which graph it is, so that nobody drops the one that came after his.
    generation: u64,
    /// When its connections were last seen to.
    seen: Option<Instant>,
}

/// How a transaction ends.
pub(super) enum End<T> {
    Commit(T),
    Rollback(T),
}

impl Link {
    pub(super) fn new(options: Options, connections: usize, connect: Duration, bound: Duration) -> Self {
        Self { options, slot: Mutex::default(), turns: Semaphore::new(connections), connections, connect, bound }
    }

    /// Begins a transaction, as soon as a connection is free.
    pub(super) async fn begin(&self, attempt: &'static str) -> Result<Transaction<'_>, Error> {
        let turn = self.turns.acquire().await;
        let turn = turn.map_err(|_| Error::new(attempt, Trouble::Passing, "the process is stopping"))?;
        let (graph, generation) = self.graph(attempt)?;
        let begun = timeout(self.connect, graph.start_txn()).await;
        let mut guard = Guard { link: self, generation, whole: false };
        match begun {
            Ok(Ok(txn)) => {
                self.see_to_connections();
                Ok(Transaction { txn, guard, attempt, _turn: turn })
            }
            Ok(Err(error)) => {
                let failure = failed(attempt, &error);
                guard.whole = trouble::leaves_connections_well(&failure);
                Err(encryption::explain(&self.options.uri, &error, failure))
            }
            Err(_) => Err(no_answer(attempt, Trouble::Passing, self.connect)),
        }
    }

    fn graph(&self, attempt: &'static str) -> Result<(Graph, u64), Error> {
        let mut slot = self.slot();
        if slot.graph.is_none() {
            slot.graph = Some(self.build(attempt)?);
            slot.generation += 1;
            slot.seen = None;
        }
        let generation = slot.generation;
        slot.graph
            .clone()
            .map(|graph| (graph, generation))
            .ok_or_else(|| no_answer(attempt, Trouble::Passing, self.connect))
    }

    /// Lets statements leave at once. Where that can't be done they do all the same, only later.
    fn see_to_connections(&self) {
        {
            let mut slot = self.slot();
            if slot.seen.is_some_and(|seen| seen.elapsed() < LOOK_EVERY) {
                return;
            }
            slot.seen = Some(Instant::now());
        }
        if let Err(error) = set_nodelay(&self.options.uri) {
            debug!(%error, "TCP_NODELAY can't be set on the driver's connections");
        }
    }

    /// Makes a driver, which connects when it is used. Password and CA are read again each time: they
    /// may be new ones.
    fn build(&self, attempt: &'static str) -> Result<Graph, Error> {
        let Options { uri, user, password, password_file, ca_file, database } = &self.options;
        let password = match password_file {
            Some(file) => read_password(attempt, file)?,
            None => password.clone().unwrap_or_default(),
        };
        let mut config = ConfigBuilder::default();
        if let Some(file) = ca_file {
            encryption::check_file(attempt, file)?;
            config = config.with_client_certificate(file);
        }
        let config = config
            .uri(uri)
            .user(user)
            .password(password)
            .db(database.as_str())
            .fetch_size(FETCH_SIZE)
            .max_connections(self.connections)
            // It is also the bound of every single read, so it must not end a statement before ours does.
            .connection_timeout(self.bound.max(self.connect).saturating_add(DRIVER_MARGIN))
            .build();
        config.and_then(Graph::connect).map_err(|error| encryption::explain(uri, &error, failed(attempt, &error)))
    }

    /// Resets the connection, if there is one and no more: the driver does so before it uses one again. That ends what a
    /// refused statement has left open, in order: where the connection is dropped instead, the server now and then ends the
    /// next transaction too, whose connection is dropped for it, and so on.
    async fn reset(&self) -> bool {
        let graph = self.slot().graph.clone().filter(|_| self.connections == 1);
        let Some(graph) = graph else { return false };
        let used = async { graph.start_txn().await?.rollback().await };
        matches!(timeout(self.connect, used).await, Ok(Ok(())))
    }

    fn drop_graph(&self, generation: u64) {
        let mut slot = self.slot();
        if slot.generation == generation {
            slot.graph = None;
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_password(attempt: &'static str, file: &Path) -> Result<String, Error> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(error) => {
            let message = format!("the password file {} can't be read: {error}", file.display());
            Err(Error::new(attempt, Trouble::Denied, message))
        }
    }
}

fn no_answer(attempt: &'static str, trouble: Trouble, bound: Duration) -> Error {
    Error::new(attempt, trouble, format!("Neo4j did not answer within {} s", bound.as_secs_f32()))
}

/// The error for one of the driver. Two of our own writers never deadlock, so each deadlock is worth a count: it tells of
/// other processes that write the same graph.
fn failed(attempt: &'static str, error: &DriverError) -> Error {
    let error = trouble::error(attempt, error);
    if error.code.as_deref().is_some_and(|code| code.ends_with(".DeadlockDetected")) {
        counter!("sluice_deadlocks_total").increment(1);
    }
    error
}

/// Drops the graph when it is dropped itself, unless the connection is known to be in good order.
struct Guard<'a> {
    link: &'a Link,
    generation: u64,
    whole: bool,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if !self.whole {
            self.link.drop_graph(self.generation);
        }
    }
}

/// An open transaction. One that is dropped before [`Transaction::end`] takes its connection with it.
pub(super) struct Transaction<'a> {
    // Before the guard: a connection given back first is dropped with the pool.
    txn: Txn,
    guard: Guard<'a>,
    attempt: &'static str,
    _turn: SemaphorePermit<'a>,
}

impl Transaction<'_> {
    /// Runs a statement to its end; what it returns is thrown away.
    pub(super) async fn run(&mut self, query: Query) -> Result<(), Error> {
        let answer = timeout(self.guard.link.bound, self.txn.run(query)).await;
        self.judge(answer)
    }

    /// Runs a statement and reads its rows, each by the names of its columns.
    pub(super) async fn rows<T: DeserializeOwned>(&mut self, query: Query) -> Result<Vec<T>, Error> {
        let txn = &mut self.txn;
        let read = async move {
            let mut stream = txn.execute(query).await?;
            let mut rows = Vec::new();
            // Each of the driver's rows is let go at once: they take many times the memory of what they say.
            while let Some(row) = stream.next(txn.handle()).await? {
                rows.push(row.to::<T>());
            }
            Ok(rows)
        };
        let rows = timeout(self.guard.link.bound, read).await;
        let read = self.judge(rows)?.into_iter().collect::<Result<Vec<_>, _>>();
        // The stream was read to its end, so the connection is well; only the graph is not of the model.
        read.map_err(|error| trouble::error(self.attempt, &error.into()))
    }

    /// Runs a statement that returns one number.
    pub(super) async fn number(&mut self, query: Query) -> Result<i64, Error> {
        let rows = self.rows::<i64>(query).await?;
        let message = "a statement that counts returned nothing";
        rows.first().copied().ok_or_else(|| Error::new(self.attempt, Trouble::Fatal, message))
    }

    /// What is being attempted.
    pub(super) fn attempt(&self) -> &'static str {
        self.attempt
    }

    /// Commits or rolls back, as `outcome` says; after an error it rolls back.
    pub(super) async fn end<T>(self, outcome: Result<End<T>, Error>) -> Result<T, Error> {
        let Self { txn, mut guard, attempt, _turn } = self;
        let Link { connect, bound, .. } = *guard.link;
        match outcome {
            Ok(End::Commit(answer)) => match timeout(bound, txn.commit()).await {
                Ok(Ok(())) => {
                    guard.whole = true;
                    Ok(answer)
                }
                Ok(Err(error)) => {
                    let error = failed(attempt, &error);
                    guard.whole = trouble::leaves_connections_well(&error);
                    Err(error)
                }
                Err(_) => Err(no_answer(attempt, Trouble::Slow, bound)),
            },
            Ok(End::Rollback(answer)) => {
                guard.whole = rolled_back(txn, connect).await;
                Ok(answer)
            }
            Err(error) => {
                let is_rolled_back = rolled_back(txn, connect).await;
                guard.whole = is_rolled_back || trouble::leaves_connections_well(&error) && guard.link.reset().await;
                Err(error)
            }
        }
    }

    fn judge<T>(&self, answer: Result<neo4rs::Result<T>, tokio::time::error::Elapsed>) -> Result<T, Error> {
        match answer {
            Ok(answer) => answer.map_err(|error| failed(self.attempt, &error)),
            Err(_) => Err(no_answer(self.attempt, Trouble::Slow, self.guard.link.bound)),
        }
    }
}

/// Rolls back. Only where the server says that it did is the connection worth keeping: after a FAILURE it ignores the
/// wish until the connection is reset, which the driver does no earlier than at its next use.
async fn rolled_back(txn: Txn, bound: Duration) -> bool {
    matches!(timeout(bound, txn.rollback()).await, Ok(Ok(())))
}
