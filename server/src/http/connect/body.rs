//! Bodies as Connect takes them: JSON in which numbers and truth values may stand for their texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::Error;

/// Key and text of a configuration; null where somebody wrote null.
pub(crate) type Nullable = BTreeMap<String, Option<String>>;

/// An object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Error> {
    if body.is_empty() {
        return Err(Error::bad_request("The body is empty: a JSON object is expected"));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Error::bad_request("The body is JSON, but no object")),
        Err(error) => Err(Error::bad_request(format!("The body is no JSON: {error}"))),
    }
}

/// Texts by key.
pub(super) fn texts(object: Map<String, Value>) -> Result<Nullable, Error> {
    object.into_iter().map(|(key, value)| Ok((key.clone(), text(&key, value)?))).collect()
}

/// A text, or what stands for one; none for null.
pub(super) fn text(key: &str, value: Value) -> Result<Option<String>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(Error::bad_request(format!("The value of \"{key}\" is no text"))),
    }
}
