//! Mutations of one shape in one statement, without anything overtaking what it depends on. Pure.
//!
//! Each mutation goes into the last group of its shape, unless something that it may not overtake stands in a later one: then
//! a new group begins at the end. What happens to one node or relationship thus keeps its order, whatever is grouped around it.
//! Where a batch means nodes in ways of which nobody knows whether they are the same, or takes one away that must not have
//! relationships any more, nothing overtakes anything at all.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

use neo4rs::BoltType;

use super::{
    statement::{Cells, Statement, statement},
    touch::{Access, Known},
};
use crate::graph::{
    Mutation,
    mutation::{Assignment, Presence, Relationship},
};

/// From so many sets of names on, properties are set by maps: each set would be a statement of its own, which the server has
/// to plan.
const MAX_NAME_SETS: usize = 32;

/// Rows of one statement.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) statement: Statement,
    pub(super) rows: Vec<Cells>,
    /// What each row does.
    pub(super) mutations: Vec<Cow<'a, Mutation>>,
}

/// Groups mutations; the groups are to be run in their order.
pub(super) fn group<'a>(mutations: &[&'a Mutation]) -> Vec<Group<'a>> {
    let known = Known::of(mutations);
    // Whether a node may go by itself depends on every relationship that comes or goes before it, whoever's that is.
    let by_itself = |mutation: &&Mutation| matches!(mutation, Mutation::DeleteNode { detach: false, .. });
    let in_order = known.is_ambiguous() || mutations.iter().any(by_itself);
    let mut groups = Groups { by_map: differ(mutations), in_order, ..Groups::default() };
    for mutation in mutations {
        for end in ends(mutation) {
            groups.add(Cow::Owned(end), &known);
        }
        groups.add(Cow::Borrowed(mutation), &known);
    }
    groups.all
}

/// The nodes that a relationship's mutation makes, as mutations of their own: nodes first, then what ties them, is quicker than
/// both at once, and needs no `Eager` where both ends have one label.
fn ends(mutation: &Mutation) -> Vec<Mutation> {
    let (Mutation::CreateRelationship { relationship, .. }
    | Mutation::UpdateRelationship { relationship, .. }
    | Mutation::MergeRelationship { relationship, .. }) = mutation
    else {
        return Vec::new();
    };
    let Relationship { from, to, .. } = relationship;
    let merge = |(node, assignment): (_, &Assignment)| Mutation::MergeNode { node, assignment: assignment.clone() };
    let merged = [from, to].into_iter().filter_map(|end| match &end.presence {
        Presence::Match => None,
        Presence::Merge(assignment) => Some((end.node.clone(), assignment)),
    });
    merged.map(merge).collect()
}

/// Whether the names of properties differ so much that there would be too many statements.
fn differ(mutations: &[&Mutation]) -> bool {
    let mut sets = HashSet::new();
    for mutation in mutations {
        if let Mutation::UpdateNode { assignment: Assignment::Add(properties), .. }
        | Mutation::MergeNode { assignment: Assignment::Add(properties), .. }
        | Mutation::UpdateRelationship { assignment: Assignment::Add(properties), .. }
        | Mutation::MergeRelationship { assignment: Assignment::Add(properties), .. } = mutation
        {
            sets.insert(properties.keys().collect::<Vec<_>>());
        }
    }
    sets.len() > MAX_NAME_SETS
}

#[derive(Default)]
struct Groups<'a> {
    all: Vec<Group<'a>>,
    /// The last group of each statement.
    last: HashMap<Statement, usize>,
    tracks: BTreeMap<String, Track>,
    by_map: bool,
    /// Nothing overtakes anything.
    in_order: bool,
}

/// Where something was touched last, as the number of groups up to there: 0 for not at all.
#[derive(Clone, Copy, Debug, Default)]
struct Track {
    written: usize,
    needed: usize,
    held: usize,
    deleted: usize,
    /// It is there: made in this batch, and not deleted since.
    there: bool,
}

impl Track {
    /// The first group that an access may be in.
    fn earliest(self, access: Access) -> usize {
        let Self { written, needed, held, deleted, there } = self;
        let last = match access {
            Access::Rename => return written.max(needed).max(held).max(deleted),
            // One more or less than whoever came before has found.
            Access::Delete | Access::Create => written.max(needed).max(held).max(deleted),
            // Whoever needed it before may have found it missing.
            Access::Merge if !there => written.max(needed).max(deleted),
            Access::Merge | Access::Update | Access::Hold | Access::Need => written.max(deleted),
        };
        // Rows of one statement are done in their order, and what is of another shape is in another one.
        last.saturating_sub(1)
    }

    fn touch(&mut self, access: Access, group: usize) {
        let reached = group + 1;
        let place = match access {
            Access::Merge | Access::Create => {
                self.there = true;
                &mut self.written
            }
            Access::Update => &mut self.written,
            Access::Delete => {
                self.there = false;
                &mut self.deleted
            }
            Access::Hold => &mut self.held,
            Access::Need => &mut self.needed,
            Access::Rename => {
                let beyond = reached + 1;
                *self = Self { written: beyond, needed: beyond, held: beyond, deleted: beyond, there: false };
                return;
            }
        };
        *place = reached.max(*place);
    }
}

impl<'a> Groups<'a> {
    fn add(&mut self, mutation: Cow<'a, Mutation>, known: &Known<'_>) {
        let touches = known.touches(&mutation);
        let track = |name: &str| self.tracks.get(name).copied().unwrap_or_default();
        // It is there already, and nothing is to be set. Where one node can be meant in two ways, nobody knows.
        if let Mutation::MergeNode { assignment: Assignment::Add(properties), .. } = &*mutation
            && !self.in_order
            && properties.is_empty()
            && !touches.is_empty()
            && touches.iter().all(|(name, _)| track(name).there)
        {
            return;
        }
        let earliest = touches.iter().map(|(name, access)| track(name).earliest(*access)).max().unwrap_or(0);
        let earliest = if self.in_order { earliest.max(self.all.len().saturating_sub(1)) } else { earliest };
        let (statement, mut cells) = statement(&mutation, self.by_map);
        let place = match self.last.get(&statement) {
            Some(&place) if place >= earliest => place,
            _ => {
                let place = self.all.len();
                self.last.insert(statement.clone(), place);
                self.all.push(Group { statement, rows: Vec::new(), mutations: Vec::new() });
                place
            }
        };
        let Group { statement, rows, mutations } = &mut self.all[place];
        if statement.ends.is_some() {
            cells[0] = BoltType::from(rows.len() as i64);
        }
        rows.push(cells);
        mutations.push(mutation);
        for (name, access) in touches {
            self.tracks.entry(name).or_default().touch(access, place);
        }
    }
}

#[cfg(test)]
mod tests;
