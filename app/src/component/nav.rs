//! The navigation at the side: on a phone a row that scrolls.

use leptos::prelude::*;
use leptos_router::components::A;

use super::icon::Mark;
use crate::{format, live::use_live};

/// Links to every page.
#[component]
pub(crate) fn Nav() -> impl IntoView {
    let status = use_live().status;
    let dead = Memo::new(move |_| status.with(|status| status.dead_letters.total));
    view! {
        <nav class="nav" aria-label="Main">
            <a class="brand" href="/"><Mark/>"Sluice"</a>
            <A href="/" exact=true>"Overview"</A>
            <A href="/simulate">"Simulate"</A>
            <small>"Insights"</small>
            <A href="/insights/top-products">"Top products"</A>
            <A href="/insights/influencers">"Influencers"</A>
            <A href="/insights/best-rated">"Best rated"</A>
            <A href="/insights/similar-buyers">"Similar buyers"</A>
            <small>"Operate"</small>
            <A href="/dead-letters">
                "Dead letters"
                <Show when=move || dead.get() != 0>
                    <span class="count">{move || format::thousands(dead.get())}</span>
                </Show>
            </A>
            <span class="version">{move || status.with(|status| status.version.clone())}</span>
        </nav>
    }
}
