//! Back to nothing: empties graph, checkpoints and dead letters, once the word is typed.

use leptos::prelude::*;

use crate::{
    call::act::Reset,
    component::banner::{Banner, Refused},
    erased::{memo, when},
    live::use_live,
};

/// The card.
#[component]
pub(super) fn Danger() -> impl IntoView {
    let reset = ServerAction::<Reset>::new();
    let value = reset.value();
    let pending = reset.pending();
    let live = use_live();
    let locked = !live.visitor.may_change();
    let leaves_some = memo(move || {
        live.status.with(|status| !status.graph.embedded && status.connectors.iter().any(|it| it.kind.is_none()))
    });
    view! {
        <section class="card danger" aria-label="Empty everything">
            <header><h2>"Empty everything"</h2></header>
            <p>
                "Removes the graph, the checkpoints and the dead letters of this Sluice for good, and goes on at the topics' ends. "
                "What is in Kafka stays there."
            </p>
            {when(leaves_some, || {
                view! {
                    <p>
                        "What connectors of your own have written stays in Neo4j, too: Sluice can't tell it from what others wrote to the "
                        "same nodes."
                    </p>
                }
                .into_any()
            })}
            <ActionForm action=reset>
                <label>
                    "Type " <code>"reset"</code> " to confirm"
                    <input type="text" name="confirm" autocomplete="off" spellcheck="false" required pattern="reset" disabled=locked/>
                </label>
                <button class="btn bad" type="submit" disabled=move || locked || pending.get()>
                    {move || if pending.get() { "Emptying…" } else { "Empty everything" }}
                </button>
            </ActionForm>
            {move || match value.get()? {
                Ok(()) => Some(view! { <Banner tone="ok" title="Everything is empty." text="The sinks go on with what arrives from now on."/> }.into_any()),
                Err(error) => Some(view! { <Refused error/> }.into_any()),
            }}
        </section>
    }
}
