//! Why there is no answer or only an old one, and a button to ask again.

use leptos::prelude::*;

use crate::{
    call::CallError,
    component::{
        banner::sentence,
        icon::{Glyph, Icon},
    },
    erased::memo,
    live::{Connection, use_live},
};

/// What the page itself knows to be away; nothing while all is well.
pub(super) fn away() -> Memo<String> {
    let live = use_live();
    memo(move || {
        if live.connection.get() == Connection::Stale {
            return "Sluice has not been heard from for a while; is it still running?".to_owned();
        }
        live.status.with(|status| match (&status.graph.connected, &status.graph.error) {
            (true, _) => String::new(),
            (false, Some(error)) => sentence(&format!("the graph does not answer: {error}")),
            (false, None) => "The graph has not answered yet.".to_owned(),
        })
    })
}

/// The banner, if there is a reason for one. `old` shows when the answer below it was found, if there is one.
pub(super) fn banner(
    failure: Option<&CallError>,
    away: &str,
    old: Option<AnyView>,
    retry: Callback<()>,
    here: String,
) -> Option<AnyView> {
    let text = match failure {
        Some(failure) => sentence(failure.message()),
        None if away.is_empty() => return None,
        None => away.to_owned(),
    };
    let (class, title) = match old {
        Some(moment) => ("banner warn trouble", view! { <b>"This is the answer as of "{moment}"."</b> }.into_any()),
        None => ("banner bad trouble", view! { <b>"There is no answer."</b> }.into_any()),
    };
    Some(
        view! {
            <div class=class role="status">
                <Glyph icon=Icon::Warning/>
                <p>{title}" "{text}</p>
                <button type="button" class="btn js" on:click=move |_| retry.run(())>"Try again"</button>
                <a class="btn no-js" href=here>"Try again"</a>
            </div>
        }
        .into_any(),
    )
}
