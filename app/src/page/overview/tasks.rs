//! The tasks of all sinks, wherever they run, and what each sink can be told.

use leptos::prelude::*;
use model::status::{ConnectorStatus, State, Status, TaskStatus};

use crate::{
    call::act::Aim,
    component::{banner::Refused, state::StateBadge, task},
    erased::memo,
    live::use_live,
};

/// A line of the table.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    /// The connector on its first line, so that it is read once.
    connector: Option<(String, State)>,
    /// None where it was told to have none, or no process that runs sinks is heard of.
    task: Option<TaskStatus>,
}

fn rows(status: &Status) -> Vec<Row> {
    status.connectors.iter().flat_map(rows_of).collect()
}

fn rows_of(connector: &ConnectorStatus) -> Vec<Row> {
    let named = Some((connector.name.clone(), connector.state));
    let mut tasks = connector.tasks.iter().cloned();
    let first = Row { connector: named, task: tasks.next() };
    std::iter::once(first).chain(tasks.map(|task| Row { connector: None, task: Some(task) })).collect()
}

/// The card.
#[component]
pub(super) fn Tasks() -> impl IntoView {
    let live = use_live();
    let rows = memo(move || live.status.with(rows));
    let aim = ServerAction::<Aim>::new();
    let refused = aim.value();
    let lines = move || rows.get().into_iter().map(|row| line(row, aim)).collect_view();
    view! {
        <section class="card" aria-label="Tasks of the sinks">
            <header><h2>"Sinks"</h2><span class="right">"each task, wherever it runs"</span></header>
            <div class="scroll">
                <table class="numbers tasks">
                    <caption class="sr">"The tasks of the sinks"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Connector"</th>
                            {task::heads()}
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

fn line(row: Row, aim: ServerAction<Aim>) -> AnyView {
    let Row { connector, task } = row;
    let stopped = connector.as_ref().is_some_and(|(_, state)| *state == State::Stopped);
    let orders = connector.as_ref().map(|(name, state)| orders(aim, name, *state));
    let name = connector.map(|(name, _)| view! { <a href=format!("/connectors?sel={name}")>{name.clone()}</a> });
    let name = view! { <td class="of">{name}</td> }.into_any();
    let orders = view! { <td class="orders">{orders}</td> }.into_any();
    match task {
        Some(task) => task::row(task, Some(name), Some(orders)),
        None => view! {
            <tr>
                {name}
                <th scope="row">"nowhere"</th>
                <td><StateBadge state=Signal::stored(if stopped { State::Stopped } else { State::Unassigned })/></td>
                <td class="spans">"none"</td>
                <td></td>
                <td class="why">{if stopped { "It was told to stop." } else { "No process runs its tasks." }}</td>
                {orders}
            </tr>
        }
        .into_any(),
    }
}

/// What the connector can be told as it is now.
fn orders(aim: ServerAction<Aim>, name: &str, state: State) -> AnyView {
    let locked = !use_live().visitor.may_change();
    let (order, word) = match state {
        State::Paused | State::Stopped => ("resume", "Resume"),
        State::Failed => ("restart", "Restart"),
        _ => ("pause", "Pause"),
    };
    let label = format!("{word} {name}");
    let name = name.to_owned();
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

    #[test]
    fn the_connector_is_named_once_and_one_without_tasks_has_a_line_too() {
        let connector = |tasks| ConnectorStatus {
            name: "purchases".into(),
            kind: Some(model::Kind::Purchase),
            state: State::Running,
            lag: 0,
            latency_p50_ms: None,
            latency_p99_ms: None,
            stored_per_second: 0.0,
            history: Vec::new(),
            topics: Vec::new(),
            tasks,
        };
        let rows = rows_of(&connector(vec![TaskStatus::default(), TaskStatus::default()]));
        assert_eq!(rows.iter().map(|row| row.connector.is_some()).collect::<Vec<_>>(), [true, false]);
        let rows = rows_of(&connector(Vec::new()));
        assert_eq!((rows.len(), &rows[0].task, rows[0].connector.is_some()), (1, &None, true));
    }
}
