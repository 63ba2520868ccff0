//! One connector: name, state, orders, numbers, and below them tasks, partitions and settings.

use leptos::prelude::*;
use model::{Kind, connector::Connector};

use super::{config::config, delete::delete, editor, order::Orders, partition::partitions, task::tasks};
use crate::{
    call::act::DeleteConnector,
    chart::{scale::colour, spark::Spark},
    component::state::StateBadge,
    erased::{effect, memo, when},
    format,
    live::use_live,
};

/// The card; its id is the connector's name, so that an address can point to it.
pub(super) fn card(
    name: StoredValue<String>,
    kind: Option<Kind>,
    told: Memo<Option<Connector>>,
    chosen: Memo<bool>,
    deletion: ServerAction<DeleteConnector>,
) -> AnyView {
    let live = use_live();
    let hue = colour(kind.map_or(Kind::ALL.len(), Kind::index));
    let label = move || kind.map_or_else(|| name.get_value(), |kind| kind.label().to_owned());
    let state = memo(move || told.with(|told| told.as_ref().map(|told| told.state)).unwrap_or_default());
    let history =
        Signal::derive(move || told.with(|told| told.as_ref().map(|told| told.history.clone())).unwrap_or_default());
    let latency = move || {
        live.status.with(|status| {
            let connector = status.connectors.iter().find(|connector| connector.name == name.get_value())?;
            Some((format::duration(connector.latency_p50_ms?), format::duration(connector.latency_p99_ms?)))
        })
    };
    let lag = move || told.with(|told| told.as_ref().and_then(|told| told.lag));
    let earlier = memo(move || told.with(|told| told.as_ref().is_some_and(|told| told.earlier.is_some())));
    effect(move || {
        if chosen.get() {
            show(&name.get_value());
        }
    });
    view! {
        <section class="card connector" class:chosen=chosen id=name.get_value() aria-label=label()>
            <header>
                <h2>{label()}</h2>
                <code>{name.get_value()}</code>
                <StateBadge state/>
                <Orders name told/>
            </header>
            <p class="about">
                {move || told.with(|told| told.as_ref().map(|told| told.description.clone()))}
            </p>
            <dl class="gauges">
                <div>
                    <dt>"Stored now"</dt>
                    <dd>
                        <b>{move || told.with(|told| told.as_ref().map(|told| format::rate(told.stored_per_second)))}</b>" /s"
                        <Spark values=history colour=hue/>
                    </dd>
                </div>
                <div>
                    <dt>"Lag"</dt>
                    <dd data-testid=format!("lag-{}", name.get_value())>
                        {move || match lag() {
                            Some(lag) => view! { <b>{format::thousands(lag)}</b>{if lag == 1 { " record" } else { " records" }} }.into_any(),
                            None => view! { <b class="muted">"unknown"</b> }.into_any(),
                        }}
                    </dd>
                </div>
                <div>
                    <dt>"Sent to stored"</dt>
                    <dd>
                        {move || match latency() {
                            Some((half, most)) => view! { <b>{half}</b>" median, 99 % within "{most} }.into_any(),
                            None => view! { <span class="muted">"nothing stored of late"</span> }.into_any(),
                        }}
                    </dd>
                </div>
                <div>
                    <dt>"Since the start"</dt>
                    <dd><span>{move || told.with(|told| told.as_ref().map(met))}</span></dd>
                </div>
            </dl>
            {tasks(name, told)}
            {partitions(name, hue, told)}
            {when(earlier, move || {
                view! {
                    <p class="foot">
                        {move || told.with(|told| told.as_ref().and_then(|told| told.earlier).map(|books| {
                            format!(
                                "Besides, {} were read in Kafka clusters that are gone: {} stored, {} repeated, {}.",
                                format::plural(books.read, "record", "records"),
                                format::thousands(books.stored),
                                format::thousands(books.repeated),
                                format::plural(books.dead, "dead letter", "dead letters"),
                            )
                        }))}
                    </p>
                }
                .into_any()
            })}
            {config(name, told)}
            <div class="row manage">
                <a class="btn" href=editor::address(&name.get_value()) aria-label=format!("Edit {}", name.get_value())>"Edit"</a>
                {delete(name, deletion)}
            </div>
        </section>
    }
    .into_any()
}

/// What its tasks have met, in words; what never happened is not counted out.
fn met(told: &Connector) -> String {
    let met = told.met;
    let parts = [
        (met.outages, "outage", "outages"),
        (met.retries, "retry", "retries"),
        (met.narrowings, "batch cut in halves", "batches cut in halves"),
        (met.fenced, "batch given up to another task", "batches given up to other tasks"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format::plural(count as i64, one, many))
        .collect();
    if said.is_empty() { "no trouble".to_owned() } else { said.join(", ") }
}

/// Brings a card into view.
fn show(id: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(card) = document().get_element_by_id(id) {
        card.scroll_into_view();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

#[cfg(test)]
mod tests {
    use model::connector::Met;

    use super::{super::tests::connector, *};

    #[test]
    fn trouble_is_counted_and_none_is_said_to_be_none() {
        assert_eq!(met(&connector()), "no trouble");
        let met_some = Met { retries: 1, outages: 2, ..Met::default() };
        assert_eq!(met(&Connector { met: met_some, ..connector() }), "2 outages, 1 retry");
    }
}
