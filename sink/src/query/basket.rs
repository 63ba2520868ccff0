//! Who bought what, as compressed rows: the data that both halves of question 4 compute on.

/// The distinct products of every buyer.
///
/// Users and products are known by their place, from 0, in ascending order of their ids; so a lower place is a lower id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baskets {
    users: Vec<i64>,
    products: Vec<i64>,
    /// Where each user's products begin in `items`; one more than there are users.
    starts: Vec<usize>,
    /// Places of products, ascending for each user.
    items: Vec<u32>,
}

impl Baskets {
    /// Sorts `(user, product)` pairs into baskets; order and repetition do not matter.
    pub fn new(mut pairs: Vec<(i64, i64)>) -> Self {
        if !pairs.is_sorted() {
            pairs.sort_unstable();
        }
        pairs.dedup();
        let mut products: Vec<i64> = pairs.iter().map(|&(_, product)| product).collect();
        products.sort_unstable();
        products.dedup();

        let (mut users, mut starts, mut items) = (Vec::new(), Vec::new(), Vec::with_capacity(pairs.len()));
        for (user, product) in pairs {
            if users.last() != Some(&user) {
                users.push(user);
                starts.push(items.len());
            }
            items.push(products.partition_point(|&other| other < product) as u32);
        }
        starts.push(items.len());
        Self { users, products, starts, items }
    }

    /// The buyers' ids, ascending.
    pub fn users(&self) -> &[i64] {
        &self.users
    }

    /// The products' ids, ascending.
    pub fn products(&self) -> &[i64] {
        &self.products
    }

    /// The places of what the user at a place bought, ascending.
    pub fn of(&self, user: usize) -> &[u32] {
        &self.items[self.starts[user]..self.starts[user + 1]]
    }

    /// How many distinct (user, product) pairs there are.
    pub fn pairs(&self) -> usize {
        self.items.len()
    }

    /// How many users bought each product, by place.
    pub fn buyers(&self) -> Vec<u32> {
        let mut buyers = vec![0; self.products.len()];
        for &item in &self.items {
            buyers[item as usize] += 1;
        }
        buyers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn baskets_hold_distinct_products_whatever_the_order() {
        let baskets = Baskets::new(vec![(7, 30), (2, 30), (7, 10), (7, 30), (2, 20)]);
        assert_eq!((baskets.users(), baskets.products()), (&[2, 7][..], &[10, 20, 30][..]));
        assert_eq!((baskets.of(0), baskets.of(1)), (&[1, 2][..], &[0, 2][..]));
        assert_eq!((baskets.buyers(), baskets.pairs()), (vec![1, 1, 2], 4));
    }

    #[test]
    fn no_purchases_are_no_baskets() {
        let baskets = Baskets::new(Vec::new());
        assert_eq!((baskets.users().len(), baskets.pairs()), (0, 0));
    }
}
