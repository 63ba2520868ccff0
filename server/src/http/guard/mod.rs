//! Who may ask, and who may change things: one guard for all listeners, with a gate in front of the routes of each.
//!
//! 1. `Host` is a name of this server.
//! 2. What only looks (GET, HEAD, OPTIONS) may pass: looking needs no token.
//! 3. What changes state does not come from a page of another origin.
//! 4. It is JSON, which a foreign page cannot send without asking first, and nobody here says yes; or a form of a page of
//!    this origin; or it has no body at all, whatever type it says that this is of.
//! 5. It carries the admin token or a session that was opened with it, if there is a token.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};
use model::Failure;
use subtle::ConstantTimeEq;

mod attempt;
mod host;
mod session;

pub(crate) use host::Hosts;

/// The cookie of a session.
pub(super) const COOKIE: &str = "sluice_session";

/// Asked by whatever restarts containers, which may call this server anything; the answer tells nothing.
const ASKED_BY_ANY_NAME: &str = "/healthz";

/// The rules of this server. No `Debug`: it holds the token.
pub(crate) struct Guard {
    token: Option<String>,
    hosts: Hosts,
    sessions: session::Sessions,
    attempts: attempt::Attempts,
}

/// Why a request may not pass.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) failure: Failure,
    /// When it is worth trying again.
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    fn new(code: &str, message: impl Into<String>) -> Self {
        Self { failure: Failure::new(code, message), retry_after: None }
    }
}

/// What the rules look at.
struct Asked<'a> {
    method: &'a Method,
    path: &'a str,
    headers: &'a HeaderMap,
    peer: IpAddr,
    now: Instant,
}

impl Guard {
    /// Without a token, everything that changes state is open to whoever can connect.
    pub(crate) fn new(token: Option<String>, hosts: Hosts) -> Self {
        Self { token, hosts, sessions: session::Sessions::default(), attempts: attempt::Attempts::default() }
    }

    /// What a page should know of the one who asks. A token in the headers does not matter here: pages would be the place
    /// to guess it without being counted.
    pub(super) fn session(&self, headers: &HeaderMap) -> app::backend::Session {
        app::backend::Session {
            token_required: self.token.is_some(),
            signed_in: self.token.is_none() || self.has_session(headers, Instant::now()),
        }
    }

    /// Compares with the token, and opens a session if it is the one.
    pub(super) fn sign_in(&self, given: &str, peer: IpAddr, now: Instant) -> Result<Option<String>, Refusal> {
        Ok(self.is_token(given, peer, now)?.then(|| self.sessions.open(now)))
    }

    /// Ends the session of these headers.
    pub(super) fn sign_out(&self, headers: &HeaderMap) {
        if let Some(id) = cookie(headers) {
            self.sessions.end(id);
        }
    }

    fn has_session(&self, headers: &HeaderMap, now: Instant) -> bool {
        cookie(headers).is_some_and(|id| self.sessions.has(id, now))
    }

    fn is_token(&self, given: &str, peer: IpAddr, now: Instant) -> Result<bool, Refusal> {
        let Some(token) = &self.token else { return Ok(false) };
        self.attempts.compare(peer, now, || token.as_bytes().ct_eq(given.as_bytes()).into()).map_err(|wait| {
            let seconds = seconds(wait);
            Refusal {
                failure: Failure::new(
                    "too_many_attempts",
                    format!("too many wrong tokens from this address: wait {seconds} s and try again"),
                ),
                retry_after: Some(wait),
            }
        })
    }

    fn check(&self, asked: &Asked, open: bool) -> Result<(), Refusal> {
        self.check_host(asked)?;
        if matches!(*asked.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return Ok(());
        }
        self.check_origin(asked.headers)?;
        self.check_form(asked.headers)?;
        if open || self.token.is_none() || self.has_session(asked.headers, asked.now) {
            return Ok(());
        }
        let bearer = text(asked.headers, &header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        match bearer {
            Some(given) if self.is_token(given, asked.peer, asked.now)? => Ok(()),
            _ => Err(Refusal::new(
                "unauthorized",
                "this changes state and needs the admin token: sign in, or send it as Authorization: Bearer",
            )),
        }
    }

    fn check_host(&self, asked: &Asked) -> Result<(), Refusal> {
        let mut hosts = asked.headers.get_all(header::HOST).iter();
        // No browser asks without one; a simple tool that speaks HTTP/1.0 may.
        let Some(host) = hosts.next() else { return Ok(()) };
        let known = hosts.next().is_none() && host.to_str().is_ok_and(|host| self.hosts.know(host));
        if known || asked.path == ASKED_BY_ANY_NAME {
            return Ok(());
        }
        Err(Refusal::new(
            "unknown_host",
            format!(
                "this server does not know itself by the name {host:?}: use localhost or its address, or, if the name is its own \
                 (that of a reverse proxy, say), start it with SLUICE_ALLOWED_HOSTS naming it, several separated by commas"
            ),
        ))
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let foreign = headers.contains_key(header::ORIGIN) && !self.is_own_page(headers);
        let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
        if foreign || cross_site {
            return Err(Refusal::new(
                "cross_origin",
                "a page of another origin may not change anything here; if a proxy asks under another name than the \
                 browser's address bar shows, put that name, with its port where it shows one, into SLUICE_ALLOWED_HOSTS",
            ));
        }
        Ok(())
    }

    fn check_form(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let length = text(headers, &header::CONTENT_LENGTH);
        let empty = length.is_none_or(|length| length == "0") && !headers.contains_key(header::TRANSFER_ENCODING);
        let fits = match headers.get(header::CONTENT_TYPE).map(media_type) {
            // Some clients name the type of a form for what they do not send.
            _ if empty => true,
            Some("application/json") => true,
            Some("application/x-www-form-urlencoded") => {
                let by_browser = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
                self.is_own_page(headers) || !headers.contains_key(header::ORIGIN) && by_browser
            }
            None | Some(_) => false,
        };
        if fits {
            return Ok(());
        }
        Err(Refusal::new(
            "unsupported_media_type",
            "what changes state is sent as Content-Type: application/json; only the forms of Sluice's own pages are not",
        ))
    }

    fn is_own_page(&self, headers: &HeaderMap) -> bool {
        let host = text(headers, &header::HOST);
        text(headers, &header::ORIGIN).is_some_and(|origin| self.hosts.own(origin, host))
    }
}

/// The way into one listener's routes.
#[derive(Clone)]
pub(crate) struct Gate {
    guard: Arc<Guard>,
    open: &'static [&'static str],
    refuse: fn(&HeaderMap, Refusal) -> Response,
}

impl Gate {
    /// `open` are the paths to which anybody may send something small (the rules on hosts and origins hold for them too);
    /// `refuse` says no in the words of the listener.
    pub(crate) fn new(
        guard: Arc<Guard>,
        open: &'static [&'static str],
        refuse: fn(&HeaderMap, Refusal) -> Response,
    ) -> Self {
        Self { guard, open, refuse }
    }

    pub(super) fn is_open(&self, path: &str) -> bool {
        self.open.contains(&path)
    }

    /// Says no in the words of the listener.
    pub(super) fn no(&self, headers: &HeaderMap, failure: Failure) -> Response {
        (self.refuse)(headers, Refusal { failure, retry_after: None })
    }
}

/// Applies the rules to a request.
pub(super) async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let asked = Asked {
        method: request.method(),
        path: request.uri().path(),
        headers: request.headers(),
        peer: peer(&request),
        now: Instant::now(),
    };
    match gate.guard.check(&asked, gate.is_open(asked.path)) {
        Ok(()) => next.run(request).await,
        Err(refusal) => (gate.refuse)(request.headers(), refusal),
    }
}

/// Who is at the other end. What a proxy says of whom it asks for is not looked at: anybody can say that.
fn peer(request: &Request) -> IpAddr {
    let at = request.extensions().get::<ConnectInfo<SocketAddr>>();
    at.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(at)| at.ip())
}

/// Whole seconds, rounded up: who comes back after them is not too early.
pub(super) fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, id)| id)
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A content type without its parameters; upper case, which nobody sends, is a type of its own.
fn media_type(value: &header::HeaderValue) -> &str {
    value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests;
