//! The embedded broker: librdkafka's in-process one, on a thread of its own.
//!
//! It speaks the real wire protocol with consumer groups, and forgets everything at exit. Each partition keeps at most
//! 5 MB and drops older batches without a word; producers stay within a window for that reason. It has no admin API, so
//! topics are made through its own call.

use std::{sync::mpsc, thread};

use rdkafka::mocking::MockCluster;

use super::Error;

/// A running broker; it ends when this is dropped.
pub(super) struct Broker {
    pub(super) bootstrap_servers: String,
    orders: Option<mpsc::SyncSender<Order>>,
    thread: Option<thread::JoinHandle<()>>,
}

struct Order {
    topic: String,
    partitions: i32,
    done: mpsc::SyncSender<Result<(), String>>,
}

impl Broker {
    /// Starts one.
    pub(super) fn start() -> Result<Self, Error> {
        let (started, start) = mpsc::sync_channel(1);
        let (orders, inbox) = mpsc::sync_channel::<Order>(1);
        // The cluster is `!Send`: it is made, used and dropped on this thread.
        let thread = thread::Builder::new()
            .name("embedded-broker".to_owned())
            .spawn(move || {
                let cluster = match MockCluster::new(1) {
                    Ok(cluster) => cluster,
                    Err(error) => {
                        started.send(Err(error.to_string())).ok();
                        return;
                    }
                };
                started.send(Ok(cluster.bootstrap_servers())).ok();
                while let Ok(order) = inbox.recv() {
                    let made = cluster.create_topic(&order.topic, order.partitions, 1);
                    order.done.send(made.map_err(|error| error.to_string())).ok();
                }
            })
            .map_err(|error| Error::Embedded(error.to_string()))?;
        let bootstrap_servers =
            start.recv().map_err(|error| Error::Embedded(error.to_string()))?.map_err(Error::Embedded)?;
        Ok(Self { bootstrap_servers, orders: Some(orders), thread: Some(thread) })
    }

    /// Makes a topic.
    pub(super) fn create_topic(&self, topic: &str, partitions: i32) -> Result<(), Error> {
        let (done, answer) = mpsc::sync_channel(1);
        let order = Order { topic: topic.to_owned(), partitions, done };
        let gone = || Error::Embedded("its thread has ended".to_owned());
        self.orders.as_ref().ok_or_else(gone)?.send(order).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?.map_err(Error::Embedded)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
