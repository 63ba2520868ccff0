//! Times of day in the reader's zone: UTC in the HTML of the server, which does not know it, and local once the page is alive.

use leptos::prelude::*;

use super::use_live;
use crate::{component::time::offset_minutes, format};

/// `14:03:22`, with ` UTC` behind it as long as it is that.
pub(crate) fn clock(ms: i64) -> String {
    if use_live().awake.get() {
        format::time_of_day(ms + offset_minutes(ms) * 60_000)
    } else {
        format!("{} UTC", format::time_of_day(ms))
    }
}

/// A time of day that shows date and UTC to whoever points at it.
#[component]
pub(crate) fn Clock(#[prop(into)] ms: Signal<i64>) -> impl IntoView {
    view! {
        <time datetime=move || format::machine_time(ms.get()) title=move || format::date_time(ms.get())>
            {move || clock(ms.get())}
        </time>
    }
}
