//! A mutation in a line, for people: `merge (:User {id: 1}) set {name: "Ada"}`.

use std::fmt::{Display, Formatter, Result};

use super::{Assignment, End, Mutation, Node, Presence, Properties, Relationship};

impl Display for Mutation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::CreateNode { labels, properties } => {
                write!(f, "create (")?;
                labels.iter().try_for_each(|label| write!(f, ":{label}"))?;
                write!(f, ") set {}", Map(properties))
            }
            Self::UpdateNode { node, assignment } => write!(f, "update ({node}){assignment}"),
            Self::MergeNode { node, assignment } => write!(f, "merge ({node}){assignment}"),
            Self::DeleteNode { node, detach } => write!(f, "{}delete ({node})", if *detach { "detach " } else { "" }),
            Self::CreateRelationship { relationship, properties } => {
                write!(f, "create {relationship} set {}", Map(properties))
            }
            Self::UpdateRelationship { relationship, assignment } => write!(f, "update {relationship}{assignment}"),
            Self::MergeRelationship { relationship, assignment } => write!(f, "merge {relationship}{assignment}"),
            Self::DeleteRelationship { relationship } => write!(f, "delete {relationship}"),
        }
    }
}

impl Display for Relationship {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "({})-[:{}", self.from, self.relationship_type)?;
        if !self.keys.is_empty() {
            write!(f, " {}", Map(&self.keys))?;
        }
        write!(f, "]->({})", self.to)
    }
}

impl Display for End {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.presence {
            Presence::Match => write!(f, "{}", self.node),
            Presence::Merge(assignment) => write!(f, "merge {}{assignment}", self.node),
        }
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.labels.iter().try_for_each(|label| write!(f, ":{label}"))?;
        write!(f, " {}", Map(&self.keys))
    }
}

impl Display for Assignment {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Add(properties) if properties.is_empty() => Ok(()),
            Self::Add(properties) => write!(f, " add {}", Map(properties)),
            Self::Replace(properties) => write!(f, " set {}", Map(properties)),
        }
    }
}

struct Map<'a>(&'a Properties);

impl Display for Map<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{{")?;
        for (place, (name, value)) in self.0.iter().enumerate() {
            write!(f, "{}{name}: {}", if place > 0 { ", " } else { "" }, value.canonical())?;
        }
        write!(f, "}}")
    }
}
