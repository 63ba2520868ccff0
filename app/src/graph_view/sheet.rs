//! The bitmap of edges, larger than the stage: moved and scaled as it is while a gesture lasts, drawn anew a piece a frame.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{
    camera::{Camera, Point},
    stage::{Stage, context},
};

/// The bitmap is this much larger than the stage on every side, so that a pan shows edges and not emptiness.
const BORDER: f64 = 0.25;

/// Up to so many edges and nodes everything is redrawn in every frame: that takes no longer than a frame.
const LIGHT_EDGES: usize = 2500;
const LIGHT_NODES: usize = 1200;

/// How many edges a piece has: at first, at least and at most. It follows how long frames take.
const FIRST: usize = 1500;
const LEAST: usize = 300;
const MOST: usize = 12_000;

/// How much dearer a node is than an edge.
const NODE: usize = 3;

/// A frame that took longer was too full, and one that took less has room, in milliseconds.
const FULL_MS: f64 = 24.0;
const ROOM_MS: f64 = 18.5;

/// Two bitmaps: one is shown, the other is being drawn.
pub(super) struct Sheet {
    front: (HtmlCanvasElement, CanvasRenderingContext2d),
    back: (HtmlCanvasElement, CanvasRenderingContext2d),
    /// What the front shows.
    drawn: Option<Camera>,
    /// What is shown is not only elsewhere but wrong.
    stale: bool,
    job: Option<Job>,
    piece: usize,
    last_frame: f64,
}

/// A bitmap that is being drawn: under which camera, and how far it is.
#[derive(Clone, Copy)]
struct Job {
    camera: Camera,
    swell: f64,
    edges: usize,
    nodes: usize,
}

impl Sheet {
    pub(super) fn new() -> Option<Self> {
        let bitmap = || {
            let canvas = document().create_element("canvas").ok()?.dyn_into::<HtmlCanvasElement>().ok()?;
            let context = context(&canvas)?;
            Some((canvas, context))
        };
        Some(Self {
            front: bitmap()?,
            back: bitmap()?,
            drawn: None,
            stale: true,
            job: None,
            piece: FIRST,
            last_frame: 0.0,
        })
    }

    pub(super) fn resize(&mut self, (width, height): Point, ratio: f64) {
        let pixels = |length: f64| (length * (1.0 + 2.0 * BORDER) * ratio).round() as u32;
        for (canvas, _) in [&self.front, &self.back] {
            canvas.set_width(pixels(width));
            canvas.set_height(pixels(height));
        }
        // Setting a size clears a canvas.
        self.drawn = None;
        self.stale();
    }

    pub(super) fn stale(&mut self) {
        self.stale = true;
        self.job = None;
    }

    /// Draws the bitmap into a canvas of this size, as far as the camera is away from what it shows.
    pub(super) fn blit(&self, context: &CanvasRenderingContext2d, camera: Camera, (width, height): Point) {
        let Some(drawn) = self.drawn else { return };
        let (x, y, factor) = offset(drawn, camera, (width, height));
        let size = |length: f64| length * (1.0 + 2.0 * BORDER) * factor;
        let _ =
            context.draw_image_with_html_canvas_element_and_dw_and_dh(&self.front.0, x, y, size(width), size(height));
    }

    /// Whether a piece fits into a frame, learnt from how long the last one took.
    fn learn(&mut self, now: f64) {
        let took = now - std::mem::replace(&mut self.last_frame, now);
        if took > FULL_MS {
            self.piece = (self.piece / 2).max(LEAST);
        } else if took < ROOM_MS {
            self.piece = (self.piece * 5 / 4).min(MOST);
        }
    }
}

/// Where the bitmap's corner comes to lie on the stage, and how much larger it is.
fn offset(drawn: Camera, camera: Camera, (width, height): Point) -> (f64, f64, f64) {
    let factor = camera.scale / drawn.scale;
    let x = camera.x - factor * (drawn.x + BORDER * width);
    let y = camera.y - factor * (drawn.y + BORDER * height);
    (x, y, factor)
}

impl Stage {
    /// Everything can be drawn in every frame.
    pub(super) fn is_light(&self) -> bool {
        self.scene.edges.len() <= LIGHT_EDGES && self.scene.nodes.len() <= LIGHT_NODES
    }

    /// Goes on with the bitmap; whether it is not finished yet.
    pub(super) fn advance_sheet(&mut self, now: f64) -> bool {
        let elsewhere = self.sheet.drawn != Some(self.camera);
        if self.sheet.job.is_none() && (self.sheet.stale || (elsewhere && (self.is_light() || self.is_due()))) {
            self.begin();
        } else if self.sheet.job.is_some() {
            self.sheet.learn(now);
        }
        if self.sheet.job.is_some() {
            self.go_on();
        }
        self.sheet.job.is_some()
    }

    /// The gesture is over, or it has left what the bitmap covers.
    fn is_due(&self) -> bool {
        let Some(drawn) = self.sheet.drawn else { return true };
        let (width, height) = self.size;
        let (x, y, factor) = offset(drawn, self.camera, self.size);
        let far = 1.0 + 2.0 * BORDER;
        !self.moving || x > 0.0 || y > 0.0 || x + width * far * factor < width || y + height * far * factor < height
    }

    fn begin(&mut self) {
        let (width, height) = self.size;
        let job = Job { camera: self.camera, swell: self.swell(), edges: 0, nodes: 0 };
        let context = &self.sheet.back.1;
        let _ = context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, width * (1.0 + 2.0 * BORDER), height * (1.0 + 2.0 * BORDER));
        self.draw_discs(context, job.camera.moved(BORDER * width, BORDER * height));
        self.sheet.stale = false;
        self.sheet.job = Some(job);
    }

    /// Draws a piece; the bitmap is shown once all of it is there.
    fn go_on(&mut self) {
        let Some(mut job) = self.sheet.job else { return };
        let (width, height) = self.size;
        let camera = job.camera.moved(BORDER * width, BORDER * height);
        let area = (width * (1.0 + 2.0 * BORDER), height * (1.0 + 2.0 * BORDER));
        let light = self.is_light();
        let mut left = if light { usize::MAX } else { self.sheet.piece };
        let context = &self.sheet.back.1;

        let edges = job.edges..self.plan.edges.len().min(job.edges.saturating_add(left));
        job.edges = edges.end;
        left -= edges.len();
        self.draw_edges(context, camera, area, &self.plan.edges[edges]);
        if !light && left >= NODE {
            let nodes = job.nodes..self.plan.nodes.len().min(job.nodes + left / NODE);
            job.nodes = nodes.end;
            self.draw_nodes(context, camera, area, job.swell, &self.plan.nodes[nodes]);
        }
        let done = job.edges == self.plan.edges.len() && (light || job.nodes == self.plan.nodes.len());
        self.sheet.job = (!done).then_some(job);
        if done {
            std::mem::swap(&mut self.sheet.front, &mut self.sheet.back);
            self.sheet.drawn = Some(job.camera);
        }
    }
}
