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
    if is_form(&request) || !request.uri.path().starts_with("/fn/") {
        return;
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
}

/// Sends whoever posted a form without JavaScript to another page than the one where it stands.
pub(super) fn back_to(address: &str) {
    if use_context::<Parts>().is_some_and(|request| is_form(&request)) {
        leptos_axum::redirect(address);
    }
}

/// Whether the function that is running was called by a form without JavaScript, and not while a page is rendered.
pub(super) fn is_posted() -> bool {
    use_context::<Parts>().is_some_and(|request| is_form(&request) && request.uri.path().starts_with("/fn/"))
}

/// Whether a browser posted a form by itself.
fn is_form(request: &Parts) -> bool {
    request.headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"))
}
