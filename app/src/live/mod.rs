//! What every page knows at any moment: the newest status, whether it is still coming, and the visitor's choices.

mod answer;
mod notice;
mod shade;
#[cfg(feature = "hydrate")]
mod stream;

use leptos::prelude::*;
use model::{burst::Burst, status::Status};
use serde::{Deserialize, Serialize};

pub(crate) use answer::{Answer, Arrived, polled, polled_at};
pub(crate) use notice::Notice;

use crate::{
    cookie::{Keys, Refresh, Theme},
    erased::{Json, effect},
};

/// How the connection to the server is.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server only ever renders"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// The page is as the server rendered it.
    Rendered,
    /// Events arrive.
    Live,
    /// The server has no event stream to spare: the status is asked for every few seconds.
    Polled,
    /// The tab was hidden, or the connection broke a moment ago.
    Reconnecting,
    /// Nobody looks, or the page is told to rest; the last news are of then, in epoch milliseconds.
    Paused { since: i64 },
    /// Nothing has arrived for a while; the last news are of then.
    Stale { since: i64 },
}

/// Who looks, as far as the page needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Visitor {
    pub(crate) token_required: bool,
    pub(crate) signed_in: bool,
}

impl Visitor {
    pub(crate) fn may_change(self) -> bool {
        !self.token_required || self.signed_in
    }
}

/// Signals that the whole app shares.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    pub(crate) status: RwSignal<Status>,
    pub(crate) connection: RwSignal<Connection>,
    pub(crate) theme: RwSignal<Theme>,
    /// Whether that is a dark one, in the end.
    pub(crate) dark: Memo<bool>,
    pub(crate) refresh: RwSignal<Refresh>,
    /// Whether single keys do something.
    pub(crate) keys: RwSignal<Keys>,
    pub(crate) visitor: Visitor,
    /// WebAssembly has taken the page over, so that it may know what the server can't, such as the reader's zone.
    pub(crate) awake: RwSignal<bool>,
    /// Something to say for a while.
    pub(crate) notice: RwSignal<Option<Notice>>,
    /// The server carries other pages than this one by now.
    pub(crate) updated: RwSignal<bool>,
    /// Counts the moments at which answers are worth asking for again.
    beat: RwSignal<u32>,
}

/// What the server hands over with the HTML; the browser starts with the same, so that both render the same.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Start {
    status: Status,
    theme: Theme,
    refresh: Refresh,
    keys: Keys,
    visitor: Visitor,
}

impl Live {
    /// Starts with what the server knew, and in the browser goes on with the event stream.
    pub(crate) fn start() -> Self {
        let start = SharedValue::<Start, Json>::new_with_encoding(start).into_inner();
        let theme = RwSignal::new(start.theme);
        let live = Self {
            status: RwSignal::new(start.status),
            connection: RwSignal::new(Connection::Rendered),
            theme,
            dark: shade::dark(theme),
            refresh: RwSignal::new(start.refresh),
            keys: RwSignal::new(start.keys),
            visitor: start.visitor,
            awake: RwSignal::new(false),
            notice: RwSignal::new(None),
            updated: RwSignal::new(false),
            beat: RwSignal::new(0),
        };
        #[cfg(feature = "hydrate")]
        effect(move || stream::follow(live));
        let mut before = None;
        effect(move || {
            let now = live.status.with(finished);
            if before.as_ref().is_some_and(|before| *before != now) {
                live.refresh_soon();
            }
            before = Some(now);
        });
        live
    }

    /// A burst that the server has just told us about, before the stream does.
    pub(crate) fn note(self, burst: Burst) {
        self.status.update(|status| match status.bursts.iter_mut().find(|known| known.id == burst.id) {
            Some(known) => *known = burst,
            None => status.bursts.insert(0, burst),
        });
    }

    /// Asks for everything that is shown once, because somebody wants it now.
    #[cfg(feature = "hydrate")]
    pub(crate) fn refresh_now(self) {
        self.beat.update(|beat| *beat += 1);
        leptos::task::spawn_local(async move {
            // A failure needs no word of its own: what is live says so already, and what rests stays as it is.
            if let Ok(status) = crate::call::read::status().await {
                self.status.try_set(status);
            }
        });
    }

    /// Asks for all shown answers again: now, and once more when those that lag the graph have caught up.
    fn refresh_soon(self) {
        self.beat.update(|beat| *beat += 1);
        set_timeout(move || self.beat.update(|beat| *beat += 1), std::time::Duration::from_secs(3));
    }
}

/// The shared signals.
pub(crate) fn use_live() -> Live {
    expect_context::<Live>()
}

/// Changes when a burst finishes, when the store comes back, or when the graph is emptied.
fn finished(status: &Status) -> String {
    let done = status.bursts.iter().filter(|burst| burst.done).map(|burst| burst.id.as_str());
    let empty = status.graph.counts.users == 0;
    done.chain([if status.graph.connected { "+" } else { "-" }, if empty { "0" } else { "1" }]).collect()
}

#[cfg(feature = "ssr")]
fn start() -> Start {
    use std::{
        pin::pin,
        sync::Arc,
        task::{Context, Poll, Waker},
    };

    use crate::{
        backend::{Backend, Session},
        cookie,
    };

    let session = use_context::<Session>().unwrap_or_default();
    // The port promises that the status is there at once, so one look is enough; without a backend (the list of routes
    // is made without one) the page starts empty.
    let status = use_context::<Arc<dyn Backend>>()
        .and_then(|backend| match pin!(backend.status()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(status) => Some(status),
            Poll::Pending => None,
        })
        .unwrap_or_default();
    Start {
        status,
        theme: cookie::read(Theme::COOKIE).and_then(|name| Theme::from_name(&name)).unwrap_or_default(),
        refresh: cookie::read(Refresh::COOKIE).and_then(|text| Refresh::from_text(&text)).unwrap_or_default(),
        keys: cookie::read(Keys::COOKIE).and_then(|text| Keys::from_text(&text)).unwrap_or_default(),
        visitor: Visitor { token_required: session.token_required, signed_in: session.signed_in },
    }
}

#[cfg(not(feature = "ssr"))]
fn start() -> Start {
    Start::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_needs_no_token_may_change_things() {
        assert!(Visitor { token_required: false, signed_in: false }.may_change());
        assert!(Visitor { token_required: true, signed_in: true }.may_change());
        assert!(!Visitor { token_required: true, signed_in: false }.may_change());
    }
}
