//! What is measured, a file each.

pub(crate) mod embedded;
pub(crate) mod latency;
pub(crate) mod pattern;
pub(crate) mod poison;
pub(crate) mod query;
pub(crate) mod scale;
pub(crate) mod start;
pub(crate) mod store;
pub(crate) mod throughput;
