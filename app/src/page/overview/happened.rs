//! What happened of late: a short list with times, for whoever was not looking.

use leptos::prelude::*;
use model::happening::{About, Happening, Tone};

use crate::{
    component::{
        icon::{Glyph, Icon},
        time::{Say, Time},
    },
    erased::memo,
    live::use_live,
};

/// Older than this, a time of day alone would mislead.
const YESTERDAY_MS: i64 = 20 * 3_600_000;

/// The card.
#[component]
pub(super) fn Happened() -> impl IntoView {
    let status = use_live().status;
    let all = memo(move || status.with(|status| status.happened.clone()));
    view! {
        <section class="card" aria-label="What happened">
            <header><h2>"What happened"</h2><span class="right">"newest first"</span></header>
            <ol class="happened">
                <For each=move || all.get() key=|happening| happening.id children=line/>
            </ol>
        </section>
    }
}

/// How news look: an icon, and the word that says the same to whoever listens.
const fn look(tone: Tone) -> (Icon, &'static str, &'static str) {
    match tone {
        Tone::Good => (Icon::Check, "ok", "Good: "),
        Tone::Note => (Icon::Ring, "idle", ""),
        Tone::Warning => (Icon::Warning, "warn", "Take note: "),
        Tone::Bad => (Icon::Cross, "bad", "Trouble: "),
    }
}

/// Where there is more about it.
fn place(about: About, name: Option<&str>) -> Option<String> {
    let named = |page: &str, key: &str| name.map_or_else(|| page.to_owned(), |name| format!("{page}?{key}={name}"));
    match about {
        About::Burst | About::Producer => Some("/simulate".to_owned()),
        About::DeadLetters => Some(named("/dead-letters", "topic")),
        About::Connector => Some(named("/connectors", "sel")),
        About::Server | About::Kafka | About::Graph => None,
    }
}

fn line(happening: Happening) -> AnyView {
    let Happening { at, tone, about, name, text, .. } = happening;
    let (icon, tone, word) = look(tone);
    let text = match place(about, name.as_deref()) {
        Some(href) => view! { <a href=href>{text}</a> }.into_any(),
        None => view! { <span>{text}</span> }.into_any(),
    };
    let now = use_live().status.with_untracked(|status| status.at);
    let say = if now - at > YESTERDAY_MS { Say::Day } else { Say::Clock };
    view! {
        <li class=tone>
            <Glyph icon/>
            <p><span class="sr">{word}</span>{text}</p>
            <span class="muted"><Time at say/></span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_of_a_connector_lead_to_it_and_dead_letters_to_those_of_their_topic() {
        for (about, name, expected) in [
            (About::Connector, Some("purchases"), Some("/connectors?sel=purchases")),
            (About::DeadLetters, Some("purchases"), Some("/dead-letters?topic=purchases")),
            (About::DeadLetters, None, Some("/dead-letters")),
            (About::Burst, None, Some("/simulate")),
            (About::Kafka, None, None),
        ] {
            assert_eq!(place(about, name).as_deref(), expected, "{about:?}");
        }
    }

    #[test]
    fn trouble_is_said_in_a_word_too() {
        for tone in [Tone::Warning, Tone::Bad, Tone::Good] {
            assert!(!look(tone).2.is_empty());
        }
    }
}
