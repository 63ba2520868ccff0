//! All connectors: the store has them, and every process of the group follows.
//!
//! A file counts when it is new or has changed; what is said by other means afterwards holds until the file changes
//! again. So a connector that was deleted or reconfigured stays so over restarts, and an edited file takes effect.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use model::status::Order;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::{
    Config, Connector, Definition, Raw, Strategy,
    config::{self, Problem, Process},
};
use crate::{
    cypher,
    graph::{Error, Intent, Store, Target, Trouble},
};

/// How often the store is asked what other processes were told.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// All connectors by name.
pub(crate) type Connectors = BTreeMap<String, Arc<Connector>>;

/// Why a connector did not become what it was to be.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is none of that name.
    #[error("there is no connector {0}")]
    Unknown(String),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Knows the connectors, and changes them.
pub struct Registry {
    store: Arc<dyn Store>,
    process: Process,
    files: Vec<Definition>,
    /// Whether the store gets what is in the files.
    defines: bool,
    known: watch::Sender<Connectors>,
}

impl Registry {
    /// Knows those that are in files; what the store has of them is not known yet. A process that `defines` nothing leaves
    /// it to those that run the tasks, whose files and settings count.
    pub fn new(store: Arc<dyn Store>, process: Process, files: Vec<Definition>, defines: bool) -> Arc<Self> {
        let registry = Self { store, process, files, defines, known: watch::Sender::default() };
        registry.known.send_replace(registry.of_files(&[]));
        Arc::new(registry)
    }

    /// All of them, ordered by name.
    pub fn all(&self) -> BTreeMap<String, Arc<Connector>> {
        self.known.borrow().clone()
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<Arc<Connector>> {
        self.known.borrow().get(name).cloned()
    }

    /// Those that read a topic, or are to do so once they go on.
    pub fn readers(&self, topic: &str) -> Vec<String> {
        let known = self.known.borrow();
        let reads = |connector: &Connector| !connector.target.stopped && connector.topics().contains(&topic);
        known.iter().filter(|(_, connector)| reads(connector)).map(|(name, _)| name.clone()).collect()
    }

    /// The connector that is asked what became of a topic's records: the one that is called like the topic, else the
    /// first that reads it. Of a topic that nobody reads any more it is the one that was called so.
    pub fn speaker(&self, topic: &str) -> String {
        let readers = self.readers(topic);
        let namesake = readers.is_empty() || readers.iter().any(|name| name == topic);
        if namesake { topic.to_owned() } else { readers[0].clone() }
    }

    /// What this process has for all connectors.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Defines a connector, or defines it anew if it `may_exist`; whoever asks has checked the configuration. The
    /// processes of the group follow within seconds, this one at once. Returns whether there was one of the name.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn define(&self, name: &str, config: &Raw, may_exist: bool, state: Option<Order>) -> Result<bool, Error> {
        let config = serde_json::to_string(config).unwrap_or_default();
        let intent =
            if may_exist { Intent::Define { config, file: None, state } } else { Intent::Create { config, state } };
        self.aim(name, &intent).await.map(|before| before.config.is_some())
    }

    /// Asks the database about what it alone knows of a configuration; what is wrong, key by key.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn preflight(&self, config: &Config) -> Result<Vec<Problem>, Error> {
        let mut problems = Vec::new();
        for (topic, strategy) in &config.topics {
            let Strategy::Cypher { statement, names } = strategy else { continue };
            match self.store.explain(&cypher::wrap(statement, names)).await {
                Ok(()) => {}
                Err(error) if error.trouble == Trouble::Data => {
                    problems.push(Problem { key: format!("neo4j.cypher.topic.{topic}"), message: error.message });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(problems)
    }

    /// Deletes a connector. What it stored stays, and how far it came: one of the same name goes on there.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete(&self, name: &str) -> Result<(), Failure> {
        self.tell(name, &Intent::Delete).await
    }

    /// Changes what is wanted of a connector.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn order(&self, name: &str, order: Order) -> Result<(), Failure> {
        self.tell(name, &Intent::Order(order)).await
    }

    /// Has some of its tasks begin anew, by [`crate::graph::task_key`].
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn restart_tasks(&self, name: &str, keys: Vec<String>) -> Result<(), Failure> {
        self.tell(name, &Intent::RestartTasks(keys)).await
    }

    /// Forgets the topics of which a connector has read so far.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn forget_topics(&self, name: &str) -> Result<(), Failure> {
        self.tell(name, &Intent::ForgetTopics).await
    }

    /// Brings the store up to what the files say, once it answers.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn load(&self) -> Result<(), Error> {
        let stored = self.store.targets().await?;
        for file in self.files.iter().filter(|_| self.defines) {
            let before = stored.iter().find(|target| target.connector == file.name);
            let hash = Some(file.hash());
            if before.is_some_and(|target| target.file == hash) {
                continue;
            }
            info!(connector.name = file.name, "defined by its file");
            let config = serde_json::to_string(&file.config).unwrap_or_default();
            self.store.aim(&file.name, &Intent::Define { config, file: hash, state: None }).await?;
        }
        self.ask().await
    }

    /// Keeps asking the store until it is stopped; while it does not answer, what it last said holds.
    pub async fn follow(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(ASK_EVERY) => {}
                () = stop.cancelled() => return,
            }
            if let Err(error) = self.ask().await {
                debug!(%error, "the connectors are not known");
            }
        }
    }

    /// What is wanted, now and whenever it changes.
    pub(crate) fn watch(&self) -> watch::Receiver<Connectors> {
        self.known.subscribe()
    }

    async fn ask(&self) -> Result<(), Error> {
        let targets = self.store.targets().await?;
        self.known.send_if_modified(|known| {
            let mut now = self.of_files(&targets);
            now.extend(targets.into_iter().filter_map(|target| self.read(known, target)));
            let changed = *known != now;
            *known = now;
            changed
        });
        Ok(())
    }

    /// Those of the files that the store has never heard of.
    fn of_files(&self, stored: &[Target]) -> Connectors {
        let files = self.files.iter().filter(|file| !stored.iter().any(|target| target.connector == file.name));
        let connector = |file: &Definition| {
            let target = Target { connector: file.name.clone(), ..Target::default() };
            (file.name.clone(), Arc::new(connector(file.config.clone(), target, &self.process)))
        };
        files.map(connector).collect()
    }

    async fn tell(&self, name: &str, intent: &Intent) -> Result<(), Failure> {
        if self.get(name).is_none() {
            return Err(Failure::Unknown(name.to_owned()));
        }
        self.aim(name, intent).await?;
        Ok(())
    }

    /// Changes the connector in the store, and returns what it was before.
    async fn aim(&self, name: &str, intent: &Intent) -> Result<Target, Error> {
        let (before, target) = self.store.aim(name, intent).await?;
        info!(connector.name = name, "{}", intent.describe());
        self.known.send_modify(|known| match self.read(known, target) {
            Some((name, connector)) => drop(known.insert(name, connector)),
            None => drop(known.remove(name)),
        });
        Ok(before)
    }

    /// A connector as the store has it; none where it is deleted. What is known already is not read anew.
    fn read(&self, known: &Connectors, target: Target) -> Option<(String, Arc<Connector>)> {
        let text = target.config.as_deref()?;
        let name = target.connector.clone();
        if let Some(same) = known.get(&name).filter(|same| same.target == target) {
            return Some((name, same.clone()));
        }
        let raw = match serde_json::from_str(text) {
            Ok(raw) => raw,
            Err(error) => {
                warn!(connector.name = name, %error, "what the store has of a connector is damaged");
                BTreeMap::new()
            }
        };
        Some((name, Arc::new(connector(raw, target, &self.process))))
    }
}

fn connector(raw: Raw, target: Target, process: &Process) -> Connector {
    let config = config::read(&target.connector, &raw, process);
    let config = config.map(Arc::new).map_err(|problems| config::sentence(&problems));
    if let Err(problems) = &config {
        warn!(connector.name = target.connector, problems, "a connector's configuration means nothing");
    }
    Connector { raw, config, target }
}
