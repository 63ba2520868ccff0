//! What questions count, as tables of numbers: what a batch adds to them, and the blocks that they are kept in. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use neo4rs::BoltType;

use super::pack::{pack, unpack};
use crate::graph::{Changes, neo4j::bytes};

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
    /// Which products each user has bought. It counts nothing: a pair is there or not.
    Baskets,
}

impl Table {
    pub(super) const ALL: [Self; 4] = [Self::Sales, Self::Followers, Self::Ratings, Self::Baskets];

    /// Those that count.
    pub(super) const COUNTING: [Self; 3] = [Self::Sales, Self::Followers, Self::Ratings];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Followers => "followers",
            Self::Ratings => "ratings",
            Self::Baskets => "baskets",
        }
    }

    /// The table whose total says whether this one can be trusted: each purchase is a line in both.
    pub(super) const fn total(self) -> Self {
        match self {
            Self::Baskets => Self::Sales,
            counting => counting,
        }
    }

    /// How many numbers a row has.
    const fn width(self) -> usize {
        match self {
            Self::Sales => 2,
            Self::Followers => 1,
            Self::Ratings => 5,
            Self::Baskets => 0,
        }
    }

    /// How many relationships of the graph a row stands for.
    fn counted(self, row: &[i64]) -> i64 {
        match self {
            Self::Sales => row.first().copied().unwrap_or_default(),
            Self::Followers | Self::Ratings | Self::Baskets => row.iter().sum(),
        }
    }
}

/// What a row is found by: the day, where the table has days, and an id.
pub(super) type Key = (i64, i64);

/// What one batch adds, table by table: `day, id, numbers…` or `user, product`, one row after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Delta {
    sales: Vec<i64>,
    followers: Vec<i64>,
    ratings: Vec<i64>,
    baskets: Vec<i64>,
}

/// A delta as a property for each table.
pub(super) type Packed = [Vec<u8>; 4];

impl Delta {
    /// What changes add, where `rated` has the ratings that they replace: their timestamps and stars.
    pub(in super::super) fn of(changes: &Changes, rated: &HashMap<(i64, i64), (i64, i64)>) -> Self {
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
            if let Some((_, before)) = rated.get(&(row.user, row.product)) {
                add(*before, -1);
            }
        }
        let pairs: BTreeSet<(i64, i64)> = changes.transactions.iter().map(|row| (row.user, row.product)).collect();
        let baskets = pairs.into_iter().flat_map(|(user, product)| [user, product]).collect();
        Self { sales: flat(sales), followers: flat(followers), ratings: flat(ratings), baskets }
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        Table::COUNTING.iter().all(|table| self.list(*table).is_empty())
    }

    /// As a statement takes it.
    pub(in super::super) fn bolt(&self) -> BoltType {
        self.packed().into_iter().map(bytes).collect()
    }

    fn packed(&self) -> Packed {
        Table::ALL.map(|table| pack(self.list(table).iter().copied()))
    }

    /// None where the bytes are none of a delta.
    pub(super) fn unpacked([sales, followers, ratings, baskets]: &Packed) -> Option<Self> {
        Some(Self {
            sales: unpack(sales)?,
            followers: unpack(followers)?,
            ratings: unpack(ratings)?,
            baskets: unpack(baskets)?,
        })
    }

    fn list(&self, table: Table) -> &[i64] {
        match table {
            Table::Sales => &self.sales,
            Table::Followers => &self.followers,
            Table::Ratings => &self.ratings,
            Table::Baskets => &self.baskets,
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

/// Blocks by their place.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The rows of [`SIDE`] ids, one after the other.
    counts: HashMap<Place, Vec<i64>>,
    /// User and product, in any order and with repetitions.
    pairs: HashMap<Place, Vec<(i64, i64)>>,
}

impl Blocks {
    /// Adds to a row of a table that counts.
    pub(super) fn add(&mut self, table: Table, key: Key, row: &[i64]) {
        let width = table.width();
        let cells = self.counts.entry(Place::of(table, key)).or_insert_with(|| vec![0; SIDE as usize * width]);
        let start = key.1.rem_euclid(SIDE) as usize * width;
        for (cell, by) in cells[start..start + width].iter_mut().zip(row) {
            *cell = cell.saturating_add(*by);
        }
    }

    /// Adds a product to a user's basket.
    pub(super) fn put(&mut self, user: i64, product: i64) {
        self.pairs.entry(Place::of(Table::Baskets, (0, user))).or_default().push((user, product));
    }

    /// Adds what a delta adds to one table, between two days.
    pub(super) fn add_delta(&mut self, table: Table, delta: &Delta, days: std::ops::RangeInclusive<i64>) {
        if table == Table::Baskets {
            delta.baskets.chunks_exact(2).for_each(|pair| self.put(pair[0], pair[1]));
        } else {
            for (key, row) in delta.rows(table).filter(|((day, _), _)| days.contains(day)) {
                self.add(table, key, row);
            }
        }
    }

    /// Adds what a block says; none where its bytes are none of a block.
    pub(super) fn add_packed(&mut self, place: Place, bytes: &[u8]) -> Option<()> {
        let numbers = unpack(bytes)?;
        if place.table == Table::Baskets {
            let pairs = self.pairs.entry(place).or_default();
            let mut rest = numbers.as_slice();
            while let [slot, products, more @ ..] = rest {
                let (gaps, others) = more.split_at_checked(usize::try_from(*products).ok()?)?;
                let user = place.block.checked_mul(SIDE)?.checked_add(*slot).filter(|_| (0..SIDE).contains(slot))?;
                let mut product = 0_i64;
                pairs.extend(gaps.iter().map(|gap| {
                    product = product.wrapping_add(*gap);
                    (user, product)
                }));
                rest = others;
            }
            rest.is_empty().then_some(())
        } else {
            let length = SIDE as usize * place.table.width();
            let sums = self.counts.entry(place).or_insert_with(|| vec![0; length]);
            for (sum, by) in sums.iter_mut().zip(&numbers) {
                *sum = sum.saturating_add(*by);
            }
            (numbers.len() == length).then_some(())
        }
    }

    /// A block as bytes: the numbers, or for each user his place in the block, how many products, and from one to the next.
    pub(super) fn packed(&self, place: Place) -> Vec<u8> {
        if place.table != Table::Baskets {
            return pack(self.counts.get(&place).into_iter().flatten().copied());
        }
        let mut pairs = self.pairs.get(&place).cloned().unwrap_or_default();
        pairs.sort_unstable();
        pairs.dedup();
        let mut numbers = Vec::with_capacity(2 * pairs.len());
        for of_user in pairs.chunk_by(|one, other| one.0 == other.0) {
            numbers.extend([of_user[0].0.rem_euclid(SIDE), of_user.len() as i64]);
            let mut last = 0_i64;
            for (_, product) in of_user {
                numbers.push(product.wrapping_sub(last));
                last = *product;
            }
        }
        pack(numbers)
    }

    /// Every place, in order.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places: Vec<Place> = self.counts.keys().chain(self.pairs.keys()).copied().collect();
        places.sort_unstable();
        places
    }

    /// These blocks, which are not here any longer.
    pub(super) fn take(&mut self, places: &[Place]) -> Self {
        let counts = places.iter().filter_map(|place| self.counts.remove_entry(place)).collect();
        Self { counts, pairs: places.iter().filter_map(|place| self.pairs.remove_entry(place)).collect() }
    }

    /// The rows that are not all zero by their ids, each day's by itself, in any order.
    pub(super) fn rows(&self) -> impl Iterator<Item = (i64, &[i64])> {
        self.counts.iter().flat_map(|(place, cells)| {
            let rows = cells.chunks_exact(place.table.width()).zip(0..);
            rows.filter(|(row, _)| row.iter().any(|number| *number != 0))
                .map(move |(row, slot)| (place.block * SIDE + slot, row))
        })
    }

    /// Users and what they have bought, each pair once, ordered: block by block, since a block is all of some users.
    pub(super) fn into_pairs(self) -> Vec<(i64, i64)> {
        let mut blocks: Vec<_> = self.pairs.into_iter().collect();
        blocks.sort_unstable_by_key(|(place, _)| *place);
        let mut all = Vec::with_capacity(blocks.iter().map(|(_, pairs)| pairs.len()).sum());
        for (_, mut pairs) in blocks {
            pairs.sort_unstable();
            pairs.dedup();
            all.extend(pairs);
        }
        all
    }

    /// How many relationships the rows of a table stand for.
    pub(super) fn counted(&self, table: Table) -> i64 {
        let of_it = self.counts.iter().filter(|(place, _)| place.table == table);
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
        let delta = Delta::of(&changes, &HashMap::from([((2, 4), (7, 1)), ((8, 8), (7, 3))]));
        assert_eq!(delta.sales, [-1, -7, 1, 1, 1, 7, 2, 5, 2, 7, 1, 1]);
        assert_eq!(delta.followers, [0, 1, 1, 0, 9, 2]);
        // The second took one star back.
        assert_eq!(delta.ratings, [0, 4, 0, 0, 0, 0, 2]);
        assert_eq!(delta.baskets, [1, -7, 1, 7]);
        assert_eq!(Table::COUNTING.map(|table| delta.counted(table)), [4, 3, 2]);
        assert!(!delta.is_empty());
        assert_eq!(Delta::unpacked(&delta.packed()), Some(delta));
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
    fn blocks_come_back_from_their_bytes() {
        let mut blocks = Blocks::default();
        for (user, product) in [(-1, 5), (-1, 3), (-64, i64::MAX), (-64, i64::MIN), (-1, 5)] {
            blocks.put(user, product);
        }
        blocks.add(Table::Ratings, (0, 70), &[1, 0, 0, 0, 2]);
        let mut again = Blocks::default();
        let places = blocks.places();
        assert_eq!(places.len(), 2);
        for place in &places {
            // Twice, as a fold adds what is there already.
            again.add_packed(*place, &blocks.packed(*place)).unwrap();
            again.add_packed(*place, &blocks.packed(*place)).unwrap();
        }
        assert_eq!(again.rows().collect::<Vec<_>>(), [(70, [2, 0, 0, 0, 4].as_slice())]);
        assert_eq!(again.into_pairs(), [(-64, i64::MIN), (-64, i64::MAX), (-1, 3), (-1, 5)]);
    }

    #[test]
    fn bytes_of_something_else_are_noticed() {
        let place = |table| Place { table, major: 0, block: 1 };
        let mut blocks = Blocks::default();
        for numbers in [vec![1], vec![0, 2, 7], vec![0, -1], vec![0, i64::MAX, 1], vec![-1, 1, 1], vec![64, 1, 1]] {
            assert!(blocks.add_packed(place(Table::Baskets), &pack(numbers.clone())).is_none(), "{numbers:?}");
        }
        for length in [0, 63, 65] {
            assert!(blocks.add_packed(place(Table::Followers), &vec![0; length]).is_none(), "{length}");
        }
        assert!(Delta::unpacked(&[vec![], vec![], vec![], vec![0x80]]).is_none());
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
