//! What changes, told to every open page: server-sent events, at most four a second.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt, future};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Web;
use crate::house::House;

/// Between two events at least: a browser that gets one for each record freezes.
const AT_MOST_EVERY: Duration = Duration::from_millis(250);
/// How much longer it may take, so that rates and ages go on without news.
const WITHOUT_NEWS: Duration = Duration::from_millis(750);

/// The newest status as JSON, written once for all pages.
pub(crate) struct Live {
    newest: watch::Receiver<(u64, Arc<str>)>,
    stop: CancellationToken,
}

impl Live {
    pub(super) fn start(house: Arc<House>, stop: CancellationToken) -> Arc<Self> {
        let (sender, newest) = watch::channel((0, Arc::from("{}")));
        let ended = stop.clone();
        tokio::spawn(async move {
            let mut changes = house.board.changes();
            let mut id = 0;
            while !ended.is_cancelled() {
                // Nobody looks: nothing to write.
                if sender.receiver_count() > 1 || id == 0 {
                    match serde_json::to_string(&house.status()) {
                        Ok(json) => {
                            id += 1;
                            sender.send_replace((id, json.into()));
                        }
                        Err(error) => error!(%error, "the status could not be written as JSON"),
                    }
                }
                tokio::time::sleep(AT_MOST_EVERY).await;
                tokio::select! {
                    _ = changes.changed() => {}
                    () = tokio::time::sleep(WITHOUT_NEWS) => {}
                    () = ended.cancelled() => return,
                }
            }
        });
        Arc::new(Self { newest, stop })
    }
}

/// `GET /events`: the event `status` with the whole status, whenever something has changed.
pub(super) async fn events(State(web): State<Web>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stop = web.live.stop.clone();
    let events = WatchStream::new(web.live.newest.clone())
        // The first is whatever was written when somebody looked last: a new page has better.
        .skip(1)
        .map(|(id, json)| Ok(Event::default().event("status").id(id.to_string()).data(json)))
        .take_until(async move { stop.cancelled().await });
    let first = serde_json::to_string(&web.house.status()).unwrap_or_default();
    let first = Event::default().event("status").data(first);
    Sse::new(futures::stream::once(future::ready(Ok(first))).chain(events)).keep_alive(KeepAlive::default())
}
