//! A continuous stream of events at a wanted rate, on a thread of its own.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::Utc;
use model::Kind;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{
    client::{Client, Outgoing, SendError},
    world::World,
};

/// Between two handfuls of events: short enough to look even, long enough to cost little.
const TICK: Duration = Duration::from_millis(20);
/// What is owed after a hold is not made up for beyond this: a stream is a rate, not a debt.
const MAX_DEBT_SECONDS: f64 = 0.5;
/// The rate before anybody has set one.
const DEFAULT_RATE: f64 = 100.0;

/// A producer's continuous side.
#[derive(Debug)]
pub(super) struct Stream {
    kind: Kind,
    wish: Mutex<Wish>,
    changed: Condvar,
}

#[derive(Clone, Debug)]
struct Wish {
    running: bool,
    rate_per_second: f64,
    waiting: Option<String>,
}

impl Stream {
    pub(super) fn new(kind: Kind) -> Self {
        let wish = Wish { running: false, rate_per_second: DEFAULT_RATE, waiting: None };
        Self { kind, wish: Mutex::new(wish), changed: Condvar::new() }
    }

    /// Whether it shall run, and how fast.
    pub(super) fn wanted(&self) -> (bool, f64) {
        let wish = self.lock();
        (wish.running, wish.rate_per_second)
    }

    /// Why it holds back.
    pub(super) fn waiting(&self) -> Option<String> {
        self.lock().waiting.clone()
    }

    pub(super) fn set(&self, running: bool, rate_per_second: f64) {
        let mut wish = self.lock();
        wish.running = running;
        wish.rate_per_second = rate_per_second;
        wish.waiting = None;
        drop(wish);
        self.changed.notify_all();
    }

    /// Sends while it is wanted, until it is stopped.
    pub(super) fn run(&self, client: &Client, world: &World, stop: &CancellationToken) {
        let never = CancellationToken::new();
        while !stop.is_cancelled() {
            if !self.await_start() {
                continue;
            }
            let seed = rand::random();
            let prefix = format!("s{:012x}", rand::random::<u64>() >> 16);
            let mut events = world.events(self.kind, seed, &prefix, Utc::now().timestamp());
            let mut looked = Instant::now();
            let mut owed = 0.0;
            loop {
                let (running, rate) = self.wanted();
                if !running || stop.is_cancelled() {
                    break;
                }
                owed = (owed + looked.elapsed().as_secs_f64() * rate).min((rate * MAX_DEBT_SECONDS).max(1.0));
                looked = Instant::now();
                while owed >= 1.0 {
                    owed -= 1.0;
                    let Some(mut event) = events.next() else { break };
                    // A stream is what happens now; only bursts look back.
                    set_timestamp(&mut event, Utc::now().timestamp());
                    let waiting = |waits: bool| {
                        self.lock().waiting =
                            waits.then(|| "the sinks are behind, or the broker does not answer".to_owned());
                    };
                    let sent = Outgoing::event(&event).map(|record| client.send(&record, None, &never, waiting));
                    match sent {
                        Ok(Ok(())) => {}
                        Ok(Err(SendError::Stopped)) => return,
                        Ok(Err(SendError::Refused(error))) => return self.give_up(&error.to_string()),
                        Err(error) => return self.give_up(&error.to_string()),
                    }
                    if !self.wanted().0 {
                        break;
                    }
                }
                std::thread::sleep(TICK);
            }
        }
    }

    fn give_up(&self, reason: &str) {
        error!(kafka.topic = %self.kind, "a producer has stopped: {reason}");
        let mut wish = self.lock();
        wish.running = false;
        wish.waiting = Some(reason.to_owned());
    }

    /// Waits a moment for a wish to run; whether there is one.
    fn await_start(&self) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), Duration::from_millis(200), |wish| !wish.running);
        waited.unwrap_or_else(PoisonError::into_inner).0.running
    }

    fn lock(&self) -> MutexGuard<'_, Wish> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set_timestamp(event: &mut model::event::Event, now: i64) {
    use model::event::Event;
    match event {
        Event::Purchase(event) => event.timestamp = now,
        Event::Interaction(event) => event.timestamp = now,
        Event::Connection(event) => event.timestamp = now,
    }
}
