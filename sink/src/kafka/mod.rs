//! The only rooms of the engine that speak Kafka.

mod acknowledged;
mod admin;
mod cluster;
pub mod consumer;
mod context;
mod embedded;
pub mod look;
pub mod newest;
pub mod properties;
pub mod record;
pub mod tail;

pub(crate) use cluster::Outlet;
pub use cluster::{Cluster, Error, MAX_RECORD_BYTES, PARTITIONS, STATUS_TOPIC, Watermarks, dead_letter_topic};
pub use context::Context;
pub use properties::Properties;
