//! The graph as a still picture: what the server renders, and what small cards show.

use std::fmt::Write;

use leptos::prelude::*;
use model::picture::{NodeKind, Picture};

use super::{
    camera::{Camera, Point},
    scene::Scene,
};
use crate::chart::scale::colour;

const WIDTH: f64 = 1000.0;
/// The size of a group's name.
const HEADING: u32 = 23;
/// Room for nodes and labels at the edges.
const MARGIN: f64 = 40.0;

/// All edges of one colour as one path: an element each would make the page heavy.
fn edges(scene: &Scene, camera: Camera, group: Option<u32>) -> String {
    let mut path = String::new();
    for (a, b, _) in &scene.edges {
        let (a, b) = (*a as usize, *b as usize);
        let own = (scene.nodes[a].group == scene.nodes[b].group).then_some(scene.nodes[a].group);
        if own == group {
            let (from, to) = (camera.to_pixels(scene.places[a]), camera.to_pixels(scene.places[b]));
            let _ = write!(path, "M{:.0} {:.0}L{:.0} {:.0}", from.0, from.1, to.0, to.1);
        }
    }
    path
}

/// All nodes of a group as one path: users are discs, products squares.
fn nodes(scene: &Scene, camera: Camera, group: u32, swell: f64) -> String {
    let mut path = String::new();
    for (index, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.group == group) {
        let (x, y) = camera.to_pixels(scene.places[index]);
        let r = scene.radius(index) * swell;
        let _ = match node.kind {
            NodeKind::User => write!(
                path,
                "M{:.1} {y:.1}a{r:.1} {r:.1} 0 1 0 {:.1} 0a{r:.1} {r:.1} 0 1 0 {:.1} 0",
                x - r,
                2.0 * r,
                -2.0 * r
            ),
            NodeKind::Product => {
                write!(path, "M{:.1} {:.1}h{side:.1}v{side:.1}h-{side:.1}z", x - r * 0.9, y - r * 0.9, side = r * 1.8)
            }
        };
    }
    path
}

/// Where a group's name stands: over the middle of its nodes.
fn heading(scene: &Scene, camera: Camera, group: u32) -> Point {
    let places = scene
        .nodes
        .iter()
        .zip(&scene.places)
        .filter(|(node, _)| node.group == group)
        .map(|(_, place)| camera.to_pixels(*place));
    let (count, sum, top) =
        places.fold((0.0, 0.0, f64::MAX), |(count, sum, top), (x, y)| (count + 1.0, sum + x, y.min(top)));
    (sum / f64::max(count, 1.0), top - 16.0)
}

/// The names that can be read: none covers one before it, and each is within the picture, moved there if need be. The
/// largest groups come first, and so keep theirs.
fn readable(names: Vec<(String, Point)>) -> Vec<(String, Point)> {
    // A letter of this font is a little over half as wide as it is high.
    let half = |name: &str| name.chars().count() as f64 * f64::from(HEADING) * 0.28;
    let mut kept: Vec<(String, Point)> = Vec::new();
    for (name, (x, y)) in names {
        let own = half(&name);
        if own > WIDTH / 2.0 {
            continue;
        }
        let x = x.clamp(own, WIDTH - own);
        let covers = kept
            .iter()
            .any(|(other, (ox, oy))| (x - ox).abs() < own + half(other) && (y - oy).abs() < f64::from(HEADING) * 1.2);
        if !covers {
            kept.push((name, (x, y)));
        }
    }
    kept
}

/// The picture for a small card, with the groups' names.
#[component]
pub(crate) fn Still(picture: Picture, label: String) -> impl IntoView {
    let scene = Scene::new(picture);
    // As high as the picture is: the card has no height of its own.
    let bounds = scene.bounds();
    let height =
        (MARGIN * 2.0 + (WIDTH - MARGIN * 2.0) * bounds.height() / bounds.width().max(1e-6)).clamp(300.0, 620.0);
    let camera = Camera::fit(bounds, WIDTH, height, MARGIN);
    let names = scene.groups.iter().map(|group| (group.name.clone(), heading(&scene, camera, group.index))).collect();
    let names = readable(names).into_iter().map(|(name, place)| caption(name, place, HEADING)).collect_view();
    drawing(&scene, camera, height, 1.35, label, names.into_any())
}

/// The picture for a stage, with the names of its most important nodes.
pub(super) fn still(scene: &Scene, label: String) -> AnyView {
    const HEIGHT: f64 = 640.0;
    let camera = Camera::fit(scene.bounds(), WIDTH, HEIGHT, MARGIN);
    let names = scene
        .labels(camera, 1.0, (WIDTH, HEIGHT), 26, |_| true)
        .into_iter()
        .map(|(node, place)| caption(scene.nodes[node].label.clone(), place, 12))
        .collect_view();
    drawing(scene, camera, HEIGHT, 1.0, label, names.into_any())
}

fn caption(text: String, (x, y): Point, size: u32) -> impl IntoView {
    view! {
        <text class="halo" x=format!("{x:.0}") y=format!("{y:.0}") dy=".34em" text-anchor="middle" font-size=size font-weight="650">{text}</text>
    }
}

fn drawing(scene: &Scene, camera: Camera, height: f64, swell: f64, label: String, names: AnyView) -> AnyView {
    let groups = scene
        .groups
        .iter()
        .map(|group| {
            let colour = colour(group.index as usize);
            view! {
                <path d=edges(scene, camera, Some(group.index)) fill="none" stroke=colour stroke-width=".8" opacity=".3"/>
                <path d=nodes(scene, camera, group.index, swell) fill=colour stroke="var(--surface)"/>
            }
        })
        .collect_view();
    view! {
        <svg class="still" viewBox=format!("0 0 {WIDTH} {height:.0}") role="img" aria-label=label>
            <path d=edges(scene, camera, None) fill="none" stroke="var(--s0)" stroke-width=".7" opacity=".35"/>
            {groups}
            {names}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use model::picture::PictureNode;

    use super::*;

    #[test]
    fn a_name_covers_none_before_it_and_stays_within_the_picture() {
        let names = [("Books buyers", 20.0, 50.0), ("Home buyers", 120.0, 60.0), ("Sports buyers", 990.0, 60.0)];
        let kept = readable(names.map(|(name, x, y)| (name.to_owned(), (x, y))).into());
        assert_eq!(kept.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["Books buyers", "Sports buyers"]);
        assert!(kept.iter().all(|(_, (x, _))| (60.0..=940.0).contains(x)), "{kept:?}");
        assert!(readable(vec![("x".repeat(200), (500.0, 50.0))]).is_empty());
    }

    #[test]
    fn a_group_s_nodes_are_one_path_and_edges_between_groups_another() {
        let node =
            |kind, id, group| PictureNode { kind, id, label: "x".into(), group, weight: 0.5, detail: String::new() };
        let scene = Scene::new(Picture {
            nodes: vec![node(NodeKind::User, 1, 0), node(NodeKind::Product, 1, 1)],
            edges: vec![(0, 1, 1.0)],
            positions: vec![(-2.0, -1.0), (2.0, 1.0)],
            groups: vec!["a".into(), "b".into()],
            total_nodes: 2,
        });
        let camera = Camera { scale: 100.0, x: 200.0, y: 100.0 };
        assert_eq!(edges(&scene, camera, None), "M0 0L400 200");
        assert_eq!(edges(&scene, camera, Some(0)), "");
        assert!(nodes(&scene, camera, 0, 1.0).starts_with('M') && nodes(&scene, camera, 0, 1.0).contains('a'));
        assert!(nodes(&scene, camera, 1, 1.0).ends_with('z'));
        assert_eq!(heading(&scene, camera, 1), (400.0, 184.0));
    }
}
