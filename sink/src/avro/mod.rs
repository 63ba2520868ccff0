//! Keys and values in Avro, as the serializers of a schema registry write them: a zero byte, the schema's id, the body.
//!
//! `schema` and `body` are pure; `registry` is the only room that asks a registry, and `schemas` keeps what it answered, so
//! that reading a record asks nobody.

use serde_json::Value as Json;

use crate::kind::decode::Fault;

mod body;
mod registry;
mod schema;
mod schemas;

pub(crate) use schemas::Schemas;

/// A schema's id in its registry.
pub(crate) type Id = i32;

/// What stands before the body: the zero byte and the id.
const PREFIX_BYTES: usize = 5;

/// The id of the schema with which `bytes` were written; none where they do not begin as they should.
pub(crate) fn id(bytes: &[u8]) -> Option<Id> {
    split(bytes).ok().map(|(id, _)| id)
}

/// What `what` (a record's key or value) says.
///
/// # Errors
/// `malformed_avro`, `number_not_finite`, and what the registry says of its schema: `schema_unknown`, `schema_unusable`.
pub(crate) fn read(schemas: &Schemas, what: &str, bytes: &[u8]) -> Result<Json, Fault> {
    let malformed = |why: String| Fault::new("malformed_avro", format!("the {what} is no Avro: {why}"));
    let (id, body) = split(bytes).map_err(malformed)?;
    let schema = schemas.get(id)?;
    body::read(&schema, body).map_err(|broken| {
        Fault::new(broken.reason, format!("the {what} does not fit its schema (id {id}): {}", broken.why))
    })
}

/// Id and body.
fn split(bytes: &[u8]) -> Result<(Id, &[u8]), String> {
    let Some((prefix, body)) = bytes.split_at_checked(PREFIX_BYTES) else {
        return Err(format!("it has {} bytes, and the schema's id alone takes {PREFIX_BYTES}", bytes.len()));
    };
    let (magic, id) = (prefix[0], [prefix[1], prefix[2], prefix[3], prefix[4]]);
    if magic != 0 {
        return Err(format!("it begins with byte {magic:#04x}, and not with 0x00 and the schema's id"));
    }
    // No registry gives ids below zero; asked for one, it would not even understand.
    match Id::from_be_bytes(id) {
        id if id >= 0 => Ok((id, body)),
        id => Err(format!("the schema's id is {id}, and none is below zero")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_begin_with_a_zero_and_an_id_is_refused() {
        for (bytes, expected) in [
            (&[0, 0, 0, 1, 2, 9, 9][..], Ok((258, &[9, 9][..]))),
            (&[0, 0, 0, 0, 7], Ok((7, &[]))),
            (&[], Err("0 bytes")),
            (&[0, 0, 0, 7], Err("4 bytes")),
            (b"{\"id\": 7}", Err("byte 0x7b")),
            (&[1, 0, 0, 0, 7, 0], Err("byte 0x01")),
            (&[0, 0xff, 0xff, 0xff, 0xff, 0], Err("id is -1")),
        ] {
            match (split(bytes), expected) {
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{bytes:?}: {why}"),
                (found, expected) => assert_eq!(found, expected.map_err(ToOwned::to_owned), "{bytes:?}"),
            }
        }
        assert_eq!((id(&[0, 0, 0, 0, 7]), id(b"{}")), (Some(7), None));
    }
}
