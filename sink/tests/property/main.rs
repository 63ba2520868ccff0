//! Whatever is cut, lost, taken over and written again on the way: the same graph, and books that balance.
//!
//! Any records, in any batches, by two tasks that take partitions over from each other, crash, and do not hear the
//! answers of their writes, end as one calm run over the same logs does. Without a broker: the logs are lists.
#![expect(
    clippy::unwrap_used,
    reason = "these are tests, though clippy takes no helper of an integration test for one"
)]

mod log;
mod picture;
mod task;

use std::{collections::BTreeMap, sync::OnceLock};

use model::Kind;
use proptest::prelude::*;
use sink::graph::{Store, embedded::Embedded};
use tokio::runtime::Runtime;

use log::{Log, said};
use task::{Task, Truth};

/// What happens next to one of the two tasks.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// It takes the partitions of a kind over whose bits are set.
    TakeOver(Kind, u8),
    /// It reads so many records, the partitions taking turns of this length.
    Read(Kind, usize, usize),
    /// It writes what it has read; or hears no answer, and will write the same again.
    Write(Kind, bool),
    /// It forgets everything.
    Crash,
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let kind = || prop::sample::select(&Kind::ALL[..]);
    let step = prop_oneof![
        2 => (kind(), 1..8u8).prop_map(|(kind, mask)| Step::TakeOver(kind, mask)),
        4 => (kind(), 1..9usize, 1..4usize).prop_map(|(kind, count, turn)| Step::Read(kind, count, turn)),
        5 => (kind(), prop::bool::weighted(0.3)).prop_map(|(kind, lost)| Step::Write(kind, lost)),
        1 => Just(Step::Crash),
    ];
    (0..2usize, step)
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().build().unwrap())
}

/// Reads and writes whatever is left, in batches of about this size.
async fn finish(store: &dyn Store, log: &Log, truth: &mut Truth, batch: usize) {
    let mut task = Task::default();
    for kind in Kind::ALL {
        task.take_over(store, log, truth, kind, u8::MAX).await;
        while task.read(log, kind, batch, 2) > 0 {
            task.write(store, truth, kind, false).await;
        }
    }
}

/// The books balance, name every record, and say what is in the graph.
async fn check_books(store: &dyn Store, log: &Log) {
    let checkpoints = store.checkpoints().await.unwrap();
    let mut found = BTreeMap::<_, i64>::new();
    for checkpoint in &checkpoints {
        assert!(checkpoint.books.balance(), "{checkpoint:?}");
        let records = log.partition(checkpoint.id.topic.parse().unwrap(), checkpoint.id.partition);
        assert_eq!(checkpoint.books.read, records.len() as i64, "{checkpoint:?}");
        *found.entry(checkpoint.id.topic.as_str()).or_default() += checkpoint.books.stored - checkpoint.updated;
        *found.entry("dead").or_default() += checkpoint.books.dead;
    }
    let counts = store.counts().await.unwrap();
    let letters = store.dead_letter_counts().await.unwrap().iter().map(|(_, letters)| letters).sum::<i64>();
    let expected = [
        ("purchases", counts.transactions),
        ("product_interactions", counts.rated + counts.reviewed),
        ("user_connections", counts.follows),
        ("dead", letters),
    ];
    assert_eq!(found, BTreeMap::from(expected));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_way_through_the_logs_ends_as_the_calm_one(
        said in prop::collection::vec(said(), 1..70),
        partitions in 1..4i32,
        steps in prop::collection::vec(step(), 0..60),
        batch in 1..40usize,
    ) {
        let log = Log::new(&said, partitions);
        runtime().block_on(async {
            let calm = tempfile::tempdir().unwrap();
            let store = Embedded::open(calm.path()).unwrap();
            finish(&store, &log, &mut Truth::default(), usize::MAX).await;
            check_books(&store, &log).await;

            let rough = tempfile::tempdir().unwrap();
            let store = Embedded::open(rough.path()).unwrap();
            let mut truth = Truth::default();
            let mut tasks = [Task::default(), Task::default()];
            for (who, step) in steps {
                let task = &mut tasks[who];
                match step {
                    Step::TakeOver(kind, mask) => task.take_over(&store, &log, &mut truth, kind, mask).await,
                    Step::Read(kind, count, turn) => {
                        task.read(&log, kind, count, turn);
                    }
                    Step::Write(kind, lost) => task.write(&store, &mut truth, kind, lost).await,
                    Step::Crash => *task = Task::default(),
                }
            }
            finish(&store, &log, &mut truth, batch).await;
            check_books(&store, &log).await;
            // Those who were left behind find that they were, and change nothing.
            let end = picture::of(rough.path());
            for task in &mut tasks {
                for kind in Kind::ALL {
                    task.write(&store, &mut truth, kind, false).await;
                }
            }
            assert_eq!(picture::of(rough.path()), end);
            assert_eq!(end, picture::of(calm.path()));
        });
    }
}
