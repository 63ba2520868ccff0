//! What stands beside the stage: search, legend, and the list of nodes, which is the way in for the keyboard.

use leptos::{html, prelude::*};

use super::{
    colour,
    scene::{Key, Scene},
    state::{Order, Signals},
};
use crate::{
    erased::{effect, memo},
    format,
};

/// How many nodes the list names: past this, scrolling it finds nothing any more.
const LISTED: usize = 200;

pub(super) fn side(scene: &Scene, signals: Signals) -> AnyView {
    let query = memo(move || signals.state.with(|state| state.query.clone()));
    let typed = move |event| {
        let text = event_target_value(&event);
        signals.state.update(|state| state.query = text);
    };
    let first = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            let first = signals.scene.with_untracked(|scene| {
                let found = scene.matches(&query.get_untracked());
                found.first().map(|node| (scene.nodes[*node as usize].kind, scene.nodes[*node as usize].id))
            });
            if let Some(key) = first {
                signals.select(Some(key));
                signals.order.set(Some(Order::Show(key)));
            }
        }
        "Escape" => signals.state.update(|state| state.query.clear()),
        _ => {}
    };
    view! {
        <div class="side">
            <input
                class="find js"
                type="search"
                aria-label="Search nodes by name or number"
                placeholder="Search name or number"
                title="Press / to come here, Enter to go to the first match"
                autocomplete="off"
                prop:value=move || query.get()
                on:input=typed
                on:keydown=first
            />
            <h3>"Groups"</h3>
            <ul class="keys groups-list">{legend(scene, signals)}</ul>
            {nodes(scene, signals, query)}
        </div>
    }
    .into_any()
}

/// The groups with their counts; pressing one leaves the others faint.
fn legend(scene: &Scene, signals: Signals) -> Vec<AnyView> {
    let key = |group: &super::scene::Group| {
        let index = group.index;
        let pressed = move || (signals.isolated.get() == Some(index)).to_string();
        let toggle =
            move |_| signals.isolated.update(|isolated| *isolated = (*isolated != Some(index)).then_some(index));
        view! {
            <li>
                <button class="key" aria-pressed=pressed on:click=toggle title="Show this group alone">
                    {swatch(index)}
                    <span>{group.name.clone()}</span>
                    <span class="muted">{format::thousands(group.nodes as i64)}</span>
                </button>
            </li>
        }
        .into_any()
    };
    scene.groups.iter().map(key).collect()
}

/// The most important nodes, or those that are searched for; a node that is selected is always among them.
fn nodes(scene: &Scene, signals: Signals, query: Memo<String>) -> AnyView {
    let list = NodeRef::<html::Ul>::new();
    let selected = memo(move || signals.state.with(|state| state.selected));
    let scene = std::sync::Arc::new(scene.clone());
    let for_title = scene.clone();
    let title = move || {
        let text = query.get();
        if text.trim().is_empty() {
            return "Nodes".to_owned();
        }
        format::plural(for_title.matches(&text).len() as i64, "match", "matches")
    };
    // Only a selected node that the list does not have changes the list.
    let for_stranger = scene.clone();
    let stranger = memo(move || {
        let node = for_stranger.find(selected.get()?)? as u32;
        let listed = for_stranger.order.iter().take(LISTED).any(|known| *known == node);
        (!listed).then_some(node)
    });
    let items = move || {
        let text = query.get();
        let found = if text.trim().is_empty() { scene.order.clone() } else { scene.matches(&text) };
        let stranger = stranger.get().filter(|node| !found.iter().take(LISTED).any(|known| known == node));
        stranger
            .into_iter()
            .chain(found.into_iter().take(LISTED))
            .map(|node| item(&scene, node as usize, signals, selected))
            .collect_view()
    };
    effect(move || {
        if selected.get().is_some() {
            reveal(list);
        }
    });
    view! {
        <h3>{title}</h3>
        <ul class="keys" node_ref=list tabindex="0" aria-label="Nodes, the most important first">{items}</ul>
    }
    .into_any()
}

fn item(scene: &Scene, node: usize, signals: Signals, selected: Memo<Option<Key>>) -> AnyView {
    let node = &scene.nodes[node];
    let key = (node.kind, node.id);
    let pressed = move || (selected.get() == Some(key)).to_string();
    let toggle = move |_| {
        let chosen = selected.get_untracked() != Some(key);
        signals.select(chosen.then_some(key));
        if chosen {
            signals.order.set(Some(Order::Show(key)));
        }
    };
    view! {
        <li>
            <button class="key" aria-pressed=pressed on:click=toggle>
                {swatch(node.group)}
                <span>{node.label.clone()}</span>
                <span class="muted">{node.detail.clone()}</span>
            </button>
        </li>
    }
    .into_any()
}

fn swatch(group: u32) -> AnyView {
    let colour = colour::PAGE.of(group);
    if colour::is_hollow(group) {
        view! { <svg class="swatch" aria-hidden="true"><rect x="1" y="1" width="8" height="8" rx="2" fill="none" stroke=colour stroke-width="2"/></svg> }.into_any()
    } else {
        view! { <svg class="swatch" aria-hidden="true"><rect width="10" height="10" rx="3" fill=colour/></svg> }
            .into_any()
    }
}

/// Scrolls the list, and nothing but the list, to the selected node.
fn reveal(list: NodeRef<html::Ul>) {
    #[cfg(feature = "hydrate")]
    if let Some(list) = list.get_untracked() {
        use wasm_bindgen::JsCast;
        let Ok(Some(item)) = list.query_selector("[aria-pressed=true]") else { return };
        let Ok(item) = item.dyn_into::<web_sys::HtmlElement>() else { return };
        let top = item.offset_top() - list.offset_top();
        if top < list.scroll_top() || top + item.offset_height() > list.scroll_top() + list.client_height() {
            list.set_scroll_top(top - list.client_height() / 3);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = list;
}
