//! The graph as a still picture: what the server renders, and what small cards show.

use std::fmt::Write;

use leptos::prelude::*;
use model::picture::{NodeKind, Picture};

use super::{camera::Camera, scene::Scene};
use crate::chart::scale::colour;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 560.0;

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
fn nodes(scene: &Scene, camera: Camera, group: u32) -> String {
    let mut path = String::new();
    for (index, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.group == group) {
        let (x, y) = camera.to_pixels(scene.places[index]);
        let r = scene.radius(index);
        let _ = match node.kind {
            NodeKind::User => write!(path, "M{:.1} {y:.1}a{r:.1} {r:.1} 0 1 0 {:.1} 0a{r:.1} {r:.1} 0 1 0 {:.1} 0", x - r, 2.0 * r, -2.0 * r),
            NodeKind::Product => write!(path, "M{:.1} {:.1}h{side:.1}v{side:.1}h-{side:.1}z", x - r * 0.9, y - r * 0.9, side = r * 1.8),
        };
    }
    path
}

/// The picture with its groups in colours and a few labels.
#[component]
pub(crate) fn Still(picture: Picture, label: String) -> impl IntoView {
    still(&Scene::new(picture), label, 14)
}

/// The same of a scene that is there already.
pub(super) fn still(scene: &Scene, label: String, labels: usize) -> AnyView {
    let camera = Camera::fit(scene.bounds(), WIDTH, HEIGHT, 34.0);
    let between = edges(scene, camera, None);
    let groups = scene
        .groups
        .iter()
        .map(|group| {
            let colour = colour(group.index as usize);
            view! {
                <path d=edges(scene, camera, Some(group.index)) fill="none" stroke=colour stroke-width=".8" opacity=".3"/>
                <path d=nodes(scene, camera, group.index) fill=colour stroke="var(--surface)"/>
            }
        })
        .collect_view();
    let labels = scene
        .labels(camera, 1.0, (WIDTH, HEIGHT), labels, |_| true)
        .into_iter()
        .map(|(node, (x, y))| {
            let label = scene.nodes[node].label.clone();
            view! { <text class="halo" x=format!("{x:.0}") y=format!("{y:.0}") dy="3" text-anchor="middle" font-size="13" font-weight="600">{label}</text> }
        })
        .collect_view();
    view! {
        <svg class="still" viewBox="0 0 1000 560" role="img" aria-label=label>
            <path d=between fill="none" stroke="var(--s0)" stroke-width=".7" opacity=".35"/>
            {groups}
            {labels}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use model::picture::PictureNode;

    use super::*;

    #[test]
    fn a_group_s_nodes_are_one_path_and_edges_between_groups_another() {
        let node = |kind, id, group| PictureNode { kind, id, label: "x".into(), group, weight: 0.5, detail: String::new() };
        let scene = Scene::new(Picture {
            nodes: vec![node(NodeKind::User, 1, 0), node(NodeKind::Product, 1, 1)],
            edges: vec![(0, 1, 1.0)],
            positions: vec![(-1.0, -1.0), (1.0, 1.0)],
            groups: vec!["a".into(), "b".into()],
            total_nodes: 2,
        });
        let camera = Camera { scale: 100.0, x: 200.0, y: 100.0 };
        assert_eq!(edges(&scene, camera, None), "M30 0L370 200");
        assert_eq!(edges(&scene, camera, Some(0)), "");
        assert!(nodes(&scene, camera, 0).starts_with('M') && nodes(&scene, camera, 0).contains('a'));
        assert!(nodes(&scene, camera, 1).ends_with('z'));
    }
}
