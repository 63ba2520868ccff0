//! Mouse, finger and wheel on the stage: hover, click, drag, pinch. A plain wheel scrolls the page as everywhere.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, HtmlCanvasElement, PointerEvent, WheelEvent};

use super::{
    camera::Point,
    canvas::{Handle, gesture, with},
};

/// A press that moves less than this is a click.
const CLICK: f64 = 4.0;

/// The fingers (or the mouse) that are down.
#[derive(Default)]
pub(super) struct Pointers {
    down: Vec<(i32, Point)>,
    travelled: f64,
}

/// Listeners that live as long as this.
pub(super) type Listeners = Vec<Closure<dyn FnMut(Event)>>;

/// Listens to everything that happens on the canvas.
pub(super) fn listen(canvas: &HtmlCanvasElement, stage: Handle) -> Listeners {
    let target = canvas.clone();
    let down = move |event: PointerEvent| {
        // Moves beyond the edge still belong to a drag that began inside.
        let _ = target.set_pointer_capture(event.pointer_id());
        with(stage, |stage| {
            stage.pointers.down.push((event.pointer_id(), place(&event)));
            stage.pointers.travelled = 0.0;
        });
    };
    let moved = move |event: PointerEvent| {
        let mut moves = false;
        with(stage, |stage| {
            let now = place(&event);
            let Some(index) = stage.pointers.down.iter().position(|(id, _)| *id == event.pointer_id()) else {
                stage.point_at(Some(now));
                return;
            };
            let before = std::mem::replace(&mut stage.pointers.down[index].1, now);
            let (dx, dy) = (now.0 - before.0, now.1 - before.1);
            stage.pointers.travelled += dx.hypot(dy);
            match stage.pointers.down.as_slice() {
                [_] if stage.pointers.travelled >= CLICK => {
                    moves = true;
                    stage.pan(dx, dy);
                    stage.point_at(None);
                }
                [one, two] => {
                    moves = true;
                    let other = if index == 0 { two.1 } else { one.1 };
                    let distance = |a: Point| (a.0 - other.0).hypot(a.1 - other.1).max(1.0);
                    stage.zoom(other, distance(now) / distance(before));
                }
                _ => {}
            }
        });
        if moves {
            gesture(stage);
        }
    };
    let up = move |event: PointerEvent| {
        with(stage, |stage| {
            stage.pointers.down.retain(|(id, _)| *id != event.pointer_id());
            if stage.pointers.travelled < CLICK && event.type_() == "pointerup" {
                stage.choose(place(&event));
            }
        });
    };
    let leave = move |_: PointerEvent| with(stage, |stage| stage.point_at(None));
    let wheel = move |event: WheelEvent| {
        // A pinch on a touch pad arrives as a wheel with Ctrl, too.
        if event.ctrl_key() {
            event.prevent_default();
            let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            with(stage, |stage| stage.zoom(at, (-event.delta_y() * 0.0022).clamp(-0.6, 0.6).exp()));
            gesture(stage);
        }
    };
    let up_again = up;
    vec![
        on(canvas, "pointerdown", down),
        on(canvas, "pointermove", moved),
        on(canvas, "pointerup", up),
        on(canvas, "pointercancel", up_again),
        on(canvas, "pointerleave", leave),
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
