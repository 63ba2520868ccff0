//! What every Kafka client says while it works, put into the log.

use rdkafka::{ClientContext, config::RDKafkaLogLevel, consumer::ConsumerContext, error::KafkaError};
use tracing::{debug, info, warn};

/// Passes librdkafka's lines on to the log.
///
/// Lost connections are reported by librdkafka again and again for each broker, so they go out at `debug`; whoever
/// waits for the broker says so once, in a sentence.
#[derive(Clone, Debug, Default)]
pub struct Context;

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                warn!(kafka.facility = facility, "{line}");
            }
            RDKafkaLogLevel::Notice => info!(kafka.facility = facility, "{line}"),
            _ => debug!(kafka.facility = facility, "{line}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        debug!(%error, "kafka client: {reason}");
    }
}

impl ConsumerContext for Context {}
