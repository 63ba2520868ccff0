//! The HTML document around the app, made on the server.

use std::{collections::HashMap, sync::Arc};

use axum::http::request::Parts;
use leptos::prelude::*;
use leptos_meta::MetaTags;
use serde::Deserialize;

use crate::{App, cookie, page};

/// The icon of the tab, as SVG.
pub const FAVICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><rect width="26" height="26" rx="7" fill="#0a6f7d"/><path d="M6 8.5c3 0 3 3 7 3s4-3 7-3M6 14c3 0 3 3 7 3s4-3 7-3" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/></svg>"##;

/// Which files of the site a chunk of the app is in, as the build wrote it down.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Chunks {
    /// The script that fetches them.
    loader: String,
    chunks: HashMap<String, Vec<String>>,
}

impl Chunks {
    /// Where the loader is, and the files of what an address shows, all to be fetched beside the main module. Without
    /// them the browser asks for the loader when it has read the glue, and for the files when the main module runs.
    fn of(&self, path: &str, query: &str) -> (Option<String>, Vec<String>) {
        let address = |file: &String| format!("/pkg/{file}");
        let mut files: Vec<String> = page::chunks(path, query)
            .iter()
            .filter_map(|chunk| self.chunks.get(*chunk))
            .flatten()
            .map(address)
            .collect();
        files.sort_unstable();
        files.dedup();
        ((!self.loader.is_empty()).then(|| address(&self.loader)), files)
    }
}

/// What is fetched beside the main module; the server says which files there are.
fn chunk_links() -> impl IntoView {
    let (chunks, request) = (use_context::<Arc<Chunks>>()?, use_context::<Parts>()?);
    let (loader, files) = chunks.of(request.uri.path(), request.uri.query().unwrap_or_default());
    let files = files
        .into_iter()
        .map(|file| {
            view! { <link rel="preload" r#as="fetch" r#type="application/wasm" crossorigin="anonymous" href=file/> }
        })
        .collect_view();
    Some(view! { {loader.map(|loader| view! { <link rel="modulepreload" href=loader/> })}{files} })
}

/// The whole document; the theme comes from the visitor's cookie, so that no page flashes in the wrong one.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme =
        cookie::read(cookie::Theme::COOKIE).and_then(|name| cookie::Theme::from_name(&name)).unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.name()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="description" content="From Kafka into a graph, exactly once, and the answers live."/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href="/pkg/sluice.css"/>
                <HydrationScripts options/>
                {chunk_links()}
                <MetaTags/>
            </head>
            <body><App/></body>
        </html>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_files_once_and_a_page_without_a_chunk_the_loader_alone() {
        let chunks: Chunks = serde_json::from_str(
            r#"{"loader": "a/loader.js", "chunks": {"simulate": ["a/b.wasm", "a/a.wasm", "a/b.wasm"], "insight": ["a/c.wasm"]}}"#,
        )
        .unwrap();
        let loader = Some("/pkg/a/loader.js".to_owned());
        for (path, files) in [
            ("/simulate", vec!["/pkg/a/a.wasm", "/pkg/a/b.wasm"]),
            ("/simulate/", vec!["/pkg/a/a.wasm", "/pkg/a/b.wasm"]),
            ("/insights/influencers", vec!["/pkg/a/c.wasm"]),
            ("/no-such-page", vec![]),
        ] {
            assert_eq!(chunks.of(path, ""), (loader.clone(), files.into_iter().map(str::to_owned).collect()), "{path}");
        }
        assert_eq!(Chunks::default().of("/simulate", ""), (None, vec![]));
    }
}
