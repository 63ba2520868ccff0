//! What is known of the pipeline, for whoever wants to show it: states, checkpoints, latencies, of this process and of
//! the others that share its work.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::Utc;
use metrics::{counter, gauge};
use model::{
    connector::Met,
    record::Fate,
    status::{Retry, State, TaskStatus},
};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    graph::{Checkpoint, CheckpointId, Interval},
    latency::Latencies,
    meter,
    recent::Recent,
};

/// A process that has said nothing for so long has ended, or is as good as gone.
const SILENCE_MS: i64 = 10_000;

/// Written by tasks, read by pages. Locks are held for copies only, never across a wait.
#[derive(Debug)]
pub struct Board {
    worker: String,
    /// By connector and number.
    tasks: Mutex<BTreeMap<(String, u32), TaskStatus>>,
    /// By connector, topic and partition.
    checkpoints: Mutex<HashMap<(String, String, i32), Checkpoint>>,
    latencies: Mutex<HashMap<String, Latencies>>,
    /// By connector, topic and partition.
    recent: Mutex<HashMap<(String, String, i32), Recent>>,
    met: Mutex<HashMap<String, Met>>,
    others: Mutex<BTreeMap<String, (Report, i64)>>,
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
    /// Since when it answers, or does not, in epoch milliseconds; none before it was asked.
    pub since: Option<i64>,
}

impl Link {
    /// Notes an answer, or that there was none.
    fn turn(&mut self, error: Option<String>, now_ms: i64) {
        let connected = error.is_none();
        if self.since.is_none() || self.connected != connected {
            self.since = Some(now_ms);
        }
        (self.connected, self.error) = (connected, error);
    }
}

/// What a process says of its tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its tasks, by connector.
    pub connectors: BTreeMap<String, ConnectorReport>,
}

/// What a process says of its part of a connector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectorReport {
    /// Its tasks.
    pub tasks: Vec<TaskStatus>,
    /// Produced to stored over the last seconds: median and 99th percentile in milliseconds.
    pub latency_ms: Option<(f64, f64)>,
    /// What its tasks have met since the process started.
    #[serde(default)]
    pub met: Met,
}

/// What a task meets that is worth counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// A try that failed.
    Retry,
    /// The first of a row of them.
    Outage,
    /// A batch that is cut in halves.
    Narrowing,
    /// A batch that somebody else's takeover makes void.
    Fence,
}

impl Board {
    /// An empty one. `worker` is what people know this process as.
    pub fn new(worker: impl Into<String>) -> Self {
        Self {
            worker: worker.into(),
            tasks: Mutex::default(),
            checkpoints: Mutex::default(),
            latencies: Mutex::default(),
            recent: Mutex::default(),
            met: Mutex::default(),
            others: Mutex::default(),
            broker: Mutex::default(),
            store: Mutex::default(),
            version: watch::Sender::new(0),
        }
    }

    /// What people know this process as.
    pub fn worker(&self) -> &str {
        &self.worker
    }

    /// Changes whenever a checkpoint moves or a task changes its state.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// The tasks of a connector: those of this process, then those of others.
    pub fn tasks(&self, connector: &str, now_ms: i64) -> Vec<TaskStatus> {
        let mut tasks = self.own_tasks(connector);
        for report in self.others(connector, now_ms) {
            tasks.extend(report.tasks);
        }
        tasks
    }

    /// How many connectors have tasks in this process, and how many tasks those are.
    pub fn own_counts(&self) -> (usize, usize) {
        let tasks = lock(&self.tasks);
        let mut connectors: Vec<&str> = tasks.keys().map(|(connector, _)| connector.as_str()).collect();
        connectors.dedup();
        (connectors.len(), tasks.len())
    }

    /// Produced to stored over the last seconds: median and 99th percentile in milliseconds; of several processes that of
    /// the slowest.
    pub fn latency(&self, connector: &str, now_ms: i64) -> Option<(f64, f64)> {
        let others = self.others(connector, now_ms).into_iter().filter_map(|report| report.latency_ms);
        self.own_latency(connector, now_ms).into_iter().chain(others).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// What the tasks of a connector have met since their processes started.
    pub fn met(&self, connector: &str, now_ms: i64) -> Met {
        let others = self.others(connector, now_ms).into_iter().map(|report| report.met);
        others.fold(self.own_met(connector), Met::plus)
    }

    /// Counts what a task of this process meets, here and in the metrics.
    pub(crate) fn meet(&self, connector: &str, meeting: Meeting) {
        let mut all = lock(&self.met);
        let met = all.entry(connector.to_owned()).or_default();
        let (count, name) = match meeting {
            Meeting::Retry => (&mut met.retries, "sluice_retries_total"),
            Meeting::Outage => (&mut met.outages, "sluice_outages_total"),
            Meeting::Narrowing => (&mut met.narrowings, "sluice_narrowings_total"),
            Meeting::Fence => (&mut met.fenced, "sluice_fenced_total"),
        };
        *count += 1;
        counter!(name, "connector" => connector.to_owned()).increment(1);
    }

    /// Whether a task of this process tries something again.
    pub(crate) fn is_retrying(&self, connector: &str, id: u32) -> bool {
        lock(&self.tasks).get(&(connector.to_owned(), id)).is_some_and(|task| task.state == State::Retrying)
    }

    /// What this process says to others.
    pub(crate) fn report(&self, now_ms: i64) -> Report {
        let of = |connector: &String| ConnectorReport {
            tasks: self.own_tasks(connector),
            latency_ms: self.own_latency(connector, now_ms),
            met: self.own_met(connector),
        };
        let mut connectors: Vec<String> = lock(&self.tasks).keys().map(|(connector, _)| connector.clone()).collect();
        connectors.dedup();
        Report { connectors: connectors.into_iter().map(|connector| (connector.clone(), of(&connector))).collect() }
    }

    /// Notes what another process said. Nothing of it is as good as that it has ended.
    pub(crate) fn hear(&self, worker: String, report: Option<Report>, now_ms: i64) {
        let mut others = lock(&self.others);
        others.retain(|_, (_, at)| now_ms - *at < SILENCE_MS);
        match report {
            Some(report) => drop(others.insert(worker, (report, now_ms))),
            None => drop(others.remove(&worker)),
        }
        drop(others);
        self.touch();
    }

    /// The checkpoints of this cluster: those that this process moves as it last left them, the others as the store last
    /// had them.
    pub fn checkpoints(&self) -> Vec<Checkpoint> {
        lock(&self.checkpoints).values().cloned().collect()
    }

    /// Notes what the store has for this cluster. What this process moves is known better here.
    pub fn set_seen(&self, seen: impl IntoIterator<Item = Checkpoint>) {
        let owned: HashSet<(String, String, i32)> = lock(&self.tasks)
            .iter()
            .flat_map(|((connector, _), task)| {
                let place = |&partition: &i32| (connector.clone(), task.topic.clone(), partition);
                task.partitions.iter().map(place).collect::<Vec<_>>()
            })
            .collect();
        let mut known = lock(&self.checkpoints);
        let before = known.clone();
        known.retain(|place, _| owned.contains(place));
        for checkpoint in seen {
            let place = place(&checkpoint.id);
            // A batch of a partition that was lost may have been stored while the store was being asked.
            let moved = before.get(&place).filter(|ours| is_newer(ours, &checkpoint)).cloned();
            known.entry(place).or_insert(moved.unwrap_or(checkpoint));
        }
        let changed = *known != before;
        drop(known);
        if changed {
            self.touch();
        }
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
        lock(&self.broker).turn(answer.err(), Utc::now().timestamp_millis());
    }

    /// Notes whether the store answers, and its name if it said it.
    pub fn set_store(&self, answer: Result<String, String>) {
        let mut link = lock(&self.store);
        let (name, error) = match answer {
            Ok(name) => (Some(name), None),
            Err(error) => (None, Some(error)),
        };
        // Its name is remembered while it is away.
        link.name = name.or(link.name.take());
        link.turn(error, Utc::now().timestamp_millis());
    }

    /// There is a task in this process, which reads this topic. What was said of it before stays.
    pub(crate) fn add_task(&self, connector: &str, id: u32, topic: &str) {
        let new = TaskStatus {
            id,
            worker: self.worker.clone(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            topic: topic.to_owned(),
            ..TaskStatus::default()
        };
        lock(&self.tasks).entry((connector.to_owned(), id)).or_insert(new);
        self.touch();
    }

    /// The tasks of a connector have ended for good: nothing more is said of them.
    pub(crate) fn remove_tasks(&self, connector: &str) {
        let mut ended = Vec::new();
        lock(&self.tasks).retain(|(of, id), _| {
            if of == connector {
                ended.push(*id);
            }
            of != connector
        });
        for id in ended {
            for (name, _) in STATES {
                state_gauge(connector, id, name).set(0.0);
            }
            meter::show_status(connector, id, None);
            meter::show_partitions(connector, id, 0);
        }
        self.touch();
    }

    /// Sets what a task is doing, and why. `since` stays while the state does.
    pub(crate) fn set_state(&self, connector: &str, id: u32, state: State, trace: Option<String>, now_ms: i64) {
        self.turn(connector, id, state, trace, None, now_ms);
    }

    /// Sets that a task tries again, why, and when.
    pub(crate) fn set_retrying(&self, connector: &str, id: u32, trace: String, retry: Retry, now_ms: i64) {
        self.turn(connector, id, State::Retrying, Some(trace), Some(retry), now_ms);
    }

    fn turn(&self, connector: &str, id: u32, state: State, trace: Option<String>, retry: Option<Retry>, now_ms: i64) {
        self.update(connector, id, |task| {
            if task.state != state || task.since == 0 {
                task.since = now_ms;
            }
            task.state = state;
            task.trace = trace;
            task.retry = retry;
        });
        for (name, each) in STATES {
            state_gauge(connector, id, name).set(f64::from(u8::from(each == state)));
        }
        meter::show_status(connector, id, Some(state));
    }

    /// Sets what a person should know of a task.
    pub(crate) fn set_notice(&self, connector: &str, id: u32, notice: String) {
        self.update(connector, id, |task| task.notice = Some(notice));
    }

    /// Sets which partitions a task has taken over.
    pub(crate) fn set_partitions(&self, connector: &str, id: u32, mut partitions: Vec<i32>) {
        partitions.sort_unstable();
        meter::show_partitions(connector, id, partitions.len());
        self.update(connector, id, |task| task.partitions = partitions);
    }

    /// Notes how far checkpoints are that this process moves.
    pub(crate) fn set_checkpoints(&self, checkpoints: impl IntoIterator<Item = Checkpoint>) {
        let mut known = lock(&self.checkpoints);
        for checkpoint in checkpoints {
            known.insert(place(&checkpoint.id), checkpoint);
        }
        drop(known);
        self.touch();
    }

    /// Notes what became of the records of an interval that this process wrote: each was stored but `others`, ascending.
    pub(crate) fn add_fates(&self, interval: &Interval, others: impl IntoIterator<Item = (i64, Fate)>) {
        lock(&self.recent).entry(place(&interval.id)).or_default().add(interval.from, interval.to, others);
    }

    /// What a connector made of a record, if this process wrote it lately.
    pub fn fate(&self, connector: &str, topic: &str, partition: i32, offset: i64) -> Option<Fate> {
        lock(&self.recent).get(&(connector.to_owned(), topic.to_owned(), partition))?.fate(offset)
    }

    /// Notes how long records took.
    pub(crate) fn add_latencies(&self, connector: &str, produced_ms: impl IntoIterator<Item = i64>, now_ms: i64) {
        lock(&self.latencies).entry(connector.to_owned()).or_default().add(produced_ms, now_ms);
    }

    fn own_tasks(&self, connector: &str) -> Vec<TaskStatus> {
        let all = (connector.to_owned(), 0)..=(connector.to_owned(), u32::MAX);
        lock(&self.tasks).range(all).map(|(_, task)| task.clone()).collect()
    }

    fn own_met(&self, connector: &str) -> Met {
        lock(&self.met).get(connector).copied().unwrap_or_default()
    }

    fn own_latency(&self, connector: &str, now_ms: i64) -> Option<(f64, f64)> {
        let mut latencies = lock(&self.latencies);
        let kept = latencies.get_mut(connector)?;
        Some((kept.quantile(0.5, now_ms)?, kept.quantile(0.99, now_ms)?))
    }

    fn others(&self, connector: &str, now_ms: i64) -> Vec<ConnectorReport> {
        let others = lock(&self.others);
        let heard = others.values().filter(|(_, at)| now_ms - at < SILENCE_MS);
        heard.filter_map(|(report, _)| report.connectors.get(connector).cloned()).collect()
    }

    fn update(&self, connector: &str, id: u32, change: impl FnOnce(&mut TaskStatus)) {
        let mut tasks = lock(&self.tasks);
        // One that was removed has nothing more to say.
        let Some(task) = tasks.get_mut(&(connector.to_owned(), id)) else { return };
        change(task);
        drop(tasks);
        self.touch();
    }

    fn touch(&self) {
        self.version.send_modify(|version| *version += 1);
    }
}

fn state_gauge(connector: &str, id: u32, state: &'static str) -> metrics::Gauge {
    gauge!("sluice_task_state", "connector" => connector.to_owned(), "task" => id.to_string(), "state" => state)
}

/// Whether one is further along than the other was, and nobody has taken over in between.
const fn is_newer(one: &Checkpoint, other: &Checkpoint) -> bool {
    one.epoch == other.epoch && one.incarnation == other.incarnation && one.next_offset > other.next_offset
}

fn place(id: &CheckpointId) -> (String, String, i32) {
    (id.connector.clone(), id.topic.clone(), id.partition)
}

/// Every state with its name in the metrics.
const STATES: [(&str, State); 5] = [
    ("unassigned", State::Unassigned),
    ("running", State::Running),
    ("paused", State::Paused),
    ("retrying", State::Retrying),
    ("failed", State::Failed),
];

/// A panic elsewhere leaves plain values behind, which are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(partition: i32, next_offset: i64) -> Checkpoint {
        let topic = "purchases".to_owned();
        let id = CheckpointId { connector: topic.clone(), cluster: "k".into(), topic, partition };
        Checkpoint::untouched(id, next_offset)
    }

    #[test]
    fn what_this_process_moves_is_known_better_here_and_the_rest_by_the_store() {
        let board = Board::new("here");
        board.add_task("purchases", 0, "purchases");
        board.set_partitions("purchases", 0, vec![0]);
        board.set_checkpoints([checkpoint(0, 50), checkpoint(1, 50)]);
        board.set_seen([checkpoint(0, 40), checkpoint(1, 90), checkpoint(2, 7)]);
        let mut offsets: Vec<_> = board.checkpoints().iter().map(|it| (it.id.partition, it.next_offset)).collect();
        offsets.sort_unstable();
        assert_eq!(offsets, [(0, 50), (1, 90), (2, 7)]);
    }

    #[test]
    fn what_the_store_said_before_a_last_batch_was_stored_does_not_take_it_back() {
        let board = Board::new("here");
        board.set_checkpoints([checkpoint(0, 50)]);
        board.set_seen([checkpoint(0, 0)]);
        assert_eq!(board.checkpoints()[0].next_offset, 50, "the partition was lost, and its batch stored all the same");
        let taken_over = Checkpoint { epoch: 2, ..checkpoint(0, 10) };
        board.set_seen([taken_over.clone()]);
        assert_eq!(board.checkpoints(), [taken_over], "whoever has it now says where it is");
        board.set_seen([]);
        assert!(board.checkpoints().is_empty(), "the graph was emptied");
    }

    #[test]
    fn what_tasks_meet_is_counted_over_all_processes() {
        let (here, there) = (Board::new("here"), Board::new("there"));
        there.add_task("purchases", 0, "purchases");
        here.meet("purchases", Meeting::Retry);
        there.meet("purchases", Meeting::Retry);
        there.meet("purchases", Meeting::Narrowing);
        there.meet("user_connections", Meeting::Fence);
        here.hear("id".into(), Some(there.report(1_000)), 1_000);
        let expected = Met { retries: 2, narrowings: 1, ..Met::default() };
        assert_eq!(here.met("purchases", 1_000), expected);
        assert_eq!(here.met("purchases", 1_000 + SILENCE_MS), Met { retries: 1, ..Met::default() });
    }

    #[test]
    fn a_link_tells_since_when_it_is_as_it_is() {
        let mut link = Link::default();
        assert_eq!(link.since, None);
        link.turn(Some("away".into()), 10);
        link.turn(Some("still away".into()), 20);
        assert_eq!((link.connected, link.since, link.error.as_deref()), (false, Some(10), Some("still away")));
        link.turn(None, 30);
        link.turn(None, 40);
        assert_eq!((link.connected, link.since, link.error), (true, Some(30), None));
    }

    #[test]
    fn another_process_is_shown_until_it_falls_silent_or_says_goodbye() {
        let (here, there) = (Board::new("here"), Board::new("there"));
        there.add_task("purchases", 0, "purchases");
        there.set_state("purchases", 0, State::Running, None, 1);
        let ours = || here.tasks("purchases", 1_000).iter().map(|task| task.worker.clone()).collect::<Vec<_>>();
        here.hear("id".into(), Some(there.report(1_000)), 1_000);
        assert_eq!(ours(), ["there"]);
        assert!(here.tasks("purchases", 1_000 + SILENCE_MS).is_empty());
        here.hear("id".into(), None, 1_000);
        assert!(ours().is_empty());
    }
}
