//! Connectors and their configurations: listed, created, changed, removed.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use model::address::segment;
use serde_json::{Map, Value};
use sink::connector::config::{Config, ConfigInfos, Raw, is_sink, unknown_class};

use super::{
    Connect, Part, answer,
    body::{self, Nullable},
    check,
    error::Error,
    part,
    port::{Connector, Existing, Put, Restart, Target},
};

/// `GET /connectors`: their names, or with `expand` what is asked for of each.
pub(super) async fn list(
    State(connect): State<Connect>,
    query: Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Error> {
    let names = connect.workers.names().await?;
    let expansions: Vec<&str> =
        query.iter().filter(|(key, _)| key == "expand").map(|(_, value)| value.as_str()).collect();
    if expansions.is_empty() {
        return Ok(Json(names.into()));
    }
    let mut all = Map::new();
    for name in names {
        // One that was removed since, or of which nobody has said anything, is left out.
        let Some(connector) = connect.workers.get(&name).await? else { continue };
        if let Some(expanded) = expanded(&name, &connector, &expansions) {
            all.insert(name, expanded.into());
        }
    }
    Ok(Json(all.into()))
}

fn expanded(name: &str, connector: &Connector, expansions: &[&str]) -> Option<Map<String, Value>> {
    let mut expanded = Map::new();
    for expansion in expansions {
        let told = match *expansion {
            "status" => answer::status(name, connector, &Restart::NOTHING)?,
            "info" => info(name, connector),
            _ => continue,
        };
        expanded.insert((*expansion).to_owned(), told);
    }
    Some(expanded)
}

fn info(name: &str, connector: &Connector) -> Value {
    answer::info(name, &connector.config, connector.tasks.keys().copied())
}

/// `POST /connectors`.
pub(super) async fn create(State(connect): State<Connect>, body: Bytes) -> Result<Response, Error> {
    let mut asked = body::object(&body)?;
    let name = body::text("name", asked.remove("name").unwrap_or_default())?.unwrap_or_default().trim().to_owned();
    let config = match asked.remove("config") {
        Some(Value::Object(config)) => body::texts(config)?,
        _ => return Err(Error::bad_request("\"config\" is missing: an object of keys and texts is expected")),
    };
    let target = target(asked.remove("initial_state").unwrap_or_default())?;
    if let Some(field) = asked.keys().next() {
        return Err(Error::bad_request(format!(
            "Unrecognized field \"{field}\": a request to create a connector has name, config and initial_state"
        )));
    }
    let config = checked(&connect, &name, config).await?;
    let raw = config.raw.clone();
    match connect.workers.put(config, Existing::Keep, target).await? {
        Put::Created => Ok(created(&name, &raw)),
        Put::Replaced | Put::Exists => Err(Error::conflict(format!("Connector {name} already exists"))),
    }
}

fn target(initial_state: Value) -> Result<Option<Target>, Error> {
    let Some(text) = body::text("initial_state", initial_state)? else { return Ok(None) };
    match text.to_ascii_uppercase().as_str() {
        "RUNNING" => Ok(Some(Target::Started)),
        "PAUSED" => Ok(Some(Target::Paused)),
        "STOPPED" => Ok(Some(Target::Stopped)),
        _ => Err(Error::bad_request(format!("No initial_state {text}: it is one of RUNNING, PAUSED, STOPPED"))),
    }
}

fn created(name: &str, config: &Raw) -> Response {
    let location = [(LOCATION, format!("/connectors/{}", segment(name)))];
    (StatusCode::CREATED, location, Json(answer::info(name, config, std::iter::empty()))).into_response()
}

/// A configuration that can run, or everything that is wrong with it.
async fn checked(connect: &Connect, name: &str, mut config: Nullable) -> Result<Config, Error> {
    match config.get("name") {
        Some(Some(stated)) if stated != name => {
            return Err(Error::bad_request(format!(
                "Connector name configuration ({stated}) doesn't match connector name in the URL ({name})"
            )));
        }
        _ => config.insert("name".to_owned(), Some(name.to_owned())),
    };
    let (infos, config) = looked_at(connect, &config).await?;
    config.ok_or_else(|| invalid(&infos))
}

/// Everything that there is to say of a configuration, and what it comes to if nothing is wrong with it.
pub(super) async fn looked_at(connect: &Connect, config: &Nullable) -> Result<(ConfigInfos, Option<Config>), Error> {
    Ok(check::look(&*connect.workers, class_of(config)?, config).await?)
}

fn invalid(infos: &ConfigInfos) -> Error {
    let errors: Vec<&str> = infos.errors().map(String::as_str).collect();
    Error::bad_request(format!(
        "Connector configuration is invalid and contains the following {} error(s):\n{}\nYou can also find the above list of \
         errors at the endpoint `/connector-plugins/{{connectorType}}/config/validate`",
        infos.error_count,
        errors.join("\n")
    ))
}

/// The class that a configuration names, if there is such a class.
fn class_of(config: &Nullable) -> Result<&str, Error> {
    let Some(class) = config.get("connector.class").and_then(Option::as_deref) else {
        let raw: Raw =
            config.iter().map(|(key, value)| (key.clone(), value.clone().unwrap_or("null".into()))).collect();
        let pairs: Vec<String> = answer::shown(&raw).into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        return Err(Error::bad_request(format!(
            "Connector config {{{}}} contains no connector type",
            pairs.join(", ")
        )));
    };
    if is_sink(class.trim()) { Ok(class) } else { Err(Error::bad_request(unknown_class(class.trim()))) }
}

/// `GET /connectors/{name}`.
pub(super) async fn get(State(connect): State<Connect>, name: Part<String>) -> Result<Json<Value>, Error> {
    let name = part(name)?;
    let connector = existing(&connect, &name).await?;
    Ok(Json(info(&name, &connector)))
}

/// A connector, in the words of Connect if there is none.
pub(super) async fn existing(connect: &Connect, name: &str) -> Result<Connector, Error> {
    let connector = connect.workers.get(name).await?;
    connector.ok_or_else(|| Error::not_found(format!("Connector {name} not found")))
}

/// `DELETE /connectors/{name}`.
pub(super) async fn delete(State(connect): State<Connect>, name: Part<String>) -> Result<StatusCode, Error> {
    let name = part(name)?;
    if connect.workers.delete(&name).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::not_found(format!("Connector {name} not found")))
    }
}

/// `GET /connectors/{name}/config`.
pub(super) async fn config(State(connect): State<Connect>, name: Part<String>) -> Result<Json<Raw>, Error> {
    Ok(Json(answer::shown(&existing(&connect, &part(name)?).await?.config)))
}

/// `PUT /connectors/{name}/config`.
pub(super) async fn put_config(
    State(connect): State<Connect>,
    name: Part<String>,
    body: Bytes,
) -> Result<Response, Error> {
    let name = part(name)?;
    let config = checked(&connect, &name, body::texts(body::object(&body)?)?).await?;
    replace(&connect, &name, config).await
}

/// `PATCH /connectors/{name}/config`: keys are set, or with null taken out.
pub(super) async fn patch_config(
    State(connect): State<Connect>,
    name: Part<String>,
    body: Bytes,
) -> Result<Response, Error> {
    let name = part(name)?;
    let patch = body::texts(body::object(&body)?)?;
    // As it is shown: a secret is kept only where it still goes where it went.
    let shown = answer::shown(&existing(&connect, &name).await?.config);
    let mut config: BTreeMap<String, Option<String>> =
        shown.into_iter().map(|(key, value)| (key, Some(value))).collect();
    for (key, value) in patch {
        match value {
            Some(value) => config.insert(key, Some(value)),
            None => config.remove(&key),
        };
    }
    let config = checked(&connect, &name, config).await?;
    replace(&connect, &name, config).await
}

async fn replace(connect: &Connect, name: &str, config: Config) -> Result<Response, Error> {
    let raw = config.raw.clone();
    match connect.workers.put(config, Existing::Replace, None).await? {
        Put::Created => Ok(created(name, &raw)),
        Put::Replaced | Put::Exists => {
            let tasks = connect.workers.get(name).await?.map(|connector| connector.tasks).unwrap_or_default();
            Ok(Json(answer::info(name, &raw, tasks.into_keys())).into_response())
        }
    }
}
