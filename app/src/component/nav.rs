//! The navigation at the side: on a phone a row that scrolls.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::icon::Mark;
use crate::{
    erased::{effect, memo, when},
    format,
    live::use_live,
};

/// Links under a heading.
type Section = (&'static str, &'static [(&'static str, &'static str)]);

const SECTIONS: [Section; 3] = [
    ("", &[("/", "Overview"), ("/simulate", "Simulate"), ("/stream", "Stream")]),
    (
        "Insights",
        &[
            ("/insights/top-products", "Top products"),
            ("/insights/influencers", "Influencers"),
            ("/insights/best-rated", "Best rated"),
            ("/insights/similar-buyers", "Similar buyers"),
        ],
    ),
    ("Operate", &[("/connectors", "Connectors"), ("/dead-letters", "Dead letters")]),
];

/// Every page that is linked here: its address and what it is called.
pub(super) fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    SECTIONS.into_iter().flat_map(|(_, links)| links.iter().copied())
}

/// Whether a link leads to the page, or to the one that the page belongs to.
fn current(path: &str, href: &str) -> Option<&'static str> {
    match path.strip_prefix(href)? {
        "" => Some("page"),
        rest if href != "/" && rest.starts_with('/') => Some("true"),
        _ => None,
    }
}

/// Scrolls the row of a phone so that the link to the page, or to the one that it belongs to, is seen; at the side there is
/// nothing to scroll.
fn reveal(path: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;

        let Some((href, _)) = pages().find(|(href, _)| current(path, href).is_some()) else { return };
        let link = document().query_selector(&format!(".nav a[href='{href}']:not(.brand)")).ok().flatten();
        let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
        if let Some(row) = link.parent_element() {
            row.set_scroll_left(link.offset_left() - (row.client_width() - link.offset_width()) / 2);
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = path;
}

/// Links to every page.
#[component]
pub(crate) fn Nav() -> impl IntoView {
    let status = use_live().status;
    let path = use_location().pathname;
    let dead = memo(move || status.with(|status| status.dead_letters.total));
    let any = memo(move || dead.get() != 0);
    effect(move || reveal(&path.get()));
    let link = move |(href, label): (&'static str, &'static str)| {
        let count = (href == "/dead-letters").then(|| {
            when(any, move || view! { <span class="count">{move || format::thousands(dead.get())}</span> }.into_any())
        });
        view! { <a href=href aria-current=move || path.with(|path| current(path, href))>{label}{count}</a> }
    };
    let sections = SECTIONS
        .map(|(heading, links)| {
            let heading = (!heading.is_empty()).then(|| view! { <small>{heading}</small> });
            view! { {heading}{links.iter().copied().map(link).collect_view()} }
        })
        .collect_view();
    view! {
        <nav class="nav" aria-label="Main">
            <a class="brand" href="/"><Mark/>"Sluice"</a>
            {sections}
            <span class="version">"Version "{move || status.with(|status| status.version.clone())}</span>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::current;

    #[test]
    fn the_link_to_a_page_is_the_current_one_on_what_belongs_to_it() {
        for (path, href, expected) in [
            ("/connectors", "/connectors", Some("page")),
            ("/connectors/new", "/connectors", Some("true")),
            ("/connectors-of-old", "/connectors", None),
            ("/", "/", Some("page")),
            ("/stream", "/", None),
        ] {
            assert_eq!(current(path, href), expected, "{path} {href}");
        }
    }
}
