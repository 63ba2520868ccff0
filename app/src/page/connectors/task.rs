//! The tasks of a connector, in whichever process.

use leptos::prelude::*;
use model::connector::Connector;

use crate::{
    component::task,
    erased::{memo, when},
};

/// The table.
pub(super) fn tasks(name: StoredValue<String>, told: Memo<Option<Connector>>) -> AnyView {
    let tasks = memo(move || told.with(|told| told.as_ref().map(|told| told.tasks.clone())).unwrap_or_default());
    let none = memo(move || told.with(|told| told.as_ref().is_some_and(|told| told.tasks.is_empty())));
    let rows = move || tasks.get().into_iter().map(|each| task::row(each, None, None)).collect_view();
    view! {
        <h3>"Tasks"</h3>
        {when(none, || {
            view! {
                <p class="hint muted">
                    "No process runs its tasks: none that is heard of has the role of a sink. Start one with "
                    <code>"SLUICE_ROLES=sinks"</code>", and they appear here."
                </p>
            }
            .into_any()
        })}
        <div class="scroll" tabindex="0" role="region" aria-label=format!("Tasks of {}", name.get_value())>
            <table class="numbers tasks" class:empty=none>
                <caption class="sr">{format!("The tasks of {}", name.get_value())}</caption>
                <thead><tr>{task::heads()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
