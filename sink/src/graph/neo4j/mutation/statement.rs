//! The text of a mutation's statement, and the row that it adds. Pure.
//!
//! A text depends on labels, types and names only, never on a value, so that what has one shape is one statement. Properties
//! are set one by one where they can be: `SET n += $map` may change what the next row is found by, for all the planner knows,
//! and it then holds all rows back (`Eager`).

use std::fmt::Write as _;

use neo4rs::{BoltMap, BoltString, BoltType};

use crate::graph::{
    Mutation,
    mutation::{Assignment, End, Node, Presence, Properties, Relationship, Value},
};

/// The statement of a shape.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Statement {
    /// Its text. With `ends`, it counts the rows whose ends it found by the row's first value.
    pub(super) text: String,
    /// It needs the nodes at the ends of a relationship.
    pub(super) ends: Option<Ends>,
    /// The text of one that has to count nothing before.
    pub(super) forbidden: Option<String>,
}

/// What it means if an end is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ends {
    /// The record should not have come.
    Wanted,
    /// It was made right before, so somebody else has just deleted it.
    Made,
}

/// The values of a row, each for its `row[n]`.
pub(super) type Cells = Vec<BoltType>;

/// Where a statement that writes finds its values.
const ROW: &str = "row";

/// Where one that reads does.
const CELLS: &str = "$cells";

/// Makes a statement and a row. Of a relationship the ends that are to be merged are mutations of their own, done before.
///
/// `by_map` sets all properties at once: where names differ from row to row, there would be a statement for each set of them.
pub(super) fn statement(mutation: &Mutation, by_map: bool) -> (Statement, Cells) {
    let mut text = "UNWIND $rows AS row\n".to_owned();
    let mut cells = Vec::new();
    let (mut ends, mut forbidden) = (None, None);
    match mutation {
        Mutation::CreateNode { labels, properties } => {
            put(&mut text, format_args!("CREATE (n{})\nSET n = row[0]", named(labels)));
            cells.push(map(properties));
        }
        Mutation::UpdateNode { node, assignment } => {
            put(&mut text, format_args!("MATCH {}", address("n", node, ROW, &mut cells)));
            set(&mut text, "n", &node.keys, assignment, by_map, &mut cells);
        }
        Mutation::MergeNode { node, assignment } => {
            put(&mut text, format_args!("MERGE {}", address("n", node, ROW, &mut cells)));
            set(&mut text, "n", &node.keys, assignment, by_map, &mut cells);
        }
        Mutation::DeleteNode { node, detach } => {
            put(&mut text, format_args!("MATCH {}", address("n", node, ROW, &mut cells)));
            if *detach {
                text.push_str("\nDETACH DELETE n");
            } else {
                forbidden = Some(format!("{text}\nWHERE (n)--()\nRETURN count(*) AS found"));
                text.push_str("\nDELETE n");
            }
        }
        Mutation::CreateRelationship { relationship, properties } => {
            ends = Some(both(&mut text, relationship, &mut cells));
            let mut all = properties.clone();
            all.extend(relationship.keys.iter().map(|(name, value)| (name.clone(), value.clone())));
            let kind = quoted(&relationship.relationship_type);
            put(&mut text, format_args!("\nCREATE (a)-[r:{kind}]->(b)\nSET r = row[{}]", cells.len()));
            cells.push(map(&all));
        }
        Mutation::UpdateRelationship { relationship, assignment } => {
            ends = Some(both(&mut text, relationship, &mut cells));
            put(&mut text, format_args!("\nOPTIONAL MATCH {}", tie(relationship, &mut cells)));
            set(&mut text, "r", &relationship.keys, assignment, by_map, &mut cells);
        }
        Mutation::MergeRelationship { relationship, assignment } => {
            ends = Some(both(&mut text, relationship, &mut cells));
            put(&mut text, format_args!("\nMERGE {}", tie(relationship, &mut cells)));
            set(&mut text, "r", &relationship.keys, assignment, by_map, &mut cells);
        }
        Mutation::DeleteRelationship { relationship } => {
            both(&mut text, relationship, &mut cells);
            put(&mut text, format_args!("\nMATCH {}\nDELETE r", tie(relationship, &mut cells)));
        }
    }
    if ends.is_some() {
        text.push_str("\nRETURN count(DISTINCT row[0]) AS written");
    }
    (Statement { text, ends, forbidden }, cells)
}

/// Matches both ends as `a` and `b`; the first cell is left for the row's number.
fn both(text: &mut String, relationship: &Relationship, cells: &mut Cells) -> Ends {
    let Relationship { from, to, .. } = relationship;
    cells.push(BoltType::from(0));
    let from_text = address("a", &from.node, ROW, cells);
    put(text, format_args!("MATCH {from_text}\nMATCH {}", address("b", &to.node, ROW, cells)));
    let wanted = |end: &End| end.presence == Presence::Match;
    if wanted(from) || wanted(to) { Ends::Wanted } else { Ends::Made }
}

/// `(a)-[r:TYPE {key: row[3]}]->(b)`.
fn tie(relationship: &Relationship, cells: &mut Cells) -> String {
    let kind = quoted(&relationship.relationship_type);
    format!("(a)-[r:{kind}{}]->(b)", keys(&relationship.keys, ROW, cells))
}

/// `(n:Label {key: row[0]})`.
fn address(variable: &str, node: &Node, source: &str, cells: &mut Cells) -> String {
    format!("({variable}{}{})", named(&node.labels), keys(&node.keys, source, cells))
}

fn named(labels: &[String]) -> String {
    let mut text = String::new();
    for label in labels {
        put(&mut text, format_args!(":{}", quoted(label)));
    }
    text
}

fn keys(keys: &Properties, source: &str, cells: &mut Cells) -> String {
    let mut text = String::new();
    for (name, value) in keys {
        let before = if text.is_empty() { " {" } else { ", " };
        put(&mut text, format_args!("{before}{}: {source}[{}]", quoted(name), cells.len()));
        cells.push(cell(value));
    }
    if !text.is_empty() {
        text.push('}');
    }
    text
}

fn set(text: &mut String, variable: &str, keys: &Properties, assignment: &Assignment, by_map: bool, cells: &mut Cells) {
    match assignment {
        Assignment::Add(properties) if properties.is_empty() => {}
        Assignment::Add(properties) if by_map || properties.keys().any(|name| keys.contains_key(name)) => {
            put(text, format_args!("\nSET {variable} += row[{}]", cells.len()));
            cells.push(map(properties));
        }
        Assignment::Add(properties) => {
            let mut before = "\nSET";
            for (name, value) in properties {
                put(text, format_args!("{before} {variable}.{} = row[{}]", quoted(name), cells.len()));
                cells.push(cell(value));
                before = ",";
            }
        }
        Assignment::Replace(properties) => {
            let mut all = properties.clone();
            all.extend(keys.iter().map(|(name, value)| (name.clone(), value.clone())));
            put(text, format_args!("\nSET {variable} = row[{}]", cells.len()));
            cells.push(map(&all));
        }
    }
}

/// A name in backticks, which no name gets out of. Cypher turns `\u0060` into a backtick before it reads anything else, so
/// that a backslash may not stand as itself.
pub(in crate::graph::neo4j) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\u005c").replace('`', "``"))
}

/// `(n:Label {key: $cells[0]})`, to read nodes.
pub(super) fn match_node(node: &Node, cells: &mut Cells) -> String {
    address("n", node, CELLS, cells)
}

/// `(:A {key: $cells[0]})-[r:TYPE]->(:B {key: $cells[1]})`, to read relationships.
pub(super) fn match_relationship(relationship: &Relationship, cells: &mut Cells) -> String {
    let from = address("", &relationship.from.node, CELLS, cells);
    let to = address("", &relationship.to.node, CELLS, cells);
    let kind = quoted(&relationship.relationship_type);
    format!("{from}-[r:{kind}{}]->{to}", keys(&relationship.keys, CELLS, cells))
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(arguments);
}

fn cell(value: &Value) -> BoltType {
    match value {
        Value::Null => None::<i64>.into(),
        Value::Boolean(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::Text(value) => value.as_str().into(),
        Value::List(values) => values.iter().map(cell).collect(),
    }
}

fn map(properties: &Properties) -> BoltType {
    let map = properties.iter().map(|(name, value)| (BoltString::from(name.as_str()), cell(value)));
    BoltType::Map(map.collect::<BoltMap>())
}
