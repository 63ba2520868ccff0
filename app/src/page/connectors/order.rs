//! What a connector can be told, and whether its tasks have followed.

use leptos::prelude::*;
use model::{
    connector::{Aimed, Connector},
    status::{Order, State, TaskStatus},
};

use crate::{
    call::act::Aim,
    component::{banner::Refused, confirm::Confirm, toast::use_toasts},
    erased::{effect, memo, when},
    live::use_live,
};

/// The buttons, and what became of the last press.
#[component]
pub(super) fn Orders(name: StoredValue<String>, told: Memo<Option<Connector>>) -> impl IntoView {
    let live = use_live();
    let toasts = use_toasts();
    let locked = !live.visitor.may_change();
    let aim = ServerAction::<Aim>::new();
    let value = aim.value();
    let waiting = RwSignal::new(None::<Aimed>);
    effect(move || {
        if let Some(Ok(aimed)) = value.get() {
            waiting.set(Some(aimed));
        }
    });
    effect(move || {
        let Some(aimed) = waiting.get() else { return };
        if live.status.with(|status| {
            status
                .connectors
                .iter()
                .any(|connector| connector.name == aimed.connector && followed(&aimed, &connector.tasks))
        }) {
            waiting.set(None);
            toasts.say("ok", outcome(&aimed.connector, aimed.order));
        }
    });
    // What it was told holds at once; the state of its tasks follows within seconds.
    let paused = memo(move || {
        let state = told.with(|told| told.as_ref().map(|told| (told.paused, told.state)));
        match waiting.with(|waiting| waiting.as_ref().map(|aimed| aimed.order)) {
            Some(Order::Pause | Order::Stop) => true,
            Some(Order::Resume) => false,
            _ => state.is_some_and(|(paused, state)| paused || matches!(state, State::Paused | State::Stopped)),
        }
    });
    let going = memo(move || !paused.get());
    let behind = memo(move || {
        let order = waiting.with(|waiting| waiting.as_ref().map(|aimed| aimed.order));
        told.with(|told| told.as_ref().and_then(|told| still(told, order))).unwrap_or_default()
    });
    let any = memo(move || !behind.with(String::is_empty));
    let form = move |order: &'static str, word: &'static str, class: &'static str| {
        view! {
            <ActionForm action=aim>
                <input type="hidden" name="connector" value=name.get_value()/>
                <input type="hidden" name="order" value=order/>
                <button class=class type="submit" aria-label=format!("{word} {}", name.get_value()) disabled=locked>{word}</button>
            </ActionForm>
        }
    };
    view! {
        <div class="right orders">
            {when(paused, move || form("resume", "Resume", "btn primary").into_any())}
            {when(going, move || {
                view! {
                    <Confirm
                        id=format!("pause-{}", name.get_value())
                        word="Pause…"
                        label=format!("Pause {}…", name.get_value())
                        title=format!("Pause {} in all processes?", name.get_value())
                        text="Its tasks finish the batch they are writing and then hold. Records wait in Kafka, and nothing is lost; producers hold back after a while."
                        locked
                    >
                        {form("pause", "Pause", "btn primary")}
                    </Confirm>
                    <Confirm
                        id=format!("restart-{}", name.get_value())
                        word="Restart…"
                        label=format!("Restart {}…", name.get_value())
                        title=format!("Restart {} in all processes?", name.get_value())
                        text="Its tasks leave their group and begin anew from their checkpoints, failed ones too. It takes some seconds, in which nothing is stored."
                        locked
                    >
                        {form("restart", "Restart", "btn primary")}
                    </Confirm>
                }
                .into_any()
            })}
        </div>
        <div class="became" role="status">
            {when(any, move || view! { <p class="muted">{behind}</p> }.into_any())}
        </div>
        {move || value.get().filter(|_| aim.version().get() > 0).and_then(Result::err).map(|error| view! { <Refused error/> })}
    }
}

/// Whether all tasks have done what they were told.
fn followed(aimed: &Aimed, tasks: &[TaskStatus]) -> bool {
    if aimed.order == Order::Stop {
        return tasks.is_empty();
    }
    !tasks.is_empty()
        && tasks.iter().all(|task| match aimed.order {
            Order::Stop => false,
            Order::Pause => task.state == State::Paused,
            Order::Resume => !matches!(task.state, State::Paused | State::Unassigned),
            Order::Restart => task.since >= aimed.at && task.state != State::Unassigned,
        })
}

/// What a toast says then.
fn outcome(name: &str, order: Order) -> String {
    match order {
        Order::Pause => format!("{name} is paused in all processes."),
        Order::Stop => format!("{name} is stopped in all processes."),
        Order::Resume => format!("{name} goes on in all processes."),
        Order::Restart => format!("{name} has begun anew in all processes."),
    }
}

/// What is still to come of an order, or of one that was given before the page was opened.
fn still(told: &Connector, order: Option<Order>) -> Option<String> {
    let order = order.or_else(|| (told.paused && told.state != State::Paused).then_some(Order::Pause))?;
    let word = match order {
        Order::Pause => "pause",
        Order::Stop => "stop",
        Order::Resume => "go on",
        Order::Restart => "begin anew",
    };
    Some(if told.tasks.is_empty() {
        format!("It was told to {word}. No process runs its tasks right now: those that start will follow.")
    } else {
        format!("It was told to {word}. Its tasks follow within seconds.")
    })
}

#[cfg(test)]
mod tests {
    use super::{super::tests::connector, *};

    fn task(state: State, since: i64) -> TaskStatus {
        TaskStatus { state, since, ..TaskStatus::default() }
    }

    fn aimed(order: Order) -> Aimed {
        Aimed { connector: "purchases".into(), order, at: 100 }
    }

    #[test]
    fn an_order_is_done_when_the_last_task_has_followed() {
        for (order, tasks, expected) in [
            (Order::Pause, vec![task(State::Paused, 1), task(State::Running, 1)], false),
            (Order::Pause, vec![task(State::Paused, 1), task(State::Paused, 1)], true),
            (Order::Pause, vec![], false),
            (Order::Resume, vec![task(State::Unassigned, 1)], false),
            (Order::Resume, vec![task(State::Retrying, 1)], true),
            (Order::Restart, vec![task(State::Running, 99)], false),
            (Order::Restart, vec![task(State::Running, 100)], true),
        ] {
            assert_eq!(followed(&aimed(order), &tasks), expected, "{order:?} {tasks:?}");
        }
    }

    #[test]
    fn an_order_that_nobody_can_follow_yet_says_so() {
        let told = Connector { paused: true, ..connector() };
        assert!(still(&told, None).unwrap().contains("No process runs its tasks"));
        assert_eq!(still(&connector(), None), None);
    }
}
