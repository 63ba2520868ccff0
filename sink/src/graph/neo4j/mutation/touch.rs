//! What a mutation reads and changes, as far as it matters for who may be done before whom. Pure.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
};

use crate::graph::{
    Mutation,
    mutation::{Assignment, End, Node, Presence, Properties, Relationship, Value},
};

/// How a mutation deals with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Makes it if it is not there, and sets properties.
    Merge,
    /// Sets properties if it is there.
    Update,
    /// Makes one more.
    Create,
    /// Removes it.
    Delete,
    /// Changes what it is found by: nothing before or after it may share a statement with it.
    Rename,
    /// Needs it to be there, which a merge right before has seen to.
    Hold,
    /// Needs it to be there.
    Need,
}

/// What is touched, by its name, and how.
pub(super) type Touch = (String, Access);

/// By what the mutations of a batch find nodes and relationships.
#[derive(Default)]
pub(super) struct Known<'a> {
    nodes: BTreeSet<Shape<'a>>,
    /// Names of key properties by type.
    relationships: HashMap<&'a str, BTreeSet<&'a str>>,
}

/// By what a node is found.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Shape<'a> {
    labels: BTreeSet<&'a str>,
    names: Vec<&'a str>,
}

impl Shape<'_> {
    /// Whether two mutations of these shapes may mean the same node without its being known: they share a label, and not the
    /// keys, or each has a label that the other lacks. Nodes without a common label are taken for different ones.
    fn may_hide(&self, other: &Self) -> bool {
        let (one, two) = (&self.labels, &other.labels);
        if one.is_disjoint(two) && !one.is_empty() && !two.is_empty() {
            return false;
        }
        self.names != other.names || !(one.is_subset(two) || two.is_subset(one))
    }
}

impl<'a> Known<'a> {
    pub(super) fn of(mutations: &[&'a Mutation]) -> Self {
        let mut known = Self::default();
        for mutation in mutations {
            match mutation {
                Mutation::CreateNode { .. } => {}
                Mutation::UpdateNode { node, .. }
                | Mutation::MergeNode { node, .. }
                | Mutation::DeleteNode { node, .. } => known.node(node),
                Mutation::CreateRelationship { relationship, .. }
                | Mutation::UpdateRelationship { relationship, .. }
                | Mutation::MergeRelationship { relationship, .. }
                | Mutation::DeleteRelationship { relationship } => {
                    known.node(&relationship.from.node);
                    known.node(&relationship.to.node);
                    let names = known.relationships.entry(&relationship.relationship_type).or_default();
                    names.extend(relationship.keys.keys().map(String::as_str));
                }
            }
        }
        known
    }

    fn node(&mut self, node: &'a Node) {
        let labels = node.labels.iter().map(String::as_str).collect();
        self.nodes.insert(Shape { labels, names: node.keys.keys().map(String::as_str).collect() });
    }

    /// Whether the same node may be meant in ways of which nobody can tell that they mean the same one (`:User {id: 1}` and
    /// `:User {email: "a@b"}`).
    pub(super) fn is_ambiguous(&self) -> bool {
        let shapes = self.nodes.iter().collect::<Vec<_>>();
        let later = |place: usize| shapes[place + 1..].iter();
        shapes.iter().enumerate().any(|(place, shape)| later(place).any(|other| shape.may_hide(other)))
    }

    /// What a mutation touches. One that says `:User:Admin` means what one that says `:User` may mean as well, so it has a name
    /// for each of the ways in which others of the batch may mean it; the first is its own.
    pub(super) fn touches(&self, mutation: &Mutation) -> Vec<Touch> {
        let all = |names: Vec<String>, access| names.into_iter().map(|name| (name, access)).collect();
        match mutation {
            Mutation::CreateNode { labels, properties } => all(self.names(labels, properties), Access::Create),
            Mutation::UpdateNode { node, assignment } => self.changed(node, assignment, Access::Update),
            Mutation::MergeNode { node, assignment } => self.changed(node, assignment, Access::Merge),
            Mutation::DeleteNode { node, .. } => all(self.meant(&node.labels, &node.keys), Access::Delete),
            Mutation::CreateRelationship { relationship, .. } => self.tied(relationship, None, Access::Create),
            Mutation::UpdateRelationship { relationship, assignment } => {
                self.tied(relationship, Some(assignment), Access::Update)
            }
            Mutation::MergeRelationship { relationship, assignment } => {
                self.tied(relationship, Some(assignment), Access::Merge)
            }
            Mutation::DeleteRelationship { relationship } => self.tied(relationship, None, Access::Delete),
        }
    }

    fn changed(&self, node: &Node, assignment: &Assignment, access: Access) -> Vec<Touch> {
        let properties = assignment.properties();
        let names = self.names(&node.labels, &node.keys);
        if properties.iter().any(|(name, value)| node.keys.get(name).is_some_and(|key| key != value)) {
            // With another value for what it is found by, it is found by another name afterwards.
            let mut after = node.keys.clone();
            after.extend(properties.clone());
            let meant = self.meant(&node.labels, &node.keys);
            let renamed = meant.into_iter().chain(self.meant(&node.labels, &after));
            return renamed.map(|name| (name, Access::Rename)).collect();
        }
        // A node that it makes is one more for those who say fewer labels.
        let others = if access == Access::Merge { Access::Create } else { access };
        let place = |(place, name)| (name, if place == 0 { access } else { others });
        names.into_iter().enumerate().map(place).collect()
    }

    fn tied(&self, relationship: &Relationship, assignment: Option<&Assignment>, access: Access) -> Vec<Touch> {
        let Relationship { relationship_type, from, to, .. } = relationship;
        let names = |end: &End| self.names(&end.node.labels, &end.node.keys);
        let (from_names, to_names) = (names(from), names(to));
        let renamed = assignment.is_some_and(|assignment| {
            let keys = self.relationships.get(relationship_type.as_str());
            keys.is_some_and(|keys| assignment.properties().keys().any(|name| keys.contains(name.as_str())))
        });
        let hold = |end: &End| match (access, &end.presence) {
            // Without its ends there is nothing to be deleted.
            (Access::Delete, _) | (_, Presence::Merge(_)) => Access::Hold,
            (_, Presence::Match) => Access::Need,
        };
        let mut touches = Vec::with_capacity(3);
        for from_name in &from_names {
            for to_name in &to_names {
                let access = if renamed { Access::Rename } else { access };
                touches.push((format!("{relationship_type:?}{from_name}{to_name}"), access));
            }
        }
        touches.extend(from_names.into_iter().map(|name| (name, hold(from))));
        touches.extend(to_names.into_iter().map(|name| (name, hold(to))));
        touches
    }

    /// The names of every node that these labels and properties mean: `:User` means a `:User:Admin` too, and takes it away.
    fn meant(&self, labels: &[String], properties: &Properties) -> Vec<String> {
        let beyond = |shape: &&Shape<'_>| {
            let has = |label: &String| shape.labels.contains(label.as_str());
            shape.labels.len() > labels.len()
                && labels.iter().all(has)
                && shape.names.iter().all(|name| properties.contains_key(*name))
        };
        let mut names = self.names(labels, properties);
        names.extend(self.nodes.iter().filter(beyond).map(|shape| called(shape, properties)));
        names
    }

    /// The names of a node with these labels and properties; the one with most labels is the first.
    fn names(&self, labels: &[String], properties: &Properties) -> Vec<String> {
        let has = |label: &&str| labels.iter().any(|known| known == label);
        let fits = |shape: &&Shape<'_>| {
            shape.labels.iter().all(has) && shape.names.iter().all(|name| properties.contains_key(*name))
        };
        let mut shapes = self.nodes.iter().filter(fits).collect::<Vec<_>>();
        shapes.sort_by_key(|shape| std::cmp::Reverse(shape.labels.len()));
        shapes.into_iter().map(|shape| called(shape, properties)).collect()
    }
}

/// The name of what has these labels and these values for its keys.
fn called(shape: &Shape<'_>, properties: &Properties) -> String {
    let mut text = String::new();
    for label in &shape.labels {
        // Writing to a string does not fail.
        let _ = write!(text, ":{label:?}");
    }
    for name in &shape.names {
        let _ = write!(text, " {name:?}=");
        properties.get(*name).unwrap_or(&Value::Null).write_canonical(&mut text);
    }
    text.push(';');
    text
}
