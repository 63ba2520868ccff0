//! The simulated world and its three producers: bursts on request, and continuous streams.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::Utc;
use model::{
    Failure, Kind,
    burst::{Burst, BurstRequest},
    status::ProducerStatus,
};
use sink::{
    Board,
    connector::Registry,
    graph::{Checkpoint, LedgerEntry, Store},
    kafka::{Cluster, Error},
    kind::decode::ORIGIN_HEADER,
};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{info, warn};

mod burst;
mod client;
mod continuous;
mod progress;
mod window;
pub(crate) mod world;

use client::{Client, Outgoing};
use continuous::Stream;
use progress::Progress;
use window::Window;

/// Bursts that may run at once: each has a thread while it sends.
const MAX_RUNNING: usize = 16;
/// Finished bursts that are remembered.
const MAX_REMEMBERED: usize = 200;
/// Records a second that a producer may be told to send.
pub(crate) const RATES: std::ops::RangeInclusive<f64> = 1.0..=100_000.0;
/// How long the end waits for acknowledgements.
const LAST_ACKNOWLEDGEMENTS: Duration = Duration::from_secs(2);

/// The three producers.
pub(crate) struct Producers {
    client: Arc<Client>,
    world: Arc<world::World>,
    streams: [Arc<Stream>; 3],
    bursts: Mutex<VecDeque<Arc<Progress>>>,
    window: Arc<Window>,
    board: Arc<Board>,
    registry: Arc<Registry>,
    store: Arc<dyn Store>,
    cluster: Arc<Cluster>,
    threads: TaskTracker,
    /// Whether this process is to send what people ask for.
    enabled: bool,
    stop: CancellationToken,
}

impl Producers {
    /// Starts them, all idle. If they are not `enabled`, dead letters can still be sent again, and nothing else.
    ///
    /// # Errors
    /// [`Error::Client`].
    pub(crate) fn start(
        cluster: Arc<Cluster>,
        store: Arc<dyn Store>,
        board: Arc<Board>,
        registry: Arc<Registry>,
        options: world::WorldOptions,
        enabled: bool,
    ) -> Result<Arc<Self>, Error> {
        let stop = CancellationToken::new();
        let limit = if cluster.is_embedded() { window::EMBEDDED_BYTES } else { window::KAFKA_BYTES };
        let window = Arc::new(Window::new(limit));
        let producers = Arc::new(Self {
            client: Arc::new(Client::new(&cluster, window.clone(), stop.clone())?),
            world: Arc::new(world::World::new(options)),
            streams: Kind::ALL.map(|kind| Arc::new(Stream::new(kind))),
            bursts: Mutex::default(),
            window,
            board,
            registry,
            store,
            cluster,
            threads: TaskTracker::new(),
            enabled,
            stop,
        });
        producers.threads.spawn(producers.clone().track());
        for stream in &producers.streams {
            let (stream, client) = (stream.clone(), producers.client.clone());
            let (world, stop) = (producers.world.clone(), producers.stop.clone());
            producers.threads.spawn_blocking(move || stream.run(&client, &world, &stop));
        }
        Ok(producers)
    }

    /// Starts a burst.
    ///
    /// # Errors
    /// A number is out of range, or too many bursts are running.
    pub(crate) fn start_burst(&self, request: BurstRequest) -> Result<Burst, Failure> {
        request.check()?;
        self.check_enabled()?;
        let now = Utc::now().timestamp_millis();
        let mut bursts = self.bursts();
        if bursts.iter().filter(|burst| !burst.is_done()).count() >= MAX_RUNNING {
            return Err(Failure::new(
                "too_many_bursts",
                format!("{MAX_RUNNING} bursts are running: wait for one to finish, or cancel one"),
            ));
        }
        let id = format!("b{:012x}", rand::random::<u64>() >> 16);
        let seed = request.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
        let dead = dead_letters(&self.board.checkpoints(), request.kind);
        let progress = Arc::new(Progress::new(id, seed, request, dead, now));
        bursts.push_front(progress.clone());
        while bursts.len() > MAX_REMEMBERED && bursts.back().is_some_and(|oldest| oldest.is_done()) {
            bursts.pop_back();
        }
        drop(bursts);
        info!(burst.id = progress.id, kafka.topic = %progress.request.kind, records = progress.request.count, "burst");
        let (client, world, sending) = (self.client.clone(), self.world.clone(), progress.clone());
        self.threads.spawn_blocking(move || burst::send(&client, &world, &sending, seed));
        Ok(progress.snapshot(now))
    }

    /// How far a burst is.
    pub(crate) fn burst(&self, id: &str) -> Option<Burst> {
        let now = Utc::now().timestamp_millis();
        self.bursts().iter().find(|burst| burst.id == id).map(|burst| burst.snapshot(now))
    }

    /// The newest bursts, newest first.
    pub(crate) fn newest(&self, limit: usize) -> Vec<Burst> {
        let now = Utc::now().timestamp_millis();
        self.bursts().iter().take(limit).map(|burst| burst.snapshot(now)).collect()
    }

    /// What pages show: the newest bursts, whatever is under way, and the newest of each kind; newest first.
    pub(crate) fn shown(&self, newest: usize) -> Vec<Burst> {
        let mut seen = [false; 3];
        let all = self.newest(usize::MAX).into_iter().enumerate();
        let shown = all.filter(|(place, burst)| {
            let first = !std::mem::replace(&mut seen[burst.kind.index()], true);
            *place < newest || first || !burst.done
        });
        shown.map(|(_, burst)| burst).collect()
    }

    /// Stops sending a burst; what was sent stays.
    pub(crate) fn cancel_burst(&self, id: &str) -> Option<Burst> {
        let burst = self.bursts().iter().find(|burst| burst.id == id).cloned()?;
        burst.cancel.cancel();
        Some(burst.snapshot(Utc::now().timestamp_millis()))
    }

    /// Starts or stops a continuous stream, and sets its rate.
    ///
    /// # Errors
    /// The rate is out of range.
    pub(crate) fn set(&self, kind: Kind, running: bool, rate_per_second: f64) -> Result<(), Failure> {
        if !RATES.contains(&rate_per_second) {
            return Err(Failure::new(
                "rate_out_of_range",
                format!("a rate is from 1 to 100,000 records a second, not {rate_per_second}"),
            ));
        }
        self.check_enabled()?;
        self.streams[kind.index()].set(running, rate_per_second);
        Ok(())
    }

    fn check_enabled(&self) -> Result<(), Failure> {
        if self.enabled {
            return Ok(());
        }
        Err(Failure::new("no_producers", "this process has no producers (SLUICE_ROLES): ask one that has"))
    }

    /// How many records of a kind the broker has acknowledged since the start.
    pub(crate) fn acked(&self, kind: Kind) -> u64 {
        self.client.acked(kind)
    }

    /// What the producer of a kind is doing; the actual rate is the caller's to add.
    pub(crate) fn status(&self, kind: Kind) -> ProducerStatus {
        let stream = &self.streams[kind.index()];
        let (running, rate_per_second) = stream.wanted();
        ProducerStatus {
            running,
            rate_per_second,
            actual_per_second: 0.0,
            acked: self.client.acked(kind),
            waiting: stream.waiting(),
        }
    }

    /// Sends a dead letter again, with a mended value if there is one, and waits until the broker has it. It keeps its
    /// key, its headers and its origin, and so its id.
    ///
    /// # Errors
    /// It could not be handed to the Kafka client, or the broker refused it.
    pub(crate) async fn replay(&self, entry: &LedgerEntry, value: Option<Vec<u8>>) -> Result<(), Failure> {
        let kind: Kind =
            entry.letter.topic.parse().map_err(|error| Failure::new("unknown_topic", format!("{error}")))?;
        let others = entry.headers.iter().filter(|(name, _)| name != ORIGIN_HEADER).cloned();
        let origin = (ORIGIN_HEADER.to_owned(), Some(entry.origin().into_bytes()));
        let (heard, mut acknowledged) = mpsc::channel(1);
        let record = Outgoing {
            kind,
            key: entry.key.clone(),
            value: value.or_else(|| entry.value.clone()),
            headers: others.chain([origin]).collect(),
            heard: Some(heard),
        };
        let (client, stop) = (self.client.clone(), self.stop.clone());
        let sent = tokio::task::spawn_blocking(move || client.send(&record, None, &stop, |_| ())).await;
        let failed = |reason: String| Failure::new("replay_failed", format!("the record was not sent again: {reason}"));
        sent.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
        acknowledged.recv().await.unwrap_or_else(|| Err("the Kafka client has ended".to_owned())).map_err(failed)
    }

    /// Stops sending, and waits a moment for what is not acknowledged yet.
    pub(crate) async fn stop(&self) {
        self.stop.cancel();
        for burst in self.bursts().iter() {
            burst.cancel.cancel();
        }
        self.threads.close();
        if tokio::time::timeout(LAST_ACKNOWLEDGEMENTS, self.threads.wait()).await.is_err() {
            warn!("a producer did not stop in time");
        }
        let client = self.client.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || client.flush(LAST_ACKNOWLEDGEMENTS)).await {
            warn!(%error, "flushing the producers broke");
        }
    }

    /// Follows the checkpoints: frees the window, and counts what of each burst is stored.
    async fn track(self: Arc<Self>) {
        /// Between two looks, at least: a burst of batches is looked at once.
        const PAUSE: Duration = Duration::from_millis(20);
        /// Without news from this process's sinks.
        const ANYWAY: Duration = Duration::from_millis(500);
        let mut changes = self.board.changes();
        let mut letters = Letters::default();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = changes.changed() => {}
                () = tokio::time::sleep(ANYWAY) => {}
            }
            let checkpoints = self.board.checkpoints();
            self.window.stored(&checkpoints, |topic| self.registry.readers(topic));
            let open: Vec<_> = self.bursts().iter().filter(|burst| !burst.is_done()).cloned().collect();
            for burst in open {
                // Without a new dead letter the ones known are all there are.
                if let Some(dead) = letters.of(&burst, &checkpoints, &self.cluster, &*self.store).await {
                    burst.settle(&checkpoints, &dead, Utc::now().timestamp_millis());
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn bursts(&self) -> MutexGuard<'_, VecDeque<Arc<Progress>>> {
        self.bursts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many dead letters a topic's checkpoints count.
fn dead_letters(checkpoints: &[Checkpoint], kind: Kind) -> i64 {
    checkpoints
        .iter()
        .filter(|checkpoint| checkpoint.id.topic == kind.topic() && checkpoint.id.connector == kind.topic())
        .map(|checkpoint| checkpoint.books.dead)
        .sum()
}

/// The dead letters of the open bursts, asked for only when a checkpoint counts new ones.
#[derive(Default)]
struct Letters {
    /// By burst: the topic's count of dead letters when they were asked for, and their offsets by partition.
    known: HashMap<String, (i64, HashMap<i32, Vec<i64>>)>,
}

impl Letters {
    /// The offsets of a burst's dead letters; none while the store does not answer.
    async fn of(
        &mut self,
        burst: &Progress,
        checkpoints: &[Checkpoint],
        cluster: &Cluster,
        store: &dyn Store,
    ) -> Option<HashMap<i32, Vec<i64>>> {
        let topic = burst.request.kind.topic();
        let total = dead_letters(checkpoints, burst.request.kind);
        if total == burst.dead_before {
            return Some(HashMap::new());
        }
        if let Some((_, dead)) = self.known.get(&burst.id).filter(|(then, _)| *then == total) {
            return Some(dead.clone());
        }
        let mut dead = HashMap::new();
        for (partition, from, _) in burst.span() {
            // All that there are from the burst's first record on: more of it may follow.
            let offsets = store.dead_offsets(None, cluster.id()?, topic, partition, from..i64::MAX).await;
            dead.insert(partition, offsets.ok()?);
        }
        // Kept only once every record has its place: until then the burst may yet spread to other partitions.
        let at = burst.snapshot(0);
        if at.acked == at.count {
            self.known.insert(burst.id.clone(), (total, dead.clone()));
        }
        if self.known.len() > MAX_REMEMBERED {
            self.known.clear();
        }
        Some(dead)
    }
}
