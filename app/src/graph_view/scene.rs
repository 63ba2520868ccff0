//! A picture made ready for drawing: places, radii, neighbours, groups, and which labels fit.

use std::collections::HashMap;

use model::picture::{NodeKind, Picture, PictureNode};

use super::camera::{Bounds, Camera, Point};

/// What a node is called across pictures; its index may change with every answer.
pub(super) type Key = (NodeKind, i64);

/// How much wider than high a picture should be at least: screens are wide.
const WIDE: f64 = 1.6;

/// A picture, ready.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scene {
    pub(super) nodes: Vec<PictureNode>,
    pub(super) places: Vec<Point>,
    pub(super) edges: Vec<(u32, u32, f32)>,
    pub(super) groups: Vec<Group>,
    pub(super) total_nodes: i64,
    /// Node indices, the most important first.
    pub(super) order: Vec<u32>,
    first_neighbour: Vec<u32>,
    neighbours: Vec<u32>,
}

/// A group with how many nodes it has here.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Group {
    pub(super) index: u32,
    pub(super) name: String,
    pub(super) nodes: usize,
}

impl Scene {
    /// Makes a picture ready. Edges to nodes that are not there, and nodes without a place, are left out.
    pub(super) fn new(picture: Picture) -> Self {
        let known = picture.nodes.len().min(picture.positions.len());
        let mut nodes = picture.nodes;
        nodes.truncate(known);
        let mut places: Vec<Point> =
            picture.positions.iter().take(known).map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
        let stretch = stretch(Bounds::around(places.iter().copied()));
        for place in &mut places {
            place.0 *= stretch;
        }
        let edges: Vec<_> =
            picture.edges.into_iter().filter(|(a, b, _)| (*a as usize) < known && (*b as usize) < known).collect();
        let mut groups: Vec<Group> = picture
            .groups
            .into_iter()
            .zip(0..)
            .map(|(name, index)| Group { index, name, nodes: nodes.iter().filter(|node| node.group == index).count() })
            .collect();
        groups.retain(|group| group.nodes > 0);
        let mut order: Vec<u32> = (0..known as u32).collect();
        order.sort_by(|a, b| nodes[*b as usize].weight.total_cmp(&nodes[*a as usize].weight));
        let (first_neighbour, neighbours) = adjacency(known, &edges);
        Self { nodes, places, edges, groups, total_nodes: picture.total_nodes, order, first_neighbour, neighbours }
    }

    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only the browser lights neighbours up"))]
    /// The nodes that an edge joins with this one.
    pub(super) fn neighbours(&self, node: usize) -> &[u32] {
        &self.neighbours[self.first_neighbour[node] as usize..self.first_neighbour[node + 1] as usize]
    }

    pub(super) fn find(&self, (kind, id): Key) -> Option<usize> {
        self.nodes.iter().position(|node| node.kind == kind && node.id == id)
    }

    pub(super) fn find_node(&self, key: Key) -> Option<&PictureNode> {
        self.find(key).map(|index| &self.nodes[index])
    }

    pub(super) fn bounds(&self) -> Bounds {
        Bounds::around(self.places.iter().copied())
    }

    /// A node's radius in pixels as long as everything is in sight.
    pub(super) fn radius(&self, node: usize) -> f64 {
        radius(self.nodes[node].weight, self.nodes.len())
    }

    /// Which labels to write, most important first, none over another: node, and where its label's middle is.
    pub(super) fn labels(
        &self,
        camera: Camera,
        zoom: f64,
        (width, height): Point,
        most: usize,
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<(usize, Point)> {
        let mut taken: HashMap<(i64, i64), Vec<[f64; 4]>> = HashMap::new();
        let mut labels = Vec::new();
        for node in self.order.iter().map(|node| *node as usize).filter(|node| wanted(*node)) {
            if labels.len() == most {
                break;
            }
            let (x, y) = camera.to_pixels(self.places[node]);
            // The widest of the usual system fonts takes 7.8 pixels a letter at this size.
            let half = self.nodes[node].label.chars().count() as f64 * 3.9 + 3.0;
            let y = y - self.radius(node) * zoom - 8.0;
            let x =
                if half * 2.0 < width { x.clamp(half.min(width / 2.0), (width - half).max(width / 2.0)) } else { x };
            if y < 8.0 || y > height || x < 0.0 || x > width {
                continue;
            }
            let area = [x - half, y - 8.0, x + half, y + 8.0];
            let rows = (area[1] / 24.0) as i64..=(area[3] / 24.0) as i64;
            let columns = (area[0] / 96.0) as i64..=(area[2] / 96.0) as i64;
            let cells: Vec<_> = rows.flat_map(|row| columns.clone().map(move |column| (row, column))).collect();
            let hits =
                |other: &[f64; 4]| area[0] < other[2] && other[0] < area[2] && area[1] < other[3] && other[1] < area[3];
            if cells.iter().filter_map(|cell| taken.get(cell)).flatten().any(hits) {
                continue;
            }
            for cell in cells {
                taken.entry(cell).or_default().push(area);
            }
            labels.push((node, (x, y)));
        }
        labels
    }
}

/// How much places are stretched sideways; circles stay circles.
fn stretch(bounds: Bounds) -> f64 {
    let aspect = bounds.width().max(1e-6) / bounds.height().max(1e-6);
    (WIDE / aspect).clamp(1.0, 1.7)
}

/// Area stands for weight; the more nodes there are, the smaller each is.
fn radius(weight: f32, nodes: usize) -> f64 {
    let crowd = (300.0 / nodes.max(40) as f64).sqrt().clamp(0.45, 1.6);
    (2.4 + 6.5 * f64::from(weight.clamp(0.0, 1.0)).sqrt()) * crowd
}

/// Neighbours of all nodes in one list, with where each node's begin.
fn adjacency(nodes: usize, edges: &[(u32, u32, f32)]) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0_u32; nodes + 1];
    for (a, b, _) in edges {
        first[*a as usize + 1] += 1;
        first[*b as usize + 1] += 1;
    }
    for node in 0..nodes {
        first[node + 1] += first[node];
    }
    let mut next = first.clone();
    let mut neighbours = vec![0; edges.len() * 2];
    for (a, b, _) in edges {
        for (from, to) in [(*a, *b), (*b, *a)] {
            neighbours[next[from as usize] as usize] = to;
            next[from as usize] += 1;
        }
    }
    (first, neighbours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: i64, group: u32, weight: f32) -> PictureNode {
        PictureNode { kind: NodeKind::User, id, label: format!("User {id}"), group, weight, detail: String::new() }
    }

    fn picture() -> Picture {
        Picture {
            nodes: vec![node(10, 0, 0.2), node(11, 0, 1.0), node(12, 2, 0.5)],
            edges: vec![(0, 1, 1.0), (1, 2, 0.5), (1, 9, 1.0)],
            positions: vec![(-1.0, 0.0), (0.0, 0.0), (1.0, 0.0)],
            groups: vec!["a".into(), "empty".into(), "c".into()],
            total_nodes: 100,
        }
    }

    #[test]
    fn a_picture_becomes_a_scene_with_neighbours_and_groups() {
        let scene = Scene::new(picture());
        assert_eq!(scene.neighbours(0), [1]);
        assert_eq!(scene.neighbours(1), [0, 2]);
        assert_eq!(scene.edges.len(), 2, "an edge to nowhere is left out");
        assert_eq!(
            scene.groups.iter().map(|group| (group.name.as_str(), group.nodes)).collect::<Vec<_>>(),
            [("a", 2), ("c", 1)]
        );
        assert_eq!(scene.order, [1, 2, 0]);
        assert_eq!(scene.find((NodeKind::User, 12)), Some(2));
        assert_eq!(scene.find((NodeKind::Product, 12)), None);
    }

    #[test]
    fn of_labels_that_would_overlap_the_more_important_stays() {
        let mut picture = picture();
        picture.positions = vec![(0.0, 0.0), (0.01, 0.0), (1.0, 0.0)];
        let scene = Scene::new(picture);
        let camera = Camera { scale: 100.0, x: 100.0, y: 100.0 };
        let labels = scene.labels(camera, 1.0, (400.0, 200.0), 10, |_| true);
        assert_eq!(labels.iter().map(|(node, _)| *node).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(scene.labels(camera, 1.0, (400.0, 200.0), 1, |_| true).len(), 1);
    }

    #[test]
    fn a_square_is_stretched_and_what_is_wide_already_is_not() {
        let bounds = |right, bottom| Bounds { left: 0.0, top: 0.0, right, bottom };
        assert!((stretch(bounds(1.0, 1.0)) - 1.6).abs() < 1e-9);
        assert!((stretch(bounds(3.0, 1.0)) - 1.0).abs() < 1e-9);
        assert!((stretch(bounds(0.5, 1.0)) - 1.7).abs() < 1e-9);
    }

    #[test]
    fn an_empty_picture_is_an_empty_scene() {
        let scene = Scene::new(Picture::default());
        assert!(scene.order.is_empty() && scene.groups.is_empty());
        assert!(radius(1.0, 10_000) < radius(1.0, 100));
    }
}
