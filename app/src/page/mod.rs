//! The pages, one room each.

mod connectors;
mod dead_letters;
pub mod insight;
mod not_found;
mod overview;
mod sign_in;
mod simulate;
mod stream;

use crate::chunk::{Page, page};

pub(crate) use connectors::address as connector_address;
#[cfg(feature = "ssr")]
pub(crate) use connectors::editor::draft_address;
#[cfg(feature = "ssr")]
pub(crate) use dead_letters::outcome_address;
pub(crate) use not_found::NotFound;
pub(crate) use sign_in::SignIn;

page!(OVERVIEW, overview in overview, overview::Overview);
page!(SIMULATE, simulate in simulate, simulate::Simulate);
page!(TOP_PRODUCTS, top_products in insight, insight::top_products::TopProducts);
page!(INFLUENCERS, influencers in insight, insight::influencers::Influencers);
page!(BEST_RATED, best_rated in insight, insight::best_rated::BestRated);
page!(SIMILAR_BUYERS, similar_buyers in insight, insight::similar_buyers::SimilarBuyers);
page!(STREAM, stream in stream, stream::Stream);
page!(CONNECTORS, connectors in connectors, connectors::Connectors);
// Who looks at connectors need not load what edits them.
page!(NEW_CONNECTOR, new_connector in editor, connectors::editor::NewConnector);
page!(EDIT_CONNECTOR, edit_connector in editor, connectors::editor::EditConnector);
page!(DEAD_LETTERS, dead_letters in dead_letters, dead_letters::DeadLetters);

/// The pages in chunks by their addresses, as the routes have them.
pub(crate) const IN_CHUNKS: [(&str, Page); 11] = [
    ("/", OVERVIEW),
    ("/simulate", SIMULATE),
    ("/stream", STREAM),
    ("/insights/top-products", TOP_PRODUCTS),
    ("/insights/influencers", INFLUENCERS),
    ("/insights/best-rated", BEST_RATED),
    ("/insights/similar-buyers", SIMILAR_BUYERS),
    ("/connectors", CONNECTORS),
    ("/connectors/new", NEW_CONNECTOR),
    ("/connectors/edit", EDIT_CONNECTOR),
    ("/dead-letters", DEAD_LETTERS),
];

/// The page in a chunk that an address shows, if one does.
fn at(path: &str) -> Option<Page> {
    let path = match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    IN_CHUNKS.into_iter().find_map(|(address, page)| (address == path).then_some(page))
}

/// Fetches the code of the page at an address.
#[cfg(feature = "hydrate")]
pub(crate) async fn fetch(path: &str) -> Result<(), crate::chunk::NotLoaded> {
    match at(path) {
        Some(page) => (page.fetch)().await,
        None => Ok(()),
    }
}

/// The chunk that a path needs.
#[cfg(feature = "ssr")]
pub(crate) fn chunk(path: &str) -> Option<&'static str> {
    at(path).map(|page| page.chunk)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_page_in_a_chunk_is_known_by_the_address_of_its_route() {
        let routes = leptos_axum::generate_route_list(crate::App);
        let routes: BTreeSet<&str> = routes.iter().map(leptos_axum::AxumRouteListing::path).collect();
        let mut known: BTreeSet<&str> = IN_CHUNKS.iter().map(|(address, _)| *address).collect();
        // It is in the main module.
        known.insert("/sign-in");
        assert_eq!(routes, known);
    }
}
