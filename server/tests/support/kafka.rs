//! Produces records as they are, each to its partition, in order.

use std::time::Duration;

use rdkafka::{
    ClientConfig,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseProducer, BaseRecord, Producer},
};

use super::judge::Record;

/// Produces to a topic and waits until the broker has acknowledged everything.
pub fn produce(bootstrap_servers: &str, topic: &str, records: &[Record]) {
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
    producer.flush(Duration::from_secs(60)).unwrap();
}
