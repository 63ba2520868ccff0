//! Every key that a connector's configuration may have: what `/connector-plugins/{plugin}/config` tells of it.

use std::{borrow::Cow, sync::LazyLock};

use serde::Serialize;

use super::converter::{AVRO, JSON, is_called};

/// A key, in the form in which Kafka Connect describes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigKey {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What its value is.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Whether it must be there.
    pub required: bool,
    /// What holds where it is missing; none: nothing does.
    pub default_value: Option<&'static str>,
    /// How much it matters.
    pub importance: Importance,
    /// What it does.
    pub documentation: Cow<'static, str>,
    /// Under which heading a form shows it.
    pub group: &'static str,
    /// Its place there, from 1.
    pub order: u32,
    /// How wide a form shows it.
    pub width: Width,
    /// What a form calls it.
    pub display_name: Cow<'static, str>,
    /// Keys whose meaning depends on it.
    pub dependents: &'static [&'static str],
    /// Values that a form can offer. Not part of Connect's definition, but of what `validate` says of the value.
    #[serde(skip)]
    pub recommended_values: &'static [&'static str],
}

/// What a value is, in Connect's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Type {
    Boolean,
    Class,
    Int,
    List,
    Long,
    Password,
    Short,
    String,
}

/// How much a key matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Importance {
    High,
    Medium,
    Low,
}

/// How wide a form shows a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Width {
    Short,
    Medium,
    Long,
}

const COMMON: &str = "Common";
const STRATEGIES: &str = "Strategies";
const ERRORS: &str = "Error Handling";
const CONNECTION: &str = "Connection";

/// All groups, in the order of their first keys.
pub(super) const GROUPS: [&str; 4] = [COMMON, STRATEGIES, ERRORS, CONNECTION];

/// A key that need not be there and that nothing depends on, as most are.
fn key(
    group: &'static str,
    order: u32,
    name: &'static str,
    (kind, default_value): (Type, Option<&'static str>),
    importance: Importance,
    display_name: &'static str,
    documentation: &'static str,
) -> ConfigKey {
    let width = match kind {
        Type::Boolean | Type::Int | Type::Short => Width::Short,
        Type::Class | Type::Long | Type::Password | Type::String => Width::Medium,
        Type::List => Width::Long,
    };
    ConfigKey {
        name: Cow::Borrowed(name),
        kind,
        required: false,
        default_value,
        importance,
        documentation: Cow::Borrowed(documentation),
        group,
        order,
        width,
        display_name: Cow::Borrowed(display_name),
        dependents: &[],
        recommended_values: &[],
    }
}

const BOOLEAN: &[&str] = &["true", "false"];
const CONVERTERS: &[&str] = &super::converter::CLASSES;

/// All of them, group by group and in their order. Those that carry a topic in their name are described by [`of_topic`].
pub fn definitions() -> &'static [ConfigKey] {
    use Importance::{High, Low, Medium};
    static ALL: LazyLock<Vec<ConfigKey>> = LazyLock::new(|| {
        vec![
            ConfigKey {
                required: true,
                ..key(
                    COMMON,
                    1,
                    "name",
                    (Type::String, None),
                    High,
                    "Connector name",
                    "What the connector is called: unique, and the end of its consumer group's name, connect-<name>.",
                )
            },
            ConfigKey {
                required: true,
                recommended_values: &[super::class::CLASS],
                ..key(
                    COMMON,
                    2,
                    "connector.class",
                    (Type::String, None),
                    High,
                    "Connector class",
                    "The class, sluice.Neo4jSink, or one of its other names: Neo4jSink, Neo4jSinkConnector, \
             org.neo4j.connectors.kafka.sink.Neo4jConnector, Neo4jConnector.",
                )
            },
            key(
                COMMON,
                3,
                "tasks.max",
                (Type::Int, Some("1")),
                High,
                "Tasks max",
                "Tasks at most in each process, 1 to 64: consumers that share the partitions of the topics.",
            ),
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    COMMON,
                    4,
                    "tasks.max.enforce",
                    (Type::Boolean, Some("true")),
                    Low,
                    "Enforce tasks max",
                    "Accepted and without effect: there are never more tasks than tasks.max.",
                )
            },
            key(
                COMMON,
                5,
                "topics",
                (Type::List, Some("")),
                High,
                "Topics",
                "The topics, separated by commas. Each has exactly one strategy.",
            ),
            key(
                COMMON,
                6,
                "topics.regex",
                (Type::String, Some("")),
                High,
                "Topics regex",
                "A regular expression that the whole name of a topic matches. Of the topics that match, those with a strategy are read.",
            ),
            ConfigKey {
                recommended_values: CONVERTERS,
                ..key(
                    COMMON,
                    7,
                    "key.converter",
                    (Type::Class, Some(super::converter::CLASSES[1])),
                    Low,
                    "Key converter class",
                    "How keys are read: as JSON, as text, as bytes or as Avro.",
                )
            },
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    COMMON,
                    8,
                    "key.converter.schemas.enable",
                    (Type::Boolean, None),
                    Low,
                    "Key schemas",
                    "Whether each JSON key is an object of schema and payload. If nothing is said: true where key.converter names the \
             JSON converter, as in Kafka Connect.",
                )
            },
            key(
                COMMON,
                9,
                "key.converter.schema.registry.url",
                (Type::List, None),
                High,
                "Key schema registry",
                "Where the schemas of keys in Avro are: the registry's URL, or several with commas between them, of which each is tried in turn.",
            ),
            ConfigKey {
                recommended_values: &["URL", "USER_INFO"],
                ..key(
                    COMMON,
                    10,
                    "key.converter.basic.auth.credentials.source",
                    (Type::String, Some("URL")),
                    Medium,
                    "Key registry's credentials",
                    "Where the user is who asks that registry: URL for http://<name>:<password>@<host>, if there is one; USER_INFO for the key after this one.",
                )
            },
            key(
                COMMON,
                11,
                "key.converter.basic.auth.user.info",
                (Type::Password, None),
                Medium,
                "Key registry's user",
                "The user, as <name>:<password>.",
            ),
            ConfigKey {
                recommended_values: CONVERTERS,
                ..key(
                    COMMON,
                    12,
                    "value.converter",
                    (Type::Class, Some(super::converter::CLASSES[0])),
                    Low,
                    "Value converter class",
                    "How values are read: as JSON, as text, as bytes or as Avro.",
                )
            },
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    COMMON,
                    13,
                    "value.converter.schemas.enable",
                    (Type::Boolean, None),
                    Low,
                    "Value schemas",
                    "Whether each JSON value is an object of schema and payload. If nothing is said: true where value.converter names the \
             JSON converter, as in Kafka Connect, and false where nothing is said of the converter either.",
                )
            },
            key(
                COMMON,
                14,
                "value.converter.schema.registry.url",
                (Type::List, None),
                High,
                "Value schema registry",
                "Where the schemas of values in Avro are: the registry's URL, or several with commas between them, of which each is tried in turn.",
            ),
            ConfigKey {
                recommended_values: &["URL", "USER_INFO"],
                ..key(
                    COMMON,
                    15,
                    "value.converter.basic.auth.credentials.source",
                    (Type::String, Some("URL")),
                    Medium,
                    "Value registry's credentials",
                    "Where the user is who asks that registry: URL for http://<name>:<password>@<host>, if there is one; USER_INFO for the key after this one.",
                )
            },
            key(
                COMMON,
                16,
                "value.converter.basic.auth.user.info",
                (Type::Password, None),
                Medium,
                "Value registry's user",
                "The user, as <name>:<password>.",
            ),
            key(
                COMMON,
                17,
                "header.converter",
                (Type::Class, None),
                Low,
                "Header converter class",
                "Not supported: headers are what they are in the record.",
            ),
            ConfigKey {
                recommended_values: &["earliest", "latest"],
                ..key(
                    COMMON,
                    18,
                    "consumer.override.auto.offset.reset",
                    (Type::String, Some("earliest")),
                    Medium,
                    "Begin at",
                    "Where a partition begins that has no checkpoint: at the oldest record, or behind the newest.",
                )
            },
            ConfigKey {
                recommended_values: &["none", "restart"],
                ..key(
                    COMMON,
                    19,
                    "config.action.reload",
                    (Type::String, Some("restart")),
                    Low,
                    "Reload Action",
                    "Accepted and without effect: there are no configuration providers whose values could change.",
                )
            },
            key(
                COMMON,
                20,
                "transforms",
                (Type::List, Some("")),
                Low,
                "Transforms",
                "Not supported: a pattern or a Cypher statement picks and renames what it takes.",
            ),
            key(
                COMMON,
                21,
                "predicates",
                (Type::List, Some("")),
                Low,
                "Predicates",
                "Not supported, as transforms are not.",
            ),
            key(
                STRATEGIES,
                1,
                "neo4j.cud.topics",
                (Type::List, Some("")),
                High,
                "CUD topics",
                "Topics whose records say themselves which nodes and relationships to create, update, merge or delete.",
            ),
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    STRATEGIES,
                    2,
                    "neo4j.pattern.merge-node-properties",
                    (Type::Boolean, Some("false")),
                    Medium,
                    "Patterns merge node properties",
                    "Whether nodes keep properties that a record does not name; else they are replaced.",
                )
            },
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    STRATEGIES,
                    3,
                    "neo4j.pattern.merge-relationship-properties",
                    (Type::Boolean, Some("false")),
                    Medium,
                    "Patterns merge relationship properties",
                    "Whether relationships keep properties that a record does not name; else they are replaced.",
                )
            },
            key(
                STRATEGIES,
                4,
                "neo4j.pattern.bind-timestamp-as",
                (Type::String, Some("__timestamp")),
                Low,
                "Timestamp in patterns",
                "What patterns call a record's timestamp; no other name is supported.",
            ),
            key(
                STRATEGIES,
                5,
                "neo4j.pattern.bind-header-as",
                (Type::String, Some("__header")),
                Low,
                "Headers in patterns",
                "What patterns call a record's headers; no other name is supported.",
            ),
            key(
                STRATEGIES,
                6,
                "neo4j.pattern.bind-key-as",
                (Type::String, Some("__key")),
                Low,
                "Key in patterns",
                "What patterns call a record's key; no other name is supported.",
            ),
            key(
                STRATEGIES,
                7,
                "neo4j.pattern.bind-value-as",
                (Type::String, Some("__value")),
                Low,
                "Value in patterns",
                "What patterns call a record's value; no other name is supported.",
            ),
            key(
                STRATEGIES,
                8,
                "neo4j.cypher.bind-timestamp-as",
                (Type::String, Some("__timestamp")),
                Medium,
                "Timestamp in Cypher",
                "What Cypher statements call a record's timestamp; empty: it is not bound.",
            ),
            key(
                STRATEGIES,
                9,
                "neo4j.cypher.bind-header-as",
                (Type::String, Some("__header")),
                Medium,
                "Headers in Cypher",
                "What Cypher statements call a record's headers; empty: they are not bound.",
            ),
            key(
                STRATEGIES,
                10,
                "neo4j.cypher.bind-key-as",
                (Type::String, Some("__key")),
                Medium,
                "Key in Cypher",
                "What Cypher statements call a record's key; empty: it is not bound.",
            ),
            key(
                STRATEGIES,
                11,
                "neo4j.cypher.bind-value-as",
                (Type::String, Some("__value")),
                Medium,
                "Value in Cypher",
                "What Cypher statements call a record's value; empty: it is not bound.",
            ),
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    STRATEGIES,
                    12,
                    "neo4j.cypher.bind-value-as-event",
                    (Type::Boolean, Some("true")),
                    Medium,
                    "Value as event in Cypher",
                    "Whether Cypher statements may call a record's value event too.",
                )
            },
            key(
                ERRORS,
                1,
                "errors.retry.timeout",
                (Type::Long, Some("-1")),
                Medium,
                "Retry Timeout for Errors",
                "Accepted and without effect: what can help itself is tried again for as long as it takes.",
            ),
            key(
                ERRORS,
                2,
                "errors.retry.delay.max.ms",
                (Type::Long, Some("10000")),
                Medium,
                "Maximum Delay Between Retries for Errors",
                "Accepted and without effect: it is tried again after 10 s at most.",
            ),
            ConfigKey {
                recommended_values: &["none", "all"],
                ..key(
                    ERRORS,
                    3,
                    "errors.tolerance",
                    (Type::String, Some("none")),
                    Medium,
                    "Error Tolerance",
                    "What becomes of a record that cannot be used: none stops the task before it, all makes it a dead letter and goes on.",
                )
            },
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    ERRORS,
                    4,
                    "errors.log.enable",
                    (Type::Boolean, Some("false")),
                    Medium,
                    "Log Errors",
                    "Whether a tolerated record is told in the log too, by its place and the reason.",
                )
            },
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    ERRORS,
                    5,
                    "errors.log.include.messages",
                    (Type::Boolean, Some("false")),
                    Low,
                    "Log Error Details",
                    "Only false: what records hold reaches no log.",
                )
            },
            key(
                ERRORS,
                6,
                "errors.deadletterqueue.topic.name",
                (Type::String, Some("")),
                Medium,
                "Dead Letter Queue Topic Name",
                "Where dead letters are published, beside the list of them that is kept in any case; empty: <topic>.dead-letters.",
            ),
            key(
                ERRORS,
                7,
                "errors.deadletterqueue.topic.replication.factor",
                (Type::Short, Some("-1")),
                Medium,
                "Dead Letter Queue Topic Replication Factor",
                "Copies of that topic if it has to be created; -1: as many as the broker makes by default.",
            ),
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    ERRORS,
                    8,
                    "errors.deadletterqueue.context.headers.enable",
                    (Type::Boolean, Some("true")),
                    Medium,
                    "Enable Error Context Headers",
                    "Whether a published dead letter says in headers, __connect.errors.…, where it stood and what was wrong.",
                )
            },
            key(
                CONNECTION,
                1,
                "neo4j.uri",
                (Type::String, None),
                Low,
                "Neo4j URI",
                "The process's database (NEO4J_URI): it may be repeated, and not be another.",
            ),
            key(
                CONNECTION,
                2,
                "neo4j.database",
                (Type::String, None),
                Low,
                "Neo4j database",
                "The process's (NEO4J_DATABASE): it may be repeated, and not be another.",
            ),
            key(
                CONNECTION,
                3,
                "neo4j.authentication.type",
                (Type::String, None),
                Low,
                "Neo4j authentication",
                "BASIC, or nothing: who the process is at its database is said by NEO4J_USER.",
            ),
            key(
                CONNECTION,
                4,
                "neo4j.authentication.basic.username",
                (Type::String, None),
                Low,
                "Neo4j user",
                "The process's (NEO4J_USER): it may be repeated, and not be another.",
            ),
            key(
                CONNECTION,
                5,
                "neo4j.authentication.basic.password",
                (Type::Password, None),
                Low,
                "Neo4j password",
                "Never here: the process has it (NEO4J_PASSWORD or NEO4J_PASSWORD_FILE).",
            ),
            ConfigKey {
                recommended_values: BOOLEAN,
                ..key(
                    CONNECTION,
                    6,
                    "sluice.constraints.create",
                    (Type::Boolean, Some("true")),
                    Low,
                    "Create constraints",
                    "Whether the keys of patterns are made unique when a task begins; if not, it says which statement would.",
                )
            },
        ]
    });
    &ALL
}

/// The keys of a converter alone, called as it calls them itself; none: there is no such converter.
pub fn converter_definitions(class: &str) -> Option<Vec<ConfigKey>> {
    const PREFIX: &str = "value.converter.";
    const SCHEMAS: &str = "schemas.enable";
    let at = CONVERTERS.iter().position(|known| is_called(known, class))?;
    let own = definitions().iter().filter_map(|key| Some((key.name.strip_prefix(PREFIX)?, key)));
    let own = own.filter(|(name, _)| if *name == SCHEMAS { at == JSON } else { at == AVRO });
    let alone = |(order, (name, key)): (u32, (&'static str, &ConfigKey))| {
        let key = ConfigKey { name: Cow::Borrowed(name), order, ..key.clone() };
        if name != SCHEMAS {
            return key;
        }
        ConfigKey {
            default_value: Some("true"),
            display_name: Cow::Borrowed("Schemas"),
            documentation: Cow::Borrowed("Whether each key or value is an object of schema and payload."),
            ..key
        }
    };
    Some((1..).zip(own).map(alone).collect())
}

/// The definition of a key, also of one that carries a topic in its name; none: there is no such key.
pub(super) fn definition(key: &str) -> Option<ConfigKey> {
    definitions().iter().find(|definition| definition.name == key).cloned().or_else(|| of_topic(key))
}

/// Where a key stands among all: first those without a definition, as in Connect, last those of topics.
pub(super) fn place(key: &str) -> usize {
    match definitions().iter().position(|definition| definition.name == key) {
        Some(at) => at + 1,
        None if of_topic(key).is_some() => usize::MAX,
        None => 0,
    }
}

/// The definition of a key that carries a topic in its name.
fn of_topic(key: &str) -> Option<ConfigKey> {
    const ORDER: u32 = 13;
    let of = |prefix: &str, what: &str, about: &str, recommended_values| {
        let topic = key.strip_prefix(prefix).filter(|topic| !topic.is_empty())?;
        Some(ConfigKey {
            name: Cow::Owned(key.to_owned()),
            kind: Type::String,
            required: false,
            default_value: None,
            importance: Importance::High,
            documentation: Cow::Owned(format!("{about} of topic '{topic}'.")),
            group: STRATEGIES,
            order: ORDER,
            width: Width::Long,
            display_name: Cow::Owned(format!("{what} for {topic}")),
            dependents: &[],
            recommended_values,
        })
    };
    of("sluice.event.topic.", "Event", "Which of the built-in events are the records", EVENTS)
        .or_else(|| of("neo4j.pattern.topic.", "Patterns", "Which nodes and relationships come of the records", &[]))
        .or_else(|| of("neo4j.cypher.topic.", "Statement", "The statement that is run with the records", &[]))
}

const EVENTS: &[&str] = &["purchase", "interaction", "connection"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_is_defined_once_and_has_a_place_of_its_own_in_its_group() {
        let names: BTreeSet<&str> = definitions().iter().map(|key| &*key.name).collect();
        let places: BTreeSet<(&str, u32)> = definitions().iter().map(|key| (key.group, key.order)).collect();
        assert_eq!((names.len(), places.len()), (definitions().len(), definitions().len()));
        assert!(definitions().iter().all(|key| GROUPS.contains(&key.group) && key.documentation.ends_with('.')));
    }

    #[test]
    fn a_key_of_a_topic_is_described_with_the_topic() {
        let key = definition("neo4j.pattern.topic.a.b").unwrap();
        assert_eq!((&*key.display_name, key.group), ("Patterns for a.b", STRATEGIES));
        assert_eq!(definition("neo4j.pattern.topic."), None);
    }

    #[test]
    fn the_documentation_tells_of_every_key_what_is_told_here() {
        let documentation = include_str!("../../../../docs/connector-configuration.md");
        for key in definitions() {
            let default = match (key.required, key.default_value) {
                (true, _) => "needed".to_owned(),
                (false, Some(default)) if !default.is_empty() => format!("`{default}`"),
                (false, _) => String::new(),
            };
            let kind = format!("{:?}", key.kind).to_uppercase();
            let row = format!("| `{}` | {kind} | {default} | {} |", key.name, key.documentation);
            assert!(documentation.contains(&row), "{row}");
        }
    }
}
