//! What connectors can be made of: one kind of sink, and three converters.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
};
use serde_json::{Value, json};
use sink::connector::config::{self, CLASS, CONVERTER_CLASSES, ConfigInfos, ConfigKey, definitions, is_sink};

use super::{Connect, Part, body, connector::looked_at, error::Error, part};

/// `GET /connector-plugins?connectorsOnly`.
pub(super) async fn list(Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let plugin = |class: &str, kind: &str| json!({"class": class, "type": kind, "version": env!("CARGO_PKG_VERSION")});
    let mut all = vec![plugin(CLASS, "sink")];
    // As Java reads a boolean: whatever is not true is false.
    if query.get("connectorsOnly").is_some_and(|value| !value.eq_ignore_ascii_case("true")) {
        all.extend(CONVERTER_CLASSES.iter().map(|class| plugin(class, "converter")));
    }
    Json(all.into())
}

/// `GET /connector-plugins/{plugin}/config`. A converter's keys are the connector's, without what they begin with there.
pub(super) async fn config(plugin: Part<String>) -> Result<Json<Vec<ConfigKey>>, Error> {
    let plugin = part(plugin)?;
    if is_sink(&plugin) {
        return Ok(Json(definitions().to_vec()));
    }
    match config::converter_definitions(&plugin) {
        Some(keys) => Ok(Json(keys)),
        None => Err(Error::not_found(format!("Unknown plugin {plugin}."))),
    }
}

/// `PUT /connector-plugins/{plugin}/config/validate`.
pub(super) async fn validate(
    State(connect): State<Connect>,
    plugin: Part<String>,
    body: Bytes,
) -> Result<Json<ConfigInfos>, Error> {
    let plugin = part(plugin)?;
    let config = body::texts(body::object(&body)?)?;
    if let Some(Some(class)) = config.get("connector.class")
        && !normalized(class).ends_with(normalized(&plugin))
    {
        return Err(Error::bad_request(format!(
            "Included connector type {class} does not match request type {plugin}"
        )));
    }
    looked_at(&connect, &config).await.map(|(infos, _)| Json(infos))
}

/// The name without `Connector` at its end, which may be left out.
fn normalized(name: &str) -> &str {
    name.strip_suffix("Connector").filter(|rest| !rest.is_empty()).unwrap_or(name)
}
