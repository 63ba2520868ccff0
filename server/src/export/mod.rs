//! What people take along: answers as CSV and charts as SVG. Pure: text in, text out.

pub(crate) mod answer;
pub(crate) mod chart;
pub(crate) mod csv;
pub(crate) mod palette;
pub(crate) mod svg;
