//! What holds for a connector, by the names that Kafka Connect has for it.

use leptos::prelude::*;
use model::connector::Connector;

use crate::{erased::memo, live::use_live};

/// The settings, folded away.
pub(super) fn config(name: StoredValue<String>, told: Memo<Option<Connector>>) -> AnyView {
    let worker = use_live().status.with_untracked(|status| status.worker.clone());
    let settings = memo(move || told.with(|told| told.as_ref().map(|told| told.config.clone())).unwrap_or_default());
    let rows = move || {
        let rows = settings.get().into_iter().map(|setting| {
            view! {
                <tr>
                    <th scope="row"><code>{setting.name}</code></th>
                    <td><code>{setting.value}</code></td>
                    <td class="muted">{setting.meaning}</td>
                </tr>
            }
        });
        rows.collect_view()
    };
    view! {
        <details class="config">
            <summary>"Configuration"<span class="sr">" of "{name.get_value()}</span></summary>
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Configuration of {}", name.get_value())>
                <table class="numbers">
                    <caption class="sr">{format!("The settings of {}", name.get_value())}</caption>
                    <thead>
                        <tr><th scope="col">"Setting"</th><th scope="col">"Value"</th><th scope="col">"What it means"</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="foot">"As "{worker}" was started, by flags and environment. Other processes may have been started with others."</p>
        </details>
    }
    .into_any()
}
