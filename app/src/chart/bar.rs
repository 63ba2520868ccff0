//! Horizontal bars, in one group or several that share a scale.
//!
//! Labels are HTML beside the drawing: so they keep their size on a phone and end in an ellipsis where they don't fit.

use leptos::prelude::*;

use super::scale::share;
use crate::component::icon::Swatch;

/// The height of a row in pixels; the style sheet's labels have the same.
const ROW: usize = 30;

/// A bar with its words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    /// What it stands for.
    pub(crate) label: String,
    /// How long it is.
    pub(crate) value: f64,
    /// The value as people read it.
    pub(crate) text: String,
}

/// Where a bar is drawn: top and width, in pixels and per cent.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    top: usize,
    width: f64,
}

fn places(bars: &[Bar], max: f64) -> Vec<Place> {
    bars.iter().enumerate().map(|(row, bar)| Place { top: row * ROW + 5, width: share(bar.value, max) }).collect()
}

/// The longest of some bars.
pub(crate) fn longest<'a>(bars: impl IntoIterator<Item = &'a Bar>) -> f64 {
    bars.into_iter().map(|bar| bar.value).fold(0.0, f64::max)
}

/// Bars in one colour; `max` fills the width.
pub(crate) fn bars(bars: Vec<Bar>, max: f64, colour: &'static str, name: String) -> AnyView {
    let height = bars.len() * ROW;
    let drawn = places(&bars, max)
        .into_iter()
        .zip(&bars)
        .map(|(place, bar)| {
            let width = format!("{}%", place.width);
            let text = bar.text.clone();
            view! {
                <rect class="bar" x="0" y=place.top width=width.clone() height=ROW - 9 rx="4" fill=colour/>
                <text class="value" x=width y=place.top + 15 dx="8">{text}</text>
            }
        })
        .collect_view();
    let labels =
        bars.into_iter().map(|bar| view! { <span title=bar.label.clone()>{bar.label.clone()}</span> }).collect_view();
    view! {
        <div class="bars">
            <div class="labels" aria-hidden="true">{labels}</div>
            // The values stand right of the bars, beyond the drawing: its width leaves them room.
            <svg class="plot" role="img" aria-label=name height=height>{drawn}</svg>
        </div>
    }
    .into_any()
}

/// A group of bars under a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) bars: Vec<Bar>,
    pub(crate) colour: &'static str,
}

/// Groups of bars on one scale, so that groups compare too.
pub(crate) fn grouped(groups: Vec<Group>, what: &str) -> AnyView {
    let max = longest(groups.iter().flat_map(|group| &group.bars));
    let groups = groups
        .into_iter()
        .map(|group| {
            let name = format!("{what} in {}: {}", group.name, spoken(&group.bars));
            view! {
                <div class="group">
                    <h3><Swatch colour=group.colour/>{group.name}</h3>
                    {bars(group.bars, max, group.colour, name)}
                </div>
            }
        })
        .collect_view();
    view! { <div class="groups">{groups}</div> }.into_any()
}

/// Bars in a sentence: `Dune 412, Night Trains 244`.
pub(crate) fn spoken(bars: &[Bar]) -> String {
    bars.iter().map(|bar| format!("{} {}", bar.label, bar.text)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: f64) -> Bar {
        Bar { label: label.into(), value, text: format!("{value}") }
    }

    #[test]
    fn bars_stand_below_each_other_and_compare_with_the_longest() {
        let bars = [bar("Dune", 412.0), bar("Night Trains", 103.0)];
        assert!((longest(&bars) - 412.0).abs() < 1e-9);
        assert_eq!(places(&bars, 412.0), [Place { top: 5, width: 100.0 }, Place { top: 35, width: 25.0 }]);
        assert_eq!(spoken(&bars), "Dune 412, Night Trains 103");
    }

    #[test]
    fn no_bars_are_no_trouble() {
        assert!(longest(&[]).abs() < 1e-9);
        assert!(places(&[], 0.0).is_empty());
    }
}
