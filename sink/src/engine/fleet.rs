//! The running tasks of all connectors, kept as they are wanted: begun, ended and begun anew as connectors come, go and
//! change.

use std::{collections::HashMap, sync::Arc};

use chrono::Utc;
use model::status::State;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::Works;
use crate::{
    connector::{Config, Connector, Strategy, Tolerance},
    kafka::{Outlet, dead_letter_topic},
    task::{self, Reader},
};

/// The tasks of this process.
pub(super) struct Fleet {
    works: Works,
    running: HashMap<String, Running>,
}

/// The tasks of a connector.
struct Running {
    /// What they were begun with.
    config: Arc<Config>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Fleet {
    pub(super) fn new(works: Works) -> Self {
        Self { works, running: HashMap::new() }
    }

    /// Follows what is wanted until it is stopped, and lets each task finish its batch then.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut wanted = self.works.registry.watch();
        while !stop.is_cancelled() {
            let now: Vec<Arc<Connector>> = wanted.borrow_and_update().values().cloned().collect();
            self.become_as(&now).await;
            tokio::select! {
                changed = wanted.changed() => if changed.is_err() { stop.cancelled().await },
                () = stop.cancelled() => {}
            }
        }
        for (name, running) in cancelled(self.running.drain()) {
            join(&name, running).await;
        }
    }

    async fn become_as(&mut self, wanted: &[Arc<Connector>]) {
        let configs: HashMap<&str, &Arc<Config>> = wanted
            .iter()
            .filter(|connector| !connector.target.stopped)
            .filter_map(|connector| connector.config.as_ref().ok())
            .map(|config| (config.name.as_str(), config))
            .collect();
        let is_over = |name: &String, running: &mut Running| {
            configs.get(name.as_str()).is_none_or(|config| **config != running.config)
        };
        for (name, running) in cancelled(self.running.extract_if(is_over)) {
            join(&name, running).await;
            self.works.board.remove_tasks(&name);
            info!(connector.name = name, "the tasks of a connector have ended");
        }
        for (name, config) in configs {
            if !self.running.contains_key(name) {
                self.make_topics(config).await;
                let running = self.begin(config.clone());
                self.running.insert(name.to_owned(), running);
            }
        }
    }

    async fn make_topics(&self, config: &Config) {
        let cluster = self.works.cluster.clone();
        let topics: Vec<String> = config.topics.iter().map(|(topic, _)| topic.clone()).collect();
        let outlet = |topic: &String| {
            let name = config.dead_letter_topic.clone().unwrap_or_else(|| dead_letter_topic(topic));
            (name, Outlet { of: topic.clone(), replication: config.dead_letter_replication })
        };
        let outlets = topics.iter().filter(|_| config.tolerance == Tolerance::All).map(outlet).collect();
        let made = tokio::task::spawn_blocking(move || cluster.provide(&topics, &outlets)).await;
        // The tasks say that there is no such topic, and dead letters have theirs made when they need it.
        if let Err(reason) =
            made.map_err(|error| error.to_string()).and_then(|it| it.map_err(|error| error.to_string()))
        {
            warn!(connector.name = config.name, "its topics were not made: {reason}");
        }
    }

    fn begin(&self, config: Arc<Config>) -> Running {
        let (stop, mut tasks) = (CancellationToken::new(), JoinSet::new());
        for (id, topic, strategy) in numbered(&config) {
            self.works.board.add_task(&config.name, id, topic);
            let reader = match Reader::new(&config, strategy) {
                Ok(reader) => Arc::new(reader),
                Err(sentence) => {
                    let now = Utc::now().timestamp_millis();
                    self.works.board.set_state(&config.name, id, State::Failed, Some(sentence), now);
                    continue;
                }
            };
            tasks.spawn(task::run(task::Options {
                connector: config.name.clone(),
                topic: topic.to_owned(),
                reader,
                id,
                cluster: self.works.cluster.clone(),
                store: self.works.store.clone(),
                lane: self.works.lane.clone(),
                board: self.works.board.clone(),
                tolerance: config.tolerance,
                start: config.start,
                log_errors: config.log_errors,
                wanted: self.works.registry.watch(),
                stop: stop.clone(),
            }));
        }
        Running { config, stop, tasks }
    }
}

/// The tasks of a connector: each reads one topic, so there are as many for each topic.
pub(super) fn numbered(config: &Config) -> impl Iterator<Item = (u32, &str, &Strategy)> {
    let all = config.topics.iter().flat_map(|topic| std::iter::repeat_n(topic, config.tasks_max as usize));
    (0..).zip(all).map(|(id, (topic, strategy))| (id, topic.as_str(), strategy))
}

/// Tells all of them to end before anybody waits for one.
fn cancelled(over: impl Iterator<Item = (String, Running)>) -> Vec<(String, Running)> {
    over.inspect(|(_, running)| running.stop.cancel()).collect()
}

async fn join(name: &str, mut running: Running) {
    while let Some(ended) = running.tasks.join_next().await {
        if let Err(error) = ended {
            error!(connector.name = name, %error, "a task broke");
        }
    }
}
