//! What is wrong right now, and what a person should know, above everything else.

use leptos::prelude::*;
use model::status::{State, Status};

use crate::{
    component::banner::{Banner, sentence},
    erased::memo,
    format,
    live::use_live,
};

/// One thing to say.
#[derive(Clone, Debug, PartialEq)]
struct Alert {
    tone: &'static str,
    title: String,
    text: String,
}

/// Everything there is to say about a status, the worst first.
fn alerts(status: &Status) -> Vec<Alert> {
    let mut alerts = Vec::new();
    if let Some(error) = status.kafka.error.as_ref().filter(|_| !status.kafka.connected) {
        let title = format!("Kafka at {} does not answer.", status.kafka.bootstrap_servers);
        alerts.push(Alert { tone: "bad", title, text: sentence(error) });
    }
    if let Some(error) = status.graph.error.as_ref().filter(|_| !status.graph.connected) {
        let title = format!("The graph at {} does not answer.", status.graph.location);
        alerts.push(Alert { tone: "bad", title, text: sentence(error) });
    }
    for connector in &status.connectors {
        for task in &connector.tasks {
            let (tone, what) = match task.state {
                State::Failed => ("bad", "has stopped"),
                State::Retrying => ("warn", "is trying again"),
                _ => ("warn", ""),
            };
            let since = format::time_of_day(task.since);
            if let Some(trace) = task.trace.as_ref().filter(|_| !what.is_empty()) {
                let title = format!("The sink {} {what} since {since} UTC.", connector.name);
                let text = sentence(trace.lines().next().unwrap_or_default());
                alerts.push(Alert { tone, title, text });
            }
            if let Some(notice) = &task.notice {
                let title = format!("{}:", connector.name);
                alerts.push(Alert { tone: "warn", title, text: sentence(notice) });
            }
        }
    }
    // Tasks of one connector mostly say the same.
    alerts.dedup_by(|a, b| a.text == b.text && a.title == b.title);
    alerts.sort_by_key(|alert| alert.tone != "bad");
    alerts
}

/// Banners for all alerts.
#[component]
pub(super) fn Alerts() -> impl IntoView {
    let status = use_live().status;
    let alerts = memo(move || status.with(alerts));
    move || {
        alerts.get().into_iter().map(|Alert { tone, title, text }| view! { <Banner tone title text/> }).collect_view()
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
    fn what_does_not_answer_comes_before_what_is_only_worth_knowing() {
        let mut status = healthy();
        let task =
            TaskStatus { state: State::Running, notice: Some("the graph was emptied".into()), ..Default::default() };
        status.connectors.push(ConnectorStatus {
            name: "purchases".into(),
            kind: Kind::Purchase,
            state: State::Running,
            lag: 0,
            latency_p50_ms: None,
            latency_p99_ms: None,
            tasks: vec![task.clone(), task],
        });
        status.graph.connected = false;
        status.graph.error = Some("the password is wrong".into());
        let alerts = alerts(&status);
        assert_eq!(alerts.iter().map(|alert| alert.tone).collect::<Vec<_>>(), ["bad", "warn"]);
        assert_eq!(alerts[0].text, "The password is wrong.");
        assert_eq!(alerts[1].text, "The graph was emptied.");
    }
}
