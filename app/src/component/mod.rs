//! Pieces that several pages use.

pub(crate) mod banner;
pub(crate) mod frame;
pub(crate) mod icon;
mod nav;
pub(crate) mod state;
pub(crate) mod table;
mod top_bar;
