//! How bytes of keys and values become what a strategy works with.

use super::value::Values;

/// A converter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Converter {
    /// JSON; with `schemas`, an object of `schema` and `payload`.
    Json {
        /// Whether there is a schema around each.
        schemas: bool,
    },
    /// UTF-8 text.
    Text,
    /// As they are.
    Bytes,
}

/// The classes that are known, by their names in Connect; each has aliases as Connect makes them.
pub const CLASSES: [&str; 3] = [
    "org.apache.kafka.connect.json.JsonConverter",
    "org.apache.kafka.connect.storage.StringConverter",
    "org.apache.kafka.connect.converters.ByteArrayConverter",
];

/// Both converters, key and value.
pub(super) fn read(values: &mut Values) -> (Option<Converter>, Option<Converter>) {
    (one(values, "key.converter", Converter::Text), one(values, "value.converter", Converter::Json { schemas: false }))
}

fn one(values: &mut Values, key: &str, default: Converter) -> Option<Converter> {
    let schemas_key = format!("{key}.schemas.enable");
    let stated = values.trimmed(key);
    // As in Connect: a JSON converter that is named wants schemas unless it is told otherwise.
    let schemas = values.boolean(&schemas_key, stated.is_some() || default == Converter::Json { schemas: true })?;
    let converter = match stated {
        None => default,
        Some(class) => match CLASSES.iter().position(|known| is_called(known, class)) {
            Some(0) => Converter::Json { schemas },
            Some(1) => Converter::Text,
            Some(_) => Converter::Bytes,
            None => {
                let why = format!("Class {class} could not be found. There are {}", CLASSES.join(", "));
                values.invalid(key, class, &why);
                return None;
            }
        },
    };
    match converter {
        Converter::Json { .. } => Some(Converter::Json { schemas }),
        _ if schemas && values.has(&schemas_key) => {
            values.problem(&schemas_key, format!("Only JSON has schemas: set {schemas_key} to false, or leave it out"));
            None
        }
        other => Some(other),
    }
}

/// By its full name, its simple name, or that without `Converter`.
pub(super) fn is_called(class: &str, text: &str) -> bool {
    let simple = class.rsplit('.').next().unwrap_or_default();
    text == class || text == simple || simple.strip_suffix("Converter") == Some(text)
}
