//! CUD messages as data: what each changes, or why not.

use super::*;

fn read(text: &str) -> String {
    change(&serde_json::from_str(text).unwrap())
        .map_or_else(|fault| format!("{}: {}", fault.reason, fault.message), |mutation| mutation.to_string())
}

#[test]
fn each_message_says_what_it_changes() {
    for (text, expected) in [
        (
            r#"{"type":"node","op":"create","labels":["Foo","Bar"],"properties":{"id":1,"foo":"x"}}"#,
            r#"create (:Foo:Bar) set {foo: "x", id: 1}"#,
        ),
        (r#"{"type":"node","op":"create","ids":{"id":1},"properties":{"n":2}}"#, "create () set {id: 1, n: 2}"),
        (
            r#"{"type":"node","op":"update","labels":["Foo"],"ids":{"id":0},"properties":{"id":1,"gone":null}}"#,
            "update (:Foo {id: 0}) add {gone: null, id: 1}",
        ),
        (
            r#"{"type":"node","op":"merge","labels":["Foo","Foo"],"ids":{"id":0},"properties":{"a":{"b":1}}}"#,
            "merge (:Foo {id: 0}) add {a.b: 1}",
        ),
        (r#"{"type":"NODE","op":"DELETE","labels":["Foo"],"ids":{"id":0}}"#, "delete (:Foo {id: 0})"),
        (r#"{"type":"node","op":"delete","ids":{"id":0},"detach":true}"#, "detach delete ( {id: 0})"),
        (r#"{"type":"node","op":"delete","ids":{"id":0},"detach":null,"more":[]}"#, "delete ( {id: 0})"),
        (
            r#"{"type":"relationship","op":"create","rel_type":"R","from":{"labels":["A"],"ids":{"id":0}},
                "to":{"labels":["B"],"ids":{"id":1}},"properties":{"by":"x"}}"#,
            r#"create (:A {id: 0})-[:R]->(:B {id: 1}) set {by: "x"}"#,
        ),
        (
            r#"{"type":"relationship","op":"create","rel_type":"R","ids":{"n":5},"from":{"ids":{"id":0},"op":"merge"},
                "to":{"ids":{"id":1},"op":"match"},"properties":{"n":6}}"#,
            "create (merge  {id: 0})-[:R {n: 5}]->( {id: 1}) set {}",
        ),
        (
            r#"{"type":"relationship","op":"update","rel_type":"R","from":{"labels":["A"],"ids":{"id":0}},
                "to":{"labels":["B"],"ids":{"id":1},"op":"merge"},"ids":{"id":5},"properties":{"by":"x"}}"#,
            r#"update (:A {id: 0})-[:R {id: 5}]->(merge :B {id: 1}) add {by: "x"}"#,
        ),
        (
            r#"{"type":"relationship","op":"MERGE","rel_type":"R","from":{"labels":["A"],"ids":{"id":0}},
                "to":{"labels":["B"],"ids":{"id":1},"op":"MERGE"},"properties":{}}"#,
            "merge (:A {id: 0})-[:R]->(merge :B {id: 1})",
        ),
        (
            r#"{"type":"relationship","op":"delete","rel_type":"R","from":{"labels":["A"],"ids":{"id":0}},
                "to":{"labels":["B"],"ids":{"id":1}}}"#,
            "delete (:A {id: 0})-[:R]->(:B {id: 1})",
        ),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn a_message_that_says_nothing_of_the_kind_is_a_fault() {
    for (text, expected) in [
        ("null", "null_value: the record has no value"),
        ("[]", "not_an_object: the value has to be a JSON object"),
        ("{}", "op_missing: op is missing"),
        (r#"{"op":1}"#, "op_wrong_type: op has to be text"),
        (r#"{"op":"upsert"}"#, "op_unknown: op has to be create, update, merge or delete, and is \"upsert\""),
        (r#"{"op":"merge"}"#, "type_missing: type is missing"),
        (r#"{"op":"merge","type":"edge"}"#, "type_unknown: type has to be node or relationship, and is \"edge\""),
        (r#"{"op":"merge","type":"node","properties":{}}"#, "ids_missing: ids is missing"),
        (r#"{"op":"merge","type":"node","ids":{},"properties":{}}"#, "ids_missing: ids is missing"),
        (r#"{"op":"merge","type":"node","ids":7}"#, "ids_wrong_type: ids has to be an object"),
        (r#"{"op":"merge","type":"node","ids":{"a":null}}"#, "key_missing: the key property a is null"),
        (r#"{"op":"merge","type":"node","ids":{"a":{}}}"#, "key_wrong_type: the key property a can't be an object"),
        (r#"{"op":"merge","type":"node","ids":{"_id":1}}"#, "internal_id: ids can't have Neo4j's internal _id"),
        (r#"{"op":"merge","type":"node","ids":{"a":1}}"#, "properties_missing: properties is missing"),
        (r#"{"op":"create","type":"node"}"#, "properties_missing: properties is missing"),
        (
            r#"{"op":"create","type":"node","properties":{"a":[{}]}}"#,
            "property_unstorable: no graph keeps an object as a property: a",
        ),
        (
            r#"{"op":"create","type":"node","labels":"A","properties":{}}"#,
            "labels_wrong_type: labels has to be a list of names",
        ),
        (
            r#"{"op":"create","type":"node","labels":[""],"properties":{}}"#,
            "labels_wrong_type: labels has to be a list of names",
        ),
        (
            r#"{"op":"delete","type":"node","ids":{"a":1},"detach":"yes"}"#,
            "detach_wrong_type: detach has to be true or false",
        ),
        (r#"{"op":"merge","type":"relationship"}"#, "rel_type_missing: rel_type is missing"),
        (
            r#"{"op":"merge","type":"relationship","rel_type":""}"#,
            "rel_type_unknown: rel_type can't be empty or have a NUL in it",
        ),
        (r#"{"op":"merge","type":"relationship","rel_type":"R"}"#, "from_missing: from is missing"),
        (
            r#"{"op":"merge","type":"relationship","rel_type":"R","from":{"labels":["A"]}}"#,
            "ids_missing: from.ids is missing",
        ),
        (r#"{"op":"merge","type":"relationship","rel_type":"R","from":{"ids":{"a":1}}}"#, "to_missing: to is missing"),
        (
            r#"{"op":"merge","type":"relationship","rel_type":"R","from":{"ids":{"a":1},"op":"create"}}"#,
            "op_unknown: op has to be match or merge at an end, and is \"create\"",
        ),
        (
            r#"{"op":"merge","type":"relationship","rel_type":"R","from":{"ids":{"a":1}},"to":{"ids":{"_elementId":"x"}}}"#,
            "internal_id: to.ids can't have Neo4j's internal _elementId",
        ),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}
