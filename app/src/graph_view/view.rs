//! The graph view as people meet it: the stage with its buttons and cards, what a line means, and the ways to more.

use std::sync::Arc;

use leptos::{html, prelude::*};

use super::{
    scene::{Key, Scene},
    side::side,
    size,
    state::{Host, Order, Signals},
    still,
};
use crate::{
    erased::{effect, memo},
    format,
};

/// Every list of numbers of nodes to choose from ends with the most that a page draws well.
pub(crate) const CHOICES: [u32; 5] = [100, 300, 600, 1000, 10_000];

/// A piece of graph. See the [module](super) for what it needs.
#[component]
pub(crate) fn GraphView(host: Host) -> impl IntoView {
    let signals = Signals::new(host.state);
    watch(&host, signals);
    let label = move || signals.scene.with(|scene| sentence(scene));
    let for_body = host.clone();
    let body = move || {
        // From the picture, not from the signals: on the server nothing ever sets those.
        let picture = (for_body.picture)()?;
        let scene = Scene::new(picture, &signals.edits.get());
        let still = (!signals.alive.get()).then(|| still::on_stage(&scene, sentence(&scene)));
        Some(view! {
            {still}
            {foot(&scene, &for_body, signals)}
            {side(&scene, signals)}
        })
    };
    view! {
        <div class="graph">
            {stage(signals, label, host.theme.clone())}
            <Transition fallback=|| view! { <p class="muted" aria-busy="true">"Asking the graph…"</p> }>{body}</Transition>
            <p class="sr" role="status">{move || signals.said.get()}</p>
        </div>
    }
}

/// Brings the newest picture, what people change in it, and the page's answers together.
fn watch(host: &Host, signals: Signals) {
    let picture = host.picture.clone();
    effect(move || {
        let edits = signals.edits.get();
        if let Some(picture) = picture() {
            let scene = Scene::new(picture, &edits);
            // Most answers are the same again, and then nothing needs to be drawn.
            if signals.scene.with_untracked(|shown| **shown != scene) {
                signals.scene.set(Arc::new(scene));
            }
        }
    });
    let expand = host.expand.clone();
    effect(move || {
        if let Some(key) = signals.expand.get() {
            expand(key);
        }
    });
    let found = host.found;
    effect(move || match found.get() {
        None => {}
        Some(Err(sentence)) => {
            found.set(None);
            signals.expand.set(None);
            signals.said.set(sentence);
        }
        Some(Ok(neighbours)) => {
            found.set(None);
            signals.expand.set(None);
            signals.said.set(grown(neighbours.nodes.len(), neighbours.total, &neighbours.label));
            signals.edits.update(|edits| edits.grow(neighbours));
        }
    });
    let selected = memo(move || signals.state.with(|state| state.selected));
    effect(move || {
        let Some(key) = selected.get() else { return };
        signals.scene.with_untracked(|scene| {
            if let Some(node) = scene.find(key) {
                let shown = scene.neighbours(node).len() as i64;
                let neighbours = format::plural(shown, "neighbour", "neighbours");
                let node = &scene.nodes[node];
                signals.said.set(format!("{} selected: {}, {neighbours} in this picture", node.label, node.detail));
            }
        });
    });
    #[cfg(feature = "hydrate")]
    super::key::slash();
}

/// `20 of 312 neighbours of Dune`.
fn grown(shown: usize, total: i64, label: &str) -> String {
    let shown = shown as i64;
    if shown < total {
        format!("{} of {} of {label}", format::thousands(shown), format::plural(total, "neighbour", "neighbours"))
    } else {
        format!("All {} of {label}", format::plural(total, "neighbour", "neighbours"))
    }
}

/// What the picture shows, in a sentence.
fn sentence(scene: &Scene) -> String {
    format!(
        "Graph of {} and {} in {}; the list beside it names them",
        format::plural(scene.nodes.len() as i64, "node", "nodes"),
        format::plural(scene.edges.len() as i64, "line", "lines"),
        format::plural(scene.groups.len() as i64, "group", "groups"),
    )
}

/// The canvases with their buttons and cards; without JavaScript all of it is hidden.
fn stage(
    signals: Signals,
    label: impl Fn() -> String + Send + Sync + 'static,
    theme: Arc<dyn Fn() + Send + Sync>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let overlay = NodeRef::<html::Canvas>::new();
    #[cfg(feature = "hydrate")]
    super::stage::attach(canvas, overlay, signals, theme);
    #[cfg(not(feature = "hydrate"))]
    drop(theme);
    let order = move |order| move |_| signals.order.set(Some(order));
    let reset = move |_| {
        signals.edits.set(super::scene::Edits::default());
        signals.isolated.set(None);
        signals.state.set(super::State::default());
        signals.order.set(Some(Order::Fit));
        signals.said.set("The view is as it was".to_owned());
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        #[cfg(feature = "hydrate")]
        super::key::pressed(&event, signals);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! {
        <div
            class="stage js"
            tabindex="0"
            role="group"
            aria-label="Graph. Arrow keys move it, plus and minus zoom, zero shows all, Enter expands what is selected, Escape lets go of it"
            on:keydown=on_key
        >
            <canvas node_ref=canvas role="img" aria-label=label></canvas>
            <canvas node_ref=overlay class="overlay" aria-hidden="true"></canvas>
            <div class="tools" role="group" aria-label="View">
                <button class="btn" aria-label="Zoom in" title="Zoom in: +, or Ctrl and the wheel" on:click=order(Order::Zoom(1.5))>"+"</button>
                <button class="btn" aria-label="Zoom out" title="Zoom out: −, or Ctrl and the wheel" on:click=order(Order::Zoom(1.0 / 1.5))>"−"</button>
                <button class="btn" title="Show all: 0" on:click=order(Order::Fit)>"Fit"</button>
                <button class="btn" title="Undo what was moved, added, searched and selected" on:click=reset>"Reset view"</button>
            </div>
            {move || signals.hint.get().then(|| view! { <p class="wheel">"Hold Ctrl (or ⌘) and turn the wheel to zoom"</p> })}
            {move || hover_card(signals)}
            {move || chosen(signals)}
        </div>
    }
}

/// What the node under the pointer is. Only ever in the browser, where properties are set one by one: a `style` in the
/// HTML is not allowed.
fn hover_card(signals: Signals) -> Option<AnyView> {
    let (key, (x, y)) = signals.hover.get()?;
    signals.scene.with(|scene| {
        let node = scene.find_node(key)?;
        Some(
            view! {
                <div class="hover" style:left=format!("{x:.0}px") style:top=format!("{y:.0}px")>
                    <b>{node.label.clone()}</b>
                    <span>{node.detail.clone()}</span>
                    <span class="muted">{scene.group_name(node.group).to_owned()}</span>
                </div>
            }
            .into_any(),
        )
    })
}

/// What is selected, and what can be done with it.
fn chosen(signals: Signals) -> Option<AnyView> {
    let key = signals.state.with(|state| state.selected)?;
    let edits = signals.edits.get();
    let known = edits.grown.iter().find(|found| (found.kind, found.id) == key);
    let added = known.map(|found| grown(found.nodes.len(), found.total, &found.label));
    let asking = signals.expand.get() == Some(key);
    signals.scene.with(|scene| {
        let index = scene.find(key)?;
        let node = &scene.nodes[index];
        let here = format::plural(scene.neighbours(index).len() as i64, "neighbour", "neighbours");
        Some(
            view! {
                <div class="chosen">
                    <b>{node.label.clone()}</b>
                    <span>{node.detail.clone()}</span>
                    <span class="muted">{added.clone().unwrap_or_else(|| format!("{here} in this picture"))}</span>
                    <span class="row">
                        {added.is_none().then(|| expand_button(signals, key, asking))}
                        <button class="btn" on:click=move |_| signals.select(None)>"Close"</button>
                    </span>
                </div>
            }
            .into_any(),
        )
    })
}

fn expand_button(signals: Signals, key: Key, asking: bool) -> AnyView {
    let press = move |_| signals.expand.set(Some(key));
    view! { <button class="btn" disabled=asking on:click=press>{if asking { "Asking…" } else { "Expand" }}</button> }
        .into_any()
}

/// What a line means, `300 of 1,100 nodes` with the way to more, and the files.
fn foot(scene: &Scene, host: &Host, signals: Signals) -> AnyView {
    let added: usize =
        scene.groups.last().filter(|group| group.name == "Added neighbours").map_or(0, |group| group.nodes);
    let shown = (scene.nodes.len() - added) as i64;
    let now = host.limit.get();
    let choices = CHOICES
        .into_iter()
        .filter(|number| i64::from(*number) < scene.total_nodes || *number == now)
        .map(|number| view! { <a href=(host.more)(number) data-noscroll="" aria-current=(number == now).then_some("page")>{format::count(u64::from(number))}</a>" " })
        .collect_view();
    let files = (host.files)()
        .into_iter()
        .map(|(label, href, ending)| {
            let file = format!("{}.{ending}", host.name);
            view! { <li><a href=href download=file rel="external">{label}</a></li> }
        })
        .collect_view();
    let name = host.name;
    let png = move |_| signals.order.set(Some(Order::Png(name)));
    view! {
        <div class="counts">
            <p>{scene.caption.clone()}</p>
            {size::legend(scene)}
            <p>
                <span>{format!("{} of {}", format::thousands(shown), format::plural(scene.total_nodes.max(shown), "node", "nodes"))}</span>
                <span class="muted">" · at most "{choices}</span>
            </p>
            <details class="export">
                <summary class="btn">"Export"</summary>
                <ul>
                    <li class="js"><button on:click=png>"Picture as shown (PNG)"</button></li>
                    {files}
                </ul>
            </details>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_told_with_the_whole() {
        assert_eq!(grown(20, 312, "Dune"), "20 of 312 neighbours of Dune");
        assert_eq!(grown(1, 1, "Dune"), "All 1 neighbour of Dune");
    }
}
