//! What the three kinds of event mean for the graph, as pure functions.
//!
//! Invariant: no I/O, no clock, no framework.

use model::event::Event;

use crate::graph::{Batch, Before, Changes, Needs, Tally, Written, batch::Content};

mod connection;
pub mod decode;
mod field;
mod interaction;
mod node;
mod purchase;

/// What has to be known of the graph before `batch` can be planned; sorted, nothing twice.
pub fn needs(batch: &Batch) -> Needs {
    let mut needs = Needs::default();
    for entry in &batch.entries {
        match &entry.content {
            Content::Event(Event::Purchase(event)) => purchase::needs(event, &mut needs),
            Content::Event(Event::Interaction(event)) => interaction::needs(event, &mut needs),
            Content::Event(Event::Connection(event)) => connection::needs(event, &mut needs),
            // They say what is to be, whatever is there.
            Content::Mutations(_) | Content::Statement(..) | Content::Dead(_) => {}
        }
    }
    sort(&mut needs.users);
    sort(&mut needs.products);
    sort(&mut needs.transactions);
    sort(&mut needs.reviews);
    sort(&mut needs.ratings);
    sort(&mut needs.follows);
    needs
}

/// What `batch` changes in a graph that is as `before`, and what becomes of the records of each interval.
///
/// Entries are taken in their order, each on the graph that the ones before it leave.
pub fn plan(batch: &Batch, before: Before) -> (Changes, Written) {
    let mut draft = Draft::new(before);
    let mut written = Written { tallies: vec![Tally::default(); batch.intervals.len()], repeated: Vec::new() };
    for (index, entry) in batch.entries.iter().enumerate() {
        let tally = &mut written.tallies[entry.interval];
        let effect = match &entry.content {
            Content::Event(Event::Purchase(event)) => purchase::plan(event, &mut draft),
            Content::Event(Event::Interaction(event)) => interaction::plan(event, &mut draft),
            Content::Event(Event::Connection(event)) => connection::plan(event, &mut draft),
            Content::Mutations(mutations) if mutations.is_empty() => Effect::Nothing,
            // Whether it changes anything is for the database to know: each is counted as if it did.
            Content::Mutations(_) | Content::Statement(..) => Effect::Added,
            Content::Dead(_) => {
                tally.dead += 1;
                continue;
            }
        };
        match effect {
            Effect::Added => tally.stored += 1,
            Effect::Replaced => {
                tally.stored += 1;
                tally.updated += 1;
            }
            Effect::Nothing => {
                tally.repeated += 1;
                written.repeated.push(index);
            }
        }
    }
    (draft.finish(), written)
}

/// What one event does to the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Something is there that was not.
    Added,
    /// Something that was there has another value.
    Replaced,
    /// It was there already.
    Nothing,
}

/// The graph as it will be, and the changes that lead there.
struct Draft {
    nodes: node::Nodes,
    before: Before,
    changes: Changes,
    /// Where in `changes.ratings` the rating of a pair stands, so that a newer one replaces it.
    rating_rows: std::collections::HashMap<(i64, i64), usize>,
}

impl Draft {
    fn new(mut before: Before) -> Self {
        let nodes = node::Nodes::new(std::mem::take(&mut before.users), std::mem::take(&mut before.products));
        Self { nodes, before, changes: Changes::default(), rating_rows: std::collections::HashMap::default() }
    }

    fn finish(mut self) -> Changes {
        (self.changes.users, self.changes.products) = self.nodes.finish();
        self.changes
    }
}

fn sort<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

#[cfg(test)]
mod tests;
