//! Short messages at the edge of the page: what an order came to. Never the only place that says so.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// How long one stays: long enough to be read twice. While somebody points at them, all stay.
const STAYS: Duration = Duration::from_secs(8);
/// How many there are at once.
const AT_ONCE: usize = 3;

/// One message.
#[derive(Clone, Debug, PartialEq)]
struct Toast {
    id: u32,
    tone: &'static str,
    text: String,
}

/// The messages of the page.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    said: StoredValue<u32>,
}

impl Toasts {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self { shown: RwSignal::new(Vec::new()), said: StoredValue::new(0) }
    }

    /// Says something; `tone` is `ok`, `warn` or `bad`.
    pub(crate) fn say(self, tone: &'static str, text: String) {
        self.said.update_value(|said| *said += 1);
        let id = self.said.get_value();
        self.shown.update(|shown| add(shown, Toast { id, tone, text }));
        self.dismiss_later(id);
    }

    fn dismiss_later(self, id: u32) {
        let dismiss = move || {
            if pointed_at() {
                self.dismiss_later(id);
            } else {
                self.dismiss(id);
            }
        };
        set_timeout(dismiss, STAYS);
    }

    fn dismiss(self, id: u32) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// Adds one; the oldest gives way.
fn add(shown: &mut Vec<Toast>, toast: Toast) {
    // Said twice in a row, it is said once, and anew.
    shown.retain(|known| known.text != toast.text);
    shown.push(toast);
    let over = shown.len().saturating_sub(AT_ONCE);
    shown.drain(..over);
}

/// Whether somebody is reading them, by pointer or by keyboard.
fn pointed_at() -> bool {
    #[cfg(feature = "hydrate")]
    return document().query_selector(".toasts:hover, .toasts:focus-within").is_ok_and(|found| found.is_some());
    #[cfg(not(feature = "hydrate"))]
    false
}

/// The messages that the whole page shares.
pub(crate) fn use_toasts() -> Toasts {
    expect_context::<Toasts>()
}

/// Where they are shown. It is there from the start: a region that comes with its first message is not read out.
#[component]
pub(crate) fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    let toast = move |toast: Toast| {
        let Toast { id, tone, text } = toast;
        let icon = if tone == "ok" { Icon::Check } else { Icon::Warning };
        view! {
            <li class=format!("toast {tone}")>
                <Glyph icon/>
                <span>{text}</span>
                <button type="button" aria-label="Dismiss this message" on:click=move |_| toasts.dismiss(id)>
                    <Glyph icon=Icon::Cross/>
                </button>
            </li>
        }
    };
    view! {
        <ul class="toasts" role="status" aria-live="polite" aria-label="Messages">
            <For each=move || toasts.shown.get() key=|toast| toast.id children=toast/>
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_gives_way_and_nothing_is_said_twice_at_once() {
        let mut shown = Vec::new();
        for (id, text) in [(1, "a"), (2, "b"), (3, "a"), (4, "c"), (5, "d")] {
            add(&mut shown, Toast { id, tone: "ok", text: text.into() });
        }
        assert_eq!(shown.iter().map(|toast| toast.id).collect::<Vec<_>>(), [3, 4, 5]);
    }
}
