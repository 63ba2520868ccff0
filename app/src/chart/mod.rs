//! Charts: geometry is pure and tested, views only draw it. Rendered on the server like everything else.

pub mod bar;
pub mod community;
pub mod scale;
pub(crate) mod spark;
pub mod star;

use leptos::prelude::*;
use model::answer::{CommunitySummary, RatedProduct};

use bar::Bars;

/// What a chart shows, before anything is drawn: the pages and the exported drawings are made of the same.
#[derive(Clone, Debug, PartialEq)]
pub enum Chart {
    /// Horizontal bars, in groups or not.
    Bars(Bars),
    /// How products were rated.
    Stars(Vec<RatedProduct>),
    /// Who buys alike: communities, and the closest pairs.
    Alike(Vec<CommunitySummary>, Bars),
}

/// Draws it on a page.
pub(crate) fn draw(chart: Chart) -> AnyView {
    match chart {
        Chart::Bars(bars) => bar::draw(bars),
        Chart::Stars(products) => star::stars(&products),
        Chart::Alike(summaries, pairs) => view! {
            {community::communities(&summaries)}
            <h2 class="sub">"The closest pairs"</h2>
            <div class="pairs">{bar::draw(pairs)}</div>
        }
        .into_any(),
    }
}
