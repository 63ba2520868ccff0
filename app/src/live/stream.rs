//! The event stream from the server: one for each tab, closed while nobody looks.

use std::time::Duration;

use leptos::{ev, prelude::*};
use model::status::Status;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::{Connection, Live};
use crate::call::read;

/// Nothing for this long: what is shown is old. The server sends at least once a second.
const STALE_AFTER_MS: f64 = 5000.0;

/// How often a stream that was refused is tried again, and the status asked for meanwhile.
const EVERY_S: u32 = 3;

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

/// Follows the status for as long as the app lives.
pub(super) fn follow(live: Live) {
    let heard = StoredValue::new(js_sys::Date::now());
    let stream = StoredValue::new_local(open(live, heard));
    let seconds = StoredValue::new(0_u32);

    let shown = window_event_listener(ev::visibilitychange, move |_| {
        if document().hidden() {
            stream.set_value(None);
        } else if stream.with_value(Option::is_none) {
            heard.set_value(js_sys::Date::now());
            stream.set_value(open(live, heard));
            live.connection.set(Connection::Reconnecting);
            live.beat.update(|beat| *beat += 1);
        }
    });

    let every_second = move || {
        if document().hidden() {
            return;
        }
        if js_sys::Date::now() - heard.get_value() > STALE_AFTER_MS {
            live.connection.set(Connection::Stale);
        }
        seconds.update_value(|seconds| *seconds = seconds.wrapping_add(1));
        // A browser gives up on a stream that was answered with an error; we don't.
        let ended = |stream: &Option<Stream>| {
            stream.as_ref().is_none_or(|stream| stream.source.ready_state() == EventSource::CLOSED)
        };
        if seconds.get_value().is_multiple_of(EVERY_S) && stream.with_value(ended) {
            stream.set_value(open(live, heard));
            poll(live, heard);
        }
        let refresh = live.refresh.get_untracked().0;
        let answers = live.status.with_untracked(|status| status.graph.connected);
        let live_now = matches!(live.connection.get_untracked(), Connection::Live | Connection::Polled);
        if refresh > 0 && answers && live_now && seconds.get_value().is_multiple_of(refresh) {
            live.beat.update(|beat| *beat += 1);
        }
    };
    let clock = set_interval_with_handle(every_second, Duration::from_secs(1)).ok();

    on_cleanup(move || {
        stream.set_value(None);
        shown.remove();
        if let Some(clock) = clock {
            clock.clear();
        }
    });
}

/// Asks for the status once, in place of the stream that was refused.
fn poll(live: Live, heard: StoredValue<f64>) {
    leptos::task::spawn_local(async move {
        // A failure needs no word of its own: nothing was heard, and after a while the page says so.
        let Ok(status) = read::status().await else { return };
        let refused = live.connection.try_get_untracked().is_some_and(|connection| connection != Connection::Live);
        if refused && heard.try_set_value(js_sys::Date::now()).is_none() {
            live.status.set(status);
            live.connection.set(Connection::Polled);
        }
    });
}

fn open(live: Live, heard: StoredValue<f64>) -> Option<Stream> {
    let source = EventSource::new("/events").ok()?;
    let on_status = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        match serde_json::from_slice::<Status>(text.as_bytes()) {
            Ok(status) => {
                heard.set_value(js_sys::Date::now());
                live.status.set(status);
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
