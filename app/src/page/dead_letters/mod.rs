//! Records that broke a rule: what they were, why they are here, and the way to send them again.

mod address;
mod bulk;
mod filter;
mod letter;
mod mend;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::dead_letter::{DeadLetter, DeadLetterPage, ReasonCount};

#[cfg(feature = "ssr")]
pub(crate) use address::outcome_address;

use self::address::{Asked, Place};
use crate::{
    call::{CallError, read},
    component::banner::{Banner, Refused, SignInFirst},
    erased::{memo, when},
    format,
    live::{Arrived, polled, use_live},
};

/// How many letters a page has.
const PAGE: u32 = 25;

/// The page; `address.rs` says what its address can say.
#[component]
pub(crate) fn DeadLetters() -> impl IntoView {
    let query = use_query_map();
    let asked = memo(move || query.with(Asked::read));
    // Counts what was sent again from here, so that the letters are asked for at once and not at the next beat.
    let sent = RwSignal::new(0_u32);
    let answer = polled(
        move || (asked.get(), sent.get()),
        |(asked, _)| read::dead_letters(asked.topic, asked.reason, asked.after, PAGE),
    );
    let counts = polled(move || sent.get(), |_| read::dead_letter_reasons());
    let one = polled(
        move || (asked.with(|asked| asked.sel.clone()), sent.get()),
        |(place, _)| async move {
            let Some(place) = place else { return Ok(None) };
            read::dead_letter(place.topic, place.partition, place.offset).await
        },
    );
    let counted = Signal::derive(move || counts.arrived().and_then(Result::ok).unwrap_or_default());
    let page = Signal::derive(move || answer.arrived());
    // Its marks are looked up with those of the page.
    let known = Signal::derive(move || {
        let (mut page, one) = (answer.arrived(), one.arrived());
        if let (Some(Ok(page)), Some(Ok(Some(one)))) = (&mut page, one) {
            page.dead_letters.push(one);
        }
        page
    });
    let opened = move || one.arrived().and_then(Result::ok).flatten().into_iter().collect::<Vec<_>>();
    let not_opened = move || match one.arrived()? {
        Ok(Some(_)) => None,
        Ok(None) => asked.with(|asked| asked.sel.as_ref().map(missing)),
        Err(error) => Some(view! { <Refused error/> }.into_any()),
    };
    let letters = move || {
        let open = one.arrived().and_then(Result::ok).flatten();
        let page = page.get().and_then(Result::ok).unwrap_or_default();
        // What is opened stands above, and not a second time in the list.
        page.dead_letters
            .into_iter()
            .filter(|letter| open.as_ref().is_none_or(|open| open.id != letter.id))
            .collect::<Vec<_>>()
    };
    let rest = move || {
        page.get().map(|page| match page {
            Ok(page) => rest(&page, &asked.get(), &counted.get()),
            Err(error) => view! { <Refused error/> }.into_any(),
        })
    };
    view! {
        <p class="lead">
            "What breaks a rule is not lost: it is kept here with its reason, in the transaction that moved the checkpoint over it. "
            "Mend it and send it again."
        </p>
        <SignInFirst/>
        <Away/>
        <section class="card">
            <Transition fallback=|| view! { <p class="muted" aria-busy="true">"Looking…"</p> }>
                {filter::filter(asked, counted)}
                {bulk::bulk(asked, counted, sent)}
                {not_opened}
                // By its key, too: an answer that comes anew must not take away what is being mended.
                <ul class="letters chosen">
                    <For
                        each=opened
                        key=|letter: &DeadLetter| letter.id.clone()
                        children=move |each| letter::letter(each, true, known, sent)
                    />
                </ul>
                <ul class="letters">
                    // By its key: a new letter above must not move what somebody is mending into another one.
                    <For
                        each=letters
                        key=|letter: &DeadLetter| letter.id.clone()
                        children=move |each| letter::letter(each, false, page, sent)
                    />
                </ul>
                {rest}
            </Transition>
        </section>
    }
}

/// That what the address opens is not there.
fn missing(place: &Place) -> AnyView {
    let text = format!(
        "There is no dead letter at {}-{} @ {}. If the graph was emptied, the letter went with it.",
        place.topic, place.partition, place.offset
    );
    view! { <Banner tone="warn" title="Not here." text/> }.into_any()
}

/// Why the letters can't be looked at right now; that the graph is away is said above every page.
#[component]
fn Away() -> impl IntoView {
    let status = use_live().status;
    let away = memo(move || status.with(|status| status.at > 0 && !status.graph.connected));
    when(away, || {
        view! { <p class="muted" role="status">"The dead letters are kept in the graph, and are here again when it answers."</p> }.into_any()
    })
}

/// How many letters there are of those that are asked for, and how many of them wait to be sent again.
fn total(asked: &Asked, counts: &[ReasonCount]) -> (i64, i64) {
    let meant = counts.iter().filter(|count| {
        asked.topic.as_ref().is_none_or(|topic| *topic == count.topic)
            && asked.reason.as_ref().is_none_or(|reason| *reason == count.reason)
    });
    meant.fold((0, 0), |(letters, waiting), count| (letters + count.letters, waiting + count.waiting))
}

/// What stands below the letters: how many of how many these are, or why there are none.
fn rest(page: &DeadLetterPage, asked: &Asked, counts: &[ReasonCount]) -> AnyView {
    let shown = page.dead_letters.len() as i64;
    if shown == 0 {
        return nothing(asked);
    }
    let (all, _) = total(asked, counts);
    // The count may be a second older than the page.
    let all = all.max(asked.seen + shown);
    let range = format!(
        "{}–{} of {}",
        format::thousands(asked.seen + 1),
        format::thousands(asked.seen + shown),
        format::plural(all, "dead letter", "dead letters"),
    );
    let first = (asked.seen > 0 || asked.after.is_some())
        .then(|| view! { <a class="btn" href=asked.first()>"← First ones"</a> });
    let next = page.next.as_ref().map(|next| view! { <a class="btn" href=asked.next(next, shown)>"More →"</a> });
    view! { <div class="foot pages"><span>{range}</span><span class="right">{first}{next}</span></div> }.into_any()
}

fn nothing(asked: &Asked) -> AnyView {
    if asked.topic.is_some() || asked.reason.is_some() || asked.after.is_some() {
        return view! {
            <div class="hint empty">
                <h2>"None of these"</h2>
                <p class="muted">"No dead letter has this topic and reason. "<a href="/dead-letters">"Show all of them"</a>"."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="hint empty">
            <h2>"Nothing has failed"</h2>
            <p class="muted">
                "Every record that was read is in the graph. To see how a broken one ends, "
                <a href="/simulate">"send a burst"</a>" and switch on \u{201c}Some are broken\u{201d}."
            </p>
        </div>
    }
    .into_any()
}

/// What a page of letters is asked for with: the answer, or why there is none.
type Page = Signal<Option<Result<DeadLetterPage, CallError>>>;

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn letters_are_counted_as_they_are_asked_for() {
        let count = |topic: &str, reason: &str, letters, waiting| ReasonCount {
            topic: topic.into(),
            reason: reason.into(),
            letters,
            waiting,
        };
        let counts =
            [count("purchases", "a", 3, 1), count("purchases", "b", 4, 4), count("user_connections", "a", 5, 0)];
        let asked = |topic: Option<&str>, reason: Option<&str>| Asked {
            topic: topic.map(Into::into),
            reason: reason.map(Into::into),
            ..Asked::default()
        };
        assert_eq!(total(&asked(None, None), &counts), (12, 5));
        assert_eq!(total(&asked(Some("purchases"), None), &counts), (7, 5));
        assert_eq!(total(&asked(None, Some("a")), &counts), (8, 1));
        assert_eq!(total(&asked(Some("user_connections"), Some("b")), &counts), (0, 0));
    }
}
