//! Produces records as they are, each to its partition, in order; and reads a topic from its start.

use std::time::Duration;

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
    message::{Headers, OwnedMessage},
    producer::{BaseProducer, BaseRecord, Producer},
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
