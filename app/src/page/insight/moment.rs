//! A moment as the reader's clock shows it: UTC until the browser has taken the page over.

use leptos::prelude::*;

use crate::format;

/// The time of day of `at` (epoch milliseconds); `here` says whether the reader's zone is known.
pub(super) fn moment(at: i64, here: RwSignal<bool>) -> AnyView {
    let text = move || if here.get() { local(at) } else { format!("{} UTC", format::time_of_day(at)) };
    view! { <time datetime=format::iso(at) title=format::date_time(at)>{text}</time> }.into_any()
}

#[cfg(feature = "hydrate")]
fn local(at: i64) -> String {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64));
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

#[cfg(not(feature = "hydrate"))]
fn local(at: i64) -> String {
    format::time_of_day(at)
}
