//! Faults, caused for real: crashes, outages, zombies, a broken network, poison; and after each of them a judge who
//! counts what was lost and what was doubled.
//!
//! `cargo xtask test` runs each with small numbers, `cargo xtask chaos` with those of [`scale`]. All share one Kafka and
//! one Neo4j, one after the other, and reach them through a proxy each.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a case says how far it is, which cargo shows when it fails or when asked to")]

#[path = "../support/mod.rs"]
mod support;

mod crash;
mod expected;
mod feed;
mod group;
mod house;
mod network;
mod outage;
mod poison;
mod report;
mod scale;
mod shop;
mod soak;
