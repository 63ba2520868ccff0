//! The fields that most connectors need. Each is read out of the text and written into it; without JavaScript a button does.

use leptos::{ev, prelude::*};
use model::draft::Wish;

use super::{
    Editor,
    text::{DEAD_LETTERS, Draft, Kind, NAME, TASKS, TOLERANCE, TOPICS},
};
use crate::{
    call::act::DraftConnector,
    component::{
        field::inner_text,
        icon::{Glyph, Icon},
    },
    erased::{memo, when},
};

/// All of them.
pub(super) fn fields(editor: Editor) -> AnyView {
    let Editor { locked, draft, .. } = editor;
    let chosen = RwSignal::new(Kind::default());
    let kind = memo(move || draft.with(|draft| draft.as_ref().and_then(Draft::kind)).unwrap_or_else(|| chosen.get()));
    let beyond = memo(move || draft.with(|draft| draft.as_ref().is_some_and(Draft::is_beyond_fields)));
    let within = memo(move || !beyond.get());
    let unread = memo(move || draft.with(Option::is_none));
    // Enter means: is it right so?
    let check = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (text, of) = (editor.text.get_untracked(), editor.of.get_value());
        editor.act.dispatch(DraftConnector { text, wish: Wish::Check, of, limit: String::new() });
    };
    let address = if editor.is_new() { super::NEW } else { super::EDIT };
    let begin = editor.text.get_untracked();
    view! {
        <section class="card" aria-labelledby="fields-title">
            <header><h2 id="fields-title">"What it reads, and what becomes of it"</h2></header>
            <form class="rules" method="get" action=address on:submit=check>
                <input type="hidden" name="name" value=editor.of.get_value()/>
                <input type="hidden" name="text" value=begin/>
                {when(unread, || view! { <p class="muted" role="status">"The fields come back once the text is JSON again."</p> }.into_any())}
                {line(editor, Line { name: "called", label: "Name", key: NAME, hint: "shipments", fixed: !editor.is_new() })}
                {line(editor, Line { name: "topics", label: "Topics, separated by commas", key: TOPICS, hint: "shipments", fixed: false })}
                {when(within, move || rules(editor, kind, chosen))}
                {when(beyond, || {
                    view! {
                        <p class="muted">
                            "It has events of a built-in kind, or topics of different kinds: what becomes of them is edited in the text."
                        </p>
                    }
                    .into_any()
                })}
                <div class="pair">
                    {line(editor, Line { name: "tasks", label: "Tasks, in each process", key: TASKS, hint: "1", fixed: false })}
                    {line(editor, Line { name: "dead", label: "Topic for dead letters", key: DEAD_LETTERS, hint: "<topic>.dead-letters", fixed: false })}
                </div>
                {tolerance(editor)}
                <button class="btn no-js" type="submit" disabled=locked>"Write this into the text"</button>
            </form>
        </section>
    }
    .into_any()
}

/// A field of one line.
struct Line {
    name: &'static str,
    label: &'static str,
    key: &'static str,
    hint: &'static str,
    /// It can't be changed.
    fixed: bool,
}

fn line(editor: Editor, line: Line) -> AnyView {
    let Line { name, label, key, hint, fixed } = line;
    let begin = editor.draft.with_untracked(|draft| draft.as_ref().map(|draft| draft.get(key)).unwrap_or_default());
    let id = format!("wrong-{name}");
    let described = id.clone();
    view! {
        <div>
            <label>
                {label}
                <input
                    type="text"
                    name=name
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=hint
                    value=begin
                    prop:value=move || editor.get(key)
                    readonly=fixed
                    aria-invalid=move || editor.wrong(key).map(|_| "true")
                    aria-describedby=described
                    disabled=editor.locked
                    on:input:target=move |event| {
                        let value = event.target().value();
                        // The rules of topics follow their names.
                        editor.change(|draft| if key == TOPICS { draft.put_topics(&value) } else { draft.put(key, &value) });
                    }
                />
            </label>
            {wrong(id, memo(move || editor.wrong(key)))}
        </div>
    }
    .into_any()
}

/// The kind, and a rule for each topic.
fn rules(editor: Editor, kind: Memo<Kind>, chosen: RwSignal<Kind>) -> AnyView {
    let now = kind.get_untracked();
    let kinds = Kind::ALL.map(|one| {
        view! {
            <label class="kind">
                <input
                    type="radio"
                    name="kind"
                    value=one.word()
                    checked=one == now
                    prop:checked=move || kind.get() == one
                    disabled=editor.locked
                    on:change=move |_| {
                        chosen.set(one);
                        editor.change(|draft| draft.put_kind(one));
                    }
                />
                <span><b>{one.label()}</b><small>{one.about()}</small></span>
            </label>
        }
    });
    let topics = memo(move || {
        let topics =
            editor.draft.with(|draft| draft.as_ref().map(Draft::topics)).unwrap_or_else(|| vec![String::new()]);
        if kind.get() == Kind::Cud { Vec::new() } else { topics }
    });
    let places = memo(move || (0..topics.with(Vec::len)).collect::<Vec<_>>());
    view! {
        <fieldset class="kinds">
            <legend>"What becomes of each record"</legend>
            {kinds}
        </fieldset>
        <For each=move || places.get() key=|place| *place children=move |place| rule(editor, kind, topics, place)/>
    }
    .into_any()
}

/// The pattern or statement of a topic.
fn rule(editor: Editor, kind: Memo<Kind>, topics: Memo<Vec<String>>, place: usize) -> AnyView {
    let key = memo(move || kind.get().key(&topics.with(|topics| topics.get(place).cloned().unwrap_or_default())));
    let topic = move || match topics.with(|topics| topics.get(place).cloned()).filter(|topic| !topic.is_empty()) {
        Some(topic) => format!(" for {topic}"),
        None => String::new(),
    };
    let label = move || match kind.get() {
        Kind::Cypher => format!("Statement{}", topic()),
        _ => format!("Pattern{}", topic()),
    };
    let hint = move || match kind.get() {
        Kind::Cypher => "MERGE (s:Shipment {id: event.id}) SET s.state = event.state",
        _ => "(:Shipment{!id, state})-[:GOES_TO]->(:City{!name: city})",
    };
    let begin = inner_text(&editor.get(&key.get_untracked()));
    let id = format!("wrong-rule-{place}");
    let described = id.clone();
    view! {
        <div>
            <label>
                {label}
                <textarea
                    name="rule"
                    rows="3"
                    spellcheck="false"
                    placeholder=hint
                    prop:value=move || editor.get(&key.get())
                    aria-invalid=move || editor.wrong(&key.get()).map(|_| "true")
                    aria-describedby=described
                    disabled=editor.locked
                    inner_html=begin
                    on:input:target=move |event| {
                        let (key, value) = (key.get_untracked(), event.target().value());
                        editor.change(|draft| draft.put(&key, &value));
                    }
                ></textarea>
            </label>
            {wrong(id, memo(move || editor.wrong(&key.get())))}
        </div>
    }
    .into_any()
}

fn tolerance(editor: Editor) -> AnyView {
    let now = move || match editor.get(TOLERANCE) {
        none if none.is_empty() => "none".to_owned(),
        some => some,
    };
    let begin = untrack(now);
    let option = |value: &'static str, what: &'static str| {
        let selected = begin == value;
        view! { <option value=value selected=selected>{what}</option> }
    };
    let options = [option("all", "becomes a dead letter"), option("none", "stops the task before it")];
    view! {
        <div>
            <label>
                "A record that cannot be used"
                <select
                    name="tolerance"
                    prop:value=now
                    aria-invalid=move || editor.wrong(TOLERANCE).map(|_| "true")
                    aria-describedby="wrong-tolerance"
                    disabled=editor.locked
                    on:change:target=move |event| {
                        let value = event.target().value();
                        editor.change(|draft| draft.put(TOLERANCE, &value));
                    }
                >
                    {options}
                </select>
            </label>
            {wrong("wrong-tolerance".to_owned(), memo(move || editor.wrong(TOLERANCE)))}
        </div>
    }
    .into_any()
}

/// What is wrong with a field, below it.
fn wrong(id: String, text: Memo<Option<String>>) -> AnyView {
    let any = memo(move || text.with(Option::is_some));
    when(any, move || {
        view! { <p class="wrong" id=id.clone()><Glyph icon=Icon::Warning/><span>{text}</span></p> }.into_any()
    })
}
