//! What the REST API needs of whatever runs the connectors: its own port, which knows nothing of HTTP.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::Serialize;
use sink::connector::config::{Config, Problem, Process, Raw};

/// Whoever runs the connectors.
#[async_trait]
pub(crate) trait Workers: Send + Sync + 'static {
    /// What this process has for all connectors. From memory.
    fn process(&self) -> &Process;

    /// The id of the Kafka cluster; none while it is not known. From memory.
    fn cluster_id(&self) -> Option<String>;

    /// Whether requests can be answered now.
    async fn health(&self) -> Health;

    /// The names of all connectors, in order.
    async fn names(&self) -> Result<Vec<String>, Unavailable>;

    /// A connector with its tasks, wherever these run.
    async fn get(&self, name: &str) -> Result<Option<Connector>, Unavailable>;

    /// What is wrong with a configuration that only the database knows, key by key.
    async fn preflight(&self, config: &Config) -> Result<Vec<Problem>, Unavailable>;

    /// Creates a connector, or replaces the configuration of the one that has the name; `target` is what is wanted of it,
    /// and none leaves that as it is (for a new one: to run). One step: nobody sees half of it.
    async fn put(&self, config: Config, existing: Existing, target: Option<Target>) -> Result<Put, Unavailable>;

    /// Removes a connector; false if there is none. Its checkpoints stay, as offsets do in Connect.
    async fn delete(&self, name: &str) -> Result<bool, Unavailable>;

    /// Says what is wanted of a connector, for all processes; false if there is none. Nobody waits until it is so.
    async fn aim(&self, name: &str, target: Target) -> Result<bool, Unavailable>;

    /// Restarts what is named; false if there is no such connector. Nobody waits until it runs again.
    async fn restart(&self, name: &str, restart: Restart) -> Result<bool, Unavailable>;

    /// How far a connector has come: its checkpoints in the present cluster, by topic and partition.
    async fn offsets(&self, name: &str) -> Result<Vec<Place>, Unavailable>;

    /// Moves checkpoints: to an offset, or to where a partition begins that has none. Asked only for a connector that is
    /// stopped and has no tasks; whoever implements it makes sure that this is still so when they move.
    async fn alter_offsets(&self, name: &str, to: Vec<Moved>) -> Result<Altered, Unavailable>;

    /// Moves all of them to where a partition begins that has none, in the same way.
    async fn reset_offsets(&self, name: &str) -> Result<Altered, Unavailable>;

    /// The topics of which a connector has read since it was created or since they were last forgotten.
    async fn topics(&self, name: &str) -> Result<Vec<String>, Unavailable>;

    /// Forgets them.
    async fn forget_topics(&self, name: &str) -> Result<(), Unavailable>;
}

/// It cannot be said or done now; the sentence says what does not answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unavailable(pub(crate) String);

/// Whether requests can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// They can.
    Healthy,
    /// They never could since the start.
    Starting(String),
    /// They could once.
    Unhealthy(String),
}

/// What becomes of a connector that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays as it is.
    Keep,
    /// It gets the configuration.
    Replace,
}

/// What came of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// There is a connector more.
    Created,
    /// One has another configuration.
    Replaced,
    /// There is one of the name, and it stays as it is.
    Exists,
}

/// What is wanted of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// That it reads.
    Started,
    /// That its tasks hold.
    Paused,
    /// That it has no tasks.
    Stopped,
}

/// What is to begin anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restart {
    /// The connector itself: a failure to start its tasks is forgotten, and tried again.
    pub(crate) connector: bool,
    /// The tasks with these ids.
    pub(crate) tasks: Vec<u32>,
}

impl Restart {
    /// Nothing.
    pub(crate) const NOTHING: Self = Self { connector: false, tasks: Vec::new() };
}

/// A connector as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connector {
    /// Its configuration as it was written, `name` included.
    pub(crate) config: Raw,
    /// What is wanted of it.
    pub(crate) target: Target,
    /// Its own state; none if it was created just now and nobody has said anything of it yet.
    pub(crate) status: Option<Status>,
    /// Its tasks by id.
    pub(crate) tasks: BTreeMap<u32, Status>,
}

/// What a connector or a task says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// Its state.
    pub(crate) state: State,
    /// Where it runs: `host:port` of the process.
    pub(crate) worker_id: String,
    /// The version of what runs there; none where nothing does, or nothing says so.
    pub(crate) version: Option<String>,
    /// Why it failed, or what is being tried again.
    pub(crate) trace: Option<String>,
}

/// A state, in Connect's words. A task that tries again what failed is running, with a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum State {
    /// Nobody runs it.
    Unassigned,
    /// It runs.
    Running,
    /// It holds.
    Paused,
    /// It was stopped by an error and waits for a person.
    Failed,
    /// It was told to begin anew.
    Restarting,
    /// It has no tasks since that is wanted.
    Stopped,
}

/// How far a connector has come in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    /// The next offset to be stored.
    pub(crate) offset: i64,
}

/// Where a partition's checkpoint is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    /// None: where a partition begins that has no checkpoint.
    pub(crate) offset: Option<i64>,
}

/// What came of moving checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Altered {
    /// They are where they were wanted.
    Done,
    /// The connector is not stopped any more, or a task still has a partition: nothing was moved.
    NotStopped,
    /// Nothing was moved: an offset, a partition or a topic is not one of the connector's; the sentence says which.
    Refused(String),
}
