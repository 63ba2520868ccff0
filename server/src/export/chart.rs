//! The charts as drawings that stand alone: the words and the geometry of the pages, in pixels.

use app::{
    chart::{
        Chart,
        bar::{Bar, Bars},
        community, scale, star,
    },
    insight::{Shown, plain},
    thousands,
};
use model::answer::{CommunitySummary, RatedProduct};

use super::{
    palette::Palette,
    svg::{Anchor, Ink, Svg, lines, width},
};

const WIDTH: f64 = 960.0;
const MARGIN: f64 = 32.0;
const INNER: f64 = WIDTH - 2.0 * MARGIN;
/// The height of a row of bars.
const ROW: f64 = 30.0;

/// A pen that goes down the page.
struct Pen {
    svg: Svg,
    palette: Palette,
    y: f64,
}

/// The drawing of what a page shows; `source` says where the numbers come from.
pub(crate) fn drawing(shown: &Shown, palette: &Palette, source: &str) -> String {
    let mut pen = Pen { svg: Svg::new(WIDTH as u32), palette: *palette, y: MARGIN };
    let title = plain(&shown.sentence);
    pen.paragraph(&title, 20.0, true, palette.ink, 27.0);
    pen.y += 12.0;
    match &shown.chart {
        Chart::Bars(chart) => pen.bars(chart),
        Chart::Stars(products) => pen.stars(products),
        Chart::Alike(summaries, pairs) => {
            pen.communities(summaries);
            pen.y += 20.0;
            pen.paragraph("The closest pairs", 14.0, true, palette.ink, 22.0);
            pen.bars(pairs);
        }
    }
    pen.y += 18.0;
    pen.paragraph(&shown.caption, 13.0, false, palette.ink_2, 19.0);
    pen.paragraph(source, 12.0, false, palette.ink_3, 19.0);
    let height = pen.y + MARGIN - 14.0;
    pen.svg.finish(height, palette.surface, &title, &shown.caption)
}

/// What stands instead of a chart of nothing.
pub(crate) fn nothing(palette: &Palette, sentence: &str, source: &str) -> String {
    let mut pen = Pen { svg: Svg::new(WIDTH as u32), palette: *palette, y: MARGIN };
    pen.paragraph(sentence, 20.0, true, palette.ink, 27.0);
    pen.paragraph(source, 12.0, false, palette.ink_3, 19.0);
    let height = pen.y + MARGIN - 14.0;
    pen.svg.finish(height, palette.surface, sentence, source)
}

impl Pen {
    fn paragraph(&mut self, text: &str, size: f64, bold: bool, colour: &str, leading: f64) {
        for line in lines(text, size, INNER) {
            self.y += leading;
            self.text([MARGIN, self.y - leading * 0.3], Anchor::Start, Ink { size, bold, colour }, INNER + 40.0, &line);
        }
    }

    fn text(&mut self, at: [f64; 2], anchor: Anchor, ink: Ink<'_>, room: f64, text: &str) {
        self.svg.text(at, anchor, ink, room, text);
    }

    fn bars(&mut self, chart: &Bars) {
        let palette = self.palette;
        let max = chart.max();
        let bars = || chart.groups.iter().flat_map(|group| &group.bars);
        let widest = |of: fn(&Bar) -> &str, size: f64| bars().map(|bar| width(of(bar), size)).fold(0.0, f64::max);
        let label = widest(|bar| &bar.label, 13.5).clamp(width(chart.axis, 12.0), 280.0) + 8.0;
        let value = widest(|bar| &bar.text, 13.0) + 14.0;
        let left = MARGIN + label + 12.0;
        let length = (WIDTH - MARGIN - left - value).max(80.0);
        let along = |value: f64| left + scale::share(value, max) / 100.0 * length;
        let marks = scale::ticks(max);
        for group in &chart.groups {
            if !group.name.is_empty() {
                self.y += 10.0;
                self.svg.rect([MARGIN, self.y + 6.0, 10.0, 10.0], 3.0, palette.series(group.series));
                let ink = Ink { size: 14.0, bold: true, colour: palette.ink };
                self.text([MARGIN + 18.0, self.y + 16.0], Anchor::Start, ink, INNER - 18.0, &group.name);
                self.y += 26.0;
            }
            let height = ROW * group.bars.len() as f64;
            for mark in &marks {
                self.svg.line([along(*mark), self.y, along(*mark), self.y + height], palette.line);
            }
            for bar in &group.bars {
                let end = along(bar.value);
                self.svg.rect([left, self.y + 5.0, end - left, ROW - 9.0], 4.0, palette.series(group.series));
                let (base, words) = (self.y + 20.0, Ink { size: 13.5, bold: false, colour: palette.ink });
                self.text([left - 12.0, base], Anchor::End, words, label, &bar.label);
                let value_ink = Ink { size: 13.0, bold: true, colour: palette.ink };
                self.text([end + 8.0, base], Anchor::Start, value_ink, value, &bar.text);
                self.y += ROW;
            }
        }
        let quiet = Ink { size: 12.0, bold: false, colour: palette.ink_3 };
        self.text([left - 12.0, self.y + 16.0], Anchor::End, quiet, label, chart.axis);
        for mark in &marks {
            self.text([along(*mark), self.y + 16.0], Anchor::Middle, quiet, 90.0, &thousands(*mark as i64));
        }
        self.y += 22.0;
    }

    fn stars(&mut self, products: &[RatedProduct]) {
        const MEAN: f64 = 78.0;
        const PEOPLE: f64 = 100.0;
        let palette = self.palette;
        let label =
            products.iter().map(|product| width(star::label(product).as_str(), 13.5)).fold(60.0, f64::max).min(260.0)
                + 8.0;
        let left = MARGIN + label + 12.0;
        let length = WIDTH - MARGIN - left - MEAN - PEOPLE;
        for product in products {
            let words = Ink { size: 13.5, bold: false, colour: palette.ink };
            self.text([left - 12.0, self.y + 20.0], Anchor::End, words, label, &star::label(product));
            for (index, (start, share)) in scale::stack(&product.distribution).into_iter().enumerate() {
                if share <= 0.0 {
                    continue;
                }
                let (x, wide) = (left + start / 100.0 * length, share / 100.0 * length);
                // A pixel of the ground between two parts, so that not only their colours part them.
                self.svg.rect([x, self.y + 5.0, (wide - 1.5).max(0.5), 22.0], 0.0, palette.stars[index]);
                if share > star::ROOM {
                    let ink = Ink { size: 12.5, bold: true, colour: palette.on_stars[index] };
                    self.text(
                        [x + wide / 2.0, self.y + 20.0],
                        Anchor::Middle,
                        ink,
                        wide + 20.0,
                        &(index + 1).to_string(),
                    );
                }
            }
            let right = left + length;
            let mean = Ink { size: 14.0, bold: true, colour: palette.ink };
            self.text([right + MEAN, self.y + 20.0], Anchor::End, mean, MEAN, &format!("{:.2} ★", product.average));
            let quiet = Ink { size: 12.5, bold: false, colour: palette.ink_3 };
            let people = if product.ratings == 1 {
                "1 rating".to_owned()
            } else {
                format!("{} ratings", thousands(product.ratings))
            };
            self.text([WIDTH - MARGIN, self.y + 20.0], Anchor::End, quiet, PEOPLE, &people);
            self.text([left, self.y + 42.0], Anchor::Start, quiet, length + MEAN, &star::raters(product));
            self.y += 52.0;
        }
        let quiet = Ink { size: 12.5, bold: false, colour: palette.ink_2 };
        self.text([left, self.y + 16.0], Anchor::Start, quiet, 200.0, "Share of the ratings with");
        for (index, colour) in palette.stars.into_iter().enumerate() {
            let x = left + 168.0 + 62.0 * index as f64;
            self.svg.rect([x, self.y + 7.0, 10.0, 10.0], 3.0, colour);
            self.text([x + 16.0, self.y + 16.0], Anchor::Start, quiet, 60.0, &format!("{} ★", index + 1));
        }
        self.y += 22.0;
    }

    fn communities(&mut self, summaries: &[CommunitySummary]) {
        const COLUMNS: usize = 3;
        const GAP: f64 = 18.0;
        let palette = self.palette;
        let card = (INNER - GAP * (COLUMNS as f64 - 1.0)) / COLUMNS as f64;
        let largest = summaries.iter().map(|summary| summary.members).max().unwrap_or(0) as f64;
        for (row, summaries) in summaries.chunks(COLUMNS).enumerate() {
            let height =
                66.0 + 20.0 * summaries.iter().map(|summary| summary.favourites.len()).max().unwrap_or(0) as f64;
            for (column, summary) in summaries.iter().enumerate() {
                let (x, y) = (MARGIN + (card + GAP) * column as f64, self.y);
                let colour = palette.series(row * COLUMNS + column);
                self.svg.rect([x, y + 6.0, 10.0, 10.0], 3.0, colour);
                let head = Ink { size: 14.0, bold: true, colour: palette.ink };
                self.text(
                    [x + 18.0, y + 16.0],
                    Anchor::Start,
                    head,
                    card,
                    &format!("Community {}", summary.community + 1),
                );
                let quiet = Ink { size: 12.5, bold: false, colour: palette.ink_2 };
                let members = if summary.members == 1 {
                    "1 buyer".to_owned()
                } else {
                    format!("{} buyers", thousands(summary.members))
                };
                let taste = community::taste(summary).map_or_else(String::new, |taste| format!(", mostly {taste}"));
                self.text([x, y + 36.0], Anchor::Start, quiet, card, &format!("{members}{taste}"));
                self.svg.rect(
                    [x, y + 43.0, scale::share(summary.members as f64, largest) / 100.0 * card, 8.0],
                    4.0,
                    colour,
                );
                for (line, favourite) in summary.favourites.iter().enumerate() {
                    let base = y + 70.0 + 20.0 * line as f64;
                    let share = scale::share(favourite.buyers as f64, summary.members as f64);
                    self.text([x, base], Anchor::Start, quiet, card * 0.5, &community::label(favourite));
                    let (from, long) = (x + card * 0.53, card * 0.32);
                    self.svg.rect([from, base - 8.0, long, 8.0], 4.0, palette.surface_2);
                    self.svg.rect([from, base - 8.0, share / 100.0 * long, 8.0], 4.0, colour);
                    self.text([x + card, base], Anchor::End, quiet, 60.0, &format!("{share:.0} %"));
                }
            }
            self.y += height + GAP;
        }
    }
}

#[cfg(test)]
mod tests;
