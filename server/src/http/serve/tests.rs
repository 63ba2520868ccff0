use std::{io::ErrorKind, net::SocketAddr};

use axum::routing::get;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

/// A server that is short of everything.
struct Short {
    address: SocketAddr,
    stop: CancellationToken,
    served: tokio::task::JoinHandle<()>,
}

impl Short {
    async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(async || "here"))
            .route("/who", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()))
            // More than the buffers of both ends take.
            .route("/much", get(async || vec![0_u8; 64 << 20]));
        let full = Router::new().fallback(async || (axum::http::StatusCode::SERVICE_UNAVAILABLE, "full"));
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve(listener, router, full, limits, stop.clone()));
        Self { address, stop, served }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Asks on a connection of its own, and gives the whole answer.
    async fn ask(&self, path: &str) -> String {
        let mut stream = self.connect().await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        rest(&mut stream).await
    }

    /// Asks until the answer is right.
    async fn is_free_again(&self) {
        while !self.ask("/").await.ends_with("here") {
            tokio::task::yield_now().await;
        }
    }
}

/// What comes until the other end closes; a reset is an end too.
async fn rest(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    match stream.read_to_end(&mut read).await {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    String::from_utf8_lossy(&read).into_owned()
}

fn limits() -> Limits {
    let long = Duration::from_mins(10);
    Limits { connections: 1, told_so: 1, headers: long, unread: long }
}

const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_client_that_never_ends_its_headers_is_cut_off() {
    let server = Short::start(Limits { headers: SHORT, ..limits() }).await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-more: ").await.unwrap();
    assert!(!rest(&mut slow).await.contains("here"));
    server.is_free_again().await;
}

#[tokio::test]
async fn a_client_that_says_nothing_is_cut_off() {
    let server = Short::start(Limits { headers: SHORT, ..limits() }).await;
    assert_eq!(rest(&mut server.connect().await).await, "");
    server.is_free_again().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let server = Short::start(Limits { unread: SHORT, ..limits() }).await;
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET /much HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    server.is_free_again().await;
    assert!(rest(&mut deaf).await.len() < 64 << 20);
}

#[tokio::test]
async fn beyond_the_limit_clients_are_told_so_and_then_cut_off_and_others_come_again_when_there_is_room() {
    let server = Short::start(limits()).await;
    let mut first = server.connect().await;
    first.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    first.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    assert!(server.ask("/").await.ends_with("full"));

    // The place of those who are told so is a place too. It is free as soon as the connection before has ended.
    let second = loop {
        let mut second = server.connect().await;
        // Where the place is not free yet, this end notices while writing or while reading.
        let _ = second.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        if second.read_exact(&mut answer).await.is_ok() {
            break second;
        }
    };
    assert_eq!(&answer, b"HTTP/1.1 503");
    let mut third = server.connect().await;
    assert_eq!(rest(&mut third).await, "");

    drop((first, second));
    server.is_free_again().await;
}

#[tokio::test]
async fn headers_that_are_too_large_are_refused() {
    let server = Short::start(limits()).await;
    let mut stream = server.connect().await;
    let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx-more: {}\r\n\r\n", "x".repeat(HEADER_BYTES));
    // It may hang up before it has read all.
    let _ = stream.write_all(request.as_bytes()).await;
    let answer = rest(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    server.is_free_again().await;
}

#[tokio::test]
async fn the_handlers_know_who_asks() {
    let server = Short::start(limits()).await;
    assert!(server.ask("/who").await.contains("\r\n\r\n127.0.0.1:"));
}

#[tokio::test]
async fn a_stop_ends_idle_connections_and_finishes_answers() {
    let server = Short::start(limits()).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).await.unwrap();
    server.stop.cancel();
    assert!(rest(&mut idle).await.ends_with("here"));
    server.served.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}
