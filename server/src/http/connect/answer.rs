//! Connectors in the forms in which Connect tells of them.

use serde_json::{Value, json};
use sink::connector::config::{self, Raw};

use super::port::{Connector, State, Status};

/// A configuration as it may be shown.
pub(super) fn shown(raw: &Raw) -> Raw {
    raw.iter().map(|(key, value)| (key.clone(), config::shown(key, value))).collect()
}

/// `{"name", "config", "tasks", "type"}`.
pub(super) fn info(name: &str, config: &Raw, tasks: impl Iterator<Item = u32>) -> Value {
    let tasks: Vec<Value> = tasks.map(|task| task_id(name, task)).collect();
    json!({"name": name, "config": shown(config), "tasks": tasks, "type": "sink"})
}

/// `{"connector", "task"}`.
pub(super) fn task_id(name: &str, task: u32) -> Value {
    json!({"connector": name, "task": task})
}

/// `{"name", "connector", "tasks", "type"}`, with what is about to begin anew as that; none while nobody has said
/// anything of it.
pub(super) fn status(name: &str, connector: &Connector, restarting: &super::port::Restart) -> Option<Value> {
    let own = connector.status.as_ref()?;
    let tasks: Vec<Value> =
        connector.tasks.iter().map(|(id, status)| task_status(*id, status, restarting.tasks.contains(id))).collect();
    Some(json!({"name": name, "connector": state(own, restarting.connector), "tasks": tasks, "type": "sink"}))
}

/// `{"id", "state", "worker_id", "version"?, "trace"?}`.
pub(super) fn task_status(id: u32, status: &Status, restarting: bool) -> Value {
    let mut told = state(status, restarting);
    told["id"] = id.into();
    told
}

fn state(status: &Status, restarting: bool) -> Value {
    let state = if restarting { State::Restarting } else { status.state };
    let mut told = json!({"state": state, "worker_id": status.worker_id});
    // Connect leaves empty ones out.
    for (key, text) in [("version", &status.version), ("trace", &status.trace)] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            told[key] = text.as_str().into();
        }
    }
    told
}
