//! Starts the sinks when the broker and the store are ready, and stops them in order.

use std::sync::Arc;

use chrono::Utc;
use model::status::State;
use tokio::{sync::Mutex, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    board::Board,
    connector::Registry,
    dead_letter,
    graph::{Error, Store, Trouble},
    kafka::Cluster,
    lost, presence, task,
};

mod fleet;

use fleet::Fleet;

/// The running sinks.
pub struct Engine {
    stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

/// What the sinks work with.
#[derive(Clone)]
pub struct Parts {
    /// Where records come from.
    pub cluster: Arc<Cluster>,
    /// Where they go.
    pub store: Arc<dyn Store>,
    /// Where it is said what happens.
    pub board: Arc<Board>,
    /// The connectors, and what people want of them.
    pub registry: Arc<Registry>,
    /// Whether this process runs tasks.
    pub has_tasks: bool,
}

/// What the tasks of all connectors share.
#[derive(Clone)]
struct Works {
    cluster: Arc<Cluster>,
    store: Arc<dyn Store>,
    board: Arc<Board>,
    registry: Arc<Registry>,
    /// The one write lane of this process and store: see [`task::Options::lane`].
    lane: Arc<Mutex<()>>,
}

impl Engine {
    /// Starts the sinks' tasks, if there are to be any in this process; they wait for the broker and the store for as long
    /// as it takes.
    pub fn start(parts: Parts) -> Self {
        let stop = CancellationToken::new();
        let running = tokio::spawn(run(parts, stop.clone()));
        Self { stop, running }
    }

    /// Lets each task finish the batch in flight and publish its offsets.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.running.await {
            error!(%error, "the sinks broke");
        }
    }
}

async fn run(parts: Parts, stop: CancellationToken) {
    let Parts { cluster, store, board, registry, has_tasks } = parts;
    let mut tasks = Vec::new();
    for connector in registry.all().values().filter(|_| has_tasks) {
        let Ok(config) = &connector.config else { continue };
        for (id, topic, _) in fleet::numbered(config) {
            board.add_task(&config.name, id, topic);
            tasks.push((config.name.clone(), id));
        }
    }
    let both =
        async { tokio::join!(wait_for_broker(&cluster, &board, &tasks), wait_for_store(&*store, &board, &tasks)) };
    tokio::select! {
        _ = both => {}
        () = stop.cancelled() => return,
    }
    if cluster.is_embedded() {
        // Those before it are gone for good; what they led to stays in the books.
        let mut tries = 0;
        while let Err(error) = retire(&cluster, &*store, &board).await {
            if !wait_after(&error, "retiring the checkpoints of earlier starts failed", &mut tries, &stop).await {
                return;
            }
        }
    }
    let mut tries = 0;
    while let Err(error) = registry.load().await {
        if !wait_after(&error, "reading the connectors failed", &mut tries, &stop).await {
            return;
        }
    }
    let mut running = JoinSet::new();
    running.spawn({
        let (registry, stop) = (registry.clone(), stop.clone());
        async move { registry.follow(stop).await }
    });
    if !cluster.is_embedded() {
        running.spawn(presence::keep(cluster.clone(), board.clone(), stop.clone()));
    }
    if has_tasks {
        // Connectors that the store knows otherwise than their files do have other tasks.
        for (connector, _) in &tasks {
            if !registry.get(connector).is_some_and(|it| it.config.is_ok() && !it.target.stopped) {
                board.remove_tasks(connector);
            }
        }
        let works = Works {
            cluster: cluster.clone(),
            store: store.clone(),
            board: board.clone(),
            registry: registry.clone(),
            lane: Arc::new(Mutex::new(())),
        };
        running.spawn(Fleet::new(works).run(stop.clone()));
        running.spawn(dead_letter::publish(cluster, store, board, registry, stop));
    }
    while let Some(ended) = running.join_next().await {
        if let Err(error) = ended {
            error!(%error, "a task broke");
        }
    }
}

/// Waits until the broker answers, and says so while it does not.
async fn wait_for_broker(cluster: &Arc<Cluster>, board: &Board, tasks: &[(String, u32)]) {
    let mut tries = 0;
    loop {
        let asked = cluster.clone();
        let answer = tokio::task::spawn_blocking(move || asked.open()).await;
        match answer {
            Ok(Ok(id)) => {
                info!(kafka.cluster = id, kafka.servers = cluster.bootstrap_servers(), "the broker is ready");
                board.set_broker(Ok(()));
                return;
            }
            Ok(Err(error)) => {
                tries += 1;
                complain(board, tasks, tries, State::Retrying, &format!("waiting for Kafka: {error}"));
                board.set_broker(Err(error.to_string()));
            }
            Err(error) => error!(%error, "asking the broker broke"),
        }
        tokio::time::sleep(task::backoff(tries, rand::random())).await;
    }
}

/// Waits until the store answers, and says so while it does not.
async fn wait_for_store(store: &dyn Store, board: &Board, tasks: &[(String, u32)]) {
    let mut tries = 0;
    loop {
        match store.prepare().await {
            Ok(name) => {
                info!(store.name = name, store.location = store.describe().location, "the store is ready");
                board.set_store(Ok(name));
                return;
            }
            Err(error) => {
                tries += 1;
                // It is tried again all the same: what is wrong with a store can be put right without a restart.
                let state = if error.trouble == Trouble::Fatal { State::Failed } else { State::Retrying };
                complain(board, tasks, tries, state, &format!("waiting for the store: {error}"));
                board.set_store(Err(error.to_string()));
            }
        }
        tokio::time::sleep(task::backoff(tries, rand::random())).await;
    }
}

/// Says what embedded brokers that have ended took with them, and folds their checkpoints.
async fn retire(cluster: &Cluster, store: &dyn Store, board: &Board) -> Result<(), Error> {
    lost::tell(cluster, store, board).await?;
    store.retire_embedded(cluster.id().unwrap_or_default()).await
}

/// Waits for the next try; whether there is to be one.
async fn wait_after(error: &Error, sentence: &str, tries: &mut u32, stop: &CancellationToken) -> bool {
    *tries += 1;
    warn!(%error, "{sentence}");
    tokio::select! {
        () = tokio::time::sleep(task::backoff(*tries, rand::random())) => true,
        () = stop.cancelled() => false,
    }
}

/// Shows it on every task, and logs the first time and then less and less often.
fn complain(board: &Board, tasks: &[(String, u32)], tries: u32, state: State, sentence: &str) {
    if tries.is_power_of_two() {
        warn!(tries, "{sentence}");
    }
    for (connector, id) in tasks {
        board.set_state(connector, *id, state, Some(sentence.to_owned()), now());
    }
}

fn now() -> i64 {
    Utc::now().timestamp_millis()
}
