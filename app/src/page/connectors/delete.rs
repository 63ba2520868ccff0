//! Taking a connector away.

use leptos::prelude::*;

use crate::{
    call::act::DeleteConnector,
    component::{
        banner::{Refused, sentence},
        confirm::Confirm,
        toast::use_toasts,
    },
    erased::effect,
    live::use_live,
};

/// The order, one for the page: a card goes with its connector, and could not say any more that it is gone.
pub(super) fn deletion() -> ServerAction<DeleteConnector> {
    let toasts = use_toasts();
    let delete = ServerAction::<DeleteConnector>::new();
    let value = delete.value();
    effect(move || match value.get() {
        Some(Ok(name)) => toasts.say("ok", format!("{name} is deleted.")),
        Some(Err(error)) => toasts.say("bad", sentence(error.message())),
        None => {}
    });
    delete
}

/// Why the last one was not done.
pub(super) fn refused(delete: ServerAction<DeleteConnector>) -> impl IntoView {
    move || {
        let value = delete.value().get().filter(|_| delete.version().get() > 0);
        value.and_then(Result::err).map(|error| view! { <Refused error/> })
    }
}

/// The button of a connector.
pub(super) fn delete(name: StoredValue<String>, delete: ServerAction<DeleteConnector>) -> AnyView {
    let locked = !use_live().visitor.may_change();
    view! {
        <Confirm
            id=format!("delete-{}", name.get_value())
            word="Delete…"
            label=format!("Delete {}…", name.get_value())
            title=format!("Delete {} in all processes?", name.get_value())
            text="Its tasks end within seconds. What it stored stays in the graph, and so does how far it came: one of the same name goes on there."
            locked
        >
            <ActionForm action=delete>
                <input type="hidden" name="connector" value=name.get_value()/>
                <button class="btn bad" type="submit" aria-label=format!("Delete {}", name.get_value()) disabled=locked>"Delete"</button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}
