//! A moment as the reader's clock shows it: UTC until the browser has taken the page over.

use leptos::prelude::*;

use crate::{component::time::offset_minutes, format};

/// The time of day of `at` (epoch milliseconds); `here` says whether the reader's zone is known.
pub(super) fn moment(at: i64, here: RwSignal<bool>) -> AnyView {
    let text = move || {
        if here.get() {
            format::time_of_day(at + offset_minutes(at) * 60_000)
        } else {
            format!("{} UTC", format::time_of_day(at))
        }
    };
    view! { <time datetime=format::iso(at) title=format::date_time(at)>{text}</time> }.into_any()
}
