//! Sending a burst of one kind, and its way: sent, acknowledged, stored.

use leptos::prelude::*;
use model::{Kind, burst::Burst, status::Status};

use crate::{
    call::act::{CancelBurst, StartBurst},
    chart::scale::{colour, share},
    component::banner::{Refused, sentence},
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
        let of = if burst.done { "cancelled" } else { "cancelling" };
        format!(
            "{of} after {} of {}: {} stored",
            format::count(burst.sent),
            format::count(burst.count),
            format::count(burst.stored)
        )
    } else if burst.done {
        let dead = match burst.dead_lettered {
            0 => String::new(),
            dead => format!(", {}", format::plural(dead as i64, "dead letter", "dead letters")),
        };
        format!("{stored} in {}{dead}", format::took(burst.elapsed_ms))
    } else {
        format!("{stored}, {} so far", format::took(burst.elapsed_ms))
    }
}

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
    let word = kind.label().to_lowercase();
    let send_own = format!("Send own number of {word}");
    let cancel_label = format!("Cancel the burst of {word}");
    let under_way =
        memo(move || burst.with(|burst| burst.as_ref().is_some_and(|burst| !burst.done && !burst.cancelled)));
    let id = memo(move || burst.with(|burst| burst.as_ref().map(|burst| burst.id.clone()).unwrap_or_default()));
    let buttons = [(10, "10"), (100, "100"), (1000, "Send 1,000"), (10_000, "10k")]
        .map(|(count, text)| {
            let class = if count == 1000 { "btn primary" } else { "btn" };
            let label = format!("Send {} {word}", format::thousands(count));
            view! { <button class=class type="submit" name="count" value=count aria-label=label disabled=locked>{text}</button> }
        })
        .collect_view();
    let fields = [("own", "Number", "1 – 1,000,000"), ("seed", "Seed", "random"), ("poison", "Broken", "0")]
        .map(|(name, label, hint)| {
            let described = format!("{label}, {word}");
            view! {
                <label>
                    {label}
                    <input type="text" inputmode="numeric" autocomplete="off" name=name placeholder=hint aria-label=described disabled=locked/>
                </label>
            }
        })
        .collect_view();
    view! {
        <section class="card burst" aria-label=kind.label()>
            <header><h2>{kind.label()}</h2><span class="right"><code>{kind.topic()}</code></span></header>
            <ActionForm action=start>
                <input type="hidden" name="kind" value=kind.topic()/>
                // The Enter key takes a form's first button: in a field it must mean the number typed there.
                <button class="sr" type="submit" name="count" value="own" tabindex="-1" aria-hidden="true" disabled=locked>"Send"</button>
                <div class="row">{buttons}</div>
                <details>
                    <summary>"Own number, seed, broken records"</summary>
                    <div class="fields">
                        {fields}
                        <button class="btn" type="submit" name="count" value="own" aria-label=send_own disabled=locked>"Send"</button>
                    </div>
                </details>
            </ActionForm>
            {move || started.get().and_then(Result::err).map(|error| view! { <Refused error/> })}
            {move || cancelled.get().and_then(Result::err).map(|error| view! { <Refused error/> })}
            <Way kind burst/>
            <div class="outcome">
                <p role="status">
                    {move || match burst.get() {
                        None => view! { <span class="muted">"nothing sent yet"</span> }.into_any(),
                        Some(burst) => view! { <b class:done=burst.done>{outcome(&burst)}</b> }.into_any(),
                    }}
                    " "
                    {move || burst.with(|burst| {
                        let waiting = burst.as_ref().filter(|burst| !burst.done)?.waiting.clone()?;
                        Some(view! { <span class="waiting">{sentence(&waiting)}</span> })
                    })}
                </p>
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
        </section>
    }
}

/// Bars that close on each other.
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
    let rows = stages
        .into_iter()
        .map(|(label, name, stage)| {
            let value = memo(move || burst.with(|burst| burst.as_ref().map_or(0, stage)));
            let count = memo(move || burst.with(|burst| burst.as_ref().map_or(0, |burst| burst.count)));
            let colour = if name == "dead" { "var(--warn)" } else { colour(kind.index()) };
            let of = move || match count.get() {
                0 => String::new(),
                _ if name == "dead" => String::new(),
                count => format!(" / {}", format::count(count)),
            };
            let width = move || format!("{}%", share(value.get() as f64, count.get() as f64));
            view! {
                <dt>{label}</dt>
                <dd>
                    <svg class="track" aria-hidden="true"><rect class="bar" width=width height="8" rx="4" fill=colour/></svg>
                    <span class="n">
                        <span data-testid=format!("burst-{}-{name}", kind.topic())>{move || format::count(value.get())}</span>
                        <span class="muted">{of}</span>
                    </span>
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
        assert_eq!(outcome(&burst()), "990 of 1,000 stored in 0.21 s, 10 dead letters");
        assert_eq!(outcome(&Burst { stored: 1000, dead_lettered: 0, ..burst() }), "1,000 of 1,000 stored in 0.21 s");
        assert_eq!(outcome(&Burst { done: false, ..burst() }), "990 of 1,000 stored, 0.21 s so far");
        assert_eq!(
            outcome(&Burst { cancelled: true, sent: 400, stored: 400, ..burst() }),
            "cancelled after 400 of 1,000: 400 stored"
        );
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
