use super::*;

/// A configuration that can run, changed: a key with a text is set, one without is taken out.
pub(super) fn with(changes: &[(&str, Option<&str>)]) -> Raw {
    let mut raw: Raw = [
        ("name", "shop"),
        ("connector.class", CLASS),
        ("topics", "shipments"),
        ("neo4j.pattern.topic.shipments", "(:Shipment{!id})"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    for (key, value) in changes {
        match value {
            Some(value) => raw.insert((*key).to_owned(), (*value).to_owned()),
            None => raw.remove(*key),
        };
    }
    raw
}

pub(super) fn process() -> Process {
    Process::neo4j("bolt://n:7687", "neo4j", "shop")
}

fn good(changes: &[(&str, Option<&str>)]) -> Config {
    read("shop", &with(changes), &process()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The problems as `key: message`.
fn bad(changes: &[(&str, Option<&str>)]) -> Vec<String> {
    let problems = read("shop", &with(changes), &process()).expect_err("it has a problem");
    problems.into_iter().map(|problem| format!("{}: {}", problem.key, problem.message)).collect()
}

const URL: &str = "value.converter.schema.registry.url";
const SOURCE: &str = "value.converter.basic.auth.credentials.source";
const USER_INFO: &str = "value.converter.basic.auth.user.info";

/// Values in Avro, changed.
fn avro<'a>(changes: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, Option<&'a str>)> {
    [&[("value.converter", Some("AvroConverter")), (URL, Some("http://r:8081"))], changes].concat()
}

#[test]
fn what_is_not_said_is_what_the_documentation_says() {
    let config = good(&[]);
    let pattern =
        Strategy::Pattern { patterns: "(:Shipment{!id})".into(), merge_nodes: false, merge_relationships: false };
    assert_eq!(config.topics, [("shipments".to_owned(), pattern)]);
    assert_eq!((config.tasks_max, config.tolerance, config.start), (1, Tolerance::None, Start::Earliest));
    assert_eq!((config.dead_letter_topic, config.dead_letter_replication), (None, None));
    assert_eq!((config.dead_letter_headers, config.log_errors), (true, false));
    assert_eq!((config.key, config.value), (Converter::Text, Converter::Json { schemas: false }));
    // Topics have a default in Connect, and none with which anything could run.
    // And where nothing is in Avro, nobody can say who asks for its schemas.
    let is_free = |name: &str| name != "topics" && !name.ends_with(".credentials.source");
    for definition in definitions().iter().filter(|definition| is_free(&definition.name)) {
        let Some(default) = definition.default_value else { continue };
        let (stated, unstated) = (good(&[(&definition.name, Some(default))]), good(&[(&definition.name, None)]));
        // A JSON converter that is named has schemas, unless it is said that it has none.
        let expected = match &*definition.name {
            "value.converter" => Converter::Json { schemas: true },
            _ => unstated.value.clone(),
        };
        assert_eq!(stated.value, expected, "{}", definition.name);
        assert_eq!(Config { raw: Raw::new(), ..stated }, Config { raw: Raw::new(), value: expected, ..unstated });
    }
}

#[test]
fn what_is_said_is_read() {
    let config = good(&[
        ("topics", Some(" b, a ,b,c,d")),
        ("neo4j.pattern.topic.shipments", None),
        ("neo4j.pattern.topic.a", Some("(:A{!id})")),
        ("neo4j.pattern.merge-node-properties", Some("TRUE")),
        ("neo4j.cypher.topic.b", Some(" MERGE (n {id: e.id}) ")),
        ("neo4j.cypher.bind-value-as", Some("e")),
        ("neo4j.cypher.bind-header-as", Some("")),
        ("neo4j.cypher.bind-value-as-event", Some("false")),
        ("neo4j.cud.topics", Some("c")),
        ("sluice.event.topic.d", Some("connection")),
        ("tasks.max", Some(" 4 ")),
        ("errors.tolerance", Some("all")),
        ("errors.deadletterqueue.topic.name", Some("dead")),
        ("errors.deadletterqueue.topic.replication.factor", Some("1")),
        ("errors.deadletterqueue.context.headers.enable", Some("false")),
        ("errors.log.enable", Some("true")),
        ("errors.retry.timeout", Some("60000")),
        ("consumer.override.auto.offset.reset", Some("latest")),
        ("key.converter", Some("ByteArrayConverter")),
        ("key.converter.schemas.enable", Some("false")),
        ("value.converter", Some("org.apache.kafka.connect.json.JsonConverter")),
        ("value.converter.schemas.enable", Some("false")),
        ("neo4j.uri", Some("bolt://n:7687")),
        ("neo4j.database", Some("shop")),
        ("neo4j.authentication.type", Some("BASIC")),
        ("neo4j.authentication.basic.username", Some("neo4j")),
        ("connector.class", Some("org.neo4j.connectors.kafka.sink.Neo4jConnector")),
    ]);
    let names = Names { header: None, value: Some("e".into()), event: false, ..Names::default() };
    assert_eq!(
        config.topics,
        [
            ("b".to_owned(), Strategy::Cypher { statement: "MERGE (n {id: e.id})".into(), names }),
            (
                "a".to_owned(),
                Strategy::Pattern { patterns: "(:A{!id})".into(), merge_nodes: true, merge_relationships: false }
            ),
            ("c".to_owned(), Strategy::Cud),
            ("d".to_owned(), Strategy::Event(Kind::Connection)),
        ]
    );
    assert_eq!(config.kind_of("d"), Some(Kind::Connection));
    assert_eq!((config.tasks_max, config.tolerance, config.start), (4, Tolerance::All, Start::Latest));
    assert_eq!((config.dead_letter_topic.as_deref(), config.dead_letter_replication), (Some("dead"), Some(1)));
    assert_eq!((config.dead_letter_headers, config.log_errors), (false, true));
    assert_eq!((config.key, config.value), (Converter::Bytes, Converter::Json { schemas: false }));
    assert_eq!(config.raw["topics"], " b, a ,b,c,d", "it is kept as it was written");
}

#[test]
fn avro_is_read_with_the_schemas_of_a_registry() {
    let address = |url: &str, user: Option<&str>| Address {
        url: url.to_owned(),
        user: user.map(|text| UserInfo::new(text.to_owned())),
    };
    for (changes, addresses) in [
        (avro(&[]), vec![address("http://r:8081", None)]),
        (avro(&[("value.converter.schemas.enable", Some("true"))]), vec![address("http://r:8081", None)]),
        (avro(&[("value.converter", Some("Avro"))]), vec![address("http://r:8081", None)]),
        (
            avro(&[(URL, Some("https://a/x/ , http://u:p@b:1"))]),
            vec![address("https://a/x", None), address("http://b:1", Some("u:p"))],
        ),
        (
            avro(&[(SOURCE, Some("USER_INFO")), (USER_INFO, Some("u:p:q")), (URL, Some("http://a,http://b"))]),
            vec![address("http://a", Some("u:p:q")), address("http://b", Some("u:p:q"))],
        ),
    ] {
        assert_eq!(good(&changes).value, Converter::Avro(SchemaRegistry { addresses }), "{changes:?}");
    }
    let key = [
        ("key.converter", Some("io.confluent.connect.avro.AvroConverter")),
        ("key.converter.schema.registry.url", Some("http://r")),
        ("neo4j.cud.topics", Some("shipments")),
        ("neo4j.pattern.topic.shipments", None),
    ];
    assert!(matches!(good(&key).key, Converter::Avro(_)));
    assert!(matches!(good(&avro(&key)).value, Converter::Avro(_)));
}

#[test]
fn what_was_hidden_comes_back_as_it_was_while_it_goes_where_it_went() {
    let nullable = |raw: &Raw| raw.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
    for (url, info) in [("http://a:8081", Some("u:s3cret")), ("http://u:s3cret@a:8081", None)] {
        let source = info.map(|_| "USER_INFO");
        let known = with(&avro(&[(URL, Some(url)), (SOURCE, source), (USER_INFO, info), ("tasks.max", Some("3"))]));
        let seen: Raw = known.iter().map(|(key, value)| (key.clone(), shown(key, value))).collect();
        assert!(!format!("{seen:?}").contains("s3cret"));
        let mut changed: BTreeMap<String, Option<String>> = nullable(&seen);
        assert_eq!(revealed(&changed, &known), nullable(&known));
        changed.insert("tasks.max".into(), Some("4".into()));
        let meant = revealed(&changed, &known);
        assert_eq!(meant["tasks.max"].as_deref(), Some("4"));
        assert_eq!((meant[URL].as_deref(), meant.get(USER_INFO)), (Some(url), nullable(&known).get(USER_INFO)));
        let infos = validate(CLASS, &meant, &process());
        assert_eq!(infos.error_count, 0);
        assert!(!serde_json::to_string(&infos).unwrap().contains("s3cret"));
        // Somebody else's server is not told.
        changed.insert(URL.into(), Some(shown(URL, &url.replace("a:8081", "mine"))));
        assert_eq!(revealed(&changed, &known), changed);
        assert_eq!(validate(CLASS, &changed, &process()).error_count, 1);
    }
}

#[test]
fn of_the_topics_that_match_those_with_a_strategy_are_read() {
    let config = good(&[
        ("topics", None),
        ("topics.regex", Some("ship.*|orders")),
        ("neo4j.pattern.topic.ships", Some("(:Ship{!id})")),
        ("neo4j.cud.topics", Some("orders")),
    ]);
    let topics: Vec<&str> = config.topics.iter().map(|(topic, _)| topic.as_str()).collect();
    assert_eq!(topics, ["orders", "shipments", "ships"]);
}

#[test]
fn every_problem_is_said_at_its_key() {
    for (changes, expected) in [
        (
            &[("connector.class", None)][..],
            "connector.class: Missing required configuration \"connector.class\" which has no default value.",
        ),
        (
            &[("connector.class", Some("FileStreamSink"))],
            "connector.class: Failed to find any class that implements Connector and which name matches FileStreamSink",
        ),
        (
            &[("name", Some("other"))],
            "name: Connector name configuration (other) doesn't match connector name in the URL (shop)",
        ),
        (
            &[("tasks.max", Some("many"))],
            "tasks.max: Invalid value many for configuration tasks.max: Not a number of type INT",
        ),
        (
            &[("tasks.max", Some("0"))],
            "tasks.max: Invalid value 0 for configuration tasks.max: Value must be at least 1",
        ),
        (&[("tasks.max", Some("65"))], "Value must be no more than 64"),
        (&[("topics", None)], "topics: Must configure one of topics or topics.regex"),
        (&[("topics", None)], "topics.regex: Must configure one of topics or topics.regex"),
        (&[("topics", Some(" , "))], "topics: Must configure one of topics or topics.regex"),
        (
            &[("topics.regex", Some("a.*"))],
            "topics.regex: topics and topics.regex are mutually exclusive options, but both are set.",
        ),
        (
            &[("topics", None), ("topics.regex", Some("a.*"))],
            "topics.regex: Invalid value a.* for configuration topics.regex: no topic that matches has a strategy",
        ),
        (
            &[("topics", None), ("topics.regex", Some("ship"))],
            "neo4j.pattern.topic.shipments: Topic 'shipments' has a strategy but does not match topics.regex: let it match",
        ),
        (
            &[("topics", None), ("topics.regex", Some("ship(ments"))],
            "topics.regex: Invalid value ship(ments for configuration topics.regex: Invalid regular expression: unclosed group",
        ),
        (&[("topics", Some("shipments,a b"))], "topics: 'a b' is no name of a topic"),
        (&[("topics", Some("shipments,more"))], "topics: Topic 'more' has no strategy: state one of"),
        (
            &[("neo4j.cud.topics", Some("shipments"))],
            "neo4j.cud.topics: Topic 'shipments' has more than one strategy: neo4j.pattern.topic.shipments, neo4j.cud.topics",
        ),
        (
            &[("neo4j.cud.topics", Some("shipments"))],
            "neo4j.pattern.topic.shipments: Topic 'shipments' has more than one strategy",
        ),
        (
            &[("neo4j.cypher.topic.gone", Some("CREATE (n)"))],
            "neo4j.cypher.topic.gone: Topic 'gone' has a strategy but is not in topics",
        ),
        (
            &[("neo4j.pattern.topic.shipments", Some(" "))],
            "neo4j.pattern.topic.shipments: column 2: expected '(' and a node",
        ),
        (
            &[("neo4j.pattern.bind-key-as", Some("k"))],
            "neo4j.pattern.bind-key-as: Invalid value k for configuration neo4j.pattern.bind-key-as: In patterns it is always called __key",
        ),
        (&[("neo4j.cypher.bind-key-as", Some("a b"))], "neo4j.cypher.bind-key-as: Invalid value a b"),
        (
            &[("neo4j.cypher.bind-key-as", Some("event"))],
            "neo4j.cypher.bind-key-as: Invalid value event for configuration neo4j.cypher.bind-key-as: Two parts",
        ),
        (
            &[
                ("neo4j.cypher.bind-timestamp-as", Some("")),
                ("neo4j.cypher.bind-header-as", Some("")),
                ("neo4j.cypher.bind-key-as", Some("")),
                ("neo4j.cypher.bind-value-as", Some("")),
                ("neo4j.cypher.bind-value-as-event", Some("false")),
            ],
            "neo4j.cypher.bind-value-as: At least one variable binding must be specified for Cypher strategies.",
        ),
        (
            &[("errors.tolerance", Some("some"))],
            "errors.tolerance: Invalid value some for configuration errors.tolerance: String must be one of: none, all",
        ),
        (
            &[("errors.log.enable", Some("yes"))],
            "errors.log.enable: Invalid value yes for configuration errors.log.enable: Expected value to be either true or false",
        ),
        (
            &[("errors.log.include.messages", Some("true"))],
            "errors.log.include.messages: What records hold reaches no log",
        ),
        (
            &[("errors.deadletterqueue.topic.name", Some("shipments"))],
            "topics: The DLQ topic 'shipments' may not be included in the list of topics ('topics=[shipments]') consumed by the connector",
        ),
        (&[("errors.deadletterqueue.topic.name", Some("a/b"))], "errors.deadletterqueue.topic.name: Invalid value a/b"),
        (&[("errors.deadletterqueue.topic.replication.factor", Some("0"))], "Value must be at least 1, or -1"),
        (
            &[("errors.retry.timeout", Some("1s"))],
            "errors.retry.timeout: Invalid value 1s for configuration errors.retry.timeout: Not a number of type LONG",
        ),
        (&[("consumer.override.auto.offset.reset", Some("none"))], "String must be one of: earliest, latest"),
        (
            &[("consumer.override.group.id", Some("x"))],
            "consumer.override.group.id: Consumers are configured for the process",
        ),
        (&[("producer.override.acks", Some("1"))], "producer.override.acks: Producers are configured"),
        (
            &[("value.converter", Some("io.confluent.connect.json.JsonSchemaConverter"))],
            "value.converter: Invalid value io.confluent.connect.json.JsonSchemaConverter for configuration value.converter: Class io.confluent.connect.json.JsonSchemaConverter could not be found.",
        ),
        (
            &[("value.converter", Some("io.confluent.connect.protobuf.ProtobufConverter"))],
            "Class io.confluent.connect.protobuf.ProtobufConverter could not be found.",
        ),
        (
            &[("value.converter.schema.registry.url", Some("http://r"))],
            "value.converter.schema.registry.url: Only io.confluent.connect.avro.AvroConverter asks a schema registry",
        ),
        (
            &[("key.converter.basic.auth.user.info", Some("a:b"))],
            "key.converter.basic.auth.user.info: Only io.confluent.connect.avro.AvroConverter asks a schema registry",
        ),
        (
            &[("value.converter", Some("AvroConverter"))],
            "value.converter.schema.registry.url: Missing required configuration",
        ),
        (
            &*avro(&[(URL, Some(" , "))]),
            "value.converter.schema.registry.url: value.converter.schema.registry.url names no",
        ),
        (
            &*avro(&[(URL, Some("http://r,registry:8081"))]),
            "value.converter.schema.registry.url: Invalid value for configuration value.converter.schema.registry.url: A schema registry's URL begins with",
        ),
        (
            &*avro(&[(SOURCE, Some("SASL_INHERIT"))]),
            "value.converter.basic.auth.credentials.source: Invalid value SASL_INHERIT for configuration value.converter.basic.auth.credentials.source: String must be one of: URL, USER_INFO",
        ),
        (
            &*avro(&[(SOURCE, Some("USER_INFO"))]),
            "value.converter.basic.auth.user.info: value.converter.basic.auth.credentials.source says",
        ),
        (&*avro(&[(USER_INFO, Some("a:b"))]), "value.converter.basic.auth.user.info: Without"),
        (
            &*avro(&[(SOURCE, Some("USER_INFO")), (USER_INFO, Some("ab"))]),
            "value.converter.basic.auth.user.info: It is no <name>:<password>",
        ),
        (
            &*avro(&[(SOURCE, Some("USER_INFO")), (USER_INFO, Some(HIDDEN))]),
            "value.converter.basic.auth.user.info: [hidden] is what is shown of a secret",
        ),
        (
            &*avro(&[(SOURCE, Some("USER_INFO")), (USER_INFO, Some("a:b")), (URL, Some("http://c:d@r"))]),
            "value.converter.schema.registry.url: value.converter.basic.auth.credentials.source says",
        ),
        (
            &*avro(&[("value.converter.schemas.enable", Some("false"))]),
            "value.converter.schemas.enable: Avro has schemas: set value.converter.schemas.enable to true",
        ),
        (
            &*avro(&[("value.converter.schema.registry.ssl.truststore.location", Some("/x"))]),
            "value.converter.schema.registry.ssl.truststore.location: Unknown configuration",
        ),
        (
            &*avro(&[("value.converter.enhanced.avro.schema.support", Some("true"))]),
            "value.converter.enhanced.avro.schema.support: Unknown configuration",
        ),
        (
            &*avro(&[("sluice.event.topic.shipments", Some("purchase")), ("neo4j.pattern.topic.shipments", None)]),
            "value.converter: The events of sluice.event.topic.shipments are JSON without a schema",
        ),
        (&[("key.converter.schemas.enable", Some("true"))], "key.converter.schemas.enable: Only JSON has schemas"),
        (&[("transforms", Some("route"))], "transforms: Transformations are not supported"),
        (&[("transforms.route.type", Some("x"))], "transforms.route.type: Transformations are not supported"),
        (
            &[("header.converter", Some("SimpleHeaderConverter"))],
            "header.converter: Header converters are not supported",
        ),
        (
            &[("neo4j.uri", Some("bolt://other:7687"))],
            "neo4j.uri: Invalid value bolt://other:7687 for configuration neo4j.uri: All connectors write to the database of the process",
        ),
        (&[("neo4j.authentication.type", Some("KERBEROS"))], "neo4j.authentication.type: Invalid value KERBEROS"),
        (
            &[("neo4j.authentication.basic.password", Some("p"))],
            "neo4j.authentication.basic.password: The password is the process's",
        ),
        (
            &[("neo4j.authentication.kerberos.ticket", Some("t"))],
            "neo4j.authentication.kerberos.ticket: Connections to the database are the process's",
        ),
        (&[("neo4j.batch-size", Some("10"))], "neo4j.batch-size: A batch is what gathered"),
        (
            &[("neo4j.cdc.schema.topics", Some("t"))],
            "neo4j.cdc.schema.topics: The change data capture strategies are not supported",
        ),
        (&[("task.max", Some("2"))], "task.max: Unknown configuration \"task.max\": did you mean tasks.max?"),
        (&[("hdfs.url", Some("x"))], "hdfs.url: Unknown configuration \"hdfs.url\": leave it out"),
        (
            &[("sluice.event.topic.shipments", Some("return")), ("neo4j.pattern.topic.shipments", None)],
            "sluice.event.topic.shipments: Invalid value return for configuration sluice.event.topic.shipments: String must be one of: purchase, interaction, connection",
        ),
        (
            &[
                ("sluice.event.topic.shipments", Some("purchase")),
                ("neo4j.pattern.topic.shipments", None),
                ("value.converter", Some("JsonConverter")),
            ],
            "value.converter.schemas.enable: The events of sluice.event.topic.shipments have no schema",
        ),
        (
            &[
                ("neo4j.cud.topics", Some("shipments")),
                ("neo4j.pattern.topic.shipments", None),
                ("value.converter", Some("String")),
            ],
            "value.converter: What topic 'shipments' holds is read as JSON",
        ),
    ] {
        let problems = bad(changes);
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected}\n{problems:#?}");
    }
}

#[test]
fn names_are_free_but_for_what_nobody_could_write() {
    let said = |name: &str| {
        let raw = with(&[("name", Some(name))]);
        read(name, &raw, &process()).err().map(|problems| problems[0].message.clone()).unwrap_or_default()
    };
    assert_eq!(said("ta/b&c=d//\\rx=1þ.1>< `'\" x%y+z!ሴ#$&'(æ)*+,:;=?ñ@[]ÿ"), "");
    assert_eq!(said(""), "Invalid value  for configuration name: String may not be empty");
    assert_eq!(
        said("a\nb\u{8}"),
        "Invalid value a\nb\u{8} for configuration name: String may not contain control sequences but had the following \
         ASCII chars: 10, 8"
    );
    assert!(said(" a").contains("space") && said(&"a".repeat(256)).contains("255"));
}

#[test]
fn the_three_that_are_built_in_can_run_in_every_process() {
    for settings in
        [super::super::Settings::default(), super::super::Settings { tasks_max: 0, tolerance: Tolerance::None }]
    {
        for ((name, raw), kind) in built_in(settings).into_iter().zip(Kind::ALL) {
            let config = read(name, &raw, &Process::embedded()).unwrap_or_else(|problems| panic!("{problems:?}"));
            assert_eq!((config.name.as_str(), config.tolerance), (kind.topic(), settings.tolerance));
            assert_eq!(config.topics, [(kind.topic().to_owned(), Strategy::Event(kind))]);
            assert_eq!(config.tasks_max, settings.tasks_max.max(1));
        }
    }
}

#[test]
fn validating_shows_every_key_with_what_is_wrong_with_it() {
    let mut config: BTreeMap<String, Option<String>> = with(&[
        ("tasks.max", Some("many")),
        ("secret.token", Some("s3")),
        ("neo4j.authentication.basic.password", Some("pw")),
    ])
    .into_iter()
    .map(|(key, value)| (key, Some(value)))
    .collect();
    config.insert("errors.tolerance".into(), None);
    let infos = validate(CLASS, &config, &process());
    assert_eq!((infos.name.as_str(), infos.error_count), (CLASS, 4));
    assert_eq!(infos.configs.iter().map(|it| it.value.errors.len()).sum::<usize>(), 4);
    let of = |name: &str| infos.configs.iter().find(|it| it.value.name == name).unwrap();
    assert_eq!(of("tasks.max").value.value, None);
    assert_eq!(of("topics").value.value.as_deref(), Some("shipments"));
    assert_eq!(of("errors.tolerance").value.errors, ["Null value can not be supplied as the configuration value."]);
    assert_eq!(of("errors.log.enable").value.value.as_deref(), Some("false"));
    assert_eq!(of("neo4j.authentication.basic.password").value.value.as_deref(), Some(HIDDEN));
    assert_eq!((&infos.configs[0].definition, infos.configs[0].value.value.as_deref()), (&None, Some(HIDDEN)));
    assert!(of("neo4j.pattern.merge-node-properties").value.visible && !of("neo4j.cypher.bind-key-as").value.visible);
    assert!(!serde_json::to_string(&infos).unwrap().contains("s3"));
    assert_eq!(of("neo4j.pattern.topic.shipments").definition.as_ref().unwrap().group, "Strategies");
}

#[test]
fn a_definition_has_the_names_of_connect() {
    let json = serde_json::to_value(&definitions()[0]).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "name": "name", "type": "STRING", "required": true, "default_value": null, "importance": "HIGH",
            "documentation": definitions()[0].documentation, "group": "Common", "order": 1, "width": "MEDIUM",
            "display_name": "Connector name", "dependents": []
        })
    );
}
