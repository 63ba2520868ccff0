//! The picture of question 1: what sells most in each category, and who buys most of it.

use std::collections::{BTreeMap, HashMap};

use model::{
    answer::{ProductSales, TopProducts},
    picture::{NodeKind, Picture, Scope, Shape},
};
use sink::{
    graph::{Error, Store},
    query::{top_products, window},
};

use super::{
    compute,
    draft::{Draft, Look, count},
    half,
    layout::bipartite,
    user_names,
};

/// What a line and a size say.
fn caption(days: u32) -> String {
    let window = if days == 1 { "day".to_owned() } else { format!("{days} days") };
    format!(
        "A line joins a buyer with a product bought in the last {window}, for each buyer the three strongest. Larger nodes \
         have more purchases."
    )
}

/// How many (user, product) rows are read at most to find the most active buyers. Beyond it `total_nodes` is at least.
const ROWS: u32 = 20_000;

/// How many ties of a buyer are drawn, the strongest ones: all of them would be one grey surface.
const TIES_EACH: usize = 3;

/// Purchases of a product by a user: (user, product, purchases).
type Row = (i64, i64, i64);

/// What the picture is made of.
pub(super) struct Found {
    /// What was asked for, by category.
    pub(super) sold: TopProducts,
    /// How many products each category shows.
    pub(super) per_category: usize,
    /// How many days it looks back.
    pub(super) days: u32,
    /// Who bought what of the products shown.
    pub(super) rows: Vec<Row>,
    pub(super) names: HashMap<i64, String>,
}

pub(super) async fn picture(store: &dyn Store, scope: Scope, as_of: i64) -> Result<Picture, Error> {
    let Scope { rows, days, .. } = scope;
    let limit = scope.nodes as usize;
    let sold = top_products(store, as_of, days, rows).await?;
    let per_category = (half(limit) / sold.len().max(1)).max(1);
    let products: Vec<i64> = shown(&sold, per_category, limit).map(|(_, row)| row.product).collect();
    let (after, until) = window(as_of, days);
    let rows = if products.is_empty() { Vec::new() } else { store.buyers(&products, after, until, ROWS).await? };
    let buyers: Vec<i64> = most_active(&rows).into_iter().take(limit - products.len()).map(|(user, _)| user).collect();
    let names = user_names(store, &buyers).await?;
    compute(move || compose(&Found { sold, per_category, days, rows, names }, limit)).await
}

/// The products shown, with their category.
fn shown(sold: &TopProducts, per_category: usize, limit: usize) -> impl Iterator<Item = (&String, &ProductSales)> {
    sold.iter()
        .flat_map(move |(category, rows)| rows.iter().take(per_category).map(move |row| (category, row)))
        .take(limit)
}

/// Users by purchases, then id.
fn most_active(rows: &[Row]) -> Vec<(i64, i64)> {
    let mut purchases: BTreeMap<i64, i64> = BTreeMap::new();
    for &(user, _, count) in rows {
        *purchases.entry(user).or_default() += count;
    }
    let mut users: Vec<(i64, i64)> = purchases.into_iter().collect();
    users.sort_by_key(|&(user, purchases)| (-purchases, user));
    users
}

pub(super) fn compose(found: &Found, limit: usize) -> Picture {
    let mut draft = Draft::default();
    for (category, row) in shown(&found.sold, found.per_category, limit) {
        let group = draft.group(category);
        let detail = format!("{}, {}", count(row.purchases, "purchase"), count(row.units, "unit"));
        let look = Look { name: row.name.as_deref(), group, weight: row.purchases as f64, detail };
        draft.node(NodeKind::Product, row.product, look);
    }
    let products = draft.len();
    let of_shown = |row: &&Row| draft.find(NodeKind::Product, row.1).is_some();
    let rows: Vec<Row> = found.rows.iter().filter(of_shown).copied().collect();
    // A user belongs to the category of which they buy most.
    let mut favourite: HashMap<i64, BTreeMap<u32, i64>> = HashMap::new();
    for &(user, product, purchases) in &rows {
        if let Some(number) = draft.find(NodeKind::Product, product) {
            let group = draft.picture.nodes[number as usize].group;
            *favourite.entry(user).or_default().entry(group).or_default() += purchases;
        }
    }
    let users = most_active(&rows);
    let total = found.sold.values().map(Vec::len).sum::<usize>() + users.len();
    for (user, purchases) in users.into_iter().take(limit - products) {
        let group = favourite
            .get(&user)
            .and_then(|groups| groups.iter().max_by_key(|&(&group, &count)| (count, std::cmp::Reverse(group))))
            .map_or(0, |(&group, _)| group);
        let detail = format!("{} of these products", count(purchases, "purchase"));
        let name = found.names.get(&user).map(String::as_str);
        draft.node(NodeKind::User, user, Look { name, group, weight: purchases as f64, detail });
    }
    let mut ties = Vec::new();
    let mut drawn = vec![0; draft.len()];
    let mut strongest = rows;
    strongest.sort_by_key(|&(user, product, purchases)| (-purchases, user, product));
    for (user, product, purchases) in strongest {
        let ends = (draft.find(NodeKind::User, user), draft.find(NodeKind::Product, product));
        if let (Some(user), Some(product)) = ends
            && drawn[user as usize] < TIES_EACH
        {
            drawn[user as usize] += 1;
            draft.edge(user, product, purchases as f64);
            ties.push((product as usize, user as usize - products, purchases as f64));
        }
    }
    let positions = bipartite(products, draft.len() - products, &ties);
    draft.finish((Shape::Columns, positions), total, &caption(found.days))
}
