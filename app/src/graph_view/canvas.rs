//! The stage in the browser: edges as a bitmap that is moved and only sometimes redrawn, nodes and labels over it.

use std::{f64::consts::TAU, sync::Arc, time::Duration};

use leptos::{html, prelude::*};
use model::picture::NodeKind;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, ResizeObserver};

use super::{
    camera::{Camera, Point},
    grid::Grid,
    panel::{Order, Signals},
    pointer,
    scene::Scene,
};
use crate::{chart::scale::colour, erased::effect, live::use_live};

/// The bitmap is this much larger than the stage on every side, so that a pan shows edges and not emptiness.
const BORDER: f64 = 0.25;
/// Up to so many edges are redrawn in every frame of a gesture: that still takes no longer than a frame.
const LIGHT: usize = 2000;
/// A gesture is over when nothing has moved for this long.
const SETTLED: Duration = Duration::from_millis(140);
const MARGIN: f64 = 34.0;

pub(super) type Handle = StoredValue<Option<Stage>, LocalStorage>;

/// Colours as the canvas wants them: resolved, in the theme of the moment.
#[derive(Default)]
struct Palette {
    groups: Vec<String>,
    quiet: String,
    surface: String,
    ink: String,
}

/// Everything that is drawn, and where from.
pub(super) struct Stage {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    bitmap: HtmlCanvasElement,
    bitmap_context: CanvasRenderingContext2d,
    /// What the bitmap shows; none if it has to be drawn anew.
    bitmap_camera: Option<Camera>,
    scene: Arc<Scene>,
    grid: Grid,
    camera: Camera,
    fitted: f64,
    size: Point,
    ratio: f64,
    palette: Palette,
    signals: Signals,
    /// Somebody has moved the camera: it is theirs from now on.
    touched: bool,
    moving: bool,
    gestures: u32,
    frame_asked: bool,
    pub(super) pointers: pointer::Pointers,
}

/// Brings the canvas to life once it is there.
pub(super) fn attach(canvas: NodeRef<html::Canvas>, signals: Signals) {
    let stage: Handle = StoredValue::new_local(None);
    let keep = StoredValue::new_local(None);
    let theme = use_live().theme;

    effect(move || {
        let Some(canvas) = canvas.get() else { return };
        let Some(made) = Stage::new(canvas.clone(), signals) else { return };
        stage.set_value(Some(made));
        let on_resize = Closure::<dyn FnMut()>::new(move || with(stage, Stage::resize));
        if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            keep.set_value(Some((observer, on_resize, pointer::listen(&canvas, stage))));
        }
        with(stage, Stage::resize);
    });
    effect(move || {
        let scene = signals.scene.get();
        with(stage, |stage| stage.show(scene));
    });
    effect(move || {
        signals.selected.track();
        signals.isolated.track();
        theme.track();
        with(stage, Stage::repaint);
    });
    effect(move || {
        signals.hover.track();
        with(stage, |_| ());
    });
    effect(move || {
        if let Some(order) = signals.order.get() {
            with(stage, |stage| stage.obey(order));
            gesture(stage);
        }
    });
    let dark = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let on_theme = Closure::<dyn FnMut()>::new(move || with(stage, Stage::repaint));
    if let Some(dark) = &dark {
        dark.set_onchange(Some(on_theme.as_ref().unchecked_ref()));
    }
    let on_theme = StoredValue::new_local(Some((dark, on_theme)));
    on_cleanup(move || {
        keep.update_value(|keep| {
            if let Some((observer, ..)) = keep.take() {
                observer.disconnect();
            }
        });
        on_theme.update_value(|kept| {
            if let Some((Some(dark), _)) = kept.take() {
                dark.set_onchange(None);
            }
        });
        stage.set_value(None);
    });
}

/// Does something with the stage, if it is still there, and draws it in the next frame.
pub(super) fn with(handle: Handle, change: impl FnOnce(&mut Stage)) {
    let ask = handle.try_update_value(|stage| {
        let Some(stage) = stage else { return false };
        change(stage);
        !std::mem::replace(&mut stage.frame_asked, true)
    });
    if ask == Some(true) {
        request_animation_frame(move || {
            handle.try_update_value(|stage| {
                if let Some(stage) = stage {
                    stage.frame_asked = false;
                    stage.draw();
                }
            });
        });
    }
}

/// The camera has moved: edges are drawn sharp again when it rests.
pub(super) fn gesture(handle: Handle) {
    let mut number = 0;
    with(handle, |stage| {
        stage.moving = true;
        stage.touched = true;
        stage.gestures += 1;
        number = stage.gestures;
    });
    set_timeout(
        move || {
            with(handle, |stage| {
                if stage.gestures == number {
                    stage.moving = false;
                }
            });
        },
        SETTLED,
    );
}

impl Stage {
    fn new(canvas: HtmlCanvasElement, signals: Signals) -> Option<Self> {
        let context = |canvas: &HtmlCanvasElement| {
            canvas.get_context("2d").ok().flatten()?.dyn_into::<CanvasRenderingContext2d>().ok()
        };
        let bitmap = document().create_element("canvas").ok()?.dyn_into::<HtmlCanvasElement>().ok()?;
        Some(Self {
            context: context(&canvas)?,
            bitmap_context: context(&bitmap)?,
            canvas,
            bitmap,
            bitmap_camera: None,
            scene: Arc::default(),
            grid: Grid::new(&[]),
            camera: Camera { scale: 1.0, x: 0.0, y: 0.0 },
            fitted: 1.0,
            size: (0.0, 0.0),
            ratio: 1.0,
            palette: Palette::default(),
            signals,
            touched: false,
            moving: false,
            gestures: 0,
            frame_asked: false,
            pointers: pointer::Pointers::default(),
        })
    }

    fn resize(&mut self) {
        self.size = (f64::from(self.canvas.client_width()), f64::from(self.canvas.client_height()));
        self.ratio = window().device_pixel_ratio().clamp(1.0, 3.0);
        let pixels = |length: f64| (length * self.ratio).round() as u32;
        self.canvas.set_width(pixels(self.size.0));
        self.canvas.set_height(pixels(self.size.1));
        self.bitmap.set_width(pixels(self.size.0 * (1.0 + 2.0 * BORDER)));
        self.bitmap.set_height(pixels(self.size.1 * (1.0 + 2.0 * BORDER)));
        self.fit(!self.touched);
        self.repaint();
    }

    fn show(&mut self, scene: Arc<Scene>) {
        self.grid = Grid::new(&scene.places);
        self.scene = scene;
        self.fit(!self.touched);
        self.repaint();
    }

    fn fit(&mut self, go: bool) {
        let fitted = Camera::fit(self.scene.bounds(), self.size.0, self.size.1, MARGIN);
        self.fitted = fitted.scale;
        if go {
            self.camera = fitted;
        }
    }

    fn repaint(&mut self) {
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

    fn obey(&mut self, order: Order) {
        let (width, height) = self.size;
        match order {
            Order::Zoom(factor) => self.zoom((width / 2.0, height / 2.0), factor),
            Order::Fit => self.fit(true),
            Order::Centre(key) => {
                if let Some(node) = self.scene.find(key) {
                    self.camera = self.camera.centred(self.scene.places[node], width, height);
                }
            }
        }
    }

    pub(super) fn zoom(&mut self, at: Point, factor: f64) {
        self.camera = self.camera.zoomed(at, factor, (self.fitted * 0.5, self.fitted * 40.0));
    }

    pub(super) fn pan(&mut self, dx: f64, dy: f64) {
        self.camera = self.camera.moved(dx, dy);
    }

    /// The node under a place of the canvas.
    pub(super) fn hit(&self, at: Point) -> Option<usize> {
        let reach = |node: usize| (self.scene.radius(node) * self.swell() + 4.0) / self.camera.scale;
        let most = (9.0 * 1.6 * self.swell() + 4.0) / self.camera.scale;
        self.grid.nearest(&self.scene.places, self.camera.to_world(at), most, reach)
    }

    /// Shows the card of the node under the pointer.
    pub(super) fn point_at(&self, at: Option<Point>) {
        let hover = at.and_then(|at| self.hit(at)).map(|node| {
            let (x, y) = self.camera.to_pixels(self.scene.places[node]);
            ((self.scene.nodes[node].kind, self.scene.nodes[node].id), (x, y))
        });
        if self.signals.hover.get_untracked() != hover {
            let _ = HtmlElement::style(&self.canvas)
                .set_property("cursor", if hover.is_some() { "pointer" } else { "grab" });
            self.signals.hover.set(hover);
        }
    }

    /// Selects the node at a place, or nothing.
    pub(super) fn choose(&self, at: Point) {
        let key = self.hit(at).map(|node| (self.scene.nodes[node].kind, self.scene.nodes[node].id));
        let same = self.signals.selected.get_untracked() == key;
        self.signals.selected.set(if same { None } else { key });
    }

    /// Nodes grow with the zoom, but slower: close up one wants to see between them.
    fn swell(&self) -> f64 {
        (self.camera.scale / self.fitted).sqrt().clamp(0.8, 3.0)
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

    fn draw(&mut self) {
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
        let most = (26.0 * zoom).clamp(8.0, 90.0) as usize;
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
