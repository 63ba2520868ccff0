//! What stands where no records are: why, and what to do about it.

use leptos::prelude::*;
use model::{Kind, record::Away};

use super::address::Address;
use crate::{
    call::act::StartBurst,
    component::{
        banner::{Refused, sentence},
        icon::{Glyph, Icon},
        time::Time,
    },
    erased::effect,
    format,
    live::use_live,
};

/// Kafka does not answer.
pub(super) fn away(away: Away) -> AnyView {
    view! {
        <div class="banner warn" role="status">
            <Glyph icon=Icon::Warning/>
            <p>
                <b>"Kafka has not answered since "<Time at=away.since/>"."</b>
                " The stream goes on by itself when it does. "
                <span class="muted">{sentence(&away.reason)}</span>
            </p>
        </div>
    }
    .into_any()
}

/// No record matches.
pub(super) fn nothing(address: &Address, searched: u64) -> AnyView {
    let all = Address { open: address.open.clone(), ..Address::default() };
    let among = match searched {
        0 => "There are no records yet.".to_owned(),
        1 => "It was looked for in the one record that there is.".to_owned(),
        some => format!("It was looked for in the newest {} records.", format::count(some)),
    };
    view! {
        <div class="hint stack">
            <h2>"Nothing matches."</h2>
            <p class="muted">{among}" What matches from now on appears here."</p>
            <a class="btn" href=all.href()>"Show all records"</a>
        </div>
    }
    .into_any()
}

/// Somebody has cleared the page.
pub(super) fn cleared() -> AnyView {
    view! { <p class="hint muted" role="status">"Cleared. What arrives from now on appears here."</p> }.into_any()
}

/// There is no record at all.
#[component]
pub(super) fn First() -> impl IntoView {
    let live = use_live();
    let start = ServerAction::<StartBurst>::new();
    let value = start.value();
    effect(move || {
        if let Some(Ok(burst)) = value.get() {
            live.note(burst);
        }
    });
    let locked = !live.visitor.may_change();
    view! {
        <div class="hint stack">
            <h2>"The topics are empty."</h2>
            <p class="muted">
                "A record is something that happened: somebody bought, rated, reviewed or followed. Producers send them to Kafka, sinks "
                "store them in the graph, and here they pass by. Send a few, and watch each one go from waiting to stored."
            </p>
            <ActionForm action=start>
                <input type="hidden" name="kind" value=Kind::Purchase.topic()/>
                <div class="row">
                    <button class="btn primary big" name="count" value="100" disabled=locked>"Send 100 purchases"</button>
                    {if locked {
                        view! { <a class="btn big" href="/sign-in">"Sign in first"</a> }
                    } else {
                        view! { <a class="btn big" href="/simulate">"More to send"</a> }
                    }}
                </div>
            </ActionForm>
            {move || value.get().and_then(Result::err).map(|error| view! { <Refused error/> })}
        </div>
    }
}
