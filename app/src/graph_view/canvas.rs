//! The stage in the browser: what it shows, from where, and when it has to be painted again.

use std::{sync::Arc, time::Duration};

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, ResizeObserver};

use super::{
    camera::{Camera, Point},
    grid::Grid,
    paint::Palette,
    panel::{Order, Signals},
    pointer,
    scene::Scene,
};
use crate::{erased::effect, live::use_live};

/// The bitmap is this much larger than the stage on every side, so that a pan shows edges and not emptiness.
pub(super) const BORDER: f64 = 0.25;
/// A gesture is over when nothing has moved for this long.
const SETTLED: Duration = Duration::from_millis(140);
const MARGIN: f64 = 34.0;

pub(super) type Handle = StoredValue<Option<Stage>, LocalStorage>;

/// Everything that is drawn, and where from.
pub(super) struct Stage {
    pub(super) canvas: HtmlCanvasElement,
    pub(super) context: CanvasRenderingContext2d,
    pub(super) bitmap: HtmlCanvasElement,
    pub(super) bitmap_context: CanvasRenderingContext2d,
    /// What the bitmap shows; none if it has to be drawn anew.
    pub(super) bitmap_camera: Option<Camera>,
    pub(super) scene: Arc<Scene>,
    pub(super) grid: Grid,
    pub(super) camera: Camera,
    pub(super) fitted: f64,
    pub(super) size: Point,
    pub(super) ratio: f64,
    pub(super) palette: Palette,
    pub(super) signals: Signals,
    /// Somebody has moved the camera: it is theirs from now on.
    pub(super) touched: bool,
    pub(super) moving: bool,
    pub(super) gestures: u32,
    pub(super) frame_asked: bool,
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

    /// Nodes grow with the zoom, but slower: close up one wants to see between them. On a small stage they are smaller.
    pub(super) fn swell(&self) -> f64 {
        (self.camera.scale / self.fitted).sqrt().clamp(0.8, 3.0) * self.room()
    }

    /// How much room there is, 1 on a desk and about half on a phone.
    pub(super) fn room(&self) -> f64 {
        (self.size.0 / 760.0).clamp(0.5, 1.0)
    }
}
