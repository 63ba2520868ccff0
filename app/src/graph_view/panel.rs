//! The graph view as people meet it: stage, hover card, buttons, legend, and the list of nodes for the keyboard.

use std::sync::Arc;

use leptos::{html, prelude::*};
use model::picture::Question;

use super::{
    camera::Point,
    scene::{Key, Scene},
    still::still,
};
use crate::{
    call::read,
    chart::scale::colour,
    component::{banner::Refused, icon::Swatch},
    erased::effect,
    format,
    live::polled,
};

/// How many nodes the list names: past this, scrolling it finds nothing any more.
const LISTED: usize = 200;

/// What the buttons ask of the stage.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only the browser has a stage"))]
pub(super) enum Order {
    Zoom(f64),
    Fit,
    Centre(Key),
}

/// What stage, legend and list tell each other.
#[derive(Clone, Copy)]
pub(super) struct Signals {
    pub(super) scene: RwSignal<Arc<Scene>>,
    /// The node under the pointer, and where its card belongs.
    pub(super) hover: RwSignal<Option<(Key, Point)>>,
    pub(super) selected: RwSignal<Option<Key>>,
    pub(super) isolated: RwSignal<Option<u32>>,
    pub(super) order: RwSignal<Option<Order>>,
    /// The canvas has drawn; the still picture below it may go.
    pub(super) alive: RwSignal<bool>,
}

/// The piece of graph behind a question, up to `nodes` nodes; `more` gives the address that shows another number.
#[component]
pub(crate) fn GraphPanel(
    question: Question,
    nodes: Memo<u32>,
    more: impl Fn(u32) -> String + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let answer = polled(move || nodes.get(), move |nodes| read::picture(question, nodes));
    let signals = Signals {
        scene: RwSignal::new(Arc::default()),
        hover: RwSignal::new(None),
        selected: RwSignal::new(None),
        isolated: RwSignal::new(None),
        order: RwSignal::new(None),
        alive: RwSignal::new(false),
    };
    effect(move || {
        if let Some(Ok(picture)) = answer.get() {
            let scene = Scene::new(picture);
            // Most answers are the same again, and then nothing needs to be drawn.
            if signals.scene.with_untracked(|shown| **shown != scene) {
                signals.scene.set(Arc::new(scene));
            }
        }
    });
    let body = move || {
        answer.get().map(|answer| match answer {
            Err(error) => view! { <Refused error/> }.into_any(),
            Ok(picture) => {
                let scene = Scene::new(picture);
                let label = sentence(&scene);
                let still = (!signals.alive.get()).then(|| still(&scene, label.clone()));
                view! {
                    {still}
                    {counts(&scene, nodes.get_untracked(), more)}
                    {side(&scene, signals)}
                }
                .into_any()
            }
        })
    };
    view! {
        <div class="graph">
            <Stage signals/>
            <Transition fallback=|| view! { <p class="muted" aria-busy="true">"Asking the graph…"</p> }>{body}</Transition>
        </div>
    }
}

/// What the picture shows, in a sentence.
fn sentence(scene: &Scene) -> String {
    format!(
        "{} and {} in {}; the list beside it names them",
        format::plural(scene.nodes.len() as i64, "node", "nodes"),
        format::plural(scene.edges.len() as i64, "edge", "edges"),
        format::plural(scene.groups.len() as i64, "group", "groups"),
    )
}

/// The canvas with its buttons and the hover card; without JavaScript all of it is hidden.
#[component]
fn Stage(signals: Signals) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    #[cfg(feature = "hydrate")]
    super::canvas::attach(canvas, signals);
    let order = move |order| move |_| signals.order.set(Some(order));
    // Only ever in the browser, where properties are set one by one: a `style` in the HTML is not allowed.
    let card = move || {
        let (key, (x, y)) = signals.hover.get()?;
        signals.scene.with(|scene| {
            let node = scene.find_node(key)?;
            let group = scene.groups.iter().find(|group| group.index == node.group).map(|group| group.name.clone());
            Some(view! {
                <div class="hover" style:left=format!("{x:.0}px") style:top=format!("{y:.0}px")>
                    <b>{node.label.clone()}</b>
                    <span>{node.detail.clone()}</span>
                    <span class="muted">{group}</span>
                </div>
            })
        })
    };
    view! {
        <div class="stage js">
            <canvas node_ref=canvas role="img" aria-label=move || signals.scene.with(|scene| sentence(scene))></canvas>
            <div class="tools" role="group" aria-label="Zoom">
                <button class="btn" aria-label="Zoom in" title="Zoom in (Ctrl + wheel)" on:click=order(Order::Zoom(1.5))>"+"</button>
                <button class="btn" aria-label="Zoom out" title="Zoom out (Ctrl + wheel)" on:click=order(Order::Zoom(1.0 / 1.5))>"−"</button>
                <button class="btn" on:click=order(Order::Fit)>"Fit"</button>
            </div>
            {card}
        </div>
    }
}

/// `300 of 1,100 nodes`, and the way to more.
fn counts(scene: &Scene, now: u32, more: impl Fn(u32) -> String) -> AnyView {
    let shown = scene.nodes.len() as i64;
    let links = [100_u32, 300, 600, 1000]
        .into_iter()
        .filter(|number| i64::from(*number) < scene.total_nodes || *number == now)
        .map(|number| view! { <a href=more(number) data-noscroll="" aria-current=(number == now).then_some("page")>{format::count(u64::from(number))}</a>" " })
        .collect_view();
    view! {
        <p class="counts">
            <span>{format!("{} of {}", format::thousands(shown), format::plural(scene.total_nodes.max(shown), "node", "nodes"))}</span>
            <span class="muted">"show at most "{links}</span>
        </p>
    }
    .into_any()
}

/// Legend and list.
fn side(scene: &Scene, signals: Signals) -> AnyView {
    let legend = scene
        .groups
        .iter()
        .map(|group| {
            let index = group.index;
            let pressed = move || signals.isolated.get() == Some(index);
            let toggle =
                move |_| signals.isolated.update(|isolated| *isolated = (*isolated != Some(index)).then_some(index));
            view! {
                <li>
                    <button class="key" aria-pressed=move || pressed().to_string() on:click=toggle>
                        <Swatch colour=colour(index as usize)/>
                        <span>{group.name.clone()}</span>
                        <span class="muted">{format::thousands(group.nodes as i64)}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    let list = scene
        .order
        .iter()
        .take(LISTED)
        .map(|index| {
            let node = &scene.nodes[*index as usize];
            let key = (node.kind, node.id);
            let pressed = move || signals.selected.get() == Some(key);
            let toggle = move |_| {
                let chosen = signals.selected.get_untracked() != Some(key);
                signals.selected.set(chosen.then_some(key));
                if chosen {
                    signals.order.set(Some(Order::Centre(key)));
                }
            };
            view! {
                <li>
                    <button class="key" aria-pressed=move || pressed().to_string() on:click=toggle>
                        <Swatch colour=colour(node.group as usize)/>
                        <span>{node.label.clone()}</span>
                        <span class="muted">{node.detail.clone()}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="side">
            <h3>"Groups"</h3>
            <ul class="keys groups-list">{legend}</ul>
            <h3>"Nodes"</h3>
            <ul class="keys" tabindex="0" aria-label="Nodes, the most important first">{list}</ul>
        </div>
    }
    .into_any()
}
