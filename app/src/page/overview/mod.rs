//! The overview: four numbers, the pipeline as one picture, the four answers, what happened, and the tasks of the sinks.

mod alert;
mod answer;
mod first_burst;
mod happened;
mod kpi;
mod lane;
mod others;
mod pipeline;
mod tasks;

use leptos::prelude::*;

use crate::{erased::memo, live::use_live};

/// The front page.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let status = use_live().status;
    let empty = memo(move || status.with(|status| status.graph.counts.users == 0 && status.graph.counts.products == 0));
    view! {
        <alert::Alerts/>
        <kpi::Numbers/>
        <pipeline::Pipeline/>
        {move || if empty.get() { view! { <first_burst::FirstBurst/> }.into_any() } else { view! { <answer::Answers/> }.into_any() }}
        <happened::Happened/>
        <tasks::Tasks/>
    }
}
