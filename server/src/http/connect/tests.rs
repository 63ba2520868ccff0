use std::net::Ipv4Addr;

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sink::connector::config::{Process, definitions};
use tower::ServiceExt;

use super::{
    memory::Memory,
    port::{Health, Restart},
    *,
};
use crate::http::Hosts;

#[path = "../../../tests/connect/compare.rs"]
mod compare;
#[path = "../../../tests/connect/table.rs"]
mod table;

struct Api {
    memory: Arc<Memory>,
    router: Router,
}

struct Answer {
    status: u16,
    location: Option<String>,
    /// None where there is none.
    body: Option<Value>,
}

impl Api {
    fn new() -> Self {
        Self::guarded(None)
    }

    fn guarded(token: Option<&str>) -> Self {
        let memory = Arc::new(Memory::new(Process::neo4j("bolt://n:7687", "neo4j", "neo4j")));
        let guard = Guard::new(token.map(Into::into), Hosts::new(Ipv4Addr::LOCALHOST.into(), Vec::new()));
        let loggers = Arc::new(Loggers::new("info,neo4rs=warn", Box::new(|_| Ok(()))));
        let router = router(Connect { workers: memory.clone(), loggers }, Arc::new(guard));
        Self { memory, router }
    }

    /// Asks with a method and an address; a body is JSON.
    async fn ask(&self, asked: &str, body: &str) -> Answer {
        self.ask_with(asked, body, &[("host", "localhost:8083"), ("content-type", "application/json")]).await
    }

    async fn ask_with(&self, asked: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let (method, address) = asked.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(address).header(header::CONTENT_LENGTH, body.len());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let (status, location) = (answer.status().as_u16(), answer.headers().get(header::LOCATION).cloned());
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Answer {
            status,
            location: location.map(|location| location.to_str().unwrap().to_owned()),
            body: (!bytes.is_empty()).then(|| serde_json::from_slice(&bytes).unwrap()),
        }
    }

    async fn told(&self, asked: &str) -> (u16, Value) {
        let answer = self.ask(asked, "").await;
        (answer.status, answer.body.unwrap_or_default())
    }

    /// A connector of two tasks.
    async fn create(&self, name: &str) {
        let config = json!({"connector.class": "Neo4jSink", "topics": "t", "tasks.max": 2, "neo4j.pattern.topic.t": "(:A{!id})"});
        let created = self.ask("POST /connectors", &json!({"name": name, "config": config}).to_string()).await;
        assert_eq!(created.status, 201, "{:?}", created.body);
    }
}

#[tokio::test]
async fn the_table_holds() {
    let api = Api::new();
    for (at, row) in table::ROWS.iter().enumerate() {
        let answer = api.ask(row.asked, row.body).await;
        let wanted = (!row.answer.is_empty()).then(|| serde_json::from_str::<Value>(row.answer).unwrap());
        let fits = match (&wanted, &answer.body) {
            (Some(wanted), Some(got)) => compare::fits(wanted, got),
            (wanted, got) => wanted.is_none() && got.is_none(),
        };
        assert!(
            answer.status == row.status && fits,
            "row {at}, {}\n{} {}\nwanted {} {}\ngot    {} {}",
            row.restates,
            row.asked,
            row.body,
            row.status,
            row.answer,
            answer.status,
            answer.body.unwrap_or_default(),
        );
    }
}

#[tokio::test]
async fn a_new_connector_is_where_its_location_says() {
    let api = Api::new();
    let config = json!({"connector.class": "Neo4jSink", "topics": "t", "neo4j.pattern.topic.t": "(:A{!id})"});
    for name in ["plain", "ta/b&c=d//\\rx=1þ.1>< `'\" x%y+z!ሴ#$&'(æ)*+,:;=?ñ@[]ÿ", "..%2F"] {
        let created = api.ask("POST /connectors", &json!({"name": name, "config": config}).to_string()).await;
        let location = created.location.unwrap();
        assert_eq!(api.told(&format!("GET {location}")).await.1["name"], name, "{location}");
    }
}

#[tokio::test]
async fn only_what_failed_is_restarted_where_that_is_asked() {
    let api = Api::new();
    api.create("c").await;
    api.memory.fail("c", Some(1));
    let (status, told) = api.told("POST /connectors/c/restart?includeTasks=TRUE&onlyFailed=true").await;
    let tasks: Vec<&Value> = told["tasks"].as_array().unwrap().iter().map(|task| &task["state"]).collect();
    assert_eq!(
        (status, &told["connector"]["state"], tasks),
        (202, &json!("RUNNING"), vec![&json!("RUNNING"), &json!("RESTARTING")])
    );
    api.memory.fail("c", None);
    let (_, told) = api.told("GET /connectors/c/status").await;
    assert_eq!(
        told["connector"],
        json!({"state": "FAILED", "worker_id": "memory:8083", "version": "1.2.3", "trace": "it was told to fail"})
    );
    let (_, told) = api.told("POST /connectors/c/restart?onlyFailed=true").await;
    assert_eq!(told["connector"]["state"], "RESTARTING");
    assert_eq!(
        api.memory.restarts("c"),
        [Restart { connector: false, tasks: vec![1] }, Restart { connector: true, tasks: vec![] }]
    );
}

#[tokio::test]
async fn a_connector_of_which_nobody_said_anything_has_no_status_yet() {
    let api = Api::new();
    api.create("c").await;
    api.memory.forget_status("c");
    assert_eq!(api.told("GET /connectors/c/status").await.0, 404);
    assert_eq!(
        api.told("POST /connectors/c/restart?includeTasks=true").await,
        (404, json!({"error_code": 404, "message": "Status for connector c not found"}))
    );
    assert_eq!(api.told("GET /connectors?expand=status").await.1.get("c"), None);
    assert!(api.told("GET /connectors?expand=info").await.1.get("c").is_some());
}

#[tokio::test]
async fn offsets_stay_while_a_task_is_still_there() {
    let api = Api::new();
    api.create("c").await;
    api.ask("PUT /connectors/c/stop", "").await;
    api.memory.linger("c");
    let (status, told) = api.told("DELETE /connectors/c/offsets").await;
    assert!(status == 400 && told["message"].as_str().unwrap().contains("STOPPED state"), "{told}");
    assert_eq!(api.told("GET /connectors/c/offsets").await.1["offsets"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn health_says_whether_it_starts_or_broke() {
    let api = Api::new();
    for (health, status, word) in [
        (Health::Starting("The store does not answer.".into()), 503, "starting"),
        (Health::Unhealthy("The store does not answer.".into()), 500, "unhealthy"),
    ] {
        api.memory.be(health);
        let (got, told) = api.told("GET /health").await;
        assert_eq!((got, told["status"].as_str()), (status, Some(word)));
        assert!(told["message"].as_str().unwrap().ends_with(" The store does not answer."));
    }
}

#[tokio::test]
async fn what_does_not_answer_is_named() {
    let api = Api::new();
    api.create("c").await;
    api.memory.be_out("The store at bolt://n:7687 does not answer.");
    for asked in [
        "GET /connectors",
        "GET /connectors/c",
        "DELETE /connectors/c",
        "GET /connectors/c/status",
        "PUT /connectors/c/pause",
        "POST /connectors/c/restart",
        "GET /connectors/c/offsets",
        "GET /connectors/c/topics",
        "PUT /connectors/c/topics/reset",
    ] {
        let body =
            json!({"error_code": 500, "message": "Request timed out. The store at bolt://n:7687 does not answer."});
        assert_eq!(api.told(asked).await, (500, body), "{asked}");
    }
}

#[tokio::test]
async fn what_the_database_refuses_is_said_at_its_key_too() {
    let api = Api::new();
    let config =
        json!({"connector.class": "Neo4jSink", "topics": "t", "neo4j.cypher.topic.t": "MERGED (n)", "name": "c"});
    let answer = api.ask("POST /connectors", &json!({"name": "c", "config": config}).to_string()).await;
    let said = "Invalid value for configuration neo4j.cypher.topic.t: Invalid input 'MERGED'";
    let message = answer.body.unwrap()["message"].as_str().unwrap().to_owned();
    assert!(answer.status == 400 && message.contains(&format!("following 1 error(s):\n{said}\n")), "{message}");
    let answer = api.ask("PUT /connector-plugins/Neo4jSink/config/validate", &config.to_string()).await;
    let infos = answer.body.unwrap();
    let key = infos["configs"].as_array().unwrap().iter().find(|it| it["value"]["name"] == "neo4j.cypher.topic.t");
    assert_eq!((&infos["error_count"], &key.unwrap()["value"]["errors"]), (&json!(1), &json!([said])));
    assert_eq!(api.told("GET /connectors/c").await.0, 404);
}

#[tokio::test]
async fn the_guard_speaks_connect_too() {
    let (open, locked) = (Api::new(), Api::guarded(Some("t")));
    let (host, json_type) = (("host", "localhost"), ("content-type", "application/json"));
    for (api, headers, status, message) in [
        (&open, &[host, ("content-type", "text/plain")][..], 415, "HTTP 415 Unsupported Media Type"),
        (&open, &[("host", "evil.example"), json_type], 403, "does not know itself"),
        (&open, &[host, json_type, ("origin", "http://evil.example")], 403, "another origin"),
        (&locked, &[host, json_type], 401, "admin token"),
        (&locked, &[host, json_type, ("authorization", "Bearer u")], 401, "admin token"),
    ] {
        let answer = api.ask_with("POST /connectors", "{}", headers).await;
        let body = answer.body.unwrap();
        assert_eq!((answer.status, body["error_code"].as_u64()), (status, Some(u64::from(status))), "{body}");
        assert!(body["message"].as_str().unwrap().contains(message), "{body}");
    }
    let allowed = [host, json_type, ("authorization", "Bearer t")];
    assert_eq!(locked.ask_with("PUT /connectors/purchases/pause", "", &allowed).await.status, 202);
    assert_eq!(locked.told("GET /connectors").await.0, 200);
    let large = "x".repeat(5 << 20);
    let answer = open.ask("PUT /connectors/c/config", &large).await;
    assert_eq!((answer.status, answer.body.unwrap()["error_code"].as_u64()), (413, Some(413)));
}

#[tokio::test]
async fn whoever_sends_nothing_may_say_any_type_of_it() {
    let api = Api::new();
    api.create("c").await;
    for (asked, status) in [
        ("PUT /connectors/c/pause", 202),
        ("PUT /connectors/c/topics/reset", 202),
        ("POST /connectors/c/restart", 204),
        ("POST /connectors/c/tasks/0/restart", 204),
        ("PUT /connectors/nobody/pause", 404),
    ] {
        let headers = [("host", "localhost"), ("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(api.ask_with(asked, "", &headers).await.status, status, "{asked}");
    }
}

#[tokio::test]
async fn a_plugin_describes_all_its_keys() {
    let (status, told) = Api::new().told("GET /connector-plugins/sluice.Neo4jSink/config").await;
    let told = told.as_array().unwrap().clone();
    assert_eq!((status, told.len()), (200, definitions().len()));
    let fields = [
        "default_value",
        "dependents",
        "display_name",
        "documentation",
        "group",
        "importance",
        "name",
        "order",
        "required",
        "type",
        "width",
    ];
    for key in told {
        assert!(key.as_object().unwrap().keys().eq(fields), "{key}");
    }
}

/// JSON of every shape, some of it almost a request.
fn any_body() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "name",
            "config",
            "initial_state",
            "connector.class",
            "Neo4jSink",
            "topics",
            "t",
            "neo4j.pattern.topic.t",
            "(:A{!id})",
            "offsets",
            "partition",
            "level"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    prop_oneof![8 => value.prop_map(|value| value.to_string()), 1 => "\\PC{0,30}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Whatever is sent, it is refused with a status of the 400s and a text, and nothing is left behind; or it was right.
    #[test]
    fn any_body_is_taken_or_refused_with_a_sentence(
        body in any_body(),
        asked in prop::sample::select(vec![
            "POST /connectors",
            "PUT /connectors/new/config",
            "PATCH /connectors/purchases/config",
            "PATCH /connectors/purchases/offsets",
            "PUT /connector-plugins/Neo4jSink/config/validate",
            "PUT /admin/loggers/sink",
        ]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let api = Api::new();
            let before = api.told("GET /connectors?expand=info").await;
            let answer = api.ask(asked, &body).await;
            if answer.status >= 300 {
                let told = answer.body.unwrap();
                prop_assert!((400..500).contains(&answer.status), "{} {}: {} {}", asked, body, answer.status, told);
                prop_assert!(told["message"].as_str().is_some_and(|message| message.len() > 10), "{}", told);
                prop_assert_eq!(before, api.told("GET /connectors?expand=info").await);
            }
            Ok(())
        })?;
    }
}

#[test]
fn the_written_account_names_every_test_that_is_restated() {
    let account = include_str!("../../../../docs/connect-conformance.md");
    for row in table::ROWS.iter().filter(|row| !row.restates.is_empty()) {
        let (class, test) = row.restates.split_once('.').unwrap();
        assert!(
            account.contains(&format!("**{class}**")) && account.contains(&format!("| `{test}` |")),
            "{}",
            row.restates
        );
        assert!(account.contains(&format!("`{}` {}", row.asked, row.status)), "{} {}", row.asked, row.status);
    }
    assert!(account.contains(&format!("a table of {} rows", table::ROWS.len())), "{} rows", table::ROWS.len());
}
