//! How long Neo4j may take for what.

use std::time::Duration;

/// Bounds in time, each for one step. The defaults are for use; a test that waits for one to pass makes it short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// To connect, be let in and begin; to roll back. A server that takes longer is as good as gone.
    pub connect: Duration,
    /// For a statement that writes, and for a commit. 20,000 rows take about a second on two cores; what is thirty times
    /// longer waits for a lock that somebody forgot, and is better ended than waited for.
    pub write: Duration,
    /// For a statement that reads. The longest, who bought what, takes half a second at 300,000 purchases on two cores.
    pub read: Duration,
    /// For a constraint or an index on data that is there already.
    pub schema: Duration,
    /// After which a writer that waits looks for transactions of writers that are gone, and which these must have lasted.
    /// Longer than a batch takes, and well within `write`, so that there is time left to go on.
    pub patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            write: Duration::from_secs(30),
            read: Duration::from_secs(30),
            schema: Duration::from_mins(10),
            patience: Duration::from_secs(5),
        }
    }
}
