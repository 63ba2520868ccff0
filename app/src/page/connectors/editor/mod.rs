//! Where a connector is written: fields that fill in a JSON text, that text, what is wrong with it key by key, and what it
//! would do with the newest records.

mod address;
mod field;
mod json;
mod preview;
mod text;

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use model::draft::{Definition, Judged, KeyErrors, Wish};

#[cfg(feature = "ssr")]
pub(crate) use address::of_text as draft_address;
use address::{Asked, fill};
pub(crate) use address::{EDIT, NEW};
use text::Draft;

use crate::{
    address::with_query,
    call::{CallError, act::DraftConnector, read},
    component::{
        banner::{Refused, SignInFirst},
        toast::use_toasts,
    },
    erased::{Json, effect, memo},
    live::{Arrived, use_live},
};

/// The address at which a connector is edited.
pub(crate) fn address(name: &str) -> String {
    with_query(EDIT, [("name", name)])
}

/// What a page begins with: the connector, if one is edited, and what came of a form that was sent without JavaScript.
type Begin = (Result<Option<Definition>, CallError>, Option<Result<Judged, CallError>>);

/// The page of a new connector.
#[component]
pub(crate) fn NewConnector() -> impl IntoView {
    page(false)
}

/// The page of one that is there: `?name=shipments`.
#[component]
pub(crate) fn EditConnector() -> impl IntoView {
    page(true)
}

fn page(edits: bool) -> impl IntoView {
    let query = use_query_map();
    let asked = memo(move || query.with(Asked::read));
    let begin = Resource::<Begin, Json>::new_with_options(
        move || asked.get(),
        move |Asked { of, text, wish, limit }| async move {
            let of = if edits { of } else { String::new() };
            let definition = if edits { read::definition(of.clone()).await.map(Some) } else { Ok(None) };
            let judged = match wish.filter(|_| definition.is_ok()) {
                Some(wish) => Some(read::drafted(of, text, wish, limit).await),
                None => None,
            };
            (definition, judged)
        },
        false,
    );
    let editor = move || {
        let (definition, judged) = begin.arrived()?;
        Some(match definition {
            Err(error) => view! { <Refused error/> }.into_any(),
            Ok(definition) => {
                let asked = asked.get_untracked();
                let mut draft = definition.as_ref().map_or_else(Draft::new, |it| Draft::of(&it.config));
                if !asked.text.is_empty() {
                    draft = Draft::read(&asked.text).unwrap_or_default();
                }
                // A text that nobody can read stays as it was written.
                let filled = query.with_untracked(|query| fill(&mut draft, query));
                let text = if asked.text.is_empty() || filled { draft.text() } else { asked.text };
                let of = definition.map(|definition| definition.name).unwrap_or_default();
                editor(of, text, judged)
            }
        })
    };
    view! {
        <SignInFirst/>
        <Transition fallback=|| view! { <p class="muted" aria-busy="true">"Looking…"</p> }>{editor}</Transition>
    }
}

/// What all parts of an editor share.
#[derive(Clone, Copy)]
struct Editor {
    /// The connector that is edited; nothing for a new one.
    of: StoredValue<String>,
    /// What counts.
    text: RwSignal<String>,
    /// The text, read; none while it is no object.
    draft: Memo<Option<Draft>>,
    /// What is wrong, by key.
    errors: Memo<Vec<KeyErrors>>,
    act: ServerAction<DraftConnector>,
    /// The visitor may not.
    locked: bool,
}

impl Editor {
    /// Changes the text through its keys.
    fn change(self, change: impl FnOnce(&mut Draft)) {
        self.text.update(|text| {
            if let Some(mut draft) = Draft::read(text) {
                change(&mut draft);
                *text = draft.text();
            }
        });
    }

    /// The text of a key.
    fn get(self, key: &str) -> String {
        self.draft.with(|draft| draft.as_ref().map(|draft| draft.get(key)).unwrap_or_default())
    }

    /// What is wrong with a key.
    fn wrong(self, key: &str) -> Option<String> {
        self.errors.with(|errors| errors.iter().find(|of_key| of_key.key == key).map(|of_key| of_key.errors.join(" ")))
    }

    fn is_new(self) -> bool {
        self.of.with_value(String::is_empty)
    }
}

fn editor(of: String, text: String, given: Option<Result<Judged, CallError>>) -> AnyView {
    let act = ServerAction::<DraftConnector>::new();
    let (value, version) = (act.value(), act.version());
    let text = RwSignal::new(text);
    // What a form without JavaScript came to counts until there is something newer.
    let answer = memo(move || if version.get() == 0 { given.clone() } else { value.get() });
    let judged = memo(move || answer.with(|answer| answer.clone().and_then(Result::ok)));
    let failed = memo(move || answer.with(|answer| answer.clone().and_then(Result::err)));
    let errors = memo(move || judged.with(|judged| judged.as_ref().map(|it| it.errors.clone()).unwrap_or_default()));
    let draft = memo(move || text.with(|text| Draft::read(text)));
    let locked = !use_live().visitor.may_change();
    let editor = Editor { of: StoredValue::new(of), text, draft, errors, act, locked };
    let (navigate, toasts) = (use_navigate(), use_toasts());
    effect(move || {
        let Some(Ok(judged)) = value.get() else { return };
        if let Some(name) = &judged.saved {
            let done = if editor.is_new() { "is created" } else { "is saved" };
            toasts.say("ok", format!("{name} {done}, in all processes."));
            navigate(&super::address(name), leptos_router::NavigateOptions::default());
        } else if !judged.errors.is_empty() {
            to_the_first_error(&judged.errors);
        } else if judged.wish == Wish::Preview {
            to_the_preview();
        }
    });
    view! {
        <div class="editor">
            {field::fields(editor)}
            {json::form(editor, judged)}
        </div>
        {move || failed.get().map(|error| view! { <Refused error/> })}
        {preview::preview(judged)}
    }
    .into_any()
}

/// Moves the focus to the first field that has an error; in the text, to the key.
fn to_the_first_error(errors: &[KeyErrors]) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::{JsCast, JsValue};

        let keys: Vec<String> = errors.iter().map(|of_key| of_key.key.clone()).collect();
        // The fields are marked first.
        request_animation_frame(move || {
            let found = document().query_selector(".editor [aria-invalid='true']").ok().flatten();
            let Some(field) = found.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
            // It is in the page.
            let _ = field.focus();
            let get = |name: &str| js_sys::Reflect::get(&field, &name.into());
            if field.id() == json::ID
                && let Some(text) = get("value").ok().and_then(|value| value.as_string())
                && let Some((begin, end)) = keys.iter().find_map(|key| text::place(&text, key))
                && let Ok(select) = get("setSelectionRange").and_then(JsCast::dyn_into::<js_sys::Function>)
            {
                let _ = select.call2(&field, &JsValue::from(begin), &JsValue::from(end));
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = errors;
}

/// Brings what was asked for into view, and has it read out.
fn to_the_preview() {
    #[cfg(feature = "hydrate")]
    request_animation_frame(|| {
        use wasm_bindgen::JsCast;

        let found = document().get_element_by_id(preview::ID);
        if let Some(heading) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = heading.focus();
            heading.scroll_into_view();
        }
    });
}
