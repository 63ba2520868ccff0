//! A real Kafka broker and a real Neo4j server for tests, from Maven Central, without Docker.
//!
//! Both need Java 17 or newer and Maven (for the first download only). A test that wants one of its own, to kill or to
//! freeze it, calls [`Kafka::start`] or [`Neo4j::start`]; a test that merely needs one to be there takes the one of
//! [`shared`]. Starting takes about 5 and 10 seconds.

mod certificate;
mod directory;
mod error;
mod java;
mod kafka;
mod maven;
mod neo4j;
mod port;
mod proxy;
pub mod shared;
mod tls;

pub use error::Error;
pub use kafka::Kafka;
pub use neo4j::Neo4j;
pub use proxy::{Catch, Direction, Proxy};
