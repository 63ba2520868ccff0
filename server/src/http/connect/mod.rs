//! Placeholder until the routes are merged.
pub(crate) mod port;
