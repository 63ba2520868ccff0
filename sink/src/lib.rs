//! The engine of Sluice: Kafka in, graph out, each record once.
//!
//! Invariant: nothing here knows a web page or HTTP.

pub mod graph;
