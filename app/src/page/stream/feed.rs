//! The events of the stream: their own connection, for as long as the page is open and somebody looks at it.

use std::time::Duration;

use leptos::{ev, prelude::*};
use model::record::News;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::address::Address;
use crate::call::read;

/// How the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Events arrive.
    Live,
    /// The server has no stream to spare: the newest records are asked for every few seconds.
    Polled,
    /// The connection is not there, or not yet again.
    Broken,
}

/// How often a stream that was refused is tried again, and the newest records asked for meanwhile.
const AGAIN: Duration = Duration::from_secs(3);

/// Records that are asked for where there is no stream.
pub(super) const ASKED: u32 = 100;

/// An open connection; closed when dropped.
struct Open {
    source: EventSource,
    _on_records: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// Who hears of what.
#[derive(Clone, Copy)]
struct Ear {
    news: StoredValue<Box<dyn Fn(News) + Send + Sync>>,
    link: StoredValue<Box<dyn Fn(Link) + Send + Sync>>,
}

impl Ear {
    fn hear(self, news: News, link: Link) {
        self.link.try_with_value(|tell| tell(link));
        self.news.try_with_value(|tell| tell(news));
    }
}

/// Follows what the address picks until the owner of this call is gone.
pub(super) fn follow(address: Address, news: Box<dyn Fn(News) + Send + Sync>, link: Box<dyn Fn(Link) + Send + Sync>) {
    let ear = Ear { news: StoredValue::new(news), link: StoredValue::new(link) };
    let url = StoredValue::new(address.events());
    let address = StoredValue::new(address);
    let connection = StoredValue::new_local(if document().hidden() { None } else { open(&url.get_value(), ear) });

    let shown = window_event_listener(ev::visibilitychange, move |_| {
        if document().hidden() {
            connection.set_value(None);
        } else if connection.with_value(Option::is_none) {
            connection.set_value(open(&url.get_value(), ear));
        }
    });
    let again = move || {
        if document().hidden() {
            return;
        }
        // A browser gives up on a stream that was answered with an error; we don't.
        let ended =
            |open: &Option<Open>| open.as_ref().is_none_or(|open| open.source.ready_state() == EventSource::CLOSED);
        if connection.with_value(ended) {
            connection.set_value(open(&url.get_value(), ear));
            leptos::task::spawn_local(async move {
                let Some(Address { topic, text, broken, .. }) = address.try_get_value() else { return };
                if let Ok(news) = read::stream(topic, text, broken, ASKED).await {
                    ear.hear(news, Link::Polled);
                }
            });
        }
    };
    let clock = set_interval_with_handle(again, AGAIN).ok();
    on_cleanup(move || {
        connection.set_value(None);
        shown.remove();
        if let Some(clock) = clock {
            clock.clear();
        }
    });
}

fn open(url: &str, ear: Ear) -> Option<Open> {
    let source = EventSource::new(url).ok()?;
    let on_records = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        match serde_json::from_slice::<News>(text.as_bytes()) {
            Ok(news) => ear.hear(news, Link::Live),
            Err(error) => leptos::logging::error!("an event of the stream could not be read: {error}"),
        }
    });
    let on_error = Closure::<dyn FnMut()>::new(move || {
        ear.link.try_with_value(|tell| tell(Link::Broken));
    });
    source.add_event_listener_with_callback("records", on_records.as_ref().unchecked_ref()).ok()?;
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    Some(Open { source, _on_records: on_records, _on_error: on_error })
}
