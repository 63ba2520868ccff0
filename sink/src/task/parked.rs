//! Records that cannot be read before a schema registry has answered. No I/O.

use crate::kafka::record::Record;

/// Records in the order in which they came: those that wait for a schema, and all that came after the first of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parked {
    /// They.
    pub(super) records: Vec<Record>,
    /// About how much memory they take.
    pub(super) bytes: usize,
}

impl Parked {
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn push(&mut self, record: Record) {
        self.bytes += record.bytes();
        self.records.push(record);
    }

    /// Takes out what belongs to partitions that are no longer ours.
    #[must_use]
    pub(super) fn without(self, partitions: &[i32]) -> Self {
        let mut kept = Self::default();
        for record in self.records.into_iter().filter(|record| !partitions.contains(&record.partition)) {
            kept.push(record);
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_revocation_takes_leaves_the_rest_in_its_order() {
        let record = |partition, offset| Record {
            partition,
            offset,
            timestamp_ms: None,
            key: None,
            value: Some(vec![0; 10]),
            headers: Vec::new(),
        };
        let mut parked = Parked::default();
        for (partition, offset) in [(0, 1), (1, 1), (0, 2), (2, 7)] {
            parked.push(record(partition, offset));
        }
        let whole = parked.bytes;
        let kept = parked.without(&[1]);
        assert_eq!(kept.records, [record(0, 1), record(0, 2), record(2, 7)]);
        assert_eq!(kept.bytes, whole / 4 * 3);
        assert!(kept.without(&[0, 2]).is_empty());
    }
}
