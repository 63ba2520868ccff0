//! The HTML document around the app, made on the server.

use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::{App, cookie};

/// The icon of the tab, as SVG.
pub const FAVICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><rect width="26" height="26" rx="7" fill="#0a6f7d"/><path d="M6 8.5c3 0 3 3 7 3s4-3 7-3M6 14c3 0 3 3 7 3s4-3 7-3" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/></svg>"##;

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
                <MetaTags/>
            </head>
            <body><App/></body>
        </html>
    }
}
