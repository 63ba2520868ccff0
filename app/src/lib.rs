//! The pages of Sluice, for the server (feature `ssr`) and the browser (feature `hydrate`).
#![expect(unreachable_pub, reason = "the macros for components and server functions write `pub` of their own")]
// Views are types, and those of whole pages nest deeper than the compiler likes by default.
#![recursion_limit = "512"]

mod address;
mod app;
#[cfg(feature = "ssr")]
pub mod backend;
mod call;
pub mod chart;
mod chunk;
mod component;
mod cookie;
mod erased;
#[cfg(not(feature = "ssr"))]
mod format;
#[cfg(feature = "ssr")]
pub mod format;
mod graph_view;
mod json;
mod live;
mod page;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "hydrate")]
mod stopped;

pub use app::App;
#[cfg(feature = "ssr")]
pub use call::{read::SHOWN_COMMUNITIES, register_server_functions};
#[cfg(feature = "ssr")]
pub use format::thousands;
#[cfg(feature = "ssr")]
pub use graph_view::graph_svg;
#[cfg(feature = "ssr")]
pub use page::insight;
#[cfg(feature = "ssr")]
pub use shell::{Chunks, FAVICON, shell};

/// Takes over the page that the server has rendered, once the code of that page is there.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    stopped::tell_of_panics();
    let path = leptos::prelude::location().pathname().unwrap_or_default();
    match page::fetch(&path).await {
        Ok(()) => leptos::mount::hydrate_body(App),
        // What the server rendered stays: it reads, and its forms post.
        Err(_) => leptos::mount::mount_to_body(chunk::NotLive),
    }
}
