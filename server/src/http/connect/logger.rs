//! What the process logs, changed while it runs.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
};
use chrono::Utc;
use serde_json::{Map, Value, json};

use super::{Connect, Part, body, error::Error, part};
use crate::log::{Logger, Refused};

fn told(logger: Logger) -> Value {
    json!({"level": logger.level, "last_modified": logger.last_modified})
}

/// `GET /admin/loggers`.
pub(super) async fn list(State(connect): State<Connect>) -> Json<Value> {
    let all: Map<String, Value> =
        connect.loggers.all().into_iter().map(|(name, logger)| (name, told(logger))).collect();
    Json(all.into())
}

/// `GET /admin/loggers/{logger}`.
pub(super) async fn get(State(connect): State<Connect>, name: Part<String>) -> Result<Json<Value>, Error> {
    let name = part(name)?;
    let logger = connect.loggers.get(&name);
    logger.map(|logger| Json(told(logger))).ok_or_else(|| Error::not_found(format!("Logger {name} not found.")))
}

/// `PUT /admin/loggers/{logger}`: the names of the loggers that have the level now.
pub(super) async fn set(
    State(connect): State<Connect>,
    name: Part<String>,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Result<Json<Vec<String>>, Error> {
    let name = part(name)?;
    if query.get("scope").is_some_and(|scope| scope.eq_ignore_ascii_case("cluster")) {
        return Err(Error::bad_request(
            "scope=cluster is not supported: each process is told for itself, with scope=worker",
        ));
    }
    let level = body::object(&body)?.remove("level").unwrap_or_default();
    let level = body::text("level", level)?
        .ok_or_else(|| Error::bad_request("Desired 'level' parameter was not specified in request."))?;
    connect.loggers.set(&name, &level, Utc::now().timestamp_millis()).map(Json).map_err(|refused| match refused {
        Refused::Level => Error::not_found(format!("invalid log level '{level}'.")),
        Refused::Name => Error::bad_request(format!("'{name}' is no name of a logger")),
        Refused::Gone(why) => Error::internal(why),
    })
}
