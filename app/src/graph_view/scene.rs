//! A picture made ready for drawing: places, neighbours, groups with their discs, and what people have changed in it.

use std::sync::Arc;

use model::picture::{Neighbourhood, NodeKind, Picture, PictureNode, Shape};

use super::{
    camera::{Bounds, Camera, Margin, Point},
    growth,
};

/// What a node is called across pictures; its index may change with every answer.
pub(crate) type Key = (NodeKind, i64);

/// How much wider than high a picture should be at least: screens are wide.
const WIDE: f64 = 1.35;

/// How far a group's disc reaches beyond its outermost node, as a part of the way to it.
const HEM: f64 = 0.16;

/// How high the row of buttons at the lower edge is, in pixels.
const TOOLS: f64 = 52.0;

/// What nodes are called that came in by expanding.
pub(super) const ADDED: &str = "Added neighbours";

/// What people have changed in a picture. It outlives the picture: the next answer is changed in the same way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Edits {
    /// Where nodes were put.
    pub(super) moved: Vec<(Key, Point)>,
    /// What was added around which node, in this order.
    pub(super) grown: Vec<Arc<Neighbourhood>>,
}

impl Edits {
    /// Puts a node somewhere; it stays there.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only the browser drags"))]
    pub(super) fn put(&mut self, key: Key, place: Point) {
        match self.moved.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = place,
            None => self.moved.push((key, place)),
        }
    }

    /// Adds neighbours; those of the same node once.
    pub(super) fn grow(&mut self, found: Neighbourhood) {
        match self.grown.iter_mut().find(|known| (known.kind, known.id) == (found.kind, found.id)) {
            Some(known) => *known = Arc::new(found),
            None => self.grown.push(Arc::new(found)),
        }
    }
}

/// A picture, ready.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scene {
    pub(super) nodes: Vec<PictureNode>,
    pub(super) places: Vec<Point>,
    pub(super) edges: Vec<(u32, u32, f32)>,
    pub(super) groups: Vec<Group>,
    pub(super) total_nodes: i64,
    pub(super) shape: Shape,
    pub(super) caption: String,
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
    /// Where it lies, if it lies in one place: middle and radius.
    pub(super) disc: Option<(Point, f64)>,
}

impl Scene {
    /// Makes a picture ready. Edges to nodes that are not there, and nodes without a place, are left out.
    pub(super) fn new(picture: Picture, edits: &Edits) -> Self {
        let known = picture.nodes.len().min(picture.positions.len());
        let mut nodes = picture.nodes;
        nodes.truncate(known);
        let mut places: Vec<Point> =
            picture.positions.iter().take(known).map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
        let stretch = stretch(Bounds::around(places.iter().copied()), picture.shape);
        for place in &mut places {
            place.0 *= stretch;
        }
        let mut edges = picture.edges;
        edges.retain(|(a, b, _)| (*a as usize) < known && (*b as usize) < known);
        // Before anything is added or moved: a node that was dragged out of its disc does not stretch it.
        let discs: Vec<Option<(Point, f64)>> = (0..picture.groups.len() as u32)
            .map(|group| (picture.shape == Shape::Discs).then(|| disc(&nodes, &places, group))?)
            .collect();
        let mut names = picture.groups;
        let added = names.len() as u32;
        names.push(ADDED.to_owned());
        for found in &edits.grown {
            add(found, added, (&mut nodes, &mut places, &mut edges));
        }
        for (key, place) in &edits.moved {
            if let Some(node) = find(&nodes, *key) {
                places[node] = *place;
            }
        }
        let mut counts = vec![0; names.len()];
        for node in &nodes {
            counts[(node.group as usize).min(added as usize)] += 1;
        }
        let mut groups: Vec<Group> = (0..)
            .zip(names)
            .zip(counts)
            .map(|((index, name), nodes)| {
                let disc = discs.get(index as usize).copied().flatten();
                Group { index, name, nodes, disc }
            })
            .collect();
        groups.retain(|group| group.nodes > 0);
        let mut order: Vec<u32> = (0..nodes.len() as u32).collect();
        // In columns products are what the question is about; elsewhere there is one kind only.
        order.sort_by(|a, b| {
            let (a, b) = (&nodes[*a as usize], &nodes[*b as usize]);
            let product = |node: &PictureNode| node.kind == NodeKind::Product;
            product(b).cmp(&product(a)).then(b.weight.total_cmp(&a.weight))
        });
        let (first_neighbour, neighbours) = adjacency(nodes.len(), &edges);
        Self {
            nodes,
            places,
            edges,
            groups,
            total_nodes: picture.total_nodes,
            shape: picture.shape,
            caption: picture.caption,
            order,
            first_neighbour,
            neighbours,
        }
    }

    /// The nodes that an edge joins with this one.
    pub(super) fn neighbours(&self, node: usize) -> &[u32] {
        &self.neighbours[self.first_neighbour[node] as usize..self.first_neighbour[node + 1] as usize]
    }

    pub(super) fn find(&self, key: Key) -> Option<usize> {
        find(&self.nodes, key)
    }

    pub(super) fn find_node(&self, key: Key) -> Option<&PictureNode> {
        self.find(key).map(|index| &self.nodes[index])
    }

    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only the browser points at nodes"))]
    pub(super) fn key(&self, node: usize) -> Key {
        (self.nodes[node].kind, self.nodes[node].id)
    }

    pub(super) fn group_name(&self, group: u32) -> &str {
        self.groups.iter().find(|known| known.index == group).map_or("", |known| known.name.as_str())
    }

    /// Everything, with the discs of its groups.
    pub(super) fn bounds(&self) -> Bounds {
        let discs = self.groups.iter().filter_map(|group| group.disc);
        let corners = discs.flat_map(|((x, y), radius)| [(x - radius, y - radius), (x + radius, y + radius)]);
        Bounds::around(self.places.iter().copied().chain(corners))
    }

    /// All of it, with room for the names beside columns and above discs.
    pub(super) fn fitted(&self, width: f64, height: f64) -> Camera {
        let margin = match self.shape {
            Shape::Columns => Margin { left: (width * 0.3).clamp(30.0, 190.0), top: 20.0, right: 24.0, bottom: TOOLS },
            Shape::Discs => Margin { left: 24.0, top: 30.0, right: 24.0, bottom: TOOLS },
            Shape::Force => Margin { bottom: TOOLS, ..Margin::all(32.0) },
        };
        Camera::fit(self.bounds(), width, height, margin)
    }

    /// A node's radius in pixels as long as everything is in sight.
    pub(super) fn radius(&self, node: usize) -> f64 {
        radius(self.nodes[node].weight, self.nodes.len())
    }

    /// How many names a glance takes in, `zoom` times closer than all of it, in `room` (1 on a desk, half on a phone).
    pub(super) fn names(&self, zoom: f64, room: f64) -> usize {
        let (first, most) = match self.shape {
            // Those on the left; the others when one comes closer.
            Shape::Columns if zoom < 1.5 => {
                return self.nodes.iter().filter(|node| node.kind == NodeKind::Product).count();
            }
            Shape::Columns => (60.0, 140.0),
            // Groups have names already.
            Shape::Discs => (7.0, 90.0),
            Shape::Force => (20.0, 90.0),
        };
        (first * zoom * zoom.sqrt() * room).clamp(6.0, most) as usize
    }

    /// How faint an edge is: the more there are, the less each one matters.
    pub(super) fn faintness(&self) -> f64 {
        let most = if self.shape == Shape::Force { 0.26 } else { 0.36 };
        (most * (900.0 / self.edges.len().max(1) as f64).sqrt()).clamp(0.05, most)
    }

    /// How much fainter an edge is that leads from one group to another: between discs it says less than inside.
    pub(super) fn between(&self, leaves_group: bool) -> f64 {
        if leaves_group && self.shape == Shape::Discs { 0.55 } else { 1.0 }
    }

    /// The nodes whose name contains the text, or whose id begins with it, the most important first; none for no text.
    pub(super) fn matches(&self, text: &str) -> Vec<u32> {
        let text = text.trim().to_lowercase();
        if text.is_empty() {
            return Vec::new();
        }
        let fits =
            |node: &PictureNode| node.label.to_lowercase().contains(&text) || node.id.to_string().starts_with(&text);
        self.order.iter().copied().filter(|node| fits(&self.nodes[*node as usize])).collect()
    }
}

fn find(nodes: &[PictureNode], (kind, id): Key) -> Option<usize> {
    nodes.iter().position(|node| node.id == id && node.kind == kind)
}

type Parts<'a> = (&'a mut Vec<PictureNode>, &'a mut Vec<Point>, &'a mut Vec<(u32, u32, f32)>);

/// Adds what was found around a node; what is there already is only tied.
fn add(found: &Neighbourhood, group: u32, (nodes, places, edges): Parts<'_>) {
    let Some(centre) = find(nodes, (found.kind, found.id)) else { return };
    let mut ends = Vec::new();
    let mut new = Vec::new();
    for neighbour in &found.nodes {
        match find(nodes, (neighbour.kind, neighbour.id)) {
            Some(known) => ends.push(known as u32),
            None => new.push(PictureNode { group, ..neighbour.clone() }),
        }
    }
    let spots = growth::around(places[centre], new.len(), places);
    ends.extend((nodes.len()..).take(new.len()).map(|node| node as u32));
    nodes.extend(new);
    places.extend(spots);
    let centre = centre as u32;
    let known: Vec<u32> =
        edges.iter().filter_map(|&(a, b, _)| if a == centre { Some(b) } else { (b == centre).then_some(a) }).collect();
    edges.extend(ends.into_iter().filter(|end| *end != centre && !known.contains(end)).map(|end| (centre, end, 0.5)));
}

/// The disc around a group's nodes; none where there are too few to be one.
fn disc(nodes: &[PictureNode], places: &[Point], group: u32) -> Option<(Point, f64)> {
    let own = || nodes.iter().zip(places).filter(|(node, _)| node.group == group).map(|(_, place)| *place);
    let count = own().count() as f64;
    if count < 2.0 {
        return None;
    }
    let (x, y) = own().fold((0.0, 0.0), |(x, y), place| (x + place.0, y + place.1));
    let middle = (x / count, y / count);
    let radius = own().map(|(x, y)| (x - middle.0).hypot(y - middle.1)).fold(0.0, f64::max);
    Some((middle, radius * (1.0 + HEM) + 0.012))
}

/// How much places are stretched sideways; discs must stay discs, and names beside columns take the room.
fn stretch(bounds: Bounds, shape: Shape) -> f64 {
    if shape != Shape::Force {
        return 1.0;
    }
    let aspect = bounds.width().max(1e-6) / bounds.height().max(1e-6);
    (WIDE / aspect).clamp(1.0, 1.7)
}

/// Area stands for weight; the more nodes there are, the smaller each is.
pub(super) fn radius(weight: f32, nodes: usize) -> f64 {
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
pub(super) mod tests {
    use super::*;

    pub(crate) fn node(id: i64, group: u32, weight: f32) -> PictureNode {
        PictureNode { kind: NodeKind::User, id, label: format!("User {id}"), group, weight, detail: String::new() }
    }

    pub(crate) fn picture() -> Picture {
        Picture {
            nodes: vec![node(10, 0, 0.2), node(11, 0, 1.0), node(12, 2, 0.5)],
            edges: vec![(0, 1, 1.0), (1, 2, 0.5), (1, 9, 1.0)],
            positions: vec![(-1.0, 0.0), (0.0, 0.0), (1.0, 0.0)],
            groups: vec!["a".into(), "empty".into(), "c".into()],
            total_nodes: 100,
            ..Picture::default()
        }
    }

    fn around(id: i64, nodes: Vec<PictureNode>) -> Neighbourhood {
        Neighbourhood { kind: NodeKind::User, id, label: String::new(), total: nodes.len() as i64, nodes }
    }

    #[test]
    fn a_picture_becomes_a_scene_with_neighbours_and_groups() {
        let scene = Scene::new(picture(), &Edits::default());
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
    fn a_moved_node_stays_where_it_was_put_when_the_next_answer_comes() {
        let mut edits = Edits::default();
        edits.put((NodeKind::User, 12), (9.0, 9.0));
        edits.put((NodeKind::User, 12), (0.25, 0.5));
        edits.put((NodeKind::User, 77), (1.0, 1.0));
        let mut next = picture();
        next.nodes.insert(0, node(99, 0, 0.1));
        next.positions.insert(0, (0.5, 0.5));
        let scene = Scene::new(next, &edits);
        assert_eq!(scene.places[3], (0.25, 0.5));
        assert_eq!(scene.places[2], (0.0, 0.0), "the others stay where the answer has them");
    }

    #[test]
    fn neighbours_are_added_once_and_tied_and_nothing_else_moves() {
        let before = Scene::new(picture(), &Edits::default());
        let mut edits = Edits::default();
        edits.grow(around(11, vec![node(50, 0, 0.1)]));
        edits.grow(around(11, vec![node(10, 0, 0.1), node(50, 0, 0.1), node(51, 0, 0.1)]));
        edits.grow(around(404, vec![node(60, 0, 0.1)]));
        let scene = Scene::new(picture(), &edits);
        assert_eq!(scene.nodes.iter().map(|node| node.id).collect::<Vec<_>>(), [10, 11, 12, 50, 51]);
        assert_eq!(scene.places[..3], before.places[..]);
        assert_eq!(scene.neighbours(1), [0, 2, 3, 4]);
        assert_eq!(scene.groups.last().map(|group| (group.name.as_str(), group.nodes)), Some((ADDED, 2)));
        assert_eq!(scene, Scene::new(picture(), &edits), "the same again");
    }

    #[test]
    fn a_name_or_an_id_finds_nodes_the_most_important_first() {
        let mut picture = picture();
        picture.nodes[2].label = "Ada Okafor".into();
        let scene = Scene::new(picture, &Edits::default());
        assert_eq!(scene.matches("user"), [1, 0]);
        assert_eq!(scene.matches(" ADA "), [2]);
        assert_eq!(scene.matches("12"), [2]);
        assert_eq!(scene.matches("1"), [1, 2, 0]);
        assert!(scene.matches("nobody").is_empty() && scene.matches(" ").is_empty());
    }

    #[test]
    fn a_group_of_a_picture_of_discs_has_a_disc_around_all_its_nodes() {
        let scene = Scene::new(Picture { shape: Shape::Discs, ..picture() }, &Edits::default());
        let ((x, y), radius) = scene.groups[0].disc.unwrap();
        assert!((x + 0.5).abs() < 1e-9 && y.abs() < 1e-9 && radius > 0.5);
        assert_eq!(scene.groups[1].disc, None, "one node is no disc");
        assert!(scene.bounds().left < -1.0);
    }

    #[test]
    fn a_square_is_stretched_and_what_is_wide_already_is_not() {
        let bounds = |right, bottom| Bounds { left: 0.0, top: 0.0, right, bottom };
        assert!((stretch(bounds(1.0, 1.0), Shape::Force) - 1.35).abs() < 1e-9);
        assert!((stretch(bounds(3.0, 1.0), Shape::Force) - 1.0).abs() < 1e-9);
        assert!((stretch(bounds(0.5, 1.0), Shape::Force) - 1.7).abs() < 1e-9);
        assert!((stretch(bounds(1.0, 1.0), Shape::Columns) - 1.0).abs() < 1e-9);
        assert!((stretch(bounds(1.0, 1.0), Shape::Discs) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn an_empty_picture_is_an_empty_scene() {
        let scene = Scene::new(Picture::default(), &Edits::default());
        assert!(scene.order.is_empty() && scene.groups.is_empty());
        assert!(radius(1.0, 10_000) < radius(1.0, 100));
    }
}
