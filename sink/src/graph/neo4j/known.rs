//! What a store knows to be in the graph, since it has seen or written it there: what it need not ask again. Pure.
//!
//! Nothing is decided by it alone. A user that somebody has deleted since is not matched by the statements that refer to
//! it, which is noticed, and then the batch is written without it. A product's state is compared with the graph, in the
//! transaction, before it counts. And it is kept only from one commit to the next write: whatever else comes of a write
//! forgets all of it.

use std::collections::HashMap;

use neo4rs::{BoltNull, BoltType};

use super::row;
use crate::graph::change::{ProductBefore, ProductRow, UserRow};

/// Users that are kept: about 6 MB. Who has more pays for asking now and then.
const USERS: usize = 200_000;
/// Products that are kept: about 5 MB, with their names.
const PRODUCTS: usize = 30_000;
/// For how many batches a store asks what of a kind is there, after it has met one that was. A batch that was written in
/// vain costs as much as one that was not, so this bounds what repetitions cost to a few per cent.
const CAREFUL: u32 = 50;

/// What is taken for new, and may turn out to be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presumed {
    /// Transactions and reviews, by their ids.
    Ids,
    /// Ratings, by user and product.
    Ratings,
    /// Follows, by their two users.
    Follows,
}

/// What is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    /// Users, and whether they have a name.
    users: HashMap<i64, bool>,
    products: HashMap<i64, ProductBefore>,
    /// For how many batches more it is asked what of each is there.
    careful: [u32; 3],
    /// Nothing is taken for granted this time.
    doubtful: bool,
    /// What was met.
    met: Option<Presumed>,
}

impl Known {
    /// What a write may use. It is not known until it is kept again; how careful to be is.
    pub(super) fn take(&mut self) -> Self {
        let careful = self.careful;
        Self { careful, ..std::mem::replace(self, Self { careful, ..Self::default() }) }
    }

    /// What is left for another try, after something was met that was taken for new, or nodes missed that should have been
    /// there.
    pub(super) fn after(met: Option<Presumed>) -> Self {
        Self { doubtful: true, met, ..Self::default() }
    }

    /// Keeps what a write has used that was committed.
    pub(super) fn keep(&mut self, used: Self) {
        for careful in &mut self.careful {
            *careful = careful.saturating_sub(1);
        }
        if let Some(met) = used.met {
            self.careful[met as usize] = CAREFUL;
        }
        (self.users, self.products) = (used.users, used.products);
    }

    /// Whether to ask what is there. Otherwise all of it is taken for new, which is noticed where it is wrong.
    pub(super) fn asks(&self, presumed: Presumed) -> bool {
        self.doubtful || self.careful[presumed as usize] > 0
    }

    /// Those of the users that are known.
    pub(super) fn users(&self, wanted: &[i64]) -> HashMap<i64, bool> {
        wanted.iter().filter_map(|id| Some((*id, *self.users.get(id)?))).collect()
    }

    /// Those of the products that are known.
    pub(super) fn products(&self, wanted: &[i64]) -> HashMap<i64, ProductBefore> {
        wanted.iter().filter_map(|id| Some((*id, self.products.get(id)?.clone()))).collect()
    }

    /// A product as the graph is to compare it: its id, category, and whether it has a name and a price.
    pub(super) fn key(&self, product: i64) -> BoltType {
        let known = self.products.get(&product);
        let category = known.and_then(|known| known.category.as_deref());
        let category = category.map_or(BoltType::Null(BoltNull), BoltType::from);
        let has = |has: fn(&ProductBefore) -> bool| known.is_some_and(has).into();
        row([product.into(), category, has(|it| it.name.is_some()), has(|it| it.price.is_some())])
    }

    /// Notes products as the graph has them.
    pub(super) fn saw(&mut self, products: impl IntoIterator<Item = (i64, ProductBefore)>) {
        if self.products.len() > PRODUCTS {
            self.products.clear();
        }
        self.products.extend(products);
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
    fn it_asks_for_all_once_and_for_a_while_for_what_it_met() {
        const ALL: [Presumed; 3] = [Presumed::Ids, Presumed::Ratings, Presumed::Follows];
        let mut known = Known::default();
        let used = known.take();
        assert!(!ALL.iter().any(|it| used.asks(*it)));
        let again = Known::after(Some(Presumed::Follows));
        assert!(ALL.iter().all(|it| again.asks(*it)));
        known.keep(again);
        for _ in 0..CAREFUL {
            let used = known.take();
            assert_eq!(ALL.map(|it| used.asks(it)), [false, false, true]);
            // Another one that writes at the same time is as careful.
            assert!(known.take().asks(Presumed::Follows));
            known.keep(used);
        }
        assert!(!known.take().asks(Presumed::Follows));
        known.keep(Known::after(None));
        assert!(!known.take().asks(Presumed::Ids), "nodes that were missed say nothing of ids");
    }
}
