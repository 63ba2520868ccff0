//! Signing in and out: two plain forms, so that they work without JavaScript.

use std::{net::SocketAddr, time::Instant};

use axum::{
    Form,
    extract::{ConnectInfo, State},
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Web,
    guard::{COOKIE, Refusal},
    refuse,
};

/// What the sign-in form sends.
#[derive(Deserialize)]
pub(super) struct SignIn {
    token: String,
    #[serde(default)]
    next: String,
}

/// `POST /login`: opens a session if the token is right.
pub(super) async fn sign_in(
    State(web): State<Web>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Response {
    let id = match web.guard.sign_in(form.token.trim(), peer.ip(), Instant::now()) {
        Ok(Some(id)) => id,
        Ok(None) => return Redirect::to("/sign-in?refused=true").into_response(),
        Err(refusal) => return refuse(&headers, refusal),
    };
    (AppendHeaders([(header::SET_COOKIE, cookie(&id, is_https(&headers)))]), Redirect::to(place(&form.next)))
        .into_response()
}

/// `POST /logout`: ends the session.
pub(super) async fn sign_out(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.guard.sign_out(&headers);
    let gone = format!("{}; Max-Age=0", cookie("", is_https(&headers)));
    (AppendHeaders([(header::SET_COOKIE, gone)]), Redirect::to("/")).into_response()
}

/// Only a place on this server: `//host` would be another one.
fn place(next: &str) -> &str {
    let here = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if here && next.bytes().all(|byte| byte.is_ascii_graphic()) { next } else { "/" }
}

fn cookie(id: &str, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// Whether the browser came by https, as it says itself in `Origin`, or as a proxy says.
///
/// Nobody gains by a lie: it only decides whether the liar's own browser keeps the cookie from plain HTTP.
fn is_https(headers: &HeaderMap) -> bool {
    let says =
        |name: &str, start: &str| headers.get(name).is_some_and(|value| value.as_bytes().starts_with(start.as_bytes()));
    says("origin", "https://") || says("x-forwarded-proto", "https")
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = super::error::ApiError(self.failure).into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, super::guard::seconds(wait).into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_a_place_here_only() {
        for (next, expected) in [
            ("/simulate", "/simulate"),
            ("/insights/top-products?view=graph", "/insights/top-products?view=graph"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nset-cookie: b", "/"),
            ("/\t/evil.example", "/"),
        ] {
            assert_eq!(place(next), expected, "{next:?}");
        }
    }

    #[test]
    fn a_cookie_is_for_https_only_where_the_browser_came_by_it() {
        for (name, value, expected) in [
            ("origin", "https://sluice.example", true),
            ("origin", "http://sluice.example", false),
            ("x-forwarded-proto", "https", true),
            ("x-forwarded-proto", "http", false),
            ("x-other", "https", false),
        ] {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            let cookie = cookie("id", is_https(&headers));
            assert_eq!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"), expected, "{name}: {value}");
            assert!(cookie.starts_with("sluice_session=id; Path=/; HttpOnly; SameSite=Strict"));
        }
    }
}
