//! The page for addresses that lead nowhere.

use leptos::prelude::*;

/// Says so, with the status that belongs to it.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <section class="card lonely">
            <h2>"There is no page at this address."</h2>
            <p class="muted">"It may have been mistyped, or moved."</p>
            <p><a class="btn primary" href="/">"Go to the overview"</a></p>
        </section>
    }
}
