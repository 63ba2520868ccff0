//! A look at single records, beside the consumer: is the record that a checkpoint remembers still the one in the log?

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
};

use super::{Cluster, Context, Error, record::Record};

/// How long the brokers may take. One fetch is enough for all partitions of a broker.
const PATIENCE: Duration = Duration::from_secs(5);
/// Small, since one record of each partition is wanted: the broker sends at least that.
const FETCH_BYTES: &str = "1024";

/// The records of a topic at these (partition, offset); one that is no longer there is missing. Each offset has to lie
/// within its log. Blocks for some seconds at most.
///
/// # Errors
/// [`Error::Client`], [`Error::NoAnswer`].
pub fn records_at(cluster: &Cluster, topic: &str, places: &[(i32, i64)]) -> Result<HashMap<i32, Record>, Error> {
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    let servers = || cluster.bootstrap_servers().to_owned();
    let failed = |source| Error::Client { servers: servers(), source };
    let no_answer = |error: KafkaError| Error::NoAnswer { servers: servers(), reason: error.to_string() };
    let looker: BaseConsumer<Context> = cluster
        .client_config()
        // Never joined, and nothing is committed to it: the client wants a name to assign at all.
        .set("group.id", "sluice-look")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "error")
        .set("isolation.level", "read_committed")
        .set("max.partition.fetch.bytes", FETCH_BYTES)
        .create_with_context(Context)
        .map_err(failed)?;
    let mut list = TopicPartitionList::new();
    for &(partition, offset) in places {
        list.add_partition_offset(topic, partition, Offset::Offset(offset)).map_err(failed)?;
    }
    looker.assign(&list).map_err(failed)?;
    let mut open: HashMap<i32, i64> = places.iter().copied().collect();
    let mut found = HashMap::new();
    let until = Instant::now() + PATIENCE;
    while !open.is_empty() {
        let left = until.saturating_duration_since(Instant::now());
        match looker.poll(left) {
            Some(Ok(message)) => {
                let record = Record::copy(&message);
                // The first one tells: it is the one, or that one is gone.
                if open.remove(&record.partition) == Some(record.offset) {
                    found.insert(record.partition, record);
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => drop(open.remove(&partition)),
            // Lost connections and the like pass, or time runs out.
            Some(Err(_)) if !left.is_zero() => {}
            Some(Err(error)) => return Err(no_answer(error)),
            None => return Err(no_answer(KafkaError::MessageConsumption(RDKafkaErrorCode::OperationTimedOut))),
        }
    }
    Ok(found)
}
