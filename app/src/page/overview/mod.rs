//! The overview: four numbers, the pipeline as one picture, and the four answers.

mod alert;
mod answer;
mod first_burst;
mod kpi;
mod lane;
mod pipeline;

use leptos::prelude::*;

use crate::live::use_live;

/// The front page.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let status = use_live().status;
    let empty = Memo::new(move |_| status.with(|status| status.graph.counts.users == 0 && status.graph.counts.products == 0));
    view! {
        <alert::Alerts/>
        <kpi::Numbers/>
        <pipeline::Pipeline/>
        <Show when=move || !empty.get() fallback=|| view! { <first_burst::FirstBurst/> }>
            <answer::Answers/>
        </Show>
    }
}
