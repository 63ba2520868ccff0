//! Kafka Connect's REST API, served at `SLUICE_CONNECT_LISTEN`: the same addresses, statuses, bodies and texts.
//!
//! What people and tools know of Connect holds here; `docs/connect-conformance.md` says case by case what differs, and why.

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};

mod answer;
pub(crate) mod body;
pub(crate) mod check;
mod connector;
mod error;
mod lifecycle;
mod logger;
mod offset;
mod plugin;
pub(crate) mod port;
mod root;
mod topic;

use super::{
    guard::{self, Gate, Guard},
    secured,
};
use crate::log::Loggers;
use error::Error;
use port::Workers;

/// What handlers need.
#[derive(Clone)]
pub(crate) struct Connect {
    /// Whoever runs the connectors.
    pub(crate) workers: Arc<dyn Workers>,
    /// What this process logs.
    pub(crate) loggers: Arc<Loggers>,
}

/// All routes, behind the guard of the other listener.
pub(crate) fn router(connect: Connect, guard: Arc<Guard>) -> Router {
    secured(routes(connect), Gate::new(guard, &[], refuse))
}

/// What answers when all connections are taken.
pub(crate) fn full() -> Router {
    let refused = async || {
        let sentence = "all connections are taken: try again in a few seconds";
        ([(RETRY_AFTER, "3")], Error::new(StatusCode::SERVICE_UNAVAILABLE, sentence))
    };
    Router::new().fallback(refused)
}

fn routes(connect: Connect) -> Router {
    let connectors = || get(connector::list).post(connector::create);
    Router::new()
        .route("/", get(root::server_info))
        .route("/health", get(root::health))
        // Connect takes its collections with a slash at the end too.
        .route("/connectors", connectors())
        .route("/connectors/", connectors())
        .route("/connectors/{name}", get(connector::get).delete(connector::delete))
        .route(
            "/connectors/{name}/config",
            get(connector::config).put(connector::put_config).patch(connector::patch_config),
        )
        .route("/connectors/{name}/status", get(lifecycle::status))
        .route("/connectors/{name}/restart", post(lifecycle::restart))
        .route("/connectors/{name}/pause", put(lifecycle::pause))
        .route("/connectors/{name}/resume", put(lifecycle::resume))
        .route("/connectors/{name}/stop", put(lifecycle::stop))
        .route("/connectors/{name}/tasks", get(lifecycle::tasks))
        .route("/connectors/{name}/tasks/{task}/status", get(lifecycle::task_status))
        .route("/connectors/{name}/tasks/{task}/restart", post(lifecycle::restart_task))
        .route("/connectors/{name}/topics", get(topic::active))
        .route("/connectors/{name}/topics/reset", put(topic::reset))
        .route("/connectors/{name}/offsets", get(offset::get).patch(offset::alter).delete(offset::reset))
        .route("/connector-plugins", get(plugin::list))
        .route("/connector-plugins/", get(plugin::list))
        .route("/connector-plugins/{plugin}/config", get(plugin::config))
        .route("/connector-plugins/{plugin}/config/validate", put(plugin::validate))
        .route("/admin/loggers", get(logger::list))
        .route("/admin/loggers/", get(logger::list))
        .route("/admin/loggers/{logger}", get(logger::get).put(logger::set))
        .fallback(async || Error::of(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || Error::of(StatusCode::METHOD_NOT_ALLOWED))
        .with_state(connect)
}

/// Says no in Connect's form.
fn refuse(_: &HeaderMap, refusal: guard::Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.failure.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let error = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::of(status),
        _ => Error::new(status, refusal.failure.message),
    };
    let mut response = error.into_response();
    if let Some(seconds) = refusal.retry_after.map(guard::seconds) {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// A part of an address, decoded; what cannot be decoded is at no address.
type Part<T> = Result<Path<T>, axum::extract::rejection::PathRejection>;

fn part<T>(part: Part<T>) -> Result<T, Error> {
    part.map(|Path(part)| part).map_err(|_| Error::of(StatusCode::NOT_FOUND))
}

#[cfg(test)]
mod memory;
#[cfg(test)]
mod tests;
