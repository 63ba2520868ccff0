//! Errors as Connect answers them: a status, and a body that repeats it beside a text.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::port::Unavailable;

/// An error on its way out.
#[derive(Debug)]
pub(super) struct Error {
    status: StatusCode,
    message: String,
}

impl Error {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// In the words of the servlet container, where nothing else is to be said.
    pub(super) fn of(status: StatusCode) -> Self {
        Self::new(status, format!("HTTP {} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()))
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}

impl From<Unavailable> for Error {
    fn from(Unavailable(sentence): Unavailable) -> Self {
        // Connect's own status for a request that could not be completed in time, and the beginning of its text.
        Self::internal(format!("Request timed out. {sentence}"))
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = json!({"error_code": self.status.as_u16(), "message": self.message});
        (self.status, Json(body)).into_response()
    }
}
