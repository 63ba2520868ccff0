//! The bursts of late, and what became of them.

use leptos::prelude::*;

use super::burst::outcome;
use crate::{erased::memo, format, live::use_live};

/// How many are listed.
const LISTED: usize = 8;

/// The card.
#[component]
pub(super) fn Recent() -> impl IntoView {
    let status = use_live().status;
    let rows = move || {
        status.with(|status| {
            let rows = status.bursts.iter().take(LISTED).map(|burst| {
                view! {
                    <tr>
                        <td>{burst.kind.label()}</td>
                        <td>{outcome(burst)}</td>
                        <td class="n">{format::count(burst.dead_lettered)}</td>
                        <td class="n"><code>{burst.seed.to_string()}</code></td>
                        <td class="n">{format::time_of_day(burst.started_at)}</td>
                    </tr>
                }
            });
            rows.collect_view().into_any()
        })
    };
    let none = memo(move || status.with(|status| status.bursts.is_empty()));
    view! {
        <section class="card" aria-label="Recent bursts">
            <header><h2>"Recent bursts"</h2></header>
            {move || if none.get() { view! { <p class="muted">"Nothing has been sent since this Sluice started."</p> }.into_any() } else { table(rows) }}
        </section>
    }
}

fn table(rows: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Recent bursts, as a table">
            <table class="numbers">
                <thead>
                    <tr>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"Outcome"</th>
                        <th scope="col" class="n">"Dead letters"</th>
                        <th scope="col" class="n">"Seed"</th>
                        <th scope="col" class="n">"Started, UTC"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
