//! Everything that is served at `SLUICE_LISTEN`: pages, JSON API, live events, metrics, health.

use std::sync::Arc;

use axum::{Router, extract::FromRef, middleware, routing::get};
use leptos::prelude::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::house::House;

mod api;
pub(crate) mod error;
mod guard;
mod health;
mod live;
mod page;
mod site;

pub(crate) use guard::Guard;

/// What handlers need.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) house: Arc<House>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) live: Arc<live::Live>,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) leptos: LeptosOptions,
}

impl Web {
    /// Starts telling browsers what changes.
    pub(crate) fn new(house: Arc<House>, guard: Guard, metrics: PrometheusHandle, stop: CancellationToken) -> Self {
        let leptos = LeptosOptions::builder().output_name("sluice").site_pkg_dir("pkg").build();
        Self { live: live::Live::start(house.clone(), stop), house, guard: Arc::new(guard), metrics, leptos }
    }
}

impl FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.leptos.clone()
    }
}

/// What a process without pages serves: whether it is alive, whether it is ready, and its metrics.
pub(crate) fn health_only(web: Web) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .layer(middleware::from_fn_with_state(web.clone(), guard::guard))
        .with_state(web)
}

/// All routes.
pub(crate) fn router(web: Web) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/events", get(live::events))
        .merge(api::routes())
        .merge(site::routes())
        .merge(page::routes(web.clone()))
        .layer(middleware::from_fn_with_state(web.clone(), guard::guard))
        .with_state(web)
}
