//! What a record would do to the graph, told instead of done: in words, and as the statements that Neo4j would run. Pure.

use std::collections::HashSet;

use serde_json::{Value as Json, json};

use crate::{
    graph::{
        Batch, Before, CheckpointId, Entry, Interval, Mutation,
        batch::Content,
        mutation::{Node, Presence},
        neo4j,
    },
    kind,
};

mod words;

/// What a record would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deed {
    /// Each change in a line; none for a statement of somebody's own, of which only the database knows.
    pub words: Vec<String>,
    /// What Neo4j would run, in this order; none for the built-in kinds, which ask first what is there.
    pub statements: Vec<Statement>,
}

/// A statement with what is bound in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its text.
    pub text: String,
    /// Its parameters by name.
    pub parameters: Json,
}

/// What a record would do that stands alone in its batch. Built-in events are taken as on an empty graph.
pub fn deed(content: &Content) -> Deed {
    match content {
        Content::Event(_) => Deed { words: of_event(content), statements: Vec::new() },
        Content::Mutations(mutations) => {
            let statements = neo4j::statements_of(mutations);
            let statement = |(text, rows)| Statement { text, parameters: json!({"rows": rows}) };
            Deed { words: of_mutations(mutations), statements: statements.into_iter().map(statement).collect() }
        }
        Content::Statement(text, row) => {
            let statement = Statement { text: text.to_string(), parameters: json!({"rows": [row]}) };
            Deed { words: Vec::new(), statements: vec![statement] }
        }
        Content::Dead(_) => Deed::default(),
    }
}

/// The nodes that have to be there, or the record is a dead letter.
pub fn needed(content: &Content) -> Vec<&Node> {
    let Content::Mutations(mutations) = content else { return Vec::new() };
    let ends = mutations.iter().filter_map(|mutation| match mutation {
        Mutation::CreateRelationship { relationship, .. }
        | Mutation::UpdateRelationship { relationship, .. }
        | Mutation::MergeRelationship { relationship, .. } => Some([&relationship.from, &relationship.to]),
        _ => None,
    });
    ends.flatten().filter(|end| end.presence == Presence::Match).map(|end| &end.node).collect()
}

/// Whether a record makes a node that an address means.
pub fn makes(content: &Content, wanted: &Node) -> bool {
    let Content::Mutations(mutations) = content else { return false };
    let has = |labels: &[String]| wanted.labels.iter().all(|label| labels.contains(label));
    mutations.iter().any(|mutation| match mutation {
        Mutation::CreateNode { labels, properties } => {
            has(labels) && wanted.keys.iter().all(|(name, value)| properties.get(name) == Some(value))
        }
        Mutation::MergeNode { node, .. } => has(&node.labels) && node.keys == wanted.keys,
        _ => false,
    })
}

/// A node as it is written: `(:User {userId: 7})`.
pub fn node(node: &Node) -> String {
    words::node(node)
}

/// A node that is merged again without a change is not told of again.
fn of_mutations(mutations: &[Mutation]) -> Vec<String> {
    let mut merged = HashSet::new();
    let mut lines = Vec::new();
    for line in mutations.iter().flat_map(words::lines) {
        let known = merged.contains(&line.address);
        if line.merges {
            merged.insert(line.address.clone());
        }
        if !(known && line.merges && line.changes.is_empty()) {
            lines.push(line.to_string());
        }
    }
    lines
}

fn of_event(content: &Content) -> Vec<String> {
    let id = CheckpointId { connector: String::new(), cluster: String::new(), topic: String::new(), partition: 0 };
    let interval = Interval { id, epoch: 0, from: 0, to: 1, last_timestamp: -1, last_crc: -1, read: 1 };
    let batch = Batch { intervals: vec![interval], entries: vec![Entry { interval: 0, content: content.clone() }] };
    words::changes(&kind::plan(&batch, Before::default()).0)
}

#[cfg(test)]
mod tests;
