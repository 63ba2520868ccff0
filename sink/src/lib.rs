//! The engine of Sluice: Kafka in, graph out, each record once.
//!
//! Invariant: nothing here knows a web page, or HTTP but for what it asks a schema registry (`avro/registry.rs`).

mod avro;
pub mod board;
pub mod connector;
mod convert;
pub mod cud;
mod cypher;
mod dead_letter;
pub mod engine;
pub mod graph;
pub mod kafka;
pub mod kind;
mod latency;
mod lost;
mod meter;
pub mod pattern;
mod presence;
pub mod preview;
mod property;
pub mod query;
mod recent;
pub mod task;

pub use board::Board;
pub use engine::{Engine, Parts};
