//! The stream of records: as server-sent events, and as JSON.

use std::{collections::HashMap, convert::Infallible};

use app::backend::Backend;
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use futures::StreamExt;
use model::{
    Failure,
    record::{News, Opened, Place},
};
use tracing::error;

use super::{Web, error::ApiError, live};
use crate::tail::{Filter, Listener, Numbers};

/// The part of an address behind `?`.
type Asked = Query<HashMap<String, String>>;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/events/stream", get(events))
        .route("/api/stream", get(newest))
        .route("/api/records/{topic}/{partition}/{offset}", get(record))
}

/// `GET /events/stream?topic=&q=&broken=`: the event `records` with what is new, at most four times a second. Its id lets a
/// connection that broke go on where it was.
async fn events(State(web): State<Web>, Query(asked): Asked, headers: HeaderMap) -> Result<Response, ApiError> {
    let filter = filter(&web, &asked)?;
    let Ok(seat) = web.live.seats.clone().try_acquire_owned() else {
        return Ok(live::no_seat("ask for /api/stream every few seconds instead"));
    };
    let tail = web.house.tail.clone();
    let known = headers.get("last-event-id").and_then(|id| known(id.to_str().ok()?, tail.generation));
    let generation = tail.generation;
    let listener = Listener::new(&tail, filter, known);
    let stop = web.live.stop.clone();
    let events = futures::stream::unfold((listener, seat), move |(mut listener, seat)| async move {
        let (numbers, news) = listener.next().await;
        let id = id(generation, &numbers);
        let data = serde_json::to_string(&news).unwrap_or_else(|error| {
            error!(%error, "news of the stream could not be written as JSON");
            "{}".to_owned()
        });
        let event = Event::default().event("records").id(id).data(data);
        Some((Ok::<_, Infallible>(event), (listener, seat)))
    });
    let events = events.take_until(async move { stop.cancelled().await });
    Ok(([(header::CACHE_CONTROL, "no-store")], Sse::new(events).keep_alive(KeepAlive::default())).into_response())
}

/// `1789000000.purchases=42,shipments=7`: no topic has any of these signs in its name but the full stop.
fn id(generation: i64, numbers: &Numbers) -> String {
    let numbers: Vec<_> = numbers.iter().map(|(topic, number)| format!("{topic}={number}")).collect();
    format!("{generation}.{}", numbers.join(","))
}

/// The numbers in an event's id, if it is one of this process.
fn known(id: &str, generation: i64) -> Option<Numbers> {
    let (of, numbers) = id.split_once('.')?;
    let number = |text: &str| {
        let (topic, number) = text.split_once('=')?;
        Some((topic.into(), number.parse().ok()?))
    };
    let numbers = numbers.split(',').filter(|text| !text.is_empty()).map(number).collect::<Option<_>>()?;
    (of.parse() == Ok(generation)).then_some(numbers)
}

/// `GET /api/stream?topic=&q=&broken=&limit=`.
async fn newest(State(web): State<Web>, Query(asked): Asked) -> Result<Json<News>, ApiError> {
    let limit = super::api::number(&asked, "limit", 100)?;
    let news = web.house.tail.newest(&filter(&web, &asked)?, crate::tail::check_limit(limit)?).await;
    match &news.away {
        Some(away) if news.rows.is_empty() => Err(ApiError(Failure::new("kafka_unavailable", away.reason.clone()))),
        _ => Ok(Json(news)),
    }
}

/// `GET /api/records/{topic}/{partition}/{offset}`.
async fn record(
    State(web): State<Web>,
    Path((topic, partition, offset)): Path<(String, String, String)>,
) -> Result<Json<Opened>, ApiError> {
    let wrong = |name: &str| Failure::new("place_malformed", format!("{name} is a whole number from 0"));
    let partition = partition.parse().ok().filter(|number| *number >= 0).ok_or_else(|| wrong("partition"))?;
    let offset = offset.parse().ok().filter(|number| *number >= 0).ok_or_else(|| wrong("offset"))?;
    Ok(Json(web.house.record(Place { topic, partition, offset }).await?))
}

fn filter(web: &Web, asked: &HashMap<String, String>) -> Result<Filter, Failure> {
    let given = |name: &str| asked.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let topic = given("topic").map(ToOwned::to_owned);
    topic.as_deref().map(|topic| web.house.check_topic(topic)).transpose()?;
    Filter::new(topic, given("q").unwrap_or_default(), given("broken").is_some())
}

#[cfg(test)]
mod tests {
    use super::{Numbers, id, known};

    #[test]
    fn an_event_s_id_counts_in_the_process_that_gave_it() {
        let numbers = Numbers::from([("a.b-c".into(), 42), ("purchases".into(), 0)]);
        assert_eq!(id(17, &numbers), "17.a.b-c=42,purchases=0");
        for numbers in [numbers, Numbers::new()] {
            assert_eq!(known(&id(17, &numbers), 17), Some(numbers));
        }
        for id in ["16.a=42", "17", "17.a", "17.a=x", "17.a=1,b", "17.a=1,=", "x.a=42", ""] {
            assert_eq!(known(id, 17), None, "{id}");
        }
    }
}
