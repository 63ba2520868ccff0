//! The stage in the browser: what it shows, from where, and when a frame is due.

use std::sync::Arc;

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, ResizeObserver, js_sys};

use super::{
    camera::{Camera, Point},
    grid::Grid,
    label::Label,
    paint::{Palette, Plan},
    pointer,
    scene::{Key, Scene},
    sheet::Sheet,
    state::{Order, Signals},
};
use crate::erased::{effect, memo};

/// A gesture is over when nothing has moved for this long, in milliseconds.
const SETTLED_MS: f64 = 140.0;

pub(super) type Handle = StoredValue<Option<Stage>, LocalStorage>;

/// Everything that is drawn, and where from.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them can be true with any other"
)]
pub(super) struct Stage {
    pub(super) canvas: HtmlCanvasElement,
    pub(super) context: CanvasRenderingContext2d,
    pub(super) overlay: CanvasRenderingContext2d,
    pub(super) sheet: Sheet,
    pub(super) scene: Arc<Scene>,
    grid: Grid,
    pub(super) camera: Camera,
    pub(super) fitted: f64,
    pub(super) size: Point,
    pub(super) ratio: f64,
    pub(super) palette: Palette,
    pub(super) plan: Plan,
    pub(super) signals: Signals,
    /// What the overlay lights up: by hover, selection, search.
    pub(super) glow: Glow,
    pub(super) labels: Vec<Label>,
    pub(super) glow_labels: Vec<Label>,
    /// Under which camera the names were placed; none if they have to be placed anew.
    pub(super) labelled: Option<Camera>,
    /// How wide each node's name is; negative where nobody has measured it yet.
    pub(super) widths: Vec<f64>,
    /// Somebody has moved the camera: it is theirs from now on.
    touched: bool,
    pub(super) moving: bool,
    moved_at: f64,
    pub(super) dragged: Option<usize>,
    /// Something is on the overlay.
    pub(super) overlaid: bool,
    frame: js_sys::Function,
    frame_asked: bool,
    pub(super) pointers: pointer::Pointers,
}

/// What is lit up, so that no frame has to look for it.
#[derive(Default)]
pub(super) struct Glow {
    pub(super) selected: Option<usize>,
    pub(super) hovered: Option<usize>,
    pub(super) nodes: Vec<u32>,
    /// Nodes at the other end of the lines that are lit.
    pub(super) ends: Vec<u32>,
}

impl Glow {
    /// Something stands out, so the rest steps back.
    pub(super) fn dims(&self) -> bool {
        !self.nodes.is_empty()
    }
}

/// Brings the canvases to life once they are there.
pub(super) fn attach(
    canvas: NodeRef<html::Canvas>,
    overlay: NodeRef<html::Canvas>,
    signals: Signals,
    theme: Arc<dyn Fn() + Send + Sync>,
) {
    let stage: Handle = StoredValue::new_local(None);
    let keep = StoredValue::new_local(None);

    effect(move || {
        let (Some(canvas), Some(overlay)) = (canvas.get(), overlay.get()) else { return };
        let on_frame = Closure::<dyn FnMut()>::new(move || frame(stage));
        let ask = on_frame.as_ref().unchecked_ref::<js_sys::Function>().clone();
        let Some(made) = Stage::new(canvas.clone(), &overlay, signals, ask) else { return };
        stage.set_value(Some(made));
        let on_resize = Closure::<dyn FnMut()>::new(move || with(stage, Stage::resize));
        if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            keep.set_value(Some((observer, on_resize, on_frame, pointer::listen(&canvas, stage, signals))));
        }
        with(stage, Stage::resize);
    });
    effect(move || {
        let scene = signals.scene.get();
        with(stage, |stage| stage.show(scene));
    });
    effect(move || {
        theme();
        with(stage, Stage::recolour);
    });
    effect(move || {
        signals.isolated.track();
        with(stage, Stage::replan);
    });
    let hovered = memo(move || signals.hover.get().map(|(key, _)| key));
    effect(move || {
        signals.state.track();
        hovered.track();
        with(stage, Stage::relight);
    });
    effect(move || {
        if let Some(order) = signals.order.get() {
            with(stage, |stage| stage.obey(order));
        }
    });
    on_cleanup(move || {
        keep.update_value(|keep| {
            if let Some((observer, ..)) = keep.take() {
                observer.disconnect();
            }
        });
        stage.set_value(None);
    });
}

/// Does something with the stage, if it is still there, and draws it in the next frame.
pub(super) fn with(handle: Handle, change: impl FnOnce(&mut Stage)) {
    handle.try_update_value(|stage| {
        if let Some(stage) = stage {
            change(stage);
            stage.ask();
        }
    });
}

fn frame(handle: Handle) {
    handle.try_update_value(|stage| {
        if let Some(stage) = stage {
            stage.frame_asked = false;
            if stage.draw() {
                stage.ask();
            }
        }
    });
}

impl Stage {
    fn new(
        canvas: HtmlCanvasElement,
        overlay: &HtmlCanvasElement,
        signals: Signals,
        frame: js_sys::Function,
    ) -> Option<Self> {
        Some(Self {
            context: context(&canvas)?,
            overlay: context(overlay)?,
            canvas,
            sheet: Sheet::new()?,
            scene: Arc::default(),
            grid: Grid::new(&[]),
            camera: Camera { scale: 1.0, x: 0.0, y: 0.0 },
            fitted: 1.0,
            size: (0.0, 0.0),
            ratio: 1.0,
            palette: Palette::default(),
            plan: Plan::default(),
            signals,
            glow: Glow::default(),
            labels: Vec::new(),
            glow_labels: Vec::new(),
            labelled: None,
            widths: Vec::new(),
            touched: false,
            moving: false,
            moved_at: 0.0,
            dragged: None,
            overlaid: false,
            frame,
            frame_asked: false,
            pointers: pointer::Pointers::default(),
        })
    }

    fn ask(&mut self) {
        if !self.frame_asked {
            self.frame_asked = window().request_animation_frame(&self.frame).is_ok();
        }
    }

    /// Draws a frame; whether another one is due.
    fn draw(&mut self) -> bool {
        if self.size.0 < 1.0 || self.size.1 < 1.0 {
            return false;
        }
        let now = js_sys::Date::now();
        if self.moving && now - self.moved_at > SETTLED_MS {
            self.moving = false;
        }
        let unfinished = self.advance_sheet(now);
        if !self.moving && self.labelled != Some(self.camera) {
            self.place_labels();
        }
        self.draw_base();
        self.draw_overlay();
        if !self.scene.nodes.is_empty() && !self.signals.alive.get_untracked() {
            self.signals.alive.set(true);
        }
        unfinished || self.moving
    }

    fn resize(&mut self) {
        self.size = (f64::from(self.canvas.client_width()), f64::from(self.canvas.client_height()));
        self.ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
        for context in [&self.context, &self.overlay] {
            if let Some(canvas) = context.canvas() {
                canvas.set_width((self.size.0 * self.ratio).round() as u32);
                canvas.set_height((self.size.1 * self.ratio).round() as u32);
            }
        }
        self.sheet.resize(self.size, self.ratio);
        self.fit(!self.touched);
        self.recolour();
    }

    fn show(&mut self, scene: Arc<Scene>) {
        self.pointers.follow(&self.scene, &scene);
        self.grid = Grid::new(&scene.places);
        self.widths.clear();
        self.widths.resize(scene.nodes.len(), -1.0);
        self.scene = scene;
        self.dragged = None;
        self.fit(!self.touched);
        self.replan();
        self.relight();
    }

    /// What is drawn has changed, or in which colours.
    pub(super) fn stale(&mut self) {
        self.sheet.stale();
        self.labelled = None;
    }

    fn replan(&mut self) {
        let isolated = self.signals.isolated.get_untracked();
        self.plan = Plan::new(&self.scene, isolated);
        self.stale();
    }

    /// Looks up what is to be lit.
    fn relight(&mut self) {
        const MOST: usize = 800;
        let hovered = self.signals.hover.get_untracked().and_then(|(key, _)| self.scene.find(key));
        let state = self.signals.state.get_untracked();
        let selected = state.selected.and_then(|key| self.scene.find(key));
        let mut glow = Glow { selected, hovered, ..Glow::default() };
        if let Some(node) = selected {
            glow.ends = self.scene.neighbours(node).iter().copied().take(MOST).collect();
            glow.nodes.clone_from(&glow.ends);
            glow.nodes.push(node as u32);
        } else {
            glow.nodes = self.scene.matches(&state.query);
            glow.nodes.truncate(MOST);
        }
        self.glow = glow;
        self.labelled = None;
    }

    fn fit(&mut self, go: bool) {
        let fitted = self.scene.fitted(self.size.0, self.size.1);
        self.fitted = fitted.scale;
        if go {
            self.camera = fitted;
        }
    }

    fn obey(&mut self, order: Order) {
        let (width, height) = self.size;
        match order {
            Order::Zoom(factor) => self.zoom((width / 2.0, height / 2.0), factor),
            Order::Pan(dx, dy) => self.pan(dx, dy),
            Order::Fit => {
                self.touched = false;
                self.fit(true);
            }
            Order::Show(key) => self.reveal(key),
            Order::Png(name) => self.save(name),
        }
    }

    /// Brings a node into sight; one that is there already moves nothing.
    fn reveal(&mut self, key: Key) {
        const EDGE: f64 = 40.0;
        let (width, height) = self.size;
        let Some(node) = self.scene.find(key) else { return };
        let (x, y) = self.camera.to_pixels(self.scene.places[node]);
        if x < EDGE || y < EDGE || x > width - EDGE || y > height - EDGE {
            self.camera = self.camera.centred(self.scene.places[node], width, height);
            self.moves();
        }
    }

    fn moves(&mut self) {
        self.touched = true;
        self.moving = true;
        self.moved_at = js_sys::Date::now();
    }

    pub(super) fn zoom(&mut self, at: Point, factor: f64) {
        self.camera = self.camera.zoomed(at, factor, (self.fitted * 0.5, self.fitted * 40.0));
        self.moves();
    }

    pub(super) fn pan(&mut self, dx: f64, dy: f64) {
        self.camera = self.camera.moved(dx, dy);
        self.moves();
    }

    /// Moves a node to a place of the canvas.
    pub(super) fn drag(&mut self, node: usize, at: Point) {
        // Where it is put is a place of this picture: fitted anew, it would jump away from the hand.
        self.touched = true;
        let place = self.camera.to_world(at);
        // Copies the scene at the first move, since the list beside it has it too; then it is ours.
        if let Some(known) = Arc::make_mut(&mut self.scene).places.get_mut(node) {
            *known = place;
            self.dragged = Some(node);
            if self.is_light() {
                self.sheet.stale();
            }
        }
    }

    /// Lets go of a node, and says where it is now.
    pub(super) fn drop_node(&mut self, node: usize) -> Point {
        self.dragged = None;
        self.grid = Grid::new(&self.scene.places);
        self.stale();
        self.scene.places[node]
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
            // A card at the right or lower edge would be cut off.
            (self.scene.key(node), (x.min(self.size.0 - 220.0), y.min(self.size.1 - 90.0)))
        });
        if self.signals.hover.get_untracked() != hover {
            let cursor = if hover.is_some() { "pointer" } else { "grab" };
            let _ = HtmlElement::style(&self.canvas).set_property("cursor", cursor);
            self.signals.hover.set(hover);
        }
    }

    /// Selects the node at a place, or nothing.
    pub(super) fn choose(&self, at: Point) {
        self.signals.select(self.hit(at).map(|node| self.scene.key(node)));
    }

    /// Nodes grow with the zoom, but slower: close up one wants to see between them. On a small stage they are smaller.
    pub(super) fn swell(&self) -> f64 {
        (self.camera.scale / self.fitted).sqrt().clamp(0.8, 3.0) * self.room()
    }

    /// How much room there is, 1 on a desk and about half on a phone.
    pub(super) fn room(&self) -> f64 {
        (self.size.0 / 760.0).clamp(0.5, 1.0)
    }
}

/// What draws on a canvas.
pub(super) fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into::<CanvasRenderingContext2d>().ok()
}
