//! The newest records of the topics, read beside the sinks: no group, nothing committed, nobody's offsets moved.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
};
use tracing::debug;

use super::{Cluster, Context, Error, record::Record};

/// Reads partitions from where it is told.
pub struct Tail {
    client: BaseConsumer<Context>,
    servers: String,
    /// The offset that comes next, of each partition that is read, by topic.
    next: BTreeMap<Arc<str>, HashMap<i32, i64>>,
}

impl Tail {
    /// Makes the client; nothing is read yet.
    ///
    /// # Errors
    /// [`Error::Client`].
    pub fn open(cluster: &Cluster) -> Result<Self, Error> {
        let servers = cluster.bootstrap_servers().to_owned();
        let client = cluster
            .client_config_with(&[
                // Bounds the memory of a client that is ahead of whoever looks.
                ("queued.max.messages.kbytes", "4096"),
                // A broker answers as soon as there is a record; only the embedded one always waits as long as it may.
                ("fetch.wait.max.ms", if cluster.is_embedded() { "50" } else { "500" }),
            ])
            // Never joined: the client wants a name to assign at all.
            .set("group.id", "sluice-stream")
            .set("enable.auto.commit", "false")
            // What retention took while it was read is gone; what is new is what people look for.
            .set("auto.offset.reset", "latest")
            .set("isolation.level", "read_committed")
            .create_with_context(Context)
            .map_err(|source| Error::Client { servers: servers.clone(), source })?;
        Ok(Self { client, servers, next: BTreeMap::new() })
    }

    /// The topics that are read.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.next.keys().map(|topic| &**topic)
    }

    /// The offset that comes next, if the partition is read.
    pub fn next(&self, topic: &str, partition: i32) -> Option<i64> {
        self.next.get(topic)?.get(&partition).copied()
    }

    /// Reads no topic any more but those that are `wanted`, and these (topic, partition, offset) too, or from another
    /// offset on.
    ///
    /// # Errors
    /// [`Error::Client`].
    pub fn read_from(&mut self, places: &[(Arc<str>, i32, i64)], wanted: impl Fn(&str) -> bool) -> Result<(), Error> {
        self.next.retain(|topic, _| wanted(topic));
        for (topic, partition, offset) in places {
            self.next.entry(topic.clone()).or_default().insert(*partition, *offset);
        }
        let failed = |source| Error::Client { servers: self.servers.clone(), source };
        let mut list = TopicPartitionList::new();
        for (topic, partitions) in &self.next {
            for (&partition, &offset) in partitions {
                list.add_partition_offset(topic, partition, Offset::Offset(offset)).map_err(failed)?;
            }
        }
        self.client.assign(&list).map_err(failed)
    }

    /// The next record, waiting for one as long as this. Lost connections pass by themselves.
    pub fn poll(&mut self, wait: Duration) -> Option<(Arc<str>, Record)> {
        match self.client.poll(wait)? {
            Ok(message) => {
                let topic = self.next.get_key_value(message.topic()).map(|(topic, _)| topic.clone())?;
                let record = Record::copy(&message);
                self.next.entry(topic.clone()).or_default().insert(record.partition, record.offset + 1);
                Some((topic, record))
            }
            Err(error) => {
                debug!(%error, "reading the stream");
                None
            }
        }
    }
}
