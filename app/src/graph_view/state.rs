//! What the view and the page around it tell each other, and what the view's parts tell one another.

use std::sync::Arc;

use leptos::prelude::*;
use model::picture::{Neighbourhood, NodeKind, Picture};

use super::{
    camera::Point,
    scene::{Edits, Key, Scene},
};

/// What a link needs to show the same again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The selected node.
    pub(crate) selected: Option<Key>,
    /// What is searched for.
    pub(crate) query: String,
}

impl State {
    /// `user-7` → the user 7; none for anything else.
    pub(crate) fn read_key(text: &str) -> Option<Key> {
        let (kind, id) = text.split_once('-')?;
        let kind = match kind {
            "user" => NodeKind::User,
            "product" => NodeKind::Product,
            _ => return None,
        };
        Some((kind, id.parse().ok()?))
    }

    /// The user 7 → `user-7`.
    pub(crate) fn write_key((kind, id): Key) -> String {
        let kind = if kind == NodeKind::User { "user" } else { "product" };
        format!("{kind}-{id}")
    }
}

/// What the view needs of the page around it.
#[derive(Clone)]
pub(crate) struct Host {
    /// The newest picture, none while there is none yet. Called where it is tracked.
    pub(crate) picture: Arc<dyn Fn() -> Option<Picture> + Send + Sync>,
    /// Reads what the colours depend on.
    pub(crate) theme: Arc<dyn Fn() + Send + Sync>,
    /// Asks for a node's neighbours; they come in `found`.
    pub(crate) expand: Arc<dyn Fn(Key) + Send + Sync>,
    /// What was found, or in a sentence why not. The view takes it out.
    pub(crate) found: RwSignal<Option<Result<Neighbourhood, String>>>,
    /// What a link would have to say.
    pub(crate) state: RwSignal<State>,
    /// How many nodes are asked for.
    pub(crate) limit: Memo<u32>,
    /// The address that shows up to so many nodes.
    pub(crate) more: Arc<dyn Fn(u32) -> String + Send + Sync>,
    /// What files are called, without their ending: `top-products`.
    pub(crate) name: &'static str,
    /// Files that the server makes of the same graph: label, address, ending.
    pub(crate) files: Arc<dyn Fn() -> Vec<(&'static str, String, &'static str)> + Send + Sync>,
}

/// What the buttons ask of the stage.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only the browser has a stage"))]
pub(super) enum Order {
    Zoom(f64),
    /// Moves the picture by pixels.
    Pan(f64, f64),
    Fit,
    /// Shows a node, if it is out of sight in the middle.
    Show(Key),
    /// The picture as it is, as a file of this name.
    Png(&'static str),
}

/// What stage, legend and list tell each other.
#[derive(Clone, Copy)]
pub(super) struct Signals {
    pub(super) scene: RwSignal<Arc<Scene>>,
    pub(super) edits: RwSignal<Edits>,
    /// The node under the pointer, and where its card belongs.
    pub(super) hover: RwSignal<Option<(Key, Point)>>,
    pub(super) state: RwSignal<State>,
    pub(super) isolated: RwSignal<Option<u32>>,
    pub(super) order: RwSignal<Option<Order>>,
    /// A node that is to be expanded.
    pub(super) expand: RwSignal<Option<Key>>,
    /// The canvas has drawn; the still drawing below it may go.
    pub(super) alive: RwSignal<bool>,
    /// Somebody turned the wheel and may have meant to zoom.
    pub(super) hint: RwSignal<bool>,
    /// What has happened, for those who can't see it.
    pub(super) said: RwSignal<String>,
}

impl Signals {
    pub(super) fn new(state: RwSignal<State>) -> Self {
        Self {
            scene: RwSignal::new(Arc::default()),
            edits: RwSignal::new(Edits::default()),
            hover: RwSignal::new(None),
            state,
            isolated: RwSignal::new(None),
            order: RwSignal::new(None),
            expand: RwSignal::new(None),
            alive: RwSignal::new(false),
            hint: RwSignal::new(false),
            said: RwSignal::new(String::new()),
        }
    }

    /// Selects a node, or none.
    pub(super) fn select(self, key: Option<Key>) {
        if self.state.with_untracked(|state| state.selected) != key {
            self.state.update(|state| state.selected = key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_s_name_in_an_address_is_read_as_it_was_written() {
        for key in [(NodeKind::User, 7), (NodeKind::Product, i64::MIN)] {
            assert_eq!(State::read_key(&State::write_key(key)), Some(key));
        }
        for wrong in ["", "7", "user", "user-", "user-x", "shop-7"] {
            assert_eq!(State::read_key(wrong), None, "{wrong}");
        }
    }
}
