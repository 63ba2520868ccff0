//! What an empty graph says, and the button that fills it.

use leptos::prelude::*;
use model::Kind;

use crate::{
    call::act::StartBurst,
    component::banner::{Refused, SignInFirst},
    erased::effect,
    live::use_live,
};

/// Explains what this is, and offers the first thousand purchases.
#[component]
pub(super) fn FirstBurst() -> impl IntoView {
    let live = use_live();
    let start = ServerAction::<StartBurst>::new();
    let value = start.value();
    effect(move || {
        if let Some(Ok(burst)) = value.get() {
            live.note(burst);
        }
    });
    view! {
        <section class="card first">
            <div>
                <h2>"The graph is empty. Fill it."</h2>
                <p>
                    "A thousand simulated people are ready to buy. Each purchase goes through Kafka, is stored exactly once in one "
                    "transaction with its checkpoint, and changes four answers: what sells, who is followed, what is liked, and who buys alike."
                </p>
                <SignInFirst/>
                <ActionForm action=start>
                    <input type="hidden" name="kind" value=Kind::Purchase.topic()/>
                    <button class="btn primary big" name="count" value="1000" disabled=!live.visitor.may_change()>"Send 1,000 purchases"</button>
                    <a class="btn big" href="/simulate">"More to send"</a>
                </ActionForm>
                {move || value.get().and_then(Result::err).map(|error| view! { <Refused error/> })}
            </div>
            <svg viewBox="0 0 240 150" aria-hidden="true">
                <g fill="none" stroke="var(--line-strong)" stroke-width="1.5">
                    <path d="M40 40L120 75L200 36M40 40L52 112L120 75L186 118L200 36M52 112L186 118"/>
                </g>
                <circle cx="40" cy="40" r="13" fill="var(--s1)"/>
                <circle cx="120" cy="75" r="20" fill="var(--s2)"/>
                <circle cx="200" cy="36" r="10" fill="var(--s1)"/>
                <circle cx="52" cy="112" r="9" fill="var(--s3)"/>
                <circle cx="186" cy="118" r="14" fill="var(--s3)"/>
            </svg>
        </section>
    }
}
