//! An answer, ready to be shown: everything that is particular to a question has become words and geometry.

use crate::{chart::Chart, component::table::Numbers};

/// What a page shows of an answer, and what the exported drawing does.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The answer in a sentence; some of its words are marked as strong.
    pub sentence: String,
    /// The chart.
    pub chart: Chart,
    /// What the chart shows.
    pub caption: String,
    /// The same as numbers.
    pub numbers: Numbers,
    /// How long the query took.
    pub query_ms: f64,
    /// When, in epoch milliseconds.
    pub computed_at: i64,
}
