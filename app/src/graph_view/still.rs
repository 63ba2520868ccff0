//! The graph as a still drawing: on small cards, on a stage before the canvas is there, and as a file of its own.

use std::fmt::Write;

use leptos::prelude::*;
use model::picture::{NodeKind, Picture};

use super::{
    camera::{Camera, Margin},
    colour::{self, Colours},
    label::{self, Of, Wish},
    scene::{Edits, Scene},
};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 600.0;

/// How a drawing is made.
struct Look {
    camera: Camera,
    size: (f64, f64),
    /// How much larger than usual nodes are.
    swell: f64,
    /// How much larger than usual letters are.
    letters: f64,
    /// How many nodes are named.
    names: usize,
}

/// The picture for a small card, with the names of its groups.
#[component]
pub(crate) fn Still(picture: Picture, label: String) -> impl IntoView {
    let scene = Scene::new(picture, &Edits::default());
    // As high as the picture is: the card has no height of its own.
    let bounds = scene.bounds();
    let margin = Margin { left: 24.0, top: 44.0, right: 24.0, bottom: 30.0 };
    let height = (76.0 + (WIDTH - 48.0) * bounds.height() / bounds.width().max(1e-6)).clamp(300.0, 640.0);
    let camera = Camera::fit(bounds, WIDTH, height, margin);
    let look = Look { camera, size: (WIDTH, height), swell: 1.35, letters: 1.65, names: 0 };
    view! { <svg class="still" viewBox=format!("0 0 {WIDTH} {height:.0}") role="img" aria-label=label inner_html=drawing(&scene, &look, &colour::PAGE)></svg> }
}

/// The picture for a stage, with the names of its most important nodes.
pub(super) fn on_stage(scene: &Scene, label: String) -> AnyView {
    view! { <svg class="still" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label inner_html=drawing(scene, &stage_look(scene), &colour::PAGE)></svg> }
        .into_any()
}

fn stage_look(scene: &Scene) -> Look {
    Look {
        camera: scene.fitted(WIDTH, HEIGHT),
        size: (WIDTH, HEIGHT),
        swell: 1.0,
        letters: 1.0,
        names: scene.names(1.0, 1.0),
    }
}

/// The picture as a file that needs nothing else: its colours, its background and its caption are in it.
#[cfg(feature = "ssr")]
pub fn graph_svg(picture: Picture, dark: bool) -> String {
    const FOOT: f64 = 34.0;
    let colours = if dark { &colour::DARK } else { &colour::LIGHT };
    let scene = Scene::new(picture, &Edits::default());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {}\" width=\"{WIDTH}\" height=\"{}\" \
         font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif\"><title>Graph</title>\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>",
        HEIGHT + FOOT,
        HEIGHT + FOOT,
        colours.surface
    );
    svg.push_str(&drawing(&scene, &stage_look(&scene), colours));
    let y = HEIGHT + 14.0;
    let _ = write!(svg, "<text x=\"24\" y=\"{y}\" font-size=\"13\" fill=\"{}\">", colours.ink);
    escape(&mut svg, &scene.caption);
    svg.push_str("</text></svg>\n");
    svg
}

/// Everything inside the `<svg>`.
fn drawing(scene: &Scene, look: &Look, colours: &Colours) -> String {
    let mut svg = String::new();
    let line = |svg: &mut String, path: &str, colour: &str, leaves_group: bool| {
        let opacity = scene.faintness() * scene.between(leaves_group);
        let _ = write!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\".8\" opacity=\"{opacity:.2}\"/>"
        );
    };
    for group in &scene.groups {
        if let Some((middle, radius)) = group.disc {
            let ((x, y), r) = (look.camera.to_pixels(middle), radius * look.camera.scale);
            let colour = colours.of(group.index);
            let _ = write!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"{colour}\" fill-opacity=\".1\" stroke=\"{colour}\" stroke-opacity=\".45\"/>"
            );
        }
    }
    line(&mut svg, &edges(scene, look, None), colours.quiet, true);
    for group in &scene.groups {
        line(&mut svg, &edges(scene, look, Some(group.index)), colours.of(group.index), false);
    }
    for group in &scene.groups {
        let (path, colour) = (nodes(scene, look, group.index), colours.of(group.index));
        let _ = if colour::is_hollow(group.index) {
            write!(svg, "<path d=\"{path}\" fill=\"{}\" stroke=\"{colour}\" stroke-width=\"2\"/>", colours.surface)
        } else {
            write!(svg, "<path d=\"{path}\" fill=\"{colour}\" stroke=\"{}\"/>", colours.surface)
        };
    }
    let wish = Wish {
        camera: look.camera,
        swell: look.swell,
        size: look.size,
        letters: look.letters,
        most: look.names,
        people: false,
        groups: true,
        first: None,
        wanted: &|_| true,
    };
    for label in label::place(scene, &wish, &mut |of| width(scene, of) * look.letters) {
        let (x, y) = label.at(scene, look.camera);
        let mut text = |text: &str, size: f64, y: f64| {
            let _ = write!(
                svg,
                "<text x=\"{x:.0}\" y=\"{y:.0}\" dy=\".34em\" text-anchor=\"middle\" font-size=\"{:.0}\" font-weight=\"650\" \
                 fill=\"{}\" stroke=\"{}\" stroke-width=\"3.5\" stroke-linejoin=\"round\" paint-order=\"stroke\">",
                size * look.letters,
                colours.ink,
                colours.surface
            );
            escape(&mut svg, text);
            svg.push_str("</text>");
        };
        match label.of {
            Of::Node(node) => text(&label.shown(&scene.nodes[node as usize].label), 12.0, y),
            Of::Group(group) => {
                let name = &scene.groups[group as usize].name;
                let half = 8.5 * look.letters * (label::lines(name).count() - 1) as f64;
                for (line, part) in label::lines(name).enumerate() {
                    text(part, 14.0, y + half * (2.0 * line as f64 - 1.0));
                }
            }
        }
    }
    svg
}

/// How wide a name is in the widest of the usual fonts: nothing can be measured here.
fn width(scene: &Scene, of: Of) -> f64 {
    let letters = |text: &str| text.chars().count() as f64;
    match of {
        Of::Node(node) => letters(&scene.nodes[node as usize].label) * 7.3,
        Of::Group(group) => label::lines(&scene.groups[group as usize].name).map(letters).fold(0.0, f64::max) * 8.4,
    }
}

fn escape(into: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            // No XML can hold these, not even escaped.
            letter if letter.is_control() => into.push(' '),
            letter => into.push(letter),
        }
    }
}

/// All edges of one colour as one path: an element each would make the page heavy.
fn edges(scene: &Scene, look: &Look, group: Option<u32>) -> String {
    let mut path = String::new();
    for (a, b, _) in &scene.edges {
        let (a, b) = (*a as usize, *b as usize);
        let own = (scene.nodes[a].group == scene.nodes[b].group).then_some(scene.nodes[a].group);
        if own == group {
            let (from, to) = (look.camera.to_pixels(scene.places[a]), look.camera.to_pixels(scene.places[b]));
            let _ = write!(path, "M{:.0} {:.0}L{:.0} {:.0}", from.0, from.1, to.0, to.1);
        }
    }
    path
}

/// All nodes of a group as one path: users are discs, products squares.
fn nodes(scene: &Scene, look: &Look, group: u32) -> String {
    let mut path = String::new();
    for (index, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.group == group) {
        let (x, y) = look.camera.to_pixels(scene.places[index]);
        let r = scene.radius(index) * look.swell;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph_view::scene::tests::picture;

    fn look(scene: &Scene) -> Look {
        Look { camera: Camera { scale: 100.0, x: 200.0, y: 100.0 }, ..stage_look(scene) }
    }

    #[test]
    fn a_group_s_nodes_are_one_path_and_edges_between_groups_another() {
        let mut picture = picture();
        picture.nodes[2].kind = NodeKind::Product;
        picture.positions = vec![(-2.0, -1.0), (0.0, -1.0), (2.0, 1.0)];
        let scene = Scene::new(picture, &Edits::default());
        let look = look(&scene);
        assert_eq!(edges(&scene, &look, Some(0)), "M0 0L200 0");
        assert_eq!(edges(&scene, &look, None), "M200 0L400 200");
        assert!(nodes(&scene, &look, 0).contains('a'));
        assert!(nodes(&scene, &look, 2).ends_with('z'));
    }

    #[test]
    fn what_people_typed_is_text_and_not_markup() {
        let mut picture = picture();
        picture.nodes[1].label = "</text><script>\"&\u{7}".into();
        let scene = Scene::new(picture, &Edits::default());
        let svg = drawing(&scene, &look(&scene), &colour::PAGE);
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;&quot;&amp; <"), "{svg}");
        assert!(!svg.contains("<script"));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_file_has_its_colours_in_it() {
        for dark in [false, true] {
            let svg = graph_svg(Picture { caption: "A line: bought.".into(), ..picture() }, dark);
            assert!(svg.starts_with("<svg xmlns=") && svg.trim_end().ends_with("</svg>"));
            assert!(!svg.contains("var(") && !svg.contains("style=") && svg.contains("A line: bought."));
            assert_eq!(svg.contains(colour::DARK.surface), dark);
        }
    }
}
