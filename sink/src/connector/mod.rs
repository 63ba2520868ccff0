//! Connectors: what they are, how their tasks run, and what people want of them.

use std::sync::Arc;

use model::{Kind, status::Order};

use crate::graph::Target;

pub mod config;
mod registry;

pub use config::{Config, Raw, Strategy};
pub use registry::{Failure, Registry};

/// How the tasks of a connector run that says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Tasks of each topic of a connector in each process that runs some, each with a consumer of its own.
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

/// A connector as a file defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its configuration.
    pub config: Raw,
}

impl Definition {
    /// Tells one content of the file from another.
    fn hash(&self) -> String {
        format!("{:08x}", crc32fast::hash(serde_json::to_string(&self.config).unwrap_or_default().as_bytes()))
    }
}

/// A connector.
#[derive(Clone, Debug, PartialEq)]
pub struct Connector {
    /// As it was defined.
    pub raw: Raw,
    /// What that means; a sentence where it means nothing, since another version of Sluice has defined it.
    pub config: Result<Arc<Config>, String>,
    /// What people want of it.
    pub target: Target,
}

impl Connector {
    /// The topics that it reads; none while its configuration means nothing.
    pub fn topics(&self) -> Vec<&str> {
        self.config.iter().flat_map(|config| &config.topics).map(|(topic, _)| topic.as_str()).collect()
    }

    /// The kind of event that it stores, if all its topics have the same.
    pub fn kind(&self) -> Option<Kind> {
        let config = self.config.as_ref().ok()?;
        let mut kinds = config.topics.iter().map(|(_, strategy)| match strategy {
            Strategy::Event(kind) => Some(*kind),
            _ => None,
        });
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }

    /// The last order that its state comes from: pause, stop or resume.
    pub fn state(&self) -> Order {
        match (self.target.stopped, self.target.paused) {
            (true, _) => Order::Stop,
            (false, true) => Order::Pause,
            (false, false) => Order::Resume,
        }
    }
}
