//! Who may ask, and who may change things.
//!
//! - What changes state (any method but GET and HEAD) needs the admin token, if there is one: as `Authorization: Bearer`,
//!   or in the cookie that signing in sets.
//! - Such a request must not come from a page of another origin, token or not.
//! - Without a token it listens on loopback only, and the host has to be called so: otherwise a name that an attacker
//!   points at 127.0.0.1 would make a foreign page the same origin (DNS rebinding).

use axum::{
    Form,
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use model::Failure;
use serde::Deserialize;

use super::{Web, error::ApiError};

/// The cookie that signing in sets.
const COOKIE: &str = "sluice_admin";

/// The rules of this server.
#[derive(Debug)]
pub(crate) struct Guard {
    token: Option<String>,
}

impl Guard {
    pub(crate) fn new(token: Option<String>) -> Self {
        Self { token }
    }

    /// What a page should know of the one who asks.
    pub(super) fn session(&self, headers: &HeaderMap) -> app::backend::Session {
        app::backend::Session { token_required: self.token.is_some(), signed_in: self.may_change(headers) }
    }

    fn may_change(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let bearer = text(headers, &header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let cookie = text(headers, &header::COOKIE).and_then(|cookies| {
            cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE)
        });
        let given = bearer.map(ToOwned::to_owned).or_else(|| Some(unescape(cookie?.1)));
        given.is_some_and(|given| same(given.as_bytes(), token.as_bytes()))
    }

    fn check(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<(), Failure> {
        let host = text(headers, &header::HOST);
        if self.token.is_none() && !host.is_none_or(is_loopback) {
            return Err(Failure::new(
                "unknown_host",
                "this server answers to localhost and 127.0.0.1 only; set SLUICE_ADMIN_TOKEN to use another name",
            ));
        }
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return Ok(());
        }
        let origin = text(headers, &header::ORIGIN);
        let foreign = origin.is_some_and(|origin| origin.split_once("://").map(|(_, name)| name) != host);
        let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
        if foreign || cross_site {
            return Err(Failure::new("cross_origin", "a page of another origin may not change anything here"));
        }
        if path == "/login" || self.may_change(headers) {
            return Ok(());
        }
        Err(Failure::new(
            "unauthorized",
            "this changes state and needs the admin token: sign in, or send it as Authorization: Bearer",
        ))
    }
}

/// Applies the rules to a request.
pub(super) async fn guard(State(web): State<Web>, request: Request, next: Next) -> Response {
    match web.guard.check(request.method(), request.uri().path(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(failure) => {
            let wants_page =
                text(request.headers(), &header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
            if failure.code == "unauthorized" && wants_page {
                return Redirect::to("/sign-in").into_response();
            }
            ApiError(failure).into_response()
        }
    }
}

/// What the sign-in form sends.
#[derive(Debug, Deserialize)]
pub(super) struct SignIn {
    token: String,
    #[serde(default)]
    next: String,
}

/// `POST /login`: sets the cookie if the token is right.
pub(super) async fn sign_in(State(web): State<Web>, Form(form): Form<SignIn>) -> Response {
    let right = web.guard.token.as_ref().is_some_and(|token| same(form.token.trim().as_bytes(), token.as_bytes()));
    if !right {
        return Redirect::to("/sign-in?refused=true").into_response();
    }
    // Only a place on this server: `//host` would be another one.
    let next = if form.next.starts_with('/') && !form.next.starts_with("//") && !form.next.contains('\\') {
        form.next.as_str()
    } else {
        "/"
    };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", escape(form.token.trim()));
    ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_loopback(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// Compares in a time that depends on the lengths only.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// A cookie's value may hold few characters, a token any: hexadecimal always fits.
fn escape(token: &str) -> String {
    token
        .bytes()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn unescape(hex: &str) -> String {
    let bytes =
        hex.as_bytes().chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(token: Option<&str>, method: Method, headers: &[(&'static str, &str)]) -> Result<(), String> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Guard::new(token.map(Into::into)).check(&method, "/api/bursts", &headers).map_err(|failure| failure.code)
    }

    #[test]
    fn every_rule_of_the_guard() {
        let local = ("host", "127.0.0.1:3000");
        for (token, method, headers, expected) in [
            (None, Method::GET, &[local][..], Ok(())),
            (None, Method::POST, &[local], Ok(())),
            (None, Method::GET, &[("host", "[::1]:3000")], Ok(())),
            (None, Method::GET, &[("host", "localhost")], Ok(())),
            (None, Method::GET, &[("host", "evil.example:3000")], Err("unknown_host")),
            (None, Method::POST, &[local, ("origin", "http://127.0.0.1:3000")], Ok(())),
            (None, Method::POST, &[local, ("origin", "http://evil.example")], Err("cross_origin")),
            (None, Method::POST, &[local, ("origin", "null")], Err("cross_origin")),
            (None, Method::DELETE, &[local, ("sec-fetch-site", "cross-site")], Err("cross_origin")),
            (Some("t"), Method::GET, &[("host", "sluice.example")], Ok(())),
            (Some("t"), Method::POST, &[("host", "sluice.example")], Err("unauthorized")),
            (Some("t"), Method::POST, &[("host", "a"), ("authorization", "Bearer t")], Ok(())),
            (Some("t"), Method::POST, &[("host", "a"), ("authorization", "Bearer u")], Err("unauthorized")),
            (Some("t"), Method::PUT, &[("host", "a"), ("cookie", "x=1; sluice_admin=74")], Ok(())),
            (Some("t"), Method::PUT, &[("host", "a"), ("cookie", "sluice_admin=75")], Err("unauthorized")),
        ] {
            let expected = expected.map_err(str::to_owned);
            assert_eq!(check(token, method.clone(), headers), expected, "{token:?} {method} {headers:?}");
        }
    }

    #[test]
    fn any_token_fits_into_a_cookie() {
        for token in ["plain", "with; odd, \"signs\" = and ü"] {
            assert_eq!(unescape(&escape(token)), token);
        }
    }
}
