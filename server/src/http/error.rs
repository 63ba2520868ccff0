//! Errors as the API answers them: a status, a stable code and a sentence.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use model::Failure;

/// A failure on its way out.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Failure);

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (status(&self.0.code), Json(self.0)).into_response()
    }
}

/// The status of a code.
fn status(code: &str) -> StatusCode {
    match code {
        "unauthorized" => StatusCode::UNAUTHORIZED,
        "cross_origin" | "unknown_host" => StatusCode::FORBIDDEN,
        "not_found" | "unknown_burst" | "unknown_connector" | "unknown_dead_letter" => StatusCode::NOT_FOUND,
        "method_not_allowed" => StatusCode::METHOD_NOT_ALLOWED,
        "no_producers" | "replay_in_progress" => StatusCode::CONFLICT,
        "body_too_slow" => StatusCode::REQUEST_TIMEOUT,
        "body_too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "unsupported_media_type" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "too_many_bursts" | "too_many_attempts" => StatusCode::TOO_MANY_REQUESTS,
        "store_unavailable"
        | "kafka_unavailable"
        | "replay_failed"
        | "replay_unconfirmed"
        | "reset_failed"
        | "too_many_streams"
        | "too_many_connections" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}
