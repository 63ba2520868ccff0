//! Horizontal bars, in one group or several that share a scale and an axis.
//!
//! Labels are HTML beside the drawing: so they keep their size on a phone and end in an ellipsis where they don't fit.

use leptos::prelude::*;

use super::scale::{colour, share, ticks};
use crate::{component::icon::Swatch, format};

/// How many bars of a group are drawn: more are no picture any more, and the table has all.
pub const MOST: usize = 50;

/// A bar with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// How long it is.
    pub value: f64,
    /// The value as people read it.
    pub text: String,
    /// All that is known of it, for who points at it or reaches it by keyboard; nothing where the bar is only seen.
    pub detail: String,
}

/// A group of bars under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name; a chart of one group has none.
    pub name: String,
    /// The bars, longest first.
    pub bars: Vec<Bar>,
    /// Which of the series' colours it has.
    pub series: usize,
}

/// Bars with what their length means.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// The groups.
    pub groups: Vec<Group>,
    /// What the axis counts, such as `Purchases`.
    pub axis: &'static str,
}

impl Bars {
    /// The value that fills the width: that of the longest bar of all groups, so that groups compare too.
    pub fn max(&self) -> f64 {
        longest(self.groups.iter().flat_map(|group| &group.bars))
    }

    /// Leaves out what is too much for a picture. Says so in a sentence if it did.
    #[must_use]
    pub fn fit(mut self) -> (Self, Option<String>) {
        let all: usize = self.groups.iter().map(|group| group.bars.len()).sum();
        for group in &mut self.groups {
            group.bars.truncate(MOST);
        }
        let kept: usize = self.groups.iter().map(|group| group.bars.len()).sum();
        let said = (kept < all).then(|| {
            format!(
                "The chart shows {} of {} rows; the table has all of them.",
                format::thousands(kept as i64),
                format::thousands(all as i64)
            )
        });
        (self, said)
    }
}

/// The longest of some bars.
pub(crate) fn longest<'a>(bars: impl IntoIterator<Item = &'a Bar>) -> f64 {
    bars.into_iter().map(|bar| bar.value).fold(0.0, f64::max)
}

/// Bars in one colour; `max` fills the width. Those with a detail can be reached by keyboard.
pub(crate) fn bars(bars: Vec<Bar>, max: f64, colour: &'static str, name: String) -> AnyView {
    rows(bars, max, colour, name, &[])
}

fn rows(bars: Vec<Bar>, max: f64, colour: &'static str, name: String, marks: &[f64]) -> AnyView {
    let rows = bars
        .into_iter()
        .map(|bar| {
            let width = format!("{}%", share(bar.value, max));
            let grid = marks
                .iter()
                .map(|mark| {
                    let x = format!("{}%", share(*mark, max));
                    view! { <line class="grid-line" x1=x.clone() x2=x y1="0" y2="30"/> }
                })
                .collect_view();
            let spoken = format!("{}: {}", bar.label, if bar.detail.is_empty() { &bar.text } else { &bar.detail });
            let (tab, tip) = if bar.detail.is_empty() {
                (None, None)
            } else {
                (Some("0"), Some(view! { <span class="tip" aria-hidden="true">{bar.detail}</span> }))
            };
            view! {
                <li tabindex=tab>
                    <span class="label" aria-hidden="true" title=bar.label.clone()>{bar.label.clone()}</span>
                    // The value stands right of the bar, beyond the drawing: its width leaves room.
                    <svg class="plot" role="img" aria-label=spoken height="30">
                        {grid}
                        <rect class="bar" x="0" y="5" width=width.clone() height="21" rx="4" fill=colour/>
                        <text class="value" x=width y="20" dx="8">{bar.text}</text>
                    </svg>
                    {tip}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="bars" aria-label=name>{rows}</ol> }.into_any()
}

/// Draws bars with their axis on a page.
pub(crate) fn draw(chart: Bars) -> AnyView {
    let max = chart.max();
    let marks = ticks(max);
    let axis = axis(chart.axis, &marks, max);
    let plain = chart.groups.iter().all(|group| group.name.is_empty());
    let groups = chart
        .groups
        .into_iter()
        .map(|group| {
            let colour = colour(group.series);
            let (head, name) = if group.name.is_empty() {
                (None, chart.axis.to_owned())
            } else {
                let head =
                    view! { <h2 title=group.name.clone()><Swatch colour/><span>{group.name.clone()}</span></h2> };
                (Some(head), format!("{} in {}", chart.axis, group.name))
            };
            view! { <div class="group">{head}{rows(group.bars, max, colour, name, &marks)}</div> }
        })
        .collect_view();
    view! { <div class=if plain { "groups plain" } else { "groups" }>{groups}{axis}</div> }.into_any()
}

/// What the lengths count, with numbers along the width; for the eye, since each bar tells its own value.
fn axis(what: &'static str, marks: &[f64], max: f64) -> AnyView {
    let marks = marks
        .iter()
        .map(|mark| {
            let x = format!("{}%", share(*mark, max));
            view! { <text x=x y="14" text-anchor="middle">{format::thousands(*mark as i64)}</text> }
        })
        .collect_view();
    view! {
        <div class="group axis" aria-hidden="true">
            <div class="bars"><div><span class="label">{what}</span><svg class="plot m" height="20">{marks}</svg></div></div>
        </div>
    }
    .into_any()
}

/// Bars in a sentence: `Dune 412, Night Trains 244`.
pub(crate) fn spoken(bars: &[Bar]) -> String {
    bars.iter().map(|bar| format!("{} {}", bar.label, bar.text)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: f64) -> Bar {
        Bar { label: label.into(), value, text: format!("{value}"), detail: String::new() }
    }

    fn group(bars: Vec<Bar>) -> Group {
        Group { name: String::new(), bars, series: 0 }
    }

    #[test]
    fn groups_share_the_scale_of_the_longest_bar() {
        let groups = vec![group(vec![bar("Dune", 412.0)]), group(vec![bar("Lamp", 900.0), bar("Pan", 3.0)])];
        assert!((Bars { groups, axis: "Purchases" }.max() - 900.0).abs() < 1e-9);
        assert_eq!(spoken(&[bar("Dune", 412.0), bar("Night Trains", 103.0)]), "Dune 412, Night Trains 103");
    }

    #[test]
    fn no_bars_are_no_trouble() {
        assert!(longest(&[]).abs() < 1e-9);
        assert!(Bars { groups: vec![], axis: "" }.max().abs() < 1e-9);
    }

    #[test]
    fn what_is_too_much_for_a_picture_is_left_out_and_said() {
        let many = || (0..80).map(|i| bar("x", f64::from(80 - i))).collect::<Vec<_>>();
        let (fitted, said) = Bars { groups: vec![group(many()), group(vec![bar("y", 1.0)])], axis: "" }.fit();
        assert_eq!(fitted.groups[0].bars.len(), MOST);
        assert_eq!(said.unwrap(), "The chart shows 51 of 81 rows; the table has all of them.");
        let (_, said) = Bars { groups: vec![group(vec![bar("y", 1.0)])], axis: "" }.fit();
        assert_eq!(said, None);
    }
}
