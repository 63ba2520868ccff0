//! What the rooms of Sluice say to each other, on the server and in the browser.
//!
//! Invariant: nothing here does I/O, reads a clock or knows a framework; it compiles to wasm32.

pub mod address;
pub mod answer;
pub mod burst;
pub mod connector;
pub mod dead_letter;
pub mod draft;
pub mod event;
pub mod failure;
pub mod happening;
pub mod kind;
pub mod picture;
pub mod record;
pub mod statement;
pub mod status;

pub use failure::Failure;
pub use kind::Kind;
