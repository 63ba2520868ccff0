//! Colours and strokes: discs, edges, nodes, names, and what is lit up.

use std::f64::consts::TAU;

use leptos::prelude::*;
use model::picture::NodeKind;
use web_sys::{CanvasRenderingContext2d, HtmlElement};

use super::{
    camera::{Camera, Point},
    colour::{COLOURS, PAGE, is_hollow},
    label::{self, Label, Of, Wish},
    scene::Scene,
    stage::Stage,
};

/// Each colour as a disc and as a ring, and the quiet one of edges between groups.
const STYLES: usize = 2 * COLOURS + 1;
const BETWEEN: usize = STYLES - 1;
/// How dense the veil is over what steps back.
const VEIL: f64 = 0.72;
/// How many strokes one path has: a path of all edges takes far longer than many short ones.
const STROKES: usize = 400;
/// Half of what the lines of a heading are apart.
const HALF: f64 = 8.5;
const NAME: &str = "600 12px system-ui, sans-serif";
const HEADING: &str = "700 14px system-ui, sans-serif";

/// Colours as the canvas wants them: resolved, in the theme of the moment.
#[derive(Default)]
pub(super) struct Palette {
    groups: Vec<String>,
    quiet: String,
    pub(super) surface: String,
    ink: String,
}

/// In which order edges and nodes are painted: what is faint first, then colour by colour.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) edges: Vec<(u8, u32)>,
    pub(super) nodes: Vec<(u8, u32)>,
}

impl Plan {
    /// Where a group is isolated, all others are faint.
    pub(super) fn new(scene: &Scene, isolated: Option<u32>) -> Self {
        let style = |style: usize, lit: bool| (style + if lit { STYLES } else { 0 }) as u8;
        let lit = |group: u32| isolated.is_none_or(|isolated| isolated == group);
        let group = |node: u32| scene.nodes[node as usize].group;
        let edge = |(index, (a, b, _)): (u32, &(u32, u32, f32))| {
            let (a, b) = (group(*a), group(*b));
            (style(if a == b { of_group(a) } else { BETWEEN }, lit(a) && lit(b)), index)
        };
        let mut edges: Vec<_> = (0..).zip(&scene.edges).map(edge).collect();
        edges.sort_unstable();
        let mut nodes: Vec<_> = (0..)
            .zip(&scene.nodes)
            .map(|(index, node)| (style(of_group(node.group), lit(node.group)), index))
            .collect();
        nodes.sort_unstable();
        Self { edges, nodes }
    }
}

/// How a group is painted.
fn of_group(group: u32) -> usize {
    group as usize % COLOURS + if is_hollow(group) { COLOURS } else { 0 }
}

fn faint(style: u8) -> bool {
    (style as usize) < STYLES
}

/// Both ends lie beyond the same side.
fn outside((ax, ay): Point, (bx, by): Point, (width, height): Point) -> bool {
    (ax < 0.0 && bx < 0.0) || (ay < 0.0 && by < 0.0) || (ax > width && bx > width) || (ay > height && by > height)
}

/// Users are discs, products squares.
fn outline(context: &CanvasRenderingContext2d, kind: NodeKind, (x, y): Point, radius: f64) {
    match kind {
        NodeKind::User => {
            context.move_to(x + radius, y);
            let _ = context.arc(x, y, radius, 0.0, TAU);
        }
        NodeKind::Product => context.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8),
    }
}

impl Stage {
    /// Takes the colours of the theme that now is, and paints everything anew.
    pub(super) fn recolour(&mut self) {
        let style = HtmlElement::style(&self.canvas);
        let computed = window().get_computed_style(&self.canvas).ok().flatten();
        // Only a real property is resolved: a variable's value would come as it was written.
        let resolve = |colour: &str| {
            if style.set_property("color", colour).is_err() {
                return String::new();
            }
            computed.as_ref().and_then(|style| style.get_property_value("color").ok()).unwrap_or_default()
        };
        self.palette = Palette {
            groups: (0..COLOURS as u32).map(|group| resolve(PAGE.of(group))).collect(),
            quiet: resolve(PAGE.quiet),
            surface: resolve(PAGE.surface),
            ink: resolve(PAGE.ink),
        };
        self.stale();
    }

    fn colour(&self, style: u8) -> &str {
        let style = style as usize % STYLES;
        if style == BETWEEN {
            return &self.palette.quiet;
        }
        self.palette.groups.get(style % COLOURS).map_or("", String::as_str)
    }

    /// Sets what nodes of a style are filled and outlined with: a disc with a hem, or a ring.
    fn dip(&self, context: &CanvasRenderingContext2d, style: u8) {
        let (colour, surface) = (self.colour(style), self.palette.surface.as_str());
        let hollow = style as usize % STYLES / COLOURS == 1;
        let (fill, stroke, width) = if hollow { (surface, colour, 2.0) } else { (colour, surface, 1.0) };
        context.set_fill_style_str(fill);
        context.set_stroke_style_str(stroke);
        context.set_line_width(width);
    }

    /// What lies below everything.
    pub(super) fn draw_discs(&self, context: &CanvasRenderingContext2d, camera: Camera) {
        let isolated = self.signals.isolated.get_untracked();
        context.set_line_width(1.0);
        for group in &self.scene.groups {
            let Some((middle, radius)) = group.disc else { continue };
            let (x, y) = camera.to_pixels(middle);
            let lit = if isolated.is_none_or(|isolated| isolated == group.index) { 1.0 } else { 0.2 };
            let colour = self.colour(of_group(group.index) as u8);
            context.begin_path();
            let _ = context.arc(x, y, radius * camera.scale, 0.0, TAU);
            context.set_fill_style_str(colour);
            context.set_stroke_style_str(colour);
            context.set_global_alpha(0.09 * lit);
            context.fill();
            context.set_global_alpha(0.45 * lit);
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }

    pub(super) fn draw_edges(
        &self,
        context: &CanvasRenderingContext2d,
        camera: Camera,
        area: Point,
        edges: &[(u8, u32)],
    ) {
        let strength = self.scene.faintness();
        context.set_line_width(0.9);
        for run in edges.chunk_by(|a, b| a.0 == b.0).flat_map(|run| run.chunks(STROKES)) {
            context.set_stroke_style_str(self.colour(run[0].0));
            context.set_global_alpha(
                strength
                    * if faint(run[0].0) { 0.15 } else { self.scene.between(run[0].0 as usize % STYLES == BETWEEN) },
            );
            context.begin_path();
            for (_, edge) in run {
                let (a, b, _) = self.scene.edges[*edge as usize];
                let from = camera.to_pixels(self.scene.places[a as usize]);
                let to = camera.to_pixels(self.scene.places[b as usize]);
                if !outside(from, to, area) {
                    context.move_to(from.0, from.1);
                    context.line_to(to.0, to.1);
                }
            }
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }

    pub(super) fn draw_nodes(
        &self,
        context: &CanvasRenderingContext2d,
        camera: Camera,
        (width, height): Point,
        swell: f64,
        nodes: &[(u8, u32)],
    ) {
        for run in nodes.chunk_by(|a, b| a.0 == b.0).flat_map(|run| run.chunks(STROKES)) {
            context.begin_path();
            for (_, node) in run {
                let node = *node as usize;
                let (x, y) = camera.to_pixels(self.scene.places[node]);
                let radius = self.scene.radius(node) * swell;
                if x > -radius && y > -radius && x < width + radius && y < height + radius {
                    outline(context, self.scene.nodes[node].kind, (x, y), radius);
                }
            }
            self.dip(context, run[0].0);
            context.set_global_alpha(if faint(run[0].0) { 0.13 } else { 1.0 });
            context.fill();
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }

    /// Nodes and names over the bitmap.
    pub(super) fn draw_base(&self) {
        let (width, height) = self.size;
        let context = &self.context;
        let _ = context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, width, height);
        self.sheet.blit(context, self.camera, self.size);
        if self.is_light() {
            self.draw_nodes(context, self.camera, self.size, self.swell(), &self.plan.nodes);
        }
        self.write(context, self.camera, &self.labels);
        if self.glow.dims() {
            self.veil(context);
        }
    }

    /// Lets all that is drawn step back. As the layer's opacity it would look the same, but then the browser has to blend
    /// the whole layer once more for every frame.
    pub(super) fn veil(&self, context: &CanvasRenderingContext2d) {
        context.set_global_alpha(VEIL);
        context.set_fill_style_str(&self.palette.surface);
        context.fill_rect(0.0, 0.0, self.size.0, self.size.1);
        context.set_global_alpha(1.0);
    }

    /// What hover, selection and search light up.
    pub(super) fn draw_overlay(&mut self) {
        let (width, height) = self.size;
        let lit = self.glow.dims() || self.glow.hovered.is_some() || self.dragged.is_some();
        // A layer that is touched is put over the other anew, empty or not.
        if !std::mem::replace(&mut self.overlaid, lit) && !lit {
            return;
        }
        let _ = self.overlay.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        self.overlay.clear_rect(0.0, 0.0, width, height);
        self.draw_glow(&self.overlay, self.camera);
    }

    pub(super) fn draw_glow(&self, context: &CanvasRenderingContext2d, camera: Camera) {
        let swell = self.swell();
        let place = |node: usize| camera.to_pixels(self.scene.places[node]);
        let style = |node: usize| of_group(self.scene.nodes[node].group) as u8;
        let fan = |centre: usize, ends: &[u32]| {
            context.begin_path();
            for end in ends {
                let (from, to) = (place(centre), place(*end as usize));
                context.move_to(from.0, from.1);
                context.line_to(to.0, to.1);
            }
            context.stroke();
        };
        if let Some(node) = self.glow.selected {
            context.set_stroke_style_str(&self.palette.ink);
            context.set_global_alpha(0.55);
            context.set_line_width(1.2);
            fan(node, &self.glow.ends);
            context.set_global_alpha(1.0);
        }
        let dot = |node: usize| {
            context.begin_path();
            outline(context, self.scene.nodes[node].kind, place(node), self.scene.radius(node) * swell);
            self.dip(context, style(node));
            context.fill();
            context.stroke();
        };
        for node in &self.glow.nodes {
            dot(*node as usize);
        }
        if let Some(node) = self.dragged {
            context.set_stroke_style_str(self.colour(style(node)));
            context.set_line_width(1.2);
            context.set_global_alpha(0.6);
            fan(node, self.scene.neighbours(node));
            context.set_global_alpha(1.0);
            dot(node);
        }
        self.write(context, camera, &self.glow_labels);
        // A ring with a gap around what is selected, one without around what is pointed at: seen without colours, too.
        for (node, gap) in [(self.glow.selected, 4.0), (self.glow.hovered, 2.0)] {
            let Some(node) = node else { continue };
            let radius = self.scene.radius(node) * swell + gap;
            for (width, colour) in [(5.0, &self.palette.surface), (2.2, &self.palette.ink)] {
                context.begin_path();
                outline(context, self.scene.nodes[node].kind, place(node), radius);
                context.set_stroke_style_str(colour);
                context.set_line_width(width);
                context.stroke();
            }
            dot(node);
        }
    }

    /// Chooses which names are written. Takes milliseconds, so it is not done while something moves.
    pub(super) fn place_labels(&mut self) {
        let zoom = self.camera.scale / self.fitted;
        let most = self.scene.names(zoom, self.room());
        let isolated = self.signals.isolated.get_untracked();
        let scene = self.scene.clone();
        let wanted = |node: usize| isolated.is_none_or(|isolated| scene.nodes[node].group == isolated);
        let wish = Wish {
            camera: self.camera,
            swell: self.swell(),
            size: self.size,
            letters: 1.0,
            most,
            people: zoom > 1.5,
            groups: true,
            first: None,
            wanted: &wanted,
        };
        let mut lit = vec![false; scene.nodes.len()];
        for node in &self.glow.nodes {
            lit[*node as usize] = true;
        }
        let in_glow = |node: usize| lit[node];
        let glowing =
            Wish { people: true, groups: false, most: 40, first: self.glow.selected, wanted: &in_glow, ..wish };
        let (mut widths, context) = (std::mem::take(&mut self.widths), &self.context);
        let mut measure = |of: Of| {
            let (text, font, known) = match of {
                Of::Node(node) => (&scene.nodes[node as usize].label, NAME, widths.get_mut(node as usize)),
                Of::Group(group) => (&scene.groups[group as usize].name, HEADING, None),
            };
            if let Some(width) = known.as_ref().map(|width| **width).filter(|width| *width >= 0.0) {
                return width;
            }
            context.set_font(font);
            let line = |text: &str| context.measure_text(text).map_or(0.0, |metrics| metrics.width());
            let width = match of {
                Of::Node(_) => line(text),
                Of::Group(_) => label::lines(text).map(line).fold(0.0, f64::max),
            };
            if let Some(known) = known {
                *known = width;
            }
            width
        };
        let labels = label::place(&scene, &wish, &mut measure);
        let glow_labels = if self.glow.dims() { label::place(&scene, &glowing, &mut measure) } else { Vec::new() };
        self.labels = labels;
        self.glow_labels = glow_labels;
        self.widths = widths;
        self.labelled = Some(self.camera);
    }

    pub(super) fn write(&self, context: &CanvasRenderingContext2d, camera: Camera, labels: &[Label]) {
        context.set_text_align("center");
        context.set_text_baseline("middle");
        context.set_line_join("round");
        context.set_line_width(3.5);
        context.set_stroke_style_str(&self.palette.surface);
        context.set_fill_style_str(&self.palette.ink);
        for label in labels {
            let (x, y) = label.at(&self.scene, camera);
            let (text, font) = match label.of {
                Of::Node(node) => (&self.scene.nodes[node as usize].label, NAME),
                Of::Group(group) => (&self.scene.groups[group as usize].name, HEADING),
            };
            context.set_font(font);
            let whole = |text: &str, y: f64| {
                let _ = context.stroke_text(text, x, y);
                let _ = context.fill_text(text, x, y);
            };
            match (label.of, text.split_once(": ")) {
                (Of::Group(_), Some((above, below))) => {
                    whole(above, y - HALF);
                    whole(below, y + HALF);
                }
                _ => whole(&label.shown(text), y),
            }
        }
    }
}
