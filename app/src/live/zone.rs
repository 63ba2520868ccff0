//! Times of day in the reader's zone: UTC in the HTML of the server, which does not know it, and local once the page is alive.

use leptos::prelude::*;

use super::use_live;
use crate::format;

/// `14:03:22`, with ` UTC` behind it as long as it is that.
pub(crate) fn clock(ms: i64) -> String {
    if use_live().awake.get() {
        format::time_of_day(ms - west_of_utc_ms(ms))
    } else {
        format!("{} UTC", format::time_of_day(ms))
    }
}

/// How far the reader's clock is behind UTC at that time.
#[cfg(feature = "hydrate")]
fn west_of_utc_ms(ms: i64) -> i64 {
    js_sys::Date::new(&(ms as f64).into()).get_timezone_offset() as i64 * 60_000
}

#[cfg(not(feature = "hydrate"))]
const fn west_of_utc_ms(_ms: i64) -> i64 {
    0
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
