//! What a connector states of itself: its name, its tasks and where it begins; and what of Connect's it cannot have.

use super::{Start, value::Values};

/// Tasks of a connector in a process, at most: each is a thread and a consumer.
const TASKS_AT_MOST: i32 = 64;
/// The longest name in bytes: it is part of keys in the graph, whose indexes take some thousand.
const NAME_AT_MOST_BYTES: usize = 255;

/// The name: any text without control characters, as in Connect, and not longer than a key may be.
pub(super) fn name(values: &mut Values) -> Option<String> {
    let name = values.required("name")?;
    // As Java's `isISOControl`, by which Connect decides.
    let controls: Vec<String> = name.chars().filter(|c| c.is_control()).map(|c| u32::from(c).to_string()).collect();
    let why = if name.is_empty() {
        "String may not be empty".to_owned()
    } else if !controls.is_empty() {
        format!("String may not contain control sequences but had the following ASCII chars: {}", controls.join(", "))
    } else if name.len() > NAME_AT_MOST_BYTES {
        format!("String may not be longer than {NAME_AT_MOST_BYTES} bytes")
    } else if name.trim() != name {
        "String may not begin or end with a space".to_owned()
    } else {
        return Some(name.to_owned());
    };
    values.invalid("name", name, &why);
    None
}

/// Tasks at most.
pub(super) fn tasks_max(values: &mut Values) -> Option<u32> {
    const KEY: &str = "tasks.max";
    // There are never more than that, so there is nothing to enforce; the key is Connect's, and old.
    values.boolean("tasks.max.enforce", true);
    let tasks: i32 = values.number(KEY, 1, "INT")?;
    if tasks < 1 {
        values.invalid(KEY, tasks, "Value must be at least 1");
        return None;
    }
    if tasks > TASKS_AT_MOST {
        values.invalid(KEY, tasks, &format!("Value must be no more than {TASKS_AT_MOST}"));
        return None;
    }
    Some(tasks.unsigned_abs())
}

/// Where a partition without a checkpoint begins. Of all client settings this one can be chosen by connector: the others
/// belong to the promises, or to the process.
pub(super) fn start(values: &mut Values) -> Option<Start> {
    const KEY: &str = "consumer.override.auto.offset.reset";
    let start = match values.choice(KEY, &["earliest", "latest"], "earliest")? {
        "latest" => Start::Latest,
        _ => Start::Earliest,
    };
    Some(start)
}

/// Whether the keys of patterns are made unique.
pub(super) fn constraints(values: &mut Values) -> Option<bool> {
    values.boolean("sluice.constraints.create", true)
}

/// Connect's keys that are known, and refused with the reason.
pub(super) fn unsupported(values: &mut Values) {
    for (key, what) in [("transforms", "Transformations"), ("predicates", "Predicates")] {
        if values.trimmed(key).is_some() {
            values.problem(
                key,
                format!("{what} are not supported: a pattern or a Cypher statement picks and renames what it takes; leave {key} out"),
            );
        }
    }
    if values.text("header.converter").is_some() {
        values.problem(
            "header.converter",
            "Header converters are not supported: headers are what they are in the record; leave header.converter out",
        );
    }
    // There are no configuration providers whose values could change, so there is nothing to reload.
    values.choice("config.action.reload", &["none", "restart"], "restart");
    for (prefix, why) in [
        ("transforms.", "Transformations are not supported"),
        ("predicates.", "Predicates are not supported"),
        ("header.converter.", "Header converters are not supported"),
        ("producer.override.", "Producers are configured for the process, in the file that KAFKA_PROPERTIES names"),
        ("admin.override.", "Admin clients are configured for the process, in the file that KAFKA_PROPERTIES names"),
        (
            "consumer.override.",
            "Consumers are configured for the process, in the file that KAFKA_PROPERTIES names; only \
             consumer.override.auto.offset.reset can be set by connector",
        ),
        ("neo4j.cdc.", "The change data capture strategies are not supported"),
        ("neo4j.batch-", "A batch is what gathered while the last one was written, within bounds that keep it safe"),
    ] {
        for (rest, _) in values.beginning_with(prefix) {
            let key = format!("{prefix}{rest}");
            if key != "consumer.override.auto.offset.reset" {
                values.problem(&key, format!("{why}: leave {key} out"));
            }
        }
    }
}
