//! A picture in the making: nodes and groups that are added once, however often they are named.

use std::collections::HashMap;

use model::picture::{NodeKind, Picture, PictureNode, Shape};

/// A picture without positions.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) picture: Picture,
    nodes: HashMap<(NodeKind, i64), u32>,
    groups: HashMap<String, u32>,
}

/// How a node is described, apart from what it is.
pub(super) struct Look<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) group: u32,
    /// How important it is, in any unit; [`Draft::finish`] takes the greatest of its kind as 1.
    pub(super) weight: f64,
    pub(super) detail: String,
}

impl Draft {
    /// The number of the group with a name.
    pub(super) fn group(&mut self, name: &str) -> u32 {
        if let Some(&group) = self.groups.get(name) {
            return group;
        }
        let group = self.picture.groups.len() as u32;
        self.picture.groups.push(name.to_owned());
        self.groups.insert(name.to_owned(), group);
        group
    }

    /// Adds a node, unless it is there, and returns its number.
    pub(super) fn node(&mut self, kind: NodeKind, id: i64, look: Look<'_>) -> u32 {
        if let Some(number) = self.find(kind, id) {
            return number;
        }
        let number = self.picture.nodes.len() as u32;
        let label = name_or_number(kind, id, look.name);
        let node = PictureNode { kind, id, label, group: look.group, weight: look.weight as f32, detail: look.detail };
        self.picture.nodes.push(node);
        self.nodes.insert((kind, id), number);
        number
    }

    /// The number of a node, if it is there.
    pub(super) fn find(&self, kind: NodeKind, id: i64) -> Option<u32> {
        self.nodes.get(&(kind, id)).copied()
    }

    /// Adds an edge between two nodes that are there; `weight` is in any unit.
    pub(super) fn edge(&mut self, from: u32, to: u32, weight: f64) {
        self.picture.edges.push((from, to, weight as f32));
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.picture.nodes.len()
    }

    /// Completes the picture: scales all weights to 0 to 1, the nodes' for users and products apart. `caption` says what
    /// a line and a size mean.
    pub(super) fn finish(mut self, lies: (Shape, Vec<(f32, f32)>), total_nodes: usize, caption: &str) -> Picture {
        if self.picture.nodes.is_empty() {
            return Picture::default();
        }
        for kind in [NodeKind::User, NodeKind::Product] {
            let of_kind = || self.picture.nodes.iter().filter(|node| node.kind == kind).map(|node| node.weight);
            let greatest = of_kind().fold(0.0, f32::max);
            for node in self.picture.nodes.iter_mut().filter(|node| node.kind == kind) {
                node.weight = share(node.weight, greatest);
            }
        }
        // From 1 on: weights that are shares already keep their meaning.
        let greatest = self.picture.edges.iter().map(|edge| edge.2).fold(1.0, f32::max);
        for edge in &mut self.picture.edges {
            edge.2 = share(edge.2, greatest);
        }
        (self.picture.shape, self.picture.positions) = lies;
        caption.clone_into(&mut self.picture.caption);
        self.picture.total_nodes = total_nodes.max(self.picture.nodes.len()) as i64;
        self.picture
    }
}

fn share(part: f32, greatest: f32) -> f32 {
    if greatest > 0.0 { (part / greatest).clamp(0.0, 1.0) } else { 0.0 }
}

/// What a node is called: its name, or `User 7` / `Product 7` where none is known.
pub(super) fn name_or_number(kind: NodeKind, id: i64, name: Option<&str>) -> String {
    match (name, kind) {
        (Some(name), _) => name.to_owned(),
        (None, NodeKind::User) => format!("User {id}"),
        (None, NodeKind::Product) => format!("Product {id}"),
    }
}

/// A number and what it counts: `1 purchase`, `2 purchases`.
pub(super) fn count(number: i64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_named_twice_is_there_once() {
        let mut draft = Draft::default();
        let group = draft.group("Books");
        assert_eq!(draft.group("Books"), group);
        let look = || Look { name: None, group, weight: 4.0, detail: count(1, "purchase") };
        let first = draft.node(NodeKind::User, 7, look());
        assert_eq!(draft.node(NodeKind::User, 7, look()), first);
        assert_ne!(draft.node(NodeKind::Product, 7, look()), first);
        draft.edge(0, 1, 3.0);
        let picture = draft.finish((Shape::Force, vec![(0.0, 0.0); 2]), 9, "A line: bought.");
        let labels: Vec<&str> = picture.nodes.iter().map(|node| node.label.as_str()).collect();
        assert_eq!(labels, ["User 7", "Product 7"]);
        assert_eq!((picture.total_nodes, picture.nodes[0].weight.to_bits()), (9, 1.0_f32.to_bits()));
        assert_eq!(picture.nodes[0].detail, "1 purchase");
    }
}
