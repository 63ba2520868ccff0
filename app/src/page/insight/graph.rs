//! The graph behind a question: brings the graph view together with the server, the theme and the address.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};
use model::picture::{Question, Scope};

use super::parameter::{Asked, Control};
use crate::{
    call::read,
    component::banner::Refused,
    erased::{effect, memo},
    graph_view::{GraphView, Host, Key, State},
    live::{Arrived, polled, use_live},
};

/// How many neighbours one press adds: more than a score around one node is a clump.
const NEIGHBOURS: u32 = 20;

/// The piece of graph behind a question, as an address asks for it; `more` gives the address with another number of nodes.
#[component]
pub(super) fn GraphPanel(
    question: Question,
    controls: &'static [Control],
    asked: Memo<(Asked, u32)>,
    more: impl Fn(u32) -> String + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let answer = polled(
        move || asked.get(),
        move |(Asked { days, limit, min }, nodes)| {
            read::picture(question, Scope { nodes, rows: limit, days, min_ratings: min })
        },
    );
    let dark = use_live().dark;
    let found = RwSignal::new(None);
    let state = kept_in_address();
    let name = question.slug();
    let picture = move || answer.arrived()?.ok();
    let refused = move || answer.arrived()?.err().map(|error| view! { <Refused error/> });
    let expand = move |(kind, id): Key| {
        leptos::task::spawn_local(async move {
            let neighbours = read::neighbours(kind, id, NEIGHBOURS).await;
            // The page may be gone by now.
            found.try_set(Some(neighbours.map_err(|error| error.0.message)));
        });
    };
    let files = move || {
        let (asked, nodes) = asked.get();
        let numbers = controls.iter().map(|control| format!("&{}={}", control.graph_api(), control.of(asked)));
        let scope = format!("limit={nodes}{}", numbers.collect::<String>());
        let dark = if dark.get() { "&theme=dark" } else { "" };
        vec![
            ("Drawing (SVG)", format!("/api/graphs/{name}.svg?{scope}{dark}"), "svg"),
            ("Nodes (CSV)", format!("/api/graphs/{name}/nodes.csv?{scope}"), "nodes.csv"),
            ("Lines (CSV)", format!("/api/graphs/{name}/edges.csv?{scope}"), "edges.csv"),
            ("All of it (JSON)", format!("/api/graphs/{name}?{scope}"), "json"),
        ]
    };
    let host = Host {
        picture: Arc::new(picture),
        theme: Arc::new(move || dark.track()),
        expand: Arc::new(expand),
        found,
        state,
        limit: memo(move || asked.get().1),
        more: Arc::new(more),
        name,
        files: Arc::new(files),
    };
    view! {
        <Transition>{refused}</Transition>
        <GraphView host/>
    }
}

/// What is selected and searched for, read from the address at the start and written into it when it changes.
fn kept_in_address() -> RwSignal<State> {
    let query = use_query_map();
    let state = RwSignal::new(query.with_untracked(|query| State {
        selected: query.get("sel").and_then(|text| State::read_key(&text)),
        query: query.get("q").unwrap_or_default(),
    }));
    let pathname = use_location().pathname;
    let navigate = use_navigate();
    let wanted = memo(move || state.with(|state| (state.selected.map(State::write_key), state.query.clone())));
    effect(move || {
        let (selected, text) = wanted.get();
        let mut address = query.get_untracked();
        address.remove("sel");
        address.remove("q");
        if let Some(selected) = selected {
            address.insert("sel", selected);
        }
        if !text.trim().is_empty() {
            address.insert("q", text);
        }
        let (now, next) =
            (query.with_untracked(leptos_router::params::ParamsMap::to_query_string), address.to_query_string());
        if now != next {
            let options = NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() };
            navigate(&format!("{}{next}", pathname.get_untracked()), options);
        }
    });
    state
}
