//! A Kafka cluster: where it is, whether it answers, its topics and how far they reach.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use model::Kind;
use rdkafka::{
    ClientConfig,
    admin::AdminClient,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
    metadata::{Metadata, MetadataBroker},
};
use tracing::{debug, warn};
use uuid::Uuid;

use super::{
    acknowledged::Acknowledged,
    admin::{self, NotMade},
    context::{Asking, Context},
    embedded::Broker,
    properties::{Properties, canonical},
};
use crate::graph::Checkpoint;

/// Partitions of the topics that Sluice makes itself.
pub const PARTITIONS: i32 = 3;

/// Where processes tell each other what they do.
pub const STATUS_TOPIC: &str = "sluice.status";

/// Ten minutes: what was said there before is of no use to anybody.
const STATUS_RETENTION: [(&str, &str); 2] = [("retention.ms", "600000"), ("segment.ms", "600000")];

/// What producers let pass; the most that librdkafka can be told. How big a record may be is the topic's to say.
pub const MAX_RECORD_BYTES: &str = "1000000000";

/// How long a question to the broker may take. Longer than a leader election on a healthy cluster, short enough that a
/// page can say soon that the broker does not answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// How many lines and errors of the asking client are heard after each question. An outage makes a few a second, and
/// asking an empty queue costs next to nothing.
const SAID_AT_ONCE: usize = 50;

/// What it may mean that a broker takes the connection of a client without TLS, and ends it before it ever answered.
const HANGS_UP: &str = " (does it want TLS or a password? then KAFKA_PROPERTIES has to say security.protocol)";

/// A cluster could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The embedded broker did not start or has ended.
    #[error("the embedded broker failed: {0}")]
    Embedded(String),
    /// The client could not be made: the configuration is wrong.
    #[error("making a Kafka client for {servers} failed: {source}")]
    Client {
        /// The brokers.
        servers: String,
        /// What librdkafka says.
        source: KafkaError,
    },
    /// The brokers do not answer.
    #[error("no answer from Kafka at {servers}: {reason}")]
    NoAnswer {
        /// The brokers.
        servers: String,
        /// What the client last heard of a broker, such as that it refuses a password.
        reason: String,
    },
    /// A topic could not be made.
    #[error("creating the topic {topic} failed: {reason}")]
    CreateTopic {
        /// The topic.
        topic: String,
        /// What the broker says.
        reason: String,
        /// It will not be made by asking again: this user may not, or the cluster's policy forbids it.
        refused: bool,
    },
}

/// The first offset that a partition holds, and the one that its next record will have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermarks {
    /// The partition.
    pub partition: i32,
    /// The first offset that it holds.
    pub low: i64,
    /// The offset that the next record will have.
    pub high: i64,
}

/// A Kafka cluster, or the one inside this process.
pub struct Cluster {
    bootstrap_servers: String,
    properties: Properties,
    embedded: Option<Broker>,
    /// How far embedded ones have acknowledged, this one and those before it.
    acknowledged: Option<Acknowledged>,
    id: OnceLock<String>,
    /// One client for questions, kept, since connecting costs more than asking.
    asker: Mutex<Option<Arc<Asker>>>,
}

type Asker = BaseConsumer<Asking>;

/// The topic to which a topic's dead letters are published.
pub fn dead_letter_topic(topic: &str) -> String {
    format!("{topic}.dead-letters")
}

/// A topic for dead letters that is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outlet {
    /// The topic whose records end there.
    pub(crate) of: String,
    /// Its copies; none: as many as the broker makes by default.
    pub(crate) replication: Option<i16>,
}

/// Whether a broker has a topic.
fn knows(metadata: &Metadata, topic: &str) -> bool {
    metadata.topics().iter().any(|known| known.name() == topic)
}

/// Takes a refusal to make a topic for an answer, and says so.
fn unless_refused(made: Result<(), Error>) -> Result<(), Error> {
    match made {
        Err(error @ Error::CreateTopic { refused: true, .. }) => {
            warn!("going on without a topic: {error}");
            Ok(())
        }
        made => made,
    }
}

impl Cluster {
    /// The cluster at these brokers; nothing is asked yet.
    pub fn at(bootstrap_servers: impl Into<String>) -> Self {
        Self {
            bootstrap_servers: bootstrap_servers.into(),
            properties: Properties::default(),
            embedded: None,
            acknowledged: None,
            id: OnceLock::new(),
            asker: Mutex::new(None),
        }
    }

    /// Gives these properties to every client of it.
    #[must_use]
    pub fn with_properties(self, properties: Properties) -> Self {
        Self { properties, ..self }
    }

    /// Starts the embedded broker. Each start is a cluster of its own; in the folder it keeps how far it has
    /// acknowledged, for the next start to say what was lost.
    ///
    /// # Errors
    /// [`Error::Embedded`].
    pub fn embedded(folder: &Path) -> Result<Self, Error> {
        let broker = Broker::start()?;
        Ok(Self {
            bootstrap_servers: broker.bootstrap_servers.clone(),
            properties: Properties::default(),
            embedded: Some(broker),
            acknowledged: Some(Acknowledged::open(folder)),
            id: OnceLock::from(format!("embedded-{}", Uuid::new_v4())),
            asker: Mutex::new(None),
        })
    }

    /// Whether it is the one inside this process.
    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Where it listens.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// Its id, once it has answered.
    pub fn id(&self) -> Option<&str> {
        self.id.get().map(String::as_str)
    }

    /// What every client of it starts from.
    pub fn client_config(&self) -> ClientConfig {
        self.client_config_with(&[])
    }

    /// The same with defaults of one client, which the properties may change; what they must not change is set on top.
    pub fn client_config_with(&self, defaults: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("client.id", "sluice")
            // A broker that comes back is found within seconds, however long it was away (the default waits up to 10 s).
            .set("reconnect.backoff.max.ms", "2000")
            // Partitions that are added to a topic are noticed as soon (the default asks every 5 minutes).
            .set("topic.metadata.refresh.interval.ms", "10000")
            .set("socket.keepalive.enable", "true");
        for (key, value) in defaults {
            // Under one name only: of two names for one property it is open which of the values counts.
            config.set(canonical(key), *value);
        }
        self.properties.add_to(&mut config);
        config.set("bootstrap.servers", &self.bootstrap_servers);
        config
    }

    /// Waits for an answer, notes the cluster's id and makes the topics that are missing. Where that is refused, it goes on
    /// without: whoever needs one of them says so. Blocks for some seconds at most.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] while the brokers do not answer, [`Error::CreateTopic`].
    pub fn open(&self) -> Result<String, Error> {
        let asker = self.asker()?;
        let metadata = self.answer(&asker, asker.fetch_metadata(None, ANSWER_TIMEOUT))?;
        for kind in Kind::ALL {
            if !knows(&metadata, kind.topic()) {
                unless_refused(self.create_topic(kind.topic(), PARTITIONS, &[]))?;
            }
        }
        let outlets = Kind::ALL.map(|kind| {
            let outlet = Outlet { of: kind.topic().to_owned(), replication: None };
            (dead_letter_topic(kind.topic()), outlet)
        });
        unless_refused(self.create_outlets(&metadata, &outlets.into()))?;
        // The embedded broker has one process only.
        if !self.is_embedded() && !knows(&metadata, STATUS_TOPIC) {
            unless_refused(self.create_topic(STATUS_TOPIC, 1, &STATUS_RETENTION))?;
        }
        if let Some(id) = self.id() {
            return Ok(id.to_owned());
        }
        let id = asker.client().fetch_cluster_id(ANSWER_TIMEOUT);
        let id = self.answer(&asker, id.ok_or(KafkaError::MetadataFetch(RDKafkaErrorCode::OperationTimedOut)))?;
        Ok(self.id.get_or_init(|| id).clone())
    }

    /// Whether there is a topic of this name. Blocks for some seconds at most.
    ///
    /// # Errors
    /// [`Error::NoAnswer`].
    pub fn has_topic(&self, topic: &str) -> Result<bool, Error> {
        let asker = self.asker()?;
        // All topics: who asks for one may have the broker make it.
        let metadata = self.answer(&asker, asker.fetch_metadata(None, ANSWER_TIMEOUT))?;
        Ok(knows(&metadata, topic))
    }

    /// How far each partition of a topic reaches, in order. Blocks for some seconds at most.
    ///
    /// # Errors
    /// [`Error::NoAnswer`].
    pub fn watermarks(&self, topic: &str) -> Result<Vec<Watermarks>, Error> {
        let asker = self.asker()?;
        let metadata = self.answer(&asker, asker.fetch_metadata(Some(topic), ANSWER_TIMEOUT))?;
        let partitions =
            metadata.topics().iter().find(|known| known.name() == topic).map_or(0, |t| t.partitions().len());
        (0..partitions as i32)
            .map(|partition| {
                let (low, high) = self.answer(&asker, asker.fetch_watermarks(topic, partition, ANSWER_TIMEOUT))?;
                Ok(Watermarks { partition, low, high })
            })
            .collect()
    }

    /// Keeps how far a topic reaches, if this is an embedded broker. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// What the disk says.
    pub fn note(&self, topic: &str, marks: &[Watermarks]) -> std::io::Result<()> {
        match (&self.acknowledged, self.id()) {
            (Some(acknowledged), Some(id)) => acknowledged.note(id, topic, marks),
            _ => Ok(()),
        }
    }

    /// How many records of each topic embedded brokers of earlier starts have acknowledged that are in no checkpoint.
    pub(crate) fn lost(&self, checkpoints: &[Checkpoint]) -> BTreeMap<String, i64> {
        let cluster = self.id().unwrap_or_default();
        self.acknowledged.as_ref().map_or_else(BTreeMap::new, |acknowledged| acknowledged.lost(cluster, checkpoints))
    }

    /// Forgets what was lost, since somebody has been told.
    pub(crate) fn told(&self) {
        let Some(acknowledged) = &self.acknowledged else { return };
        if let Err(error) = acknowledged.forget_others(self.id().unwrap_or_default()) {
            warn!(%error, "what was lost will be said once more at the next start");
        }
    }

    fn create_topic(&self, topic: &str, partitions: i32, settings: &[(&str, &str)]) -> Result<(), Error> {
        if let Some(broker) = &self.embedded {
            return broker.create_topic(topic, partitions);
        }
        admin::create(&self.admin()?, topic, partitions, None, settings, ANSWER_TIMEOUT)
            .map_err(|NotMade { reason, refused }| Error::CreateTopic { topic: topic.to_owned(), reason, refused })
    }

    /// Makes the topics for dead letters that are not there: somebody may have deleted one. Blocks for some seconds at most.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], [`Error::CreateTopic`].
    pub(crate) fn restore_outlets(&self, outlets: &BTreeMap<String, Outlet>) -> Result<(), Error> {
        self.provide(&[], outlets)
    }

    /// The same, and on the embedded broker, which nobody else can ask for one, the topics that a connector reads.
    ///
    /// # Errors
    /// [`Error::NoAnswer`], [`Error::CreateTopic`].
    pub(crate) fn provide(&self, topics: &[String], outlets: &BTreeMap<String, Outlet>) -> Result<(), Error> {
        let asker = self.asker()?;
        let metadata = self.answer(&asker, asker.fetch_metadata(None, ANSWER_TIMEOUT))?;
        for topic in topics.iter().filter(|topic| self.is_embedded() && !knows(&metadata, topic)) {
            self.create_topic(topic, PARTITIONS, &[])?;
        }
        self.create_outlets(&metadata, outlets)
    }

    fn create_outlets(&self, metadata: &Metadata, outlets: &BTreeMap<String, Outlet>) -> Result<(), Error> {
        let broker = metadata.brokers().first().map(MetadataBroker::id);
        let mut missing = outlets.iter().filter(|(name, _)| !knows(metadata, name));
        missing.try_for_each(|(name, outlet)| self.create_outlet(name, outlet, broker))
    }

    /// Makes the topic of another one's dead letters, with room for bigger records where the broker allows it.
    fn create_outlet(&self, name: &str, outlet: &Outlet, broker: Option<i32>) -> Result<(), Error> {
        if let (false, Some(broker)) = (self.is_embedded(), broker) {
            let admin = self.admin()?;
            let bytes = admin::outlet_bytes(&admin, &outlet.of, broker, ANSWER_TIMEOUT).to_string();
            match admin::create(&admin, name, 1, outlet.replication, &[("max.message.bytes", &bytes)], ANSWER_TIMEOUT) {
                Ok(()) => return Ok(()),
                // Hosted brokers have limits of their own. Any other reason stops the next try too.
                Err(NotMade { reason, .. }) => {
                    debug!(kafka.topic = name, bytes, "no topic for records as big: {reason}");
                }
            }
        }
        self.create_topic(name, 1, &[])
    }

    fn admin(&self) -> Result<AdminClient<Context>, Error> {
        self.client_config()
            .create_with_context(Context)
            .map_err(|source| Error::Client { servers: self.bootstrap_servers.clone(), source })
    }

    fn asker(&self) -> Result<Arc<Asker>, Error> {
        let mut kept = self.asker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asker) = &*kept {
            return Ok(asker.clone());
        }
        let asker: Asker = self
            .client_config()
            // Lines on brokers that hang up are of this level.
            .set_log_level(RDKafkaLogLevel::Info)
            .create_with_context(Asking::default())
            .map_err(|source| Error::Client { servers: self.bootstrap_servers.clone(), source })?;
        let asker = Arc::new(asker);
        *kept = Some(asker.clone());
        Ok(asker)
    }

    /// Says of a question without an answer why, as far as the client knows.
    fn answer<T>(&self, asker: &Asker, answer: Result<T, KafkaError>) -> Result<T, Error> {
        // What the client has to say waits in a queue that nobody else polls.
        for _ in 0..SAID_AT_ONCE {
            if let Some(Err(error)) = asker.poll(Duration::ZERO) {
                debug!(%error, "asking Kafka");
            }
        }
        answer.inspect(|_| asker.context().forget()).map_err(|source| {
            let mut reason = asker.context().reason().unwrap_or_else(|| source.to_string());
            if self.id().is_none() && self.properties.is_plain() && reason.contains("Disconnected") {
                reason.push_str(HANGS_UP);
            }
            Error::NoAnswer { servers: self.bootstrap_servers.clone(), reason: self.properties.redact(&reason) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_that_may_not_be_made_holds_nothing_up_and_one_that_was_not_made_does() {
        let made = |refused| Err(Error::CreateTopic { topic: "t".into(), reason: "no".into(), refused });
        assert!(unless_refused(made(true)).is_ok());
        assert!(unless_refused(Ok(())).is_ok());
        let error = unless_refused(made(false)).unwrap_err();
        assert_eq!(error.to_string(), "creating the topic t failed: no");
    }
}
