//! Press a button, watch it arrive: bursts, producers, and the way back to nothing.

mod burst;
mod producer;
mod recent;
mod reset;

use leptos::prelude::*;
use model::Kind;

use crate::component::banner::SignInFirst;

/// The page.
#[component]
pub(crate) fn Simulate() -> impl IntoView {
    view! {
        <p class="lead">
            "Send a burst and watch it arrive: each event goes through Kafka, is stored by its sink in one transaction with its "
            "checkpoint, and changes the answers."
        </p>
        <SignInFirst/>
        <div class="grid g3 bursts">
            {Kind::ALL.map(|kind| view! { <burst::BurstCard kind/> }).collect_view()}
        </div>
        <producer::Producers/>
        <recent::Recent/>
        <reset::Danger/>
    }
}
