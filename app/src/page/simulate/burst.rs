//! Sending a burst of one kind, and its way: sent, acknowledged, stored.

use leptos::prelude::*;
use model::{Kind, burst::Burst, status::Status};

use crate::{
    call::act::{CancelBurst, StartBurst},
    chart::scale::{colour, share},
    component::{
        banner::{Refused, sentence},
        field::{invalid, refusal},
    },
    erased::{effect, memo, when},
    format,
    live::use_live,
};

/// How far the newest burst of a kind has come.
fn newest(status: &Status, kind: Kind) -> Option<Burst> {
    status.bursts.iter().filter(|burst| burst.kind == kind).max_by_key(|burst| burst.started_at).cloned()
}

/// What has become of a burst, in words.
pub(super) fn outcome(burst: &Burst) -> String {
    let stored = format!("{} of {} stored", format::count(burst.stored), format::count(burst.count));
    if burst.cancelled {
        let of = if burst.done { "Cancelled" } else { "Cancelling" };
        format!(
            "{of} after {} of {}: {} stored",
            format::count(burst.sent),
            format::count(burst.count),
            format::count(burst.stored)
        )
    } else if burst.done {
        format!("{stored} in {}", format::took(burst.elapsed_ms))
    } else {
        format!("{stored}, {} so far", format::took(burst.elapsed_ms))
    }
}

/// How many a second were stored, once all are.
pub(super) fn speed(burst: &Burst) -> Option<String> {
    let seconds = burst.elapsed_ms as f64 / 1000.0;
    (burst.done && burst.stored > 0 && seconds > 0.0)
        .then(|| format!("{} /s", format::rate(burst.stored as f64 / seconds)))
}

const COUNT: &[&str] = &["count_missing", "malformed_count", "count_out_of_range"];
const SEED: &[&str] = &["malformed_seed"];
const BROKEN: &[&str] = &["malformed_poison", "poison_out_of_range"];

/// The card of a kind.
#[component]
pub(super) fn BurstCard(kind: Kind) -> impl IntoView {
    let live = use_live();
    let start = ServerAction::<StartBurst>::new();
    let cancel = ServerAction::<CancelBurst>::new();
    let (started, cancelled) = (start.value(), cancel.value());
    effect(move || {
        if let Some(Ok(burst)) = started.get() {
            live.note(burst);
        }
    });
    effect(move || {
        if let Some(Ok(burst)) = cancelled.get() {
            live.note(burst);
        }
    });
    let burst = memo(move || live.status.with(|status| newest(status, kind)));
    let locked = !live.visitor.may_change();
    // What a form without JavaScript was refused for stands above: the address does not say which card's form it was.
    let orders = start.version();
    let error = memo(move || (orders.get() > 0).then(|| started.get()?.err()).flatten());
    let cancels = cancel.version();
    // What belongs to no field.
    let other = move || {
        let error = error.get().or_else(|| (cancels.get() > 0).then(|| cancelled.get()?.err()).flatten())?;
        let of_a_field = [COUNT, SEED, BROKEN].iter().any(|codes| codes.contains(&error.0.code.as_str()));
        (!of_a_field).then(|| view! { <Refused error/> })
    };
    let word = kind.label().to_lowercase();
    let buttons = [10, 100, 1000, 10_000]
        .map(|count| {
            let class = if count == 1000 { "btn primary" } else { "btn" };
            let label = format!("Send {} {word}", format::thousands(count));
            view! { <button class=class type="submit" name="count" value=count aria-label=label disabled=locked>{format::thousands(count)}</button> }
        })
        .collect_view();
    let id = move |field: &str| format!("{}-{field}", kind.topic());
    view! {
        <section class="card burst" aria-label=kind.label()>
            <header><h2>{kind.label()}</h2><span class="right"><code>{kind.topic()}</code></span></header>
            <ActionForm action=start>
                <input type="hidden" name="kind" value=kind.topic()/>
                // The Enter key takes a form's first button: in a field it must mean the number typed there.
                <button class="sr" type="submit" name="count" value="own" tabindex="-1" aria-hidden="true" disabled=locked>"Send"</button>
                <div class="amounts" role="group" aria-label=format!("How many {word}")>{buttons}</div>
                <div class="own">
                    <label>
                        "Another number"
                        <input
                            type="text"
                            inputmode="numeric"
                            autocomplete="off"
                            name="own"
                            placeholder="1 to 1,000,000"
                            aria-label=format!("Another number of {word}")
                            aria-invalid=invalid(error, COUNT)
                            aria-describedby=id("own")
                            disabled=locked
                        />
                    </label>
                    <button class="btn" type="submit" name="count" value="own" aria-label=format!("Send own number of {word}") disabled=locked>"Send"</button>
                </div>
                {refusal(error, COUNT, id("own"))}
                <div class="option">
                    <label>
                        <span>"Seed"</span>
                        <input
                            type="text"
                            inputmode="numeric"
                            autocomplete="off"
                            name="seed"
                            placeholder="random"
                            title="The same seed makes the same events again"
                            aria-label=format!("Seed, {word}")
                            aria-invalid=invalid(error, SEED)
                            aria-describedby=id("seed")
                            disabled=locked
                        />
                    </label>
                </div>
                {refusal(error, SEED, id("seed"))}
                <div class="option broken">
                    <label class="check switch">
                        <input type="checkbox" name="broken" value="on" role="switch" aria-label=format!("Some {word} are broken") disabled=locked/>
                        <span>"Some are broken"</span>
                    </label>
                    <input
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        name="broken_count"
                        value="5"
                        aria-label=format!("How many {word} are broken")
                        aria-invalid=invalid(error, BROKEN)
                        aria-describedby=id("broken")
                        disabled=locked
                    />
                </div>
                {refusal(error, BROKEN, id("broken"))}
            </ActionForm>
            {other}
            <Way kind burst/>
            <Outcome kind burst cancel/>
        </section>
    }
}

/// What has become of the newest burst, and the way to stop it.
#[component]
fn Outcome(kind: Kind, burst: Memo<Option<Burst>>, cancel: ServerAction<CancelBurst>) -> impl IntoView {
    let locked = !use_live().visitor.may_change();
    let cancel_label = format!("Cancel the burst of {}", kind.label().to_lowercase());
    let under_way = memo(move || burst.with(|burst| burst.as_ref().is_some_and(is_under_way)));
    let id = memo(move || burst.with(|burst| burst.as_ref().map(|burst| burst.id.clone()).unwrap_or_default()));
    let done = memo(move || burst.with(|burst| burst.as_ref().is_some_and(|burst| burst.done)));
    let text = memo(move || burst.with(|burst| burst.as_ref().map_or_else(|| "Nothing sent yet".to_owned(), outcome)));
    let small = memo(move || {
        burst.with(|burst| {
            let burst = burst.as_ref()?;
            let waiting = burst.waiting.as_deref().filter(|_| !burst.done).map(sentence);
            waiting.or_else(|| Some(format!("{} · seed {}", speed(burst)?, burst.seed)))
        })
    });
    let held =
        memo(move || burst.with(|burst| burst.as_ref().is_some_and(|burst| !burst.done && burst.waiting.is_some())));
    // Read out once it is over: the counters on the way are for the eye.
    let dead = memo(move || burst.with(|burst| burst.as_ref().map_or(0, |burst| burst.dead_lettered as i64)));
    let spoken = move || match (done.get(), dead.get()) {
        (false, _) => String::new(),
        (true, 0) => text.get(),
        (true, dead) => format!("{}, {}", text.get(), format::plural(dead, "dead letter", "dead letters")),
    };
    let lost = memo(move || dead.get() > 0);
    view! {
        <div class="outcome">
            <p>
                <b class:done=done class:lost=lost class:muted=move || burst.with(Option::is_none)>{text}</b>
                <small class:waiting=held>{small}</small>
            </p>
            <span class="sr" role="status">{spoken}</span>
            {when(under_way, move || {
                let label = cancel_label.clone();
                view! {
                    <ActionForm action=cancel>
                        <input type="hidden" name="id" value=id/>
                        <button class="btn" type="submit" aria-label=label disabled=locked>"Cancel"</button>
                    </ActionForm>
                }
                .into_any()
            })}
        </div>
    }
}

/// There is still something to cancel.
pub(super) const fn is_under_way(burst: &Burst) -> bool {
    !burst.done && !burst.cancelled
}

/// Three bars that close on each other; the end of the last is what could not be stored.
#[component]
fn Way(kind: Kind, burst: Memo<Option<Burst>>) -> impl IntoView {
    /// How it is called, how tests call it, and how many records have come so far.
    type Stage = (&'static str, &'static str, fn(&Burst) -> u64);
    let stages: [Stage; 4] = [
        ("sent", "sent", |burst| burst.sent),
        ("acknowledged", "acked", |burst| burst.acked),
        ("stored", "stored", |burst| burst.stored),
        ("dead letters", "dead", |burst| burst.dead_lettered),
    ];
    let count = memo(move || burst.with(|burst| burst.as_ref().map_or(0, |burst| burst.count)));
    let rows = stages
        .into_iter()
        .map(|(label, name, stage)| {
            let value = memo(move || burst.with(|burst| burst.as_ref().map_or(0, stage)));
            let percent = move |value: u64| format!("{}%", share(value as f64, count.get() as f64));
            let bar = (name != "dead").then(|| {
                let dead = memo(move || burst.with(|burst| burst.as_ref().map_or(0, |burst| burst.dead_lettered)));
                let lost = (name == "stored").then(|| {
                    view! { <rect class="bar" x=move || percent(value.get()) width=move || percent(dead.get()) height="8" fill="var(--warn)"/> }
                });
                view! {
                    <svg class="track" aria-hidden="true">
                        <rect class="bar" width=move || percent(value.get()) height="8" fill=colour(kind.index())/>
                        {lost}
                    </svg>
                }
            });
            let of = move || match count.get() {
                count if count > 0 && name != "dead" => format!(" / {}", format::count(count)),
                _ => String::new(),
            };
            let what = if name == "dead" { view! { <a href="/dead-letters">{label}</a> }.into_any() } else { label.into_any() };
            view! {
                <dt>{what}</dt>
                <dd>
                    <span class="n">
                        <span data-testid=format!("burst-{}-{name}", kind.topic())>{move || format::count(value.get())}</span>
                        <span class="muted">{of}</span>
                    </span>
                    {bar}
                </dd>
            }
        })
        .collect_view();
    view! { <dl class="way">{rows}</dl> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burst() -> Burst {
        Burst {
            id: "b".into(),
            kind: Kind::Purchase,
            count: 1000,
            seed: 1,
            poison: 10,
            sent: 1000,
            acked: 1000,
            stored: 990,
            dead_lettered: 10,
            done: true,
            cancelled: false,
            started_at: 5,
            elapsed_ms: 210,
            waiting: None,
        }
    }

    #[test]
    fn the_outcome_says_how_much_of_how_much_in_which_time() {
        assert_eq!(outcome(&burst()), "990 of 1,000 stored in 0.21 s");
        assert_eq!(outcome(&Burst { done: false, ..burst() }), "990 of 1,000 stored, 0.21 s so far");
        assert_eq!(
            outcome(&Burst { cancelled: true, sent: 400, stored: 400, ..burst() }),
            "Cancelled after 400 of 1,000: 400 stored"
        );
        assert_eq!(speed(&burst()).as_deref(), Some("4,714 /s"));
        assert_eq!(speed(&Burst { done: false, ..burst() }), None);
    }

    #[test]
    fn the_newest_burst_of_the_kind_counts() {
        let old = Burst { id: "a".into(), started_at: 1, ..burst() };
        let other = Burst { id: "c".into(), started_at: 9, kind: Kind::Connection, ..burst() };
        let status = Status { bursts: vec![old, burst(), other], ..Status::default() };
        assert_eq!(newest(&status, Kind::Purchase).unwrap().id, "b");
        assert_eq!(newest(&status, Kind::Interaction), None);
    }
}
