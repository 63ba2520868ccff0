//! What does not answer, since when and what that means, on every page; and that it is over.

use leptos::prelude::*;
use model::status::Status;

use super::{
    banner::sentence,
    icon::{Glyph, Icon},
    time::clock,
};
use crate::{
    erased::{memo, when},
    format,
    live::{Connection, Notice, use_live},
};

/// Broker or store, away.
#[derive(Clone, Debug, PartialEq)]
struct Outage {
    /// What people call it.
    name: &'static str,
    since: i64,
    /// What that means for what flows.
    meanwhile: &'static str,
    /// Where it should be, and why it is not there.
    why: String,
}

fn outages(status: &Status) -> Vec<Outage> {
    let mut outages = Vec::new();
    if status.kafka.is_away() {
        let error = sentence(status.kafka.error.as_deref().unwrap_or_default());
        outages.push(Outage {
            name: status.kafka.called(),
            since: status.kafka.since.unwrap_or(status.at),
            meanwhile: "Producers hold back, sinks keep their place, and all go on by themselves.",
            why: format!("{}: {error}", status.kafka.bootstrap_servers),
        });
    }
    if status.graph.is_away() {
        let error = sentence(status.graph.error.as_deref().unwrap_or_default());
        outages.push(Outage {
            name: status.graph.called(),
            since: status.graph.since.unwrap_or(status.at),
            meanwhile: "Sinks keep their place and go on by themselves.",
            why: format!("{}: {error}", status.graph.location),
        });
    }
    outages
}

/// All that is to be said above every page.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    view! { <Lost/><Updated/><Outages/><News/> }
}

/// A banner for each thing that does not answer.
#[component]
fn Outages() -> impl IntoView {
    let status = use_live().status;
    let all = memo(move || status.with(outages));
    move || all.get().into_iter().map(outage).collect_view()
}

fn outage(outage: Outage) -> AnyView {
    let status = use_live().status;
    let Outage { name, since, meanwhile, why } = outage;
    // It counts up once a second: whoever listens to the page has heard since when, and must not hear it again and again.
    let lasting = move || format::duration((status.with(|status| status.at) - since).max(0) as f64);
    view! {
        <div class="banner bad" role="alert">
            <Glyph icon=Icon::Warning/>
            <p>
                <b>{name}" has not answered since "{move || clock(since)}</b>
                <span aria-hidden="true">" ("{lasting}")"</span>
                ". "{meanwhile}
                <small>{why}</small>
            </p>
        </div>
    }
    .into_any()
}

/// Says that the server itself is not heard any more.
#[component]
fn Lost() -> impl IntoView {
    let live = use_live();
    let since = memo(move || match live.connection.get() {
        Connection::Stale { since } => Some(since),
        _ => None,
    });
    let lost = memo(move || since.get().is_some());
    when(lost, move || {
        view! {
            <div class="banner bad" role="alert">
                <Glyph icon=Icon::Warning/>
                <p>
                    <b>"Sluice has not answered since "{move || since.get().map(clock)}"."</b>
                    " What you see is of then. This page goes on by itself."
                </p>
            </div>
        }
        .into_any()
    })
}

/// Offers the new pages, once the server has others than this one.
#[component]
fn Updated() -> impl IntoView {
    let live = use_live();
    let updated = memo(move || live.updated.get());
    let reload = move |_| {
        // A browser that cannot reload has nothing better to offer.
        #[cfg(feature = "hydrate")]
        let _ = window().location().reload();
    };
    when(updated, move || {
        view! {
            <div class="banner info" role="status">
                <Glyph icon=Icon::Retry/>
                <p><b>"Sluice was updated."</b>" This page is of the version before."</p>
                <button class="btn" type="button" on:click=reload>"Reload"</button>
            </div>
        }
        .into_any()
    })
}

/// Says that something is over.
#[component]
fn News() -> impl IntoView {
    let live = use_live();
    let lag =
        memo(move || live.status.with(|status| status.connectors.iter().map(|connector| connector.lag).sum::<i64>()));
    let any = memo(move || live.notice.get().is_some());
    // The number falls many times a second: it is shown, and not read out each time.
    let rest = move || match lag.get() {
        0 => "; all records are stored.".to_owned(),
        1 => "; 1 record is being caught up.".to_owned(),
        lag => format!("; {} records are being caught up.", format::thousands(lag)),
    };
    when(any, move || {
        let text = move || match live.notice.get() {
            Some(Notice::Restarted(at)) => format!("Sluice was started anew at {}", clock(at)),
            Some(Notice::Back(name)) => format!("{name} answers again"),
            None => String::new(),
        };
        let rest = move || match live.notice.get() {
            Some(Notice::Back(_)) => rest(),
            _ => "; this page goes on with what it does now.".to_owned(),
        };
        view! {
            <div class="banner ok">
                <Glyph icon=Icon::Check/>
                <p><b role="status">{text}</b><span>{rest}</span></p>
                <button class="btn quiet" type="button" aria-label="Dismiss" on:click=move |_| live.notice.set(None)>
                    <Glyph icon=Icon::Cross/>
                </button>
            </div>
        }
        .into_any()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_and_does_not_answer_is_an_outage_since_then() {
        let mut status = Status::default();
        assert!(outages(&status).is_empty(), "nothing was asked yet");
        status.graph.error = Some("connection refused".into());
        status.graph.location = "bolt://db:7687".into();
        status.graph.since = Some(7);
        let all = outages(&status);
        assert_eq!((all.len(), all[0].name, all[0].since), (1, "Neo4j", 7));
        assert_eq!(all[0].why, "bolt://db:7687: Connection refused.");
        status.graph.connected = true;
        assert!(outages(&status).is_empty());
    }
}
