//! The topics of which a connector has read.

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Map, Value, json};

use super::{Connect, Part, error::Error, part};

/// `GET /connectors/{name}/topics`. Of a connector that there is not: none, as in Connect.
pub(super) async fn active(State(connect): State<Connect>, name: Part<String>) -> Result<Json<Value>, Error> {
    let name = part(name)?;
    let topics = connect.workers.topics(&name).await?;
    let told: Map<String, Value> = [(name, json!({"topics": topics}))].into_iter().collect();
    Ok(Json(told.into()))
}

/// `PUT /connectors/{name}/topics/reset`.
pub(super) async fn reset(State(connect): State<Connect>, name: Part<String>) -> Result<StatusCode, Error> {
    connect.workers.forget_topics(&part(name)?).await?;
    Ok(StatusCode::ACCEPTED)
}
