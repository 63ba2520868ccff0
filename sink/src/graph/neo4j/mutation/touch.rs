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
    /// Labels (sorted) and names of key properties.
    nodes: BTreeSet<(BTreeSet<&'a str>, Vec<&'a str>)>,
    /// Names of key properties by type.
    relationships: HashMap<&'a str, BTreeSet<&'a str>>,
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
        self.nodes.insert((labels, node.keys.keys().map(String::as_str).collect()));
    }

    /// What a mutation touches. The same node can be found in several ways in one batch (`:User {id}`, `:User:Admin {id}`), so
    /// it has a name for each way in which it may be found by what is known of it.
    pub(super) fn touches(&self, mutation: &Mutation) -> Vec<Touch> {
        match mutation {
            Mutation::CreateNode { labels, properties } => {
                let names = self.names(labels, &[properties, &Properties::new()]);
                names.into_iter().map(|name| (name, Access::Create)).collect()
            }
            Mutation::UpdateNode { node, assignment } => self.changed(node, assignment, Access::Update),
            Mutation::MergeNode { node, assignment } => self.changed(node, assignment, Access::Merge),
            Mutation::DeleteNode { node, .. } => {
                let names = self.names(&node.labels, &[&node.keys, &Properties::new()]);
                names.into_iter().map(|name| (name, Access::Delete)).collect()
            }
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
        // With another value for what it is found by, it is found by another name afterwards.
        let renamed = properties.iter().any(|(name, value)| node.keys.get(name).is_some_and(|key| key != value));
        let own = if renamed { Access::Rename } else { access };
        let none = Properties::new();
        let mut touches = Vec::with_capacity(1);
        touches.extend(self.names(&node.labels, &[&node.keys, &none]).into_iter().map(|name| (name, own)));
        if renamed || self.nodes.len() > 1 {
            // An update that gives it a new name may be what makes it found by others.
            let new = if own == Access::Update { Access::Rename } else { own };
            for name in self.names(&node.labels, &[properties, &node.keys]) {
                if !touches.iter().any(|(known, _)| *known == name) {
                    touches.push((name, new));
                }
            }
        }
        touches
    }

    fn tied(&self, relationship: &Relationship, assignment: Option<&Assignment>, access: Access) -> Vec<Touch> {
        let Relationship { relationship_type, from, to, .. } = relationship;
        let none = Properties::new();
        let names = |end: &End| self.names(&end.node.labels, &[&end.node.keys, &none]);
        let (from_names, to_names) = (names(from), names(to));
        let renamed = assignment.is_some_and(|assignment| {
            let keys = self.relationships.get(relationship_type.as_str());
            keys.is_some_and(|keys| assignment.properties().keys().any(|name| keys.contains(name.as_str())))
        });
        let access = if renamed { Access::Rename } else { access };
        let mut touches = Vec::with_capacity(3);
        for from_name in &from_names {
            for to_name in &to_names {
                touches.push((format!("{relationship_type:?}{from_name}{to_name}"), access));
            }
        }
        let hold = |end: &End| match (access, &end.presence) {
            // Without its ends there is nothing to be deleted.
            (Access::Delete, _) | (_, Presence::Merge(_)) => Access::Hold,
            (_, Presence::Match) => Access::Need,
        };
        touches.extend(from_names.into_iter().map(|name| (name, hold(from))));
        touches.extend(to_names.into_iter().map(|name| (name, hold(to))));
        touches
    }

    /// The names of a node with these labels and properties, where the first that has a property counts.
    fn names(&self, labels: &[String], properties: &[&Properties; 2]) -> Vec<String> {
        let find = |name: &str| -> Option<&Value> { properties.iter().find_map(|some| some.get(name)) };
        let has = |label: &&str| labels.iter().any(|known| known == label);
        let fits = self
            .nodes
            .iter()
            .filter(|(wanted, names)| wanted.iter().all(has) && names.iter().all(|name| find(name).is_some()));
        let called = |(labels, names): &(BTreeSet<&str>, Vec<&str>)| {
            let mut text = String::new();
            for label in labels {
                // Writing to a string does not fail.
                let _ = write!(text, ":{label:?}");
            }
            for name in names {
                let _ = write!(text, " {name:?}=");
                find(name).unwrap_or(&Value::Null).write_canonical(&mut text);
            }
            text.push(';');
            text
        };
        fits.map(called).collect()
    }
}
