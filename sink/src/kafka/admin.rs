//! Making topics on a real broker.

use std::time::Duration;

use futures::executor::block_on;
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication},
    error::RDKafkaErrorCode,
};

use super::Context;

/// The size of a record, keys and headers included, that a broker takes if nobody says otherwise.
const USUAL_RECORD_BYTES: u64 = 1_048_588;
/// What a dead letter is bigger than its record: the headers that say where it was and why it is one.
const HEADERS_BYTES: u64 = 64 << 10;

/// Why a topic was not made.
#[derive(Debug)]
pub(super) struct NotMade {
    /// What the broker says.
    pub(super) reason: String,
    /// Somebody decided so, and asking again would not change it: this user may not, or the cluster's policy forbids it.
    pub(super) refused: bool,
}

impl From<RDKafkaErrorCode> for NotMade {
    fn from(code: RDKafkaErrorCode) -> Self {
        use RDKafkaErrorCode::{ClusterAuthorizationFailed, PolicyViolation, TopicAuthorizationFailed};
        let refused = matches!(code, ClusterAuthorizationFailed | PolicyViolation | TopicAuthorizationFailed);
        Self { reason: code.to_string(), refused }
    }
}

/// Makes a topic with so many copies (none: as many as the broker makes by default), and takes one that is there.
pub(super) fn create(
    admin: &AdminClient<Context>,
    topic: &str,
    partitions: i32,
    replication: Option<i16>,
    settings: &[(&str, &str)],
    patience: Duration,
) -> Result<(), NotMade> {
    let new = NewTopic::new(topic, partitions, TopicReplication::Fixed(replication.map_or(-1, i32::from)));
    let wanted = settings.iter().fold(new, |new, (key, value)| new.set(key, value));
    let options = AdminOptions::new().operation_timeout(Some(patience));
    let results = block_on(admin.create_topics([&wanted], &options))
        .map_err(|error| NotMade { reason: error.to_string(), refused: false })?;
    match results.into_iter().next() {
        Some(Err((_, code))) if code != RDKafkaErrorCode::TopicAlreadyExists => Err(code.into()),
        _ => Ok(()),
    }
}

/// `max.message.bytes` for a topic that takes the dead letters of another: every record that the other one takes, with
/// more headers.
pub(super) fn outlet_bytes(admin: &AdminClient<Context>, topic: &str, broker: i32, patience: Duration) -> u64 {
    let asked = [ResourceSpecifier::Topic(topic), ResourceSpecifier::Broker(broker)];
    let options = AdminOptions::new().request_timeout(Some(patience));
    // Who may not ask gets what is usual: what is bigger stays in the ledger.
    let answers = block_on(admin.describe_configs(&asked, &options)).unwrap_or_default();
    let limits = answers.iter().flatten().flat_map(|resource| &resource.entries);
    let limits = limits.filter(|entry| ["max.message.bytes", "message.max.bytes"].contains(&entry.name.as_str()));
    let limits = limits.filter_map(|entry| entry.value.as_ref()?.parse().ok());
    limits.fold(USUAL_RECORD_BYTES, u64::max) + HEADERS_BYTES
}

#[cfg(test)]
mod tests {
    use RDKafkaErrorCode as Code;

    use super::*;

    #[test]
    fn only_what_somebody_decided_is_a_refusal() {
        for (code, refused) in [
            (Code::TopicAuthorizationFailed, true),
            (Code::ClusterAuthorizationFailed, true),
            (Code::PolicyViolation, true),
            (Code::OperationTimedOut, false),
            (Code::NotController, false),
            (Code::InvalidReplicationFactor, false),
        ] {
            let NotMade { reason, refused: found } = code.into();
            assert_eq!((found, reason), (refused, code.to_string()));
        }
    }
}
