//! Starts the sinks when the broker and the store are ready, and stops them in order.

use std::sync::Arc;

use chrono::Utc;
use model::{Kind, status::State};
use tokio::{sync::Mutex, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    board::Board,
    connector::{Settings, Targets},
    dead_letter,
    graph::{Error, Store, Trouble},
    kafka::Cluster,
    lost, presence, task,
};

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
    /// What people want of the connectors.
    pub targets: Arc<Targets>,
    /// How tasks run.
    pub settings: Settings,
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
    let Parts { cluster, store, board, targets, settings } = parts;
    let tasks = Kind::ALL.into_iter().flat_map(|kind| (0..settings.tasks_max).map(move |id| (kind, id)));
    let tasks: Vec<(Kind, u32)> = tasks.collect();
    for &(kind, id) in &tasks {
        board.set_state(kind, id, State::Unassigned, None, now());
    }
    let both =
        async { tokio::join!(wait_for_broker(&cluster, &board, &tasks), wait_for_store(&*store, &board, &tasks)) };
    tokio::select! {
        _ = both => {}
        () = stop.cancelled() => return,
    }
    if cluster.is_embedded() {
        // Those before it are gone for good; what they led to stays in the books.
        retire(&cluster, &*store, &board, &stop).await;
    }
    let lane = Arc::new(Mutex::new(()));
    let mut running = JoinSet::new();
    running.spawn({
        let (targets, stop) = (targets.clone(), stop.clone());
        async move { targets.follow(stop).await }
    });
    if !cluster.is_embedded() {
        running.spawn(presence::keep(cluster.clone(), board.clone(), stop.clone()));
    }
    let has_tasks = !tasks.is_empty();
    for (kind, id) in tasks {
        running.spawn(task::run(task::Options {
            kind,
            id,
            cluster: cluster.clone(),
            store: store.clone(),
            lane: lane.clone(),
            board: board.clone(),
            tolerance: settings.tolerance,
            targets: targets.watch(),
            stop: stop.clone(),
        }));
    }
    if has_tasks {
        running.spawn(async move {
            if let Err(error) = dead_letter::publish(cluster, store, board, stop).await {
                error!(%error, "dead letters are not published");
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        if let Err(error) = ended {
            error!(%error, "a task broke");
        }
    }
}

/// Waits until the broker answers, and says so while it does not.
async fn wait_for_broker(cluster: &Arc<Cluster>, board: &Board, tasks: &[(Kind, u32)]) {
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
async fn wait_for_store(store: &dyn Store, board: &Board, tasks: &[(Kind, u32)]) {
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

/// Says what embedded brokers that have ended took with them, and folds their checkpoints, trying again for as long as it
/// takes.
async fn retire(cluster: &Cluster, store: &dyn Store, board: &Board, stop: &CancellationToken) {
    let once = async || -> Result<(), Error> {
        lost::tell(cluster, store, board).await?;
        store.retire_embedded(cluster.id().unwrap_or_default()).await
    };
    let mut tries = 0;
    while let Err(error) = once().await {
        tries += 1;
        warn!(%error, "retiring the checkpoints of earlier starts failed");
        tokio::select! {
            () = tokio::time::sleep(task::backoff(tries, rand::random())) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Shows it on every task, and logs the first time and then less and less often.
fn complain(board: &Board, tasks: &[(Kind, u32)], tries: u32, state: State, sentence: &str) {
    if tries.is_power_of_two() {
        warn!(tries, "{sentence}");
    }
    for &(kind, id) in tasks {
        board.set_state(kind, id, state, Some(sentence.to_owned()), now());
    }
}

fn now() -> i64 {
    Utc::now().timestamp_millis()
}
