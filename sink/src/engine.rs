//! Starts the sinks when the broker and the store are ready, and stops them in order.

use std::sync::Arc;

use chrono::Utc;
use model::{Kind, status::State};
use tokio::{sync::Mutex, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    board::Board,
    dead_letter,
    graph::{Error, Store},
    kafka::Cluster,
    lost, task,
};

/// The running sinks.
pub struct Engine {
    stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

impl Engine {
    /// Starts three sinks; they wait for the broker and the store for as long as it takes.
    pub fn start(cluster: Arc<Cluster>, store: Arc<dyn Store>, board: Arc<Board>) -> Self {
        let stop = CancellationToken::new();
        let running = tokio::spawn(run(cluster, store, board, stop.clone()));
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

async fn run(cluster: Arc<Cluster>, store: Arc<dyn Store>, board: Arc<Board>, stop: CancellationToken) {
    let both = async { tokio::join!(wait_for_broker(&cluster, &board), wait_for_store(&*store, &board)) };
    tokio::select! {
        _ = both => {}
        () = stop.cancelled() => return,
    }
    if cluster.is_embedded() {
        // Those before it are gone for good; what they led to stays in the books.
        retire(&cluster, &*store, &board, &stop).await;
    }
    let lane = Arc::new(Mutex::new(()));
    let mut tasks = JoinSet::new();
    for kind in Kind::ALL {
        let options = task::Options {
            kind,
            id: 0,
            cluster: cluster.clone(),
            store: store.clone(),
            lane: lane.clone(),
            board: board.clone(),
            stop: stop.clone(),
        };
        board.set_state(kind, 0, State::Unassigned, None, now());
        tasks.spawn(async move { task::run(options).await });
    }
    tasks.spawn(dead_letter::publish(cluster, store, board, stop));
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => error!(%error, "a task did not start"),
            Err(error) => error!(%error, "a task broke"),
        }
    }
}

/// Waits until the broker answers, and says so while it does not.
async fn wait_for_broker(cluster: &Arc<Cluster>, board: &Board) {
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
                complain(board, tries, &format!("waiting for Kafka: {error}"));
                board.set_broker(Err(error.to_string()));
            }
            Err(error) => error!(%error, "asking the broker broke"),
        }
        tokio::time::sleep(task::backoff(tries, rand::random())).await;
    }
}

/// Waits until the store answers, and says so while it does not.
async fn wait_for_store(store: &dyn Store, board: &Board) {
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
                complain(board, tries, &format!("waiting for the store: {error}"));
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
fn complain(board: &Board, tries: u32, sentence: &str) {
    if tries.is_power_of_two() {
        warn!(tries, "{sentence}");
    }
    for kind in Kind::ALL {
        board.set_state(kind, 0, State::Retrying, Some(sentence.to_owned()), now());
    }
}

fn now() -> i64 {
    Utc::now().timestamp_millis()
}
