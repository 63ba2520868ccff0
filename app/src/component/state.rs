//! States as a word, an icon and a colour: never the colour alone.

use leptos::prelude::*;
use model::status::State;

use super::icon::{Glyph, Icon};

/// How a state looks: its word, its icon, and the tone of its colours.
pub(crate) const fn look(state: State) -> (&'static str, Icon, &'static str) {
    match state {
        State::Running => ("running", Icon::Check, "ok"),
        State::Paused => ("paused", Icon::Pause, "warn"),
        State::Stopped => ("stopped", Icon::Cross, "idle"),
        State::Retrying => ("retrying", Icon::Retry, "warn"),
        State::Failed => ("failed", Icon::Cross, "bad"),
        State::Unassigned => ("starting", Icon::Ring, "idle"),
    }
}

/// A word with its icon on a soft ground.
#[component]
pub(crate) fn Badge(
    #[prop(into)] word: Signal<String>,
    #[prop(into)] icon: Signal<Icon>,
    #[prop(into)] tone: Signal<&'static str>,
) -> impl IntoView {
    view! { <span class=move || format!("state {}", tone.get())><Glyph icon/>{word}</span> }
}

/// The badge of a connector's or task's state.
#[component]
pub(crate) fn StateBadge(#[prop(into)] state: Signal<State>) -> impl IntoView {
    view! {
        <Badge
            word=Signal::derive(move || look(state.get()).0.to_owned())
            icon=Signal::derive(move || look(state.get()).1)
            tone=Signal::derive(move || look(state.get()).2)
        />
    }
}
