//! The Kafka client of the producers: idempotent, acknowledged by all replicas, keyed by the acting user.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use model::{Kind, event::Event};
use rdkafka::{
    ClientContext, Message,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    message::{DeliveryResult, Header, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, Producer, ProducerContext},
};
use sink::kafka::{Cluster, Context, Error, MAX_RECORD_BYTES};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{progress::Progress, window::Window};

/// How long a full queue or window is waited for before the producer looks whether it was told to stop.
const ROOM_WAIT: Duration = Duration::from_millis(50);
/// How long the thread that hears of deliveries waits at a time. The client's library spins through the last millisecond of each
/// wait: its own thread, which waits for a tenth of a second, uses a hundredth of a processor for nothing.
const LISTEN: Duration = Duration::from_secs(1);

/// Sends records, and learns where each was put.
pub(crate) struct Client {
    producer: Arc<BaseProducer<Deliveries>>,
    window: Arc<Window>,
    acked: Arc<[AtomicU64; 3]>,
    stop: CancellationToken,
}

/// What a record is remembered by until it is acknowledged.
pub(crate) struct Ticket {
    kind: Kind,
    bytes: usize,
    burst: Option<Arc<Progress>>,
    heard: Option<Heard>,
}

/// Hears once what became of a record; the error is the broker's.
pub(crate) type Heard = mpsc::Sender<Result<(), String>>;

/// A record ready to be sent.
pub(crate) struct Outgoing {
    /// Its topic.
    pub(crate) kind: Kind,
    /// The acting user's id; none only for broken records.
    pub(crate) key: Option<Vec<u8>>,
    /// The value; none is a tombstone.
    pub(crate) value: Option<Vec<u8>>,
    /// The headers.
    pub(crate) headers: Vec<(String, Option<Vec<u8>>)>,
    /// Who waits for the acknowledgement, if anybody does.
    pub(crate) heard: Option<Heard>,
}

impl Outgoing {
    /// An event, keyed by the acting user.
    pub(crate) fn event(event: &Event) -> Result<Self, serde_json::Error> {
        let (kind, user, value) = match event {
            Event::Purchase(event) => (Kind::Purchase, event.user_id, serde_json::to_vec(event)?),
            Event::Interaction(event) => (Kind::Interaction, event.user_id, serde_json::to_vec(event)?),
            Event::Connection(event) => (Kind::Connection, event.follower_id, serde_json::to_vec(event)?),
        };
        Ok(Self { key: Some(user.to_string().into_bytes()), ..Self::bare(kind, value) })
    }

    /// A value and nothing else.
    pub(crate) fn bare(kind: Kind, value: Vec<u8>) -> Self {
        Self { kind, key: None, value: Some(value), headers: Vec::new(), heard: None }
    }

    fn bytes(&self) -> usize {
        let length = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + length(value)).sum();
        length(&self.key) + length(&self.value) + headers
    }

    fn headers(&self) -> Option<OwnedHeaders> {
        (!self.headers.is_empty()).then(|| {
            self.headers.iter().fold(OwnedHeaders::new_with_capacity(self.headers.len()), |all, (key, value)| {
                all.insert(Header { key, value: value.as_ref() })
            })
        })
    }
}

/// Why a record was not sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// It was told to stop while it waited for room.
    #[error("told to stop")]
    Stopped,
    /// The Kafka client refuses it.
    #[error("the Kafka client refuses a record: {0}")]
    Refused(#[from] KafkaError),
}

impl Client {
    /// Makes the client; nothing is asked yet.
    ///
    /// # Errors
    /// [`Error::Client`].
    pub(crate) fn new(cluster: &Cluster, window: Arc<Window>, stop: CancellationToken) -> Result<Self, Error> {
        let acked: Arc<[AtomicU64; 3]> = Arc::default();
        let context = Deliveries { window: window.clone(), acked: acked.clone() };
        let failed = |source| Error::Client { servers: cluster.bootstrap_servers().to_owned(), source };
        let producer: BaseProducer<Deliveries> = cluster
            .client_config_with(&[
                ("queue.buffering.max.messages", "100000"),
                ("queue.buffering.max.kbytes", "65536"),
                // What else is there within 2 ms goes along: without it each record would be a request of its own.
                ("linger.ms", "2"),
                // How big a record may be is the topic's to say: one that arrived can be sent again.
                ("message.max.bytes", MAX_RECORD_BYTES),
            ])
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // An outage delays a record and never fails it.
            .set("message.timeout.ms", "0")
            .create_with_context(context)
            .map_err(failed)?;
        let producer = Arc::new(producer);
        let listening = Arc::downgrade(&producer);
        // Ends soon after the client is gone.
        std::thread::Builder::new()
            .name("deliveries".to_owned())
            .spawn(move || {
                while let Some(producer) = listening.upgrade() {
                    producer.poll(LISTEN);
                }
            })
            .map_err(|error| failed(KafkaError::ClientCreation(error.to_string())))?;
        Ok(Self { producer, window, acked, stop })
    }

    /// Sends a record, and blocks while the queue is full or the sinks are behind; `waiting` hears of it.
    ///
    /// # Errors
    /// [`SendError`]; the record was then not sent.
    pub(crate) fn send(
        &self,
        record: &Outgoing,
        burst: Option<&Arc<Progress>>,
        cancelled: &CancellationToken,
        mut waiting: impl FnMut(bool),
    ) -> Result<(), SendError> {
        let bytes = record.bytes();
        let stopped = || self.stop.is_cancelled() || cancelled.is_cancelled();
        if stopped() {
            return Err(SendError::Stopped);
        }
        let mut waited = false;
        while !self.window.reserve(record.kind, bytes, ROOM_WAIT) {
            waited = true;
            waiting(true);
            if stopped() {
                return Err(SendError::Stopped);
            }
        }
        loop {
            let ticket =
                Box::new(Ticket { kind: record.kind, bytes, burst: burst.cloned(), heard: record.heard.clone() });
            let mut outgoing: BaseRecord<'_, [u8], [u8], Box<Ticket>> =
                BaseRecord::with_opaque_to(record.kind.topic(), ticket);
            outgoing.key = record.key.as_deref();
            outgoing.payload = record.value.as_deref();
            outgoing.headers = record.headers();
            match self.producer.send(outgoing) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) if !stopped() => {
                    waited = true;
                    waiting(true);
                    std::thread::sleep(ROOM_WAIT / 10);
                }
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                    self.window.release(record.kind, bytes);
                    return Err(SendError::Stopped);
                }
                Err((error, _)) => {
                    self.window.release(record.kind, bytes);
                    return Err(error.into());
                }
            }
        }
        if waited {
            waiting(false);
        }
        Ok(())
    }

    /// How many records of a kind the broker has acknowledged since the start.
    pub(crate) fn acked(&self, kind: Kind) -> u64 {
        self.acked[kind.index()].load(Ordering::Relaxed)
    }

    /// Waits until everything sent is acknowledged, for `wait` at most. Blocks.
    pub(crate) fn flush(&self, wait: Duration) {
        if let Err(error) = self.producer.flush(wait) {
            warn!(%error, records = self.producer.in_flight_count(), "records were sent and not acknowledged");
        }
    }
}

/// Hears what became of each record, on the client's own thread.
struct Deliveries {
    window: Arc<Window>,
    acked: Arc<[AtomicU64; 3]>,
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        Context.log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        Context.error(error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<Ticket>;

    fn delivery(&self, result: &DeliveryResult<'_>, ticket: Box<Ticket>) {
        let Ticket { kind, bytes, burst, heard } = *ticket;
        if let Some(heard) = heard {
            // Whoever waited may have given up.
            heard.try_send(result.as_ref().map(|_| ()).map_err(|(error, _)| error.to_string())).ok();
        }
        match result {
            Ok(message) => {
                self.acked[kind.index()].fetch_add(1, Ordering::Relaxed);
                self.window.acked(kind, message.partition(), message.offset(), bytes);
                if let Some(burst) = burst {
                    burst.acked(message.partition(), message.offset());
                }
            }
            Err((error, _)) => {
                self.window.release(kind, bytes);
                if let Some(burst) = burst {
                    burst.failed(&error.to_string());
                }
                // Once a record, though a broker that refuses one mostly refuses all: records are not lost in silence.
                error!(%error, kafka.topic = kind.topic(), "the broker refuses a record");
            }
        }
    }
}
