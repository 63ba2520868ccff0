//! What is known of the pipeline in this process, for whoever wants to show it: states, checkpoints, latencies.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use model::{
    Kind,
    status::{State, TaskStatus},
};
use tokio::sync::watch;

use crate::{graph::Checkpoint, latency::Latencies};

/// Written by tasks, read by pages. Locks are held for copies only, never across a wait.
#[derive(Debug)]
pub struct Board {
    tasks: Mutex<BTreeMap<(Kind, u32), TaskStatus>>,
    checkpoints: Mutex<HashMap<(String, i32), Checkpoint>>,
    latencies: Mutex<HashMap<Kind, Latencies>>,
    broker: Mutex<Link>,
    store: Mutex<Link>,
    version: watch::Sender<u64>,
}

/// Whether something outside answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// It answered when it was last asked.
    pub connected: bool,
    /// What it calls itself, once it has answered.
    pub name: Option<String>,
    /// Why it does not answer.
    pub error: Option<String>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            tasks: Mutex::default(),
            checkpoints: Mutex::default(),
            latencies: Mutex::default(),
            broker: Mutex::default(),
            store: Mutex::default(),
            version: watch::Sender::new(0),
        }
    }
}

impl Board {
    /// Changes whenever a checkpoint moves or a task changes its state.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// The tasks of a connector.
    pub fn tasks(&self, kind: Kind) -> Vec<TaskStatus> {
        lock(&self.tasks).range((kind, 0)..=(kind, u32::MAX)).map(|(_, task)| task.clone()).collect()
    }

    /// The checkpoints that this process has taken over, as it last left them.
    pub fn checkpoints(&self) -> Vec<Checkpoint> {
        lock(&self.checkpoints).values().cloned().collect()
    }

    /// Produced to stored over the last seconds: median and 99th percentile in milliseconds.
    pub fn latency(&self, kind: Kind, now_ms: i64) -> Option<(f64, f64)> {
        let mut latencies = lock(&self.latencies);
        let kept = latencies.get_mut(&kind)?;
        Some((kept.quantile(0.5, now_ms)?, kept.quantile(0.99, now_ms)?))
    }

    /// Whether the broker answers.
    pub fn broker(&self) -> Link {
        lock(&self.broker).clone()
    }

    /// Whether the store answers.
    pub fn store(&self) -> Link {
        lock(&self.store).clone()
    }

    /// Notes whether the broker answers.
    pub fn set_broker(&self, answer: Result<(), String>) {
        *lock(&self.broker) = Link { connected: answer.is_ok(), name: None, error: answer.err() };
    }

    /// Notes whether the store answers, and its name if it said it.
    pub fn set_store(&self, answer: Result<String, String>) {
        let mut link = lock(&self.store);
        link.connected = answer.is_ok();
        match answer {
            Ok(name) => (link.name, link.error) = (Some(name), None),
            Err(error) => link.error = Some(error),
        }
    }

    /// Sets what a task is doing, and why. `since` stays while the state does.
    pub(crate) fn set_state(&self, kind: Kind, id: u32, state: State, trace: Option<String>, now_ms: i64) {
        self.update(kind, id, |task| {
            if task.state != state || task.since == 0 {
                task.since = now_ms;
            }
            task.state = state;
            task.trace = trace;
        });
    }

    /// Sets what a person should know of a task.
    pub(crate) fn set_notice(&self, kind: Kind, id: u32, notice: String) {
        self.update(kind, id, |task| task.notice = Some(notice));
    }

    /// Sets which partitions a task has taken over.
    pub(crate) fn set_partitions(&self, kind: Kind, id: u32, mut partitions: Vec<i32>) {
        partitions.sort_unstable();
        self.update(kind, id, |task| task.partitions = partitions);
    }

    /// Notes how far checkpoints are.
    pub(crate) fn set_checkpoints(&self, checkpoints: impl IntoIterator<Item = Checkpoint>) {
        let mut known = lock(&self.checkpoints);
        for checkpoint in checkpoints {
            known.insert((checkpoint.id.topic.clone(), checkpoint.id.partition), checkpoint);
        }
        drop(known);
        self.touch();
    }

    /// Notes how long records took.
    pub(crate) fn add_latencies(&self, kind: Kind, produced_ms: impl IntoIterator<Item = i64>, now_ms: i64) {
        lock(&self.latencies).entry(kind).or_default().add(produced_ms, now_ms);
    }

    fn update(&self, kind: Kind, id: u32, change: impl FnOnce(&mut TaskStatus)) {
        change(lock(&self.tasks).entry((kind, id)).or_insert_with(|| TaskStatus { id, ..TaskStatus::default() }));
        self.touch();
    }

    fn touch(&self) {
        self.version.send_modify(|version| *version += 1);
    }
}

/// A panic elsewhere leaves plain values behind, which are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
