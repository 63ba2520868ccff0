//! `POST /api/connectors/preview`: what a configuration would do with the newest records of its topics.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use model::Failure;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Web, api, error::ApiError};
use crate::{draft, preview};

pub(super) fn routes() -> Router<Web> {
    // A connector may be called that, too.
    let named = async |web: State<Web>| api::connector(web, Path("preview".to_owned())).await;
    Router::new().route("/api/connectors/preview", post(ask).get(named))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    config: Map<String, Value>,
    limit: Option<u32>,
}

/// The preview; of a configuration that cannot run, what is wrong with each key.
async fn ask(State(web): State<Web>, body: Bytes) -> Result<Response, ApiError> {
    let asked: Asked = api::typed(api::json_of(&body)?)?;
    let limit = asked.limit.unwrap_or(preview::LIMIT);
    preview::check_limit(limit)?;
    let (errors, config) = draft::judge(&web.house, &draft::texts(asked.config)?).await?;
    let Some(config) = config else {
        let count: usize = errors.iter().map(|of_key| of_key.errors.len()).sum();
        let Failure { code, message } =
            Failure::new("invalid_configuration", format!("the configuration has {count} error(s), listed by key"));
        let body = json!({"code": code, "message": message, "errors": errors});
        return Ok((StatusCode::BAD_REQUEST, Json(body)).into_response());
    };
    Ok(Json(preview::preview(&web.house, &config, limit).await?).into_response())
}
