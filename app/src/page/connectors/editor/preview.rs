//! What a configuration would do: a row for each record, with what it says and what it would change.

use leptos::prelude::*;
use model::{
    draft::{Bound, Judged, Preview, RecordPreview, TopicPreview},
    record::Form,
};

use crate::{
    component::{
        icon::{Glyph, Icon},
        time::{Say, Time},
    },
    format,
};

/// The heading's id, by which the focus finds it.
pub(super) const ID: &str = "preview-title";

/// Lines and letters of a value that are shown at once.
const LINES: usize = 12;
const LETTERS: usize = 600;

/// The last preview, while there is one.
pub(super) fn preview(judged: Memo<Option<Judged>>) -> impl IntoView {
    move || judged.with(|judged| judged.as_ref().and_then(|judged| judged.preview.as_ref()).map(card))
}

fn card(preview: &Preview) -> AnyView {
    let records = preview.topics.iter().flat_map(|topic| &topic.records);
    let (all, dead) = records.fold((0, 0), |(all, dead), record| (all + 1, dead + i64::from(record.dead.is_some())));
    let sum = match (all, dead) {
        (0, _) => "There is no record to show it with.".to_owned(),
        (all, 0) => format!("{} would be stored. Nothing was written.", format::plural(all, "record", "records")),
        (all, dead) => format!(
            "Of {} {} could not be used. Nothing was written.",
            format::plural(all, "record", "records"),
            format::thousands(dead)
        ),
    };
    let stops = (preview.stops && dead > 0).then(|| {
        view! {
            <p class="muted">
                "With "<code>"errors.tolerance=none"</code>" the task stops before the first of them; with "<code>"all"</code>
                " each becomes a dead letter, and it goes on."
            </p>
        }
    });
    let embedded = preview.embedded;
    let topics = preview.topics.iter().map(|found| topic(found, embedded)).collect_view();
    view! {
        <section class="card preview" aria-labelledby=ID>
            <header><h2 id=ID tabindex="-1">"Preview"</h2><span class="right" role="status">{sum}</span></header>
            {stops}
            {topics}
        </section>
    }
    .into_any()
}

fn topic(topic: &TopicPreview, embedded: bool) -> AnyView {
    let name = topic.topic.clone();
    let remark = topic.remark.clone().map(|remark| view! { <p class="muted">{remark}</p> });
    let warning = topic.warning.as_deref().map(warning);
    let rows = topic.records.iter().map(|found| record(found, embedded)).collect_view();
    let table = (!topic.records.is_empty()).then(|| {
        view! {
            <table class="numbers previewed">
                <caption class="sr">{format!("Records of {name}, newest first")}</caption>
                <thead>
                    <tr><th scope="col">"Partition @ offset"</th><th scope="col">"Value"</th><th scope="col">"What it would change"</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    view! { <h3><code>{topic.topic.clone()}</code></h3>{remark}{warning}{table} }.into_any()
}

fn record(record: &RecordPreview, embedded: bool) -> AnyView {
    let place = format!("{} @ {}", record.partition, format::thousands(record.offset));
    let key = record.key.clone().map(|key| view! { <small>"key "<code>{key}</code></small> });
    let at = record.at.map(|at| view! { <small><Time at say=Say::Day/></small> });
    let value = match record.form {
        Form::Empty => view! { <span class="muted">"none: a tombstone"</span> }.into_any(),
        _ => value(&record.body),
    };
    let cut = record.cut.then(|| view! { <small class="muted">"It goes on; this is the beginning."</small> });
    view! {
        <tr class:refused=record.dead.is_some()>
            <th scope="row">{place}{key}{at}</th>
            <td>{value}{cut}</td>
            <td>{effect(record, embedded)}</td>
        </tr>
    }
    .into_any()
}

/// A value; of a long one the first lines, and the whole of it folded away.
fn value(body: &str) -> AnyView {
    let lines: Vec<&str> = body.lines().collect();
    if lines.len() <= LINES && body.len() <= LETTERS {
        return view! { <pre>{body.to_owned()}</pre> }.into_any();
    }
    let first: String = lines[..lines.len().min(LINES - 2)].join("\n").chars().take(LETTERS).collect();
    view! {
        <pre>{first}" …"</pre>
        <details class="trace"><summary>"The whole value"</summary><pre>{body.to_owned()}</pre></details>
    }
    .into_any()
}

/// What it would do, or why it could not.
fn effect(record: &RecordPreview, embedded: bool) -> AnyView {
    if let Some(dead) = &record.dead {
        return view! {
            <p><span class="state bad"><Glyph icon=Icon::Cross/>"can't be used"</span>" "<code>{dead.reason.clone()}</code></p>
            <p>{crate::component::banner::sentence(&dead.message)}</p>
        }
        .into_any();
    }
    let nothing = (record.changes.is_empty() && record.statements.is_empty()).then(|| {
        view! { <p class="muted">"Nothing."</p> }
    });
    let changes = (!record.changes.is_empty()).then(|| {
        let each = record.changes.iter().map(|change| view! { <li><code>{change.clone()}</code></li> }).collect_view();
        view! { <ol class="changes">{each}</ol> }
    });
    let warning = record.warning.as_deref().map(warning);
    // A statement of somebody's own is all that there is to see.
    let open = record.changes.is_empty();
    let statements = (!record.statements.is_empty()).then(|| {
        let each = record.statements.iter().map(statement).collect_view();
        let word = if record.statements.len() == 1 { "The statement" } else { "The statements" };
        let word = if embedded { format!("{word}, as Neo4j would run") } else { word.to_owned() };
        view! { <details class="trace" open=open><summary>{word}</summary>{each}</details> }
    });
    view! { {nothing}{changes}{warning}{statements} }.into_any()
}

fn warning(sentence: &str) -> AnyView {
    let sentence = crate::component::banner::sentence(sentence);
    view! { <p class="warning"><Glyph icon=Icon::Warning/><span>{sentence}</span></p> }.into_any()
}

fn statement(statement: &Bound) -> AnyView {
    view! { <pre>{statement.text.clone()}</pre><pre>{statement.parameters.clone()}</pre> }.into_any()
}
