//! One consumer's life: poll, decode, gather, write, and what happens when any of it fails.
//!
//! Two halves: [`poll`] runs on a thread of its own, since librdkafka's callbacks and heartbeats want to be served
//! whatever the database does; [`write`] is asynchronous and does one [`Job`] at a time. While it writes, the next batch
//! gathers: an idle task writes at once, a busy one writes big batches.

use std::{collections::BTreeMap, sync::Arc};

use chrono::Utc;
use model::status::State;
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::{
    board::Board,
    connector::{Connector, Tolerance, config::Start},
    graph::{CheckpointId, Store, task_key},
    kafka::{Cluster, consumer},
};

mod decide;
mod parked;
mod poll;
mod read;
mod stride;
mod take_over;
mod work;
mod write;

pub use decide::backoff;
pub use poll::{MAX_BYTES, MAX_ROWS};
pub use read::{Lacking, Reader};
use work::{Owned, Work};

/// What a task is given.
#[derive(Clone)]
pub struct Options {
    /// The connector's name.
    pub connector: String,
    /// The topic that it reads.
    pub topic: String,
    /// What its records are for the graph.
    pub reader: Arc<Reader>,
    /// Its number within the connector and this process.
    pub id: u32,
    /// The cluster that it reads from; it has answered already.
    pub cluster: Arc<Cluster>,
    /// The store that it writes to.
    pub store: Arc<dyn Store>,
    /// The one write lane of this process and store: MERGE of relationships locks both end nodes row by row, so two
    /// transactions of different sinks would deadlock; on two cores a second writer won nothing either.
    pub lane: Arc<Mutex<()>>,
    /// Where it says what it does.
    pub board: Arc<Board>,
    /// What becomes of a record that breaks a rule.
    pub tolerance: Tolerance,
    /// Whether records that become dead letters are told in the log too: `errors.log.enable`.
    pub log_errors: bool,
    /// Where a partition begins that has no checkpoint.
    pub start: Start,
    /// The connectors, and what people want of them.
    pub wanted: watch::Receiver<BTreeMap<String, Arc<Connector>>>,
    /// Ends it, after the batch in flight.
    pub stop: CancellationToken,
}

impl Options {
    /// The name of the checkpoint of a partition.
    fn checkpoint_id(&self, partition: i32) -> CheckpointId {
        CheckpointId {
            connector: self.connector.clone(),
            cluster: self.cluster.id().unwrap_or_default().to_owned(),
            topic: self.topic.clone(),
            partition,
        }
    }

    fn show(&self, state: State, trace: Option<String>) {
        self.board.set_state(&self.connector, self.id, state, trace, Utc::now().timestamp_millis());
    }

    /// What is wanted of this task.
    fn aim(&self) -> Aim {
        let wanted = self.wanted.borrow();
        let Some(connector) = wanted.get(&self.connector) else { return Aim::default() };
        let target = &connector.target;
        let alone = target.task_restarts.get(&task_key(self.board.worker(), self.id)).copied().unwrap_or(0);
        Aim { paused: target.paused, restarts: (target.restarts, alone) }
    }
}

/// What is wanted of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Aim {
    /// It is to hold.
    paused: bool,
    /// How often its connector and it alone were to begin anew.
    restarts: (i64, i64),
}

/// What the polling half asks of the writing half; one at a time.
enum Job {
    /// Take these partitions over; the sentence says why it happens again, if it does.
    TakeOver(Vec<i32>, Option<String>),
    /// Write this.
    Write(Work),
    /// Ask for the schemas of records that wait for them.
    Learn(Lacking),
    /// See whether the checkpoints are still where we left them, while there is nothing to write.
    Check(Vec<Owned>),
    /// See whether there is a topic at all, while none of its partitions is ours; if there is, the task is so.
    Look(State),
}

/// What the writing half answers.
enum Report {
    /// These are ours, each to be read from this offset.
    TakenOver(Vec<(Owned, i64)>),
    /// Stored up to these offsets.
    Written(Vec<(i32, i64)>),
    /// The schemas have been asked for.
    Learned,
    /// The checkpoints are where we left them.
    Well,
    /// Someone else took over, or emptied the graph: nothing that was gathered counts.
    Dropped(Why),
    /// The task was stopped while it tried again.
    Stopped,
    /// Needs a person: the trace.
    Failed(String),
}

/// Why everything that was gathered is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// Another writer has a higher epoch.
    Fenced,
    /// The checkpoints are no longer there.
    Gone,
}

/// How a life of a task ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It was told to.
    Stopped,
    /// It needs a person: the trace.
    Failed(String),
}

/// Runs a task until it is stopped, and returns when its last batch is written and its offsets are published.
///
/// It lives once for each restart: paused or failed it has left its group, and waits for what people want next.
pub async fn run(options: Options) {
    let mut wanted = options.wanted.clone();
    loop {
        let aim = options.aim();
        let failed = if aim.paused {
            options.show(State::Paused, None);
            false
        } else {
            match live(&options, aim).await {
                End::Stopped => false,
                End::Failed(trace) => {
                    error!(
                        connector.name = options.connector,
                        connector.task = options.id,
                        "the task has failed: {trace}"
                    );
                    options.show(State::Failed, Some(trace));
                    true
                }
            }
        };
        // Nothing to do until something else is wanted. A task that was stopped for what is wanted now goes on at once.
        while !options.stop.is_cancelled() && aim == options.aim() && (failed || aim.paused) {
            tokio::select! {
                changed = wanted.changed() => if changed.is_err() { options.stop.cancelled().await },
                () = options.stop.cancelled() => {}
            }
        }
        if options.stop.is_cancelled() {
            if !failed {
                options.show(State::Unassigned, None);
            }
            return;
        }
        info!(connector.name = options.connector, connector.task = options.id, "the task begins anew");
    }
}

/// One life: from joining the group to leaving it.
async fn live(options: &Options, aim: Aim) -> End {
    let consumer = match consumer::join(&options.cluster, &options.connector, &options.topic) {
        Ok(consumer) => consumer,
        Err(error) => return End::Failed(error.to_string()),
    };
    options.show(State::Unassigned, None);
    let stop = options.stop.child_token();
    let options = Options { stop: stop.clone(), ..options.clone() };
    let mut wanted = options.wanted.clone();
    let (jobs, inbox) = mpsc::channel(1);
    let (answers, reports) = std::sync::mpsc::channel();
    let polling = {
        let options = options.clone();
        tokio::task::spawn_blocking(move || poll::Poller::new(options, consumer, jobs, reports).run())
    };
    let writing = write::Writer::new(options.clone()).run(inbox, answers);
    let changed = async {
        // The sender lives as long as the engine; should it be gone, nothing is wanted any more.
        while aim == options.aim() && wanted.changed().await.is_ok() {}
        stop.cancel();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = writing => {}
        () = changed => {}
    }
    match polling.await {
        Ok(end) => end,
        Err(error) => End::Failed(format!("the polling half of the task broke: {error}")),
    }
}
