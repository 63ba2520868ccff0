//! Connectors in memory, for tests: whatever is wanted is so at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use sink::connector::{
    Settings,
    config::{Config, Problem, Process, built_in, read},
};

use super::port::{
    Altered, Connector, Existing, Health, Moved, Place, Put, Restart, State, Status, Target, Unavailable, Workers,
};

/// Partitions of every topic.
const PARTITIONS: i32 = 3;

/// Connectors that read nothing.
pub(super) struct Memory {
    process: Process,
    all: Mutex<BTreeMap<String, Held>>,
    health: Mutex<Health>,
    /// What does not answer, if something does not.
    outage: Mutex<Option<String>>,
}

struct Held {
    config: Config,
    target: Target,
    status: Option<State>,
    tasks: BTreeMap<u32, State>,
    offsets: BTreeMap<(String, i32), i64>,
    topics: BTreeSet<String>,
    restarts: Vec<Restart>,
}

impl Held {
    fn new(config: Config, target: Target) -> Self {
        let topics: BTreeSet<String> = config.topics.iter().map(|(topic, _)| topic.clone()).collect();
        let places = topics.iter().flat_map(|topic| (0..PARTITIONS).map(|partition| ((topic.clone(), partition), 0)));
        let offsets = if target == Target::Stopped { BTreeMap::new() } else { places.collect() };
        let mut held =
            Self { config, target, status: None, tasks: BTreeMap::new(), offsets, topics, restarts: Vec::new() };
        held.follow();
        held
    }

    /// Does what is wanted.
    fn follow(&mut self) {
        let state = match self.target {
            Target::Started => State::Running,
            Target::Paused => State::Paused,
            Target::Stopped => State::Stopped,
        };
        self.status = Some(state);
        let tasks = if self.target == Target::Stopped { 0 } else { self.config.tasks_max };
        self.tasks = (0..tasks).map(|id| (id, state)).collect();
    }
}

fn status(state: State) -> Status {
    let trace = (state == State::Failed).then(|| "it was told to fail".to_owned());
    Status { state, worker_id: "memory:8083".to_owned(), version: Some("1.2.3".to_owned()), trace }
}

impl Memory {
    /// With the three that are built in.
    pub(super) fn new(process: Process) -> Self {
        let built_in = built_in(Settings::default());
        let held = built_in.iter().map(|(name, raw)| {
            let config = read(name, raw, &process).unwrap_or_else(|problems| panic!("{problems:?}"));
            ((*name).to_owned(), Held::new(config, Target::Started))
        });
        let all = Mutex::new(held.collect());
        Self { process, all, health: Mutex::new(Health::Healthy), outage: Mutex::new(None) }
    }

    fn all(&self) -> Result<MutexGuard<'_, BTreeMap<String, Held>>, Unavailable> {
        match &*self.outage.lock().unwrap() {
            Some(what) => Err(Unavailable(what.clone())),
            None => Ok(self.all.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Makes a task fail, or the connector itself.
    pub(super) fn fail(&self, name: &str, task: Option<u32>) {
        let mut all = self.all().unwrap();
        let held = all.get_mut(name).unwrap();
        match task {
            Some(id) => held.tasks.insert(id, State::Failed),
            None => held.status.replace(State::Failed),
        };
    }

    /// Makes it as if a connector had been created just now, before anybody said anything of it.
    pub(super) fn forget_status(&self, name: &str) {
        let mut all = self.all().unwrap();
        let held = all.get_mut(name).unwrap();
        (held.status, held.tasks) = (None, BTreeMap::new());
    }

    /// Lets a task linger, as one does that has not stopped yet.
    pub(super) fn linger(&self, name: &str) {
        self.all().unwrap().get_mut(name).unwrap().tasks.insert(0, State::Running);
    }

    pub(super) fn be(&self, health: Health) {
        *self.health.lock().unwrap() = health;
    }

    pub(super) fn be_out(&self, what: &str) {
        *self.outage.lock().unwrap() = Some(what.to_owned());
    }

    /// What was restarted of a connector, in order.
    pub(super) fn restarts(&self, name: &str) -> Vec<Restart> {
        self.all().unwrap()[name].restarts.clone()
    }
}

#[async_trait]
impl Workers for Memory {
    fn process(&self) -> &Process {
        &self.process
    }

    fn cluster_id(&self) -> Option<String> {
        Some("kafka-in-memory".to_owned())
    }

    async fn health(&self) -> Health {
        self.health.lock().unwrap().clone()
    }

    async fn names(&self) -> Result<Vec<String>, Unavailable> {
        Ok(self.all()?.keys().cloned().collect())
    }

    async fn get(&self, name: &str) -> Result<Option<Connector>, Unavailable> {
        Ok(self.all()?.get(name).map(|held| Connector {
            config: held.config.raw.clone(),
            target: held.target,
            status: held.status.map(status),
            tasks: held.tasks.iter().map(|(id, state)| (*id, status(*state))).collect(),
        }))
    }

    /// Refuses what an EXPLAIN of a database would, as far as tests need it.
    async fn preflight(&self, config: &Config) -> Result<Vec<Problem>, Unavailable> {
        drop(self.all()?);
        let refused = config.raw.iter().filter(|(_, text)| text.starts_with("MERGED"));
        Ok(refused.map(|(key, _)| Problem { key: key.clone(), message: "Invalid input 'MERGED'".to_owned() }).collect())
    }

    async fn put(&self, config: Config, existing: Existing, target: Option<Target>) -> Result<Put, Unavailable> {
        let mut all = self.all()?;
        match (all.get_mut(&config.name), existing) {
            (Some(_), Existing::Keep) => Ok(Put::Exists),
            (Some(held), Existing::Replace) => {
                held.config = config;
                held.target = target.unwrap_or(held.target);
                held.follow();
                Ok(Put::Replaced)
            }
            (None, _) => {
                all.insert(config.name.clone(), Held::new(config, target.unwrap_or(Target::Started)));
                Ok(Put::Created)
            }
        }
    }

    async fn delete(&self, name: &str) -> Result<bool, Unavailable> {
        Ok(self.all()?.remove(name).is_some())
    }

    async fn aim(&self, name: &str, target: Target) -> Result<bool, Unavailable> {
        let mut all = self.all()?;
        let Some(held) = all.get_mut(name) else { return Ok(false) };
        held.target = target;
        held.follow();
        Ok(true)
    }

    async fn restart(&self, name: &str, restart: Restart) -> Result<bool, Unavailable> {
        let mut all = self.all()?;
        let Some(held) = all.get_mut(name) else { return Ok(false) };
        if restart.connector {
            held.status = Some(State::Running);
        }
        held.tasks.extend(restart.tasks.iter().map(|id| (*id, State::Running)));
        held.restarts.push(restart);
        Ok(true)
    }

    async fn offsets(&self, name: &str) -> Result<Vec<Place>, Unavailable> {
        let all = self.all()?;
        let offsets = all.get(name).into_iter().flat_map(|held| &held.offsets);
        Ok(offsets
            .map(|((topic, partition), offset)| Place { topic: topic.clone(), partition: *partition, offset: *offset })
            .collect())
    }

    async fn alter_offsets(&self, name: &str, to: Vec<Moved>) -> Result<Altered, Unavailable> {
        let mut all = self.all()?;
        let held = all.get_mut(name).expect("it was looked for before");
        for moved in &to {
            if !held.config.topics.iter().any(|(topic, _)| *topic == moved.topic) || moved.partition >= PARTITIONS {
                return Ok(Altered::Refused(format!("{} has no partition {} here", moved.topic, moved.partition)));
            }
        }
        for Moved { topic, partition, offset } in to {
            match offset {
                Some(offset) => held.offsets.insert((topic, partition), offset),
                None => held.offsets.remove(&(topic, partition)),
            };
        }
        Ok(Altered::Done)
    }

    async fn reset_offsets(&self, name: &str) -> Result<Altered, Unavailable> {
        self.all()?.get_mut(name).expect("it was looked for before").offsets.clear();
        Ok(Altered::Done)
    }

    async fn topics(&self, name: &str) -> Result<Vec<String>, Unavailable> {
        Ok(self.all()?.get(name).map(|held| held.topics.iter().cloned().collect()).unwrap_or_default())
    }

    async fn forget_topics(&self, name: &str) -> Result<(), Unavailable> {
        if let Some(held) = self.all()?.get_mut(name) {
            held.topics.clear();
        }
        Ok(())
    }
}
