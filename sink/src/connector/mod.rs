//! Connectors: how their tasks run, and what people want of them.

use std::{collections::HashMap, sync::Arc, time::Duration};

use model::{Kind, status::Order};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::graph::{Error, Store, Target};

pub mod config;

/// How often the store is asked what other processes were told.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// How the tasks of a connector run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Tasks of each connector in this process, each with a consumer of its own; 0 where other processes have the sinks.
    pub tasks_max: u32,
    /// What becomes of a record that breaks a rule.
    pub tolerance: Tolerance,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tasks_max: 1, tolerance: Tolerance::All }
    }
}

/// What becomes of a record that breaks a rule: `errors.tolerance` of Kafka Connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tolerance {
    /// It becomes a dead letter, and the task goes on.
    #[default]
    All,
    /// The task stores everything before it, and fails.
    None,
}

/// The target states of all connectors: the store has them, and every process of the group follows them.
pub struct Targets {
    store: Arc<dyn Store>,
    known: watch::Sender<HashMap<String, Target>>,
}

impl Targets {
    /// Nobody wants anything yet.
    pub fn new(store: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self { store, known: watch::Sender::new(HashMap::new()) })
    }

    /// Keeps asking the store until it is stopped; while it does not answer, what it last said holds.
    pub async fn follow(&self, stop: CancellationToken) {
        loop {
            match self.store.targets().await {
                Ok(targets) => {
                    let now = targets.into_iter().map(|target| (target.connector.clone(), target)).collect();
                    self.known.send_if_modified(|known| {
                        let changed = *known != now;
                        *known = now;
                        changed
                    });
                }
                Err(error) => debug!(%error, "target states are not known"),
            }
            tokio::select! {
                () = tokio::time::sleep(ASK_EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Changes what is wanted of a connector; the processes of the group follow within seconds, this one at once.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn aim(&self, kind: Kind, order: Order) -> Result<(), Error> {
        let target = self.store.aim(kind.topic(), order).await?;
        info!(connector.name = kind.topic(), ?order, "target state");
        self.known.send_modify(|known| {
            known.insert(target.connector.clone(), target);
        });
        Ok(())
    }

    /// Whether a connector is to hold, as far as is known.
    pub fn is_paused(&self, kind: Kind) -> bool {
        self.known.borrow().get(kind.topic()).is_some_and(|target| target.paused)
    }

    /// What is wanted, now and whenever it changes.
    pub(crate) fn watch(&self) -> watch::Receiver<HashMap<String, Target>> {
        self.known.subscribe()
    }
}
