//! The ends of ties, each looked up once however many ties it has: above all a node that the same transaction has made costs
//! the database much to look up. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use neo4rs::{BoltMap, BoltNull, BoltType, Query};

use super::row;
use crate::graph::change::ProductBefore;

/// Something between a user and what else it is tied to: their ids, and what else a row says.
pub(super) struct Tie {
    pub(super) user: i64,
    pub(super) other: i64,
    pub(super) rest: Vec<BoltType>,
}

/// For a statement that begins with `with_users` and `with_products`. Users in `new` may be there or not, the others are;
/// products are as they are `known`.
pub(super) fn to_products<'a>(
    query: Query,
    ties: Vec<Tie>,
    new: &HashSet<i64>,
    known: impl Fn(i64) -> Option<&'a ProductBefore>,
) -> Query {
    let users = Users::of(ties.iter().map(|tie| tie.user), new);
    let mut of: BTreeMap<i64, Vec<BoltType>> = BTreeMap::new();
    for Tie { user, other, rest } in ties {
        of.entry(other).or_default().push(list([users.place(user)].into_iter().chain(rest)));
    }
    let products = of.into_iter().map(|(id, rows)| row([id.into(), as_known(known(id)), list(rows)]));
    let products = list(products);
    users.tell(query, "products", products)
}

/// For a statement that begins with `with_users` and ties them to each other.
pub(super) fn among_users(query: Query, ties: Vec<Tie>, new: &HashSet<i64>) -> Query {
    let users = Users::of(ties.iter().flat_map(|tie| [tie.user, tie.other]), new);
    let places = |tie: &Tie| [users.place(tie.user), users.place(tie.other)];
    let rows = list(ties.into_iter().map(|tie| list(places(&tie).into_iter().chain(tie.rest))));
    users.tell(query, "rows", rows)
}

/// The users of some ties.
struct Users {
    new: Vec<i64>,
    known: Vec<i64>,
    /// Where each stands in the list that the statement makes.
    places: HashMap<i64, i64>,
}

impl Users {
    fn of(ids: impl Iterator<Item = i64>, new: &HashSet<i64>) -> Self {
        let mut ids: Vec<i64> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        let (new, known): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| new.contains(id));
        let places = new.iter().chain(&known).copied().zip(0..).collect();
        Self { new, known, places }
    }

    fn place(&self, id: i64) -> BoltType {
        self.places[&id].into()
    }

    /// All in one map: the database makes a plan for each size of a list that is a parameter by itself, to the power of ten,
    /// and three of them would be hundreds of plans.
    fn tell(self, query: Query, name: &str, ties: BoltType) -> Query {
        let mut map = BoltMap::with_capacity(3);
        map.put("new".into(), self.new.into());
        map.put("known".into(), self.known.into());
        map.put(name.into(), ties);
        query.param("ties", BoltType::Map(map))
    }
}

fn list(values: impl IntoIterator<Item = BoltType>) -> BoltType {
    values.into_iter().collect()
}

/// What the database compares a product with: its category, and whether it has a name and a price. Nothing where it is not
/// known, and so need not be compared.
pub(super) fn as_known(product: Option<&ProductBefore>) -> BoltType {
    let Some(ProductBefore { category: Some(category), name, price }) = product else {
        return BoltType::Null(BoltNull);
    };
    row([category.as_str().into(), name.is_some().into(), price.is_some().into()])
}

#[cfg(test)]
mod tests {
    use neo4rs::query;

    use super::*;

    fn tie(user: i64, other: i64, rest: &str) -> Tie {
        Tie { user, other, rest: vec![rest.into()] }
    }

    fn told(query: &Query, name: &str) -> BoltType {
        query.get_params().get::<BoltMap>("ties").unwrap().get::<BoltType>(name).unwrap()
    }

    fn numbers<const N: usize>(numbers: [i64; N]) -> BoltType {
        list(numbers.map(BoltType::from))
    }

    #[test]
    fn users_stand_in_one_list_and_products_once_with_their_rows_in_order() {
        let books = ProductBefore { category: Some("Books".into()), name: None, price: Some(1.5) };
        let ties = vec![tie(7, 80, "a"), tie(3, 40, "b"), tie(9, 80, "c"), tie(7, 40, "d")];
        let query = to_products(query(""), ties, &[9, 100].into(), |id| (id == 80).then_some(&books));
        assert_eq!((told(&query, "new"), told(&query, "known")), (numbers([9]), numbers([3, 7])));
        let (at, unknown) = (|place: i64, rest: &str| row([place.into(), rest.into()]), BoltType::Null(BoltNull));
        let known = row(["Books".into(), false.into(), true.into()]);
        let products = [
            row([40.into(), unknown, row([at(1, "b"), at(2, "d")])]),
            row([80.into(), known, row([at(2, "a"), at(0, "c")])]),
        ];
        assert_eq!(told(&query, "products"), row(products));
    }

    #[test]
    fn users_who_are_tied_to_each_other_stand_in_the_same_list() {
        let query = among_users(query(""), vec![tie(7, 3, "a"), tie(3, 9, "b")], &HashSet::from([3, 7, 9]));
        assert_eq!((told(&query, "new"), told(&query, "known")), (numbers([3, 7, 9]), numbers([])));
        let rows = [row([1.into(), 0.into(), "a".into()]), row([0.into(), 2.into(), "b".into()])];
        assert_eq!(told(&query, "rows"), row(rows));
    }

    #[test]
    fn a_product_without_a_category_is_not_known() {
        assert_eq!(as_known(Some(&ProductBefore::default())), BoltType::Null(BoltNull));
        assert_eq!(as_known(None), BoltType::Null(BoltNull));
    }
}
