//! The rows, with what holds them, clears them and says how many there are.

use leptos::prelude::*;
use model::{
    Kind,
    record::{Fate, News, Place, Row},
};

use super::{
    address::Address,
    buffer::{Buffer, Line},
    empty,
};
use crate::{
    call::CallError,
    chart::scale::colour,
    component::{
        banner::Refused,
        icon::{Glyph, Icon, Swatch},
        time::{Say, Time},
    },
    erased::{memo, when},
    format,
    live::use_live,
};

/// How far down the page somebody reads rather than follows, in pixels.
#[cfg(feature = "hydrate")]
const READING: f64 = 240.0;

/// How the records come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coming {
    /// The page is as the server rendered it.
    Rendered,
    #[cfg(feature = "hydrate")]
    By(super::feed::Link),
}

/// The list for what an address picks; it begins with what was there when it was asked for.
pub(super) fn list(
    address: Address,
    first: Result<News, CallError>,
    open: Memo<String>,
    paused: RwSignal<bool>,
) -> AnyView {
    let first = match first {
        Ok(first) => first,
        Err(error) => return view! { <Refused error/> }.into_any(),
    };
    let searched = first.searched;
    let away = RwSignal::new(first.away);
    let buffer = RwSignal::new(Buffer::new(first.rows));
    let coming = RwSignal::new(Coming::Rendered);
    #[cfg(feature = "hydrate")]
    {
        let hear = move |mut news: News| {
            let now = news.away.take();
            if away.with_untracked(|before| *before != now) {
                away.set(now);
            }
            let reads = window().scroll_y().unwrap_or_default() > READING;
            buffer.update(|buffer| buffer.hear(news, paused.get_untracked() || reads));
        };
        let link = move |link| {
            if coming.get_untracked() != Coming::By(link) {
                coming.set(Coming::By(link));
            }
        };
        let address = address.clone();
        crate::erased::effect(move || super::feed::follow(address.clone(), Box::new(hear), Box::new(link)));
    }

    let shown = memo(move || buffer.with(|buffer| buffer.lines.len()));
    let held = memo(move || buffer.with(|buffer| buffer.held_total));
    let more = memo(move || buffer.with(|buffer| buffer.more));
    let any = memo(move || shown.get() > 0);
    let is_away = move || away.get().map(empty::away);
    let picks = address.picks();
    let closed = StoredValue::new(address.closed());
    let none = move || {
        (!any.get() && away.with(Option::is_none)).then(|| {
            if buffer.with(Buffer::is_cleared) {
                empty::cleared()
            } else if picks {
                closed.with_value(|address| empty::nothing(address, searched))
            } else {
                view! { <empty::First/> }.into_any()
            }
        })
    };
    let each = move || buffer.with(|buffer| buffer.lines.clone());
    let awake = use_live().awake;
    let heading = move || if awake.get() { "Time" } else { "Time (UTC)" };
    let table = move || {
        view! {
            <table class="numbers records">
                <caption class="sr">"Records, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">{heading}</th>
                        <th scope="col">"Topic"</th>
                        <th scope="col">"Place"</th>
                        <th scope="col">"Key"</th>
                        <th scope="col">"What it says"</th>
                        <th scope="col">"What became of it"</th>
                    </tr>
                </thead>
                <tbody>
                    <For
                        each
                        key=|line| (line.row.place.clone(), line.row.at)
                        children=move |each| closed.with_value(|address| line(each, address, open))
                    />
                </tbody>
            </table>
        }
        .into_any()
    };
    let state = state(coming, shown, more, any);
    view! {
        {is_away}
        <div class="control">
            {state}
            <div class="hold js">
                {pause(buffer, paused)}
                <button class="btn" type="button" on:click=move |_| buffer.update(Buffer::clear)>"Clear"</button>
            </div>
        </div>
        {arrived(buffer, held)}
        {none}
        {when(any, table)}
    }
    .into_any()
}

/// How many rows there are, and how they come.
fn state(coming: RwSignal<Coming>, shown: Memo<usize>, more: Memo<u64>, any: Memo<bool>) -> AnyView {
    let status = use_live().status;
    let at = status.with_untracked(|status| status.at);
    let text = move || {
        let rows = format::plural(shown.get() as i64, "record", "records");
        match coming.get() {
            _ if !any.get() => String::new(),
            Coming::Rendered => format!("The newest {rows}, as of {} UTC.", format::time_of_day(at)),
            #[cfg(feature = "hydrate")]
            Coming::By(_) => format!("{rows}, newest first. At most {} are kept.", super::buffer::KEPT),
        }
    };
    let link = move || -> Option<&'static str> {
        match coming.get() {
            #[cfg(feature = "hydrate")]
            Coming::By(super::feed::Link::Broken) => Some("Reconnecting…"),
            #[cfg(feature = "hydrate")]
            Coming::By(super::feed::Link::Polled) => Some("Too many pages are open: this one asks every 3 s."),
            _ => None,
        }
    };
    let link = move || link().map(|text| view! { <b class="waiting" role="status">{text}</b> });
    let skipped = move || {
        let more = more.get();
        (more > 0)
            .then(|| view! { <span class="skipped">{format!("{} more than are shown.", format::count(more))}</span> })
    };
    view! { <p class="tally">{link}" "<span>{text}</span>" "{skipped}</p> }.into_any()
}

fn pause(buffer: RwSignal<Buffer>, paused: RwSignal<bool>) -> AnyView {
    let word = move || if paused.get() { "Resume" } else { "Pause" };
    let turn = move |_| {
        let now = !paused.get_untracked();
        paused.set(now);
        if !now {
            buffer.update(Buffer::release);
        }
    };
    view! { <button class="btn" type="button" aria-pressed=move || paused.get().to_string() on:click=turn>{word}</button> }.into_any()
}

/// The button that shows what arrived while the page was held.
fn arrived(buffer: RwSignal<Buffer>, held: Memo<u64>) -> AnyView {
    let any = memo(move || held.get() > 0);
    when(any, move || {
        let show = move |_| {
            buffer.update(Buffer::release);
            #[cfg(feature = "hydrate")]
            window().scroll_to_with_x_and_y(0.0, 0.0);
        };
        view! {
            <button class="btn primary arrived" type="button" on:click=show>
                {move || format!("{} new", format::count(held.get()))}
            </button>
        }
        .into_any()
    })
}

fn line(line: Line, address: &Address, open: Memo<String>) -> AnyView {
    let Line { row, fate } = line;
    let Row { place, at, key, gist, reason, .. } = row;
    let name = place.to_string();
    let hue = place.topic.parse().map_or(Kind::ALL.len(), Kind::index);
    let href = address.opening(name.clone()).href();
    let current = move || open.with(|open| *open == name).then_some("true");
    let key = key.map_or_else(
        || view! { <span class="muted">"none"</span> }.into_any(),
        |key| view! { <code>{key}</code> }.into_any(),
    );
    let broken = reason.clone().map(|reason| view! { <code class="rule">{reason}</code>" " });
    let link = view! { <a href=href data-noscroll="" aria-current=current>{broken}<bdi>{gist}</bdi></a> };
    view! {
        <tr>
            <td class="when">{moment(at)}</td>
            <td class="of"><Swatch colour=colour(hue)/><span>{place.topic.clone()}</span></td>
            <td class="place"><span class="sr">"partition "</span>{place.partition}<span aria-hidden="true">":"</span><span class="sr">" offset "</span>{place.offset}</td>
            <td class="by">{key}</td>
            <td class="gist">{link}</td>
            <td class="fate">{move || badge(fate.get(), &place, reason.as_deref())}</td>
        </tr>
    }
    .into_any()
}

/// When a record was produced.
pub(super) fn moment(at: Option<i64>) -> AnyView {
    match at {
        Some(at) => view! { <Time at say=Say::Exact/> }.into_any(),
        None => view! { <span class="muted">"no time"</span> }.into_any(),
    }
}

/// What has become of a record: a word, an icon and a colour; a dead letter is a link.
pub(super) fn badge(fate: Fate, place: &Place, reason: Option<&str>) -> AnyView {
    let (word, icon, tone) = match fate {
        Fate::Waiting => ("waiting", Icon::Ring, "idle"),
        Fate::Stored => ("stored", Icon::Check, "ok"),
        Fate::Repeated => ("known already", Icon::Retry, "idle"),
        Fate::Settled => ("in the graph", Icon::Check, "ok"),
        Fate::Dead => ("dead letter", Icon::Warning, "warn"),
        Fate::Read => ("read", Icon::Check, "idle"),
    };
    let class = format!("state {tone}");
    if fate == Fate::Dead {
        let href = dead_letter(place, reason);
        return view! { <a class=class href=href><Glyph icon/>{word}</a> }.into_any();
    }
    view! { <span class=class><Glyph icon/>{word}</span> }.into_any()
}

/// The page of dead letters, beginning with this one.
fn dead_letter(place: &Place, reason: Option<&str>) -> String {
    let Place { topic, partition, offset } = place;
    let reason = reason.map(|reason| format!("&reason={reason}")).unwrap_or_default();
    // The list goes on after what is named: nothing at this place comes before a cluster without a name.
    format!("/dead-letters?topic={topic}{reason}&after={topic}/{partition}/{offset}//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_s_link_begins_with_it() {
        let place = Place { topic: "purchases".into(), partition: 2, offset: 7 };
        let href = dead_letter(&place, Some("malformed_json"));
        assert_eq!(href, "/dead-letters?topic=purchases&reason=malformed_json&after=purchases/2/7//");
    }
}
