//! Question 4, for the whole graph: communities of users who buy alike, and what each likes.

use std::collections::{BTreeMap, HashMap};

use model::answer::{Communities, CommunitySummary, Favourite};

use super::{Baskets, compute, louvain};
use crate::graph::{Error, ProductFacts, Store};

/// How many products describe a community.
const FAVOURITES: usize = 5;

/// The category of a product that is gone by the time its category is asked for.
const UNKNOWN_CATEGORY: &str = "Uncategorized";

/// The community of every buyer, and what each community buys. The same purchases give the same answer.
///
/// # Errors
/// When the store cannot be read.
pub async fn communities(store: &dyn Store) -> Result<Communities, Error> {
    let bought = store.bought().await?;
    let (of_users, likes) = compute("finding communities", move || {
        let baskets = Baskets::new(bought);
        let numbers = group(&baskets);
        let likes = favourites(&baskets, &numbers);
        (baskets.users().iter().copied().zip(numbers).collect::<BTreeMap<_, _>>(), likes)
    })
    .await?;

    Ok(Communities { communities: of_users, summaries: describe(store, likes).await? })
}

/// The community of each user, by place: numbered from 0, the largest first (a tie: the one with the lowest user id).
///
/// Users and products are grouped together, by how much more a user buys of a community's products than chance says.
/// A purchase of what everybody buys tells little, so it weighs 1 ÷ ln(1 + buyers).
pub fn group(baskets: &Baskets) -> Vec<u32> {
    let weights: Vec<f64> = baskets.buyers().into_iter().map(|buyers| 1.0 / f64::from(buyers).ln_1p()).collect();
    let users = baskets.users().len();
    let edges: Vec<(u32, u32, f64)> = (0..users)
        .flat_map(|user| baskets.of(user).iter().map(move |&item| (user as u32, item)))
        .map(|(user, item)| (user, item, weights[item as usize]))
        .collect();
    let mut found = louvain::communities(users, weights.len(), &edges);
    found.truncate(users);
    by_size(&found)
}

/// Numbers communities by size, then by the place of their first member.
fn by_size(found: &[u32]) -> Vec<u32> {
    let mut sizes: HashMap<u32, (usize, usize)> = HashMap::new();
    for (place, &community) in found.iter().enumerate() {
        sizes.entry(community).or_insert((0, place)).0 += 1;
    }
    let mut order: Vec<(std::cmp::Reverse<usize>, usize, u32)> =
        sizes.into_iter().map(|(community, (size, first))| (std::cmp::Reverse(size), first, community)).collect();
    order.sort_unstable();
    let numbers: HashMap<u32, u32> = order.into_iter().zip(0..).map(|((_, _, old), new)| (old, new)).collect();
    found.iter().map(|community| numbers[community]).collect()
}

/// What a community likes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likes {
    /// How many users it has.
    pub members: i64,
    /// The products that most members bought, up to five: (product, members who bought it), by buyers, then id.
    pub products: Vec<(i64, i64)>,
}

/// What each community likes, by number; `numbers` is what [`group`] found.
pub fn favourites(baskets: &Baskets, numbers: &[u32]) -> Vec<Likes> {
    let count = numbers.iter().max().map_or(0, |&highest| highest as usize + 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (user, &community) in numbers.iter().enumerate() {
        members[community as usize].push(user);
    }
    let mut buyers = vec![0_i64; baskets.products().len()];
    members
        .into_iter()
        .map(|users| {
            let mut touched: Vec<u32> = Vec::new();
            for &item in users.iter().flat_map(|&user| baskets.of(user)) {
                if buyers[item as usize] == 0 {
                    touched.push(item);
                }
                buyers[item as usize] += 1;
            }
            let mut products: Vec<(i64, i64)> = touched
                .into_iter()
                .map(|item| (baskets.products()[item as usize], std::mem::take(&mut buyers[item as usize])))
                .collect();
            products.sort_unstable_by_key(|&(product, buyers)| (-buyers, product));
            products.truncate(FAVOURITES);
            Likes { members: users.len() as i64, products }
        })
        .collect()
}

/// Asks for the names and categories of what communities like.
///
/// # Errors
/// When the store cannot be read.
pub async fn describe(store: &dyn Store, likes: Vec<Likes>) -> Result<Vec<CommunitySummary>, Error> {
    let mut ids: Vec<i64> = likes.iter().flat_map(|likes| likes.products.iter().map(|&(product, _)| product)).collect();
    ids.sort_unstable();
    ids.dedup();
    let facts = if ids.is_empty() { Vec::new() } else { store.product_facts(&ids).await? };
    Ok(summaries(likes, facts))
}

/// Puts names and categories to what communities like.
fn summaries(likes: Vec<Likes>, facts: Vec<ProductFacts>) -> Vec<CommunitySummary> {
    let facts: HashMap<i64, ProductFacts> = facts.into_iter().map(|fact| (fact.product, fact)).collect();
    (0..)
        .zip(likes)
        .map(|(community, Likes { members, products })| CommunitySummary {
            community,
            members,
            favourites: products
                .into_iter()
                .map(|(product, buyers)| {
                    let fact = facts.get(&product);
                    Favourite {
                        product,
                        name: fact.and_then(|fact| fact.name.clone()),
                        category: fact.map_or_else(|| UNKNOWN_CATEGORY.into(), |fact| fact.category.clone()),
                        buyers,
                    }
                })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
