//! Records that broke a rule: what they were, why they are here, and the way to send them again.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{
    Kind,
    dead_letter::{DeadLetter, DeadLetterPage},
};

use crate::{
    call::{act::Replay, read},
    component::{
        banner::{Banner, Refused, SignInFirst, sentence},
        icon::Icon,
        state::Badge,
    },
    erased::memo,
    format,
    live::{polled, use_live},
};

/// How many letters a page has.
const PAGE: u32 = 25;

/// How much of a value is seen before a letter is opened.
const GLANCE: usize = 200;

/// The page: `?topic=` filters, `?after=` goes on.
#[component]
pub(crate) fn DeadLetters() -> impl IntoView {
    let query = use_query_map();
    let asked = memo(move || {
        query.with(|query| (query.get("topic").and_then(|name| name.parse::<Kind>().ok()), query.get("after")))
    });
    let answer = polled(move || asked.get(), |(topic, after)| read::dead_letters(topic, after, PAGE));
    let replay = ServerAction::<Replay>::new();
    let value = replay.value();
    let outcome = move || {
        match value.get()? {
        Ok(()) => Some(view! { <Banner tone="ok" title="Sent again." text="If it is right now, it is in the graph; if it fails once more, it comes back here."/> }.into_any()),
        Err(error) => Some(view! { <Refused error/> }.into_any()),
    }
    };
    let letters = move || answer.get().and_then(Result::ok).map(|page| page.dead_letters).unwrap_or_default();
    let rest = move || {
        answer.get().map(|answer| {
            answer.map_or_else(|error| view! { <Refused error/> }.into_any(), |page| rest(page, asked.get().0))
        })
    };
    view! {
        <p class="lead">
            "What breaks a rule is not lost: it is kept here with its reason, in the transaction that moved the checkpoint over it. "
            "Mend it and send it again."
        </p>
        <SignInFirst/>
        {outcome}
        <section class="card">
            <Topics topic=Signal::derive(move || asked.get().0)/>
            <Transition fallback=|| view! { <p class="muted" aria-busy="true">"Looking…"</p> }>
                <ul class="letters">
                    // By place: a new letter above must not move what somebody is mending into another one.
                    <For
                        each=letters
                        key=|letter| (letter.topic.clone(), letter.partition, letter.offset, marks(letter))
                        children=move |each| letter(each, replay)
                    />
                </ul>
                {rest}
            </Transition>
        </section>
    }
}

/// One tab a topic, with its count.
#[component]
fn Topics(topic: Signal<Option<Kind>>) -> impl IntoView {
    let status = use_live().status;
    let tab = move |kind: Option<Kind>| {
        let href = kind.map_or_else(|| "/dead-letters".to_owned(), |kind| format!("/dead-letters?topic={kind}"));
        let count = memo(move || {
            status.with(|status| match kind {
                None => status.dead_letters.total,
                Some(kind) => status.dead_letters.by_topic.get(kind.topic()).copied().unwrap_or(0),
            })
        });
        view! {
            <a href=href data-noscroll="" aria-current=move || (topic.get() == kind).then_some("page")>
                {kind.map_or("All", Kind::label)}" "
                <span class="muted">{move || format::thousands(count.get())}</span>
            </a>
        }
    };
    view! { <nav class="seg" aria-label="Topic">{tab(None)}{Kind::ALL.map(|kind| tab(Some(kind))).collect_view()}</nav> }
}

/// What stands below the letters: where there are more, or why there are none.
fn rest(page: DeadLetterPage, topic: Option<Kind>) -> AnyView {
    if page.dead_letters.is_empty() {
        return view! {
            <p class="hint muted">
                "Nothing here. To see how a broken record ends, send a burst with some "<a href="/simulate">"broken records"</a>"."
            </p>
        }
        .into_any();
    }
    let more = page.next.map(|next| {
        let topic = topic.map(|kind| format!("topic={kind}&")).unwrap_or_default();
        view! { <p class="foot"><a href=format!("/dead-letters?{topic}after={}", escape(&next))>"Later ones →"</a></p> }
    });
    more.into_any()
}

fn letter(letter: DeadLetter, replay: ServerAction<Replay>) -> impl IntoView {
    let locked = !use_live().visitor.may_change();
    let place = format!("{}-{} @ {}", letter.topic, letter.partition, letter.offset);
    let again = letter.replayed_at.map(|at| {
        let word = format!("sent again {}", format::time_of_day(at));
        view! { <Badge word icon=Icon::Retry tone="idle"/> }
    });
    let failed_again = letter.failed_again_at.map(|at| {
        let word = format!("failed again {}", format::time_of_day(at));
        view! { <Badge word icon=Icon::Warning tone="warn"/> }
    });
    let origin = letter.origin.as_ref().map(|origin| {
        let word = format!("sent again from {origin}");
        view! { <Badge word icon=Icon::Retry tone="idle"/> }
    });
    let fields = letter
        .headers
        .into_iter()
        .map(|(name, value)| (format!("header {name}"), value.unwrap_or_else(|| "none".to_owned())))
        .chain([("key".to_owned(), letter.key.unwrap_or_else(|| "none".to_owned()))])
        .chain(letter.claimed_at.map(|at| ("being sent again since".to_owned(), format::date_time(at))))
        .chain(letter.timestamp_ms.map(|at| ("produced".to_owned(), format::date_time(at))))
        .chain([
            ("recorded".to_owned(), format::date_time(letter.recorded_at)),
            ("connector".to_owned(), letter.connector),
            ("cluster".to_owned(), letter.cluster),
        ])
        .map(|(name, value)| view! { <dt>{name}</dt><dd><code>{value}</code></dd> })
        .collect_view();
    let (topic, topic_again) = (letter.topic.clone(), letter.topic);
    let labels = [format!("Value of {place}"), format!("Replay {place} with this value"), format!("Replay {place}")];
    let [value_label, mended_label, replay_label] = labels;
    let payload = letter.value.unwrap_or_default();
    let glance: String = payload.chars().take(GLANCE).collect();
    let rows = payload.lines().count().clamp(3, 14);
    view! {
        <li>
            <details>
                <summary>
                    <Badge word=letter.reason icon=Icon::Warning tone="warn"/>
                    <span class="why">{sentence(&letter.message)}</span>
                    <code class="place">{place}</code>
                    {origin}
                    {again}
                    {failed_again}
                    <code class="glance">{glance}</code>
                </summary>
                <dl class="facts">{fields}</dl>
                <ActionForm action=replay>
                    <input type="hidden" name="topic" value=topic/>
                    <input type="hidden" name="partition" value=letter.partition/>
                    <input type="hidden" name="offset" value=letter.offset/>
                    <label>
                        "Value, to mend"
                        <textarea name="value" rows=rows spellcheck="false" aria-label=value_label disabled=locked inner_html=inner_text(&payload)></textarea>
                    </label>
                    <button class="btn primary" type="submit" disabled=locked aria-label=mended_label>"Replay with this value"</button>
                </ActionForm>
            </details>
            <ActionForm action=replay>
                <input type="hidden" name="topic" value=topic_again/>
                <input type="hidden" name="partition" value=letter.partition/>
                <input type="hidden" name="offset" value=letter.offset/>
                <button class="btn" type="submit" disabled=locked aria-label=replay_label>"Replay"</button>
            </ActionForm>
        </li>
    }
}

/// What has happened to a letter since it was written.
fn marks(letter: &DeadLetter) -> [Option<i64>; 3] {
    [letter.claimed_at, letter.replayed_at, letter.failed_again_at]
}

/// A text as it may stand in a `textarea`. Leptos writes what is inside one as it is, so that `</textarea>` in a record would
/// end it, and what follows be part of the page.
fn inner_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A text as it may stand in a query.
fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{escape, inner_text};

    #[test]
    fn a_record_cannot_end_the_field_that_shows_it() {
        assert_eq!(inner_text("</textarea><b>&lt;"), "&lt;/textarea>&lt;b>&amp;lt;");
    }

    #[test]
    fn a_cursor_survives_an_address() {
        assert_eq!(escape("purchases-0-12"), "purchases-0-12");
        assert_eq!(escape("a b&c=ü"), "a%20b%26c%3D%C3%BC");
    }
}
