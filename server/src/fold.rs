//! Sees to it, every few seconds, that the store folds what writes have added to what questions are answered from.

use std::{sync::Arc, time::Duration};

use sink::graph::Store;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Between two folds. Answers are right in between; this bounds how much they have to add up.
const EVERY: Duration = Duration::from_secs(2);

/// Folds until it is stopped. That it does not succeed is said once, until it does again.
pub(crate) async fn keep_folded(store: Arc<dyn Store>, stop: CancellationToken) {
    let mut failing = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
        // Once begun it is not cut off: another process would wait for ten seconds.
        match store.fold().await {
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
