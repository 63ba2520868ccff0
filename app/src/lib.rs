//! The pages of Sluice, for the server (feature `ssr`) and the browser (feature `hydrate`).

#[cfg(feature = "ssr")]
pub mod backend;
