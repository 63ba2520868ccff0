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
/// For how many batches a store asks which ids are there, after it has met one that was. A batch that was written in vain
/// costs as much as one that was not, so this bounds what repetitions cost to a few per cent.
const CAREFUL: u32 = 50;

/// What is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    /// Users, and whether they have a name.
    users: HashMap<i64, bool>,
    products: HashMap<i64, ProductBefore>,
    /// For how many batches more ids are asked for.
    careful: u32,
}

impl Known {
    /// Nothing, after ids were met that were there already or nodes missed that should have been.
    pub(super) fn careful() -> Self {
        Self { careful: CAREFUL, ..Self::default() }
    }

    /// Whether to ask which ids are there. Otherwise they are taken for new, and the constraint refuses those that are not.
    pub(super) fn asks(&self) -> bool {
        self.careful > 0
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
        self.careful = self.careful.saturating_sub(1);
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
    fn it_asks_for_a_while_after_a_repetition() {
        let mut known = Known::careful();
        for _ in 0..CAREFUL {
            assert!(known.asks());
            known.wrote(&[], &[]);
        }
        assert!(!known.asks());
    }
}
