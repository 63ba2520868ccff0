//! Whether the page is dark: as somebody chose, and where that is left to the system, as the system has it.

use leptos::prelude::*;

use crate::{cookie::Theme, erased::memo};

/// The server, which does not know the system, takes it for light; so does the browser until it has taken over.
pub(super) fn dark(theme: RwSignal<Theme>) -> Memo<bool> {
    let system = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    crate::erased::effect(move || watch(system));
    memo(move || match theme.get() {
        Theme::Auto => system.get(),
        Theme::Light => false,
        Theme::Dark => true,
    })
}

#[cfg(feature = "hydrate")]
fn watch(system: RwSignal<bool>) {
    use wasm_bindgen::{JsCast, closure::Closure};

    let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") else { return };
    system.set(query.matches());
    let asked = query.clone();
    let changed = Closure::<dyn FnMut()>::new(move || system.set(asked.matches()));
    query.set_onchange(Some(changed.as_ref().unchecked_ref()));
    // Both live as long as the page: without somebody who holds it, a browser may drop the query and its listener.
    std::mem::forget((query, changed));
}
