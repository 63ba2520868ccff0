//! Pieces that several pages use.

mod arrival;
pub(crate) mod banner;
pub(crate) mod confirm;
pub(crate) mod field;
pub(crate) mod frame;
pub(crate) mod icon;
mod keys;
mod nav;
mod outage;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod task;
pub(crate) mod time;
pub(crate) mod toast;
mod top_bar;
