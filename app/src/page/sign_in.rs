//! Where a visitor shows the admin token.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    component::banner::Banner,
    erased::{memo, when},
    live::use_live,
};

/// A plain form: the server sets the cookie.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let visitor = use_live().visitor;
    let query = use_query_map();
    let refused = memo(move || query.with(|query| query.get("refused").is_some()));
    if !visitor.token_required {
        return view! { <Banner tone="ok" title="Nothing to sign in to." text="This server asks for no token."/> }
            .into_any();
    }
    if visitor.signed_in {
        return view! { <Banner tone="ok" title="You are signed in." text="Everything that changes state is open to you."/> }.into_any();
    }
    view! {
        <section class="card lonely">
            <h2>"Show the admin token"</h2>
            <p class="muted">"Whoever runs this Sluice set it as " <code>"SLUICE_ADMIN_TOKEN"</code> ". Looking needs none; changing things does."</p>
            {when(refused, || view! { <Banner tone="bad" title="That was not the token." text="Check for missing characters and try again."/> }.into_any())}
            <form method="post" action="/login" class="stack">
                <input type="hidden" name="next" value="/"/>
                <label>"Admin token"<input type="password" name="token" required autocomplete="current-password"/></label>
                <button class="btn primary" type="submit">"Sign in"</button>
            </form>
        </section>
    }
    .into_any()
}
