//! What ends a run early.

use std::fmt::Display;

/// What was being done, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("{during}: {reason}")]
pub(crate) struct Error {
    during: String,
    reason: String,
}

impl Error {
    pub(crate) fn new(during: impl Into<String>, reason: impl Display) -> Self {
        Self { during: during.into(), reason: reason.to_string() }
    }
}

/// Says what was being done.
pub(crate) trait During<T> {
    fn during(self, what: &str) -> Result<T, Error>;
}

impl<T, E: Display> During<T> for Result<T, E> {
    fn during(self, what: &str) -> Result<T, Error> {
        self.map_err(|error| Error::new(what, error))
    }
}
