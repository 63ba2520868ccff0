//! How the stage is painted: edges into a bitmap, then the bitmap, nodes and labels onto the canvas.

use std::f64::consts::TAU;

use leptos::prelude::*;
use model::picture::NodeKind;
use web_sys::{CanvasRenderingContext2d, HtmlElement};

use super::{
    camera::Point,
    canvas::{BORDER, Stage},
};
use crate::chart::scale::colour;

/// Up to so many edges are redrawn in every frame of a gesture: that still takes no longer than a frame.
const LIGHT: usize = 2000;

/// Colours as the canvas wants them: resolved, in the theme of the moment.
#[derive(Default)]
pub(super) struct Palette {
    groups: Vec<String>,
    quiet: String,
    surface: String,
    ink: String,
}

impl Stage {
    /// Everything has to be painted anew, in the colours of the theme that now is.
    pub(super) fn repaint(&mut self) {
        self.bitmap_camera = None;
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
            groups: (0..7).map(|group| resolve(colour(group))).collect(),
            quiet: resolve("var(--s0)"),
            surface: resolve("var(--surface)"),
            ink: resolve("var(--ink)"),
        };
    }

    /// Which nodes stand out; none if all do.
    fn lit(&self) -> Option<Vec<bool>> {
        if let Some(node) = self.signals.selected.get_untracked().and_then(|key| self.scene.find(key)) {
            let mut lit = vec![false; self.scene.nodes.len()];
            lit[node] = true;
            for neighbour in self.scene.neighbours(node) {
                lit[*neighbour as usize] = true;
            }
            return Some(lit);
        }
        let group = self.signals.isolated.get_untracked()?;
        Some(self.scene.nodes.iter().map(|node| node.group == group).collect())
    }

    pub(super) fn draw(&mut self) {
        let (width, height) = self.size;
        if width < 1.0 || height < 1.0 {
            return;
        }
        let lit = self.lit();
        let old = self.bitmap_camera != Some(self.camera);
        if self.bitmap_camera.is_none() || (old && (!self.moving || self.scene.edges.len() <= LIGHT)) {
            self.draw_edges(lit.as_deref());
        }
        let context = &self.context;
        let _ = context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, width, height);
        if let Some(drawn) = self.bitmap_camera {
            let factor = self.camera.scale / drawn.scale;
            let x = self.camera.x - factor * (drawn.x + BORDER * width);
            let y = self.camera.y - factor * (drawn.y + BORDER * height);
            let size = |length: f64| length * (1.0 + 2.0 * BORDER) * factor;
            let _ = context.draw_image_with_html_canvas_element_and_dw_and_dh(
                &self.bitmap,
                x,
                y,
                size(width),
                size(height),
            );
        }
        self.draw_nodes(lit.as_deref());
        self.draw_labels(lit.as_deref());
        if !self.scene.nodes.is_empty() && !self.signals.alive.get_untracked() {
            self.signals.alive.set(true);
        }
    }

    fn draw_edges(&mut self, lit: Option<&[bool]>) {
        let (width, height) = self.size;
        let context = &self.bitmap_context;
        let _ = context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, width * (1.0 + 2.0 * BORDER), height * (1.0 + 2.0 * BORDER));
        let camera = self.camera.moved(BORDER * width, BORDER * height);
        let selected = self.signals.selected.get_untracked().and_then(|key| self.scene.find(key));
        // Each edge belongs to one colour: its group's, or the quiet one between groups; and it is lit or not.
        let shown = |a: usize, b: usize| match selected {
            Some(node) => a == node || b == node,
            None => lit.is_none_or(|lit| lit[a] && lit[b]),
        };
        for bright in [false, true] {
            for colour in 0..=self.palette.groups.len() {
                context.begin_path();
                for (a, b, _) in &self.scene.edges {
                    let (a, b) = (*a as usize, *b as usize);
                    let (group, other) = (self.scene.nodes[a].group, self.scene.nodes[b].group);
                    let own = if group == other {
                        (group as usize).min(self.palette.groups.len() - 1)
                    } else {
                        self.palette.groups.len()
                    };
                    if own != colour || shown(a, b) != bright {
                        continue;
                    }
                    let (from, to) = (camera.to_pixels(self.scene.places[a]), camera.to_pixels(self.scene.places[b]));
                    context.move_to(from.0, from.1);
                    context.line_to(to.0, to.1);
                }
                context.set_stroke_style_str(self.palette.groups.get(colour).unwrap_or(&self.palette.quiet));
                let selected = selected.is_some();
                context.set_line_width(if bright && selected { 1.4 } else { 0.8 });
                context.set_global_alpha(match (bright, selected) {
                    (true, true) => 0.85,
                    (true, false) => 0.32,
                    (false, _) => 0.05,
                });
                context.stroke();
            }
        }
        context.set_global_alpha(1.0);
        self.bitmap_camera = Some(self.camera);
    }

    fn draw_nodes(&self, lit: Option<&[bool]>) {
        let context = &self.context;
        let swell = self.swell();
        let (width, height) = self.size;
        context.set_stroke_style_str(&self.palette.surface);
        context.set_line_width(1.0);
        for bright in [false, true] {
            context.set_global_alpha(if bright { 1.0 } else { 0.14 });
            for (group, colour) in self.palette.groups.iter().enumerate() {
                context.begin_path();
                for (index, node) in self.scene.nodes.iter().enumerate() {
                    if (node.group as usize).min(self.palette.groups.len() - 1) != group
                        || lit.is_none_or(|lit| lit[index]) != bright
                    {
                        continue;
                    }
                    let (x, y) = self.camera.to_pixels(self.scene.places[index]);
                    let radius = self.scene.radius(index) * swell;
                    if x < -radius || y < -radius || x > width + radius || y > height + radius {
                        continue;
                    }
                    outline(context, node.kind, (x, y), radius);
                }
                context.set_fill_style_str(colour);
                context.fill();
                context.stroke();
            }
        }
        context.set_global_alpha(1.0);
        let hover = self.signals.hover.get_untracked().map(|(key, _)| key);
        for key in [self.signals.selected.get_untracked(), hover].into_iter().flatten() {
            if let Some(index) = self.scene.find(key) {
                context.begin_path();
                outline(
                    context,
                    key.0,
                    self.camera.to_pixels(self.scene.places[index]),
                    self.scene.radius(index) * swell + 3.0,
                );
                context.set_stroke_style_str(&self.palette.ink);
                context.set_line_width(2.0);
                context.stroke();
            }
        }
    }

    fn draw_labels(&self, lit: Option<&[bool]>) {
        let context = &self.context;
        let zoom = self.camera.scale / self.fitted;
        // A glance first, details when one comes closer.
        let most = (26.0 * zoom * self.room()).clamp(8.0, 90.0) as usize;
        let labels =
            self.scene.labels(self.camera, self.swell(), self.size, most, |node| lit.is_none_or(|lit| lit[node]));
        context.set_font("600 12px system-ui, sans-serif");
        context.set_text_align("center");
        context.set_text_baseline("middle");
        context.set_line_join("round");
        context.set_line_width(3.5);
        context.set_stroke_style_str(&self.palette.surface);
        context.set_fill_style_str(&self.palette.ink);
        for (node, (x, y)) in labels {
            let label = &self.scene.nodes[node].label;
            let _ = context.stroke_text(label, x, y);
            let _ = context.fill_text(label, x, y);
        }
    }
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
