//! The keys: what each does, and the dialog that tells and switches them off.

use leptos::{html, prelude::*};

use super::nav;
use crate::{
    cookie::{self, Keys},
    live::use_live,
};

/// The key that goes to a page, after `g`.
pub(crate) fn letter(href: &str) -> Option<&'static str> {
    Some(match href {
        "/" => "o",
        "/simulate" => "s",
        "/stream" => "l",
        "/insights/top-products" => "p",
        "/insights/influencers" => "i",
        "/insights/best-rated" => "b",
        "/insights/similar-buyers" => "u",
        "/connectors" => "c",
        "/dead-letters" => "d",
        _ => return None,
    })
}

/// What the keys do that lead nowhere.
const HERE: [(&str, &str); 5] = [
    ("?", "Show these keys"),
    ("t", "Next theme"),
    ("r", "Refresh now"),
    ("/", "Search"),
    ("Esc", "Close this, leave a search"),
];

/// The button on top, and the dialog behind it.
#[component]
pub(crate) fn KeysButton() -> impl IntoView {
    let keys = use_live().keys;
    let dialog = NodeRef::<html::Dialog>::new();
    #[cfg(feature = "hydrate")]
    press::listen(dialog);
    let open = move |_| show(dialog);
    let pages = nav::pages().filter_map(|(href, label)| {
        let letter = letter(href)?;
        Some(view! { <div><dt><kbd>"g"</kbd>" "<kbd>{letter}</kbd></dt><dd>{label}</dd></div> })
    });
    let here = HERE.map(|(key, what)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> });
    view! {
        <button class="chip js keys-button" type="button" aria-haspopup="dialog" on:click=open>"Keys"</button>
        <dialog class="keys-dialog" node_ref=dialog aria-labelledby="keys-title">
            <header>
                <h2 id="keys-title">"Keys"</h2>
                <form method="dialog"><button class="btn" type="submit">"Close"</button></form>
            </header>
            <div class="columns">
                <section><h3>"Go to"</h3><dl>{pages.collect_view()}</dl></section>
                <section><h3>"On every page"</h3><dl>{here.collect_view()}</dl></section>
            </div>
            <label class="check">
                <input
                    type="checkbox"
                    checked=keys.get_untracked().0
                    prop:checked=move || keys.get().0
                    on:change:target=move |event| {
                        let chosen = Keys(event.target().checked());
                        cookie::write(Keys::COOKIE, chosen.text());
                        keys.set(chosen);
                    }
                />
                <span>"Single keys work"<small>"Switch them off if you speak to your computer. They rest anyway while you type."</small></span>
            </label>
        </dialog>
    }
}

fn show(dialog: NodeRef<html::Dialog>) {
    #[cfg(feature = "hydrate")]
    if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
        // It is in the document and not open, which is all that could be refused.
        let _ = dialog.show_modal();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = dialog;
}

#[cfg(feature = "hydrate")]
mod press {
    use leptos::{ev, html, prelude::*};
    use leptos_router::{NavigateOptions, hooks::use_navigate};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    use super::{letter, nav, show};
    use crate::{component::top_bar, live::use_live};

    /// So long a `g` waits for the letter behind it.
    const PATIENCE_MS: f64 = 1500.0;
    /// When `g` was pressed, if it was not. Events count from the page's start, so 0 is a moment ago on a young page.
    const NEVER: f64 = f64::NEG_INFINITY;

    /// Listens to the keys of the whole page.
    pub(super) fn listen(dialog: NodeRef<html::Dialog>) {
        let live = use_live();
        let navigate = use_navigate();
        let gone = StoredValue::new(NEVER);
        let pressed = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
                return;
            }
            let key = event.key();
            if is_typed_into(&event) {
                if key == "Escape" && is_search(&event) {
                    leave(&event);
                }
                return;
            }
            let off = !live.keys.get_untracked().0;
            let busy = document().query_selector("dialog[open]").is_ok_and(|open| open.is_some());
            if off || busy {
                return;
            }
            let now = event.time_stamp();
            if std::mem::replace(&mut *gone.write_value(), NEVER) + PATIENCE_MS > now {
                if let Some((href, _)) = nav::pages().find(|(href, _)| letter(href) == Some(key.as_str())) {
                    event.prevent_default();
                    navigate(href, NavigateOptions::default());
                }
                return;
            }
            match key.as_str() {
                "g" => gone.set_value(now),
                "?" => show(dialog),
                "t" => top_bar::choose_theme(live, live.theme.get_untracked().next()),
                "r" => live.refresh_now(),
                "/" => {
                    let field = document().query_selector("main input[type=search]").ok().flatten();
                    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                        event.prevent_default();
                        // What cannot be focused is left alone.
                        let _ = field.focus();
                    }
                }
                _ => {}
            }
        });
        on_cleanup(move || pressed.remove());
    }

    fn element(event: &KeyboardEvent) -> Option<Element> {
        event.target()?.dyn_into().ok()
    }

    /// Whether a letter belongs to what has the focus.
    fn is_typed_into(event: &KeyboardEvent) -> bool {
        let fields =
            "input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable]";
        element(event).is_some_and(|element| element.closest(fields).is_ok_and(|field| field.is_some()))
    }

    fn is_search(event: &KeyboardEvent) -> bool {
        element(event).is_some_and(|element| element.matches("input[type=search]").unwrap_or(false))
    }

    fn leave(event: &KeyboardEvent) {
        if let Some(field) = element(event).and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            // It has the focus, so it can lose it.
            let _ = field.blur();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_key_of_its_own() {
        let mut letters: Vec<_> =
            nav::pages().map(|(href, _)| letter(href).unwrap_or_else(|| panic!("{href}"))).collect();
        let all = letters.len();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), all);
    }
}
