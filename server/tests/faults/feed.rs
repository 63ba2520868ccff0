//! A producer of the test's own, which loses nothing whatever the broker does, and sends as fast as the case lets it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use rdkafka::{
    ClientConfig, ClientContext, Message,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext},
};

use super::expected::Reads;
use crate::support::judge::{Record, Reference};

/// A record and its topic.
pub(crate) type Addressed = (&'static str, Record);

/// Records on their way to Kafka, in order.
pub(crate) struct Feed {
    orders: Option<mpsc::Sender<usize>>,
    thread: Option<JoinHandle<()>>,
    topics: Vec<&'static str>,
    sent: usize,
}

/// What the broker has acknowledged.
#[derive(Clone, Default)]
struct Acknowledgements(Arc<Mutex<(usize, Option<String>)>>);

impl ClientContext for Acknowledgements {}

impl ProducerContext for Acknowledgements {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let mut known = self.0.lock().unwrap();
        match result {
            Ok(_) => known.0 += 1,
            Err((error, record)) => known.1 = Some(format!("{error} at {} {}", record.topic(), record.partition())),
        }
    }
}

impl Feed {
    /// Connects, and sends nothing yet.
    pub(crate) fn of(bootstrap_servers: &str, records: Vec<Addressed>) -> Self {
        let acknowledged = Acknowledgements::default();
        let producer: BaseProducer<Acknowledgements> = ClientConfig::new()
            .set("bootstrap.servers", bootstrap_servers)
            .set("enable.idempotence", "true")
            // For as long as it takes.
            .set("message.timeout.ms", "0")
            .set("reconnect.backoff.max.ms", "1000")
            .create_with_context(acknowledged.clone())
            .unwrap();
        let topics = records.iter().map(|(topic, _)| *topic).collect();
        let (orders, inbox) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut records = records.iter();
            let mut sent = 0;
            loop {
                match inbox.recv_timeout(Duration::from_millis(5)) {
                    Ok(count) => {
                        for (topic, record) in records.by_ref().take(count) {
                            send(&producer, topic, record);
                            sent += 1;
                        }
                    }
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                }
                producer.poll(Duration::ZERO);
            }
            while producer.in_flight_count() > 0 {
                producer.poll(Duration::from_millis(100));
            }
            let (acked, failure) = acknowledged.0.lock().unwrap().clone();
            assert_eq!((acked, failure), (sent, None), "the test's own producer");
        });
        Self { orders: Some(orders), thread: Some(thread), topics, sent: 0 }
    }

    /// The reference, its topics side by side.
    pub(crate) fn of_reference(bootstrap_servers: &str, reference: &Reference) -> Self {
        let mut places = Vec::new();
        for (topic, records) in &reference.records {
            let each = records.iter().enumerate();
            places.extend(each.map(|(at, record)| (at as f64 / records.len() as f64, *topic, record.clone())));
        }
        places.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        Self::of(bootstrap_servers, places.into_iter().map(|(_, topic, record)| (topic, record)).collect())
    }

    /// Lets so many more go; does not wait for them.
    pub(crate) fn send(&mut self, count: usize) {
        let count = count.min(self.topics.len() - self.sent);
        self.sent += count;
        self.orders.as_ref().unwrap().send(count).unwrap();
    }

    /// Lets one of so many equal parts go.
    pub(crate) fn send_part_of(&mut self, parts: u32) {
        self.send(self.topics.len().div_ceil(parts as usize));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.topics.len()
    }

    /// How much has to be read of each topic for all to be read that was let go.
    pub(crate) fn sent(&self) -> Reads {
        let mut reads = BTreeMap::new();
        for topic in &self.topics[..self.sent] {
            *reads.entry(*topic).or_insert(0) += 1;
        }
        reads
    }

    /// Lets all go and waits until the broker has everything.
    pub(crate) fn finish(mut self) {
        self.send(self.topics.len());
        self.orders = None;
        self.thread.take().unwrap().join().unwrap();
    }
}

fn send(producer: &BaseProducer<Acknowledgements>, topic: &str, record: &Record) {
    loop {
        let mut next = BaseRecord::<str, str>::to(topic).partition(record.partition);
        next.key = record.key.as_deref();
        next.payload = record.value.as_deref();
        match producer.send(next) {
            Ok(()) => return,
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                producer.poll(Duration::from_millis(10));
            }
            Err((error, _)) => panic!("{error}"),
        }
    }
}
