//! How many records to try at once while some are refused. Pure.
//!
//! A transaction fails as a whole and does not say for which record. So less is tried: half of what failed, until it is one
//! record. What is known to hold a refused record is halved without being tried again. Beyond it, as much is tried as went
//! well before and a quarter more; to double it would more often be too much, and what fails is written twice.

use super::MAX_ROWS;

/// The size of the next try.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stride {
    /// Records that nothing is known of: grows with each try that went well, and shrinks with each that did not.
    free: usize,
    /// What a batch may grow to again: less where the store could not do more at once.
    most: usize,
    /// One of so many records, the next ones, is refused; 0: nothing is known of any.
    suspects: usize,
}

impl Default for Stride {
    fn default() -> Self {
        Self { free: MAX_ROWS, most: MAX_ROWS, suspects: 0 }
    }
}

impl Stride {
    /// Another batch begins. How dense refused records were is remembered, and nothing else.
    pub(super) fn begin(&mut self) {
        self.most = MAX_ROWS;
        self.suspects = 0;
    }

    /// How many records to try next; at least one.
    pub(super) fn records(&self) -> usize {
        match self.suspects {
            0 => self.free,
            1 => 1,
            suspects => suspects / 2,
        }
    }

    /// So many were stored.
    pub(super) fn stored(&mut self, records: usize) {
        if self.suspects == 0 {
            self.free = (self.free + self.free.div_ceil(4)).min(self.most);
        }
        self.suspects = self.suspects.saturating_sub(records);
    }

    /// The store refuses one of so many.
    pub(super) fn refused(&mut self, records: usize) {
        if self.suspects == 0 {
            self.free = (records / 2).max(1);
        }
        self.suspects = records;
    }

    /// So many were more than the store can do at once.
    pub(super) fn too_many(&mut self, records: usize) {
        self.most = (records / 2).max(1);
        self.free = self.most;
        self.suspects = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was tried: how many records, and whether that went well.
    type Tries = Vec<(usize, bool)>;

    /// Does a batch of which these records are refused.
    fn run(stride: &mut Stride, records: usize, refused: &[usize]) -> Tries {
        let mut tries = Vec::new();
        let mut at = 0;
        stride.begin();
        while at < records {
            let next = stride.records().min(records - at);
            let went_well = !refused.iter().any(|bad| (at..at + next).contains(bad));
            tries.push((next, went_well));
            if !went_well {
                stride.refused(next);
            }
            // The one that is refused is stored as a dead letter.
            if went_well || next == 1 {
                stride.stored(next);
                at += next;
            }
        }
        tries
    }

    #[test]
    fn a_batch_that_is_well_is_one_try() {
        assert_eq!(run(&mut Stride::default(), 5_000, &[]), [(5_000, true)]);
    }

    #[test]
    fn what_holds_a_refused_record_is_halved_and_not_tried_again() {
        let tries = run(&mut Stride::default(), 8, &[5]);
        let expected = [(8, false), (4, true), (2, false), (1, true), (1, false), (2, true)];
        assert_eq!(tries, expected);
    }

    #[test]
    fn one_among_many_takes_as_many_tries_as_their_number_has_binary_digits() {
        for refused in [0, 1, 2_047, 2_048, 4_094, 4_095] {
            let tries = run(&mut Stride::default(), 4_096, &[refused]);
            let failed = tries.iter().filter(|(_, well)| !well).count();
            assert!(tries.len() <= 2 * 12 + 2 && failed <= 13, "{refused}: {tries:?}");
        }
    }

    #[test]
    fn many_take_few_tries_each_and_little_is_tried_twice() {
        let mut stride = Stride::default();
        let refused: Vec<usize> = (0..5).map(|nth| 500 + nth * 1_000).collect();
        let (mut tries, mut records) = (0, 0);
        for _ in 0..20 {
            let batch = run(&mut stride, 5_000, &refused);
            tries += batch.len();
            records += batch.iter().map(|(records, _)| records).sum::<usize>();
        }
        assert!(tries < 20 * 5 * 15, "{tries} tries for {} records that are refused", 20 * 5);
        assert!(records < 20 * 5_000 * 2, "{records} records tried for {}", 20 * 5_000);
    }

    #[test]
    fn nothing_but_refused_records_are_tried_one_by_one_and_then_all_at_once_again() {
        let mut stride = Stride::default();
        let all: Vec<usize> = (0..100).collect();
        let tries = run(&mut stride, 100, &all);
        assert!(tries.len() < 100 + 100, "{tries:?}");
        for _ in 0..5 {
            run(&mut stride, 5_000, &[]);
        }
        assert_eq!(run(&mut stride, 5_000, &[]), [(5_000, true)]);
    }

    #[test]
    fn what_was_too_much_at_once_stays_so_until_the_batch_is_done() {
        let mut stride = Stride::default();
        stride.begin();
        stride.too_many(5_000);
        assert_eq!(stride.records(), 2_500);
        stride.too_many(2_500);
        stride.stored(1_250);
        assert_eq!(stride.records(), 1_250, "it does not grow to what has failed");
        stride.begin();
        stride.stored(1_250);
        assert_eq!(stride.records(), 1_563);
        stride.too_many(1);
        assert_eq!(stride.records(), 1);
    }

    #[test]
    fn records_that_only_together_are_refused_do_not_stop_it() {
        let mut stride = Stride::default();
        stride.begin();
        stride.refused(4);
        stride.stored(2);
        stride.stored(1);
        stride.stored(1);
        assert_eq!(stride, Stride { free: 2, most: MAX_ROWS, suspects: 0 });
    }
}
