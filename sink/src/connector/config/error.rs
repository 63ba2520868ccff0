//! What becomes of records that cannot be used, as the keys `errors.*` say.

use super::{Strategy, Tolerance, topic, value::Values};

/// The keys, read; none where a value was refused.
#[derive(Default)]
pub(super) struct Errors {
    pub(super) tolerance: Option<Tolerance>,
    pub(super) dead_letter_topic: Option<String>,
    pub(super) dead_letter_replication: Option<i16>,
    pub(super) dead_letter_headers: Option<bool>,
    pub(super) log: Option<bool>,
}

pub(super) fn read(values: &mut Values, topics: &[(String, Strategy)]) -> Errors {
    // What can help itself is tried again for as long as it takes, whatever these say: a bound would turn an outage into
    // dead letters. They are read so that a configuration that states them can be taken over.
    values.number::<i64>("errors.retry.timeout", -1, "LONG");
    values.number::<i64>("errors.retry.delay.max.ms", 10_000, "LONG");
    if values.boolean("errors.log.include.messages", false) == Some(true) {
        values.problem(
            "errors.log.include.messages",
            "What records hold reaches no log: look at the dead letters; set errors.log.include.messages to false",
        );
    }
    let tolerance = match values.choice("errors.tolerance", &["none", "all"], "none") {
        Some("all") => Some(Tolerance::All),
        Some(_) => Some(Tolerance::None),
        None => None,
    };
    Errors {
        tolerance,
        dead_letter_topic: dead_letter_topic(values, topics),
        dead_letter_replication: replication(values),
        dead_letter_headers: values.boolean("errors.deadletterqueue.context.headers.enable", true),
        log: values.boolean("errors.log.enable", false),
    }
}

fn dead_letter_topic(values: &mut Values, topics: &[(String, Strategy)]) -> Option<String> {
    const KEY: &str = "errors.deadletterqueue.topic.name";
    let name = values.trimmed(KEY)?;
    if !topic::is_topic_name(name) {
        values.invalid(KEY, name, &topic::refusal(name));
        return None;
    }
    if topics.iter().any(|(topic, _)| topic == name) {
        let names: Vec<&str> = topics.iter().map(|(topic, _)| topic.as_str()).collect();
        values.problem(
            "topics",
            format!(
                "The DLQ topic '{name}' may not be included in the list of topics ('topics=[{}]') consumed by the connector",
                names.join(", ")
            ),
        );
    }
    Some(name.to_owned())
}

fn replication(values: &mut Values) -> Option<i16> {
    const KEY: &str = "errors.deadletterqueue.topic.replication.factor";
    // Kafka's own -1: as the broker does by default.
    let factor = values.number::<i16>(KEY, -1, "SHORT")?;
    if factor == -1 {
        return None;
    }
    if factor < 1 {
        values.invalid(KEY, factor, "Value must be at least 1, or -1 for the broker's default");
    }
    Some(factor)
}
