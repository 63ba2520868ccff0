//! What an empty graph says, and the button that fills it.

use leptos::prelude::*;
use model::Kind;

use crate::{
    call::act::StartBurst,
    component::banner::{Refused, SignInFirst},
    erased::effect,
    live::use_live,
};

/// What happens to a record, in the order in which it happens.
const STEPS: [(&str, &str); 3] = [
    ("Sent", "A thousand simulated people buy something; each purchase is a record in Kafka."),
    ("Stored", "Each is stored exactly once, in one transaction with the place where reading goes on."),
    ("Answered", "What sells, who is followed, what is liked, who buys alike: the answers change while you look."),
];

/// Explains what this is, and offers the first thousand purchases.
#[component]
pub(super) fn FirstBurst() -> impl IntoView {
    let live = use_live();
    let start = ServerAction::<StartBurst>::new();
    let value = start.value();
    let pending = start.pending();
    effect(move || {
        if let Some(Ok(burst)) = value.get() {
            live.note(burst);
        }
    });
    let steps = STEPS.map(|(word, text)| view! { <li><b>{word}</b><span>{text}</span></li> }).collect_view();
    view! {
        <section class="card first" aria-label="Begin here">
            <div>
                <h2>"The graph is empty. Fill it."</h2>
                <ol>{steps}</ol>
                <SignInFirst/>
                <ActionForm action=start>
                    <input type="hidden" name="kind" value=Kind::Purchase.topic()/>
                    <button class="btn primary big" name="count" value="1000" disabled=move || pending.get() || !live.visitor.may_change()>"Send 1,000 purchases"</button>
                    <a class="btn big" href="/simulate">"More to send"</a>
                </ActionForm>
                {move || value.get().and_then(Result::err).map(|error| view! { <Refused error/> })}
            </div>
            <svg viewBox="0 0 300 210" aria-hidden="true">
                <g fill="none" stroke="var(--line-strong)" stroke-width="1.5">
                    <path d="M58 62L150 104L246 52M58 62L72 158L150 104L232 166L246 52M72 158L232 166M150 104L158 26L246 52M72 158L150 190L232 166"/>
                </g>
                <g fill="none" stroke="var(--accent)" stroke-width="2.5" stroke-linecap="round" class="arriving">
                    <path d="M58 62L150 104"/>
                    <path d="M246 52L150 104"/>
                    <path d="M232 166L150 104"/>
                </g>
                <circle cx="58" cy="62" r="15" fill="var(--s1)"/>
                <circle cx="150" cy="104" r="24" fill="var(--s2)"/>
                <circle cx="246" cy="52" r="12" fill="var(--s1)"/>
                <circle cx="72" cy="158" r="10" fill="var(--s3)"/>
                <circle cx="232" cy="166" r="17" fill="var(--s3)"/>
                <circle cx="158" cy="26" r="8" fill="var(--s4)"/>
                <circle cx="150" cy="190" r="7" fill="var(--s5)"/>
            </svg>
        </section>
    }
}
