//! Whatever people write, it is read or refused key by key.

use proptest::prelude::*;

use super::{
    CLASS, Process, Raw, definitions, read,
    tests::{process, with},
    validate,
};

/// Keys: those that there are, those that begin like them, and any text.
fn any_key() -> impl Strategy<Value = String> {
    let known: Vec<String> = definitions().iter().map(|key| key.name.to_string()).collect();
    let prefixes =
        ["sluice.event.topic.", "neo4j.pattern.topic.", "neo4j.cypher.topic.", "transforms.", "consumer.override."];
    prop_oneof![
        4 => prop::sample::select(known),
        2 => (prop::sample::select(prefixes.to_vec()), "[a-c./ ]{0,3}").prop_map(|(prefix, rest)| format!("{prefix}{rest}")),
        1 => "\\PC{0,12}",
    ]
}

/// Values: those that fit somewhere, those that almost do, and any text.
fn any_value() -> impl Strategy<Value = String> {
    let words = [
        "",
        " ",
        "true",
        "TRUE ",
        "no",
        "0",
        "1",
        "-1",
        "99999999999999999999",
        "a",
        "a,b",
        ",,",
        "a, a",
        "all",
        "none",
        "earliest",
        CLASS,
        "JsonConverter",
        "AvroConverter",
        "http://u:p@r:8081, https://s",
        "USER_INFO",
        "[hidden]",
        "purchase",
        "(:A{!id})",
        "(:A{",
        "CREATE (n)",
        "CREATE (n) }",
        "'",
        "/*",
        "`",
        "{",
        "}",
        "\u{0}",
        "bolt://n:7687",
    ];
    prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Whatever is written, it is read, or each problem names a key and says something; and validating agrees.
    #[test]
    fn any_configuration_is_read_or_refused_key_by_key(
        raw in prop::collection::btree_map(any_key(), any_value(), 0..12),
        complete in any::<bool>(),
        embedded in any::<bool>(),
    ) {
        let raw: Raw = if complete { with(&[]).into_iter().chain(raw).collect() } else { raw };
        let process = if embedded { Process::embedded() } else { process() };
        let name = raw.get("name").cloned().unwrap_or_else(|| "shop".to_owned());
        let nullable = raw.clone().into_iter().map(|(key, value)| (key, Some(value)));
        let nullable = nullable.chain([("name".to_owned(), Some(name.clone()))]).collect();
        let infos = validate(CLASS, &nullable, &process);
        match read(&name, &raw, &process) {
            Ok(config) => {
                prop_assert_eq!(infos.error_count, 0);
                prop_assert!(!config.topics.is_empty() && (1..=64).contains(&config.tasks_max));
                // What was read once is read again as the same.
                prop_assert_eq!(read(&name, &config.raw, &process), Ok(config));
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                prop_assert_eq!(infos.error_count, problems.len());
                for problem in problems {
                    prop_assert!(problem.message.len() > 10, "{:?}", problem);
                    let shown = infos.configs.iter().find(|it| it.value.name == problem.key);
                    prop_assert!(shown.is_some_and(|it| it.value.errors.contains(&problem.message)), "{:?}", problem);
                }
            }
        }
    }
}
