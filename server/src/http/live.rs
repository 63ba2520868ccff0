//! What changes, told to every open page: server-sent events, at most four a second.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::header,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{StreamExt, future};
use model::Failure;
use tokio::sync::{Semaphore, watch};
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::{Web, guard::Refusal};
use crate::house::House;

/// Between two events at least: a browser that gets one for each record freezes.
const AT_MOST_EVERY: Duration = Duration::from_millis(250);
/// How much longer it may take, so that rates and ages go on without news.
const WITHOUT_NEWS: Duration = Duration::from_millis(750);

/// Streams at a time, a quarter of all connections: pages that only look must not keep others out.
const AT_MOST_STREAMS: usize = 128;
/// When a page may ask again for a stream that it did not get.
const TRY_AGAIN: Duration = Duration::from_secs(3);

/// The newest status as JSON, written once for all pages.
pub(crate) struct Live {
    newest: watch::Receiver<(u64, Arc<str>)>,
    pub(super) seats: Arc<Semaphore>,
    pub(super) stop: CancellationToken,
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
        Arc::new(Self { newest, seats: Arc::new(Semaphore::new(AT_MOST_STREAMS)), stop })
    }
}

/// Refuses a stream, and says what to do instead.
pub(super) fn no_seat(instead: &str) -> Response {
    let sentence = format!("{AT_MOST_STREAMS} pages are listening already: {instead}");
    let failure = Failure::new("too_many_streams", sentence);
    Refusal { failure, retry_after: Some(TRY_AGAIN) }.into_response()
}

/// `GET /events`: the event `status` with the whole status, whenever something has changed.
pub(super) async fn events(State(web): State<Web>) -> Response {
    let Ok(seat) = web.live.seats.clone().try_acquire_owned() else {
        return no_seat("ask for /api/status every few seconds instead");
    };
    let stop = web.live.stop.clone();
    let events = WatchStream::new(web.live.newest.clone())
        // The first is whatever was written when somebody looked last: a new page has better.
        .skip(1)
        .map(move |(id, json)| {
            // Taken for as long as the stream lives.
            let _ = &seat;
            Ok::<_, Infallible>(Event::default().event("status").id(id.to_string()).data(json))
        })
        .take_until(async move { stop.cancelled().await });
    let first = serde_json::to_string(&web.house.status()).unwrap_or_default();
    let first = Event::default().event("status").data(first);
    let stream = futures::stream::once(future::ready(Ok(first))).chain(events);
    ([(header::CACHE_CONTROL, "no-store")], Sse::new(stream).keep_alive(KeepAlive::default())).into_response()
}
