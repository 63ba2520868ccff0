//! What a store knows to be in the graph, since it has seen or written it there: what it need not ask again. Pure.
//!
//! Nothing is decided by it alone. A user that somebody has deleted since, or a product that is not as it was, is not matched
//! by the statements that refer to it, which is noticed, and then the batch is written without it. And it is kept only from
//! one commit to the next write: whatever else comes of a write forgets all of it.

use std::collections::{HashMap, HashSet};

use crate::graph::{
    Before,
    change::{ProductBefore, ProductRow, UserRow},
};

/// Users that are kept: about 6 MB. Who has more pays for asking now and then.
const USERS: usize = 200_000;
/// Products that are kept: about 5 MB, with their names.
const PRODUCTS: usize = 30_000;
/// For how many batches a store goes without what it met to be otherwise. A batch that was written in vain costs as much as
/// one that was not, so this bounds what repetitions cost to a few per cent.
const CAREFUL: u32 = 50;

/// What was not as it was taken to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Surprise {
    /// Transactions or reviews are there that were taken for new.
    Ids,
    /// Users or products are not there, or not as they were.
    Nodes,
    /// Ratings and follows are there, and their events would have changed users or products if they were not.
    Ties(Ties),
}

/// Ratings and follows that were there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ties {
    /// Timestamps and stars, by user and product.
    pub(super) ratings: HashMap<(i64, i64), (i64, i64)>,
    /// Follower and followed.
    pub(super) follows: HashSet<(i64, i64)>,
}

impl Ties {
    /// Adds a rating; of two of a pair the newer one counts.
    pub(super) fn rating(&mut self, pair: (i64, i64), timestamp: i64, stars: i64) {
        let known = self.ratings.entry(pair).or_insert((timestamp, stars));
        *known = (*known).max((timestamp, stars));
    }

    /// Whether there are some that were not known before.
    pub(super) fn adds_to(&self, before: &Before) -> bool {
        self.ratings.keys().any(|pair| !before.ratings.contains_key(pair)) || !self.follows.is_subset(&before.follows)
    }

    /// Makes them known.
    pub(super) fn note(&self, before: &mut Before) {
        before.ratings.extend(self.ratings.iter().map(|(pair, (timestamp, _))| (*pair, *timestamp)));
        before.follows.extend(&self.follows);
    }
}

/// What is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    /// Users, and whether they have a name.
    users: HashMap<i64, bool>,
    products: HashMap<i64, ProductBefore>,
    ties: Ties,
    careful: Careful,
    /// It is another try: nothing is taken for granted.
    doubtful: bool,
}

/// For how many batches more something is not relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Careful {
    /// That ids are new.
    ids: u32,
    /// That nodes are as they were.
    nodes: u32,
}

impl Known {
    /// What a write may use. It is not known until it is kept again; how careful to be is.
    pub(super) fn take(&mut self) -> Self {
        let fresh = Self { careful: self.careful, ..Self::default() };
        let taken = std::mem::replace(self, fresh.clone());
        if taken.careful.nodes > 0 { fresh } else { taken }
    }

    /// What is left for another try, after a surprise.
    #[must_use]
    pub(super) fn after(self, surprise: Surprise) -> Self {
        let Self { mut ties, mut careful, .. } = self;
        match surprise {
            Surprise::Ids => careful.ids = CAREFUL + 1,
            Surprise::Nodes => careful.nodes = CAREFUL + 1,
            Surprise::Ties(met) => {
                ties.ratings.extend(met.ratings);
                ties.follows.extend(met.follows);
            }
        }
        Self { ties, careful, doubtful: true, ..Self::default() }
    }

    /// Keeps what a write has used that was committed.
    pub(super) fn keep(&mut self, used: Self) {
        // As careful as whoever was most surprised: another one may have written at the same time.
        let most = |of: fn(&Careful) -> u32| of(&used.careful).max(of(&self.careful)).saturating_sub(1);
        let careful = Careful { ids: most(|it| it.ids), nodes: most(|it| it.nodes) };
        *self = Self { users: used.users, products: used.products, careful, ..Self::default() };
    }

    /// Whether to ask which ids are there. Otherwise all are taken for new, which is noticed where it is wrong.
    pub(super) fn asks_for_ids(&self) -> bool {
        self.doubtful || self.careful.ids > 0
    }

    /// Whether nothing is taken for granted, so that it is no surprise what the database refuses.
    pub(super) fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// The ratings and follows that were met.
    pub(super) fn ties(&self) -> &Ties {
        &self.ties
    }

    /// Those of the users that are known.
    pub(super) fn users(&self, wanted: &[i64]) -> HashMap<i64, bool> {
        wanted.iter().filter_map(|id| Some((*id, *self.users.get(id)?))).collect()
    }

    /// Those of the products that are known.
    pub(super) fn products(&self, wanted: &[i64]) -> HashMap<i64, ProductBefore> {
        wanted.iter().filter_map(|id| Some((*id, self.products.get(id)?.clone()))).collect()
    }

    /// Notes products as the graph has them. One without a category can't be compared, and is asked for again.
    pub(super) fn saw(&mut self, products: impl IntoIterator<Item = (i64, ProductBefore)>) {
        if self.products.len() > PRODUCTS {
            self.products.clear();
        }
        self.products.extend(products.into_iter().filter(|(_, product)| product.category.is_some()));
    }

    /// Notes what a batch has written.
    pub(super) fn wrote(&mut self, users: &[UserRow], products: &[ProductRow]) {
        if self.users.len() > USERS {
            self.users.clear();
        }
        self.users.extend(users.iter().map(|row| (row.id, row.name.is_some())));
        self.saw(products.iter().map(|row| {
            let ProductRow { id, category, name, price } = row.clone();
            (id, ProductBefore { category: Some(category), name, price })
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(category: &str) -> ProductBefore {
        ProductBefore { category: Some(category.into()), ..ProductBefore::default() }
    }

    #[test]
    fn what_was_written_is_known_and_nothing_else() {
        let mut known = Known::default();
        known.wrote(
            &[UserRow { id: 1, name: None }, UserRow { id: 2, name: Some("Ada".into()) }],
            &[ProductRow { id: 7, category: "Books".into(), name: None, price: None }],
        );
        assert_eq!(known.users(&[1, 2, 3]), [(1, false), (2, true)].into());
        assert_eq!(known.products(&[7, 8]), [(7, product("Books"))].into());
        known.saw([(7, product("Home"))]);
        assert_eq!(known.products(&[7]), [(7, product("Home"))].into());
    }

    #[test]
    fn it_asks_for_ids_after_it_met_some_and_for_a_while() {
        let mut known = Known::default();
        let used = known.take();
        assert!(!used.asks_for_ids() && !used.is_doubtful());
        let again = used.after(Surprise::Ids);
        assert!(again.asks_for_ids() && again.is_doubtful());
        known.keep(again);
        for _ in 0..CAREFUL {
            let used = known.take();
            assert!(used.asks_for_ids() && !used.is_doubtful());
            // Another one that writes at the same time is as careful.
            assert!(known.take().asks_for_ids());
            known.keep(used);
        }
        assert!(!known.take().asks_for_ids());
    }

    #[test]
    fn after_nodes_were_not_as_known_none_is_known_for_a_while() {
        let mut known = Known::default();
        let mut used = known.take().after(Surprise::Nodes);
        for _ in 0..=CAREFUL {
            assert_eq!(used.products(&[7]), [].into());
            used.saw([(7, product("Books"))]);
            known.keep(used);
            used = known.take();
            assert!(!used.asks_for_ids());
        }
        assert_eq!(used.products(&[7]), [(7, product("Books"))].into());
    }

    #[test]
    fn ties_that_were_met_are_there_at_the_next_try_and_not_after_it() {
        let mut known = Known::default();
        let (mut met, mut before) = (Ties::default(), Before::default());
        met.follows.insert((1, 3));
        met.rating((1, 2), 9, 4);
        met.rating((1, 2), 7, 5);
        assert!(met.adds_to(&before));
        let again = known.take().after(Surprise::Ties(met.clone())).after(Surprise::Ids);
        again.ties().note(&mut before);
        assert_eq!((before.ratings.get(&(1, 2)), before.follows.contains(&(1, 3))), (Some(&9), true));
        assert!(!met.adds_to(&before));
        known.keep(again);
        assert_eq!(*known.take().ties(), Ties::default());
    }
}
