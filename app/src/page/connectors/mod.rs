//! Each sink: what it does, how far it is, what its tasks do, and what it can be told.

mod card;
mod config;
mod delete;
pub(crate) mod editor;
mod order;
mod partition;
mod task;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Kind, connector::Connector, status::Status};

use crate::{
    address::with_query,
    call::read,
    component::banner::{Refused, SignInFirst},
    erased::{memo, when},
    live::{Arrived, polled_at, use_live},
};

/// The page with one of them in view.
pub(crate) fn address(name: &str) -> String {
    with_query("/connectors", [("sel", name)])
}

/// The page: `?sel=purchases` or `#purchases` shows one first.
#[component]
pub(crate) fn Connectors() -> impl IntoView {
    let status = use_live().status;
    let beat = memo(move || status.with(moved));
    let answer = polled_at(beat.into(), || (), |()| read::connectors());
    let deletion = delete::deletion();
    let query = use_query_map();
    let chosen = memo(move || query.with(|query| query.get("sel")));
    let refused = move || answer.arrived().and_then(Result::err).map(|error| view! { <Refused error/> });
    let all = memo(move || answer.arrived().and_then(Result::ok).unwrap_or_default());
    let names = memo(move || {
        all.with(|all| all.iter().map(|connector| (connector.name.clone(), connector.kind)).collect::<Vec<_>>())
    });
    let card = move |(name, kind): (String, Option<Kind>)| {
        let name = StoredValue::new(name);
        let told = memo(move || {
            let told =
                all.with(|all| all.iter().find(|connector| name.with_value(|name| *name == connector.name)).cloned())?;
            Some(status.with(|status| brought_up(told, status)))
        });
        card::card(
            name,
            kind,
            told,
            memo(move || chosen.get().is_some_and(|chosen| chosen == name.get_value())),
            deletion,
        )
    };
    let cards = move || names.get().into_iter().map(card).collect_view();
    view! {
        <div class="head">
            <p class="lead">
                "A connector reads a topic of Kafka and stores each record in the graph, once. Its tasks share the topic's partitions, "
                "in as many processes as there are."
            </p>
            <a class="btn primary" href=editor::NEW>"New connector"</a>
        </div>
        <SignInFirst/>
        <Away/>
        {delete::refused(deletion)}
        <Transition fallback=|| view! { <p class="muted" aria-busy="true">"Looking…"</p> }>
            {refused}
            {cards}
        </Transition>
    }
}

/// What an outage means for the numbers on this page; that there is one is said above every page.
#[component]
fn Away() -> impl IntoView {
    let status = use_live().status;
    let no_kafka = memo(move || status.with(|status| status.at > 0 && !status.kafka.connected));
    let no_graph = memo(move || status.with(|status| status.at > 0 && !status.graph.connected));
    view! {
        {when(no_kafka, || {
            view! { <p class="muted" role="status">"While Kafka does not answer, how far the topics reach is not known, and so the lag is not either."</p> }.into_any()
        })}
        {when(no_graph, || {
            view! { <p class="muted" role="status">"Records wait in Kafka meanwhile. The books stand as they were when the graph answered last."</p> }.into_any()
        })}
    }
}

/// Changes whenever something has happened that only the full answer tells: a write, a takeover, a try.
fn moved(status: &Status) -> u32 {
    let read = status.books.values().map(|books| books.read + books.dead);
    let tasks = status.connectors.iter().flat_map(|connector| &connector.tasks);
    let tries = tasks
        .map(|task| task.since + i64::from(task.retry.map_or(0, |retry| retry.tries)) + task.partitions.len() as i64);
    let links = [i64::from(status.kafka.connected), i64::from(status.graph.connected), status.connectors.len() as i64];
    read.chain(tries).chain(links).fold(0_u32, |sum, part| sum.wrapping_mul(31).wrapping_add(part as u32))
}

/// The full answer with what the event stream has said since: states, tasks, and how far each partition is.
fn brought_up(mut told: Connector, status: &Status) -> Connector {
    if let Some(newer) = status.connectors.iter().find(|connector| connector.name == told.name) {
        told.state = newer.state;
        told.tasks.clone_from(&newer.tasks);
        told.stored_per_second = newer.stored_per_second;
        told.history.clone_from(&newer.history);
    }
    for partition in &mut told.partitions {
        // The stream tells how far those are that are called like their topics.
        let known = status.topics.get(&partition.topic).filter(|_| partition.topic == told.name);
        let known = known.map(|topic| topic.partitions.as_slice()).unwrap_or_default();
        let Some(newer) = known.iter().find(|newer| newer.partition == partition.partition) else { continue };
        let stored = newer.checkpoint.filter(|_| !told.paused).unwrap_or(newer.high);
        partition.end = status.kafka.connected.then_some(newer.high.max(stored));
        partition.lag = status.kafka.connected.then_some(newer.lag);
        partition.next_offset = newer.checkpoint.or(partition.next_offset);
    }
    told.lag =
        if told.partitions.is_empty() { None } else { told.partitions.iter().map(|partition| partition.lag).sum() };
    told
}

#[cfg(test)]
mod tests {
    use model::{
        connector::{ConnectorPartition, Met},
        status::{Books, ConnectorStatus, KafkaStatus, PartitionStatus, State, TopicStatus},
    };

    use super::*;

    pub(super) fn connector() -> Connector {
        Connector {
            name: "purchases".into(),
            kind: Some(Kind::Purchase),
            description: String::new(),
            state: State::Running,
            paused: false,
            lag: Some(0),
            stored_per_second: 0.0,
            history: Vec::new(),
            tasks: Vec::new(),
            partitions: vec![ConnectorPartition {
                topic: "purchases".into(),
                lag: Some(0),
                ..ConnectorPartition::default()
            }],
            earlier: None,
            met: Met::default(),
            config: Vec::new(),
        }
    }

    fn status(connected: bool) -> Status {
        let partitions = vec![PartitionStatus { partition: 0, low: 0, high: 9, checkpoint: Some(4), lag: 5 }];
        let connector = ConnectorStatus {
            name: "purchases".into(),
            kind: Some(Kind::Purchase),
            state: State::Paused,
            lag: 5,
            latency_p50_ms: None,
            latency_p99_ms: None,
            stored_per_second: 0.0,
            history: Vec::new(),
            topics: Vec::new(),
            tasks: Vec::new(),
        };
        Status {
            kafka: KafkaStatus { connected, ..KafkaStatus::default() },
            topics: [("purchases".to_owned(), TopicStatus { partitions })].into(),
            connectors: vec![connector],
            ..Status::default()
        }
    }

    #[test]
    fn the_lag_is_that_of_the_stream_and_unknown_while_kafka_is_away() {
        let now = brought_up(connector(), &status(true));
        assert_eq!((now.state, now.lag, now.partitions[0].next_offset), (State::Paused, Some(5), Some(4)));
        let away = brought_up(connector(), &status(false));
        assert_eq!((away.lag, away.partitions[0].end, away.partitions[0].next_offset), (None, None, Some(4)));
    }

    #[test]
    fn how_fast_it_is_comes_with_the_stream_whatever_it_is_called() {
        let told = Connector { name: "shipments".into(), kind: None, stored_per_second: 7.0, ..connector() };
        let mut status = status(true);
        status.connectors[0] =
            ConnectorStatus { name: "shipments".into(), history: vec![4.0, 0.0], ..ConnectorStatus::default() };
        let now = brought_up(told, &status);
        assert_eq!((now.stored_per_second, now.history), (0.0, vec![4.0, 0.0]));
    }

    #[test]
    fn a_write_and_an_outage_are_reasons_to_ask_again_and_time_is_not() {
        let before = status(true);
        assert_eq!(moved(&before), moved(&Status { at: 99, ..before.clone() }));
        let mut after = before.clone();
        after.books.insert("purchases".into(), Books { read: 1, ..Books::default() });
        assert_ne!(moved(&before), moved(&after));
        assert_ne!(moved(&before), moved(&status(false)));
    }
}
