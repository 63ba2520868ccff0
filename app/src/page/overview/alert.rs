//! What is wrong with the sinks right now, and what a person should know of them.

use leptos::prelude::*;
use model::status::{State, Status};

use crate::{
    component::{
        banner::{Banner, sentence},
        time::clock,
    },
    erased::memo,
    live::use_live,
};

/// One thing to say.
#[derive(Clone, Debug, PartialEq)]
struct Alert {
    tone: &'static str,
    title: String,
    /// Since when, in epoch milliseconds; the title goes on with it.
    since: Option<i64>,
    text: String,
}

/// Everything there is to say about a status, the worst first.
fn alerts(status: &Status) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    // Tasks of one connector mostly say the same.
    let mut say = |alert: Alert| match alerts.iter_mut().find(|it| it.title == alert.title && it.text == alert.text) {
        Some(said) => said.since = said.since.min(alert.since),
        None => alerts.push(alert),
    };
    // Why sinks try again then is said above every page; and so it is where they have failed for that very reason.
    let outage = status.kafka.is_away() || status.graph.is_away();
    let above = |trace: &str| status.graph.error.as_ref().is_some_and(|error| trace.ends_with(error));
    for connector in &status.connectors {
        for task in &connector.tasks {
            let (tone, what) = match task.state {
                State::Failed => ("bad", "has been down"),
                State::Retrying if !outage => ("warn", "has been retrying"),
                _ => ("warn", ""),
            };
            if let Some(trace) = task.trace.as_ref().filter(|trace| !what.is_empty() && !above(trace)) {
                let title = format!("The sink {} {what}", connector.name);
                let text = sentence(trace.lines().next().unwrap_or_default());
                say(Alert { tone, title, since: Some(task.since), text });
            }
            if let Some(notice) = &task.notice {
                let title = format!("{}:", connector.name);
                say(Alert { tone: "warn", title, since: None, text: sentence(notice) });
            }
        }
    }
    alerts.sort_by_key(|alert| alert.tone != "bad");
    alerts
}

/// Banners for all alerts.
#[component]
pub(super) fn Alerts() -> impl IntoView {
    let status = use_live().status;
    let alerts = memo(move || status.with(alerts));
    move || {
        let banner = |Alert { tone, title, since, text }| {
            let title = since.map_or_else(|| title.clone(), |since| format!("{title} since {}.", clock(since)));
            view! { <Banner tone title text/> }
        };
        alerts.get().into_iter().map(banner).collect_view()
    }
}

#[cfg(test)]
mod tests {
    use model::{
        Kind,
        status::{ConnectorStatus, TaskStatus},
    };

    use super::*;

    fn healthy() -> Status {
        let mut status = Status::default();
        status.kafka.connected = true;
        status.graph.connected = true;
        status
    }

    #[test]
    fn a_healthy_pipeline_says_nothing() {
        assert!(alerts(&healthy()).is_empty());
    }

    #[test]
    fn what_has_stopped_comes_before_what_is_only_worth_knowing_and_an_outage_is_told_elsewhere() {
        let mut status = healthy();
        let task =
            TaskStatus { state: State::Running, notice: Some("the graph was emptied".into()), ..Default::default() };
        status.connectors.push(ConnectorStatus {
            name: "purchases".into(),
            kind: Some(Kind::Purchase),
            state: State::Running,
            lag: 0,
            latency_p50_ms: None,
            latency_p99_ms: None,
            stored_per_second: 0.0,
            history: Vec::new(),
            topics: Vec::new(),
            tasks: vec![task.clone(), task],
        });
        let broken =
            TaskStatus { state: State::Failed, trace: Some("no rights".into()), since: 7, ..Default::default() };
        let trying = TaskStatus { state: State::Retrying, trace: Some("no answer".into()), ..Default::default() };
        status.connectors[0].tasks.extend([trying, broken]);
        let texts = |status: &Status| alerts(status).into_iter().map(|alert| alert.text).collect::<Vec<_>>();
        assert_eq!(texts(&status), ["No rights.", "The graph was emptied.", "No answer."]);
        assert_eq!(alerts(&status)[0].since, Some(7));
        (status.graph.connected, status.graph.error) = (false, Some("away".into()));
        assert_eq!(texts(&status), ["No rights.", "The graph was emptied."]);
        status.graph.error = Some("no rights".into());
        assert_eq!(texts(&status), ["The graph was emptied."], "why the graph can't be used is said above");
        status.graph.error = Some("away".into());
        let both = TaskStatus { notice: Some("it has no index".into()), ..status.connectors[0].tasks[3].clone() };
        status.connectors[0].tasks = vec![TaskStatus { since: 9, ..both.clone() }, both];
        assert_eq!(texts(&status), ["No rights.", "It has no index."], "each once, though both say both");
        assert_eq!(alerts(&status)[0].since, Some(7));
    }
}
