//! Topics of Kafka, filled before a sink is let go or at a steady pace.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use futures::executor::block_on;
use rdkafka::{
    ClientConfig, ClientContext,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext},
};

use crate::error::{During, Error};

/// How long a broker may take for anything.
const PATIENCE: Duration = Duration::from_mins(1);

/// A record before it is produced.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// Keeps why a record did not arrive: a flush says nothing of it.
#[derive(Default)]
struct Deliveries {
    failed: Mutex<Option<KafkaError>>,
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, delivery: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = delivery {
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        }
    }
}

/// The topics of a broker.
pub(crate) struct Topics {
    config: ClientConfig,
    producer: BaseProducer<Deliveries>,
    admin: AdminClient<DefaultClientContext>,
}

impl Topics {
    pub(crate) fn at(bootstrap_servers: &str) -> Result<Self, Error> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", bootstrap_servers).set("enable.idempotence", "true").set("linger.ms", "1");
        let producer = producer(&config)?;
        let admin = config.create().during("making an admin client")?;
        Ok(Self { config, producer, admin })
    }

    /// Makes topics anew, with nothing in them.
    pub(crate) fn make(&mut self, names: &[&str], partitions: i32) -> Result<(), Error> {
        const STEP: &str = "making topics";
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        // What is not there need not be deleted.
        block_on(self.admin.delete_topics(names, &options)).during(STEP)?;
        for name in names {
            let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
            let until = Instant::now() + PATIENCE;
            loop {
                let made = block_on(self.admin.create_topics([&topic], &options)).during(STEP)?;
                if made.iter().all(Result::is_ok) {
                    break;
                }
                // Deleting takes the broker a moment longer than its answer.
                if Instant::now() > until {
                    return Err(Error::new(STEP, format!("{made:?}")));
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        // One that knew the topics before would send its first records to partitions that are gone.
        self.producer = producer(&self.config)?;
        Ok(())
    }

    /// Produces all of it as fast as can be, and waits until the broker has it.
    pub(crate) fn fill(&self, topic: &str, records: &[Record]) -> Result<(), Error> {
        for record in records {
            self.send(topic, record)?;
        }
        self.flush("filling a topic")
    }

    /// Produces so many records a second; when each was handed over.
    pub(crate) fn trickle(&self, topic: &str, records: &[Record], rate: u32) -> Result<Vec<Instant>, Error> {
        let started = Instant::now();
        let mut sent = Vec::with_capacity(records.len());
        for (at, record) in records.iter().enumerate() {
            let due = started + Duration::from_secs_f64(at as f64 / f64::from(rate));
            while Instant::now() < due {
                // Serves the client, and is short against a pause at the rates that are measured.
                self.producer.poll(Duration::ZERO);
                thread::sleep(due.saturating_duration_since(Instant::now()).min(Duration::from_millis(1)));
            }
            sent.push(Instant::now());
            self.send(topic, record)?;
        }
        self.flush("feeding a topic")?;
        Ok(sent)
    }

    /// Waits until all that was sent has arrived.
    fn flush(&self, step: &str) -> Result<(), Error> {
        self.producer.flush(PATIENCE).during(step)?;
        match self.producer.context().failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => Ok(()),
            Some(error) => Err(error).during(step),
        }
    }

    fn send(&self, topic: &str, record: &Record) -> Result<(), Error> {
        let Record { key, value } = record;
        let mut next = BaseRecord::to(topic).key(key).payload(value);
        loop {
            match self.producer.send(next) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    self.producer.poll(Duration::from_millis(10));
                    next = back;
                }
                Err((error, _)) => return Err(Error::new("producing", error)),
            }
        }
    }
}

fn producer(config: &ClientConfig) -> Result<BaseProducer<Deliveries>, Error> {
    config.create_with_context(Deliveries::default()).during("making a producer")
}
