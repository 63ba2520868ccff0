//! Bodies are read whole, within a size and a time, before anybody looks at them: nothing here takes a stream.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::StreamExt;
use model::Failure;
use tokio::time::timeout;

use super::guard::Gate;

/// The largest record that brokers take by default (1 MB), mended in a form that needs three characters for each.
const AT_MOST_BYTES: usize = 4 << 20;
/// What those may send who have shown nothing yet: a token and a path.
const FROM_ANYBODY_BYTES: usize = 16 << 10;
/// The largest body at 300 kB/s. A client that is slower holds a connection and memory for nothing.
const PATIENCE: Duration = Duration::from_secs(15);

/// Reads the body and hands it on as one piece.
pub(super) async fn whole(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let at_most = if gate.is_open(parts.uri.path()) { FROM_ANYBODY_BYTES } else { AT_MOST_BYTES };
    let read = timeout(PATIENCE, read(body, at_most)).await.unwrap_or_else(|_| {
        let seconds = PATIENCE.as_secs();
        Err(Failure::new("body_too_slow", format!("the body did not arrive within {seconds} s")))
    });
    match read {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(failure) => gate.no(&parts.headers, failure),
    }
}

async fn read(body: Body, at_most: usize) -> Result<Bytes, Failure> {
    let too_large = || Failure::new("body_too_large", format!("the body is larger than {at_most} bytes"));
    // What was announced as too large need not be waited for.
    if body.size_hint().lower() > at_most as u64 {
        return Err(too_large());
    }
    let mut pieces = body.into_data_stream();
    let mut read = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece =
            piece.map_err(|error| Failure::new("body_unreadable", format!("the body could not be read: {error}")))?;
        if read.len() + piece.len() > at_most {
            return Err(too_large());
        }
        read.extend_from_slice(&piece);
    }
    Ok(read.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn outcome(body: Body) -> Result<usize, String> {
        read(body, 8).await.map(|bytes| bytes.len()).map_err(|failure| failure.code)
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit_announced_or_not() {
        let chunked = |pieces: [&'static str; 3]| {
            Body::from_stream(futures::stream::iter(pieces.map(Ok::<_, std::convert::Infallible>)))
        };
        assert_eq!(outcome(Body::empty()).await, Ok(0));
        assert_eq!(outcome(Body::from("12345678")).await, Ok(8));
        assert_eq!(outcome(Body::from("123456789")).await, Err("body_too_large".into()));
        assert_eq!(outcome(chunked(["123", "456", "78"])).await, Ok(8));
        assert_eq!(outcome(chunked(["123", "456", "789"])).await, Err("body_too_large".into()));
        let broken = [Ok("123"), Err(std::io::Error::other("gone"))];
        assert_eq!(outcome(Body::from_stream(futures::stream::iter(broken))).await, Err("body_unreadable".into()));
    }
}
