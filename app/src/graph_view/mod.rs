//! A piece of the graph to look at: drawn on the server as a still picture, in the browser on a canvas that moves.

mod camera;
#[cfg(feature = "hydrate")]
mod canvas;
mod grid;
#[cfg(feature = "hydrate")]
mod paint;
mod panel;
#[cfg(feature = "hydrate")]
mod pointer;
mod scene;
pub(crate) mod still;

pub(crate) use panel::GraphPanel;
