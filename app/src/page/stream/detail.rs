//! A record that is open: what it says, where it stands, and the graph that it became.

use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::record::{Form, Opened, Place};

use super::{
    address::Address,
    list::{badge, moment},
    picture::picture,
};
use crate::{
    call::{CallError, read},
    component::banner::sentence,
    erased::{Json, effect, memo},
    format,
    live::{Arrived, use_live},
};

/// The record that the address names, beside the list; nothing if it names none.
#[component]
pub(super) fn Detail(address: Memo<Address>) -> impl IntoView {
    let open = memo(move || address.get().open);
    let status = use_live().status;
    // What became of a record is worth asking for again once a checkpoint has passed it.
    let passed = memo(move || {
        let place = open.with(|open| Place::parse(open));
        place.is_some_and(|place| {
            status.with(|status| {
                let partitions = status.topics.get(&place.topic).map_or(&[][..], |topic| &topic.partitions);
                let of_it = partitions.iter().find(|partition| partition.partition == place.partition);
                of_it.and_then(|partition| partition.checkpoint).is_some_and(|next| place.offset < next)
            })
        })
    });
    let answer = Resource::<_, Json>::new_with_options(
        move || (open.get(), passed.get()),
        |(open, _)| async move { if open.is_empty() { Ok(None) } else { read::record(open).await.map(Some) } },
        false,
    );
    let heading = NodeRef::<html::H2>::new();
    let mut before = None;
    effect(move || {
        let now = open.get();
        // Whoever opens a record goes to it; whoever came with the address is there already.
        if before.replace(now.clone()).is_some_and(|before: String| before != now)
            && let Some(heading) = heading.get()
        {
            let _ = heading.focus();
        }
    });
    let navigate = use_navigate();
    let close = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&address.get_untracked().closed().href(), options);
        }
    };
    let any = memo(move || !open.with(String::is_empty));
    let shown = move || {
        answer.arrived().and_then(|answer| match answer {
            Ok(None) => None,
            Ok(Some(record)) => Some(record_view(record)),
            Err(error) => Some(gone(&error)),
        })
    };
    crate::erased::when(any, move || {
        let close = close.clone();
        view! {
            <aside class="card detail" aria-label="Record" on:keydown=close>
                <header>
                    <h2 tabindex="-1" node_ref=heading>{move || title(&open.get())}</h2>
                    <a class="btn right" href=move || address.get().closed().href() data-noscroll="">"Close"</a>
                </header>
                <Transition fallback=|| view! { <p class="muted" aria-busy="true">"Reading the record…"</p> }>{shown}</Transition>
            </aside>
        }
        .into_any()
    })
}

/// `purchases, partition 2, offset 1,041`.
fn title(open: &str) -> String {
    Place::parse(open)
        .map_or_else(|| "No record".to_owned(), |place| format!("{} {}:{}", place.topic, place.partition, place.offset))
}

/// Why there is no record.
fn gone(error: &CallError) -> AnyView {
    let title = match error.0.code.as_str() {
        "record_gone" => "This record is gone.",
        "unknown_record" | "unknown_kind" | "place_malformed" => "There is no such record.",
        _ => "This record can't be read right now.",
    };
    view! { <div class="banner warn" role="status"><p><b>{title}</b>" "{sentence(error.message())}</p></div> }
        .into_any()
}

fn record_view(record: Opened) -> AnyView {
    let Opened { row, key, headers, bytes, form, body, shown_bytes, story, graph, changes } = record;
    let what = match form {
        Form::Json => "Value, as JSON",
        Form::Text => "Value, as text: it is no JSON",
        Form::Bytes => "Value, as bytes: it is no text",
        Form::Empty => "No value",
    };
    let cut = shown_bytes.map(|shown| {
        let note = format!("Only the first {} bytes of the value are shown.", format::count(shown));
        view! { <p class="note muted">{note}</p> }
    });
    let value = (form != Form::Empty).then(|| view! { <pre tabindex="0" aria-label=what><code>{body}</code></pre> });
    let many = headers.len();
    let headers: Vec<_> = headers
        .into_iter()
        .map(|(name, value)| view! { <dt><bdi>{name}</bdi></dt><dd><code>{value}</code></dd> })
        .collect();
    let headers = (many > 0).then(|| {
        view! { <h3>"Headers"</h3><dl class="facts">{headers}</dl> }
    });
    let changes = (!changes.is_empty()).then(|| {
        view! { <pre class="changes" tabindex="0" aria-label="What its connector makes of it"><code>{changes.join("\n")}</code></pre> }
    });
    let rule = row.reason.clone().map(|reason| view! { <code class="rule">{reason}</code> });
    let utc = row.at.map(|at| format!(" ({})", format::date_time(at)));
    view! {
        <p class="said"><bdi>{row.gist}</bdi></p>
        <div class="became">
            <p class="row">{badge(row.fate, &row.place, row.reason.as_deref())}{rule}</p>
            <p>{sentence(&story)}</p>
        </div>
        {graph.map(picture)}
        {changes}
        <h3>{what}</h3>
        {value}
        {cut}
        <dl class="facts">
            <dt>"Key"</dt><dd><code>{key.unwrap_or_else(|| "none".to_owned())}</code></dd>
            <dt>"Topic"</dt><dd>{row.place.topic}</dd>
            <dt>"Partition"</dt><dd>{row.place.partition}</dd>
            <dt>"Offset"</dt><dd>{format::thousands(row.place.offset)}</dd>
            <dt>"Timestamp"</dt><dd>{moment(row.at)}{utc}</dd>
            <dt>"Size"</dt><dd>{format!("{} (key and value)", format::plural(bytes as i64, "byte", "bytes"))}</dd>
        </dl>
        {headers}
    }
    .into_any()
}
