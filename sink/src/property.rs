//! From JSON to what a graph keeps as properties: nested objects become names with dots, and what can't be kept is a fault.

use serde_json::Value as Json;

use crate::{
    graph::mutation::{Properties, Value},
    kind::decode::Fault,
};

/// Bytes of a key property's text; far below what Neo4j can index (about 8 kB).
const KEY_BYTES: usize = 1_024;

/// Adds what `json` is under a name: a value, or those of an object under names with a dot between the levels.
///
/// # Errors
/// `property_unstorable`, `property_name_invalid`, `property_repeated`.
pub(crate) fn assign(name: &str, json: &Json, properties: &mut Properties) -> Result<(), Fault> {
    if let Json::Object(fields) = json {
        for (field, inner) in fields {
            check_name(field)?;
            assign(&format!("{name}.{field}"), inner, properties)?;
        }
        return Ok(());
    }
    match properties.insert(name.to_owned(), value(name, json)?) {
        None => Ok(()),
        Some(_) => Err(Fault::new(
            "property_repeated",
            format!("the property {name} has two values: one field has that name, and another one inside of an object"),
        )),
    }
}

/// Adds each of an object's fields.
///
/// # Errors
/// As [`assign`].
pub(crate) fn assign_all(fields: &serde_json::Map<String, Json>, properties: &mut Properties) -> Result<(), Fault> {
    for (name, json) in fields {
        check_name(name)?;
        assign(name, json, properties)?;
    }
    Ok(())
}

/// The value of a key property.
///
/// # Errors
/// `key_missing` where it is null, `key_wrong_type`, `key_out_of_range`.
pub(crate) fn key(name: &str, json: &Json) -> Result<Value, Fault> {
    let wrong = |what: &str| Fault::new("key_wrong_type", format!("the key property {name} can't be {what}"));
    match json {
        Json::Null => Err(Fault::new("key_missing", format!("the key property {name} is null"))),
        Json::Object(_) => Err(wrong("an object")),
        Json::Array(_) => Err(wrong("a list")),
        Json::String(text) if text.len() > KEY_BYTES => Err(Fault::new(
            "key_out_of_range",
            format!("the key property {name} can have {KEY_BYTES} bytes, and has {}", text.len()),
        )),
        other => value(name, other),
    }
}

/// Sees to it that a graph takes a name.
///
/// # Errors
/// `property_name_invalid`.
pub(crate) fn check_name(name: &str) -> Result<(), Fault> {
    if is_name(name) {
        return Ok(());
    }
    Err(Fault::new(
        "property_name_invalid",
        format!("a property can't be called {name:?}: no name is empty or has a NUL"),
    ))
}

/// Whether a graph takes it for the name of a label, a type or a property.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('\0')
}

fn value(name: &str, json: &Json) -> Result<Value, Fault> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Value::Integer(value),
            (None, Some(value)) if value.is_finite() => Value::Float(value),
            _ => return Err(unstorable(name, "a number that is beyond 64 bits")),
        },
        Json::String(value) => Value::Text(value.clone()),
        Json::Array(values) => list(name, values)?,
        Json::Object(_) => return Err(unstorable(name, "an object")),
    })
}

/// Lists are of one kind, and integers among floats are floats: so Neo4j keeps them.
fn list(name: &str, values: &[Json]) -> Result<Value, Fault> {
    let mut list = values.iter().map(|json| value(name, json)).collect::<Result<Vec<_>, _>>()?;
    let number = |value: &Value| matches!(value, Value::Integer(_) | Value::Float(_));
    if list.iter().all(number) && list.iter().any(|value| matches!(value, Value::Float(_))) {
        for value in &mut list {
            if let Value::Integer(integer) = value {
                *value = Value::Float(*integer as f64);
            }
        }
    }
    let mut kinds = list.iter().map(std::mem::discriminant);
    let first = kinds.next();
    if list.iter().any(|value| matches!(value, Value::Null | Value::List(_))) {
        return Err(unstorable(name, "a list with null or a list in it"));
    }
    if !kinds.all(|kind| Some(kind) == first) {
        return Err(unstorable(name, "a list of different kinds of values"));
    }
    Ok(Value::List(list))
}

fn unstorable(name: &str, what: &str) -> Fault {
    Fault::new("property_unstorable", format!("no graph keeps {what} as a property: {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The properties as text, or the reason.
    fn read(text: &str) -> String {
        let Json::Object(fields) = serde_json::from_str(text).unwrap() else { panic!("{text}") };
        let mut properties = Properties::new();
        match assign_all(&fields, &mut properties) {
            Ok(()) => properties.iter().map(|(name, value)| format!("{name}={value:?} ")).collect::<Vec<_>>().concat(),
            Err(fault) => fault.reason,
        }
    }

    #[test]
    fn each_value_becomes_what_a_graph_keeps_or_a_fault() {
        for (text, expected) in [
            ("{}", ""),
            (r#"{"a":1}"#, "a=Integer(1) "),
            (r#"{"a":1.0}"#, "a=Float(1.0) "),
            (r#"{"a":9223372036854775807}"#, "a=Integer(9223372036854775807) "),
            (r#"{"a":18446744073709551615}"#, "a=Float(1.8446744073709552e19) "),
            (r#"{"a":true,"b":null}"#, "a=Boolean(true) b=Null "),
            (r#"{"a":"x"}"#, "a=Text(\"x\") "),
            (r#"{"a":[]}"#, "a=List([]) "),
            (r#"{"a":[1,2]}"#, "a=List([Integer(1), Integer(2)]) "),
            (r#"{"a":[1,2.5]}"#, "a=List([Float(1.0), Float(2.5)]) "),
            (r#"{"a":[1,"x"]}"#, "property_unstorable"),
            (r#"{"a":[true,1]}"#, "property_unstorable"),
            (r#"{"a":[null]}"#, "property_unstorable"),
            (r#"{"a":[[1]]}"#, "property_unstorable"),
            (r#"{"a":[{"b":1}]}"#, "property_unstorable"),
            (r#"{"a":{"b":{"c":1},"d":2}}"#, "a.b.c=Integer(1) a.d=Integer(2) "),
            (r#"{"a":{}}"#, ""),
            (r#"{"a.b":1,"a":{"b":2}}"#, "property_repeated"),
            (r#"{"":1}"#, "property_name_invalid"),
            (r#"{"a":{"":1}}"#, "property_name_invalid"),
            (r#"{"a\u0000b":1}"#, "property_name_invalid"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_key_is_a_short_value_that_is_there() {
        let long = format!("\"{}\"", "x".repeat(KEY_BYTES + 1));
        let full = format!("\"{}\"", "x".repeat(KEY_BYTES));
        for (text, expected) in [
            ("1", "ok"),
            ("1.5", "ok"),
            ("false", "ok"),
            ("\"\"", "ok"),
            (full.as_str(), "ok"),
            (long.as_str(), "key_out_of_range"),
            ("null", "key_missing"),
            ("[1]", "key_wrong_type"),
            ("{}", "key_wrong_type"),
        ] {
            let found =
                key("id", &serde_json::from_str(text).unwrap()).map_or_else(|fault| fault.reason, |_| "ok".into());
            assert_eq!(found, expected, "{text}");
        }
    }
}
