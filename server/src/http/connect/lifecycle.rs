//! What a connector and its tasks do, and what is wanted of them.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Connect, Part, answer,
    connector::existing,
    error::Error,
    part,
    port::{Restart, State as TaskState, Status, Target},
};

/// `GET /connectors/{name}/status`.
pub(super) async fn status(State(connect): State<Connect>, name: Part<String>) -> Result<Json<Value>, Error> {
    let name = part(name)?;
    let connector = connect.workers.get(&name).await?;
    let status = connector.and_then(|connector| answer::status(&name, &connector, &Restart::NOTHING));
    status.map(Json).ok_or_else(|| Error::not_found(format!("No status found for connector {name}")))
}

/// `PUT /connectors/{name}/pause`.
pub(super) async fn pause(connect: State<Connect>, name: Part<String>) -> Result<StatusCode, Error> {
    aim(connect, name, Target::Paused).await.map(|()| StatusCode::ACCEPTED)
}

/// `PUT /connectors/{name}/resume`.
pub(super) async fn resume(connect: State<Connect>, name: Part<String>) -> Result<StatusCode, Error> {
    aim(connect, name, Target::Started).await.map(|()| StatusCode::ACCEPTED)
}

/// `PUT /connectors/{name}/stop`.
pub(super) async fn stop(connect: State<Connect>, name: Part<String>) -> Result<StatusCode, Error> {
    aim(connect, name, Target::Stopped).await.map(|()| StatusCode::NO_CONTENT)
}

async fn aim(State(connect): State<Connect>, name: Part<String>, target: Target) -> Result<(), Error> {
    let name = part(name)?;
    if connect.workers.aim(&name, target).await? {
        Ok(())
    } else {
        Err(Error::not_found(format!("Unknown connector {name}")))
    }
}

/// `POST /connectors/{name}/restart?includeTasks&onlyFailed`: the connector alone without an answer, as it always was; else
/// what is restarted, as far as it is known now.
pub(super) async fn restart(
    State(connect): State<Connect>,
    name: Part<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Error> {
    let name = part(name)?;
    // As Java reads a Boolean: whatever is not true is false.
    let asked = |key: &str| query.get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let (include_tasks, only_failed) = (asked("includeTasks"), asked("onlyFailed"));
    let unknown = || Error::not_found(format!("Unknown connector: {name}"));
    let connector = connect.workers.get(&name).await?.ok_or_else(unknown)?;
    if !include_tasks && !only_failed {
        let restart = Restart { connector: true, tasks: Vec::new() };
        return if connect.workers.restart(&name, restart).await? {
            Ok(StatusCode::NO_CONTENT.into_response())
        } else {
            Err(unknown())
        };
    }
    let wanted = |status: &Status| !only_failed || status.state == TaskState::Failed;
    let tasks = connector.tasks.iter().filter(|(_, status)| include_tasks && wanted(status));
    let restart =
        Restart { connector: connector.status.as_ref().is_some_and(wanted), tasks: tasks.map(|(id, _)| *id).collect() };
    let told = answer::status(&name, &connector, &restart)
        .ok_or_else(|| Error::not_found(format!("Status for connector {name} not found")))?;
    if restart != Restart::NOTHING && !connect.workers.restart(&name, restart).await? {
        return Err(unknown());
    }
    Ok((StatusCode::ACCEPTED, Json(told)).into_response())
}

/// `GET /connectors/{name}/tasks`: each with the configuration that it works by, which is the connector's.
pub(super) async fn tasks(State(connect): State<Connect>, name: Part<String>) -> Result<Json<Value>, Error> {
    let name = part(name)?;
    let connector = existing(&connect, &name).await?;
    let config = answer::shown(&connector.config);
    let told = connector.tasks.keys().map(|task| json!({"id": answer::task_id(&name, *task), "config": config}));
    Ok(Json(told.collect()))
}

/// `GET /connectors/{name}/tasks/{task}/status`.
pub(super) async fn task_status(
    State(connect): State<Connect>,
    path: Part<(String, i32)>,
) -> Result<Json<Value>, Error> {
    let (name, task) = part(path)?;
    let connector = connect.workers.get(&name).await?;
    let found = u32::try_from(task).ok().and_then(|id| Some((id, connector?.tasks.remove(&id)?)));
    match found {
        Some((id, status)) => Ok(Json(answer::task_status(id, &status, false))),
        None => Err(Error::not_found(format!("No status found for task {name}-{task}"))),
    }
}

/// `POST /connectors/{name}/tasks/{task}/restart`.
pub(super) async fn restart_task(
    State(connect): State<Connect>,
    path: Part<(String, i32)>,
) -> Result<StatusCode, Error> {
    let (name, task) = part(path)?;
    let unknown = || Error::not_found(format!("Unknown connector: {name}"));
    let connector = connect.workers.get(&name).await?.ok_or_else(unknown)?;
    let id = u32::try_from(task).ok().filter(|id| connector.tasks.contains_key(id));
    let id = id.ok_or_else(|| Error::not_found(format!("Unknown task: {name}-{task}")))?;
    let restart = Restart { connector: false, tasks: vec![id] };
    if connect.workers.restart(&name, restart).await? { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}
