//! Who answers, and whether it can.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde_json::{Value, json};

use super::{Connect, port::Health};

/// `GET /`. What Connect calls the commit is which build of Sluice this is; it has no other name for one than its version.
pub(super) async fn server_info(State(connect): State<Connect>) -> Json<Value> {
    let version = env!("CARGO_PKG_VERSION");
    Json(json!({
        "version": version,
        "commit": format!("sluice-{version}"),
        "kafka_cluster_id": connect.workers.cluster_id(),
    }))
}

/// `GET /health`.
pub(super) async fn health(State(connect): State<Connect>) -> impl IntoResponse {
    let (code, status, message) = match connect.workers.health().await {
        Health::Healthy => {
            (StatusCode::OK, "healthy", "Worker has completed startup and is ready to handle requests.".to_owned())
        }
        Health::Starting(why) => {
            (StatusCode::SERVICE_UNAVAILABLE, "starting", format!("Worker is still starting up. {why}"))
        }
        Health::Unhealthy(why) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "unhealthy",
            format!("Worker was unable to handle this request and may be unable to handle other requests. {why}"),
        ),
    };
    (code, Json(json!({"status": status, "message": message})))
}
