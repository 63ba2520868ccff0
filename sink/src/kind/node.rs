//! Users and products as they will be: who is new, who gets a name, what gets another category.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::event::Extras;

use crate::graph::change::{ProductBefore, ProductRow, UNCATEGORIZED, UserRow};

/// The users and products that a batch touches.
pub(super) struct Nodes {
    /// Whether they have a name.
    users: HashMap<i64, bool>,
    products: HashMap<i64, ProductBefore>,
    /// Those that have to be written, with a name to be set, sorted, so that every writer locks in the same order.
    changed_users: BTreeMap<i64, Option<String>>,
    changed_products: BTreeSet<i64>,
}

impl Nodes {
    pub(super) fn new(users: HashMap<i64, bool>, products: HashMap<i64, ProductBefore>) -> Self {
        Self { users, products, changed_users: BTreeMap::new(), changed_products: BTreeSet::new() }
    }

    /// Notes that an event speaks of a user, and by which name.
    pub(super) fn user(&mut self, id: i64, name: Option<&String>) {
        let is_named = self.users.entry(id).or_insert_with(|| {
            self.changed_users.insert(id, None);
            false
        });
        if let (false, Some(name)) = (*is_named, name) {
            *is_named = true;
            self.changed_users.insert(id, Some(name.clone()));
        }
    }

    /// Notes that an event speaks of a product; a stated category replaces any, a name or price only a missing one.
    pub(super) fn product(&mut self, id: i64, category: Option<&String>, extras: &Extras) {
        let known = self.products.entry(id).or_default();
        let mut changed = false;
        if let Some(category) = category.filter(|&stated| known.category.as_ref() != Some(stated)) {
            known.category = Some(category.clone());
            changed = true;
        }
        if known.category.is_none() {
            known.category = Some(UNCATEGORIZED.to_owned());
            changed = true;
        }
        if known.name.is_none() && extras.product_name.is_some() {
            known.name.clone_from(&extras.product_name);
            changed = true;
        }
        if known.price.is_none() && extras.price.is_some() {
            known.price = extras.price;
            changed = true;
        }
        if changed {
            self.changed_products.insert(id);
        }
    }

    pub(super) fn finish(mut self) -> (Vec<UserRow>, Vec<ProductRow>) {
        let users = self.changed_users.into_iter().map(|(id, name)| UserRow { id, name }).collect();
        let products = self
            .changed_products
            .into_iter()
            .filter_map(|id| {
                let ProductBefore { category, name, price } = self.products.remove(&id)?;
                Some(ProductRow { id, category: category.unwrap_or_else(|| UNCATEGORIZED.to_owned()), name, price })
            })
            .collect();
        (users, products)
    }
}
