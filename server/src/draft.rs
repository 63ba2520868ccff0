//! A configuration that somebody writes on a page: read, judged as the REST API would, tried out, and made a connector.

use model::{
    Failure,
    draft::{Definition, Judged, KeyErrors, Wish},
};
use serde_json::{Map, Value};
use sink::connector::{
    self,
    config::{Config, ConfigInfos, shown},
};

use crate::{
    answers::unavailable,
    house::{House, unknown_connector},
    http::connect::{
        body::Nullable,
        check,
        port::{Existing, Put, Unavailable, Workers},
    },
    preview::preview,
};

/// What a text says: either the configuration itself, or `{"name", "config"}` as it is posted to Kafka Connect.
///
/// # Errors
/// `malformed_json`, `config_malformed`.
pub(crate) fn read(draft: &str) -> Result<Nullable, Failure> {
    let value: Value = serde_json::from_str(draft)
        .map_err(|error| Failure::new("malformed_json", format!("the configuration is no JSON: {error}")))?;
    let Value::Object(mut fields) = value else {
        return Err(malformed("a configuration is a JSON object of keys and texts"));
    };
    match fields.remove("config") {
        Some(Value::Object(config)) => {
            let name = fields.remove("name");
            if let Some(other) = fields.keys().next() {
                return Err(malformed(&format!("beside name and config there is nothing, so not {other:?} either")));
            }
            let mut config = texts(config)?;
            if let Some(name) = name {
                let name = text("name", name)?;
                if config.get("name").is_some_and(|stated| *stated != name) {
                    return Err(malformed("name says something else than config.name"));
                }
                config.insert("name".to_owned(), name);
            }
            Ok(config)
        }
        Some(other) => {
            fields.insert("config".to_owned(), other);
            texts(fields)
        }
        None => texts(fields),
    }
}

/// Keys and texts, as Kafka Connect takes them.
///
/// # Errors
/// `config_malformed`.
pub(crate) fn texts(fields: Map<String, Value>) -> Result<Nullable, Failure> {
    fields.into_iter().map(|(key, value)| Ok((key.clone(), text(&key, value)?))).collect()
}

fn text(key: &str, value: Value) -> Result<Option<String>, Failure> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => {
            Err(malformed(&format!("the value of {key:?} has to be a text, not an object or a list")))
        }
    }
}

fn malformed(sentence: &str) -> Failure {
    Failure::new("config_malformed", sentence)
}

/// What is wrong with a configuration, key by key, and what it comes to if nothing is.
///
/// # Errors
/// `store_unavailable`.
pub(crate) async fn judge(house: &House, config: &Nullable) -> Result<(Vec<KeyErrors>, Option<Config>), Failure> {
    let class = config.get("connector.class").and_then(Option::as_deref).unwrap_or_default();
    let (infos, config) = check::look(house, class, config).await.map_err(away)?;
    Ok((errors(infos), config))
}

fn errors(infos: ConfigInfos) -> Vec<KeyErrors> {
    let all = infos.configs.into_iter().map(|config| KeyErrors { key: config.value.name, errors: config.value.errors });
    all.filter(|of_key| !of_key.errors.is_empty()).collect()
}

/// Does with a text what is wished; `of` is the connector that is edited, and none makes a new one.
///
/// # Errors
/// `limit_out_of_range`, `store_unavailable`, `kafka_unavailable`.
pub(crate) async fn draft(
    house: &House,
    of: Option<&str>,
    text: &str,
    wish: Wish,
    limit: u32,
) -> Result<Judged, Failure> {
    let mut judged = Judged { wish, errors: Vec::new(), preview: None, saved: None };
    let mut refused = |key: &str, sentence: String| {
        judged.errors = vec![KeyErrors { key: key.to_owned(), errors: vec![sentence] }];
        Ok(judged.clone())
    };
    let mut config = match read(text) {
        Ok(config) => config,
        // It belongs to no key.
        Err(failure) => return refused("", failure.message),
    };
    if let Some(name) = of {
        let stated = config.entry("name".to_owned()).or_insert_with(|| Some(name.to_owned()));
        if stated.as_deref() != Some(name) {
            let stated = stated.as_deref().unwrap_or("null");
            let sentence =
                format!("Connector name configuration ({stated}) doesn't match the connector that is edited ({name})");
            return refused("name", sentence);
        }
    } else if let Some(name) = config.get("name").and_then(Option::as_deref)
        && house.registry.get(name).is_some()
    {
        return refused("name", exists(name));
    }
    let (errors, config) = judge(house, &config).await?;
    judged.errors = errors;
    let Some(config) = config else { return Ok(judged) };
    match wish {
        Wish::Check => {}
        Wish::Preview => judged.preview = Some(preview(house, &config, limit).await?),
        Wish::Save => {
            let name = config.name.clone();
            let existing = if of.is_some() { Existing::Replace } else { Existing::Keep };
            match house.put(config, existing, None).await.map_err(away)? {
                Put::Created | Put::Replaced => judged.saved = Some(name),
                Put::Exists => {
                    judged.errors = vec![KeyErrors { key: "name".to_owned(), errors: vec![exists(&name)] }];
                }
            }
        }
    }
    Ok(judged)
}

fn exists(name: &str) -> String {
    format!("Connector {name} already exists")
}

/// A connector as it is defined.
///
/// # Errors
/// `unknown_connector`.
pub(crate) fn definition(house: &House, name: &str) -> Result<Definition, Failure> {
    let connector = house.registry.get(name).ok_or_else(|| unknown_connector(name, &house.registry))?;
    let config = connector.raw.iter().map(|(key, value)| (key.clone(), shown(key, value))).collect();
    Ok(Definition { name: name.to_owned(), config })
}

/// Deletes a connector.
///
/// # Errors
/// `unknown_connector`, `store_unavailable`.
pub(crate) async fn delete(house: &House, name: &str) -> Result<(), Failure> {
    house.registry.delete(name).await.map_err(|failure| match failure {
        connector::Failure::Unknown(name) => unknown_connector(&name, &house.registry),
        connector::Failure::Store(error) => unavailable(error),
    })
}

fn away(Unavailable(sentence): Unavailable) -> Failure {
    Failure::new("store_unavailable", sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, Option<String>)> {
        read(text).unwrap().into_iter().collect()
    }

    #[test]
    fn a_configuration_is_read_as_it_is_put_and_as_it_is_posted() {
        let expected = vec![("name".to_owned(), Some("a".to_owned())), ("tasks.max".to_owned(), Some("2".to_owned()))];
        assert_eq!(pairs(r#"{"name": "a", "tasks.max": 2}"#), expected);
        assert_eq!(pairs(r#"{"name": "a", "config": {"tasks.max": "2"}}"#), expected);
        assert_eq!(pairs(r#"{"config": {"name": "a", "tasks.max": "2"}}"#), expected);
        assert_eq!(pairs(r#"{"config": "odd", "x": null}"#)[1], ("x".to_owned(), None));
    }

    #[test]
    fn what_is_no_configuration_gets_a_sentence() {
        for (text, code, says) in [
            ("{", "malformed_json", "no JSON"),
            ("[]", "config_malformed", "object"),
            (r#"{"topics": ["a"]}"#, "config_malformed", "\"topics\""),
            (r#"{"name": "a", "config": {}, "initial_state": "PAUSED"}"#, "config_malformed", "initial_state"),
            (r#"{"name": "a", "config": {"name": "b"}}"#, "config_malformed", "something else"),
        ] {
            let failure = read(text).unwrap_err();
            assert_eq!(failure.code, code, "{text}");
            assert!(failure.message.contains(says), "{}", failure.message);
        }
    }
}
