//! The bursts of late: what became of them, how fast, and the way to send the same again.

use leptos::prelude::*;
use model::burst::Burst;

use super::burst::{is_under_way, outcome, speed};
use crate::{
    call::act::{CancelBurst, StartBurst},
    chart::scale::colour,
    component::{
        banner::Refused,
        icon::Swatch,
        time::{Say, Time},
    },
    erased::{effect, memo},
    format,
    live::use_live,
};

/// The card.
#[component]
pub(super) fn Recent() -> impl IntoView {
    let live = use_live();
    let again = ServerAction::<StartBurst>::new();
    let cancel = ServerAction::<CancelBurst>::new();
    let (sent, cancelled) = (again.value(), cancel.value());
    effect(move || {
        if let Some(Ok(burst)) = sent.get() {
            live.note(burst);
        }
    });
    effect(move || {
        if let Some(Ok(burst)) = cancelled.get() {
            live.note(burst);
        }
    });
    let (sends, cancels) = (again.version(), cancel.version());
    let refused = move || {
        let of_here = (sends.get() > 0).then(|| sent.get()?.err()).flatten();
        let error = of_here.or_else(|| (cancels.get() > 0).then(|| cancelled.get()?.err()).flatten())?;
        Some(view! { <Refused error/> })
    };
    // By their ids: a row stays the same row while its numbers move, and whatever has the focus in it keeps it.
    let ids =
        memo(move || live.status.with(|status| status.bursts.iter().map(|burst| burst.id.clone()).collect::<Vec<_>>()));
    let none = memo(move || ids.with(Vec::is_empty));
    let table = move || {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Recent bursts, as a table">
                <table class="numbers recent">
                    <thead>
                        <tr>
                            <th scope="col">"Kind"</th>
                            <th scope="col">"Outcome"</th>
                            <th scope="col" class="n">"Took"</th>
                            <th scope="col" class="n">"Stored a second"</th>
                            <th scope="col" class="n">"Dead letters"</th>
                            <th scope="col" class="n">"Seed"</th>
                            <th scope="col" class="n">"Started"</th>
                            <th scope="col"><span class="sr">"Orders"</span></th>
                        </tr>
                    </thead>
                    <tbody><For each=move || ids.get() key=String::clone children=move |id| row(id, again, cancel)/></tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-label="Recent bursts">
            <header><h2>"Recent bursts"</h2><span class="right">"since this Sluice started"</span></header>
            {move || if none.get() { view! { <p class="muted">"Nothing has been sent yet. The buttons above do."</p> }.into_any() } else { table() }}
            {refused}
        </section>
    }
}

fn row(id: String, again: ServerAction<StartBurst>, cancel: ServerAction<CancelBurst>) -> AnyView {
    let live = use_live();
    let burst = memo(move || live.status.with(|status| status.bursts.iter().find(|burst| burst.id == id).cloned()));
    // It is here as long as the list names it.
    let Some(first) = burst.get_untracked() else { return ().into_any() };
    let tell =
        move |what: fn(&Burst) -> String| move || burst.with(|burst| burst.as_ref().map(what).unwrap_or_default());
    let locked = !live.visitor.may_change();
    let under_way = memo(move || burst.with(|burst| burst.as_ref().is_some_and(is_under_way)));
    let (id, kind) = (first.id.clone(), first.kind);
    let what = format!("{} {}", format::count(first.count), kind.label().to_lowercase());
    let orders = move || {
        if under_way.get() {
            let (id, label) = (id.clone(), format!("Cancel {what}"));
            view! {
                <ActionForm action=cancel>
                    <input type="hidden" name="id" value=id/>
                    <button class="btn small" type="submit" aria-label=label disabled=locked>"Cancel"</button>
                </ActionForm>
            }
            .into_any()
        } else {
            let label = format!("Send {what} with seed {} again", first.seed);
            view! {
                <ActionForm action=again>
                    <input type="hidden" name="kind" value=kind.topic()/>
                    <input type="hidden" name="count" value=first.count/>
                    <input type="hidden" name="seed" value=first.seed/>
                    <input type="hidden" name="poison" value=first.poison/>
                    <button
                        class="btn small"
                        type="submit"
                        aria-label=label
                        disabled=locked
                    >"Again"</button>
                </ActionForm>
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <th scope="row"><Swatch colour=colour(kind.index())/>{kind.label()}</th>
            <td>{tell(outcome_alone)}</td>
            <td class="n">{tell(|burst| format::took(burst.elapsed_ms))}</td>
            <td class="n">{tell(|burst| speed(burst).unwrap_or_else(|| "–".to_owned()))}</td>
            <td class="n">{tell(|burst| format::count(burst.dead_lettered))}</td>
            <td class="n"><code>{first.seed.to_string()}</code></td>
            <td class="n"><Time at=first.started_at say=Say::Short/></td>
            <td class="orders">{orders}</td>
        </tr>
    }
    .into_any()
}

/// The outcome without what other columns say.
fn outcome_alone(burst: &Burst) -> String {
    if burst.cancelled {
        return outcome(burst);
    }
    format!("{} of {} stored", format::count(burst.stored), format::count(burst.count))
}
