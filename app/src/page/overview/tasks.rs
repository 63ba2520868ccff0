//! The tasks of the sinks, wherever they run: what each does, since when, why, and what it does next.

use leptos::prelude::*;
use model::status::{ConnectorStatus, Retry, State, Status, TaskStatus};

use crate::{
    call::act::Aim,
    component::{
        banner::{Refused, sentence},
        state::StateBadge,
        time::{Say, Time},
    },
    erased::memo,
    format,
    live::use_live,
};

/// A line of the table.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    /// The connector's name on its first line, so that it is read once.
    name: Option<String>,
    task: String,
    state: State,
    partitions: String,
    /// Since when, in epoch milliseconds; none where no task is.
    since: Option<i64>,
    why: String,
    /// How many tries failed, and when the next one is.
    next: Option<Retry>,
}

fn rows(status: &Status) -> Vec<Row> {
    status.connectors.iter().flat_map(rows_of).collect()
}

fn rows_of(connector: &ConnectorStatus) -> Vec<Row> {
    let row = |index: usize, task: &TaskStatus| Row {
        name: (index == 0).then(|| connector.name.clone()),
        task: format!("{} #{}", task.worker, task.id),
        state: task.state,
        partitions: listed(&task.partitions),
        since: Some(task.since),
        why: why(task),
        next: task.retry,
    };
    if connector.tasks.is_empty() {
        // It was told to have none, or no process that runs sinks is heard of.
        let why = if connector.state == State::Stopped { "it was told to stop" } else { "no process runs its tasks" };
        let nobody = TaskStatus { state: connector.state, trace: Some(why.to_owned()), ..TaskStatus::default() };
        return vec![Row { task: "nowhere".to_owned(), since: None, ..row(0, &nobody) }];
    }
    connector.tasks.iter().enumerate().map(|(index, task)| row(index, task)).collect()
}

fn listed(partitions: &[i32]) -> String {
    if partitions.is_empty() {
        return "none".to_owned();
    }
    partitions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn why(task: &TaskStatus) -> String {
    let trace = task.trace.as_deref().and_then(|trace| trace.lines().next());
    trace.or(task.notice.as_deref()).map(sentence).unwrap_or_default()
}

fn next_try(retry: Retry) -> impl IntoView {
    let tries = format::plural(i64::from(retry.tries), "try", "tries");
    view! { " "{tries}" failed, the next one is at "<Time at=retry.next_at/>"." }
}

/// The card.
#[component]
pub(super) fn Tasks() -> impl IntoView {
    let live = use_live();
    let rows = memo(move || live.status.with(rows));
    let aim = ServerAction::<Aim>::new();
    let refused = aim.value();
    let lines = move || {
        rows.get()
            .into_iter()
            .map(|row| {
                let state = row.state;
                view! {
                    <tr>
                        <th scope="row">{row.name.clone().map(|name| view! { <a href=format!("/connectors?sel={name}")>{name.clone()}</a> })}</th>
                        <td><StateBadge state=Signal::stored(state)/></td>
                        <td>{row.task}</td>
                        <td class="spans">{row.partitions}</td>
                        <td class="since">{row.since.map(|since| view! { <Time at=since say=Say::Short/> })}</td>
                        <td class="why">{row.why}{row.next.map(next_try)}</td>
                        <td class="orders">{row.name.map(|name| orders(aim, name, state))}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <section class="card" aria-label="Tasks of the sinks">
            <header><h2>"Sinks"</h2><span class="right">"each task, wherever it runs"</span></header>
            <div class="scroll">
                <table class="numbers tasks">
                    <caption class="sr">"The tasks of the sinks"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Connector"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Task"</th>
                            <th scope="col">"Partitions"</th>
                            <th scope="col">"Since"</th>
                            <th scope="col">"Why, and what next"</th>
                            <th scope="col"><span class="sr">"Orders"</span></th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            {move || refused.get().and_then(Result::err).map(|error| view! { <Refused error/> })}
        </section>
    }
}

/// What the connector can be told as it is now.
fn orders(aim: ServerAction<Aim>, name: String, state: State) -> AnyView {
    let locked = !use_live().visitor.may_change();
    let (order, word) = match state {
        State::Paused | State::Stopped => ("resume", "Resume"),
        State::Failed => ("restart", "Restart"),
        _ => ("pause", "Pause"),
    };
    let label = format!("{word} {name}");
    view! {
        <ActionForm action=aim>
            <input type="hidden" name="connector" value=name/>
            <input type="hidden" name="order" value=order/>
            <button class="btn" type="submit" aria-label=label disabled=locked>{word}</button>
        </ActionForm>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(tasks: Vec<TaskStatus>) -> ConnectorStatus {
        ConnectorStatus {
            name: "purchases".into(),
            kind: Some(model::Kind::Purchase),
            state: State::Running,
            lag: 0,
            latency_p50_ms: None,
            latency_p99_ms: None,
            tasks,
        }
    }

    #[test]
    fn a_task_that_retries_says_why_and_when_next() {
        let task = TaskStatus {
            id: 1,
            worker: "host:3000".into(),
            state: State::Retrying,
            trace: Some("the graph does not answer".into()),
            retry: Some(Retry { tries: 3, next_at: 1_000 }),
            ..TaskStatus::default()
        };
        let rows = rows_of(&connector(vec![task]));
        assert_eq!(rows[0].task, "host:3000 #1");
        assert_eq!(rows[0].why, "The graph does not answer.");
        assert_eq!(rows[0].next.map(|retry| retry.tries), Some(3));
    }

    #[test]
    fn the_connector_is_named_once_and_one_without_tasks_says_so() {
        let rows = rows_of(&connector(vec![TaskStatus::default(), TaskStatus::default()]));
        assert_eq!(rows.iter().filter(|row| row.name.is_some()).count(), 1);
        let rows = rows_of(&connector(Vec::new()));
        assert_eq!((rows[0].task.as_str(), rows[0].why.as_str()), ("nowhere", "No process runs its tasks."));
    }
}
