//! Which names are written and where: the most important first, none over another, none cut off.

use std::borrow::Cow;

use model::picture::{NodeKind, Shape};

use super::{
    camera::{Camera, Point},
    scene::Scene,
};

/// How high a line of text is, names of nodes and of groups.
const LINE: f64 = 16.0;
pub(super) const HEADING: f64 = 19.0;

/// The same between the rows of columns.
const ROW: f64 = 11.0;

/// How many of the most important nodes no name covers.
const HUBS: usize = 16;

/// How much of a name is written at least: less says nothing.
const LEAST_LETTERS: usize = 6;

/// How much wider than its disc a group's name may be that is written across it.
const ACROSS: f64 = 1.4;

/// How many nodes are tried at most; past these, crowded pictures would cost time and gain nothing.
const TRIED: usize = 1500;

/// What a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// A node, by index.
    Node(u32),
    /// A group, by its place in [`Scene::groups`].
    Group(u32),
}

/// A name to write: its middle is this far from what it belongs to, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Label {
    pub(super) of: Of,
    pub(super) offset: Point,
    /// How many of its letters there is room for; none: for all.
    cut: Option<usize>,
}

impl Label {
    /// Where its middle is, under any camera.
    pub(super) fn at(self, scene: &Scene, camera: Camera) -> Point {
        let place = match self.of {
            Of::Node(node) => scene.places[node as usize],
            Of::Group(group) => scene.groups[group as usize].disc.map_or((0.0, 0.0), |(middle, _)| middle),
        };
        let (x, y) = camera.to_pixels(place);
        (x + self.offset.0, y + self.offset.1)
    }

    /// As much of a name as is written.
    pub(super) fn shown(self, name: &str) -> Cow<'_, str> {
        match self.cut {
            Some(letters) => {
                let kept: String = name.chars().take(letters).collect();
                format!("{}…", kept.trim_end()).into()
            }
            None => name.into(),
        }
    }
}

/// What is asked of the names.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) camera: Camera,
    /// How much larger nodes are than their radius says.
    pub(super) swell: f64,
    pub(super) size: Point,
    /// How much larger than usual the letters are.
    pub(super) letters: f64,
    /// How many nodes are named at most.
    pub(super) most: usize,
    /// Whether the people in columns are named, which from afar is a tangle.
    pub(super) people: bool,
    /// Whether groups are named.
    pub(super) groups: bool,
    /// A node that is named before all others.
    pub(super) first: Option<usize>,
    /// Which nodes may be named.
    pub(super) wanted: &'a dyn Fn(usize) -> bool,
}

/// Chooses names and places; `width` says how wide a name is in pixels.
pub(super) fn place(scene: &Scene, wish: &Wish<'_>, width: &mut dyn FnMut(Of) -> f64) -> Vec<Label> {
    let mut taken: Vec<[f64; 4]> = Vec::new();
    let mut labels = Vec::new();
    // Rows of columns lie close together, and their names have nothing above and below but each other.
    let line = if scene.shape == Shape::Columns { ROW } else { LINE } * wish.letters;
    if wish.groups {
        name_groups(scene, wish, width, &mut taken, &mut labels);
    }
    if scene.shape == Shape::Force {
        // No name covers a node that is more important than what it names.
        taken.extend(scene.order.iter().take(HUBS).map(|node| {
            let (x, y) = wish.camera.to_pixels(scene.places[*node as usize]);
            let radius = scene.radius(*node as usize) * wish.swell;
            [x - radius, y - radius, x + radius, y + radius]
        }));
    }
    let mut named = 0;
    let others = scene.order.iter().map(|node| *node as usize);
    let others = others.filter(|node| Some(*node) != wish.first && (wish.wanted)(*node));
    for node in wish.first.into_iter().chain(others).take(TRIED) {
        if named == wish.most {
            break;
        }
        let in_column = scene.shape == Shape::Columns && scene.nodes[node].kind == NodeKind::User;
        if in_column && !wish.people {
            continue;
        }
        let (x, y) = wish.camera.to_pixels(scene.places[node]);
        if x < 0.0 || y < 0.0 || x > wish.size.0 || y > wish.size.1 {
            continue;
        }
        let of = Of::Node(node as u32);
        let mut wide = width(of) + 6.0;
        let radius = scene.radius(node) * wish.swell;
        let mut cut = None;
        if scene.shape == Shape::Columns && scene.nodes[node].kind == NodeKind::Product {
            // On the left there is nothing but the edge: rather a part of the name than all of it across the lines.
            let room = x - radius - 3.0;
            cut = letters(&scene.nodes[node].label, room / wide);
            wide = if cut.is_some() { room } else { wide };
        }
        let (up, aside) = (radius + line / 2.0, radius + wide / 2.0 + 2.0);
        let around = [(0.0, -up), (0.0, up), (aside, 0.0), (-aside, 0.0)];
        let tries: &[Point] = match (scene.shape, scene.nodes[node].kind) {
            (Shape::Columns, NodeKind::Product) if cut.is_some() => &[(-aside, 0.0)],
            (Shape::Columns, NodeKind::Product) => &[(-aside, 0.0), (aside, 0.0)],
            (Shape::Columns, NodeKind::User) => &[(aside, 0.0)],
            _ => &around,
        };
        if let Some(label) = first(wish, &mut taken, of, scene.places[node], (wide, line), tries) {
            labels.push(Label { cut, ..label });
            named += 1;
        }
    }
    labels
}

/// How many letters of a name fit into this share of its width, beside the mark that it goes on; none if all do, or too few.
fn letters(name: &str, share: f64) -> Option<usize> {
    let all = name.chars().count();
    // A little less: the first letters may be wider than the rest.
    let fit = (all as f64 * share * 0.94) as usize;
    (share < 1.0 && fit > LEAST_LETTERS).then(|| fit - 1)
}

/// The names of groups: above their disc, below it, or anywhere around it where no other disc is in the way; across their
/// own only where nothing else is left.
fn name_groups(
    scene: &Scene,
    wish: &Wish<'_>,
    width: &mut dyn FnMut(Of) -> f64,
    taken: &mut Vec<[f64; 4]>,
    labels: &mut Vec<Label>,
) {
    let discs: Vec<(usize, Point, f64)> = (0..)
        .zip(&scene.groups)
        .filter_map(|(group, known)| known.disc.map(|(middle, radius)| (group, middle, radius * wish.camera.scale)))
        .collect();
    let mut order: Vec<usize> = (0..discs.len()).collect();
    order.sort_by_key(|disc| std::cmp::Reverse(scene.groups[discs[*disc].0].nodes));
    for disc in order {
        let (group, middle, radius) = discs[disc];
        let of = Of::Group(group as u32);
        let high = HEADING * wish.letters * lines(&scene.groups[group].name).count() as f64;
        let wide = width(of) + 8.0;
        let (x, y) = wish.camera.to_pixels(middle);
        let in_the_way = |(dx, dy): Point| {
            discs.iter().filter(|(other, ..)| *other != group).any(|(_, middle, radius)| {
                let (ox, oy) = wish.camera.to_pixels(*middle);
                // The hem may be covered.
                reach((ox - x - dx, oy - y - dy), (wide, high)) < radius * 0.95
            })
        };
        let mut tries: Vec<Point> = DIRECTIONS
            .into_iter()
            .map(|turn| beside(turn, radius, (wide, high)))
            .filter(|at| !in_the_way(*at))
            .collect();
        if wide < radius * 2.0 * ACROSS {
            tries.extend([(0.0, 0.0), (0.0, -radius * 0.6), (0.0, radius * 0.6)]);
        }
        labels.extend(first(wish, taken, of, middle, (wide, high), &tries));
    }
}

/// Directions around a disc in which its name is tried, in turns of the circle: above, below, then aside.
const DIRECTIONS: [f64; 16] =
    [0.75, 0.25, 0.8125, 0.6875, 0.1875, 0.3125, 0.0, 0.5, 0.875, 0.625, 0.125, 0.375, 0.9375, 0.5625, 0.0625, 0.4375];

/// How far a place is from a rectangle around the origin.
fn reach((x, y): Point, (wide, high): Point) -> f64 {
    (x.abs() - wide / 2.0).max(0.0).hypot((y.abs() - high / 2.0).max(0.0))
}

/// The middle of a name that touches a disc around the origin in some direction.
fn beside(turn: f64, radius: f64, size: Point) -> Point {
    let (sin, cos) = (turn * std::f64::consts::TAU).sin_cos();
    // The name leaves the disc somewhere on the way out: halve until the place is known to a fraction of a pixel.
    let (mut near, mut far) = (0.0, radius + size.0 + size.1);
    for _ in 0..12 {
        let middle = f64::midpoint(near, far);
        if reach((cos * middle, sin * middle), size) < radius { near = middle } else { far = middle }
    }
    // Straight above and below it may still be moved sideways, so that the edge does not cut it off.
    (if cos.abs() < 1e-9 { 0.0 } else { cos * far }, sin * far)
}

/// A name in lines: `Books buyers: Dune` has two.
pub(super) fn lines(name: &str) -> impl Iterator<Item = &str> {
    name.splitn(2, ": ")
}

/// The first of some places that is free; moved sideways where it would be cut off.
fn first(
    wish: &Wish<'_>,
    taken: &mut Vec<[f64; 4]>,
    of: Of,
    place: Point,
    (wide, high): Point,
    tries: &[Point],
) -> Option<Label> {
    if wide > wish.size.0 {
        return None;
    }
    let (x, y) = wish.camera.to_pixels(place);
    for (dx, dy) in tries {
        let middle = (x + dx, y + dy);
        let inside = middle.0.clamp(wide / 2.0, wish.size.0 - wide / 2.0);
        // A name beside its node must not be pushed over it, nor one above it far away.
        if (*dx != 0.0 && (inside - middle.0).abs() > 1.0) || (inside - middle.0).abs() > wide / 2.0 {
            continue;
        }
        if middle.1 < high / 2.0 || middle.1 > wish.size.1 - high / 2.0 {
            continue;
        }
        let area = [inside - wide / 2.0, middle.1 - high / 2.0, inside + wide / 2.0, middle.1 + high / 2.0];
        let covers =
            |other: &[f64; 4]| area[0] < other[2] && other[0] < area[2] && area[1] < other[3] && other[1] < area[3];
        if !taken.iter().any(covers) {
            taken.push(area);
            return Some(Label { of, offset: (inside - x, *dy), cut: None });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use model::picture::Picture;

    use super::*;
    use crate::graph_view::scene::{
        Edits,
        tests::{node, picture},
    };

    const CAMERA: Camera = Camera { scale: 100.0, x: 200.0, y: 100.0 };

    fn labels(picture: Picture, most: usize, groups: bool) -> Vec<Label> {
        let scene = Scene::new(picture, &Edits::default());
        let wish = Wish {
            camera: CAMERA,
            swell: 1.0,
            size: (400.0, 200.0),
            letters: 1.0,
            most,
            people: true,
            groups,
            first: None,
            wanted: &|_| true,
        };
        place(&scene, &wish, &mut |_| 50.0)
    }

    fn named(labels: &[Label]) -> Vec<Of> {
        labels.iter().map(|label| label.of).collect()
    }

    #[test]
    fn of_names_that_would_overlap_the_more_important_stays_above_and_the_other_goes_elsewhere() {
        // Where hubs keep no names off.
        let mut picture = Picture { shape: Shape::Discs, ..picture() };
        picture.positions = vec![(0.0, 0.0), (0.01, 0.0), (1.0, 0.0)];
        let found = labels(picture.clone(), 10, false);
        assert_eq!(named(&found), [Of::Node(1), Of::Node(2), Of::Node(0)]);
        assert!(found[0].offset.1 < 0.0 && found[2].offset.1 > 0.0, "{found:?}");
        assert_eq!(labels(picture, 1, false).len(), 1);
    }

    #[test]
    fn no_name_covers_a_hub() {
        let mut picture = picture();
        picture.positions = vec![(0.0, 0.0), (0.01, 0.0), (1.0, 0.0)];
        assert_eq!(named(&labels(picture, 10, false)), [Of::Node(1), Of::Node(2)]);
    }

    #[test]
    fn no_name_is_cut_off_and_none_is_written_for_what_is_out_of_sight() {
        let mut picture = picture();
        picture.positions = vec![(-1.24, 0.0), (1.24, 0.97), (3.0, 3.0)];
        let scene = Scene::new(picture.clone(), &Edits::default());
        for label in labels(picture, 10, false) {
            let (x, y) = label.at(&scene, CAMERA);
            assert!((28.0..=372.0).contains(&x) && (8.0..=192.0).contains(&y), "{label:?} at {x} {y}");
            assert_ne!(label.of, Of::Node(2));
        }
    }

    #[test]
    fn columns_name_products_on_the_left_and_users_on_the_right() {
        let mut picture = Picture { shape: Shape::Columns, ..picture() };
        picture.nodes[0].kind = NodeKind::Product;
        picture.positions = vec![(-0.5, 0.0), (0.1, 0.0), (0.5, 0.5)];
        for label in labels(picture, 10, false) {
            assert_eq!(label.offset.0 < 0.0, label.of == Of::Node(0), "{label:?}");
        }
    }

    #[test]
    fn where_the_left_is_narrow_a_product_s_name_ends_in_a_mark() {
        let mut picture = Picture { shape: Shape::Columns, ..picture() };
        picture.nodes.truncate(1);
        picture.edges.clear();
        picture.nodes[0].kind = NodeKind::Product;
        picture.nodes[0].label = "The Hollow Lighthouse".to_owned();
        let shown = |x: f32| {
            let found = labels(Picture { positions: vec![(x, 0.0)], ..picture.clone() }, 10, false);
            (found[0].shown("The Hollow Lighthouse").into_owned(), found[0].offset.0 < 0.0)
        };
        assert_eq!(shown(0.0), ("The Hollow Lighthouse".to_owned(), true));
        assert_eq!(shown(-1.59), ("The Hollo…".to_owned(), true));
        assert_eq!(shown(-1.95), ("The Hollow Lighthouse".to_owned(), false));
    }

    #[test]
    fn a_name_that_is_wider_than_its_disc_is_not_written_across_it() {
        // A disc in the middle of four that touch it.
        let mut picture = Picture { shape: Shape::Discs, ..picture() };
        picture.nodes = (0..10).map(|id| node(id, id as u32 / 2, 0.5)).collect();
        picture.edges.clear();
        picture.groups = ["middle", "n", "s", "w", "e"].map(str::to_owned).to_vec();
        let pair = |x: f32, y: f32, apart: f32| [(x - apart, y), (x + apart, y)];
        picture.positions = [
            pair(0.0, 0.0, 0.02),
            pair(0.0, -0.6, 0.45),
            pair(0.0, 0.6, 0.45),
            pair(-0.6, 0.0, 0.45),
            pair(0.6, 0.0, 0.45),
        ]
        .concat();
        let found = labels(picture, 0, true);
        assert!(!named(&found).contains(&Of::Group(0)), "{found:?}");
        assert!(named(&found).len() >= 2, "{found:?}");
    }

    #[test]
    fn the_name_of_a_disc_lies_beside_it_and_on_no_other() {
        // A small disc between two large ones, above and below.
        let mut picture = Picture { shape: Shape::Discs, ..picture() };
        picture.nodes = (0..6).map(|id| node(id, id as u32 / 2, 0.5)).collect();
        picture.edges.clear();
        picture.groups = ["above", "small", "below"].map(str::to_owned).to_vec();
        picture.positions = vec![(-0.3, -0.5), (0.3, -0.5), (-0.05, 0.0), (0.05, 0.0), (-0.3, 0.5), (0.3, 0.5)];
        let scene = Scene::new(picture.clone(), &Edits::default());
        let found = labels(picture, 0, true);
        let small = found.iter().find(|label| label.of == Of::Group(1)).unwrap();
        let (x, y) = small.at(&scene, CAMERA);
        for group in &scene.groups {
            let (middle, radius) = group.disc.unwrap();
            let (disc_x, disc_y) = CAMERA.to_pixels(middle);
            let apart = reach((disc_x - x, disc_y - y), (58.0, HEADING));
            assert!(apart >= radius * CAMERA.scale * 0.95 - 0.1, "{small:?} is on {}", group.name);
        }
    }

    #[test]
    fn names_of_groups_come_before_those_of_nodes() {
        let mut picture = Picture { shape: Shape::Discs, ..picture() };
        picture.positions = vec![(-0.2, 0.0), (0.2, 0.0), (1.0, 0.0)];
        let found = labels(picture, 10, true);
        assert_eq!(found[0].of, Of::Group(0));
        assert!(found[0].offset.1 < -20.0, "above its disc");
    }
}
