//! How bytes of keys and values become what a strategy works with.

use super::{SchemaRegistry, schema_registry, value::Values};

/// A converter.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Avro, behind the id of its schema.
    Avro(SchemaRegistry),
}

/// The classes that are known, by their names in Connect; each has aliases as Connect makes them.
pub const CLASSES: [&str; 4] = [
    "org.apache.kafka.connect.json.JsonConverter",
    "org.apache.kafka.connect.storage.StringConverter",
    "org.apache.kafka.connect.converters.ByteArrayConverter",
    "io.confluent.connect.avro.AvroConverter",
];

/// The places among them of those that have keys of their own.
pub(super) const JSON: usize = 0;
pub(super) const AVRO: usize = 3;
const TEXT: usize = 1;

/// Both converters, key and value.
pub(super) fn read(values: &mut Values) -> (Option<Converter>, Option<Converter>) {
    (one(values, "key.converter", TEXT), one(values, "value.converter", JSON))
}

/// `usual` is the class that holds where none is named.
fn one(values: &mut Values, key: &str, usual: usize) -> Option<Converter> {
    let schemas_key = format!("{key}.schemas.enable");
    let stated = values.trimmed(key);
    // As in Connect: a JSON converter that is named wants schemas unless it is told otherwise.
    let schemas = values.boolean(&schemas_key, stated.is_some());
    let class = stated.map_or(Some(usual), |class| CLASSES.iter().position(|known| is_called(known, class)));
    let registry = if class == Some(AVRO) {
        schema_registry::read(values, key)
    } else {
        schema_registry::refuse(values, key);
        None
    };
    if let (None, Some(class)) = (class, stated) {
        let why = format!("Class {class} could not be found. There are {}", CLASSES.join(", "));
        values.invalid(key, class, &why);
    }
    let (class, schemas, is_said) = (class?, schemas?, values.has(&schemas_key));
    match class {
        JSON => Some(Converter::Json { schemas }),
        AVRO if is_said && !schemas => {
            values.problem(&schemas_key, format!("Avro has schemas: set {schemas_key} to true, or leave it out"));
            None
        }
        AVRO => registry.map(Converter::Avro),
        _ if is_said && schemas => {
            values.problem(&schemas_key, format!("Only JSON has schemas: set {schemas_key} to false, or leave it out"));
            None
        }
        TEXT => Some(Converter::Text),
        _ => Some(Converter::Bytes),
    }
}

/// By its full name, its simple name, or that without `Converter`.
pub(super) fn is_called(class: &str, text: &str) -> bool {
    let simple = class.rsplit('.').next().unwrap_or_default();
    text == class || text == simple || simple.strip_suffix("Converter") == Some(text)
}
