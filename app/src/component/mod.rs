//! Pieces that several pages use.

pub(crate) mod banner;
pub(crate) mod confirm;
pub(crate) mod frame;
pub(crate) mod icon;
mod nav;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod toast;
mod top_bar;
