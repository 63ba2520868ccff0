//! What became of the last records of a partition, one by one: the books only count them.

use std::collections::VecDeque;

use model::record::Fate;

/// Offsets that are remembered beside those of records that were stored. Far more than a page shows.
const REMEMBERED: usize = 20_000;

/// The records of a partition from an offset on, up to its checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recent {
    from: i64,
    to: i64,
    /// Those that were not stored, ascending.
    others: VecDeque<(i64, Fate)>,
}

impl Recent {
    /// Notes what became of `from..to`: each record was stored but these.
    pub(crate) fn add(&mut self, from: i64, to: i64, others: impl IntoIterator<Item = (i64, Fate)>) {
        // Another process was at it meanwhile, or it begins anew.
        if from != self.to {
            *self = Self { from, to: from, others: VecDeque::new() };
        }
        self.to = to;
        self.others.extend(others);
        while self.others.len() > REMEMBERED {
            if let Some((forgotten, _)) = self.others.pop_front() {
                self.from = forgotten + 1;
            }
        }
    }

    /// What became of the record at an offset, if that is remembered.
    pub(crate) fn fate(&self, offset: i64) -> Option<Fate> {
        if !(self.from..self.to).contains(&offset) {
            return None;
        }
        let at = self.others.binary_search_by_key(&offset, |(offset, _)| *offset);
        Some(at.map_or(Fate::Stored, |at| self.others[at].1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_known_from_where_it_was_followed() {
        let mut recent = Recent::default();
        recent.add(10, 20, [(12, Fate::Repeated)]);
        recent.add(20, 30, [(21, Fate::Dead)]);
        let fates = [9, 10, 12, 21, 29, 30].map(|offset| recent.fate(offset));
        let (stored, repeated, dead) = (Some(Fate::Stored), Some(Fate::Repeated), Some(Fate::Dead));
        assert_eq!(fates, [None, stored, repeated, dead, stored, None]);
        recent.add(50, 60, []);
        assert_eq!([12, 29, 50].map(|offset| recent.fate(offset)), [None, None, stored], "there was a gap");
        recent.add(0, 5, []);
        assert_eq!([4, 50].map(|offset| recent.fate(offset)), [stored, None], "it begins anew");
    }

    #[test]
    fn the_oldest_are_forgotten_and_not_taken_for_stored() {
        let mut recent = Recent::default();
        recent.add(0, REMEMBERED as i64 + 5, (0..REMEMBERED as i64 + 5).map(|offset| (offset, Fate::Repeated)));
        assert_eq!([4, 5].map(|offset| recent.fate(offset)), [None, Some(Fate::Repeated)]);
    }
}
