//! What questions count, as tables of numbers: what a batch adds to them, and the blocks that they are kept in. Pure.

use std::collections::{BTreeMap, HashMap};

use neo4rs::BoltType;

use crate::graph::Changes;

/// How many ids that follow each other share a block.
const SIDE: i64 = 64;

pub(super) const SECONDS_PER_DAY: i64 = 86_400;

/// A table: a row of numbers for each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Table {
    /// By day and product: purchases and units.
    Sales,
    /// By user: followers.
    Followers,
    /// By product: how many gave 1, 2, 3, 4 and 5 stars.
    Ratings,
}

impl Table {
    pub(super) const ALL: [Self; 3] = [Self::Sales, Self::Followers, Self::Ratings];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Followers => "followers",
            Self::Ratings => "ratings",
        }
    }

    /// How many numbers a row has.
    const fn width(self) -> usize {
        match self {
            Self::Sales => 2,
            Self::Followers => 1,
            Self::Ratings => 5,
        }
    }

    /// How many relationships of the graph a row stands for.
    fn counted(self, row: &[i64]) -> i64 {
        match self {
            Self::Sales => row.first().copied().unwrap_or_default(),
            Self::Followers | Self::Ratings => row.iter().sum(),
        }
    }
}

/// What a row is found by: the day, where the table has days, and an id.
pub(super) type Key = (i64, i64);

/// What one batch adds, table by table: `day, id, numbers…`, one row after the other in one list, as a property can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Delta {
    pub(super) sales: Vec<i64>,
    pub(super) followers: Vec<i64>,
    pub(super) ratings: Vec<i64>,
}

impl Delta {
    /// What changes add, where `rated` is what the ratings were that they replace.
    pub(in super::super) fn of(changes: &Changes, rated: &HashMap<(i64, i64), i64>) -> Self {
        let mut sales = BTreeMap::<Key, [i64; 2]>::new();
        for row in &changes.transactions {
            let [purchases, units] = sales.entry((day(row.timestamp), row.product)).or_default();
            *purchases += 1;
            *units = units.saturating_add(row.quantity);
        }
        let mut followers = BTreeMap::<Key, [i64; 1]>::new();
        for row in &changes.follows {
            followers.entry((0, row.followed)).or_default()[0] += 1;
        }
        let mut ratings = BTreeMap::<Key, [i64; 5]>::new();
        for row in &changes.ratings {
            let stars = ratings.entry((0, row.product)).or_default();
            let mut add = |value: i64, by: i64| {
                let place = usize::try_from(value.saturating_sub(1)).ok();
                if let Some(count) = place.and_then(|place| stars.get_mut(place)) {
                    *count += by;
                }
            };
            add(row.value, 1);
            if let Some(before) = rated.get(&(row.user, row.product)) {
                add(*before, -1);
            }
        }
        Self { sales: flat(sales), followers: flat(followers), ratings: flat(ratings) }
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        Table::ALL.iter().all(|table| self.list(*table).is_empty())
    }

    /// As a statement takes it: a list of the tables' lists.
    pub(in super::super) fn bolt(&self) -> BoltType {
        Table::ALL.iter().map(|table| BoltType::from(self.list(*table).to_vec())).collect()
    }

    fn list(&self, table: Table) -> &[i64] {
        match table {
            Table::Sales => &self.sales,
            Table::Followers => &self.followers,
            Table::Ratings => &self.ratings,
        }
    }

    /// What it adds to one table.
    pub(super) fn rows(&self, table: Table) -> impl Iterator<Item = (Key, &[i64])> {
        self.list(table).chunks_exact(2 + table.width()).map(|row| ((row[0], row[1]), &row[2..]))
    }

    /// How many relationships it adds to what a table stands for.
    pub(super) fn counted(&self, table: Table) -> i64 {
        self.rows(table).map(|(_, row)| table.counted(row)).sum()
    }
}

/// The day of a moment, both since the epoch.
pub(super) const fn day(timestamp: i64) -> i64 {
    timestamp.div_euclid(SECONDS_PER_DAY)
}

fn flat<const N: usize>(rows: BTreeMap<Key, [i64; N]>) -> Vec<i64> {
    rows.into_iter().flat_map(|((day, id), row)| [day, id].into_iter().chain(row)).collect()
}

/// Where a block is: [`SIDE`] ids of a day of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) table: Table,
    pub(super) major: i64,
    pub(super) block: i64,
}

impl Place {
    fn of(table: Table, (major, id): Key) -> Self {
        Self { table, major, block: id.div_euclid(SIDE) }
    }

    /// What it is found by.
    pub(super) fn id(self) -> String {
        format!("{}/{}/{}", self.table.name(), self.major, self.block)
    }
}

/// Blocks by their place: the rows of [`SIDE`] ids, one after the other.
#[derive(Debug, Default)]
pub(super) struct Blocks(HashMap<Place, Vec<i64>>);

impl Blocks {
    /// Adds to a row.
    pub(super) fn add(&mut self, table: Table, key: Key, row: &[i64]) {
        let place = Place::of(table, key);
        let width = table.width();
        let cells = self.0.entry(place).or_insert_with(|| vec![0; SIDE as usize * width]);
        let start = key.1.rem_euclid(SIDE) as usize * width;
        for (cell, by) in cells[start..start + width].iter_mut().zip(row) {
            *cell = cell.saturating_add(*by);
        }
    }

    /// Adds all numbers of a block.
    pub(super) fn add_block(&mut self, place: Place, cells: &[i64]) {
        let length = SIDE as usize * place.table.width();
        let sums = self.0.entry(place).or_insert_with(|| vec![0; length]);
        for (sum, by) in sums.iter_mut().zip(cells) {
            *sum = sum.saturating_add(*by);
        }
    }

    /// Adds what a delta adds to one table, between two days.
    pub(super) fn add_delta(&mut self, table: Table, delta: &Delta, days: std::ops::RangeInclusive<i64>) {
        for (key, row) in delta.rows(table).filter(|((day, _), _)| days.contains(day)) {
            self.add(table, key, row);
        }
    }

    /// Every place, in order.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places: Vec<Place> = self.0.keys().copied().collect();
        places.sort_unstable();
        places
    }

    pub(super) fn cells(&self, place: Place) -> &[i64] {
        self.0.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The rows that are not all zero by their ids, each day's by itself, in any order.
    pub(super) fn rows(&self) -> impl Iterator<Item = (i64, &[i64])> {
        self.0.iter().flat_map(|(place, cells)| {
            let rows = cells.chunks_exact(place.table.width()).zip(0..);
            rows.filter(|(row, _)| row.iter().any(|number| *number != 0))
                .map(move |(row, slot)| (place.block * SIDE + slot, row))
        })
    }

    /// How many relationships the rows of a table stand for.
    pub(super) fn counted(&self, table: Table) -> i64 {
        let of_it = self.0.iter().filter(|(place, _)| place.table == table);
        of_it.flat_map(|(_, cells)| cells.chunks_exact(table.width())).map(|row| table.counted(row)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::change::{FollowRow, RatingRow, TransactionRow};

    fn sold(product: i64, quantity: i64, timestamp: i64) -> TransactionRow {
        TransactionRow { id: format!("{product}-{timestamp}"), user: 1, product, quantity, timestamp }
    }

    #[test]
    fn a_delta_has_a_row_for_each_key() {
        let changes = Changes {
            transactions: vec![sold(7, 2, 86_400), sold(7, 3, 172_799), sold(7, 1, 172_800), sold(-7, 1, -1)],
            follows: [(1, 9), (2, 9), (9, 1)]
                .map(|(follower, followed)| FollowRow { follower, followed, timestamp: 0 })
                .into(),
            ratings: [(1, 5), (2, 5), (3, 1)]
                .map(|(user, value)| RatingRow { user, product: 4, value, timestamp: 0 })
                .into(),
            ..Changes::default()
        };
        let delta = Delta::of(&changes, &HashMap::from([((2, 4), 1), ((8, 8), 3)]));
        assert_eq!(delta.sales, [-1, -7, 1, 1, 1, 7, 2, 5, 2, 7, 1, 1]);
        assert_eq!(delta.followers, [0, 1, 1, 0, 9, 2]);
        // The second took one star back.
        assert_eq!(delta.ratings, [0, 4, 0, 0, 0, 0, 2]);
        assert_eq!(Table::ALL.map(|table| delta.counted(table)), [4, 3, 2]);
        assert!(!delta.is_empty());
        assert!(Delta::of(&Changes::default(), &HashMap::new()).is_empty());
    }

    #[test]
    fn rows_are_found_again_in_blocks_whatever_the_id() {
        let mut blocks = Blocks::default();
        let ids = [0, 63, 64, -1, -64, -65, i64::MAX, i64::MIN];
        for (id, units) in ids.into_iter().zip(1..) {
            blocks.add(Table::Sales, (3, id), &[1, units]);
            blocks.add(Table::Sales, (4, id), &[1, 0]);
        }
        assert_eq!(blocks.counted(Table::Sales), 16);
        assert_eq!(blocks.counted(Table::Ratings), 0);
        for (id, units) in ids.into_iter().zip(1..) {
            let rows: Vec<&[i64]> = blocks.rows().filter(|(it, _)| *it == id).map(|(_, row)| row).collect();
            assert!(rows.contains(&[1, units].as_slice()) && rows.contains(&[1, 0].as_slice()), "{id}: {rows:?}");
        }
        assert_eq!(Place::of(Table::Sales, (3, -65)).id(), "sales/3/-2");
    }

    #[test]
    fn a_block_with_too_many_or_too_few_numbers_harms_no_other() {
        let mut blocks = Blocks::default();
        let place = Place { table: Table::Followers, major: 0, block: 0 };
        blocks.add_block(place, &[1, 2]);
        blocks.add_block(place, &vec![1; 1_000]);
        assert_eq!(blocks.cells(place).len(), 64);
        assert_eq!(blocks.cells(place)[..3], [2, 3, 1]);
    }

    #[test]
    fn only_the_days_that_are_wanted_are_added() {
        let changes = Changes { transactions: vec![sold(1, 1, 0), sold(1, 1, 86_400)], ..Changes::default() };
        let delta = Delta::of(&changes, &HashMap::new());
        let mut blocks = Blocks::default();
        blocks.add_delta(Table::Sales, &delta, 1..=1);
        assert_eq!(blocks.rows().collect::<Vec<_>>(), [(1, [1, 1].as_slice())]);
    }
}
