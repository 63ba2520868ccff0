//! A question before something that interrupts or sends much: a button, and a dialog with the form that does it.
//!
//! The dialog is a native one that the button opens as a popover, which browsers do by themselves: by keyboard, before the
//! page has come alive, and without JavaScript.

use leptos::{ev, prelude::*};

/// A button that asks first. The children are the form; its submit button stands before *Cancel*.
#[component]
pub(crate) fn Confirm(
    /// The dialog's id, of which the page has one.
    id: String,
    /// What the button says.
    #[prop(into)]
    word: Signal<String>,
    /// What the button is called, where the word alone is not enough.
    #[prop(into)]
    label: Signal<String>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What it would mean.
    #[prop(into)]
    text: Signal<String>,
    /// Whether the visitor may not.
    locked: bool,
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let [opens, is, hides] = [id.clone(), id.clone(), id];
    let named = title_id.clone();
    view! {
        <button class="btn" type="button" popovertarget=opens aria-haspopup="dialog" aria-label=label disabled=locked>{word}</button>
        <dialog class="confirm" id=is popover="auto" aria-labelledby=named on:submit=close>
            <h3 id=title_id>{title}</h3>
            <p>{text}</p>
            <div class="row">
                {children()}
                <button class="btn" type="button" popovertarget=hides popovertargetaction="hide">"Cancel"</button>
            </div>
        </dialog>
    }
}

/// Closes the dialog whose form was sent.
fn close(event: ev::SubmitEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;

        let dialog = event.current_target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
        // It throws where it is closed already.
        let _ = dialog.map(|dialog| dialog.hide_popover());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}
