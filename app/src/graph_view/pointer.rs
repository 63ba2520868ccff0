//! Mouse, finger and wheel on the stage: hover, click, drag, pinch. A plain wheel scrolls the page as everywhere.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, HtmlCanvasElement, MouseEvent, PointerEvent, WheelEvent};

use super::{
    camera::Point,
    scene::Scene,
    stage::{Handle, with},
    state::Signals,
};

/// A press that moves less than this is a click.
const CLICK: f64 = 4.0;

/// How long the hint about the wheel stays.
const HINT: std::time::Duration = std::time::Duration::from_millis(1800);

/// The fingers (or the mouse) that are down.
#[derive(Default)]
pub(super) struct Pointers {
    down: Vec<(i32, Point)>,
    travelled: f64,
    /// The node that is held, and how far from its middle.
    held: Option<(usize, Point)>,
}

impl Pointers {
    /// A new answer may have the held node at another index, or not at all.
    pub(super) fn follow(&mut self, old: &Scene, new: &Scene) {
        self.held = self.held.and_then(|(node, grip)| Some((new.find(old.key(node))?, grip)));
    }
}

/// Listeners that live as long as this.
pub(super) type Listeners = Vec<Closure<dyn FnMut(Event)>>;

/// Listens to everything that happens on the canvas.
pub(super) fn listen(canvas: &HtmlCanvasElement, stage: Handle, signals: Signals) -> Listeners {
    let target = canvas.clone();
    let down = move |event: PointerEvent| {
        // Moves beyond the edge still belong to a drag that began inside.
        let _ = target.set_pointer_capture(event.pointer_id());
        with(stage, |stage| {
            let at = place(&event);
            stage.pointers.down.push((event.pointer_id(), at));
            stage.pointers.travelled = 0.0;
            stage.pointers.held = None;
            if stage.pointers.down.len() == 1 {
                stage.pointers.held = stage.hit(at).map(|node| {
                    let (x, y) = stage.camera.to_pixels(stage.scene.places[node]);
                    (node, (at.0 - x, at.1 - y))
                });
            }
        });
    };
    let moved = move |event: PointerEvent| {
        with(stage, |stage| {
            let now = place(&event);
            let Some(index) = stage.pointers.down.iter().position(|(id, _)| *id == event.pointer_id()) else {
                stage.point_at(Some(now));
                return;
            };
            let before = std::mem::replace(&mut stage.pointers.down[index].1, now);
            let (dx, dy) = (now.0 - before.0, now.1 - before.1);
            stage.pointers.travelled += dx.hypot(dy);
            match (stage.pointers.down.as_slice(), stage.pointers.held) {
                ([_], Some((node, (x, y)))) if stage.pointers.travelled >= CLICK => {
                    stage.point_at(None);
                    stage.drag(node, (now.0 - x, now.1 - y));
                }
                ([_], None) if stage.pointers.travelled >= CLICK => {
                    stage.point_at(None);
                    stage.pan(dx, dy);
                }
                ([one, two], _) => {
                    let other = if index == 0 { two.1 } else { one.1 };
                    let distance = |a: Point| (a.0 - other.0).hypot(a.1 - other.1).max(1.0);
                    stage.zoom(other, distance(now) / distance(before));
                }
                _ => {}
            }
        });
    };
    let up = move |event: PointerEvent| {
        let mut dropped = None;
        with(stage, |stage| {
            stage.pointers.down.retain(|(id, _)| *id != event.pointer_id());
            let held = stage.pointers.held.take();
            if stage.pointers.travelled >= CLICK {
                dropped = held.map(|(node, _)| (stage.scene.key(node), stage.drop_node(node)));
            } else if event.type_() == "pointerup" {
                stage.choose(place(&event));
            }
        });
        if let Some((key, place)) = dropped {
            signals.edits.update(|edits| edits.put(key, place));
        }
    };
    let leave = move |_: PointerEvent| with(stage, |stage| stage.point_at(None));
    let double = move |event: MouseEvent| {
        with(stage, |stage| {
            if let Some(node) = stage.hit((f64::from(event.offset_x()), f64::from(event.offset_y()))) {
                signals.expand.set(Some(stage.scene.key(node)));
            }
        });
    };
    let hints = StoredValue::new(0_u32);
    let wheel = move |event: WheelEvent| {
        // A pinch on a touch pad arrives as a wheel with Ctrl, too.
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            with(stage, |stage| stage.zoom(at, (-event.delta_y() * 0.0022).clamp(-0.6, 0.6).exp()));
            return;
        }
        if !signals.hint.get_untracked() {
            signals.hint.set(true);
        }
        hints.update_value(|hints| *hints += 1);
        let own = hints.get_value();
        set_timeout(
            move || {
                // The page may be gone, and a later turn of the wheel has a timer of its own.
                if hints.try_get_value() == Some(own) {
                    signals.hint.try_set(false);
                }
            },
            HINT,
        );
    };
    vec![
        on(canvas, "pointerdown", down),
        on(canvas, "pointermove", moved),
        on(canvas, "pointerup", up),
        on(canvas, "pointercancel", up),
        on(canvas, "pointerleave", leave),
        on(canvas, "dblclick", double),
        on(canvas, "wheel", wheel),
    ]
}

fn place(event: &PointerEvent) -> Point {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

fn on<E: JsCast + 'static>(
    canvas: &HtmlCanvasElement,
    name: &str,
    mut react: impl FnMut(E) + 'static,
) -> Closure<dyn FnMut(Event)> {
    let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| react(event.unchecked_into()));
    if canvas.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).is_err() {
        leptos::logging::error!("the graph cannot listen to {name}");
    }
    listener
}
