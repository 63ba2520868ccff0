//! What mutations make of any graph, and that it goes with the checkpoint.

use serde_json::{Value as Json, json};
use sink::{
    cud,
    graph::{
        Mutation, Outcome, Store, Trouble,
        batch::Content,
        mutation::{END_NODE_MISSING, KeyShape, NODE_HAS_RELATIONSHIPS, Node, Properties, Relationship, Value},
    },
    pattern::{self, Message, Options},
};

use crate::fixture::{Hand, T, checkpoint, dead, place, purchase};

const REPLACE: Options = Options { merge_node_properties: false, merge_relationship_properties: false };
const ADD: Options = Options { merge_node_properties: true, merge_relationship_properties: true };

/// A record of a topic with patterns.
fn record(patterns: &str, options: Options, value: Json) -> Content {
    let message = Message { value, ..Message::default() };
    Content::Mutations(pattern::changes(&pattern::parse_all(patterns).unwrap(), options, &message).unwrap())
}

/// A record without a value.
fn tombstone(patterns: &str, key: Json) -> Content {
    let message = Message { key, ..Message::default() };
    Content::Mutations(pattern::changes(&pattern::parse_all(patterns).unwrap(), REPLACE, &message).unwrap())
}

fn cud(message: Json) -> Content {
    Content::Mutations(vec![cud::change(&message).unwrap()])
}

/// The address of what a pattern makes of a value.
fn address(pattern: &str, value: &Json) -> Mutation {
    let message = Message { value: value.clone(), ..Message::default() };
    pattern::changes(&[pattern::parse(pattern).unwrap()], REPLACE, &message).unwrap().remove(0)
}

fn node(pattern: &str, value: &Json) -> Node {
    match address(pattern, value) {
        Mutation::MergeNode { node, .. } => node,
        other => panic!("{other}"),
    }
}

/// The properties of the nodes at an address, one in a line.
async fn nodes(store: &dyn Store, pattern: &str, value: Json) -> Vec<String> {
    let found = store.nodes(&node(pattern, &value)).await.unwrap();
    let mut lines = found.iter().map(|node| shown(&node.properties)).collect::<Vec<_>>();
    lines.sort_unstable();
    lines
}

/// The properties of the relationships at an address.
async fn ties(store: &dyn Store, pattern: &str, value: Json) -> Vec<String> {
    let relationship: Relationship = match address(pattern, &value) {
        Mutation::MergeRelationship { relationship, .. } => relationship,
        other => panic!("{other}"),
    };
    let mut lines = store.relationships(&relationship).await.unwrap().iter().map(shown).collect::<Vec<_>>();
    lines.sort_unstable();
    lines
}

fn shown(properties: &Properties) -> String {
    properties.iter().map(|(name, value)| format!("{name}={}", value.canonical())).collect::<Vec<_>>().join(" ")
}

pub(crate) async fn a_merged_node_is_one_and_has_what_the_last_record_says(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "people", 0)).await;
    let write = |value| record("(:Person{!id})", REPLACE, value);
    let tally = hand.write(store, vec![write(json!({"id": 1, "name": "Ada", "old": true}))]).await;
    assert_eq!((tally.stored, tally.repeated, tally.dead), (1, 0, 0));
    hand.write(store, vec![write(json!({"id": 1, "name": "Eve"})), write(json!({"id": 2}))]).await;
    assert_eq!(nodes(store, "(:Person{!id})", json!({"id": 1})).await, ["id=1 name=\"Eve\""]);
    assert_eq!(nodes(store, "(:Person{!id})", json!({"id": 2})).await, ["id=2"]);
    assert_eq!(nodes(store, "(:Person{!id})", json!({"id": 3})).await, [""; 0]);
    assert_eq!(nodes(store, "(:Animal{!id})", json!({"id": 1})).await, [""; 0]);
}

pub(crate) async fn added_properties_leave_the_others_and_null_removes_one(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "people", 0)).await;
    let write = |value| record("(:Person{!id})", ADD, value);
    hand.write(store, vec![write(json!({"id": 1, "name": "Ada", "old": true}))]).await;
    hand.write(store, vec![write(json!({"id": 1, "old": null, "city": {"name": "Rome"}}))]).await;
    assert_eq!(nodes(store, "(:Person{!id})", json!({"id": 1})).await, ["city.name=\"Rome\" id=1 name=\"Ada\""]);
    // To replace is to leave nothing but what is said.
    hand.write(store, vec![record("(:Person{!id})", REPLACE, json!({"id": 1, "x": 1, "y": null}))]).await;
    assert_eq!(nodes(store, "(:Person{!id})", json!({"id": 1})).await, ["id=1 x=1"]);
}

pub(crate) async fn every_kind_of_value_comes_back_as_it_was(store: &dyn Store) {
    let value = json!({
        "id": "x", "yes": true, "no": false, "small": i64::MIN, "great": i64::MAX, "half": 0.5, "whole": 2.0, "text": "'\"`\\\u{0}\u{1f600}",
        "none": [], "numbers": [1, 2], "mixed": [1, 2.5], "texts": ["a", ""], "flags": [true]
    });
    let mut hand = Hand::on(store, place("k", "things", 0)).await;
    hand.write(store, vec![record("(:Thing{!id})", REPLACE, value.clone())]).await;
    let expected = match address("(:Thing{!id})", &value) {
        Mutation::MergeNode { assignment, .. } => assignment.properties().clone(),
        other => panic!("{other}"),
    };
    let mut found = store.nodes(&node("(:Thing{!id})", &value)).await.unwrap().remove(0);
    assert_eq!(found.labels, ["Thing"]);
    assert_eq!(found.properties.remove("id"), Some(Value::Text("x".into())));
    assert_eq!(found.properties, expected);
}

pub(crate) async fn a_key_is_found_by_its_value_and_not_by_its_kind_of_number(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "things", 0)).await;
    let values = [json!(1), json!(1.0), json!("1"), json!(true), json!(1.5)];
    for (place, id) in values.iter().enumerate() {
        hand.write(store, vec![record("(:Thing{!id, n})", ADD, json!({"id": id, "n": place}))]).await;
    }
    assert_eq!(nodes(store, "(:Thing{!id})", json!({"id": 1})).await, ["id=1 n=1"]);
    assert_eq!(nodes(store, "(:Thing{!id})", json!({"id": "1"})).await, ["id=\"1\" n=2"]);
    assert_eq!(nodes(store, "(:Thing{!id})", json!({"id": true})).await, ["id=true n=3"]);
    assert_eq!(nodes(store, "(:Thing{!id})", json!({"id": 1.5})).await, ["id=1.5 n=4"]);
}

pub(crate) async fn several_keys_are_one_address_and_labels_are_all_needed(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "cities", 0)).await;
    let city = |country: &str, n| {
        record("(:City{!name, !country, n})", ADD, json!({"name": "Rome", "country": country, "n": n}))
    };
    hand.write(store, vec![city("IT", 1), city("US", 2), city("IT", 3)]).await;
    assert_eq!(
        nodes(store, "(:City{!name})", json!({"name": "Rome"})).await,
        ["country=\"IT\" n=3 name=\"Rome\"", "country=\"US\" n=2 name=\"Rome\""]
    );
    // One with more labels is another node, and is one of those that are found by fewer.
    hand.write(store, vec![record("(:City:Capital{!name, n})", ADD, json!({"name": "Rome", "n": 4}))]).await;
    assert_eq!(nodes(store, "(:Capital:City{!name})", json!({"name": "Rome"})).await, ["n=4 name=\"Rome\""]);
    assert_eq!(nodes(store, "(:City{!name})", json!({"name": "Rome"})).await.len(), 3);
    assert_eq!(nodes(store, "({!name})", json!({"name": "Rome"})).await.len(), 3);
}

const SALE: &str = "(:Buyer{!id: buyer})-[:BOUGHT{price}]->(:Item{!id: item})";

pub(crate) async fn a_relationship_comes_with_its_ends_and_is_one_for_each_pair(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "sales", 0)).await;
    let sale = |buyer: i64, item: i64, price: f64| json!({"buyer": buyer, "item": item, "price": price});
    let contents = [sale(1, 7, 9.5), sale(2, 7, 8.5), sale(1, 7, 7.5), sale(1, 1, 6.5)];
    let contents = contents.into_iter().map(|value| record(SALE, REPLACE, value)).collect();
    assert_eq!(hand.write(store, contents).await.stored, 4);
    assert_eq!(ties(store, SALE, sale(1, 7, 0.0)).await, ["price=7.5"]);
    assert_eq!(ties(store, SALE, sale(2, 7, 0.0)).await, ["price=8.5"]);
    assert_eq!(ties(store, SALE, sale(1, 1, 0.0)).await, ["price=6.5"]);
    assert_eq!(ties(store, SALE, sale(2, 1, 0.0)).await, [""; 0]);
    assert_eq!(nodes(store, "(:Buyer{!id})", json!({"id": 1})).await, ["id=1"]);
    assert_eq!(nodes(store, "(:Item{!id})", json!({"id": 1})).await, ["id=1"]);
}

pub(crate) async fn relationships_with_keys_are_one_for_each_key(store: &dyn Store) {
    let order = "(:Buyer{!id: buyer})-[:ORDERED{!number, price}]->(:Item{!id: item})";
    let any = "(:Buyer{!id: buyer})-[:ORDERED{}]->(:Item{!id: item})";
    let value = |number: i64, price: i64| json!({"buyer": 1, "item": 1, "number": number, "price": price});
    let mut hand = Hand::on(store, place("k", "orders", 0)).await;
    let write = |value| record(order, ADD, value);
    hand.write(store, vec![write(value(1, 10)), write(value(2, 20)), write(value(1, 11))]).await;
    assert_eq!(ties(store, any, value(0, 0)).await, ["number=1 price=11", "number=2 price=20"]);
    assert_eq!(ties(store, order, value(2, 0)).await, ["number=2 price=20"]);
    hand.write(store, vec![tombstone(order, value(2, 0))]).await;
    assert_eq!(ties(store, any, value(0, 0)).await, ["number=1 price=11"]);
}

pub(crate) async fn an_end_that_is_only_named_is_not_changed(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "sales", 0)).await;
    let value = json!({"id": 1, "buyer": 1, "item": 2, "name": "Ada", "price": 3});
    let both = format!("(:Buyer{{!id, name}}); {SALE}");
    hand.write(store, vec![record(&both, REPLACE, value.clone())]).await;
    assert_eq!(nodes(store, "(:Buyer{!id})", value.clone()).await, ["id=1 name=\"Ada\""]);
    // One that names properties has these.
    let naming = "(:Buyer{!id: buyer, age})-[:BOUGHT{price}]->(:Item{!id: item, label: name})";
    hand.write(store, vec![record(naming, ADD, value.clone())]).await;
    assert_eq!(nodes(store, "(:Buyer{!id})", value.clone()).await, ["id=1 name=\"Ada\""]);
    assert_eq!(nodes(store, "(:Item{!id})", json!({"id": 2})).await, ["id=2 label=\"Ada\""]);
    hand.write(store, vec![record(naming, REPLACE, json!({"buyer": 1, "item": 2, "age": 36}))]).await;
    assert_eq!(nodes(store, "(:Buyer{!id})", value).await, ["age=36 id=1"]);
}

pub(crate) async fn a_tombstone_deletes_and_what_is_not_there_is_no_obstacle(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "sales", 0)).await;
    let key = |buyer: i64, item: i64| json!({"buyer": buyer, "item": item});
    hand.write(store, vec![record(SALE, REPLACE, key(1, 1)), record(SALE, REPLACE, key(1, 2))]).await;
    hand.write(store, vec![tombstone(SALE, key(1, 1)), tombstone(SALE, key(8, 9))]).await;
    assert_eq!(ties(store, SALE, key(1, 1)).await, [""; 0]);
    assert_eq!(ties(store, SALE, key(1, 2)).await, [""]);
    // A node goes with its relationships.
    let buyer = "(:Buyer{!id})";
    hand.write(store, vec![tombstone(buyer, json!({"id": 1})), tombstone(buyer, json!({"id": 5}))]).await;
    assert_eq!(nodes(store, buyer, json!({"id": 1})).await, [""; 0]);
    assert_eq!(ties(store, SALE, key(1, 2)).await, [""; 0]);
    assert_eq!(nodes(store, "(:Item{!id})", json!({"id": 2})).await, ["id=2"]);
}

pub(crate) async fn one_key_is_merged_and_deleted_in_the_order_of_the_log(store: &dyn Store) {
    let person = "(:Person{!id, n})";
    let merge = |id: i64, n: i64| record(person, ADD, json!({"id": id, "n": n}));
    let delete = |id: i64| tombstone(person, json!({"id": id}));
    let mut hand = Hand::on(store, place("k", "people", 0)).await;
    let contents =
        vec![merge(1, 1), merge(2, 1), delete(1), merge(3, 1), merge(1, 2), delete(2), merge(3, 2), delete(4)];
    hand.write(store, contents).await;
    for (id, expected) in [(1, vec!["id=1 n=2"]), (2, vec![]), (3, vec!["id=3 n=2"]), (4, vec![])] {
        assert_eq!(nodes(store, person, json!({"id": id})).await, expected, "{id}");
    }
    // The same for a relationship, whose end goes and comes again.
    let value = |price: i64| json!({"buyer": 1, "item": 1, "price": price, "id": 1});
    let sale = |price| record(SALE, ADD, value(price));
    hand.write(store, vec![sale(1), tombstone("(:Buyer{!id})", json!({"id": 1})), sale(2), sale(3)]).await;
    assert_eq!(ties(store, SALE, value(0)).await, ["price=3"]);
    hand.write(store, vec![sale(4), tombstone(SALE, value(0)), sale(5), tombstone(SALE, value(0))]).await;
    assert_eq!(ties(store, SALE, value(0)).await, [""; 0]);
}

pub(crate) async fn several_patterns_are_all_applied(store: &dyn Store) {
    let patterns = "(:Buyer{!id: buyer, name}); (:Item{!id: item, price})\n\
                    (:Buyer{!id: buyer})-[:BOUGHT{price}]->(:Item{!id: item})\n\
                    (:Item{!id: item})<-[:SELLS{}]-(:Shop{!id: shop})";
    let value = |n: i64| json!({"buyer": n, "item": n % 2, "shop": 1, "name": format!("b{n}"), "price": n});
    let mut hand = Hand::on(store, place("k", "sales", 0)).await;
    let contents = (0..6).map(|n| record(patterns, ADD, value(n))).collect();
    assert_eq!(hand.write(store, contents).await.stored, 6);
    assert_eq!(nodes(store, "(:Buyer{!id})", json!({"id": 3})).await, ["id=3 name=\"b3\""]);
    assert_eq!(nodes(store, "(:Item{!id})", json!({"id": 1})).await, ["id=1 price=5"]);
    assert_eq!(ties(store, SALE, value(3)).await, ["price=3"]);
    assert_eq!(ties(store, "(:Shop{!id: shop})-[:SELLS{}]->(:Item{!id: item})", value(4)).await, [""]);
}

pub(crate) async fn hostile_names_and_values_are_names_and_values(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "hostile", 0)).await;
    let names = [
        "`",
        "a`b",
        "``",
        "x`}) DETACH DELETE n //",
        "\\u0060",
        "\\",
        "\\\\u0060",
        "'; DROP TABLE generic_node; --",
        "}",
        "{$x}",
        "a.b",
        "\n",
        "\u{202e}",
        "row[0]",
        ": row[1]",
    ];
    for (place, name) in names.iter().enumerate() {
        let mut value = json!({"id": name, "n": place});
        value[*name] = json!(name);
        let quoted = format!("`{}`", name.replace('`', "``"));
        let pattern = format!("(:{quoted}{{!{quoted}, id, n}})");
        let tie = format!("(:{quoted}{{!{quoted}}})-[:{quoted}{{!{quoted}, n}}]->(:Hub{{!id: n}})");
        hand.write(store, vec![record(&format!("{pattern}; {tie}"), REPLACE, value.clone())]).await;
        // By all of its fields, whatever they are called.
        hand.write(store, vec![record("(:Any{!id})", REPLACE, value.clone())]).await;
        let found = store.nodes(&node(&pattern, &value)).await.unwrap();
        assert_eq!(found.len(), 1, "{name:?}");
        assert_eq!(found[0].labels, [*name]);
        assert_eq!(found[0].properties[*name], Value::Text((*name).into()));
        assert_eq!(ties(store, &tie, value.clone()).await.len(), 1, "{name:?}");
        let any = store.nodes(&node("(:Any{!id})", &value)).await.unwrap();
        assert_eq!(any[0].properties[*name], Value::Text((*name).into()));
    }
    for place in 0..names.len() {
        assert_eq!(nodes(store, "(:Hub{!id})", json!({"id": place})).await.len(), 1, "nothing was deleted");
    }
}

pub(crate) async fn names_that_differ_in_every_record_are_all_set(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "wide", 0)).await;
    let value = |n: i64| json!({"id": n % 3, format!("field_{n}"): n});
    hand.write(store, (0..60).map(|n| record("(:Wide{!id})", ADD, value(n))).collect()).await;
    for id in 0..3 {
        let found = store.nodes(&node("(:Wide{!id})", &value(id))).await.unwrap().remove(0);
        assert_eq!(found.properties.len(), 21);
    }
}

pub(crate) async fn cud_messages_create_update_merge_and_delete(store: &dyn Store) {
    let message = |op: &str, id: i64, properties: Json| {
        cud(json!({"type": "node", "op": op, "labels": ["Foo", "Bar"], "ids": {"id": id}, "properties": properties}))
    };
    let mut hand = Hand::on(store, place("k", "cud", 0)).await;
    let contents = vec![
        message("create", 1, json!({"id": 1, "foo": "x"})),
        message("update", 1, json!({"foo": null, "bar": 1})),
        message("update", 2, json!({"bar": 1})),
        message("merge", 3, json!({"bar": 2})),
        message("merge", 3, json!({"foo": 3})),
        message("create", 4, json!({})),
        message("create", 4, json!({})),
        message("update", 4, json!({"id": 5})),
        message("merge", 6, json!({})),
        message("delete", 6, json!({})),
    ];
    assert_eq!(hand.write(store, contents).await.stored, 10);
    let found = |id: i64| nodes(store, "(:Foo{!id})", json!({"id": id}));
    assert_eq!(found(1).await, ["bar=1 id=1"]);
    assert_eq!(found(2).await, [""; 0]);
    assert_eq!(found(3).await, ["bar=2 foo=3 id=3"]);
    assert_eq!(found(4).await, [""; 0]);
    assert_eq!(found(5).await, ["id=5", "id=5"]);
    assert_eq!(found(6).await, [""; 0]);
}

/// A CUD message of a relationship between `(:A {id: from})` and `(:B {id: to})`.
fn tie(op: &str, from: i64, to: i64, ends: &str, properties: Json) -> Content {
    let end = |label: &str, id: i64| json!({"labels": [label], "ids": {"id": id}, "op": ends});
    let (from, to) = (end("A", from), end("B", to));
    cud(json!({"type": "relationship", "op": op, "rel_type": "R", "from": from, "to": to, "properties": properties}))
}

const R: &str = "(:A{!id: a})-[:R{}]->(:B{!id: b})";

pub(crate) async fn cud_messages_tie_nodes(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "cud", 0)).await;
    let node = |label: &str, id: i64| {
        cud(json!({"type": "node", "op": "create", "labels": [label], "properties": {"id": id}}))
    };
    let contents = vec![
        node("A", 1),
        node("B", 1),
        tie("create", 1, 1, "match", json!({"n": 1})),
        tie("create", 1, 1, "match", json!({"n": 2})),
        tie("merge", 1, 2, "merge", json!({"n": 3})),
        tie("merge", 1, 2, "match", json!({"m": 4})),
        tie("update", 1, 1, "match", json!({"m": 5})),
        tie("update", 2, 1, "merge", json!({"m": 5})),
        tie("merge", 3, 3, "merge", json!({})),
        tie("delete", 3, 3, "match", json!({})),
        tie("delete", 9, 9, "match", json!({})),
    ];
    assert_eq!(hand.write(store, contents).await.stored, 11);
    let between = |a: i64, b: i64| ties(store, R, json!({"a": a, "b": b}));
    assert_eq!(between(1, 1).await, ["m=5 n=1", "m=5 n=2"]);
    assert_eq!(between(1, 2).await, ["m=4 n=3"]);
    assert_eq!(between(2, 1).await, [""; 0]);
    assert_eq!(between(3, 3).await, [""; 0]);
    assert_eq!(nodes(store, "(:A{!id})", json!({"id": 2})).await, ["id=2"]);
    assert_eq!(nodes(store, "(:A{!id})", json!({"id": 9})).await, [""; 0]);
}

pub(crate) async fn a_relationship_without_an_end_is_a_fault_of_its_record(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "cud", 0)).await;
    hand.write(store, vec![tie("merge", 1, 1, "merge", json!({}))]).await;
    for op in ["create", "merge", "update"] {
        for (from, to) in [(1, 2), (2, 1), (2, 2)] {
            let lost = vec![tie("merge", 5, 5, "merge", json!({})), tie(op, from, to, "match", json!({}))];
            let error = store.write(&hand.batch(lost)).await.unwrap_err();
            assert_eq!(error.trouble, Trouble::Data, "{error}");
            assert_eq!(error.code.as_deref(), Some(END_NODE_MISSING), "{error}");
        }
    }
    let error = store.write(&hand.batch(vec![tie("merge", 7, 8, "match", json!({}))])).await.unwrap_err();
    assert!(error.message.contains("(:A {id: 7})-[:R]->(:B {id: 8})"), "{error}");
    // Nothing of the batch is there, and the checkpoint stands where it stood.
    assert_eq!(nodes(store, "(:A{!id})", json!({"id": 5})).await, [""; 0]);
    assert_eq!(checkpoint(store, &hand.id).await.next_offset, 1);
    // A later record makes the end; it is no help for an earlier one.
    let late = vec![tie("merge", 1, 2, "match", json!({})), tie("merge", 1, 2, "merge", json!({}))];
    assert_eq!(store.write(&hand.batch(late)).await.unwrap_err().code.as_deref(), Some(END_NODE_MISSING));
    hand.write(store, vec![tie("merge", 1, 2, "merge", json!({})), tie("merge", 1, 2, "match", json!({"n": 1}))]).await;
    assert_eq!(ties(store, R, json!({"a": 1, "b": 2})).await, ["n=1"]);
}

pub(crate) async fn a_node_with_relationships_is_deleted_only_with_them(store: &dyn Store) {
    let delete = |detach: bool| {
        cud(json!({"type": "node", "op": "delete", "labels": ["A"], "ids": {"id": 1}, "detach": detach}))
    };
    let mut hand = Hand::on(store, place("k", "cud", 0)).await;
    hand.write(store, vec![tie("merge", 1, 1, "merge", json!({}))]).await;
    let error = store.write(&hand.batch(vec![delete(false)])).await.unwrap_err();
    assert_eq!((error.trouble, error.code.as_deref()), (Trouble::Data, Some(NODE_HAS_RELATIONSHIPS)), "{error}");
    hand.write(store, vec![tie("delete", 1, 1, "match", json!({})), delete(false)]).await;
    assert_eq!(nodes(store, "(:A{!id})", json!({"id": 1})).await, [""; 0]);
    hand.write(store, vec![tie("merge", 1, 1, "merge", json!({})), delete(true)]).await;
    assert_eq!(nodes(store, "(:A{!id})", json!({"id": 1})).await, [""; 0]);
    assert_eq!(nodes(store, "(:B{!id})", json!({"id": 1})).await, ["id=1"]);
}

pub(crate) async fn mutations_go_with_their_checkpoint_exactly_once(store: &dyn Store) {
    let message = || cud(json!({"type": "node", "op": "create", "labels": ["Once"], "properties": {"id": 1}}));
    let mut hand = Hand::on(store, place("k", "cud", 0)).await;
    let batch = hand.batch(vec![message(), dead(1), Content::Mutations(Vec::new()), purchase("a", 1, 2, T)]);
    let Outcome::Committed(written) = store.write(&batch).await.unwrap() else { panic!("not committed") };
    assert_eq!((written.tallies[0].stored, written.tallies[0].repeated, written.tallies[0].dead), (2, 1, 1));
    assert_eq!(written.repeated, [2]);
    assert_eq!(store.write(&batch).await.unwrap(), Outcome::Already);
    assert_eq!(nodes(store, "(:Once{!id})", json!({"id": 1})).await, ["id=1"]);
    assert_eq!(checkpoint(store, &hand.id).await.next_offset, 4);
    hand.next = 4;
    // Whoever has been fenced off changes nothing.
    Hand::on(store, hand.id.clone()).await;
    assert_eq!(store.write(&hand.batch(vec![message()])).await.unwrap(), Outcome::Fenced);
    assert_eq!(nodes(store, "(:Once{!id})", json!({"id": 1})).await, ["id=1"]);
}

pub(crate) async fn thousands_of_rows_are_one_batch(store: &dyn Store) {
    let keys = pattern::parse(SALE).unwrap().key_shapes();
    store.make_unique(&keys).await.unwrap();
    let value = |n: i64| json!({"buyer": n % 700, "item": n % 90, "price": n});
    let mut hand = Hand::on(store, place("k", "sales", 0)).await;
    let contents = (0..5_000).map(|n| record(SALE, REPLACE, value(n))).collect();
    assert_eq!(hand.write(store, contents).await.stored, 5_000);
    // The pairs of 700 and 90 repeat after 6,300 rows.
    for n in [0, 699, 4_999] {
        assert_eq!(ties(store, SALE, value(n)).await, [format!("price={n}")]);
    }
}

pub(crate) async fn keys_are_made_unique_as_often_as_one_likes(store: &dyn Store) {
    let shape = |labels: &[&str], names: &[&str]| KeyShape {
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    };
    let shapes = [
        shape(&["Unique`"], &["a`", "b"]),
        shape(&["Unique1", "Unique2"], &["id"]),
        shape(&[], &["id"]),
        shape(&["User"], &["userID"]),
    ];
    for _ in 0..2 {
        store.make_unique(&shapes).await.unwrap();
    }
    let mut hand = Hand::on(store, place("k", "unique", 0)).await;
    let write = || record("(:`Unique```{!`a```: a, !b, n})", ADD, json!({"a": 1, "b": 2, "n": 3}));
    hand.write(store, vec![write(), write()]).await;
    assert_eq!(nodes(store, "(:`Unique```{!b})", json!({"b": 2})).await.len(), 1);
}

pub(crate) async fn what_no_index_finds_is_told_with_the_statement_that_makes_one(store: &dyn Store) {
    let shape = |label: &str, names: &[&str]| KeyShape {
        labels: vec![label.to_owned()],
        names: names.iter().map(|&name| name.to_owned()).collect(),
    };
    let shapes = [shape("Lacking", &["a", "b"]), shape("Lacking", &["b"])];
    let all = async || (store.missing_keys(&shapes).await.unwrap(), store.missing_indexes(&shapes).await.unwrap());
    if store.describe().embedded {
        assert_eq!(all().await, (vec![], vec![]), "all that can be looked for is indexed there");
        return;
    }
    let creations = ["a_b", "b"].map(|names| {
        let keys = names.split('_').map(|name| format!("n.`{name}`")).collect::<Vec<_>>().join(", ");
        format!(
            "CREATE CONSTRAINT `sluice_key_Lacking_{names}` IF NOT EXISTS FOR (n:`Lacking`) REQUIRE ({keys}) IS UNIQUE"
        )
    });
    assert_eq!(all().await, (creations.to_vec(), creations.to_vec()));
    store.make_unique(&shapes[1..]).await.unwrap();
    // A node is found by one of its keys too, but that does not make both together unique.
    assert_eq!(all().await, (creations[..1].to_vec(), vec![]));
    store.make_unique(&shapes[..1]).await.unwrap();
    assert_eq!(all().await, (vec![], vec![]));
}

pub(crate) async fn a_reset_of_the_embedded_store_empties_it_of_mutations_too(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "sales", 0)).await;
    let value = json!({"buyer": 1, "item": 1, "price": 1, "id": 1});
    hand.write(store, vec![record(SALE, REPLACE, value.clone())]).await;
    store.reset(&[(hand.id.clone(), 0)]).await.unwrap();
    let kept = usize::from(!store.describe().embedded);
    // Of a Neo4j nobody knows what else is in there.
    assert_eq!(nodes(store, "(:Buyer{!id})", value.clone()).await.len(), kept);
    assert_eq!(ties(store, SALE, value.clone()).await.len(), kept);
    let mut hand = Hand::on(store, hand.id).await;
    hand.write(store, vec![record(SALE, REPLACE, value.clone())]).await;
    assert_eq!(ties(store, SALE, value).await, ["price=1"]);
}
