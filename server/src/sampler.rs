//! Looks at the broker and the store once a second, and keeps what it saw for pages, API and metrics.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use metrics::gauge;
use model::{
    Kind,
    status::{Books, GraphCounts, Rates},
};
use sink::{
    Board,
    connector::Registry,
    graph::{Checkpoint, CheckpointId, Store},
    kafka::{Cluster, Watermarks},
};
use tokio_util::sync::CancellationToken;

use crate::producer::Producers;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// How far back sparklines reach, in looks.
const HISTORY: usize = 60;
/// How long the store may take to count before it counts as not answering.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was seen last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// How far each topic reaches.
    pub(crate) watermarks: BTreeMap<String, Vec<Watermarks>>,
    /// All checkpoints in the store, of other processes and retired clusters too.
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// How much is in the graph.
    pub(crate) counts: GraphCounts,
    /// Dead letters by topic.
    pub(crate) dead_letters: BTreeMap<String, i64>,
    /// What the broker acknowledged to this process's producers.
    produced: BTreeMap<Kind, Flow>,
    /// What each connector has read and settled, by its name.
    stored: BTreeMap<String, Flow>,
}

/// Records a second: in the last one, and in those before.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Flow {
    pub(crate) per_second: f64,
    /// Oldest first.
    pub(crate) history: Vec<f32>,
}

/// Keeps the samples.
pub(crate) struct Sampler {
    last: Mutex<Sample>,
}

impl Sampler {
    pub(crate) fn new() -> Self {
        Self { last: Mutex::default() }
    }

    /// What was seen last.
    pub(crate) fn last(&self) -> Sample {
        self.lock().clone()
    }

    /// Looks again and again until it is stopped.
    pub(crate) async fn run(
        &self,
        cluster: Arc<Cluster>,
        store: Arc<dyn Store>,
        board: Arc<Board>,
        producers: Arc<Producers>,
        registry: Arc<Registry>,
        stop: CancellationToken,
    ) {
        let mut speeds = Speeds::default();
        // Until the store has told its checkpoints, what it has stored is not known to be nothing.
        let mut known = false;
        loop {
            let pause = tokio::time::sleep(EVERY);
            let look = async {
                tokio::join!(
                    self.look_at_broker(&cluster, &board, &registry),
                    self.look_at_store(&cluster, &*store, &board)
                )
            };
            tokio::select! {
                ((), answered) = look => known |= answered,
                () = stop.cancelled() => return,
            }
            let acked = Kind::ALL.map(|kind| (kind, producers.acked(kind) as i64));
            let (produced, stored) = speeds.measure(acked, known.then(|| self.read(&board, &registry)));
            {
                let mut last = self.lock();
                (last.produced, last.stored) = (produced, stored);
            }
            self.publish(&board, &registry);
            tokio::select! {
                () = pause => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// All checkpoints: those of this cluster as the board has them, those of others as the store had them.
    pub(crate) fn checkpoints(&self, board: &Board) -> Vec<Checkpoint> {
        let mut all = self.lock().checkpoints.clone();
        for ours in board.checkpoints() {
            match all.iter_mut().find(|known| known.id == ours.id) {
                Some(known) => *known = ours,
                None => all.push(ours),
            }
        }
        all
    }

    /// The books by topic.
    pub(crate) fn books(&self, board: &Board) -> BTreeMap<String, Books> {
        let mut books: BTreeMap<String, Books> =
            Kind::ALL.into_iter().map(|kind| (kind.topic().to_owned(), Books::default())).collect();
        for checkpoint in self.checkpoints(board) {
            let sum = books.entry(checkpoint.id.topic).or_default();
            *sum = sum.plus(checkpoint.books);
        }
        books
    }

    /// How much each connector has read. One that was deleted has its checkpoints still, for the next of its name.
    fn read(&self, board: &Board, registry: &Registry) -> BTreeMap<String, i64> {
        let mut read: BTreeMap<String, i64> = registry.all().into_keys().map(|name| (name, 0)).collect();
        for checkpoint in self.checkpoints(board) {
            *read.entry(checkpoint.id.connector).or_default() += checkpoint.books.read;
        }
        read
    }

    async fn look_at_broker(&self, cluster: &Arc<Cluster>, board: &Board, registry: &Registry) {
        let asked = cluster.clone();
        let topics = topics(registry);
        let look = tokio::task::spawn_blocking(move || {
            let look = |topic: String| {
                let marks = asked.watermarks(&topic)?;
                if let Err(error) = asked.note(&topic, &marks) {
                    tracing::debug!(%error, "how far the embedded broker has acknowledged could not be kept");
                }
                Ok((topic, marks))
            };
            topics.into_iter().map(look).collect::<Result<_, sink::kafka::Error>>()
        });
        match look.await {
            Ok(Ok(watermarks)) => {
                self.lock().watermarks = watermarks;
                board.set_broker(Ok(()));
            }
            Ok(Err(error)) => board.set_broker(Err(error.to_string())),
            Err(error) => tracing::error!(%error, "looking at the broker broke"),
        }
    }

    /// Whether the store has answered.
    async fn look_at_store(&self, cluster: &Cluster, store: &dyn Store, board: &Board) -> bool {
        let look = async { tokio::try_join!(store.checkpoints(), store.counts(), store.dead_letter_counts()) };
        let complain = |error: String| {
            let store = board.store();
            // Until it has been prepared, whoever prepares it knows better what is wrong with it.
            if store.name.is_some() || store.error.is_none() {
                board.set_store(Err(error));
            }
        };
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(Ok((checkpoints, counts, dead_letters))) => {
                let here = |it: &&Checkpoint| Some(it.id.cluster.as_str()) == cluster.id();
                board.set_seen(checkpoints.iter().filter(here).cloned());
                let mut last = self.lock();
                last.checkpoints = checkpoints;
                last.counts = counts;
                last.dead_letters = dead_letters.into_iter().collect();
                drop(last);
                // The name is known from when it was prepared.
                if let Some(name) = board.store().name {
                    board.set_store(Ok(name));
                }
                return true;
            }
            Ok(Err(error)) => complain(error.to_string()),
            Err(_) => complain(format!("no answer from the graph within {} s", PATIENCE.as_secs())),
        }
        false
    }

    fn publish(&self, board: &Board, registry: &Registry) {
        let sample = self.last();
        let checkpoints = self.checkpoints(board);
        for (name, connector) in registry.all() {
            let lag = sample.lag(&name, &connector.topics(), &checkpoints);
            gauge!("sluice_lag_records", "connector" => name).set(lag as f64);
        }
        for topic in topics(registry) {
            let letters = sample.dead_letters.get(&topic).copied().unwrap_or(0);
            gauge!("sluice_dead_letters", "topic" => topic).set(letters as f64);
        }
        for (topic, books) in self.books(board) {
            for (outcome, value) in
                [("read", books.read), ("stored", books.stored), ("repeated", books.repeated), ("dead", books.dead)]
            {
                gauge!("sluice_books_records", "topic" => topic.clone(), "outcome" => outcome).set(value as f64);
            }
        }
        let (connectors, tasks) = board.own_counts();
        gauge!("kafka_connect_worker_connector_count").set(connectors as f64);
        gauge!("kafka_connect_worker_task_count").set(tasks as f64);
        gauge!("sluice_broker_up").set(f64::from(u8::from(board.broker().connected)));
        gauge!("sluice_store_up").set(f64::from(u8::from(board.store().connected)));
    }

    fn lock(&self) -> MutexGuard<'_, Sample> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sample {
    /// What a connector has read and settled.
    pub(crate) fn stored(&self, connector: &str) -> Flow {
        self.stored.get(connector).cloned().unwrap_or_default()
    }

    /// What goes into the topic of a kind, and what its own connector takes out of it.
    pub(crate) fn rates(&self, kind: Kind) -> Rates {
        let (produced, stored) = (self.produced.get(&kind).cloned().unwrap_or_default(), self.stored(kind.topic()));
        Rates {
            produced_per_second: produced.per_second,
            stored_per_second: stored.per_second,
            history: stored.history,
            produced_history: produced.history,
        }
    }

    /// How far a topic reaches, as far as is known.
    pub(crate) fn marks(&self, topic: &str) -> &[Watermarks] {
        self.watermarks.get(topic).map_or(&[][..], Vec::as_slice)
    }

    /// Records of a connector's topics that it has not stored yet.
    pub(crate) fn lag(&self, connector: &str, topics: &[&str], checkpoints: &[Checkpoint]) -> i64 {
        let of_topic = |topic: &&str| {
            let of = |mark: &Watermarks| lag_of(*mark, checkpoint_of(checkpoints, connector, topic, mark.partition));
            self.marks(topic).iter().map(of).sum::<i64>()
        };
        topics.iter().map(of_topic).sum()
    }
}

/// The topics that are looked at: those of the producers and of all connectors, each once.
pub(crate) fn topics(registry: &Registry) -> BTreeSet<String> {
    let all = registry.all();
    let read = all.values().flat_map(|connector| connector.topics());
    read.chain(Kind::ALL.map(Kind::topic)).map(ToOwned::to_owned).collect()
}

/// A connector's checkpoint of a partition: of several (clusters that are gone), the one with the highest incarnation.
pub(crate) fn checkpoint_of<'a>(
    checkpoints: impl IntoIterator<Item = &'a Checkpoint>,
    connector: &str,
    topic: &str,
    partition: i32,
) -> Option<&'a Checkpoint> {
    let is_it = |id: &CheckpointId| id.connector == connector && id.topic == topic && id.partition == partition;
    checkpoints.into_iter().filter(|it| is_it(&it.id)).max_by_key(|checkpoint| checkpoint.incarnation)
}

/// Records of a partition that are not stored yet.
pub(crate) fn lag_of(mark: Watermarks, checkpoint: Option<&Checkpoint>) -> i64 {
    let next = checkpoint.map_or(mark.low, |checkpoint| checkpoint.next_offset.max(mark.low));
    (mark.high - next).max(0)
}

/// Turns counters into records a second.
#[derive(Default)]
struct Speeds {
    before: Option<Instant>,
    produced: Counters<Kind>,
    stored: Counters<String>,
}

impl Speeds {
    /// How fast each has grown; nothing of what is stored while that is not known.
    fn measure(
        &mut self,
        produced: impl IntoIterator<Item = (Kind, i64)>,
        stored: Option<BTreeMap<String, i64>>,
    ) -> (BTreeMap<Kind, Flow>, BTreeMap<String, Flow>) {
        let now = Instant::now();
        let seconds = self.before.replace(now).map_or(1.0, |then| now.duration_since(then).as_secs_f64().max(0.001));
        let stored = stored.map(|stored| self.stored.measure(stored, seconds)).unwrap_or_default();
        (self.produced.measure(produced, seconds), stored)
    }
}

/// What each was, and how fast it has grown, by whatever they are called by. None before the first look.
struct Counters<K>(Option<BTreeMap<K, (i64, VecDeque<f32>)>>);

impl<K> Default for Counters<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Ord + Clone> Counters<K> {
    /// How much each has grown in so many seconds. At the first look none has; what comes later was nothing before.
    /// Those that are gone are forgotten.
    fn measure(&mut self, counts: impl IntoIterator<Item = (K, i64)>, seconds: f64) -> BTreeMap<K, Flow> {
        let (first, mut before) = (self.0.is_none(), self.0.take().unwrap_or_default());
        let (mut now, mut flows) = (BTreeMap::new(), BTreeMap::new());
        for (name, count) in counts {
            let new = || (if first { count } else { 0 }, VecDeque::new());
            let (last, mut history) = before.remove(&name).unwrap_or_else(new);
            // Books shrink when the graph is emptied: that is no negative speed.
            let per_second = (count - last).max(0) as f64 / seconds;
            flows.insert(name.clone(), Flow { per_second, history: remember(&mut history, per_second) });
            now.insert(name, (count, history));
        }
        self.0 = Some(now);
        flows
    }
}

/// Adds a value to a history, and gives all of it. A tenth is all that a sparkline shows, and short to write.
fn remember(history: &mut VecDeque<f32>, per_second: f64) -> Vec<f32> {
    history.push_back((per_second * 10.0).round() as f32 / 10.0);
    if history.len() > HISTORY {
        history.pop_front();
    }
    history.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(per_second: f64, history: &[f32]) -> Flow {
        Flow { per_second, history: history.to_vec() }
    }

    #[test]
    fn what_grows_has_a_speed_and_what_was_there_at_the_first_look_or_shrinks_has_none() {
        let mut counters = Counters::default();
        assert_eq!(counters.measure([("a", 1_000)], 1.0), [("a", flow(0.0, &[0.0]))].into());
        let both = counters.measure([("a", 1_030), ("b", 0)], 2.0);
        assert_eq!(both, [("a", flow(15.0, &[0.0, 15.0])), ("b", flow(0.0, &[0.0]))].into());
        assert_eq!(counters.measure([("a", 10), ("b", 0)], 1.0)["a"], flow(0.0, &[0.0, 15.0, 0.0]));
        counters.measure([("b", 0)], 1.0);
        assert_eq!(counters.measure([("a", 0)], 1.0), [("a", flow(0.0, &[0.0]))].into(), "it was gone meanwhile");
    }

    #[test]
    fn what_a_new_one_has_stored_before_it_was_looked_at_is_its_speed() {
        let mut counters = Counters::default();
        counters.measure([("a", 1_000)], 1.0);
        assert_eq!(counters.measure([("a", 1_000), ("b", 100)], 2.0)["b"], flow(50.0, &[50.0]));
    }

    #[test]
    fn what_was_stored_before_the_store_was_asked_is_no_speed() {
        let mut speeds = Speeds::default();
        assert_eq!(speeds.measure([], None).1, BTreeMap::new());
        let stored = Some([("a".to_owned(), 1_000_000)].into());
        assert_eq!(speeds.measure([], stored).1["a"], flow(0.0, &[0.0]));
    }

    #[test]
    fn a_history_reaches_back_a_minute() {
        let mut counters = Counters::default();
        let last = (0..100).map(|count| counters.measure([("a", count)], 1.0)).last().unwrap();
        assert_eq!(last["a"].history, vec![1.0; HISTORY]);
    }
}
