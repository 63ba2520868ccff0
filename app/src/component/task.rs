//! A task in a table: which process runs it, what it does, since when, why, and what it does next.

use leptos::prelude::*;
use model::status::{State, TaskStatus};

use super::{
    banner::sentence,
    state::StateBadge,
    time::{Say, Time},
};
use crate::{format, live::use_live};

/// How much of a reason is seen before it is opened.
const GLANCE: usize = 160;

/// The heads of the cells that [`row`] fills.
pub(crate) fn heads() -> AnyView {
    view! {
        <th scope="col">"Task"</th>
        <th scope="col">"State"</th>
        <th scope="col">"Partitions"</th>
        <th scope="col">"Since"</th>
        <th scope="col">"Why, and what next"</th>
    }
    .into_any()
}

/// The row of a task, between the cells that its table has besides.
pub(crate) fn row(task: TaskStatus, before: Option<AnyView>, after: Option<AnyView>) -> AnyView {
    let here = use_live().status.with_untracked(|status| status.worker == task.worker);
    let place = here.then(|| view! { <small class="muted">"this process"</small> });
    let (why, trace) = why(&task);
    let next = task.retry.map(|retry| {
        let tries = format::plural(i64::from(retry.tries), "try", "tries");
        view! { <span>{tries}" failed, the next one is at "<Time at=retry.next_at/>"."</span> }
    });
    let trace = trace.map(|trace| {
        view! { <details class="trace"><summary>"The whole trace"</summary><pre>{trace}</pre></details> }
    });
    view! {
        <tr>
            {before}
            <th scope="row">{task.worker}" #"{task.id}" "{place}</th>
            <td><StateBadge state=Signal::stored(task.state)/></td>
            <td class="spans">{listed(&task.partitions)}</td>
            <td class="since"><Time at=task.since say=Say::Short/></td>
            <td class="why">{why}" "{next}{trace}</td>
            {after}
        </tr>
    }
    .into_any()
}

/// The reason in a sentence, and the whole trace where that says more or a person has to act on it.
fn why(task: &TaskStatus) -> (String, Option<String>) {
    let said = task.trace.as_deref().or(task.notice.as_deref()).unwrap_or_default();
    let line = said.lines().next().unwrap_or_default();
    let short: String = line.chars().take(GLANCE).collect();
    let cut = short.len() < said.trim_end().len();
    let glance = if short.len() < line.len() { format!("{short}…") } else { short };
    let whole = (task.trace.is_some() && (cut || task.state == State::Failed)).then(|| said.to_owned());
    (if glance.is_empty() { String::new() } else { sentence(&glance) }, whole)
}

/// `0, 1, 2, 7` → `0–2, 7`: with fifty of them, the spans are what can be read.
fn listed(partitions: &[i32]) -> String {
    if partitions.is_empty() {
        return "none".to_owned();
    }
    let mut spans: Vec<(i32, i32)> = Vec::new();
    for &partition in partitions {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == partition => *last = partition,
            _ => spans.push((partition, partition)),
        }
    }
    let span = |(first, last): &(i32, i32)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    spans.iter().map(span).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_partitions_are_named_by_their_spans() {
        for (partitions, expected) in [
            (vec![], "none"),
            (vec![3], "3"),
            (vec![0, 1], "0, 1"),
            (vec![0, 1, 2], "0–2"),
            (vec![0, 2, 3, 4, 9], "0, 2–4, 9"),
        ] {
            assert_eq!(listed(&partitions), expected);
        }
    }

    #[test]
    fn a_trace_opens_where_it_says_more_or_has_failed_the_task() {
        let task = |state, trace: &str| TaskStatus { state, trace: Some(trace.into()), ..TaskStatus::default() };
        assert_eq!(why(&task(State::Retrying, "the graph is away")), ("The graph is away.".into(), None));
        let (short, whole) = why(&task(State::Retrying, "first\nsecond"));
        assert_eq!((short.as_str(), whole.as_deref()), ("First.", Some("first\nsecond")));
        let (short, whole) = why(&task(State::Retrying, &"x".repeat(500)));
        assert!(short.chars().count() < 170 && short.ends_with('…') && whole.is_some());
        assert!(why(&task(State::Failed, "broken")).1.is_some());
        assert_eq!(why(&TaskStatus::default()), (String::new(), None));
    }
}
