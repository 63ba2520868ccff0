//! Sees to it, every few seconds, that the store folds what writes have added to what questions are answered from.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sink::graph::Store;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Between two folds, at least. Answers are right in between; this bounds how much they have to add up.
const EVERY: Duration = Duration::from_secs(2);
/// And so many times what the last one took: the more a fold has to write, the more it is to be worth. But no longer than this.
const TIMES: u32 = 10;
const AT_MOST: Duration = Duration::from_secs(20);

/// Folds until it is stopped. That it does not succeed is said once, until it does again.
pub(crate) async fn keep_folded(store: Arc<dyn Store>, stop: CancellationToken) {
    let (mut failing, mut took) = (false, Duration::ZERO);
    loop {
        tokio::select! {
            () = tokio::time::sleep((took * TIMES).clamp(EVERY, AT_MOST)) => {}
            () = stop.cancelled() => return,
        }
        let begun = Instant::now();
        // Once begun it is not cut off: another process would wait for ten seconds.
        let folded = store.fold().await;
        took = begun.elapsed();
        match folded {
            Ok(()) if failing => {
                info!("the tables that questions are answered from are kept up again");
                failing = false;
            }
            Err(error) if !failing => {
                warn!(%error, "the tables that questions are answered from are not kept up; answers come from the graph");
                failing = true;
            }
            _ => {}
        }
    }
}
