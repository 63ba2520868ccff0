//! The configuration as text, what can be done with it, and what is wrong with it.

use leptos::prelude::*;
use model::draft::{Judged, Wish};

use super::{
    Editor,
    text::{DEAD_LETTERS, NAME, TASKS, TOLERANCE, TOPICS},
};
use crate::{
    component::{
        banner::sentence,
        field::inner_text,
        icon::{Glyph, Icon},
    },
    erased::{memo, when},
    format, json,
};

/// The field's id, by which the focus finds it.
pub(super) const ID: &str = "configuration";

/// The form.
pub(super) fn form(editor: Editor, judged: Memo<Option<Judged>>) -> AnyView {
    let Editor { text, errors, act, locked, .. } = editor;
    let begin = text.get_untracked();
    let rows = begin.lines().count().clamp(12, 24);
    let fault = memo(move || text.with(|text| json::fault(text)).map(|fault| sentence(&fault)).unwrap_or_default());
    let faulty = memo(move || !fault.with(String::is_empty));
    // Those that have no field of their own are marked here.
    let invalid = move || {
        let own = |key: &str| {
            [NAME, TOPICS, TASKS, TOLERANCE, DEAD_LETTERS].contains(&key)
                || ["neo4j.pattern.topic.", "neo4j.cypher.topic."].iter().any(|prefix| key.starts_with(prefix))
        };
        faulty.get() || errors.with(|errors| errors.iter().any(|of_key| !own(&of_key.key)))
    };
    let pending = act.pending();
    let limits = [10, 25, 50, 100].map(|limit| view! { <option value=limit>{format!("{limit} records")}</option> });
    let save = if editor.is_new() { "Create" } else { "Save" };
    view! {
        <section class="card" aria-labelledby="text-title">
            <header>
                <h2 id="text-title">"All keys, as JSON"</h2>
                <span class="right">"this text is what counts"</span>
            </header>
            <ActionForm action=act>
                <input type="hidden" name="of" value=editor.of.get_value()/>
                <textarea
                    id=ID
                    class="text"
                    name="text"
                    rows=rows
                    spellcheck="false"
                    autocapitalize="off"
                    aria-label="Configuration as JSON"
                    aria-invalid=move || invalid().then_some("true")
                    aria-describedby="fault verdict"
                    disabled=locked
                    prop:value=text
                    inner_html=inner_text(&begin)
                    on:input:target=move |event| text.set(event.target().value())
                ></textarea>
                <p class="fault" id="fault" role="status">
                    {when(faulty, move || view! { <b>"Not JSON yet: "</b>{fault} }.into_any())}
                </p>
                <div class="acts">
                    <button class="btn" type="submit" name="wish" value="check" disabled=locked>"Check"</button>
                    <button class="btn" type="submit" name="wish" value="preview" disabled=locked>"Preview"</button>
                    <select class="chip" name="limit" aria-label="Newest records of each topic in a preview" disabled=locked>
                        {limits}
                    </select>
                    <button class="btn primary" type="submit" name="wish" value="save" disabled=locked>{save}</button>
                </div>
            </ActionForm>
            <div id="verdict">{verdict(judged, pending)}</div>
        </section>
    }
    .into_any()
}

/// What came of the last press.
fn verdict(judged: Memo<Option<Judged>>, pending: Memo<bool>) -> AnyView {
    let waits = memo(move || pending.get());
    let well = memo(move || {
        let good =
            judged.with(|judged| judged.as_ref().is_some_and(|it| it.errors.is_empty() && it.wish == Wish::Check));
        good && !pending.get()
    });
    let list = move || {
        let errors = judged.with(|judged| judged.as_ref().map(|it| it.errors.clone())).unwrap_or_default();
        let count: usize = errors.iter().map(|of_key| of_key.errors.len()).sum();
        let each = errors.into_iter().flat_map(|of_key| {
            let key = of_key.key;
            of_key.errors.into_iter().map(move |error| {
                let key = (!key.is_empty()).then(|| view! { <code>{key.clone()}</code>" " });
                view! { <li>{key}{sentence(&error)}</li> }
            })
        });
        (count > 0).then(|| {
            view! {
                <div class="banner bad" role="alert">
                    <Glyph icon=Icon::Warning/>
                    <div>
                        <p><b>{format::plural(count as i64, "error", "errors")}</b>", and nothing was changed:"</p>
                        <ul class="named">{each.collect_view()}</ul>
                    </div>
                </div>
            }
        })
    };
    view! {
        <p class="muted waits" role="status">
            {when(waits, || view! { "Looking…" }.into_any())}
            {when(well, || view! { <span class="well"><Glyph icon=Icon::Check/>"Nothing is wrong with it."</span> }.into_any())}
        </p>
        {list}
    }
    .into_any()
}
