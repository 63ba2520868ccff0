//! The stream: what arrives in the topics, newest first, live, each record with what has become of it.

mod address;
mod bar;
mod buffer;
mod detail;
mod empty;
#[cfg(feature = "hydrate")]
mod feed;
mod list;
mod picture;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    call::read,
    erased::{Json, memo},
};

use address::Address;

/// Records that a page begins with.
const FIRST: u32 = 100;

/// The page: `?topic=`, `?q=` and `?broken=` pick, `?sel=` opens a record.
#[component]
pub(crate) fn Stream() -> impl IntoView {
    let query = use_query_map();
    let address = memo(move || query.with(Address::read));
    let filter = memo(move || address.get().closed());
    let open = memo(move || address.get().open);
    let paused = RwSignal::new(false);
    let first = Resource::<_, Json>::new_with_options(
        move || filter.get(),
        |Address { topic, text, broken, .. }| async move { read::stream(topic, text, broken, FIRST).await },
        false,
    );
    let list = move || first.get().map(|first| list::list(filter.get_untracked(), first, open, paused));
    let layout = move || if open.with(String::is_empty) { "stream" } else { "stream opened" };
    view! {
        <p class="lead">
            "What arrives in the topics, newest first, and what becomes of it. Open a record to see what it says and where it "
            "stands in the graph."
        </p>
        <div class=layout>
            <detail::Detail address/>
            <section class="card">
                <bar::Bar address/>
                <Transition fallback=|| view! { <p class="muted hint" aria-busy="true">"Reading the topics…"</p> }>{list}</Transition>
            </section>
        </div>
    }
}
