//! Everything that is served at `SLUICE_LISTEN`: pages, JSON API, live events, metrics, health.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT, RETRY_AFTER},
    },
    middleware::{from_fn, from_fn_with_state},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use leptos::prelude::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use model::Failure;
use tokio_util::sync::CancellationToken;

use crate::house::House;

mod api;
mod body;
pub(crate) mod connect;
pub(crate) mod error;
mod export;
mod graph;
mod guard;
mod header;
mod health;
mod letters;
mod live;
mod page;
mod preview;
mod serve;
mod sign_in;
mod site;
mod stream;

pub(crate) use guard::{Gate, Guard, Hosts};
pub(crate) use serve::{Limits, serve};
pub(crate) use site::build;

/// What handlers need.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) house: Arc<House>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) live: Arc<live::Live>,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) leptos: LeptosOptions,
    pub(crate) chunks: Arc<app::Chunks>,
}

impl Web {
    /// Starts telling browsers what changes.
    pub(crate) fn new(house: Arc<House>, guard: Guard, metrics: PrometheusHandle, stop: CancellationToken) -> Self {
        let leptos = LeptosOptions::builder().output_name("sluice").build();
        let live = live::Live::start(house.clone(), stop);
        Self { live, house, guard: Arc::new(guard), metrics, leptos, chunks: Arc::new(site::chunks()) }
    }
}

impl FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.leptos.clone()
    }
}

/// What a process without pages serves: whether it is alive, whether it is ready, and its metrics.
pub(crate) fn health_only(web: Web) -> Router {
    let gate = Gate::new(web.guard.clone(), &[], refuse);
    let routes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .with_state(web);
    secured(routes, gate)
}

/// Where anybody may send something: signing in is how one becomes somebody.
const OPEN: [&str; 1] = ["/login"];

/// All routes.
pub(crate) fn router(web: Web) -> Router {
    let gate = Gate::new(web.guard.clone(), &OPEN, refuse);
    let routes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/events", get(live::events))
        .merge(api::routes())
        .merge(preview::routes())
        .merge(stream::routes())
        .merge(site::routes())
        .merge(page::routes(web.clone()))
        .with_state(web);
    secured(routes, gate)
}

/// Routes behind a gate, with limits on bodies and the headers that every answer carries; any listener's.
pub(crate) fn secured(routes: Router, gate: Gate) -> Router {
    routes
        // The limit is that of `body`, for all that reads bodies.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(gate.clone(), body::whole))
        .layer(from_fn_with_state(gate, guard::pass))
        .layer(from_fn(header::add))
}

/// What answers when all connections are taken: that, and that the process is alive.
pub(crate) fn full() -> Router {
    let refused = async || {
        let failure = Failure::new("too_many_connections", "all connections are taken: try again in a few seconds");
        ([(RETRY_AFTER, "3")], error::ApiError(failure))
    };
    Router::new().route("/healthz", get(health::alive)).fallback(refused).layer(from_fn(header::add))
}

/// Says no to a program in JSON, and to a person who can do something about it on a page.
fn refuse(headers: &HeaderMap, refusal: guard::Refusal) -> Response {
    let wants_page =
        headers.get(ACCEPT).is_some_and(|accept| accept.to_str().is_ok_and(|text| text.contains("text/html")));
    match (wants_page, refusal.failure.code.as_str(), refusal.retry_after) {
        (true, "unauthorized", _) => Redirect::to("/sign-in").into_response(),
        (true, "too_many_attempts", Some(wait)) => {
            let seconds = guard::seconds(wait);
            let page = format!(
                "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Wait · Sluice</title>\
                 <link rel=\"stylesheet\" href=\"/pkg/sluice.css\"></head><body><main class=\"main\">\
                 <h1>Too many wrong tokens from this address</h1><p>Wait {seconds} s, then <a href=\"/sign-in\">sign in</a>.</p>\
                 </main></body></html>"
            );
            (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds.to_string())], Html(page)).into_response()
        }
        _ => refusal.into_response(),
    }
}
