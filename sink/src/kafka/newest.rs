//! The newest records of any topic, looked at once: no group, nothing committed, nobody's offsets moved.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Instant,
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
};

use super::{Cluster, Context, Error, Watermarks, record::Record};

/// How much of a topic is held at once: values may be megabytes, and older ones give way.
const MAX_BYTES: usize = 16 << 20;
/// How much further back the second look goes, where the first found less than was asked for: transactions' marks and what
/// compaction took away are offsets without records.
const FURTHER: i64 = 20;

/// What a topic has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Newest {
    /// There is no such topic.
    Missing,
    /// Its newest records, newest first; none of a topic that is empty.
    Records(Vec<Record>),
}

/// The newest `limit` records of a topic, over all partitions. Blocks, until `until` at most.
///
/// # Errors
/// [`Error::Client`], [`Error::NoAnswer`].
pub fn newest(cluster: &Cluster, topic: &str, limit: usize, until: Instant) -> Result<Newest, Error> {
    if !cluster.has_topic(topic)? {
        return Ok(Newest::Missing);
    }
    let marks = cluster.watermarks(topic)?;
    let mut back = limit as i64;
    loop {
        let records = read(cluster, topic, &marks, back, limit, until)?;
        let all = marks.iter().all(|mark| mark.high - back <= mark.low);
        if records.len() >= limit || all || back > limit as i64 || Instant::now() >= until {
            return Ok(Newest::Records(records));
        }
        back *= FURTHER;
    }
}

/// Reads each partition from `back` offsets before its end, and keeps the newest.
fn read(
    cluster: &Cluster,
    topic: &str,
    marks: &[Watermarks],
    back: i64,
    limit: usize,
    until: Instant,
) -> Result<Vec<Record>, Error> {
    let servers = || cluster.bootstrap_servers().to_owned();
    let failed = |source| Error::Client { servers: servers(), source };
    let mut open: BTreeMap<i32, i64> =
        marks.iter().filter(|mark| mark.low < mark.high).map(|mark| (mark.partition, mark.high)).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let reader: BaseConsumer<Context> = cluster
        .client_config_with(&[
            ("queued.max.messages.kbytes", "4096"),
            // A broker answers as soon as there is a record; only the embedded one always waits as long as it may.
            ("fetch.wait.max.ms", if cluster.is_embedded() { "50" } else { "500" }),
        ])
        // Never joined, and nothing is committed to it: the client wants a name to assign at all.
        .set("group.id", "sluice-preview")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        // What retention takes while it is read is gone.
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_committed")
        .create_with_context(Context)
        .map_err(failed)?;
    let mut list = TopicPartitionList::new();
    for mark in marks.iter().filter(|mark| mark.low < mark.high) {
        let from = mark.low.max(mark.high - back);
        list.add_partition_offset(topic, mark.partition, Offset::Offset(from)).map_err(failed)?;
    }
    reader.assign(&list).map_err(failed)?;
    let mut kept = Kept { partitions: BTreeMap::new(), limit, bytes: 0 };
    while !open.is_empty() {
        match reader.poll(until.saturating_duration_since(Instant::now())) {
            Some(Ok(message)) => {
                let record = Record::copy(&message);
                // What comes while it is read would keep it reading for ever.
                if open.get(&record.partition).is_some_and(|high| record.offset + 1 >= *high) {
                    open.remove(&record.partition);
                }
                if marks.iter().any(|mark| mark.partition == record.partition && record.offset < mark.high) {
                    kept.add(record);
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => drop(open.remove(&partition)),
            // Lost connections and the like pass, or time runs out.
            Some(Err(_)) if Instant::now() < until => {}
            Some(Err(_)) | None if kept.bytes > 0 => break,
            Some(Err(error)) => return Err(Error::NoAnswer { servers: servers(), reason: error.to_string() }),
            None => {
                let error = KafkaError::MessageConsumption(RDKafkaErrorCode::OperationTimedOut);
                return Err(Error::NoAnswer { servers: servers(), reason: error.to_string() });
            }
        }
    }
    Ok(kept.newest())
}

/// The last records of each partition.
struct Kept {
    partitions: BTreeMap<i32, VecDeque<Record>>,
    limit: usize,
    bytes: usize,
}

impl Kept {
    fn add(&mut self, record: Record) {
        self.bytes += record.bytes();
        let of_it = self.partitions.entry(record.partition).or_default();
        of_it.push_back(record);
        while of_it.len() > 1 && (of_it.len() > self.limit || self.bytes > MAX_BYTES) {
            self.bytes -= of_it.pop_front().map_or(0, |oldest| oldest.bytes());
        }
    }

    /// The newest of all, by time; those of one partition in the order of their offsets.
    fn newest(self) -> Vec<Record> {
        let mut all: Vec<Record> = self.partitions.into_values().flatten().collect();
        all.sort_by_key(|record| std::cmp::Reverse((record.timestamp_ms.unwrap_or_default(), record.offset)));
        all.truncate(self.limit);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(partition: i32, offset: i64, at: i64, bytes: usize) -> Record {
        let value = Some(vec![0; bytes]);
        Record { partition, offset, timestamp_ms: Some(at), key: None, value, headers: Vec::new() }
    }

    #[test]
    fn the_newest_of_all_partitions_are_kept() {
        let mut kept = Kept { partitions: BTreeMap::new(), limit: 3, bytes: 0 };
        for (partition, offset, at) in [(0, 0, 10), (0, 1, 40), (1, 7, 20), (1, 8, 20), (1, 9, 30), (1, 10, 50)] {
            kept.add(record(partition, offset, at, 1));
        }
        let places: Vec<_> = kept.newest().into_iter().map(|record| (record.partition, record.offset)).collect();
        assert_eq!(places, [(1, 10), (0, 1), (1, 9)]);
    }

    #[test]
    fn big_records_make_older_ones_give_way_but_never_the_last() {
        let mut kept = Kept { partitions: BTreeMap::new(), limit: 100, bytes: 0 };
        for offset in 0..5 {
            kept.add(record(0, offset, offset, MAX_BYTES / 2));
        }
        assert_eq!(kept.newest().len(), 1);
    }
}
