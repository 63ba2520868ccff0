//! Patterns: how a topic's records become nodes and relationships, said in a line of text. Pure.
//!
//! The language is that of Neo4j's connector (`neo4j.pattern.topic.<TOPIC>`):
//!
//! | text | says |
//! | --- | --- |
//! | `(:User{!userId})` | a node with a key property, and with all other fields of the record's value |
//! | `(:User:Admin{!id: userId, name, city: address.city})` | two labels, and these properties only, of these fields |
//! | `(:User{!userId, *, by: __header.user})` | all other fields, and one more property |
//! | `(:User{!userId, -password, -address.street})` | all fields but these |
//! | `(:User{!userId})-[:BOUGHT{price}]->(:Product{!productId})` | a relationship and both of its ends; `<-[…]-` too |
//! | `-[:BOUGHT]->`, `-[:BOUGHT{*}]->` | with all fields that the ends do not take |
//! | `-[:BOUGHT{}]->` | without properties |
//! | `-[:BOUGHT{!number, price}]->` | found by a property of its own besides its ends |
//!
//! A field is one of the record's value, or, with `__key`, `__value` or `__header` before it, of what that says;
//! `__timestamp` is the record's moment in epoch milliseconds. Names with other letters than `a_1` stand in backticks.
//!
//! More than theirs: a topic can have several patterns, with `;` or a new line between them; each is applied to each record,
//! in their order. An end that names no other property than its keys is found or made, and not changed.
//!
//! A record without a value (a tombstone) deletes: a node pattern the node with its relationships, a relationship pattern
//! the relationship. Keys are then fields of the record's key. Of several patterns those delete whose keys are there.

mod change;
mod parse;
#[cfg(test)]
mod tests;
mod text;

pub use change::{Message, Options, changes};
pub use parse::{Error, parse, parse_all};

use crate::graph::mutation::KeyShape;

/// How a record becomes a node or a relationship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// A node.
    Node(Node),
    /// A relationship with its ends.
    Relationship(Relationship),
}

impl Pattern {
    /// What its nodes are found by, so that each can be made unique.
    pub fn key_shapes(&self) -> Vec<KeyShape> {
        match self {
            Self::Node(node) => vec![node.key_shape()],
            Self::Relationship(relationship) => vec![relationship.from.key_shape(), relationship.to.key_shape()],
        }
    }
}

/// A node of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    labels: Vec<String>,
    selection: Selection,
}

impl Node {
    fn key_shape(&self) -> KeyShape {
        let mut names = self.selection.keys.iter().map(|key| key.name.clone()).collect::<Vec<_>>();
        names.sort_unstable();
        KeyShape { labels: self.labels.clone(), names }
    }
}

/// A relationship of a pattern. One that is written from right to left is turned round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relationship {
    type_name: String,
    selection: Selection,
    from: Node,
    to: Node,
}

/// Which properties something gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Selection {
    keys: Vec<Property>,
    properties: Vec<Property>,
    rest: Rest,
}

/// What of the fields that nothing else takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Rest {
    /// None of them.
    #[default]
    Nothing,
    /// All of them.
    All,
    /// All but these and what is inside of them; at least one.
    Except(Vec<Path>),
}

/// A property and where its value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Property {
    name: String,
    source: Source,
}

/// Names from the outside in.
type Path = Vec<String>;

/// A part of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// A field of the value; where there is no value, of the key.
    Field(Path),
    /// A field of the value, or all of it.
    Value(Path),
    /// A field of the key, or all of it.
    Key(Path),
    /// A header, or what is inside of it.
    Header(Path),
    /// The record's moment.
    Timestamp,
}

/// The names with which parts of a record begin; `__headers` is taken for `__header`.
const VALUE: &str = "__value";
const KEY: &str = "__key";
const HEADER: &str = "__header";
const HEADERS: &str = "__headers";
const TIMESTAMP: &str = "__timestamp";
