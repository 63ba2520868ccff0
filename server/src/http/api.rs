//! The JSON API. Errors are `{"code", "message"}` with a fitting status.

use std::collections::HashMap;

use app::backend::Backend;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use chrono::Utc;
use model::{
    Failure, Kind,
    burst::{Burst, BurstRequest},
    connector::Connector,
    dead_letter::{ReasonCount, ReplayAll, ReplayRound},
    status::{Audit, Order, ProducerStatus, Status},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sink::graph::Wanted;

use super::{
    Web,
    error::ApiError,
    export,
    letters::{self, Format},
};
use crate::{
    export::answer as rows,
    house::{unknown_burst, unknown_connector},
};

pub(super) type Answer<T> = Result<Json<T>, ApiError>;
/// The part of an address behind `?`.
pub(super) type Asked = Query<HashMap<String, String>>;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/api/status", get(status))
        .route("/api/bursts", post(start_burst))
        .route("/api/bursts/{id}", get(burst).delete(cancel_burst))
        .route("/api/producers/{kind}", get(producer).put(set_producer))
        .route("/api/connectors", get(connectors))
        .route("/api/connectors/{name}", get(connector))
        .route("/api/connectors/{name}/{order}", post(aim))
        .route("/api/queries/top-products", get(top_products))
        .route("/api/queries/influencers", get(influencers))
        .route("/api/queries/best-rated", get(best_rated))
        .route("/api/queries/similar-buyers", get(similar_buyers))
        .route("/api/queries/similar-buyers/communities", get(communities))
        .merge(super::graph::routes())
        .route("/api/charts/{file}", get(super::export::drawing))
        .route("/api/dead-letters", get(dead_letters))
        .route("/api/dead-letters/reasons", get(dead_letter_reasons))
        .route("/api/dead-letters/replay", post(replay_all))
        .route("/api/dead-letters/{topic}/{partition}/{offset}/replay", post(replay))
        .route("/api/audit", post(audit))
        .route("/api/recount", post(recount))
        .route("/api/reset", post(reset))
        .route("/api/{*path}", any(unknown))
        .method_not_allowed_fallback(async || {
            ApiError(Failure::new("method_not_allowed", "this address does not take that method"))
        })
}

async fn unknown(uri: Uri) -> ApiError {
    ApiError(Failure::new("not_found", format!("there is nothing at {}", uri.path())))
}

async fn status(State(web): State<Web>) -> Json<Status> {
    Json(web.house.status())
}

async fn start_burst(State(web): State<Web>, body: Bytes) -> Result<impl IntoResponse, ApiError> {
    let asked: Value = json_of(&body)?;
    if let Some(kind) = asked.get("kind") {
        kind_of(kind.as_str().unwrap_or(&kind.to_string()))?;
    }
    let request: BurstRequest = typed(asked)?;
    let burst = web.house.start_burst(request).await?;
    Ok((StatusCode::ACCEPTED, Json(burst)))
}

async fn burst(State(web): State<Web>, Path(id): Path<String>) -> Answer<Burst> {
    Ok(Json(web.house.producers.burst(&id).ok_or_else(|| unknown_burst(&id))?))
}

async fn cancel_burst(State(web): State<Web>, Path(id): Path<String>) -> Answer<Burst> {
    Ok(Json(web.house.cancel_burst(&id).await?))
}

async fn producer(State(web): State<Web>, Path(kind): Path<String>) -> Answer<ProducerStatus> {
    let kind = kind_of(&kind)?;
    let status = web.house.status().producers.remove(kind.topic());
    Ok(Json(status.unwrap_or_default()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProducerWish {
    running: Option<bool>,
    rate_per_second: Option<f64>,
}

async fn set_producer(State(web): State<Web>, Path(kind): Path<String>, body: Bytes) -> Answer<ProducerStatus> {
    let kind = kind_of(&kind)?;
    let wish: ProducerWish = typed(json_of(&body)?)?;
    let now = web.house.producers.status(kind);
    let (running, rate) = (wish.running.unwrap_or(now.running), wish.rate_per_second.unwrap_or(now.rate_per_second));
    Ok(Json(web.house.set_producer(kind, running, rate).await?))
}

async fn connectors(State(web): State<Web>) -> Json<Vec<Connector>> {
    Json(web.house.connectors().await)
}

pub(super) async fn connector(State(web): State<Web>, Path(name): Path<String>) -> Answer<Connector> {
    let all = web.house.connectors().await;
    let found = all.into_iter().find(|connector| connector.name == name);
    Ok(Json(found.ok_or_else(|| unknown_connector(&name, &web.house.registry))?))
}

/// `pause`, `resume`, `stop` or `restart`: it holds for all processes, and each task follows within seconds.
async fn aim(
    State(web): State<Web>,
    Path((name, order)): Path<(String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    let order: Order = serde_json::from_value(Value::String(order.clone())).map_err(|_| {
        Failure::new("not_found", format!("a connector takes pause, resume, stop and restart, not {order:?}"))
    })?;
    web.house.aim(&name, order).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"connector": name, "order": order}))))
}

async fn top_products(State(web): State<Web>, Query(asked): Asked) -> Result<Response, ApiError> {
    let (days, limit) = (number(&asked, "days", 30)?, number(&asked, "limit", 5)?);
    let as_of = asked.get("as_of").map(|_| number(&asked, "as_of", 0)).transpose()?;
    let found = web.house.top_products(days, limit, as_of).await?;
    export::answer(&asked, "top-products", found.computed_at, &found, |found| rows::top_products(&found.answer))
}

async fn influencers(State(web): State<Web>, Query(asked): Asked) -> Result<Response, ApiError> {
    let found = web.house.influencers(number(&asked, "limit", 10)?).await?;
    export::answer(&asked, "influencers", found.computed_at, &found, |found| rows::influencers(&found.answer))
}

async fn best_rated(State(web): State<Web>, Query(asked): Asked) -> Result<Response, ApiError> {
    let (limit, least) = (number(&asked, "limit", 10)?, number(&asked, "min_ratings", 5)?);
    let found = web.house.best_rated(limit, least).await?;
    export::answer(&asked, "best-rated", found.computed_at, &found, |found| rows::best_rated(&found.answer))
}

async fn similar_buyers(State(web): State<Web>, Query(asked): Asked) -> Result<Response, ApiError> {
    let found = web.house.similar_buyers(number(&asked, "limit", 10)?).await?;
    export::answer(&asked, "similar-buyers", found.computed_at, &found, |found| rows::similar_buyers(&found.answer))
}

async fn communities(State(web): State<Web>, Query(asked): Asked) -> Result<Response, ApiError> {
    let found = web.house.communities().await?;
    // They don't say when they were found; for a file's name the moment will do.
    let now = Utc::now().timestamp_millis();
    export::answer(&asked, "communities", now, &found, rows::communities)
}

/// A page of them; with `format`, all of them as a file.
async fn dead_letters(State(web): State<Web>, Query(asked): Asked) -> Result<Response, ApiError> {
    let topic = asked.get("topic").cloned();
    if let Some(topic) = &topic {
        web.house.check_topic(topic)?;
    }
    let reason = asked.get("reason").cloned();
    if let Some(format) = asked.get("format").filter(|format| *format != "json") {
        let format: Format = format.parse()?;
        return letters::letters(web.house.store.clone(), Wanted { topic, reason, ..Wanted::default() }, format).await;
    }
    let after = asked.get("after").cloned();
    let page = web.house.dead_letters(topic, reason, after, number(&asked, "limit", 100)?).await?;
    Ok(Json(page).into_response())
}

async fn dead_letter_reasons(State(web): State<Web>) -> Answer<Vec<ReasonCount>> {
    Ok(Json(web.house.dead_letter_reasons().await?))
}

/// A round of those that wait; ask again with what it answers until it is `done`.
async fn replay_all(State(web): State<Web>, body: Bytes) -> Answer<ReplayRound> {
    let asked: ReplayAll = typed(json_of(&body)?)?;
    Ok(Json(web.house.replay_all(asked).await?))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replay {
    value: Option<String>,
    id: Option<String>,
}

async fn replay(
    State(web): State<Web>,
    Path((topic, partition, offset)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer<Value> {
    let wrong = |name: &str| Failure::new("place_malformed", format!("{name} is a whole number"));
    let partition = partition.parse().map_err(|_| wrong("partition"))?;
    let offset = offset.parse().map_err(|_| wrong("offset"))?;
    let asked: Replay = if body.is_empty() { Replay::default() } else { typed(json_of(&body)?)? };
    web.house.replay(&topic, partition, offset, asked.id, asked.value).await?;
    Ok(Json(json!({"replayed": true})))
}

async fn audit(State(web): State<Web>) -> Answer<Audit> {
    Ok(Json(web.house.audit().await?))
}

async fn recount(State(web): State<Web>) -> Answer<Value> {
    web.house.recount().await?;
    Ok(Json(json!({"recounted": true})))
}

async fn reset(State(web): State<Web>, body: Bytes) -> Answer<Value> {
    let asked: Value = json_of(&body)?;
    if asked.get("confirm").and_then(Value::as_str) != Some("reset") {
        return Err(ApiError(Failure::new(
            "not_confirmed",
            "this empties the graph: confirm it with {\"confirm\": \"reset\"}",
        )));
    }
    web.house.reset().await?;
    Ok(Json(json!({"reset": true})))
}

pub(super) fn kind_of(text: &str) -> Result<Kind, Failure> {
    text.parse().map_err(|error: model::kind::UnknownKind| Failure::new("unknown_kind", error.to_string()))
}

pub(super) fn json_of(body: &Bytes) -> Result<Value, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::new("malformed_json", format!("the body is no JSON: {error}")))
}

pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value)
        .map_err(|error| Failure::new("invalid_request", format!("the body does not fit: {error}")))
}

/// A number of the address, or what it is by default.
pub(super) fn number<T: std::str::FromStr>(
    asked: &HashMap<String, String>,
    name: &str,
    default: T,
) -> Result<T, Failure> {
    let Some(text) = asked.get(name) else { return Ok(default) };
    text.parse().map_err(|_| {
        Failure::new(format!("{name}_out_of_range"), format!("{name} is a whole number within its range, not {text:?}"))
    })
}
