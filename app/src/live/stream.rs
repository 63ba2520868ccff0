//! The event stream from the server: one for each tab, closed while nobody looks and while the page is told to rest.

use std::time::Duration;

use leptos::{ev, prelude::*};
use model::status::Status;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::{Connection, Live, notice};
use crate::{call::read, erased::effect};

/// Nothing for this long: what is shown is old. The server sends at least once a second.
const STALE_AFTER_MS: i64 = 5000;

/// How often a stream that was refused is tried again, and the status asked for meanwhile.
const EVERY_S: u32 = 3;

/// A page at rest stays awake for so long after an order, to show what becomes of it.
const STIRRED_MS: i64 = 10_000;

/// How long a notice stays, at least.
const NOTICE_MS: i64 = 12_000;

/// An open stream; closed when dropped.
struct Stream {
    source: EventSource,
    _on_status: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// What the stream is kept with.
#[derive(Clone, Copy)]
struct Watch {
    live: Live,
    stream: StoredValue<Option<Stream>, LocalStorage>,
    /// When something was heard last, in epoch milliseconds of this machine.
    heard: StoredValue<i64>,
    /// Until when an order keeps a page awake that is told to rest.
    stirred_until: StoredValue<i64>,
    /// What the page was rendered from.
    page: StoredValue<Status>,
    noticed_at: StoredValue<i64>,
}

fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// Follows the status for as long as the app lives.
pub(super) fn follow(live: Live) {
    let watch = Watch {
        live,
        stream: StoredValue::new_local(None),
        heard: StoredValue::new(now()),
        stirred_until: StoredValue::new(0),
        page: StoredValue::new(live.status.get_untracked()),
        noticed_at: StoredValue::new(0),
    };
    watch.tend();
    let shown = window_event_listener(ev::visibilitychange, move |_| watch.tend());
    let stirred = window_event_listener(ev::submit, move |_| {
        watch.stirred_until.set_value(now() + STIRRED_MS);
        watch.tend();
    });
    let seconds = StoredValue::new(0_u32);
    let every_second = move || {
        seconds.update_value(|seconds| *seconds = seconds.wrapping_add(1));
        watch.tick(seconds.get_value());
    };
    let clock = set_interval_with_handle(every_second, Duration::from_secs(1)).ok();
    effect(move || {
        live.refresh.track();
        watch.tend();
    });
    on_cleanup(move || {
        watch.stream.set_value(None);
        shown.remove();
        stirred.remove();
        if let Some(clock) = clock {
            clock.clear();
        }
    });
}

impl Watch {
    /// Whether somebody looks and wants news.
    fn is_wanted(self) -> bool {
        let rests = self.live.refresh.get_untracked().0 == 0;
        let under_way = || self.live.status.with_untracked(|status| status.bursts.iter().any(|burst| !burst.done));
        !document().hidden() && (!rests || now() < self.stirred_until.get_value() || under_way())
    }

    /// Opens or closes the stream, as it is wanted.
    fn tend(self) {
        let open = self.stream.with_value(Option::is_some);
        match (open, self.is_wanted()) {
            (true, false) => {
                self.stream.set_value(None);
                self.live.connection.set(Connection::Paused { since: self.heard.get_value() });
            }
            (false, true) => {
                let again = self.live.connection.get_untracked() != Connection::Rendered;
                self.heard.set_value(now());
                self.stream.set_value(self.open());
                if again {
                    self.live.connection.set(Connection::Reconnecting);
                    self.live.beat.update(|beat| *beat += 1);
                }
            }
            (false, false) if self.live.connection.get_untracked() == Connection::Rendered => {
                self.live.connection.set(Connection::Paused { since: self.heard.get_value() });
            }
            _ => {}
        }
    }

    fn tick(self, second: u32) {
        self.tend();
        let live = self.live;
        let settled = || live.status.with_untracked(|status| status.connectors.iter().all(|sink| sink.lag == 0));
        if live.notice.with_untracked(Option::is_some) && now() - self.noticed_at.get_value() > NOTICE_MS && settled() {
            live.notice.set(None);
        }
        if !self.is_wanted() {
            return;
        }
        let since = self.heard.get_value();
        if now() - since > STALE_AFTER_MS && live.connection.get_untracked() != (Connection::Stale { since }) {
            live.connection.set(Connection::Stale { since });
        }
        // A browser gives up on a stream that was answered with an error; we don't.
        let ended = |stream: &Option<Stream>| {
            stream.as_ref().is_none_or(|stream| stream.source.ready_state() == EventSource::CLOSED)
        };
        if second.is_multiple_of(EVERY_S) && self.stream.with_value(ended) {
            self.stream.set_value(self.open());
            self.poll();
        }
        let refresh = live.refresh.get_untracked().0;
        let answers = live.status.with_untracked(|status| status.graph.connected);
        let live_now = matches!(live.connection.get_untracked(), Connection::Live | Connection::Polled);
        if refresh > 0 && answers && live_now && second.is_multiple_of(refresh) {
            live.beat.update(|beat| *beat += 1);
        }
    }

    /// Takes a status in, and says what it tells beside its numbers.
    fn hear(self, status: Status) {
        let live = self.live;
        self.heard.set_value(now());
        if let Some(notice) = live.status.with_untracked(|before| notice::notice(before, &status)) {
            self.noticed_at.set_value(now());
            live.notice.set(Some(notice));
            live.beat.update(|beat| *beat += 1);
        }
        if self.page.with_value(|page| notice::is_other_build(page, &status)) && !live.updated.get_untracked() {
            live.updated.set(true);
        }
        live.status.set(status);
    }

    /// Asks for the status once, in place of the stream that was refused.
    fn poll(self) {
        let live = self.live;
        leptos::task::spawn_local(async move {
            // A failure needs no word of its own: nothing was heard, and after a while the page says so.
            let Ok(status) = read::status().await else { return };
            if live.connection.try_get_untracked().is_some_and(|connection| connection != Connection::Live) {
                self.hear(status);
                live.connection.set(Connection::Polled);
            }
        });
    }

    fn open(self) -> Option<Stream> {
        let live = self.live;
        let source = EventSource::new("/events").ok()?;
        let on_status = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Some(text) = event.data().as_string() else { return };
            match serde_json::from_slice::<Status>(text.as_bytes()) {
                Ok(status) => {
                    self.hear(status);
                    if live.connection.get_untracked() != Connection::Live {
                        live.connection.set(Connection::Live);
                    }
                }
                Err(error) => leptos::logging::error!("an event could not be read: {error}"),
            }
        });
        let on_error = Closure::<dyn FnMut()>::new(move || {
            if live.connection.get_untracked() == Connection::Live {
                live.connection.set(Connection::Reconnecting);
            }
        });
        source.add_event_listener_with_callback("status", on_status.as_ref().unchecked_ref()).ok()?;
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Stream { source, _on_status: on_status, _on_error: on_error })
    }
}
