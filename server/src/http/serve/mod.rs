//! A listener's connections: how many there may be, and how long each may take over what.
//!
//! `axum::serve` knows none of these limits: one client that never ends its headers would hold a connection for ever, and
//! some hundreds of them all that the process may open.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;
use tracing::{debug, error, warn};

mod patient;

use patient::Patient;

/// What a listener bears with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at a time. Half of the 1,024 files that most systems let a process open: broker and store need some.
    pub(crate) connections: usize,
    /// Connections beyond them that are told so instead of being cut off.
    pub(crate) told_so: usize,
    /// How long a request's headers may take, and how long a connection may idle between two requests.
    pub(crate) headers: Duration,
    /// How long a client may not read what it is sent.
    pub(crate) unread: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 512, told_so: 32, headers: Duration::from_secs(10), unread: Duration::from_secs(30) }
    }
}

/// Headers of a request in bytes, far more than a browser with all its cookies sends; hyper answers 431.
const HEADER_BYTES: usize = 64 << 10;

/// Serves until told to stop, and then until the requests under way are answered. `full` answers those beyond the limit.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    full: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let (free, spare) = (Arc::new(Semaphore::new(limits.connections)), Arc::new(Semaphore::new(limits.told_so)));
    let connections = TaskTracker::new();
    let mut is_full = false;
    while let Some((stream, peer)) = accept(&listener, &stop).await {
        let place = if let Ok(place) = free.clone().try_acquire_owned() {
            is_full = false;
            Some((place, &router))
        } else {
            if !is_full {
                warn!(connections = limits.connections, "all connections are taken: further clients are refused");
            }
            is_full = true;
            spare.clone().try_acquire_owned().ok().map(|place| (place, &full))
        };
        // Without a place the connection ends here.
        if let Some((place, router)) = place {
            connections.spawn(converse(stream, peer, router.clone(), limits, place, stop.clone()));
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// The next connection; none when told to stop.
async fn accept(listener: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return None,
        };
        match accepted {
            Ok(accepted) => return Some(accepted),
            // The client's own trouble: it was gone before it was accepted.
            Err(error) if is_of_client(&error) => debug!(%error, "a connection was not accepted"),
            Err(error) => {
                // Too many open files, mostly. At once it would fail again, and keep a core busy with it.
                error!(%error, "connections cannot be accepted; trying again in a second");
                tokio::select! {
                    () = sleep(Duration::from_secs(1)) => {}
                    () = stop.cancelled() => return None,
                }
            }
        }
    }
}

fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection, until either end has enough.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    place: OwnedSemaphorePermit,
    stop: CancellationToken,
) {
    // Events are small and of now: they should not wait for more to go with them.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, %peer, "a connection stays without TCP_NODELAY");
    }
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.headers).max_header_size(HEADER_BYTES);
    let connection = http.serve_connection(TokioIo::new(Patient::new(stream, limits.unread)), answer);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, %peer, "a connection ended early");
    }
    drop(place);
}

#[cfg(test)]
mod tests;
