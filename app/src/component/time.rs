//! A moment by the reader's own clock. The server, which does not know it, says it in UTC, and so does the title.

use leptos::prelude::*;

use crate::{erased::effect, format};

/// The time of day, and where it matters the day as well. As long in every zone, so that nothing moves when the browser
/// takes over.
#[component]
pub(crate) fn Time(
    /// Epoch milliseconds.
    at: i64,
    /// Whether the day is said too.
    #[prop(optional)]
    day: bool,
) -> impl IntoView {
    // After hydration, not while: the browser's half has to begin with what the server has written.
    let shown = RwSignal::new(words(at, day, 0));
    effect(move || shown.set(words(at, day, offset_minutes(at))));
    view! { <time class="when" datetime=format::iso(at) title=format::date_time(at)>{move || shown.get()}</time> }
}

/// The moment as a clock shows it that is so many minutes ahead of UTC.
fn words(at: i64, day: bool, offset_minutes: i64) -> String {
    let local = at + offset_minutes * 60_000;
    let time = format::time_of_day(local);
    if day { format!("{}, {time}", format::date(local.div_euclid(1000))) } else { time }
}

/// How many minutes the reader's clock was, or will be, ahead of UTC at a moment in epoch milliseconds; 0 on the server,
/// which does not know it.
#[cfg(feature = "hydrate")]
pub(crate) fn offset_minutes(at: i64) -> i64 {
    let behind = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64)).get_timezone_offset();
    // None for a moment that is beyond all calendars.
    if behind.is_finite() { -behind as i64 } else { 0 }
}

#[cfg(not(feature = "hydrate"))]
pub(crate) const fn offset_minutes(_at: i64) -> i64 {
    0
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_moment_is_another_hour_or_day_elsewhere() {
        let at = 1_795_525_331_999;
        assert_eq!(words(at, false, 0), "13:02:11");
        assert_eq!(words(at, false, 330), "18:32:11");
        assert_eq!(words(at, true, -14 * 60), "23 Nov 2026, 23:02:11");
    }
}
