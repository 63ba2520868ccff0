//! The three producers: start, stop, rate, and what they really do.

use leptos::prelude::*;
use model::{Kind, status::ProducerStatus};

use crate::{
    call::act::SetProducer,
    chart::{scale::colour, spark::Spark},
    component::{
        banner::{Refused, sentence},
        field::{invalid, refusal},
        icon::{Icon, Swatch},
        state::Badge,
    },
    erased::{effect, memo, when},
    format,
    live::use_live,
};

/// The card.
#[component]
pub(super) fn Producers() -> impl IntoView {
    view! {
        <section class="card" aria-label="Producers">
            <header><h2>"Producers"</h2><span class="right">"send continuously, each at its rate in records a second"</span></header>
            <ul class="producers">{Kind::ALL.map(|kind| view! { <Producer kind/> }).collect_view()}</ul>
        </section>
    }
}

const RATE: &[&str] = &["malformed_rate", "rate_out_of_range"];

/// A producer's state as word, icon and tone.
fn look(producer: &ProducerStatus) -> (&'static str, Icon, &'static str) {
    match (producer.running, producer.waiting.is_some()) {
        (true, true) => ("held back", Icon::Pause, "warn"),
        (true, false) => ("running", Icon::Check, "ok"),
        (false, _) => ("stopped", Icon::Pause, "idle"),
    }
}

#[component]
fn Producer(kind: Kind) -> impl IntoView {
    let live = use_live();
    let set = ServerAction::<SetProducer>::new();
    let value = set.value();
    let locked = !live.visitor.may_change();
    let producer =
        memo(move || live.status.with(|status| status.producers.get(kind.topic()).cloned().unwrap_or_default()));
    // What an order was answered with, before the stream says so.
    effect(move || {
        if let Some(Ok(producer)) = value.get() {
            live.status.update(|status| {
                status.producers.insert(kind.topic().to_owned(), producer);
            });
        }
    });
    let history = memo(move || {
        live.status.with(|status| {
            status.rates.get(kind.topic()).map(|rates| rates.produced_history.clone()).unwrap_or_default()
        })
    });
    let orders = set.version();
    let error = memo(move || (orders.get() > 0).then(|| value.get()?.err()).flatten());
    let id = format!("{}-rate", kind.topic());
    let described = id.clone();
    let running = memo(move || producer.with(|producer| producer.running));
    let rate = producer
        .with_untracked(|producer| if producer.rate_per_second > 0.0 { producer.rate_per_second } else { 100.0 });
    let word = kind.label().to_lowercase();
    let label = {
        let word = word.clone();
        move || format!("{} producing {word}", if running.get() { "Stop" } else { "Start" })
    };
    view! {
        <li>
            <b><Swatch colour=colour(kind.index())/>{kind.label()}</b>
            <Badge
                word=Signal::derive(move || producer.with(|producer| look(producer).0.to_owned()))
                icon=Signal::derive(move || producer.with(|producer| look(producer).1))
                tone=Signal::derive(move || producer.with(|producer| look(producer).2))
            />
            <span class="rates">
                <span><span class="muted">"wanted "</span>{move || producer.with(|producer| format::rate(producer.rate_per_second))}" /s"</span>
                <span><span class="muted">"actual "</span>{move || producer.with(|producer| format::rate(producer.actual_per_second))}" /s"</span>
                <span class="waiting">{move || producer.with(|producer| producer.waiting.as_deref().map(|waiting| format!(" {}", sentence(waiting))))}</span>
            </span>
            <Spark values=history colour=colour(kind.index())/>
            <ActionForm action=set>
                <input type="hidden" name="kind" value=kind.topic()/>
                <input
                    type="number"
                    inputmode="decimal"
                    name="rate"
                    min="1"
                    max="100000"
                    step="any"
                    value=rate
                    required
                    aria-label=format!("{} a second", kind.label())
                    aria-invalid=invalid(error, RATE)
                    aria-describedby=described
                    disabled=locked
                />
                {when(running, move || {
                    let label = format!("Set the rate of {}", kind.label().to_lowercase());
                    view! { <button class="btn" type="submit" name="running" value="true" aria-label=label disabled=locked>"Set rate"</button> }.into_any()
                })}
                <button
                    class=move || if running.get() { "btn" } else { "btn primary" }
                    type="submit"
                    name="running"
                    value=move || (!running.get()).to_string()
                    aria-label=label
                    disabled=locked
                >
                    {move || if running.get() { "Stop" } else { "Start" }}
                </button>
            </ActionForm>
            {refusal(error, RATE, id)}
            {move || error.get().filter(|error| !RATE.contains(&error.0.code.as_str())).map(|error| view! { <Refused error/> })}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_producer_that_is_held_back_does_not_look_as_if_it_ran() {
        let producer = |running, waiting: Option<&str>| ProducerStatus {
            running,
            waiting: waiting.map(Into::into),
            ..Default::default()
        };
        assert_eq!(look(&producer(true, Some("sinks are behind"))).0, "held back");
        assert_eq!(look(&producer(true, None)).0, "running");
        assert_eq!(look(&producer(false, Some("sinks are behind"))).0, "stopped");
    }
}
