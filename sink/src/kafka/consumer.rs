//! The consumer of a task: callbacks become one enum, handled in the task's loop.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
    mpsc::{Receiver, Sender, channel},
};

use rdkafka::{
    ClientContext, TopicPartitionList,
    bindings::rd_kafka_resp_err_t as Code,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::{KafkaError, KafkaResult},
};
use tracing::debug;

use super::{Cluster, Context, Error};

/// What the group's coordinator decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rebalance {
    /// These partitions are ours to take over.
    Assigned(Vec<i32>),
    /// These are to be given up, after what is in flight.
    Revoked(Vec<i32>),
    /// These have been given to somebody else already.
    Lost(Vec<i32>),
}

/// Turns callbacks into events; none of them waits for anything.
pub struct Callbacks {
    rebalances: Sender<Rebalance>,
    closing: Arc<AtomicBool>,
}

impl ClientContext for Callbacks {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        Context.log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        Context.error(error, reason);
    }
}

impl ConsumerContext for Callbacks {
    /// An assignment is accepted with nothing in it: each partition is added by itself, at its checkpoint's offset, once
    /// it has been taken over. What is revoked is kept until the loop has finished with it.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, code: Code, list: &mut TopicPartitionList) {
        if self.closing.load(Ordering::Relaxed) {
            // The loop has ended, and the client closes only once everything is given up.
            let given_up = consumer.assignment().and_then(|held| consumer.incremental_unassign(&held));
            if let Err(error) = given_up {
                debug!(%error, "giving partitions up failed");
            }
            return;
        }
        let partitions: Vec<i32> =
            list.elements().iter().map(rdkafka::topic_partition_list::TopicPartitionListElem::partition).collect();
        let event = if code == Code::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            if let Err(error) = consumer.incremental_assign(&TopicPartitionList::new()) {
                debug!(%error, "accepting an assignment failed");
            }
            Rebalance::Assigned(partitions)
        } else if consumer.assignment_lost() {
            Rebalance::Lost(partitions)
        } else {
            Rebalance::Revoked(partitions)
        };
        // The receiver is gone only when the task has ended.
        self.rebalances.send(event).ok();
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        if let Err(error) = result {
            debug!(%error, "publishing offsets failed");
        }
    }
}

/// A consumer in its group, and what its group decides. The channel holds a few events at most: the coordinator sends
/// the next one only after the one before was handled.
pub struct GroupConsumer {
    /// The consumer itself.
    pub client: Arc<BaseConsumer<Callbacks>>,
    /// What the group decides, filled while `client` is polled.
    pub rebalances: Receiver<Rebalance>,
    closing: Arc<AtomicBool>,
}

impl GroupConsumer {
    /// Says that nobody listens to `rebalances` any more, before the client is dropped.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }
}

/// The consumer group of a connector's tasks, called as Kafka Connect would.
pub fn group(connector: &str) -> String {
    format!("connect-{connector}")
}

/// Joins the group of a connector.
///
/// # Errors
/// [`Error::Client`].
pub fn join(cluster: &Cluster, connector: &str, topic: &str) -> Result<GroupConsumer, Error> {
    let failed = |source| Error::Client { servers: cluster.bootstrap_servers().to_owned(), source };
    let (sender, rebalances) = channel();
    let closing = Arc::new(AtomicBool::new(false));
    // The embedded broker lets whoever joins after somebody left wait for the session timeout less a second: there, a task
    // that begins anew should read again soon, and nobody who is in its group can be lost without it.
    let (session_timeout, heartbeat) = if cluster.is_embedded() { ("3000", "500") } else { ("10000", "2000") };
    let mut config = cluster.client_config_with(&[
        ("session.timeout.ms", session_timeout),
        ("heartbeat.interval.ms", heartbeat),
        // Bounds the memory of a consumer that is ahead of the store: 4 MiB of payload instead of 64, which is some batches,
        ("queued.max.messages.kbytes", "4096"),
        // and looks again soon when that was full, not after a second in which the store has long used it up.
        ("fetch.queue.backoff.ms", "10"),
        // A broker answers as soon as there is a record; only the embedded one always waits as long as it may. Each of its answers
        // costs: at 10 ms, five hundredths of a processor for three sinks that have nothing to do.
        ("fetch.wait.max.ms", if cluster.is_embedded() { "40" } else { "500" }),
    ]);
    config
        .set("group.id", group(connector))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        // We decide where to start; librdkafka's own reset would skip records in silence.
        .set("auto.offset.reset", "error")
        .set("isolation.level", "read_committed")
        .set("partition.assignment.strategy", "cooperative-sticky");
    let client: BaseConsumer<Callbacks> =
        config.create_with_context(Callbacks { rebalances: sender, closing: closing.clone() }).map_err(failed)?;
    client.subscribe(&[topic]).map_err(failed)?;
    Ok(GroupConsumer { client: Arc::new(client), rebalances, closing })
}
