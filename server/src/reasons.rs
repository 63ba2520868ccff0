//! How many dead letters there are for each reason, counted once for all who look at the same time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use model::{Failure, dead_letter::ReasonCount};
use sink::graph::Store;
use tokio::sync::Mutex;

use crate::answers::unavailable;

/// How long a count is good: it looks at every letter, and open pages ask every few seconds.
const FRESH: Duration = Duration::from_secs(1);

/// The newest count.
pub(crate) struct Reasons {
    store: Arc<dyn Store>,
    newest: Mutex<Option<(Instant, Vec<ReasonCount>)>>,
}

impl Reasons {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, newest: Mutex::default() }
    }

    /// The counts by topic and reason. Who asks while somebody counts waits for that count.
    pub(crate) async fn counts(&self) -> Result<Vec<ReasonCount>, Failure> {
        let mut newest = self.newest.lock().await;
        if let Some((at, counts)) = &*newest
            && at.elapsed() < FRESH
        {
            return Ok(counts.clone());
        }
        let counts = self.store.dead_letter_reasons().await.map_err(unavailable)?;
        *newest = Some((Instant::now(), counts.clone()));
        Ok(counts)
    }
}
