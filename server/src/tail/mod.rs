//! The stream of records for people who look: read beside the sinks, once for all pages, and only while one is open.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use model::{
    Failure,
    record::{Away, News, Place},
};
use sink::{Board, connector::Registry, graph::Store, kafka::Cluster};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::sampler::Sampler;

mod became;
mod fate;
mod filter;
mod gist;
mod judged;
mod listen;
mod open;
mod own;
mod read;
mod ring;
mod show;

pub(crate) use filter::Filter;
pub(crate) use listen::Listener;
pub(crate) use open::text;
pub(crate) use ring::Numbers;
pub(crate) use show::show;

use fate::Fates;
use judged::Judged;
use ring::Ring;

/// How long reading goes on when nobody listens any more: a page that is loaded anew should find it running.
const GRACE: Duration = Duration::from_secs(10);
/// How long whoever asks waits until the newest records have been read.
const PATIENCE: Duration = Duration::from_millis(2_500);

/// What it is made of.
pub(crate) struct Parts {
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) board: Arc<Board>,
    pub(crate) sampler: Arc<Sampler>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) stop: CancellationToken,
}

/// The stream.
pub(crate) struct Tail {
    parts: Parts,
    state: Mutex<State>,
    judged: Judged,
    /// Changes whenever something was read.
    news: watch::Sender<()>,
    /// Tells the events of this process from those of one before.
    pub(crate) generation: i64,
}

struct State {
    ring: Ring,
    listeners: usize,
    /// Since when there has been no listener.
    idle_since: Instant,
    /// A thread is reading.
    reading: bool,
    /// It has come to where the topics ended when it began.
    caught_up: bool,
}

/// Keeps the reading going until it is dropped.
pub(crate) struct Lease(Arc<Tail>);

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.listeners -= 1;
        state.idle_since = Instant::now();
    }
}

impl Tail {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        let state =
            State { ring: Ring::default(), listeners: 0, idle_since: Instant::now(), reading: false, caught_up: false };
        let generation = chrono::Utc::now().timestamp_millis();
        let judged = Judged::default();
        Arc::new(Self { parts, state: Mutex::new(state), judged, news: watch::Sender::new(()), generation })
    }

    /// The newest records that a filter takes, newest first.
    pub(crate) async fn newest(self: &Arc<Self>, filter: &Filter, limit: usize) -> News {
        let _lease = self.lease();
        self.catch_up().await;
        let (seen, _) = self.lock().ring.since(&Numbers::new(), filter.topic());
        let fates = Fates::now(self);
        self.judged.learn(&*self.parts.store, &fates, seen.iter().map(|seen| seen.spot())).await;
        let mut news = listen::compose(&seen, filter, limit, &fates);
        news.more = 0;
        news.searched = seen.len() as u64;
        news.away = self.away();
        news
    }

    /// Begins to read if nobody does yet.
    fn lease(self: &Arc<Self>) -> Lease {
        let mut state = self.lock();
        state.listeners += 1;
        if !state.reading {
            (state.reading, state.caught_up) = (true, false);
            let tail = self.clone();
            let thread = std::thread::Builder::new().name("stream".to_owned()).spawn(move || read::run(&tail));
            if let Err(error) = thread {
                error!(%error, "the stream is not read: no thread for it");
                state.reading = false;
            }
        }
        drop(state);
        Lease(self.clone())
    }

    /// Waits until the newest records have been read, for a while.
    async fn catch_up(&self) {
        let mut news = self.news.subscribe();
        let caught_up = async {
            // Of a broker that is away nobody knows when it is back.
            while !self.lock().caught_up && self.away().is_none() {
                if news.changed().await.is_err() {
                    return;
                }
            }
        };
        drop(tokio::time::timeout(PATIENCE, caught_up).await);
    }

    /// Whether the thread goes on; if not, it has forgotten everything, and the next listener starts another.
    fn goes_on(&self) -> bool {
        let mut state = self.lock();
        let idle = state.listeners == 0 && state.idle_since.elapsed() > GRACE;
        if idle || self.parts.stop.is_cancelled() {
            state.reading = false;
            state.caught_up = false;
            state.ring.clear();
        }
        state.reading
    }

    /// Why nothing comes, if Kafka does not answer.
    fn away(&self) -> Option<Away> {
        let broker = self.parts.board.broker();
        let reason = broker.error.filter(|_| !broker.connected)?;
        Some(Away { since: broker.since?, reason })
    }

    fn find(&self, place: &Place) -> Option<Arc<ring::Seen>> {
        self.lock().ring.find(place)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks how many records are asked for.
///
/// # Errors
/// `limit_out_of_range`.
pub(crate) fn check_limit(limit: u32) -> Result<usize, Failure> {
    if (1..=500).contains(&limit) {
        return Ok(limit as usize);
    }
    Err(Failure::new("limit_out_of_range", format!("limit is from 1 to 500, not {limit}")))
}
