//! The connectors that the picture has no lane for: those of people's own.

use leptos::prelude::*;
use model::{
    Kind,
    status::{ConnectorStatus, State, Status},
};

use crate::{
    chart::{scale::colour, spark::Spark},
    component::state::StateBadge,
    erased::{memo, when},
    format,
    live::use_live,
    page::connector_address,
};

/// A connector in one line.
#[derive(Clone, Debug, Default, PartialEq)]
struct Other {
    name: String,
    topics: String,
    state: State,
    rate: String,
    lag: String,
    history: Vec<f32>,
}

fn others(status: &Status) -> Vec<Other> {
    let of_own = status.connectors.iter().filter(|connector| connector.kind.is_none());
    let other = |connector: &ConnectorStatus| Other {
        name: connector.name.clone(),
        topics: match connector.topics.as_slice() {
            [] => "no topic".to_owned(),
            [topic] => topic.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        },
        state: connector.state,
        rate: format!("{} /s", format::rate(connector.stored_per_second)),
        lag: match (status.kafka.is_away(), connector.lag) {
            (true, _) => "lag unknown".to_owned(),
            (false, 0) => "no lag".to_owned(),
            (false, lag) => format!("lag {}", format::thousands(lag)),
        },
        history: connector.history.clone(),
    };
    of_own.map(other).collect()
}

/// The list; nothing where there are none.
#[component]
pub(super) fn Others() -> impl IntoView {
    let status = use_live().status;
    let all = memo(move || status.with(others));
    let names = memo(move || all.with(|all| all.iter().map(|other| other.name.clone()).collect::<Vec<_>>()));
    let any = memo(move || names.with(|names| !names.is_empty()));
    when(any, move || {
        // Made anew only when there are others: whoever is on a link stays on it.
        let lines = move || names.get().into_iter().map(|name| line(name, all)).collect_view();
        view! { <ul class="others" aria-label="Connectors of your own">{lines}</ul> }.into_any()
    })
}

fn line(name: String, all: Memo<Vec<Other>>) -> AnyView {
    let href = connector_address(&name);
    let label = name.clone();
    let told = memo(move || all.with(|all| all.iter().find(|other| other.name == name).cloned()).unwrap_or_default());
    let state = memo(move || told.with(|told| told.state));
    view! {
        <li>
            <a href=href>{label}</a>
            <span class="muted">{move || told.with(|told| told.topics.clone())}</span>
            <StateBadge state/>
            <b>{move || told.with(|told| told.rate.clone())}</b>
            <Spark values=Signal::derive(move || told.with(|told| told.history.clone())) colour=colour(Kind::ALL.len())/>
            <span class="n">{move || told.with(|told| told.lag.clone())}</span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use model::status::KafkaStatus;

    use super::*;

    #[test]
    fn those_of_the_three_kinds_have_a_lane_and_the_others_a_line() {
        let connector = |name: &str, kind, topics: &[&str]| ConnectorStatus {
            name: name.into(),
            kind,
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            stored_per_second: 101.2,
            lag: 1_234,
            ..ConnectorStatus::default()
        };
        let connectors = vec![
            connector("purchases", Some(Kind::Purchase), &["purchases"]),
            connector("freight", None, &["shipments"]),
            connector("all", None, &["a", "b", "c"]),
        ];
        let mut status = Status {
            connectors,
            kafka: KafkaStatus { connected: true, ..KafkaStatus::default() },
            ..Status::default()
        };
        let said = |status: &Status| -> Vec<_> {
            others(status)
                .into_iter()
                .map(|it| format!("{}: {}, {}, {}", it.name, it.topics, it.rate, it.lag))
                .collect()
        };
        assert_eq!(said(&status), ["freight: shipments, 101 /s, lag 1,234", "all: a and 2 more, 101 /s, lag 1,234"]);
        status.kafka = KafkaStatus { connected: false, error: Some("away".into()), since: Some(1), ..status.kafka };
        assert!(said(&status)[0].ends_with("lag unknown"), "{:?}", said(&status));
    }
}
