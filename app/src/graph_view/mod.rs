//! A piece of a graph to look at, walk in and take away: a still drawing on the server, three layers of canvas in the browser.
//!
//! # Using it
//!
//! [`GraphView`] takes one [`Host`]: where the picture comes from, and what the page does when somebody asks for more. It
//! knows no page, no server and no address. What it needs from outside besides is small: `erased` (effects and memos),
//! `format` (numbers in words), and the colours `--s0` to `--s12`, `--surface` and `--ink` in the style sheet.
//!
//! - **The picture** ([`model::picture::Picture`]) may come again and again. Where people put nodes, what they added, and
//!   the camera outlive it.
//! - **The theme**: [`Host::theme`] reads whatever signal changes the colours, the system's wish included, so that the
//!   canvas is painted anew.
//! - **Expanding**: the view calls [`Host::expand`] with a node, and takes what arrives in [`Host::found`].
//! - **The address**: [`Host::state`] is what a link needs to show the same again (what is selected, what is searched
//!   for). The page may set it at the start, and writes it down when it changes.
//!
//! # Inside
//!
//! | room | what it is for |
//! | --- | --- |
//! | `camera`, `grid`, `label`, `growth` | geometry: pure, tested without a browser |
//! | `scene` | a picture made ready, with what people changed in it |
//! | `still`, `colour` | the drawing as SVG: on cards, before the canvas is there, as a file |
//! | `view`, `side`, `size` | what is around the stage: buttons, cards, search, legends, list |
//! | `stage` | the browser's half: what is shown, from where, and when a frame is due |
//! | `sheet` | the bitmap of edges, larger than the stage, drawn a piece a frame |
//! | `paint`, `pointer`, `key`, `png` | colours and strokes; mouse and fingers; the keyboard; the picture as a file |
//!
//! Three layers: the *sheet* (edges, discs, and in large graphs the nodes) is moved and scaled as it is while a gesture
//! lasts, and drawn anew afterwards; *nodes and names* are drawn in every frame if there are few; the *overlay* has what
//! hover, selection and search light up, so that those cost nothing below it.

mod camera;
mod colour;
mod grid;
mod growth;
#[cfg(feature = "hydrate")]
mod key;
mod label;
#[cfg(feature = "hydrate")]
mod paint;
#[cfg(feature = "hydrate")]
mod png;
#[cfg(feature = "hydrate")]
mod pointer;
mod scene;
#[cfg(feature = "hydrate")]
mod sheet;
mod side;
mod size;
#[cfg(feature = "hydrate")]
mod stage;
mod state;
pub(crate) mod still;
mod view;

pub(crate) use scene::Key;
pub(crate) use state::{Host, State};
#[cfg(feature = "ssr")]
pub use still::graph_svg;
#[cfg(test)]
pub(crate) use view::CHOICES;
pub(crate) use view::GraphView;
