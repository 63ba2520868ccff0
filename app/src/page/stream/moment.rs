//! When a record was produced: in the reader's time zone once the browser has taken over, in UTC before.

use leptos::prelude::*;

use crate::{component::time::offset_minutes, format, live::use_live};

/// Whether the browser has taken over.
#[derive(Clone, Copy)]
pub(super) struct Local(pub(super) RwSignal<bool>);

impl Local {
    /// Not yet: what the browser renders first has to be what the server did.
    pub(super) fn start() -> Self {
        let local = Self(RwSignal::new(false));
        crate::erased::effect(move || local.0.set(true));
        local
    }
}

/// A moment in epoch milliseconds as `13:02:11.482`, one of another day with its date; UTC where somebody points at it.
pub(super) fn moment(at: Option<i64>, local: Local) -> AnyView {
    let Some(at) = at else { return view! { <span class="muted">"no time"</span> }.into_any() };
    let utc = format!("{}.{:03} UTC", format::date_time(at).trim_end_matches(" UTC"), at.rem_euclid(1_000));
    let status = use_live().status;
    let now = status.with_untracked(|status| status.at);
    let text = move || {
        let shift = |ms: i64| if local.0.get() { ms + offset_minutes(ms) * 60_000 } else { ms };
        time(shift(at), shift(now))
    };
    view! { <time title=utc>{text}</time> }.into_any()
}

/// `13:02:11.482`, or `23 Nov 13:02:11` on another day than `now`.
fn time(ms: i64, now: i64) -> String {
    const DAY: i64 = 86_400_000;
    let clock = format::time_of_day(ms);
    if ms.div_euclid(DAY) == now.div_euclid(DAY) {
        return format!("{clock}.{:03}", ms.rem_euclid(1_000));
    }
    let date = format::date(ms.div_euclid(1_000));
    let (day, _year) = date.rsplit_once(' ').unwrap_or((&date, ""));
    format!("{day} {clock}")
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_of_today_has_its_milliseconds_and_another_its_day() {
        assert_eq!(time(1_789_000_000_042, 1_789_000_100_000), "00:26:40.042");
        assert_eq!(time(1_789_000_000_042, 1_789_086_400_000), "10 Sep 00:26:40");
    }
}
