//! A moment by the reader's own clock. The server does not know it and says UTC, and so does the title ever after.

use leptos::prelude::*;

use crate::{format, live::use_live};

const DAY_MS: i64 = 86_400_000;

/// How much of a moment is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Say {
    /// `13:02:11`, in a sentence: with ` UTC` behind it as long as it is that.
    #[default]
    Clock,
    /// `13:02:11`, among others of its kind: as long in every zone, so that nothing moves when the browser takes over.
    Short,
    /// `24 Nov 2026, 13:02:11`, likewise.
    Day,
    /// `13:02:11.482`, or `23 Nov 13:02:11` on another day than now, likewise.
    Exact,
}

/// A moment in epoch milliseconds.
#[component]
pub(crate) fn Time(at: i64, #[prop(optional)] say: Say) -> impl IntoView {
    let live = use_live();
    let now = live.status.with_untracked(|status| status.at);
    let text = move || {
        // After hydration, not while: the browser's half has to begin with what the server has written.
        if live.awake.get() { words(say, local(at), local(now)) } else { unknown(say, at, now) }
    };
    let title = match say {
        Say::Exact => format!("{}.{:03} UTC", format::date_time(at).trim_end_matches(" UTC"), at.rem_euclid(1_000)),
        _ => format::date_time(at),
    };
    // Where nothing will ever take over, the style sheet says UTC.
    let class = matches!(say, Say::Short | Say::Day).then_some("when");
    view! { <time class=class datetime=format::iso(at) title=title>{text}</time> }
}

/// The time of day for a sentence that is one text, like [`Say::Clock`]. To be called where it is tracked.
pub(crate) fn clock(at: i64) -> String {
    if use_live().awake.get() { words(Say::Clock, local(at), local(at)) } else { unknown(Say::Clock, at, at) }
}

/// A moment, of which nobody knows what the reader's clock shows.
fn unknown(say: Say, at: i64, now: i64) -> String {
    let words = words(say, at, now);
    if say == Say::Clock { words + " UTC" } else { words }
}

/// A moment as a clock shows it, and what that shows now.
fn words(say: Say, at: i64, now: i64) -> String {
    let time = format::time_of_day(at);
    let date = || format::date(at.div_euclid(1_000));
    match say {
        Say::Clock | Say::Short => time,
        Say::Day => format!("{}, {time}", date()),
        Say::Exact if at.div_euclid(DAY_MS) == now.div_euclid(DAY_MS) => {
            format!("{time}.{:03}", at.rem_euclid(1_000))
        }
        Say::Exact => {
            let date = date();
            let (day, _year) = date.rsplit_once(' ').unwrap_or((&date, ""));
            format!("{day} {time}")
        }
    }
}

/// Shifted by as much as the reader's clock was, or will be, ahead of UTC then.
#[cfg(feature = "hydrate")]
fn local(at: i64) -> i64 {
    let minutes_behind = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64)).get_timezone_offset();
    // None for a moment that is beyond all calendars.
    if minutes_behind.is_finite() { at - minutes_behind as i64 * 60_000 } else { at }
}

#[cfg(not(feature = "hydrate"))]
const fn local(at: i64) -> i64 {
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_as_long_as_its_place_needs() {
        let at = 1_795_525_331_042;
        for (say, expected) in [
            (Say::Clock, "13:02:11"),
            (Say::Short, "13:02:11"),
            (Say::Day, "24 Nov 2026, 13:02:11"),
            (Say::Exact, "13:02:11.042"),
        ] {
            assert_eq!(words(say, at, at), expected);
        }
    }

    #[test]
    fn a_moment_of_another_day_has_its_day_instead_of_its_milliseconds() {
        assert_eq!(words(Say::Exact, 1_789_000_000_042, 1_789_086_400_000), "10 Sep 00:26:40");
    }

    #[test]
    fn a_sentence_says_that_it_is_utc_while_it_is() {
        assert_eq!(unknown(Say::Clock, 1_795_525_331_999, 0), "13:02:11 UTC");
        assert_eq!(unknown(Say::Short, 1_795_525_331_999, 0), "13:02:11");
    }
}
