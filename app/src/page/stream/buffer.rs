//! The rows that a page keeps: newest first, none twice, no more than it can draw.

use leptos::prelude::*;
use model::record::{Fate, News, Row};

/// Rows that are kept. A browser draws as many without a stutter, and nobody reads more.
pub(super) const KEPT: usize = 200;

/// A row whose fate may change while it is shown.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) row: Row,
    pub(super) fate: ArcRwSignal<Fate>,
}

impl From<Row> for Line {
    fn from(row: Row) -> Self {
        Self { fate: ArcRwSignal::new(row.fate), row }
    }
}

impl Line {
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server only ever renders"))]
    /// Two topics of one name may have had a record at the same place, but not at the same time.
    pub(super) fn is(&self, row: &Row) -> bool {
        self.row.place == row.place && self.row.at == row.at
    }
}

/// What a page has heard.
#[derive(Clone, Default)]
pub(super) struct Buffer {
    /// What is shown.
    pub(super) lines: Vec<Line>,
    /// What arrived while the page was held.
    pub(super) held: Vec<Line>,
    /// How many arrived while it was held, those included that are not kept.
    pub(super) held_total: u64,
    /// How many arrived that are not shown, since too many came at once.
    pub(super) more: u64,
    /// What is not newer than this, in epoch milliseconds, was cleared away.
    cleared: Option<i64>,
}

impl Buffer {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        Self { lines: rows.into_iter().map(Line::from).collect(), ..Self::default() }
    }

    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server only ever renders"))]
    /// Takes news: to be shown, or to be held.
    pub(super) fn hear(&mut self, news: News, hold: bool) {
        for (place, fate) in news.fates {
            for line in self.lines.iter().chain(&self.held).filter(|line| line.row.place == place) {
                line.fate.set(fate);
            }
        }
        let mut fresh = Vec::new();
        for row in news.rows {
            if let Some(known) = self.lines.iter().chain(&self.held).find(|line| line.is(&row)) {
                if known.fate.get_untracked() != row.fate {
                    known.fate.set(row.fate);
                }
            } else if self.cleared.is_none_or(|cleared| row.at.is_none_or(|at| at > cleared)) {
                fresh.push(Line::from(row));
            }
        }
        let more = news.more + news.missed;
        if hold {
            self.held_total += fresh.len() as u64 + more;
            put(&mut self.held, fresh);
        } else {
            put(&mut self.lines, fresh);
        }
        self.more += more;
    }

    /// Shows what was held.
    pub(super) fn release(&mut self) {
        let held = std::mem::take(&mut self.held);
        put(&mut self.lines, held);
        self.held_total = 0;
    }

    /// Forgets everything, and what is asked for again of it, too.
    pub(super) fn clear(&mut self) {
        self.release();
        let newest = self.lines.iter().filter_map(|line| line.row.at).max();
        *self = Self { cleared: newest.max(self.cleared), ..Self::default() };
    }

    pub(super) fn is_cleared(&self) -> bool {
        self.cleared.is_some() && self.lines.is_empty()
    }
}

/// Puts newer lines before the others, and lets go of the oldest.
fn put(lines: &mut Vec<Line>, newer: Vec<Line>) {
    lines.splice(0..0, newer);
    lines.truncate(KEPT);
}

#[cfg(test)]
mod tests {
    use model::record::Place;

    use super::*;

    fn row(offset: i64) -> Row {
        let place = Place { topic: "purchases".into(), partition: 0, offset };
        Row { place, at: Some(1_000 + offset), key: None, gist: String::new(), reason: None, fate: Fate::Waiting }
    }

    fn news(offsets: impl IntoIterator<Item = i64>) -> News {
        News { rows: offsets.into_iter().map(row).collect(), ..News::default() }
    }

    fn offsets(lines: &[Line]) -> Vec<i64> {
        lines.iter().map(|line| line.row.place.offset).collect()
    }

    #[test]
    fn news_come_on_top_and_what_is_known_comes_once() {
        let mut buffer = Buffer::new(vec![row(2), row(1)]);
        buffer.hear(news([4, 3, 2]), false);
        assert_eq!(offsets(&buffer.lines), [4, 3, 2, 1]);
        let mut other = row(4);
        other.at = Some(9_999);
        buffer.hear(News { rows: vec![other], ..News::default() }, false);
        assert_eq!(offsets(&buffer.lines), [4, 4, 3, 2, 1], "the same place in another topic of that name");
    }

    #[test]
    fn a_fate_becomes_true_where_the_row_stands() {
        let mut buffer = Buffer::new(vec![row(1)]);
        buffer.hear(news([2]), true);
        let fates = vec![(row(1).place, Fate::Stored), (row(2).place, Fate::Repeated), (row(9).place, Fate::Dead)];
        buffer.hear(News { fates, ..News::default() }, false);
        assert_eq!(buffer.lines[0].fate.get_untracked(), Fate::Stored);
        assert_eq!(buffer.held[0].fate.get_untracked(), Fate::Repeated);
        let mut stored = row(2);
        stored.fate = Fate::Stored;
        buffer.hear(News { rows: vec![stored], ..News::default() }, false);
        assert_eq!(buffer.held[0].fate.get_untracked(), Fate::Stored, "told anew after a connection was lost");
    }

    #[test]
    fn what_arrives_while_it_is_held_is_counted_and_shown_later() {
        let mut buffer = Buffer::new(vec![row(1)]);
        buffer.hear(News { more: 35, ..news([3, 2]) }, true);
        assert_eq!((offsets(&buffer.lines), buffer.held_total, buffer.more), (vec![1], 37, 35));
        buffer.release();
        assert_eq!((offsets(&buffer.lines), buffer.held_total), (vec![3, 2, 1], 0));
    }

    #[test]
    fn no_more_is_kept_than_can_be_drawn() {
        let mut buffer = Buffer::default();
        for start in 0..20 {
            buffer.hear(news((start * 100..start * 100 + 100).rev()), start % 2 == 0);
        }
        assert_eq!((buffer.lines.len(), buffer.held.len(), buffer.held_total), (KEPT, KEPT, 1_000));
        assert_eq!(buffer.lines[0].row.place.offset, 1_999);
    }

    #[test]
    fn what_was_cleared_does_not_come_back() {
        let mut buffer = Buffer::new(vec![row(1)]);
        buffer.hear(news([2]), true);
        buffer.clear();
        assert!(buffer.is_cleared());
        buffer.hear(news([2, 1]), false);
        assert!(buffer.is_cleared());
        buffer.hear(news([3, 2, 1]), false);
        assert_eq!(offsets(&buffer.lines), [3]);
    }
}
