use super::*;

const LOCAL: (&str, &str) = ("host", "127.0.0.1:3000");
const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const SENT: (&str, &str) = ("content-length", "9");
const OWN: (&str, &str) = ("origin", "http://127.0.0.1:3000");
const FOREIGN: (&str, &str) = ("origin", "http://evil.example");

fn guard(token: Option<&str>, names: &[&str]) -> Guard {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    Guard::new(token.map(Into::into), Hosts::new(Ipv4Addr::LOCALHOST.into(), names))
}

fn headers(headers: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    map
}

fn check(guard: &Guard, method: &Method, path: &str, given: &HeaderMap) -> Result<(), String> {
    let peer = Ipv4Addr::LOCALHOST.into();
    let asked = Asked { method, path, headers: given, peer, now: Instant::now() };
    guard.check(&asked, path == "/login").map_err(|refusal| refusal.failure.code)
}

#[test]
fn every_rule_of_the_guard() {
    const CROSS: Result<(), &str> = Err("cross_origin");
    const HOST: Result<(), &str> = Err("unknown_host");
    const TYPE: Result<(), &str> = Err("unsupported_media_type");
    const TOKEN: Result<(), &str> = Err("unauthorized");
    let (free, locked, named) = (guard(None, &[]), guard(Some("t"), &[]), guard(Some("t"), &["sluice.example"]));
    for (guard, method, given, expected) in [
        // Looking.
        (&free, Method::GET, &[LOCAL][..], Ok(())),
        (&free, Method::GET, &[("host", "[::1]:3000")], Ok(())),
        (&free, Method::GET, &[LOCAL, FOREIGN], Ok(())),
        (&locked, Method::GET, &[LOCAL], Ok(())),
        (&locked, Method::HEAD, &[LOCAL, ("authorization", "Bearer wrong")], Ok(())),
        (&free, Method::GET, &[], Ok(())),
        // Hosts.
        (&free, Method::GET, &[("host", "evil.example:3000")], HOST),
        (&locked, Method::GET, &[("host", "evil.example:3000")], HOST),
        (&free, Method::GET, &[LOCAL, ("host", "evil.example")], HOST),
        (&named, Method::GET, &[("host", "sluice.example")], Ok(())),
        (&named, Method::GET, &[("host", "evil.example")], HOST),
        (&named, Method::POST, &[("host", "evil.example"), ("authorization", "Bearer t")], HOST),
        // Origins.
        (&free, Method::POST, &[LOCAL, JSON, OWN], Ok(())),
        (&free, Method::POST, &[LOCAL, JSON, FOREIGN], CROSS),
        (&free, Method::POST, &[LOCAL, JSON, ("origin", "null")], CROSS),
        (&free, Method::POST, &[LOCAL, JSON, ("origin", "http://127.0.0.1:3001")], CROSS),
        (&free, Method::POST, &[LOCAL, FOREIGN], CROSS),
        (&free, Method::DELETE, &[LOCAL, ("sec-fetch-site", "cross-site")], CROSS),
        (&free, Method::DELETE, &[LOCAL, ("sec-fetch-site", "same-site")], CROSS),
        (&locked, Method::POST, &[LOCAL, JSON, FOREIGN, ("authorization", "Bearer t")], CROSS),
        (
            &named,
            Method::POST,
            &[LOCAL, FORM, ("origin", "https://sluice.example"), ("authorization", "Bearer t")],
            Ok(()),
        ),
        // Content types.
        (&free, Method::POST, &[LOCAL], Ok(())),
        (&free, Method::POST, &[LOCAL, ("content-length", "0")], Ok(())),
        (&free, Method::DELETE, &[LOCAL], Ok(())),
        (&free, Method::POST, &[LOCAL, JSON, SENT], Ok(())),
        (&free, Method::POST, &[LOCAL, ("content-type", "application/json; charset=utf-8"), SENT], Ok(())),
        (&free, Method::POST, &[LOCAL, SENT], TYPE),
        (&free, Method::POST, &[LOCAL, ("transfer-encoding", "chunked")], TYPE),
        (&free, Method::POST, &[LOCAL, ("content-type", "text/plain"), SENT], TYPE),
        (&free, Method::POST, &[LOCAL, ("content-type", "text/plain")], Ok(())),
        (&free, Method::PUT, &[LOCAL, FORM, ("content-length", "0")], Ok(())),
        (&free, Method::PUT, &[LOCAL, FORM, ("content-length", "0"), FOREIGN], CROSS),
        (&free, Method::PUT, &[LOCAL, FORM, ("content-length", "00")], TYPE),
        (&free, Method::PUT, &[LOCAL, FORM, ("transfer-encoding", "chunked")], TYPE),
        (&locked, Method::PUT, &[LOCAL, FORM, ("content-length", "0")], TOKEN),
        (&free, Method::POST, &[LOCAL, ("content-type", "multipart/form-data; boundary=x"), SENT], TYPE),
        (&free, Method::POST, &[LOCAL, FORM, SENT], TYPE),
        (&free, Method::POST, &[LOCAL, FORM, SENT, OWN], Ok(())),
        (&free, Method::POST, &[LOCAL, FORM, SENT, ("sec-fetch-site", "same-origin")], Ok(())),
        (&free, Method::POST, &[LOCAL, FORM, SENT, ("sec-fetch-site", "none")], TYPE),
        // The token.
        (&locked, Method::POST, &[LOCAL, JSON], TOKEN),
        (&locked, Method::POST, &[LOCAL, JSON, ("authorization", "Bearer t")], Ok(())),
        (&locked, Method::POST, &[LOCAL, JSON, ("authorization", "bearer t")], Ok(())),
        (&locked, Method::POST, &[LOCAL, JSON, ("authorization", "Bearer u")], TOKEN),
        (&locked, Method::POST, &[LOCAL, JSON, ("authorization", "Basic t")], TOKEN),
        (&locked, Method::PUT, &[LOCAL, JSON, ("cookie", "sluice_session=t")], TOKEN),
        (&locked, Method::PUT, &[LOCAL, JSON, ("cookie", "sluice_session=")], TOKEN),
        (&locked, Method::from_bytes(b"ANYTHING").unwrap(), &[LOCAL], TOKEN),
    ] {
        let expected = expected.map_err(str::to_owned);
        assert_eq!(check(guard, &method, "/api/bursts", &headers(given)), expected, "{method} {given:?}");
    }
}

#[test]
fn an_open_path_needs_no_token_but_all_else() {
    let locked = guard(Some("t"), &[]);
    for (given, expected) in [
        (&[LOCAL, FORM, SENT, OWN][..], Ok(())),
        (&[LOCAL, FORM, SENT, FOREIGN], Err("cross_origin")),
        (&[("host", "evil.example"), FORM, SENT], Err("unknown_host")),
    ] {
        assert_eq!(check(&locked, &Method::POST, "/login", &headers(given)), expected.map_err(str::to_owned));
    }
}

#[test]
fn health_is_told_under_any_name() {
    let given = headers(&[("host", "sluice")]);
    assert_eq!(check(&guard(None, &[]), &Method::GET, "/healthz", &given), Ok(()));
    assert_eq!(check(&guard(None, &[]), &Method::GET, "/readyz", &given), Err("unknown_host".to_owned()));
}

#[test]
fn a_session_opens_with_the_token_and_is_not_the_token() {
    let (guard, peer, now) = (guard(Some("open sesame"), &[]), Ipv4Addr::LOCALHOST.into(), Instant::now());
    assert!(guard.sign_in("open", peer, now).unwrap().is_none());
    let id = guard.sign_in("open sesame", peer, now).unwrap().unwrap();
    assert!(!id.contains("open") && id.len() == 64);
    let given = headers(&[LOCAL, JSON, ("cookie", &format!("other=1; {COOKIE}={id}"))]);
    assert_eq!(check(&guard, &Method::POST, "/api/bursts", &given), Ok(()));
    assert!(guard.session(&given).signed_in);
    guard.sign_out(&given);
    assert_eq!(check(&guard, &Method::POST, "/api/bursts", &given), Err("unauthorized".to_owned()));
    assert!(!guard.session(&given).signed_in);
}

#[test]
fn a_page_is_no_place_to_guess_the_token() {
    let guard = guard(Some("t"), &[]);
    assert!(!guard.session(&headers(&[("authorization", "Bearer t")])).signed_in);
}

#[test]
fn guessing_by_bearer_is_counted_too() {
    let guard = guard(Some("t"), &[]);
    let wrong = headers(&[LOCAL, JSON, ("authorization", "Bearer u")]);
    let answers: Vec<_> = (0..9).map(|_| check(&guard, &Method::POST, "/api/bursts", &wrong).unwrap_err()).collect();
    assert_eq!(answers[0], "unauthorized");
    assert_eq!(answers[8], "too_many_attempts");
    let right = headers(&[LOCAL, JSON, ("authorization", "Bearer t")]);
    assert_eq!(check(&guard, &Method::POST, "/api/bursts", &right), Err("too_many_attempts".to_owned()));
}

#[test]
fn a_wait_is_told_in_whole_seconds_that_suffice() {
    assert_eq!(seconds(Duration::from_millis(29_001)), 30);
    assert_eq!(seconds(Duration::from_secs(30)), 30);
}
