//! The newest records of the topics, read beside the sinks: no group, nothing committed, nobody's offsets moved.

use std::{collections::HashMap, time::Duration};

use model::Kind;
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
    /// The offset that comes next, of each partition that is read.
    next: HashMap<(Kind, i32), i64>,
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
        Ok(Self { client, servers, next: HashMap::new() })
    }

    /// The offset that comes next, if the partition is read.
    pub fn next(&self, topic: Kind, partition: i32) -> Option<i64> {
        self.next.get(&(topic, partition)).copied()
    }

    /// Reads these (topic, partition, offset) too, or from another offset on.
    ///
    /// # Errors
    /// [`Error::Client`].
    pub fn read_from(&mut self, places: &[(Kind, i32, i64)]) -> Result<(), Error> {
        self.next.extend(places.iter().map(|&(topic, partition, offset)| ((topic, partition), offset)));
        let failed = |source| Error::Client { servers: self.servers.clone(), source };
        let mut list = TopicPartitionList::new();
        for (&(topic, partition), &offset) in &self.next {
            list.add_partition_offset(topic.topic(), partition, Offset::Offset(offset)).map_err(failed)?;
        }
        self.client.assign(&list).map_err(failed)
    }

    /// The next record, waiting for one as long as this. Lost connections pass by themselves.
    pub fn poll(&mut self, wait: Duration) -> Option<(Kind, Record)> {
        match self.client.poll(wait)? {
            Ok(message) => {
                let topic = message.topic().parse().ok()?;
                let record = Record::copy(&message);
                self.next.insert((topic, record.partition), record.offset + 1);
                Some((topic, record))
            }
            Err(error) => {
                debug!(%error, "reading the stream");
                None
            }
        }
    }
}
