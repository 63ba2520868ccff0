//! What every Kafka client says while it works, put into the log.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::{
    ClientContext, Message,
    config::RDKafkaLogLevel,
    consumer::ConsumerContext,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{DeliveryResult, ProducerContext},
};
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

/// For records that nobody waits for.
impl ProducerContext for Context {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, record)) = result {
            debug!(%error, kafka.topic = record.topic(), "a record was not delivered");
        }
    }
}

/// The facility of librdkafka's lines on brokers that fail.
const FAIL: &str = "FAIL";

/// Beside the log, keeps why brokers cannot be asked: a question that fails says only that time ran out.
#[derive(Debug, Default)]
pub(super) struct Asking {
    reason: Mutex<Option<String>>,
}

impl Asking {
    /// The last reason since [`Asking::forget`]. librdkafka repeats one that stays the same every 30 s at most, so it is
    /// kept until there is an answer.
    pub(super) fn reason(&self) -> Option<String> {
        self.lock().clone()
    }

    /// There was an answer.
    pub(super) fn forget(&self) {
        *self.lock() = None;
    }

    fn keep(&self, reason: &str) {
        *self.lock() = Some(lasting(reason).to_owned());
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Asking {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, line: &str) {
        // A broker that hangs up, because it wants to hear TLS for example, is no error to librdkafka and only a line.
        if facility == FAIL {
            self.keep(without_thread(line));
        }
        Context.log(level, facility, line);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // Follows on the reasons of each broker, and says nothing about any.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            self.keep(reason);
        }
        Context.error(error, reason);
    }
}

impl ConsumerContext for Asking {}

/// A line without the thread that wrote it: `[thrd:a:1/bootstrap]: `.
fn without_thread(line: &str) -> &str {
    line.strip_prefix("[thrd:").and_then(|rest| rest.split_once("]: ")).map_or(line, |(_, line)| line)
}

/// A reason without how long it took, which is another each time: ` (after 12ms in state CONNECT)`.
fn lasting(reason: &str) -> &str {
    match reason.rfind(" (after ") {
        Some(at) if reason.ends_with(')') => &reason[..at],
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reason_of_a_broker_is_kept_until_there_is_an_answer() {
        let asking = Asking::default();
        assert_eq!(asking.reason(), None);
        let broker = "a:1/bootstrap: Connect to ipv4#1.2.3.4:1 failed: Connection refused";
        asking.error(KafkaError::Global(RDKafkaErrorCode::BrokerTransportFailure), "a:1/bootstrap: Disconnected");
        let said = format!("{broker} (after 3ms in state CONNECT, 2 identical error(s) suppressed)");
        asking.error(KafkaError::Global(RDKafkaErrorCode::BrokerTransportFailure), &said);
        asking.error(KafkaError::Global(RDKafkaErrorCode::AllBrokersDown), "1/1 brokers are down");
        assert_eq!(asking.reason().as_deref(), Some(broker));
        asking.log(RDKafkaLogLevel::Info, "FAIL", "[thrd:b:1/2]: b:1/2: Disconnected (after 1ms in state UP)");
        asking.log(RDKafkaLogLevel::Warning, "CONFWARN", "[thrd:app]: something else");
        assert_eq!(asking.reason().as_deref(), Some("b:1/2: Disconnected"));
        asking.forget();
        assert_eq!(asking.reason(), None);
    }
}
