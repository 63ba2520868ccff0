//! What can keep a service from starting, said so that a person knows what to do.

use std::{io, path::PathBuf};

/// Why a service did not start, or did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is not installed.
    #[error("{program} is not installed, and it is needed to run a real Kafka and Neo4j: {hint}")]
    Missing {
        /// The program.
        program: &'static str,
        /// How to get it.
        hint: &'static str,
    },
    /// Maven could not fetch the jars.
    #[error("maven could not fetch the jars of {service}: {output}")]
    Maven {
        /// Which service's.
        service: &'static str,
        /// The end of what Maven said.
        output: String,
    },
    /// A step before the start, such as formatting the log directory, failed.
    #[error("{step} failed, see {}: {output}", log.display())]
    Prepare {
        /// The step.
        step: &'static str,
        /// Where the whole output is.
        log: PathBuf,
        /// The end of it.
        output: String,
    },
    /// The process ended, or did not become ready in time.
    #[error("{service} did not start ({reason}), see {}: {output}", log.display())]
    NotReady {
        /// Which service.
        service: &'static str,
        /// It ended, or time ran out.
        reason: String,
        /// Where the whole log is.
        log: PathBuf,
        /// The end of it.
        output: String,
    },
    /// Files or processes.
    #[error("{action}: {source}")]
    Io {
        /// What was attempted.
        action: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Names what was attempted when the system refuses.
pub(crate) trait During<T> {
    fn during(self, action: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T> During<T> for io::Result<T> {
    fn during(self, action: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|source| Error::Io { action: action(), source })
    }
}

/// The last lines of a log, for an error message.
pub(crate) fn tail(text: &str) -> String {
    const LINES: usize = 15;
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
