//! The HTTP status of a server function that failed: not everything is the server's fault, as Leptos would have it.

use axum::http::{StatusCode, header::ACCEPT, request::Parts};
use leptos::prelude::use_context;
use model::Failure;

/// Gives the answer of the function that is running the status of its failure.
///
/// A page that calls a function while it is rendered stays a good page, and a form that was sent without JavaScript is
/// answered with the way back, whose status must stay.
pub(super) fn answer(failure: &Failure) {
    let Some(request) = use_context::<Parts>() else { return };
    let form = request.headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    if form || !request.uri.path().starts_with("/fn/") {
        return;
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status(&failure.code));
    }
}

/// The status of a code; one that is not listed is something wrong with what was asked.
fn status(code: &str) -> StatusCode {
    match code {
        "store_unavailable" | "kafka_unavailable" | "replay_failed" | "replay_unconfirmed" | "reset_failed" => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        "not_found" | "unknown_burst" | "unknown_dead_letter" => StatusCode::NOT_FOUND,
        "replay_in_progress" => StatusCode::CONFLICT,
        "too_many_bursts" => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_not_the_visitor_s_fault_and_a_wrong_number_is() {
        assert_eq!(status("store_unavailable"), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status("count_out_of_range"), StatusCode::BAD_REQUEST);
    }
}
