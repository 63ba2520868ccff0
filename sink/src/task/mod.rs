//! One consumer's life: poll, decode, gather, write, and what happens when any of it fails.
//!
//! Two halves: [`poll`] runs on a thread of its own, since librdkafka's callbacks and heartbeats want to be served
//! whatever the database does; [`write`] is asynchronous and does one [`Job`] at a time. While it writes, the next batch
//! gathers: an idle task writes at once, a busy one writes big batches.

use std::sync::Arc;

use model::Kind;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use crate::{
    board::Board,
    graph::{CheckpointId, Store},
    kafka::{self, Cluster, consumer},
};

mod decide;
mod poll;
mod take_over;
mod work;
mod write;

pub use decide::backoff;
use work::{Owned, Work};

/// What a task is given.
#[derive(Clone)]
pub struct Options {
    /// What its records are.
    pub kind: Kind,
    /// Its number within the connector.
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
    /// Ends it, after the batch in flight.
    pub stop: CancellationToken,
}

impl Options {
    /// The connector's name: that of the topic.
    fn connector(&self) -> &'static str {
        self.kind.topic()
    }

    /// The name of the checkpoint of a partition.
    fn checkpoint_id(&self, partition: i32) -> CheckpointId {
        CheckpointId {
            connector: self.connector().to_owned(),
            cluster: self.cluster.id().unwrap_or_default().to_owned(),
            topic: self.kind.topic().to_owned(),
            partition,
        }
    }
}

/// What the polling half asks of the writing half; one at a time.
enum Job {
    /// Take these partitions over; the sentence says why it happens again, if it does.
    TakeOver(Vec<i32>, Option<String>),
    /// Write this.
    Write(Work),
    /// See whether the checkpoints are still where we left them, while there is nothing to write.
    Check(Vec<Owned>),
}

/// What the writing half answers.
enum Report {
    /// These are ours, each to be read from this offset.
    TakenOver(Vec<(Owned, i64)>),
    /// Stored up to these offsets.
    Written(Vec<(i32, i64)>),
    /// The checkpoints are where we left them.
    Well,
    /// Someone else took over, or emptied the graph: nothing that was gathered counts.
    Dropped(Why),
    /// Needs a person, or we are stopping.
    Ended,
}

/// Why everything that was gathered is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// Another writer has a higher epoch.
    Fenced,
    /// The checkpoints are no longer there.
    Gone,
}

/// Runs a task until it is stopped, and returns when its last batch is written and its offsets are published.
///
/// # Errors
/// [`kafka::Error::Client`] when the client could not be made.
pub async fn run(options: Options) -> Result<(), kafka::Error> {
    let consumer = consumer::join(&options.cluster, options.connector(), options.kind.topic())?;
    let (jobs, inbox) = mpsc::channel(1);
    let (answers, reports) = std::sync::mpsc::channel();
    let polling = {
        let options = options.clone();
        tokio::task::spawn_blocking(move || poll::Poller::new(options, consumer, jobs, reports).run())
    };
    write::Writer::new(options).run(inbox, answers).await;
    if let Err(error) = polling.await {
        tracing::error!(%error, "the polling half of a task broke");
    }
    Ok(())
}
