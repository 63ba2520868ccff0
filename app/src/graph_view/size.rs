//! What sizes mean: the smallest and the largest node of each kind, as large as they are drawn, with what each stands for.

use leptos::prelude::*;
use model::picture::NodeKind;

use super::scene::{ADDED, Scene};

/// A node whose size says something.
#[derive(Debug, PartialEq)]
struct Sample<'a> {
    kind: NodeKind,
    radius: f64,
    detail: &'a str,
}

/// From the smallest to the largest, for people and products apart, since their sizes are no measure of each other.
pub(super) fn legend(scene: &Scene) -> AnyView {
    let ranges = ranges(scene)
        .into_iter()
        .map(|[smallest, largest]| {
            let things = if smallest.kind == NodeKind::User { "People from" } else { "Products from" };
            view! {
                <p class="sizes">{things}{mark(&smallest)}<span>{smallest.detail.to_owned()}" to"</span>{mark(&largest)}<span>{largest.detail.to_owned()}</span></p>
            }
        })
        .collect_view();
    ranges.into_any()
}

/// A kind whose nodes are all alike has no range.
fn ranges(scene: &Scene) -> Vec<[Sample<'_>; 2]> {
    let added = scene.groups.last().filter(|group| group.name == ADDED).map(|group| group.index);
    let of = |kind| {
        let own = || {
            let all = scene.nodes.iter().enumerate();
            // What came in by expanding is measured by something else.
            all.filter(move |(_, node)| node.kind == kind && Some(node.group) != added)
        };
        let (smallest, least) = own().min_by(|a, b| a.1.weight.total_cmp(&b.1.weight))?;
        let (largest, most) = own().max_by(|a, b| a.1.weight.total_cmp(&b.1.weight))?;
        let sample = |node: usize| Sample { kind, radius: scene.radius(node), detail: &scene.nodes[node].detail };
        (least.weight < most.weight).then(|| [sample(smallest), sample(largest)])
    };
    [NodeKind::Product, NodeKind::User].into_iter().filter_map(of).collect()
}

/// The node as the stage draws it: people are discs, products squares.
fn mark(sample: &Sample<'_>) -> AnyView {
    let radius = sample.radius;
    let side = format!("{:.1}", 2.0 * radius);
    let square = format!("{:.1}", 1.8 * radius);
    let (radius, corner) = (format!("{radius:.1}"), format!("{:.1}", 0.1 * radius));
    match sample.kind {
        NodeKind::User => view! { <svg width=side.clone() height=side aria-hidden="true"><circle cx=radius.clone() cy=radius.clone() r=radius/></svg> }.into_any(),
        NodeKind::Product => view! { <svg width=side.clone() height=side aria-hidden="true"><rect x=corner.clone() y=corner width=square.clone() height=square/></svg> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph_view::scene::{Edits, tests::picture};

    #[test]
    fn the_legend_has_the_smallest_and_the_largest_of_each_kind() {
        let mut picture = picture();
        picture.nodes[0].detail = "2 followers".into();
        picture.nodes[1].detail = "9 followers".into();
        picture.nodes[2].kind = NodeKind::Product;
        let scene = Scene::new(picture, &Edits::default());
        let found = ranges(&scene);
        assert_eq!(found.len(), 1, "one product alone is no range");
        assert_eq!([found[0][0].detail, found[0][1].detail], ["2 followers", "9 followers"]);
        assert!(found[0][0].radius < found[0][1].radius);
    }
}
