//! Changes of any graph, as plain data: what patterns and CUD messages ask for, whichever store does it.
//!
//! A [`Node`] is an address, not an identity: it stands for every node that has all of its labels and key properties. The
//! stores take mutations in their order, each on the graph that the ones before it leave.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::Value as Json;

mod text;

/// What a graph keeps as a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value: where properties are added, the property is removed; elsewhere it is not set.
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A number that is no 64-bit integer; finite.
    Float(f64),
    /// Text.
    Text(String),
    /// Values of one kind, none of them a list or null.
    List(Vec<Value>),
}

impl Value {
    /// The value as JSON, for [`Value::of_json`].
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Integer(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::Text(value) => value.as_str().into(),
            Self::List(values) => values.iter().map(Self::to_json).collect(),
        }
    }

    /// The value that JSON of a store says; null for an object, which no store keeps as a value.
    pub(crate) fn of_json(json: &Json) -> Self {
        match json {
            Json::Null | Json::Object(_) => Self::Null,
            Json::Bool(value) => Self::Boolean(*value),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| number.as_f64().map_or(Self::Null, Self::Float), Self::Integer)
            }
            Json::String(value) => Self::Text(value.clone()),
            Json::Array(values) => Self::List(values.iter().map(Self::of_json).collect()),
        }
    }

    /// A text that two values share if and only if a graph takes them for equal: `1` and `1.0` are.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        self.write_canonical(&mut text);
        text
    }

    pub(crate) fn write_canonical(&self, text: &mut String) {
        // From here on not every integer is a float, so that equal floats can be different integers.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        // Writing to a string does not fail.
        let _ = match self {
            Self::Null => text.write_str("null"),
            Self::Boolean(value) => write!(text, "{value}"),
            Self::Integer(value) => write!(text, "{value}"),
            Self::Float(value) if value.fract() == 0.0 && value.abs() < EXACT => write!(text, "{}", *value as i64),
            Self::Float(value) => write!(text, "{value:?}"),
            Self::Text(value) => write!(text, "{value:?}"),
            Self::List(values) => {
                text.push('[');
                for (place, value) in values.iter().enumerate() {
                    if place > 0 {
                        text.push(',');
                    }
                    value.write_canonical(text);
                }
                text.write_str("]")
            }
        };
    }
}

/// Properties by name. No name is empty or has a NUL in it.
pub type Properties = BTreeMap<String, Value>;

/// The address of a node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Its labels, all of them needed; none for any node.
    pub labels: Vec<String>,
    /// What it is found by; none of them null, at least one.
    pub keys: Properties,
}

/// What is done to the properties of what is found or made.
#[derive(Clone, Debug, PartialEq)]
pub enum Assignment {
    /// These are set, those that are null removed, and others stay.
    Add(Properties),
    /// These and the keys are all that it has afterwards.
    Replace(Properties),
}

impl Assignment {
    /// Everything stays as it is.
    pub const fn nothing() -> Self {
        Self::Add(Properties::new())
    }

    /// The properties that are named.
    pub const fn properties(&self) -> &Properties {
        match self {
            Self::Add(properties) | Self::Replace(properties) => properties,
        }
    }
}

/// An end of a relationship.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// Which node.
    pub node: Node,
    /// What if it is not there.
    pub presence: Presence,
}

/// Whether an end of a relationship has to be there.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// It has to. A relationship to be created, merged or updated without it is [`END_NODE_MISSING`].
    Match,
    /// It is made if it is not there, and its properties are assigned.
    Merge(Assignment),
}

/// The address of relationships: of one type, between two nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Relationship {
    /// Its type.
    pub relationship_type: String,
    /// What it is found by, beside its ends; none of them null; may be empty.
    pub keys: Properties,
    /// Where it begins.
    pub from: End,
    /// Where it ends.
    pub to: End,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Mutation {
    /// A node is made, whatever is there.
    CreateNode {
        /// Its labels.
        labels: Vec<String>,
        /// Its properties.
        properties: Properties,
    },
    /// A node is changed if it is there.
    UpdateNode {
        /// Which.
        node: Node,
        /// How.
        assignment: Assignment,
    },
    /// A node is made if it is not there, and changed.
    MergeNode {
        /// Which.
        node: Node,
        /// How.
        assignment: Assignment,
    },
    /// A node is removed if it is there.
    DeleteNode {
        /// Which.
        node: Node,
        /// Its relationships go with it. If not, one that has any is [`NODE_HAS_RELATIONSHIPS`].
        detach: bool,
    },
    /// A relationship is made, whatever is there.
    CreateRelationship {
        /// Which; its keys are properties of it like the others.
        relationship: Relationship,
        /// Its other properties.
        properties: Properties,
    },
    /// Relationships are changed if they are there.
    UpdateRelationship {
        /// Which.
        relationship: Relationship,
        /// How.
        assignment: Assignment,
    },
    /// A relationship is made if it is not there, and changed.
    MergeRelationship {
        /// Which.
        relationship: Relationship,
        /// How.
        assignment: Assignment,
    },
    /// Relationships are removed if they are there; a missing end is none to be missed.
    DeleteRelationship {
        /// Which. Whatever the presence of its ends says, none is made.
        relationship: Relationship,
    },
}

/// The code of a data error: a relationship is to be made or changed, and a node that it needs is not there.
pub const END_NODE_MISSING: &str = "end_node_missing";

/// The code of a data error: a node is to be removed by itself, and has relationships.
pub const NODE_HAS_RELATIONSHIPS: &str = "node_has_relationships";

/// What nodes are found by: the labels and the names of the key properties.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyShape {
    /// The labels.
    pub labels: Vec<String>,
    /// The names, ascending.
    pub names: Vec<String>,
}

/// A node as it stands in a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundNode {
    /// Its labels, ascending.
    pub labels: Vec<String>,
    /// Its properties.
    pub properties: Properties,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_texts_and_others_do_not() {
        let text = |text: &str| Value::Text(text.into());
        for (one, other, equal) in [
            (Value::Integer(1), Value::Float(1.0), true),
            (Value::Integer(0), Value::Float(-0.0), true),
            (Value::Integer(1), Value::Float(1.5), false),
            (Value::Integer(1), text("1"), false),
            (Value::Boolean(true), text("true"), false),
            (Value::Null, text("null"), false),
            (Value::Integer(i64::MAX), Value::Float(9.223_372_036_854_775e18), false),
            (text("a\",\"b"), Value::List(vec![text("a"), text("b")]), false),
            (Value::List(vec![text("a,b")]), Value::List(vec![text("a"), text("b")]), false),
            (Value::List(vec![Value::Integer(2)]), Value::List(vec![Value::Float(2.0)]), true),
        ] {
            assert_eq!(one.canonical() == other.canonical(), equal, "{one:?} {other:?}");
        }
    }
}
