//! Bytes of keys, values and headers as the JSON that strategies work with: Kafka Connect's converters. Reading asks nobody.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value as Json;

use crate::{
    avro::{self, Schemas},
    connector::config,
    kind::decode::Fault,
};

/// A converter, made ready.
#[derive(Debug)]
pub(crate) enum Converter {
    Json { schemas: bool },
    Text,
    Bytes,
    Avro(Schemas),
}

impl Converter {
    pub(crate) fn new(converter: &config::Converter) -> Self {
        match converter {
            config::Converter::Json { schemas } => Self::Json { schemas: *schemas },
            config::Converter::Text => Self::Text,
            config::Converter::Bytes => Self::Bytes,
            config::Converter::Avro(registry) => Self::Avro(Schemas::new(registry)),
        }
    }

    /// The schemas that have to be known before something is read.
    pub(crate) fn schemas(&self) -> Option<&Schemas> {
        match self {
            Self::Avro(schemas) => Some(schemas),
            _ => None,
        }
    }

    /// The schema that has to be asked for before these bytes are read, if there is one.
    pub(crate) fn lacking(&self, bytes: Option<&[u8]>) -> Option<avro::Id> {
        let (schemas, id) = (self.schemas()?, avro::id(bytes?)?);
        (!schemas.has(id)).then_some(id)
    }

    /// What `what` (a record's key or value) says; null for none.
    ///
    /// Bytes become base64, since JSON has no other way to say them.
    ///
    /// # Errors
    /// `malformed_json`, `schema_missing`, `malformed_text`, and those of [`avro::read`].
    pub(crate) fn read(&self, what: &str, bytes: Option<&[u8]>) -> Result<Json, Fault> {
        let Some(bytes) = bytes else { return Ok(Json::Null) };
        match self {
            Self::Json { schemas } => {
                let json: Json = serde_json::from_slice(bytes)
                    .map_err(|error| Fault::new("malformed_json", format!("the {what} is no JSON: {error}")))?;
                if *schemas { payload(what, json) } else { Ok(json) }
            }
            Self::Text => {
                let text = std::str::from_utf8(bytes)
                    .map_err(|error| Fault::new("malformed_text", format!("the {what} is no UTF-8: {error}")))?;
                Ok(Json::String(text.to_owned()))
            }
            Self::Bytes => Ok(Json::String(BASE64_STANDARD.encode(bytes))),
            Self::Avro(schemas) => avro::read(schemas, what, bytes),
        }
    }
}

/// What a header says: JSON if it is some, text if it is that, and base64 otherwise. Connect's own converter for headers
/// guesses likewise.
pub(crate) fn header(bytes: Option<&[u8]>) -> Json {
    let Some(bytes) = bytes else { return Json::Null };
    let text = || std::str::from_utf8(bytes).map_or_else(|_| BASE64_STANDARD.encode(bytes), ToOwned::to_owned);
    serde_json::from_slice(bytes).unwrap_or_else(|_| Json::String(text()))
}

/// What stands in an envelope with a schema. The schema says of what type each value is, which JSON shows by itself.
fn payload(what: &str, json: Json) -> Result<Json, Fault> {
    let envelope = match json {
        Json::Object(mut fields) if fields.len() == 2 && fields.contains_key("schema") => fields.remove("payload"),
        // A tombstone has no envelope.
        Json::Null => Some(Json::Null),
        _ => None,
    };
    envelope.ok_or_else(|| {
        Fault::new(
            "schema_missing",
            format!(
                "the {what} is no object of just schema and payload, as schemas.enable wants it: set that to false if it has \
                 no schema"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PLAIN: Converter = Converter::Json { schemas: false };
    const WITH_SCHEMA: Converter = Converter::Json { schemas: true };

    #[test]
    fn each_converter_reads_its_bytes_and_says_why_it_can_not() {
        for (converter, bytes, expected) in [
            (PLAIN, Some("{\"a\": 1}"), Ok(json!({"a": 1}))),
            (PLAIN, None, Ok(Json::Null)),
            (PLAIN, Some("{"), Err("malformed_json")),
            (WITH_SCHEMA, Some("{\"schema\": null, \"payload\": {\"a\": 1}}"), Ok(json!({"a": 1}))),
            (WITH_SCHEMA, Some("null"), Ok(Json::Null)),
            (WITH_SCHEMA, Some("{\"a\": 1}"), Err("schema_missing")),
            (WITH_SCHEMA, Some("{\"schema\": {}, \"payload\": 1, \"more\": 2}"), Err("schema_missing")),
            (Converter::Text, Some("{"), Ok(json!("{"))),
            (Converter::Bytes, Some("{"), Ok(json!("ew=="))),
        ] {
            let found = converter.read("value", bytes.map(str::as_bytes));
            assert_eq!(
                found.map_err(|fault| fault.reason),
                expected.map_err(ToOwned::to_owned),
                "{converter:?} {bytes:?}"
            );
        }
        assert!(Converter::Text.read("key", Some(&[0xff])).is_err_and(|fault| fault.message.contains("the key")));
    }

    #[test]
    fn a_header_is_what_it_looks_like() {
        for (bytes, expected) in
            [(&b"7"[..], json!(7)), (b"EU", json!("EU")), (b"\"EU\"", json!("EU")), (b"\xff", json!("/w=="))]
        {
            assert_eq!(header(Some(bytes)), expected);
        }
        assert_eq!(header(None), Json::Null);
    }
}
