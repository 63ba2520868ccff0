//! How many dead letters there are for each reason, counted once for all who look at the same time.

use std::{
    ops::RangeInclusive,
    sync::Arc,
    time::{Duration, Instant},
};

use model::{Failure, dead_letter::ReasonCount};
use sink::graph::Store;
use tokio::sync::Mutex;

use crate::answers::unavailable;

/// How long a count is good at least, and at most: after that somebody who waits for a letter would wonder.
const FRESH: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(10);
/// A count looks at every letter, and open pages ask every second or two. It is good for so many times as long as it took:
/// however many letters there are, counting them takes a twentieth of the time.
const TIMES: u32 = 20;

/// The newest count.
pub(crate) struct Reasons {
    store: Arc<dyn Store>,
    newest: Mutex<Option<Counted>>,
}

struct Counted {
    until: Instant,
    counts: Vec<ReasonCount>,
}

impl Reasons {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, newest: Mutex::default() }
    }

    /// The counts by topic and reason. Who asks while somebody counts waits for that count.
    pub(crate) async fn counts(&self) -> Result<Vec<ReasonCount>, Failure> {
        let mut newest = self.newest.lock().await;
        if let Some(known) = newest.as_ref().filter(|known| Instant::now() < known.until) {
            return Ok(known.counts.clone());
        }
        let begun = Instant::now();
        let counts = self.store.dead_letter_reasons().await.map_err(unavailable)?;
        *newest = Some(Counted { until: Instant::now() + good_for(begun.elapsed()), counts: counts.clone() });
        Ok(counts)
    }
}

/// How long a count is good that took so long.
fn good_for(took: Duration) -> Duration {
    took.saturating_mul(TIMES).clamp(*FRESH.start(), *FRESH.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_to_count_is_counted_less_often_but_never_for_long_not_at_all() {
        let good_for_ms = |took| good_for(Duration::from_millis(took)).as_millis();
        assert_eq!([2, 100, 60_000].map(good_for_ms), [1_000, 2_000, 10_000]);
    }
}
