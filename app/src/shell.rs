//! The HTML document around the app, made on the server.

use std::{collections::HashMap, sync::Arc};

use axum::http::request::Parts;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;
use serde::Deserialize;

use crate::{App, cookie, page};

/// The icon of the tab, as SVG.
pub const FAVICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><rect width="26" height="26" rx="7" fill="#0a6f7d"/><path d="M6 8.5c3 0 3 3 7 3s4-3 7-3M6 14c3 0 3 3 7 3s4-3 7-3" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/></svg>"##;

/// Where the browser's half is, as the build wrote it down.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Chunks {
    /// The script that starts it.
    loader: String,
    /// The files of its chunks.
    chunks: HashMap<String, String>,
}

impl Chunks {
    /// The file with the code of what a path shows.
    fn of(&self, path: &str) -> Option<&str> {
        page::chunk(path).and_then(|chunk| self.chunks.get(chunk)).map(String::as_str)
    }
}

/// What starts the browser's half, and what is fetched for it, all at once: nothing has to be read first to know of the
/// rest. The script begins as soon as it is there, and waits for the whole document only to take it over.
///
/// Nothing where the browser's half was not built.
fn start() -> Option<impl IntoView> {
    let (site, request) = (use_context::<Arc<Chunks>>()?, use_context::<Parts>()?);
    let address = |file: &str| format!("/pkg/{file}");
    let chunk = site.of(request.uri.path()).map(address);
    (!site.loader.is_empty()).then(|| {
        view! {
            <link rel="preload" r#as="fetch" crossorigin="anonymous" href="/pkg/sluice_bg.wasm"/>
            {chunk.map(|chunk| view! { <link rel="preload" r#as="fetch" crossorigin="anonymous" href=chunk/> })}
            <link rel="modulepreload" href="/pkg/sluice.js"/>
            <script type="module" r#async nonce=use_nonce() src=address(&site.loader)></script>
        }
    })
}

/// The whole document; the theme comes from the visitor's cookie, so that no page flashes in the wrong one.
pub fn shell() -> impl IntoView {
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
                {start()}
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
    fn a_page_has_the_file_of_its_chunk() {
        let site: Chunks = serde_json::from_str(
            r#"{"loader": "a/loader.js", "chunks": {"simulate": "a/s.chunk", "insight": "a/i.chunk"}}"#,
        )
        .unwrap();
        for (path, chunk) in [
            ("/simulate", Some("a/s.chunk")),
            ("/simulate/", Some("a/s.chunk")),
            ("/insights/influencers", Some("a/i.chunk")),
            ("/no-such-page", None),
        ] {
            assert_eq!(site.of(path), chunk, "{path}");
        }
        assert_eq!(Chunks::default().of("/simulate"), None);
    }
}
