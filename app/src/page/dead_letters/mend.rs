//! The form in which a letter's value is mended: what is no JSON is pointed out before it is sent.

use leptos::{ev, prelude::*};
use model::dead_letter::DeadLetter;

use super::letter::place;
use crate::{
    call::act::Replay,
    component::{banner::sentence, field::inner_text},
    erased::{memo, when},
    json,
};

/// The form.
pub(super) fn mend(letter: &DeadLetter, replay: ServerAction<Replay>, locked: bool) -> AnyView {
    let place = place(letter);
    let fault_id = format!("fault-{place}");
    let payload = letter.value.clone().unwrap_or_default();
    let rows = payload.lines().count().clamp(3, 14);
    let text = RwSignal::new(payload.clone());
    let fault = memo(move || text.with(|text| json::fault(text)).map(|fault| sentence(&fault)).unwrap_or_default());
    let faulty = memo(move || !fault.with(String::is_empty));
    // Before the form's own listener, which sends it.
    let stop = move |event: ev::SubmitEvent| {
        if faulty.get_untracked() {
            event.prevent_default();
            to_the_field(&event);
        }
    };
    let shown = fault_id.clone();
    let ids = hidden(letter);
    view! {
        <ActionForm action=replay on:submit:capture=stop>
            {ids}
            <label>
                "Value, to mend"
                <textarea
                    name="value"
                    rows=rows
                    spellcheck="false"
                    aria-label=format!("Value of {place}")
                    aria-invalid=move || faulty.get().then_some("true")
                    aria-describedby=fault_id
                    disabled=locked
                    inner_html=inner_text(&payload)
                    on:input:target=move |event| text.set(event.target().value())
                ></textarea>
            </label>
            <p class="fault" id=shown role="status">
                {when(faulty, move || view! { <b>"Not JSON yet: "</b>{fault} }.into_any())}
            </p>
            <button class="btn primary" type="submit" disabled=locked aria-label=format!("Replay {place} with this value")>
                "Replay with this value"
            </button>
        </ActionForm>
    }
    .into_any()
}

/// Moves the focus to where the fault is, and what describes it is read out.
fn to_the_field(event: &ev::SubmitEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;

        let form = event.current_target().and_then(|form| form.dyn_into::<web_sys::Element>().ok());
        let field = form.and_then(|form| form.query_selector("textarea").ok().flatten());
        if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
            // It is in the page, or its form could not have been sent.
            let _ = field.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

/// Which letter a form is about.
pub(super) fn hidden(letter: &DeadLetter) -> AnyView {
    view! {
        <input type="hidden" name="topic" value=letter.topic.clone()/>
        <input type="hidden" name="partition" value=letter.partition/>
        <input type="hidden" name="offset" value=letter.offset/>
        <input type="hidden" name="id" value=letter.id.clone()/>
    }
    .into_any()
}
