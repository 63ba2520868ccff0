//! The pipeline as one picture: producers, topics, sinks and the graph, with dead letters branching off.

use leptos::{prelude::*, svg};
use leptos_router::hooks::use_navigate;
use model::{Kind, status::GraphStatus};

use super::{
    lane::{Lane, lag_height, thickness},
    others::Others,
};
use crate::{
    chart::{
        scale::colour,
        spark::{self, Spark},
    },
    component::{
        icon::{Icon, Swatch},
        state::{StateBadge, look},
    },
    erased::memo,
    format,
    live::use_live,
};

/// The card with the picture; on a phone, the same as a list.
#[component]
pub(super) fn Pipeline() -> impl IntoView {
    let status = use_live().status;
    let lanes = Kind::ALL.map(|kind| memo(move || status.with(|status| Lane::of(status, kind))));
    let graph = memo(move || status.with(|status| status.graph.clone()));
    let dead = memo(move || status.with(|status| status.dead_letters.total));
    let broker = memo(move || {
        status.with(|status| {
            let place = if status.kafka.embedded { "embedded broker" } else { status.kafka.bootstrap_servers.as_str() };
            format!("Kafka topics · {place}")
        })
    });
    let label = move || {
        let stored = lanes.iter().map(|lane| lane.with(|lane| lane.stored)).sum();
        format!(
            "Three producers send to three topics; three sinks store {} records a second in one graph",
            format::rate(stored)
        )
    };
    let wide = Kind::ALL.map(|kind| lane(kind, lanes[kind.index()])).collect_view();
    let narrow = Kind::ALL.map(|kind| narrow_lane(kind, lanes[kind.index()])).collect_view();
    view! {
        <section class="card" aria-label="Pipeline">
            <header><h2>"Pipeline"</h2><span class="right hint-wide">"the wider a line, the more records a second"</span></header>
            // `group`, not `img`: there is a link in it.
            <svg class="pipeline" viewBox="0 0 1076 336" role="group" aria-label=label>
                <g class="m" font-size="12.5" font-weight="600">
                    <text x="2" y="16">"Producers"</text>
                    <text x="238" y="16">{broker}</text>
                    <text x="484" y="16">"Sinks"</text>
                    <text x="854" y="16">"Graph"</text>
                </g>
                {wide}
                {graph_box(graph)}
                {dead_box(dead)}
            </svg>
            <ul class="lanes">
                {narrow}
                <li>
                    <h3>{move || graph.with(|graph| graph.name.clone())}</h3>
                    <p>{move || graph.with(|graph| {
                        let counts = &graph.counts;
                        format!(
                            "{} users, {} products, {} transactions, {} relationships",
                            format::thousands(counts.users),
                            format::thousands(counts.products),
                            format::thousands(counts.transactions),
                            format::thousands(counts.relationships()),
                        )
                    })}</p>
                    <p><a href="/dead-letters">{move || dead_letters(dead.get())}</a></p>
                </li>
            </ul>
            <Others/>
        </section>
    }
}

fn lane(kind: Kind, lane: Memo<Lane>) -> impl IntoView {
    let colour = colour(kind.index());
    let top = 30 + kind.index() * 90;
    let centre = top + 36;
    let into = 132 + kind.index() * 20;
    let state = memo(move || lane.with(|lane| lane.state));
    let class = |rate: f64| if rate < 0.05 { "flow still" } else { "flow" };
    let produced = memo(move || lane.with(|lane| lane.produced));
    let stored = memo(move || lane.with(|lane| lane.stored));
    let bars = move || {
        lane.with(|lane| {
            let first = 176.0 - lane.partition_lags.len() as f64 * 20.0;
            lane.partition_lags
                .iter()
                .enumerate()
                .map(|(partition, lag)| {
                    let height = lag_height(*lag);
                    view! {
                        <rect
                            class="lag"
                            x=first + partition as f64 * 20.0
                            y=59.0 - height
                            width="14"
                            height=height
                            rx="2.5"
                            fill=colour
                        >
                            <title>{format!("partition {partition}: lag {}", format::thousands(*lag))}</title>
                        </rect>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <g fill="none" stroke=colour>
            <path class=move || class(produced.get()) d=format!("M182 {centre}H238") stroke-width=move || thickness(produced.get())/>
            <path class=move || class(stored.get()) d=format!("M428 {centre}H484") stroke-width=move || thickness(stored.get())/>
            <path
                class=move || class(stored.get())
                d=format!("M784 {centre}C826 {centre} 812 {into} 854 {into}")
                stroke-width=move || thickness(stored.get())
            />
        </g>
        <g transform=format!("translate(2 {top})")>
            <rect class="box" width="180" height="72" rx="12"/>
            <rect width="4" height="40" y="16" rx="2" fill=colour/>
            <text x="16" y="28" font-size="15" font-weight="650">{kind.label()}</text>
            <path class="spark-in" transform="translate(128 10)" d=move || lane.with(|lane| spark::line(&lane.produced_history, 40.0, 22.0)) stroke=colour/>
            {state_line(
                15,
                memo(move || {
                    let (word, icon, tone) = lane.with(Lane::producer);
                    (word.to_owned(), icon, tone)
                }),
                memo(move || lane.with(|lane| lane.waiting.clone().unwrap_or_default())),
            )}
            <text x="168" y="52.5" font-size="13" text-anchor="end" class="m">{move || rate_or_nothing(produced.get())}</text>
        </g>
        <g transform=format!("translate(238 {top})")>
            <rect class="box" width="190" height="72" rx="12"/>
            <text x="16" y="28" font-size="13.5" font-weight="600">{kind.topic()}</text>
            {state_line(15, memo(move || lane.with(Lane::topic)), memo(String::new))}
            {bars}
        </g>
        <g transform=format!("translate(484 {top})")>
            <rect class="box" width="300" height="72" rx="12"/>
            <text x="16" y="28" font-size="15" font-weight="650">{move || format!("{} /s", format::rate(stored.get()))}</text>
            <g transform="translate(168 8)">
                <path d=move || lane.with(|lane| spark::area(&lane.history, 116.0, 26.0)) fill=colour opacity=".13"/>
                <path d=move || lane.with(|lane| spark::line(&lane.history, 116.0, 26.0)) fill="none" stroke=colour stroke-width="1.6"/>
            </g>
            {state_line(
                15,
                memo(move || {
                    let (word, icon, tone) = look(state.get());
                    (word.to_owned(), icon, tone)
                }),
                memo(move || lane.with(|lane| lane.trace.clone().unwrap_or_default())),
            )}
            <text x="284" y="52.5" font-size="13" text-anchor="end" class="m">{move || lane.with(Lane::latency)}</text>
        </g>
    }
}

/// A state as icon, word and tone, with why it is so for whoever points at it.
fn state_line(x: i32, state: Memo<(String, Icon, &'static str)>, why: Memo<String>) -> AnyView {
    view! {
        <g class=move || state.with(|state| format!("tone {}", state.2))>
            <path class="mark" transform=format!("translate({x} 41.5) scale(.82)") d=move || state.with(|state| state.1.path())/>
            <text x=x + 17 y="52.5" font-size="13" font-weight="600">{move || state.with(|state| state.0.clone())}</text>
            {tip(why)}
        </g>
    }
    .into_any()
}

/// What an element says to who points at it. Of a `<title>` or an `<a>` with siblings the macro makes HTML's.
fn tip(text: Memo<String>) -> impl IntoView {
    svg::title().child(text)
}

fn rate_or_nothing(per_second: f64) -> String {
    if per_second < 0.05 { String::new() } else { format!("{} /s", format::rate(per_second)) }
}

fn graph_box(graph: Memo<GraphStatus>) -> impl IntoView {
    let away = memo(move || graph.with(GraphStatus::is_away));
    let location = memo(move || graph.with(|graph| graph.location.clone()));
    let state = memo(move || {
        let (word, icon, tone) = graph.with(|graph| match (graph.connected, graph.is_away()) {
            (true, _) => ("answers", Icon::Check, "ok"),
            (false, true) => ("does not answer", Icon::Cross, "bad"),
            (false, false) => ("starting", Icon::Ring, "idle"),
        });
        (word.to_owned(), icon, tone)
    });
    let lines = [
        ("users", (|graph: &GraphStatus| graph.counts.users) as fn(&GraphStatus) -> i64),
        ("products", |graph| graph.counts.products),
        ("transactions", |graph| graph.counts.transactions),
        ("relationships", |graph| graph.counts.relationships()),
    ];
    let lines = lines
        .into_iter()
        .enumerate()
        .map(|(row, (name, count))| {
            let y = 82 + row * 22;
            view! {
                <text x="18" y=y font-size="13" class="m">{name}</text>
                <text x="202" y=y font-size="13" text-anchor="end" font-weight="600">
                    {move || format::thousands(graph.with(count))}
                </text>
            }
        })
        .collect_view();
    view! {
        <g transform="translate(854 66)" class=move || if away.get() { "graph-box lost" } else { "graph-box" }>
            <rect width="220" height="164" rx="14"/>
            <text x="18" y="30" font-size="15" font-weight="650">
                {move || graph.with(|graph| graph.name.clone())}
                {tip(location)}
            </text>
            {state_line(17, state, memo(move || graph.with(|graph| graph.error.clone().unwrap_or_default())))}
            {lines}
        </g>
    }
}

fn dead_letters(dead: i64) -> String {
    if dead == 0 { "no dead letters".to_owned() } else { format::plural(dead, "dead letter", "dead letters") }
}

fn dead_box(dead: Memo<i64>) -> impl IntoView {
    let navigate = use_navigate();
    let class = move || if dead.get() == 0 { "dead none" } else { "dead" };
    view! {
        <g class=class>
            <path class="branch" d="M634 282v20q0 14 14 14h206"/>
            <g>
                // Alone in its group, else it would be HTML's (see `tip`). The router sees clicks on HTML links only.
                <a
                    href="/dead-letters"
                    on:click=move |event| {
                        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                            event.prevent_default();
                            navigate("/dead-letters", leptos_router::NavigateOptions::default());
                        }
                    }
                >
                    <rect x="854" y="298" width="220" height="36" rx="10"/>
                    <text x="872" y="321" font-size="13.5" font-weight="650">
                        {move || dead_letters(dead.get())}
                    </text>
                    <path class="mark" transform="translate(1042 308)" d="M3 8h9.5M9 4.4L12.6 8 9 11.6"/>
                </a>
            </g>
        </g>
    }
}

fn narrow_lane(kind: Kind, lane: Memo<Lane>) -> impl IntoView {
    let colour = colour(kind.index());
    let history = Signal::derive(move || lane.with(|lane| lane.history.clone()));
    view! {
        <li>
            <h3><Swatch colour/>{kind.label()}<StateBadge state=Signal::derive(move || lane.with(|lane| lane.state))/></h3>
            <p>{move || lane.with(|lane| {
                let rates = format!("{} /s produced · {} /s stored", format::rate(lane.produced), format::rate(lane.stored));
                format!("{} · {} · {rates}", lane.producer().0, lane.topic().0)
            })}</p>
            <p class="muted">{move || lane.with(Lane::latency)}</p>
            <Spark values=history colour/>
        </li>
    }
}
