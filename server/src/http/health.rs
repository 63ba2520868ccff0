//! Whether it is alive, whether it is ready, and its metrics.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde_json::json;

use super::Web;
use crate::house::House;

/// It runs and serves.
pub(super) async fn alive() -> impl IntoResponse {
    Json(json!({"alive": true}))
}

/// The sinks consume and the store answers; else 503 with a sentence for each thing that is missing.
pub(super) async fn ready(State(web): State<Web>) -> impl IntoResponse {
    let status = web.house.status();
    if status.ready {
        return (StatusCode::OK, Json(json!({"ready": true, "reasons": []})));
    }
    let reasons = House::reasons(&status);
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"ready": false, "reasons": reasons})))
}

/// Prometheus text.
pub(super) async fn metrics(State(web): State<Web>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], web.metrics.render())
}
