//! What the server refuses, whom it cuts off, and what it never tells: asked byte by byte, as an attacker would.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use serde_json::Value;
use support::{
    judge::{Record, dead_letters},
    kafka,
    sluice::Sluice,
    wait_for,
};

const TOKEN: &str = "correct-horse-battery-staple";
const JSON: &str = "content-type: application/json";
const FORM: &str = "content-type: application/x-www-form-urlencoded";

/// Every page, and one that is not there.
const PAGES: [&str; 9] = [
    "/",
    "/simulate",
    "/insights/top-products",
    "/insights/influencers",
    "/insights/best-rated",
    "/insights/similar-buyers",
    "/dead-letters",
    "/sign-in",
    "/no-such-page",
];

/// An answer as it came.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The session that it sets.
    fn session(&self) -> Option<&str> {
        self.header("set-cookie")?.split(';').next()
    }

    fn code(&self) -> String {
        let json: Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body));
        assert!(json["message"].as_str().is_some_and(|sentence| sentence.contains(' ')), "{json}");
        json["code"].as_str().unwrap().to_owned()
    }
}

fn address(sluice: &Sluice) -> SocketAddr {
    sluice.address.strip_prefix("http://").unwrap().parse().unwrap()
}

fn connect(sluice: &Sluice) -> TcpStream {
    bounded(TcpStream::connect(address(sluice)).unwrap())
}

/// A connection from another address of this machine; Linux has all of 127.0.0.0/8.
fn connect_from(sluice: &Sluice, from: Ipv4Addr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        socket.connect(address(sluice)).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    bounded(stream)
}

/// Nothing waits for ever: a server that does not answer fails the test.
fn bounded(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(Duration::from_mins(2))).unwrap();
    stream
}

/// Writes a request's first lines, closed by an empty one.
fn say(stream: &mut TcpStream, request: &str, headers: &[&str]) {
    let mut text = format!("{request} HTTP/1.1\r\n");
    if !headers.iter().any(|header| header.starts_with("host:")) {
        text.push_str("host: localhost\r\n");
    }
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes()).unwrap();
}

/// Reads an answer until the server closes.
fn hear(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A server that refuses before it has read everything may reset what it has not read; what it said came before.
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    // Pages come in chunks, whose lengths stand between them; for what is looked for here they are no matter.
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

fn ask_on(mut stream: TcpStream, request: &str, headers: &[&str], body: &str) -> Answer {
    let length = format!("content-length: {}", body.len());
    let mut all = vec!["connection: close"];
    all.extend(headers);
    if !body.is_empty() {
        all.push(&length);
    }
    say(&mut stream, request, &all);
    stream.write_all(body.as_bytes()).unwrap();
    hear(stream)
}

fn ask(sluice: &Sluice, request: &str, headers: &[&str], body: &str) -> Answer {
    ask_on(connect(sluice), request, headers, body)
}

fn own_origin(sluice: &Sluice) -> [String; 2] {
    [format!("host: {}", address(sluice)), format!("origin: {}", sluice.address)]
}

fn sign_in(sluice: &Sluice, stream: TcpStream, token: &str, more: &[&str]) -> Answer {
    let [host, origin] = own_origin(sluice);
    let mut headers = vec![FORM, host.as_str(), origin.as_str()];
    headers.extend(more);
    ask_on(stream, "POST /login", &headers, &format!("token={token}&next=%2Fsimulate"))
}

fn locked(dir: &Path) -> Sluice {
    Sluice::start(dir, &[("SLUICE_ADMIN_TOKEN", TOKEN)])
}

#[test]
fn every_answer_says_what_a_browser_must_not_do() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = locked(dir.path());
    let mut nonces = HashSet::new();
    let others = ["/api/status", "/api/nothing", "/healthz", "/readyz", "/metrics", "/pkg/sluice.css", "/pkg/nothing"];
    for path in PAGES.into_iter().chain(others) {
        let answer = ask(&sluice, &format!("GET {path}"), &[], "");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        }
        assert!(answer.header("permissions-policy").is_some_and(|policy| policy.contains("camera=()")), "{path}");
        let kept = if path == "/pkg/sluice.css" { "no-cache" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), Some(kept), "{path}");
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert!(answer.header("access-control-allow-origin").is_none(), "{path}");
        if PAGES.contains(&path) {
            let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
            let scripts = answer.body.matches("<script").count();
            assert!(scripts > 0, "{path} has scripts");
            assert_eq!(
                answer.body.matches(&format!("nonce=\"{nonce}\"")).count(),
                scripts,
                "{path}: all have the nonce"
            );
            assert!(!answer.body.contains(" style=\""), "{path} has a style in its HTML");
            assert!(nonces.insert(nonce), "{path}: a nonce is used once");
        }
    }
    let refused = ask(&sluice, "GET /", &["host: evil.example"], "");
    assert_eq!(refused.header("x-content-type-options"), Some("nosniff"), "refusals too");
}

#[test]
fn only_known_names_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = locked(dir.path());
    for (host, status) in [("127.0.0.1:9", 200), ("localhost", 200), ("evil.example", 403), ("192.168.1.7", 403)] {
        assert_eq!(ask(&sluice, "GET /api/status", &[&format!("host: {host}")], "").status, status, "{host}");
    }
    let refused = ask(&sluice, "GET /api/status", &["host: evil.example"], "");
    assert_eq!(refused.code(), "unknown_host");
    assert!(refused.body.contains("SLUICE_ALLOWED_HOSTS"), "{}", refused.body);
    assert_eq!(ask(&sluice, "GET /healthz", &["host: evil.example"], "").status, 200);
    drop(sluice);

    let names =
        [("SLUICE_ALLOWED_HOSTS", "sluice.example"), ("SLUICE_LISTEN", "0.0.0.0:0"), ("SLUICE_ADMIN_TOKEN", TOKEN)];
    let sluice = Sluice::start(dir.path(), &names);
    for (host, status) in [("sluice.example", 200), ("evil.example", 403), ("192.168.1.7", 200)] {
        let port = address(&sluice).port();
        let stream = bounded(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap());
        let answer = ask_on(stream, "GET /api/status", &[&format!("host: {host}:{port}")], "");
        assert_eq!(answer.status, status, "{host}");
    }
}

#[test]
fn a_page_of_another_origin_changes_nothing_with_or_without_a_session() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = locked(dir.path());
    let signed_in = sign_in(&sluice, connect(&sluice), TOKEN, &[]);
    let cookie = format!("cookie: {}", signed_in.session().unwrap());
    let bearer = format!("authorization: Bearer {TOKEN}");
    let [host, origin] = own_origin(&sluice);
    let (host, origin) = (host.as_str(), origin.as_str());
    let order = r#"{"kind": "purchases", "count": 1}"#;
    let form = "kind=Purchases&count=1";
    for (path, headers, body, status) in [
        ("/api/bursts", &[JSON][..], order, 401),
        ("/api/bursts", &[JSON, &cookie], order, 202),
        ("/api/bursts", &[JSON, &bearer], order, 202),
        ("/api/bursts", &[JSON, &cookie, host, origin], order, 202),
        ("/api/bursts", &[JSON, &cookie, "origin: http://evil.example"], order, 403),
        ("/api/bursts", &[JSON, &cookie, "origin: null"], order, 403),
        ("/api/bursts", &[JSON, &bearer, "sec-fetch-site: cross-site"], order, 403),
        ("/api/bursts", &["content-type: text/plain", &cookie], order, 415),
        ("/api/bursts", &[FORM, &cookie], order, 415),
        ("/api/bursts", &[&cookie], order, 415),
        ("/api/audit", &[&bearer], "", 200),
        ("/fn/act/start-burst", &[FORM, &cookie, "origin: http://evil.example"], form, 403),
        ("/fn/act/start-burst", &[FORM, &cookie], form, 415),
        ("/fn/act/start-burst", &[FORM, host, origin], form, 401),
        ("/login", &[FORM, "origin: http://evil.example"], "token=x", 403),
        ("/logout", &[&cookie, "origin: http://evil.example"], "", 403),
    ] {
        let answer = ask(&sluice, &format!("POST {path}"), headers, body);
        assert_eq!(answer.status, status, "{path} {headers:?}: {}", answer.body);
    }
    // A form that a person of this origin sends without JavaScript.
    let sent = ask(&sluice, "POST /fn/act/start-burst", &[FORM, &cookie, host, origin, "accept: text/html"], form);
    assert!(sent.status == 302 || sent.status == 303, "{}: {}", sent.status, sent.body);
    let asked = ask(&sluice, "POST /fn/act/start-burst", &[FORM, host, origin, "accept: text/html"], form);
    assert_eq!((asked.status, asked.header("location")), (303, Some("/sign-in")));
}

#[test]
fn a_session_is_not_the_token_and_ends_when_its_owner_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = locked(dir.path());
    let answer = sign_in(&sluice, connect(&sluice), TOKEN, &[]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/simulate")));
    let set = answer.header("set-cookie").unwrap().to_owned();
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{set}");
    let hex = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert!(!set.contains(TOKEN) && !set.contains(&hex), "{set}");
    let proxied = sign_in(&sluice, connect(&sluice), TOKEN, &["x-forwarded-proto: https"]);
    assert!(proxied.header("set-cookie").unwrap().ends_with("; HttpOnly; SameSite=Strict; Secure"));
    assert_ne!(proxied.session(), answer.session(), "each has its own");

    let cookie = format!("cookie: {}", answer.session().unwrap());
    let may = |cookie: &str| ask(&sluice, "POST /api/audit", &[cookie], "").status;
    assert!(ask(&sluice, "GET /", &[&cookie], "").body.contains("Sign out"));
    assert_eq!(may(&cookie), 200);
    let [host, origin] = own_origin(&sluice);
    let out = ask(&sluice, "POST /logout", &[FORM, &host, &origin, &cookie], "");
    assert_eq!((out.status, out.header("location")), (303, Some("/")));
    assert!(out.header("set-cookie").unwrap().contains("sluice_session=; ") && out.head.contains("Max-Age=0"));
    assert_eq!(may(&cookie), 401);
    assert_eq!(may(&format!("cookie: {}", proxied.session().unwrap())), 200, "the other goes on");
    assert!(ask(&sluice, "GET /", &[&cookie], "").body.contains("Sign in"));
}

#[test]
fn guessing_is_slow_for_whoever_guesses_and_for_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = locked(dir.path());
    let limited = (0..20).map(|_| sign_in(&sluice, connect(&sluice), "guess", &[])).find(|answer| answer.status == 429);
    let limited = limited.expect("there is a limit");
    assert_eq!(limited.code(), "too_many_attempts");
    assert!((1..=60).contains(&limited.header("retry-after").unwrap().parse::<u32>().unwrap()));
    let page = sign_in(&sluice, connect(&sluice), TOKEN, &["accept: text/html"]);
    assert_eq!(page.status, 429, "the right one is not looked at either, or guessing would go on");
    assert!(page.body.contains("Too many wrong tokens") && page.header("retry-after").is_some());
    let bearer = format!("authorization: Bearer {TOKEN}");
    assert_eq!(ask(&sluice, "POST /api/audit", &[&bearer], "").status, 429, "nor by another way");
    assert_eq!(ask(&sluice, "GET /", &[], "").status, 200, "looking goes on");

    let elsewhere = Ipv4Addr::new(127, 0, 0, 2);
    assert_eq!(ask_on(connect_from(&sluice, elsewhere), "POST /api/audit", &[&bearer], "").status, 200);
    let answer = sign_in(&sluice, connect_from(&sluice, elsewhere), TOKEN, &[]);
    let cookie = format!("cookie: {}", answer.session().unwrap());
    assert_eq!(ask(&sluice, "POST /api/audit", &[&cookie], "").status, 200, "a session is good from anywhere");
}

#[test]
fn a_body_that_is_too_large_is_refused_whether_announced_or_not() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = locked(dir.path());
    let bearer = format!("authorization: Bearer {TOKEN}");
    for (path, kind, megabytes) in [("/api/bursts", JSON, 5), ("/fn/act/replay", JSON, 5), ("/login", JSON, 1)] {
        let mut announced = connect(&sluice);
        let length = format!("content-length: {}", megabytes << 20);
        say(&mut announced, &format!("POST {path}"), &[kind, &bearer, &length, "connection: close"]);
        let answer = hear(announced);
        assert_eq!((answer.status, answer.code()), (413, "body_too_large".to_owned()), "{path}");

        let mut chunked = connect(&sluice);
        let headers = [kind, &bearer, "transfer-encoding: chunked", "connection: close"];
        say(&mut chunked, &format!("POST {path}"), &headers);
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        // It hangs up when it has seen enough.
        let mut sent = 0;
        while sent < (megabytes << 20) && chunked.write_all(chunk.as_bytes()).is_ok() {
            sent += 0x10000;
        }
        let mut first = String::new();
        if BufReader::new(chunked).read_line(&mut first).is_ok() && !first.is_empty() {
            assert!(first.starts_with("HTTP/1.1 413"), "{path}: {first}");
        }
    }
    assert_eq!(ask(&sluice, "GET /healthz", &[], "").status, 200);
    let long = format!("GET /{}", "x".repeat(100 << 10));
    let status = ask(&sluice, &long, &[], "").status;
    assert!(status == 414 || status == 431, "{status}");
}

#[test]
fn a_client_that_never_ends_its_headers_or_its_body_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start(dir.path(), &[]);
    let mut headers = connect(&sluice);
    headers.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-more: a").unwrap();
    let mut body = connect(&sluice);
    say(&mut body, "POST /api/bursts", &[JSON, "content-length: 100"]);
    body.write_all(b"{").unwrap();
    let mut trickling = connect(&sluice);
    say(&mut trickling, "POST /api/bursts", &[JSON, "transfer-encoding: chunked"]);
    std::thread::scope(|scope| {
        // A byte now and then keeps no place either.
        let mut writing = trickling.try_clone().unwrap();
        scope.spawn(move || {
            while writing.write_all(b"1\r\nx\r\n").is_ok() {
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        let mut rest = Vec::new();
        headers.read_to_end(&mut rest).unwrap();
        assert!(!rest.starts_with(b"HTTP/1.1 200"));
        for stream in [body, trickling] {
            let mut first = String::new();
            BufReader::new(&stream).read_line(&mut first).unwrap();
            assert!(first.starts_with("HTTP/1.1 408"), "{first}");
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        }
    });
    assert_eq!(ask(&sluice, "GET /healthz", &[], "").status, 200);
}

#[test]
fn of_too_many_streams_the_last_is_told_so_and_gets_one_when_another_ends() {
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start(dir.path(), &[]);
    let mut open = Vec::new();
    let refused = loop {
        let mut stream = connect(&sluice);
        say(&mut stream, "GET /events", &["connection: close"]);
        let mut first = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut first).unwrap();
        if first.starts_with("HTTP/1.1 503") {
            break ask(&sluice, "GET /events", &[], "");
        }
        assert!(first.starts_with("HTTP/1.1 200"), "{first}");
        open.push(stream);
        assert!(open.len() < 500, "there is a limit");
    };
    assert_eq!((refused.code(), refused.header("retry-after")), ("too_many_streams".to_owned(), Some("3")));
    assert!(open.len() >= 100, "{} pages is not much", open.len());
    assert_eq!(ask(&sluice, "GET /", &[], "").status, 200, "pages are served all the same");
    open.pop().unwrap().shutdown(std::net::Shutdown::Both).unwrap();
    wait_for("a stream", || {
        let mut stream = connect(&sluice);
        say(&mut stream, "GET /events", &["connection: close"]);
        let mut first = String::new();
        BufReader::new(stream).read_line(&mut first).unwrap();
        first.starts_with("HTTP/1.1 200").then_some(())
    });
}

#[test]
fn what_a_record_says_is_text_on_every_page() {
    const ATTACK: &str = "<script>alert(1)</script>";
    let dir = tempfile::tempdir().unwrap();
    let sluice = Sluice::start(dir.path(), &[]).ready();
    let servers = sluice.servers();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let names = format!(r#""user_name": "{ATTACK}", "product_name": "{ATTACK}", "timestamp": {now}"#);
    let send = |topic: &str, values: Vec<String>| {
        let record = |value| Record { partition: 0, key: Some(ATTACK.into()), value: Some(value) };
        kafka::produce(&servers, topic, &values.into_iter().map(record).collect::<Vec<_>>());
        values_stored(&sluice, topic);
    };
    send(
        "purchases",
        (1..=3)
            .map(|user| {
                format!(r#"{{"user_id": {user}, "product_id": 1, "quantity": 1, "category": "{ATTACK}", {names}}}"#)
            })
            .collect(),
    );
    let rating =
        |user| format!(r#"{{"user_id": {user}, "product_id": 1, "interaction_type": "rating", "value": 5, {names}}}"#);
    send("product_interactions", (1..=6).map(rating).collect());
    send(
        "user_connections",
        vec![format!(r#"{{"follower_id": 1, "followed_id": 2, {names}}}"#), format!("</textarea>{ATTACK}")],
    );
    wait_for("the dead letter", || dead_letters(&sluice, "user_connections").pop());

    let graphs = PAGES
        .iter()
        .filter(|page| page.starts_with("/insights/"))
        .flat_map(|page| ["graph", "table"].map(|view| format!("{page}?view={view}")));
    let mut seen = 0;
    for path in PAGES.into_iter().map(str::to_owned).chain(graphs) {
        let body = ask(&sluice, &format!("GET {path}"), &[], "").body;
        assert!(!body.contains("<script>"), "{path}");
        seen += usize::from(body.contains("&lt;script&gt;alert(1)"));
    }
    assert!(seen >= 9, "only {seen} pages show it as text, so the others prove little");
    let api = ask(&sluice, "GET /api/dead-letters?topic=user_connections", &[], "");
    assert_eq!(api.header("content-type"), Some("application/json"));
    assert!(api.body.contains(ATTACK));
}

fn values_stored(sluice: &Sluice, topic: &str) {
    wait_for("the records", || (sluice.status()["books"][topic]["stored"].as_i64() > Some(0)).then_some(()));
}

#[test]
fn no_secret_is_told_by_log_metrics_api_or_pages() {
    const PASSWORD: &str = "hunter2-of-the-graph";
    let dir = tempfile::tempdir().unwrap();
    // Nobody is at that address: failures are what likes to tell too much.
    let variables = [
        ("SLUICE_ADMIN_TOKEN", TOKEN),
        ("NEO4J_URI", "bolt://127.0.0.1:1"),
        ("NEO4J_USER", "neo4j"),
        ("NEO4J_PASSWORD", PASSWORD),
        ("RUST_LOG", "debug"),
    ];
    let sluice = Sluice::start(dir.path(), &variables);
    wait_for("a failure", || sluice.status()["graph"]["error"].is_string().then_some(()));
    let answer = sign_in(&sluice, connect(&sluice), TOKEN, &[]);
    let session = answer.session().unwrap().to_owned();
    let id = session.split('=').nth(1).unwrap();
    ask(&sluice, "POST /api/audit", &[&format!("authorization: Bearer {TOKEN}")], "");
    ask(&sluice, "POST /api/audit", &[&format!("authorization: Bearer {TOKEN}x")], "");
    sign_in(&sluice, connect(&sluice), &format!("{TOKEN}x"), &[]);
    let apis = ["/metrics", "/api/status", "/readyz", "/api/nothing", "/api/dead-letters", "/api/queries/influencers"];
    for path in PAGES.into_iter().chain(apis) {
        let answer = ask(&sluice, &format!("GET {path}"), &[&format!("cookie: {session}")], "");
        for secret in [TOKEN, PASSWORD, id] {
            assert!(!answer.body.contains(secret) && !answer.head.contains(secret), "{path} tells a secret");
        }
    }
    let log = sluice.log();
    assert!(log.contains("listening"), "there is a log");
    for secret in [TOKEN, PASSWORD, id] {
        assert!(!log.contains(secret), "the log tells a secret: {log}");
    }
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_sluice")).arg("--help").envs(variables).output().unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(help.contains("SLUICE_ADMIN_TOKEN") && !help.contains(TOKEN) && !help.contains(PASSWORD), "{help}");
}
