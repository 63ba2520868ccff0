//! A file of librdkafka properties: what a person tells every Kafka client of the process, and what nobody may.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use rdkafka::{
    ClientConfig,
    consumer::BaseConsumer,
    error::{KafkaError, KafkaResult},
    producer::BaseProducer,
};

use super::Context;

/// What stands in a text where a secret stood.
const HIDDEN: &str = "[hidden]";

/// Properties under their canonical names. No `Debug`: they hold secrets.
#[derive(Clone, Default)]
pub struct Properties {
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone)]
struct Entry {
    line: usize,
    value: String,
}

/// A file that cannot be used; no variant carries a value that may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or is no UTF-8 text.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line is none that it can have.
    #[error("{file}, line {line}: {reason}")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// Each line is fine, and no client can be made of them.
    #[error("{file}: no Kafka client can be made of these properties: {reason}")]
    Together {
        /// The file.
        file: String,
        /// What librdkafka says.
        reason: String,
    },
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    line: usize,
    reason: String,
}

impl Properties {
    /// Reads a file, and tries each line and then all of them on librdkafka. Nobody is connected to.
    ///
    /// One `key=value` a line. White space around key and value is dropped, and everything behind the first `=` is the
    /// value as it stands: no quotes, escapes or continued lines. Lines that are blank or begin with `#` or `!` say
    /// nothing.
    ///
    /// # Errors
    /// [`Error`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable { file: file.clone(), source })?;
        let properties =
            Self::parse(&text).map_err(|Fault { line, reason }| Error::Line { file: file.clone(), line, reason })?;
        properties.try_out().map_err(|reason| Error::Together { file, reason })?;
        Ok(properties)
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        let mut entries = BTreeMap::<String, Entry>::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, content) in (1..).zip(text.lines()) {
            let fault = |reason: String| Fault { line, reason };
            let content = content.trim();
            if content.is_empty() || content.starts_with(['#', '!']) {
                continue;
            }
            // What stands on such a line is not repeated: it may be the rest of a password.
            let (key, value) =
                content.split_once('=').ok_or_else(|| fault("there is no `=`; a line is `key=value`".to_owned()))?;
            let (key, value) = (key.trim(), value.trim());
            if key.is_empty() {
                return Err(fault("there is no key before the `=`".to_owned()));
            }
            if let Some(why) = refused(key) {
                return Err(fault(format!("{key} is not taken: {why}")));
            }
            try_alone(key, value).map_err(fault)?;
            let name = canonical(key).to_owned();
            if let Some(first) = entries.get(&name) {
                let alias = if name == key { String::new() } else { format!(", which is another name of {name},") };
                return Err(fault(format!("{key}{alias} is there already, in line {}", first.line)));
            }
            entries.insert(name, Entry { line, value: value.to_owned() });
        }
        let is_tls = entries.get("security.protocol").is_some_and(|entry| entry.value.to_lowercase().ends_with("ssl"));
        if is_tls {
            // OpenSSL is built in and knows no certificates of its own: those of the system, wherever they are.
            let system = || Entry { line: 0, value: "probe".to_owned() };
            entries.entry("ssl.ca.location".to_owned()).or_insert_with(system);
        }
        Ok(Self { entries })
    }

    /// Makes clients as the process will, but without brokers, so that nobody is connected to.
    fn try_out(&self) -> Result<(), String> {
        let mut config = ClientConfig::new();
        self.add_to(&mut config);
        let said = |error: KafkaError| self.redact(&reason(&error));
        let consumer: KafkaResult<BaseConsumer<Context>> = config.create_with_context(Context);
        consumer.map(drop).map_err(said)?;
        config.set("enable.idempotence", "true");
        let producer: KafkaResult<BaseProducer> = config.create();
        producer.map(drop).map_err(said)
    }

    /// Puts them over what is there.
    pub(super) fn add_to(&self, config: &mut ClientConfig) {
        for (key, entry) in &self.entries {
            config.set(key, &entry.value);
        }
    }

    /// Whether clients speak neither TLS nor SASL.
    pub(super) fn is_plain(&self) -> bool {
        let protocol = self.entries.get("security.protocol");
        protocol.is_none_or(|entry| entry.value.eq_ignore_ascii_case("plaintext"))
    }

    /// Takes the values of secrets out of a text.
    pub(super) fn redact(&self, text: &str) -> String {
        let secrets = self.entries.iter().filter(|(key, entry)| is_secret(key) && !entry.value.is_empty());
        secrets.fold(text.to_owned(), |text, (_, entry)| text.replace(&entry.value, HIDDEN))
    }
}

/// The name under which librdkafka keeps a property that has several.
pub(super) fn canonical(key: &str) -> &str {
    match key {
        "bootstrap.servers" => "metadata.broker.list",
        "max.in.flight" => "max.in.flight.requests.per.connection",
        "sasl.mechanism" => "sasl.mechanisms",
        "max.partition.fetch.bytes" => "fetch.message.max.bytes",
        "linger.ms" => "queue.buffering.max.ms",
        "retries" => "message.send.max.retries",
        "compression.type" => "compression.codec",
        "acks" => "request.required.acks",
        "delivery.timeout.ms" => "message.timeout.ms",
        "auto.commit.enable" => "enable.auto.commit",
        key => key,
    }
}

/// Why a property is not for a person to set, if it is not.
fn refused(key: &str) -> Option<&'static str> {
    Some(match canonical(key) {
        "metadata.broker.list" => "the brokers are said by KAFKA_BOOTSTRAP_SERVERS",
        "group.id" | "group.instance.id" => "each connector has a group of its own, connect-<connector>",
        "group.protocol" | "group.protocol.type" | "group.remote.assignor" | "partition.assignment.strategy" => {
            "partitions change hands one by one, each from its checkpoint, which needs the cooperative strategy"
        }
        "enable.auto.commit"
        | "enable.auto.offset.store"
        | "auto.commit.interval.ms"
        | "offset.store.method"
        | "offset.store.path"
        | "offset.store.sync.interval.ms" => {
            "how far was read stands in the graph's checkpoints, and moves with the data only"
        }
        "auto.offset.reset" => "a reset by the client would skip or repeat records without a word",
        "isolation.level" => "records of aborted transactions must not be stored",
        "enable.partition.eof" => "the sinks decide it",
        "topic.blacklist" => "a topic that is hidden would not be stored",
        "enable.idempotence"
        | "enable.gapless.guarantee"
        | "request.required.acks"
        | "transactional.id"
        | "queuing.strategy" => "what is produced is acknowledged by all replicas, once and in order",
        "message.timeout.ms" | "message.send.max.retries" => "an outage delays what is produced and never fails it",
        "delivery.report.only.error" => "what was sent is counted when it is acknowledged",
        key if key.starts_with("sasl.oauthbearer.") || key == "enable.sasl.oauthbearer.unsecure.jwt" => {
            "OAUTHBEARER is not built in; PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 are"
        }
        _ => return None,
    })
}

/// Asks librdkafka whether it knows the property and takes the value.
fn try_alone(key: &str, value: &str) -> Result<(), String> {
    if canonical(key) == "sasl.mechanisms" && !["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"].contains(&value) {
        return Err(format!("{key} takes PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; no other is built in"));
    }
    let mut config = ClientConfig::new();
    config.set(key, value);
    match config.create_native_config() {
        Ok(_) => Ok(()),
        // librdkafka repeats the value.
        Err(_) if is_secret(key) => Err(format!("{key} cannot have this value")),
        Err(error) => {
            let mut sentence = reason(&error);
            if !sentence.contains(key) {
                let _ = write!(sentence, " (key {key})");
            }
            Err(sentence)
        }
    }
}

/// What librdkafka says, without the value that its error carries beside it.
fn reason(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, description, _, _) | KafkaError::ClientCreation(description) => description.clone(),
        error => error.to_string(),
    }
}

fn is_secret(key: &str) -> bool {
    key.contains("password") || key.contains("secret") || key == "ssl.key.pem"
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "hunter=2\\";

    fn fault(text: &str) -> Fault {
        match Properties::parse(text) {
            Ok(_) => panic!("{text:?} was taken"),
            Err(fault) => fault,
        }
    }

    #[test]
    fn comments_blank_lines_and_white_space_say_nothing_and_a_value_is_taken_as_it_stands() {
        let text = format!(
            "\u{feff}# a comment\r\n\r\n  ! another = one\n client.id = a b \nsasl.password={PASSWORD}\nssl.ca.location=\n\
             sasl.mechanism=PLAIN"
        );
        let properties = Properties::parse(&text).unwrap_or_else(|fault| panic!("{fault:?}"));
        let found: Vec<_> = properties.entries.iter().map(|(key, entry)| (key.as_str(), &*entry.value)).collect();
        let expected =
            [("client.id", "a b"), ("sasl.mechanisms", "PLAIN"), ("sasl.password", PASSWORD), ("ssl.ca.location", "")];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_line_and_key_and_without_secrets() {
        for (text, line, says) in [
            ("group.id=x", 1, "group.id"),
            ("\n# x\ngroup.instance.id=x", 3, "group.instance.id"),
            ("enable.auto.commit=true", 1, "enable.auto.commit"),
            ("auto.commit.enable=true", 1, "auto.commit.enable"),
            ("enable.auto.offset.store=true", 1, "checkpoints"),
            ("auto.commit.interval.ms=5", 1, "checkpoints"),
            ("auto.offset.reset=latest", 1, "auto.offset.reset"),
            ("isolation.level=read_uncommitted", 1, "isolation.level"),
            ("partition.assignment.strategy=range", 1, "partition.assignment.strategy"),
            ("group.protocol=consumer", 1, "group.protocol"),
            ("acks=1", 1, "acks"),
            ("request.required.acks=0", 1, "request.required.acks"),
            ("enable.idempotence=false", 1, "enable.idempotence"),
            ("transactional.id=x", 1, "transactional.id"),
            ("bootstrap.servers=a:1", 1, "KAFKA_BOOTSTRAP_SERVERS"),
            ("metadata.broker.list=a:1", 1, "KAFKA_BOOTSTRAP_SERVERS"),
            ("delivery.timeout.ms=1", 1, "delivery.timeout.ms"),
            ("retries=1", 1, "retries"),
            ("delivery.report.only.error=true", 1, "delivery.report.only.error"),
            ("sasl.oauthbearer.client.secret=hunter=2\\", 1, "OAUTHBEARER"),
            ("sasl.mechanism=GSSAPI", 1, "SCRAM-SHA-256"),
            ("client.id=a\nclient.id=b", 2, "line 1"),
            ("linger.ms=1\n\nqueue.buffering.max.ms=2", 3, "line 1"),
            ("security.protocol", 1, "key=value"),
            ("hunter=2\\", 1, "No such configuration property"),
            ("=hunter=2\\", 1, "no key"),
            ("sasl.pasword=hunter=2\\", 1, "sasl.pasword"),
            ("security.protocol=sasl", 1, "security.protocol"),
            ("socket.timeout.ms=soon", 1, "socket.timeout.ms"),
            ("error_cb=x", 1, "error_cb"),
            ("ssl.truststore.location=x.jks", 1, "ssl.truststore.location"),
            ("sasl.jaas.config=x password=\"hunter=2\\\";", 1, "sasl.jaas.config"),
        ] {
            let fault = fault(text);
            assert_eq!(fault.line, line, "{text}");
            assert!(fault.reason.contains(says), "{text}: {}", fault.reason);
            assert!(!fault.reason.contains("=2"), "no secrets: {}", fault.reason);
        }
    }

    #[test]
    fn what_librdkafka_only_notices_when_a_client_is_made_is_noticed() {
        for (text, says) in [
            ("security.protocol=ssl\nssl.ca.location=/nonexistent/ca.pem", "ssl.ca.location"),
            ("max.in.flight=6", "max.in.flight"),
            ("security.protocol=sasl_ssl\nsasl.mechanism=PLAIN\nsasl.username=me\nsasl.password=hunter2", ""),
        ] {
            let properties = Properties::parse(text).unwrap_or_else(|fault| panic!("{fault:?}"));
            let found = properties.try_out().err().unwrap_or_default();
            assert!(found.contains(says) && found.is_empty() == says.is_empty(), "{text}: {found}");
        }
    }

    #[test]
    fn every_name_of_a_property_is_known_to_librdkafka() {
        let names = ["bootstrap.servers", "max.in.flight", "sasl.mechanism", "max.partition.fetch.bytes", "linger.ms"];
        for name in names.into_iter().chain(["retries", "compression.type", "acks", "delivery.timeout.ms"]) {
            assert_ne!(canonical(name), name);
            let mut config = ClientConfig::new();
            let native = config.set(name, value_of(name)).create_native_config().unwrap_or_else(|e| panic!("{e}"));
            let found = native.get(canonical(name)).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(found, value_of(name), "{name}");
        }
    }

    fn value_of(name: &str) -> &'static str {
        match name {
            "compression.type" => "gzip",
            "sasl.mechanism" => "PLAIN",
            _ => "7",
        }
    }

    #[test]
    fn secrets_are_taken_out_of_what_others_say() {
        let properties =
            Properties::parse("sasl.username=me\nsasl.password=hunter2").unwrap_or_else(|fault| panic!("{fault:?}"));
        assert_eq!(properties.redact("me cannot log in with hunter2"), "me cannot log in with [hidden]");
    }
}
