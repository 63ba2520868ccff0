//! What the Kafka Connect REST API needs, done by the running pipeline.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::Utc;
use model::status::{self, Order, TaskStatus};
use sink::{
    connector::{
        self,
        config::{Config, Problem, Process, Start},
    },
    graph::{CheckpointId, Error, read_of, task_key},
    kafka::Watermarks,
};

use crate::{
    house::House,
    http::connect::port::{
        Altered, Connector, Existing, Health, Moved, Place, Put, Restart, State, Status, Target, Unavailable, Workers,
    },
};

#[async_trait]
impl Workers for House {
    fn process(&self) -> &Process {
        self.registry.process()
    }

    fn cluster_id(&self) -> Option<String> {
        self.cluster.id().map(ToOwned::to_owned)
    }

    async fn health(&self) -> Health {
        let (broker, store) = (self.board.broker(), self.board.store());
        if broker.connected && store.connected {
            return Health::Healthy;
        }
        let said = |name: &str, error: Option<String>| error.map(|error| format!("{name} does not answer: {error}"));
        let why = said("Kafka", broker.error).or_else(|| said("the graph", store.error));
        let why = why.unwrap_or_else(|| "Kafka and the graph have not been asked yet".to_owned());
        if self.cluster.id().is_some() && store.name.is_some() { Health::Unhealthy(why) } else { Health::Starting(why) }
    }

    async fn names(&self) -> Result<Vec<String>, Unavailable> {
        Ok(self.registry.all().into_keys().collect())
    }

    async fn get(&self, name: &str) -> Result<Option<Connector>, Unavailable> {
        let Some(connector) = self.registry.get(name) else { return Ok(None) };
        let tasks = self.numbered(name).into_iter().map(|(id, task)| (id, status_of(task))).collect();
        Ok(Some(Connector {
            config: connector.raw.clone(),
            target: target_of(&connector),
            status: Some(self.own_status(&connector)),
            tasks,
        }))
    }

    async fn preflight(&self, config: &Config) -> Result<Vec<Problem>, Unavailable> {
        self.registry.preflight(config).await.map_err(away)
    }

    async fn put(&self, config: Config, existing: Existing, target: Option<Target>) -> Result<Put, Unavailable> {
        let may_exist = existing == Existing::Replace;
        let existed = self.registry.define(&config.name, &config.raw, may_exist, target.map(order)).await;
        Ok(match (existed.map_err(away)?, existing) {
            (false, _) => Put::Created,
            (true, Existing::Replace) => Put::Replaced,
            (true, Existing::Keep) => Put::Exists,
        })
    }

    async fn delete(&self, name: &str) -> Result<bool, Unavailable> {
        found(self.registry.delete(name).await)
    }

    async fn aim(&self, name: &str, target: Target) -> Result<bool, Unavailable> {
        found(self.registry.order(name, order(target)).await)
    }

    async fn restart(&self, name: &str, restart: Restart) -> Result<bool, Unavailable> {
        // A connector is nothing beside its tasks here: there is nothing of its own that could begin anew.
        let keys: Vec<String> = self
            .numbered(name)
            .into_iter()
            .filter(|(id, _)| restart.tasks.contains(id))
            .map(|(_, task)| task_key(&task.worker, task.id))
            .collect();
        if keys.is_empty() {
            return Ok(self.registry.get(name).is_some());
        }
        found(self.registry.restart_tasks(name, keys).await)
    }

    async fn offsets(&self, name: &str) -> Result<Vec<Place>, Unavailable> {
        let checkpoints = self.store.checkpoints().await.map_err(away)?;
        let here = checkpoints
            .into_iter()
            .filter(|it| it.id.connector == name && Some(it.id.cluster.as_str()) == self.cluster.id());
        let mut places: Vec<Place> =
            here.map(|it| Place { topic: it.id.topic, partition: it.id.partition, offset: it.next_offset }).collect();
        places.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        Ok(places)
    }

    async fn alter_offsets(&self, name: &str, to: Vec<Moved>) -> Result<Altered, Unavailable> {
        let Some(config) = self.at_rest(name) else { return Ok(Altered::NotStopped) };
        let marks = self.marks(to.iter().map(|moved| moved.topic.clone()).collect()).await?;
        let mut places = Vec::new();
        for moved in to {
            let reads = config.topics.iter().any(|(topic, _)| *topic == moved.topic);
            let mark = marks[&moved.topic].iter().find(|mark| mark.partition == moved.partition);
            let Some(mark) = mark.filter(|_| reads) else {
                let reason = if reads { "there is no such partition" } else { "the connector does not read the topic" };
                return Ok(Altered::Refused(format!("{}-{}: {reason}", moved.topic, moved.partition)));
            };
            match target_offset(*mark, moved.offset, config.start) {
                Ok(offset) => places.push((self.checkpoint_id(name, &moved.topic, moved.partition), offset)),
                Err(reason) => return Ok(Altered::Refused(format!("{}-{}: {reason}", moved.topic, moved.partition))),
            }
        }
        self.rewind(places).await
    }

    async fn reset_offsets(&self, name: &str) -> Result<Altered, Unavailable> {
        let Some(config) = self.at_rest(name) else { return Ok(Altered::NotStopped) };
        let topics = config.topics.iter().map(|(topic, _)| topic.clone()).collect();
        let mut places = Vec::new();
        for (topic, marks) in self.marks(topics).await? {
            for mark in marks {
                let Ok(offset) = target_offset(mark, None, config.start) else { continue };
                places.push((self.checkpoint_id(name, &topic, mark.partition), offset));
            }
        }
        self.rewind(places).await
    }

    async fn topics(&self, name: &str) -> Result<Vec<String>, Unavailable> {
        // Of the store, and not of memory: whoever is asked, in whatever process, says the same.
        let targets = self.store.targets().await.map_err(away)?;
        let target = targets.into_iter().find(|target| target.connector == name && target.config.is_some());
        let Some(target) = target else { return Ok(Vec::new()) };
        let checkpoints = self.store.checkpoints().await.map_err(away)?;
        Ok(target.active_topics(&read_of(name, &checkpoints)))
    }

    async fn forget_topics(&self, name: &str) -> Result<(), Unavailable> {
        // One that there is not has none to forget.
        found(self.registry.forget_topics(name).await).map(drop)
    }
}

impl House {
    /// A connector's tasks wherever they run, numbered for all processes: by the process's name, then by their own number.
    fn numbered(&self, name: &str) -> Vec<(u32, TaskStatus)> {
        let mut tasks = self.board.tasks(name, Utc::now().timestamp_millis());
        tasks.sort_by(|a, b| (&a.worker, a.id).cmp(&(&b.worker, b.id)));
        (0..).zip(tasks).collect()
    }

    fn own_status(&self, connector: &connector::Connector) -> Status {
        let (state, trace) = match (&connector.config, target_of(connector)) {
            (Err(problems), _) => (State::Failed, Some(problems.clone())),
            (Ok(_), Target::Stopped) => (State::Stopped, None),
            (Ok(_), Target::Paused) => (State::Paused, None),
            (Ok(_), Target::Started) => (State::Running, None),
        };
        // One that never began has none, as in Connect.
        let version = connector.config.is_ok().then(|| env!("CARGO_PKG_VERSION").to_owned());
        Status { state, worker_id: self.board.worker().to_owned(), version, trace }
    }

    /// The configuration of a connector that is stopped and has no tasks.
    fn at_rest(&self, name: &str) -> Option<Arc<Config>> {
        let connector = self.registry.get(name)?;
        let config = connector.config.as_ref().ok()?;
        (connector.target.stopped && self.numbered(name).is_empty()).then(|| config.clone())
    }

    fn checkpoint_id(&self, connector: &str, topic: &str, partition: i32) -> CheckpointId {
        CheckpointId {
            connector: connector.to_owned(),
            cluster: self.cluster.id().unwrap_or_default().to_owned(),
            topic: topic.to_owned(),
            partition,
        }
    }

    async fn marks(&self, topics: Vec<String>) -> Result<BTreeMap<String, Vec<Watermarks>>, Unavailable> {
        let cluster = self.cluster.clone();
        let asked = tokio::task::spawn_blocking(move || {
            topics.into_iter().map(|topic| Ok((topic.clone(), cluster.watermarks(&topic)?))).collect()
        });
        let answer: Result<_, sink::kafka::Error> = asked.await.map_err(|error| Unavailable(error.to_string()))?;
        answer.map_err(|error| Unavailable(error.to_string()))
    }

    async fn rewind(&self, places: Vec<(CheckpointId, i64)>) -> Result<Altered, Unavailable> {
        if !places.is_empty() {
            // Whoever began to write meanwhile is fenced off, and goes on from where it is moved to.
            self.store.rewind(&places).await.map_err(away)?;
        }
        Ok(Altered::Done)
    }
}

/// Where a checkpoint goes; the error is a reason.
fn target_offset(mark: Watermarks, wanted: Option<i64>, start: Start) -> Result<i64, String> {
    match (wanted, start) {
        (None, Start::Earliest) => Ok(mark.low),
        (None, Start::Latest) => Ok(mark.high),
        (Some(offset), _) if (mark.low..=mark.high).contains(&offset) => Ok(offset),
        (Some(offset), _) => Err(format!("the partition reaches from {} to {}, not to {offset}", mark.low, mark.high)),
    }
}

fn target_of(connector: &connector::Connector) -> Target {
    match connector.state() {
        Order::Stop => Target::Stopped,
        Order::Pause => Target::Paused,
        Order::Resume | Order::Restart => Target::Started,
    }
}

const fn order(target: Target) -> Order {
    match target {
        Target::Started => Order::Resume,
        Target::Paused => Order::Pause,
        Target::Stopped => Order::Stop,
    }
}

/// A task that tries again is running in Connect's words, with a trace; so is one that has no partitions and waits for
/// some. One that waits for Kafka or the graph says so, and is nobody's yet.
fn status_of(task: TaskStatus) -> Status {
    let waits = task.trace.is_some();
    let state = match task.state {
        status::State::Unassigned if !waits => State::Running,
        status::State::Running | status::State::Retrying => State::Running,
        status::State::Paused => State::Paused,
        status::State::Stopped => State::Stopped,
        status::State::Failed => State::Failed,
        status::State::Unassigned => State::Unassigned,
    };
    Status { state, worker_id: task.worker, version: task.version, trace: task.trace }
}

fn found(done: Result<(), connector::Failure>) -> Result<bool, Unavailable> {
    match done {
        Ok(()) => Ok(true),
        Err(connector::Failure::Unknown(_)) => Ok(false),
        Err(connector::Failure::Store(error)) => Err(away(error)),
    }
}

fn away(error: Error) -> Unavailable {
    Unavailable(format!("the graph does not answer: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_goes_where_the_log_has_something_or_where_a_new_one_would_begin() {
        let mark = Watermarks { partition: 0, low: 3, high: 9 };
        assert_eq!(target_offset(mark, None, Start::Earliest), Ok(3));
        assert_eq!(target_offset(mark, None, Start::Latest), Ok(9));
        assert_eq!(target_offset(mark, Some(9), Start::Earliest), Ok(9));
        for beyond in [2, 10, -1] {
            assert!(target_offset(mark, Some(beyond), Start::Earliest).is_err(), "{beyond}");
        }
    }
}
