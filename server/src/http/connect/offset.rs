//! How far a connector has come, and moving it: the checkpoints, in the words that Connect has for a sink's offsets.

use std::collections::BTreeMap;

use axum::{Json, body::Bytes, extract::State};
use serde_json::{Map, Value, json};

use super::{
    Connect, Part, body,
    connector::existing,
    error::Error,
    part,
    port::{Altered, Moved, Target},
};

const TOPIC: &str = "kafka_topic";
const PARTITION: &str = "kafka_partition";
const OFFSET: &str = "kafka_offset";

/// `GET /connectors/{name}/offsets`.
pub(super) async fn get(State(connect): State<Connect>, name: Part<String>) -> Result<Json<Value>, Error> {
    let name = part(name)?;
    existing(&connect, &name).await?;
    let places = connect.workers.offsets(&name).await?.into_iter().map(|place| {
        json!({"partition": {TOPIC: place.topic, PARTITION: place.partition}, "offset": {OFFSET: place.offset}})
    });
    Ok(Json(json!({"offsets": places.collect::<Vec<_>>()})))
}

/// `PATCH /connectors/{name}/offsets`.
pub(super) async fn alter(
    State(connect): State<Connect>,
    name: Part<String>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let name = part(name)?;
    let stated = match body::object(&body)?.remove("offsets") {
        Some(Value::Array(stated)) if !stated.is_empty() => stated,
        None | Some(Value::Null | Value::Array(_)) => {
            return Err(Error::bad_request("Partitions / offsets need to be provided for an alter offsets request"));
        }
        Some(_) => return Err(Error::bad_request("\"offsets\" is no list")),
    };
    be_stopped(&connect, &name).await?;
    let mut to: BTreeMap<(String, i32), Option<i64>> = BTreeMap::new();
    for entry in stated {
        let (partition, offset) = moved(entry)?;
        // The last one of a partition holds, as in Connect.
        to.insert(partition, offset);
    }
    let to = to.into_iter().map(|((topic, partition), offset)| Moved { topic, partition, offset }).collect();
    answer(&name, connect.workers.alter_offsets(&name, to).await?, "alter", "altered")
}

/// `DELETE /connectors/{name}/offsets`.
pub(super) async fn reset(State(connect): State<Connect>, name: Part<String>) -> Result<Json<Value>, Error> {
    let name = part(name)?;
    be_stopped(&connect, &name).await?;
    answer(&name, connect.workers.reset_offsets(&name).await?, "reset", "reset")
}

/// Only what nobody reads can be moved.
async fn be_stopped(connect: &Connect, name: &str) -> Result<(), Error> {
    let connector = existing(connect, name).await?;
    if connector.target == Target::Stopped && connector.tasks.is_empty() {
        return Ok(());
    }
    Err(Error::bad_request(format!(
        "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified \
         connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint"
    )))
}

fn answer(name: &str, altered: Altered, verb: &str, done: &str) -> Result<Json<Value>, Error> {
    match altered {
        Altered::Done => {
            Ok(Json(json!({"message": format!("The offsets for this connector have been {done} successfully")})))
        }
        Altered::NotStopped => Err(Error::internal(format!(
            "Failed to {verb} consumer group offsets for connector {name} either because its tasks haven't stopped completely \
             yet or the connector was resumed before the request to {verb} its offsets could be successfully completed. If the \
             connector is in a stopped state, this operation can be safely retried."
        ))),
        Altered::Refused(sentence) => Err(Error::bad_request(sentence)),
    }
}

/// One entry: which partition, and where it is wanted.
fn moved(entry: Value) -> Result<((String, i32), Option<i64>), Error> {
    let Value::Object(mut entry) = entry else {
        return Err(Error::bad_request("An entry of \"offsets\" is no object"));
    };
    if let Some(field) = entry.keys().find(|key| !["partition", "offset"].contains(&key.as_str())) {
        return Err(Error::bad_request(format!("Unrecognized field \"{field}\": an offset has partition and offset")));
    }
    let partition = nullable_object("partition", entry.remove("partition"))?
        .ok_or_else(|| Error::bad_request("The partition for a sink connector offset cannot be null or missing"))?;
    let partition = topic_and_partition(partition)?;
    let Some(offset) = nullable_object("offset", entry.remove("offset"))? else { return Ok((partition, None)) };
    let Some(offset) = offset.get(OFFSET) else {
        return Err(Error::bad_request(format!(
            "The offset for a sink connector should either be null or contain the key '{OFFSET}'"
        )));
    };
    let text = plain(offset);
    let number: i64 = text.parse().map_err(|_| {
        Error::bad_request(format!(
            "Failed to parse the following Kafka offset value in the provided offsets: '{text}'. Offset values for sink \
             connectors need to be integers."
        ))
    })?;
    if number < 0 {
        return Err(Error::bad_request(format!("Invalid negative offset: {number}")));
    }
    Ok((partition, Some(number)))
}

fn nullable_object(what: &str, value: Option<Value>) -> Result<Option<Map<String, Value>>, Error> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(Error::bad_request(format!("\"{what}\" is neither an object nor null"))),
    }
}

fn topic_and_partition(of: Map<String, Value>) -> Result<(String, i32), Error> {
    let (Some(topic), Some(partition)) = (of.get(TOPIC), of.get(PARTITION)) else {
        return Err(Error::bad_request(format!(
            "The partition for a sink connector offset must contain the keys '{TOPIC}' and '{PARTITION}'"
        )));
    };
    if topic.is_null() {
        return Err(Error::bad_request("Kafka topic names must be valid strings and may not be null"));
    }
    if partition.is_null() {
        return Err(Error::bad_request("Kafka partitions must be valid numbers and may not be null"));
    }
    let text = plain(partition);
    let number = text.parse().map_err(|_| {
        Error::bad_request(format!(
            "Failed to parse the following Kafka partition value in the provided offsets: '{text}'. Partition values for sink \
             connectors need to be integers."
        ))
    })?;
    Ok((plain(topic), number))
}

/// A text without its quotes; anything else as it is written. `10` and `"10"` are both taken for a number.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
