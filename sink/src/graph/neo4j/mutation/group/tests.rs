//! Statements as text, and that grouping changes nothing but their number.

use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::json;

use super::*;
use crate::{
    cud,
    graph::{
        embedded::mutation::change,
        mutation::{End, Node, Properties, Value},
        neo4j::mutation::statement::Ends,
    },
    pattern::{self, Message, Options},
};

/// What records become by patterns.
fn of_pattern(patterns: &str, options: Options, values: &[serde_json::Value]) -> Vec<Mutation> {
    let patterns = pattern::parse_all(patterns).unwrap();
    let mut mutations = Vec::new();
    for value in values {
        // What is no object is the key of a tombstone.
        let message = match value {
            serde_json::Value::Array(key) => Message { key: key[0].clone(), ..Message::default() },
            value => Message { value: value.clone(), ..Message::default() },
        };
        mutations.extend(pattern::changes(&patterns, options, &message).unwrap());
    }
    mutations
}

/// The statements that are run, each with the number of its rows.
fn statements(mutations: &[Mutation]) -> Vec<String> {
    let groups = group(&mutations.iter().collect::<Vec<_>>());
    groups.iter().map(|group| format!("{} x {}", group.rows.len(), group.statement.text)).collect()
}

const ADD: Options = Options { merge_node_properties: true, merge_relationship_properties: true };

#[test]
fn a_batch_of_one_pattern_is_one_statement_for_each_node_and_the_relationship() {
    let sale = |user: i64, product: i64, price: f64| json!({"userId": user, "productId": product, "price": price});
    let values = [sale(1, 7, 9.5), sale(2, 7, 1.0), sale(1, 8, 2.0), sale(1, 7, 3.0)];
    let mutations = of_pattern("(:User{!userId})-[:BOUGHT{price}]->(:Product{!productId})", ADD, &values);
    assert_eq!(
        statements(&mutations),
        [
            "2 x UNWIND $rows AS row\nMERGE (n:`User` {`userId`: row[0]})",
            "2 x UNWIND $rows AS row\nMERGE (n:`Product` {`productId`: row[0]})",
            "4 x UNWIND $rows AS row\nMATCH (a:`User` {`userId`: row[1]})\nMATCH (b:`Product` {`productId`: row[2]})\n\
             MERGE (a)-[r:`BOUGHT`]->(b)\nSET r.`price` = row[3]\nRETURN count(DISTINCT row[0]) AS written",
        ]
    );
}

#[test]
fn each_shape_has_its_text() {
    let node = |op: &str, more: serde_json::Value| {
        let mut message = json!({"type": "node", "op": op, "labels": ["A", "B"], "ids": {"id": 1, "k": 2}});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cud::change(&message).unwrap()
    };
    let tie = |op: &str, more: serde_json::Value| {
        let (from, to) = (json!({"labels": ["A"], "ids": {"id": 1}}), json!({"ids": {"id": 2}}));
        let mut message = json!({"type": "relationship", "op": op, "rel_type": "R", "from": from, "to": to});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cud::change(&message).unwrap()
    };
    let set = json!({"properties": {"x": 1, "y": null}});
    let own = json!({"properties": {"id": 1, "x": 1}});
    let keyed = json!({"ids": {"n": 5}, "properties": {"x": 1}});
    for (mutation, expected) in [
        (node("create", set.clone()), "CREATE (n:`A`:`B`)\nSET n = row[0]"),
        (
            node("update", set.clone()),
            "MATCH (n:`A`:`B` {`id`: row[0], `k`: row[1]})\nSET n.`x` = row[2], n.`y` = row[3]",
        ),
        (node("update", own), "MATCH (n:`A`:`B` {`id`: row[0], `k`: row[1]})\nSET n += row[2]"),
        (node("merge", json!({"properties": {}})), "MERGE (n:`A`:`B` {`id`: row[0], `k`: row[1]})"),
        (node("delete", json!({})), "MATCH (n:`A`:`B` {`id`: row[0], `k`: row[1]})\nDELETE n"),
        (node("delete", json!({"detach": true})), "MATCH (n:`A`:`B` {`id`: row[0], `k`: row[1]})\nDETACH DELETE n"),
        (
            tie("create", keyed.clone()),
            "MATCH (a:`A` {`id`: row[1]})\nMATCH (b {`id`: row[2]})\nCREATE (a)-[r:`R`]->(b)\nSET r = row[3]\n\
             RETURN count(DISTINCT row[0]) AS written",
        ),
        (
            tie("update", keyed.clone()),
            "MATCH (a:`A` {`id`: row[1]})\nMATCH (b {`id`: row[2]})\nOPTIONAL MATCH (a)-[r:`R` {`n`: row[3]}]->(b)\n\
             SET r.`x` = row[4]\nRETURN count(DISTINCT row[0]) AS written",
        ),
        (
            tie("merge", keyed),
            "MATCH (a:`A` {`id`: row[1]})\nMATCH (b {`id`: row[2]})\nMERGE (a)-[r:`R` {`n`: row[3]}]->(b)\n\
             SET r.`x` = row[4]\nRETURN count(DISTINCT row[0]) AS written",
        ),
        (
            tie("delete", json!({})),
            "MATCH (a:`A` {`id`: row[1]})\nMATCH (b {`id`: row[2]})\nMATCH (a)-[r:`R`]->(b)\nDELETE r",
        ),
    ] {
        let expected = format!("1 x UNWIND $rows AS row\n{expected}");
        assert_eq!(statements(std::slice::from_ref(&mutation)), [expected], "{mutation}");
    }
    let forbidden = group(&[&node("delete", json!({}))]).remove(0).statement.forbidden.unwrap();
    assert_eq!(
        forbidden,
        "UNWIND $rows AS row\nMATCH (n:`A`:`B` {`id`: row[0], `k`: row[1]})\nWHERE (n)--()\nRETURN count(*) AS found"
    );
}

#[test]
fn ends_that_have_to_be_there_and_ends_that_were_made_are_told_apart() {
    let tie = |op: &str| {
        let end = |id: i64| json!({"labels": ["A"], "ids": {"id": id}, "op": op});
        let (from, to) = (end(1), end(2));
        let message =
            json!({"type": "relationship", "op": "merge", "rel_type": "R", "from": from, "to": to, "properties": {}});
        cud::change(&message).unwrap()
    };
    let mutations = [tie("merge"), tie("match"), tie("merge"), tie("match")];
    let groups = group(&mutations.iter().collect::<Vec<_>>());
    let shown = groups.iter().map(|group| (group.rows.len(), group.statement.ends)).collect::<Vec<_>>();
    // The two relationships are one, which keeps its order.
    assert_eq!(
        shown[1..],
        [(1, Some(Ends::Made)), (1, Some(Ends::Wanted)), (1, Some(Ends::Made)), (1, Some(Ends::Wanted))]
    );
}

#[test]
fn what_replaces_sets_a_map_and_what_adds_sets_names() {
    let values = [json!({"id": 1, "a": 2})];
    let text = |options| statements(&of_pattern("(:A{!id, a})", options, &values)).remove(0);
    assert_eq!(text(Options::default()), "1 x UNWIND $rows AS row\nMERGE (n:`A` {`id`: row[0]})\nSET n = row[1]");
    assert_eq!(text(ADD), "1 x UNWIND $rows AS row\nMERGE (n:`A` {`id`: row[0]})\nSET n.`a` = row[1]");
}

#[test]
fn names_that_differ_from_record_to_record_are_set_by_a_map() {
    let values = |count: usize| (0..count).map(|n| json!({"id": n, format!("field_{n}"): 1})).collect::<Vec<_>>();
    assert_eq!(statements(&of_pattern("(:A{!id})", ADD, &values(MAX_NAME_SETS))).len(), MAX_NAME_SETS);
    assert_eq!(
        statements(&of_pattern("(:A{!id})", ADD, &values(MAX_NAME_SETS + 1))),
        [format!("{} x UNWIND $rows AS row\nMERGE (n:`A` {{`id`: row[0]}})\nSET n += row[1]", MAX_NAME_SETS + 1)]
    );
}

#[test]
fn no_name_gets_out_of_its_backticks() {
    for (name, expected) in [
        ("User", "`User`"),
        ("a`b", "`a``b`"),
        ("`", "````"),
        ("x`}) DETACH DELETE n //", "`x``}) DETACH DELETE n //`"),
        ("\\u0060", "`\\u005cu0060`"),
        ("\\", "`\\u005c`"),
        ("a\nb", "`a\nb`"),
    ] {
        assert_eq!(super::super::quoted(name), expected);
    }
}

/// The first words of what each statement does to nodes of label A, with the number of rows.
fn gist(mutations: &[Mutation]) -> Vec<String> {
    let word = |text: String| {
        let (rows, text) =
            text.split_once(" x UNWIND $rows AS row\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let verb = ["DELETE r", "DELETE n", "(a)-", "MERGE (n:`A`", "MERGE (n:`B`"];
        let verb = verb.into_iter().find(|verb| text.contains(verb)).unwrap();
        format!("{rows} {verb}")
    };
    statements(mutations).into_iter().map(word).collect()
}

#[test]
fn what_happens_to_one_key_keeps_its_order_and_the_others_are_grouped_around_it() {
    for (patterns, values, expected) in [
        // Another key is not held up.
        (
            "(:A{!id, n})",
            vec![json!({"id": 1}), json!([{"id": 2}]), json!({"id": 3})],
            vec!["2 MERGE (n:`A`", "1 DELETE n"],
        ),
        // Merged, deleted, merged: in this order.
        (
            "(:A{!id, n})",
            vec![json!({"id": 1}), json!([{"id": 1}]), json!({"id": 1}), json!({"id": 2})],
            vec!["1 MERGE (n:`A`", "1 DELETE n", "2 MERGE (n:`A`"],
        ),
        (
            "(:A{!id, n})",
            vec![json!([{"id": 1}]), json!({"id": 1}), json!([{"id": 1}]), json!([{"id": 2}])],
            vec!["1 DELETE n", "1 MERGE (n:`A`", "2 DELETE n"],
        ),
        (
            "(:A{!a})-[:R]->(:B{!b})",
            vec![json!({"a": 1, "b": 2}), json!([{"a": 1, "b": 2}]), json!({"a": 1, "b": 2}), json!({"a": 3, "b": 2})],
            vec!["2 MERGE (n:`A`", "1 MERGE (n:`B`", "1 (a)-", "1 DELETE r", "2 (a)-"],
        ),
        // A tombstone of a node comes after what is tied to it.
        (
            "(:A{!a, n}); (:A{!a})-[:R]->(:B{!b})",
            vec![json!({"a": 1, "b": 2}), json!([{"a": 1}]), json!({"a": 1, "b": 2})],
            vec!["1 MERGE (n:`A`", "1 MERGE (n:`B`", "1 (a)-", "1 DELETE n", "1 MERGE (n:`A`", "1 (a)-"],
        ),
    ] {
        assert_eq!(gist(&of_pattern(patterns, Options::default(), &values)), expected, "{patterns} {values:?}");
    }
}

#[test]
fn what_was_taken_away_by_fewer_labels_is_made_again() {
    let node = |op: &str, labels: &[&str]| {
        cud::change(&json!({"type": "node", "op": op, "labels": labels, "ids": {"id": 1}, "properties": {}})).unwrap()
    };
    let both: &[&str] = &["A", "B"];
    let mutations = [node("merge", both), node("delete", &["A"]), node("merge", &["A"]), node("merge", both)];
    let all = statements(&mutations);
    assert_eq!(all.iter().filter(|text| text.contains("MERGE (n:`A`:`B`")).count(), 2, "{all:#?}");
}

#[test]
fn nothing_overtakes_anything_where_one_node_can_be_meant_in_two_ways() {
    let value = |n: i64| json!({"id": n, "email": n, "n": n});
    let ambiguous = of_pattern("(:A{!id, n}); (:A{!email, n})", ADD, &[value(1), value(2), value(3)]);
    assert_eq!(statements(&ambiguous).len(), 6);
    let clear = of_pattern("(:A{!id, n}); (:B{!email, n})", ADD, &[value(1), value(2), value(3)]);
    assert_eq!(statements(&clear).len(), 2);
}

fn node() -> impl Strategy<Value = Node> {
    let labels = prop_oneof![Just(vec!["A"]), Just(vec!["A", "B"]), Just(vec!["C"])];
    (labels, 0..3_i64).prop_map(|(labels, key)| {
        let name = if labels == ["C"] { "code" } else { "id" };
        let keys = Properties::from([(name.to_owned(), Value::Integer(key))]);
        Node { labels: labels.into_iter().map(ToOwned::to_owned).collect(), keys }
    })
}

fn properties() -> impl Strategy<Value = Properties> {
    let value = prop_oneof![9 => (0..3_i64).prop_map(Value::Integer), 1 => Just(Value::Null)];
    let name = prop_oneof![5 => Just("n"), 5 => Just("m"), 1 => Just("id")];
    prop::collection::btree_map(name.prop_map(ToOwned::to_owned), value, 0..3).prop_map(|mut properties| {
        // Nobody removes a key.
        properties.retain(|name, value| name != "id" || *value != Value::Null);
        properties
    })
}

fn assignment() -> impl Strategy<Value = Assignment> {
    let replaced = properties().prop_map(|mut properties| {
        properties.remove("id");
        Assignment::Replace(properties)
    });
    prop_oneof![2 => properties().prop_map(Assignment::Add), 1 => replaced]
}

fn relationship() -> impl Strategy<Value = Relationship> {
    let presence = || {
        // Neither a pattern nor a CUD message gives the end of a relationship other keys than it is found by.
        let added = properties().prop_map(|mut properties| {
            properties.remove("id");
            Assignment::Add(properties)
        });
        prop_oneof![1 => Just(Presence::Match), 3 => added.prop_map(Presence::Merge)]
    };
    let end = || (node(), presence()).prop_map(|(node, presence)| End { node, presence });
    let keys = prop_oneof![3 => Just(Properties::new()), 1 => (0..2_i64).prop_map(|n| Properties::from([("n".to_owned(), Value::Integer(n))]))];
    (end(), end(), keys).prop_map(|(from, to, keys)| Relationship { relationship_type: "R".to_owned(), keys, from, to })
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        1 => (node(), properties()).prop_map(|(node, properties)| {
            let mut all = properties;
            all.extend(node.keys);
            Mutation::CreateNode { labels: node.labels, properties: all }
        }),
        2 => (node(), properties()).prop_map(|(node, properties)| {
            Mutation::UpdateNode { node, assignment: Assignment::Add(properties) }
        }),
        6 => (node(), assignment()).prop_map(|(node, assignment)| Mutation::MergeNode { node, assignment }),
        3 => (node(), any::<bool>()).prop_map(|(node, detach)| Mutation::DeleteNode { node, detach }),
        1 => (relationship(), properties()).prop_map(|(relationship, properties)| {
            Mutation::CreateRelationship { relationship, properties }
        }),
        1 => (relationship(), assignment()).prop_map(|(relationship, assignment)| {
            Mutation::UpdateRelationship { relationship, assignment }
        }),
        6 => (relationship(), assignment()).prop_map(|(relationship, assignment)| {
            Mutation::MergeRelationship { relationship, assignment }
        }),
        2 => relationship().prop_map(|relationship| Mutation::DeleteRelationship { relationship }),
    ]
}

fn graph() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(include_str!("../../../embedded/schema.sql")).unwrap();
    connection
}

/// Everything in a graph, whatever its ids; or that it can't be done.
fn dump(connection: &Connection, done: bool) -> Option<(Vec<String>, Vec<String>)> {
    let lines = |text: &str| {
        let mut statement = connection.prepare(text).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<Vec<String>, _>>().unwrap()
    };
    let nodes = "SELECT labels || properties FROM generic_node ORDER BY 1";
    let ties = "SELECT a.labels || a.properties || type || r.properties || b.labels || b.properties \
                FROM generic_relationship r JOIN generic_node a ON a.id = start_node JOIN generic_node b ON b.id = end_node \
                ORDER BY 1";
    done.then(|| (lines(nodes), lines(ties)))
}

/// As a statement does it, whose ends have been merged before.
fn as_matched(mutation: &Mutation) -> Mutation {
    let mut mutation = mutation.clone();
    if let Mutation::CreateRelationship { relationship, .. }
    | Mutation::UpdateRelationship { relationship, .. }
    | Mutation::MergeRelationship { relationship, .. } = &mut mutation
    {
        relationship.from.presence = Presence::Match;
        relationship.to.presence = Presence::Match;
    }
    mutation
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn groups_leave_the_graph_as_one_mutation_after_the_other_does(
        before in prop::collection::vec(mutation(), 0..6),
        mutations in prop::collection::vec(mutation(), 1..16),
    ) {
        let (one, other) = (graph(), graph());
        for mutation in &before {
            for connection in [&one, &other] {
                // What can't be done is none of what was there before.
                let _ = change(connection, mutation).unwrap();
            }
        }
        let done = mutations.iter().all(|mutation| change(&one, mutation).unwrap().is_ok());
        let groups = group(&mutations.iter().collect::<Vec<_>>());
        let mut grouped = groups.iter().flat_map(|group| &group.mutations);
        let grouped = grouped.all(|mutation| change(&other, &as_matched(mutation)).unwrap().is_ok());
        prop_assert_eq!(dump(&one, done), dump(&other, grouped));
    }
}
