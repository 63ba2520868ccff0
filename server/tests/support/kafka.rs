//! Produces records as they are, each to its partition, in order; and reads a topic from its start.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures::executor::block_on;
use rdkafka::{
    ClientConfig, ClientContext, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
    message::{Headers, OwnedMessage},
    producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext},
};

use super::{judge::Record, wait_for};

/// Produces to a topic and waits until the broker has acknowledged everything.
pub(crate) fn produce(bootstrap_servers: &str, topic: &str, records: &[Record]) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap_servers)
        .set("enable.idempotence", "true")
        .create()
        .unwrap();
    for record in records {
        loop {
            let mut next = BaseRecord::<str, str>::to(topic).partition(record.partition);
            next.key = record.key.as_deref();
            next.payload = record.value.as_deref();
            match producer.send(next) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                    producer.poll(Duration::from_millis(10));
                }
                Err((error, _)) => panic!("{error}"),
            }
        }
    }
    producer.flush(Duration::from_mins(1)).unwrap();
}

/// Produces values to a partition, with a client that has these settings, and waits until they are acknowledged.
pub(crate) fn produce_to(
    bootstrap_servers: &str,
    settings: &[(&str, &str)],
    (topic, partition): (&str, i32),
    values: &[impl AsRef<[u8]>],
) {
    let producer = producer(bootstrap_servers, settings);
    send(&producer, (topic, partition), values);
    producer.flush(Duration::from_mins(1)).unwrap();
    assert_eq!(producer.context().refused.load(Ordering::Relaxed), 0, "records that the broker refused");
}

/// A producer with these settings.
pub(crate) fn producer(bootstrap_servers: &str, settings: &[(&str, &str)]) -> BaseProducer<Refusals> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap_servers);
    for (key, value) in settings {
        config.set(*key, *value);
    }
    config.create_with_context(Refusals::default()).unwrap()
}

/// Hands values to a producer.
pub(crate) fn send(producer: &BaseProducer<Refusals>, (topic, partition): (&str, i32), values: &[impl AsRef<[u8]>]) {
    for value in values {
        producer.send(BaseRecord::<(), [u8]>::to(topic).partition(partition).payload(value.as_ref())).unwrap();
    }
}

/// Counts what a broker refuses.
#[derive(Default)]
pub(crate) struct Refusals {
    refused: AtomicUsize,
}

impl ClientContext for Refusals {}

impl ProducerContext for Refusals {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_err() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What only an administrator does.
pub(crate) struct Admin {
    client: AdminClient<DefaultClientContext>,
    options: AdminOptions,
}

impl Admin {
    pub(crate) fn at(bootstrap_servers: &str) -> Self {
        let client = ClientConfig::new().set("bootstrap.servers", bootstrap_servers).create().unwrap();
        Self { client, options: AdminOptions::new().operation_timeout(Some(Duration::from_secs(30))) }
    }

    /// Makes a topic, again if one of its name has just been deleted.
    pub(crate) fn create(&self, topic: &str, partitions: i32, settings: &[(&str, &str)]) {
        let topic = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
        let topic = settings.iter().fold(topic, |topic, (key, value)| topic.set(key, value));
        wait_for("a topic", || {
            let made = block_on(self.client.create_topics([&topic], &self.options)).unwrap();
            made.into_iter().all(|made| made.is_ok()).then_some(())
        });
    }

    pub(crate) fn delete(&self, topic: &str) {
        for deleted in block_on(self.client.delete_topics(&[topic], &self.options)).unwrap() {
            deleted.unwrap();
        }
    }

    pub(crate) fn grow(&self, topic: &str, partitions: usize) {
        let wanted = NewPartitions::new(topic, partitions);
        for grown in block_on(self.client.create_partitions([&wanted], &self.options)).unwrap() {
            grown.unwrap();
        }
    }

    /// Removes what a partition holds before an offset, as retention does.
    pub(crate) fn remove_before(&self, topic: &str, partition: i32, offset: i64) {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, Offset::Offset(offset)).unwrap();
        for removed in block_on(self.client.delete_records(&list, &self.options)).unwrap().elements() {
            removed.error().unwrap();
        }
    }
}

/// Reads the first `count` records of a topic with one partition.
pub(crate) fn read(bootstrap_servers: &str, topic: &str, count: usize) -> Vec<OwnedMessage> {
    let consumer: BaseConsumer =
        ClientConfig::new().set("bootstrap.servers", bootstrap_servers).set("group.id", "test").create().unwrap();
    let mut from = TopicPartitionList::new();
    from.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
    consumer.assign(&from).unwrap();
    let mut records = Vec::new();
    wait_for("the records of a topic", || {
        if let Some(Ok(record)) = consumer.poll(Duration::from_millis(100)) {
            records.push(record.detach());
        }
        (records.len() >= count).then_some(())
    });
    records
}

/// The text of a record's header.
pub(crate) fn header(record: &OwnedMessage, name: &str) -> Option<String> {
    let header = record.headers()?.iter().find(|header| header.key == name)?;
    Some(String::from_utf8_lossy(header.value?).into_owned())
}
