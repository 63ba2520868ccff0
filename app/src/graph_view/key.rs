//! The keyboard on the stage, and the key that leads to the search.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::state::{Order, Signals};

/// How far an arrow key moves the picture, in pixels.
const STEP: f64 = 60.0;

/// A key was pressed while the stage had the focus.
pub(super) fn pressed(event: &KeyboardEvent, signals: Signals) {
    // On a button inside, Enter presses the button.
    let own = event.target() == event.current_target();
    if !own || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let order = match event.key().as_str() {
        "ArrowLeft" => Order::Pan(STEP, 0.0),
        "ArrowRight" => Order::Pan(-STEP, 0.0),
        "ArrowUp" => Order::Pan(0.0, STEP),
        "ArrowDown" => Order::Pan(0.0, -STEP),
        "+" | "=" => Order::Zoom(1.25),
        "-" | "_" => Order::Zoom(0.8),
        "0" => Order::Fit,
        "Escape" => {
            signals.select(None);
            return;
        }
        "Enter" => {
            if let Some(key) = signals.state.with_untracked(|state| state.selected) {
                signals.expand.set(Some(key));
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    signals.order.set(Some(order));
}

/// `/` leads to the search, unless somebody is typing.
pub(super) fn slash() {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.key() != "/" || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let typing = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| element.closest("input, textarea, select").ok().flatten().is_some());
        if typing {
            return;
        }
        let find = document().query_selector(".graph .find").ok().flatten();
        if let Some(find) = find.and_then(|find| find.dyn_into::<HtmlElement>().ok()) {
            event.prevent_default();
            let _ = find.focus();
        }
    });
    on_cleanup(move || handle.remove());
}
