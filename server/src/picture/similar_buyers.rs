//! The picture of question 4: communities of users who buy alike, and the closest pairs in them.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{
    answer::CommunitySummary,
    picture::{NodeKind, Picture, Shape},
};
use sink::{
    graph::{Error, Store},
    query::{Baskets, Likes, Pair, closest, describe, favourites, group},
};

use super::{
    compute,
    draft::{Draft, Look, count},
    layout::packed,
    user_names,
};

/// What a line and a size say.
const CAPTION: &str = "A line joins two people who bought the same things, each with their three closest. Larger nodes bought more products.";

/// To how many others a user is tied by their own choice; others may choose them too.
const TIES_EACH: usize = 3;

/// How many communities get a group of their own; a legend of more is no help.
const COMMUNITIES: usize = 12;

/// What the rest is called.
const OTHERS: &str = "Smaller communities";

/// A user who is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) id: i64,
    pub(super) community: u32,
    /// How many distinct products they bought.
    pub(super) products: i64,
}

/// What the picture is made of.
pub(super) struct Found {
    pub(super) members: Vec<Member>,
    /// Pairs by their places among the members.
    pub(super) pairs: Vec<Pair>,
    pub(super) likes: Vec<Likes>,
    /// How many buyers there are.
    pub(super) buyers: usize,
}

pub(super) async fn picture(store: &dyn Store, limit: usize) -> Result<Picture, Error> {
    let bought = store.bought().await?;
    let found = compute(move || find(&Baskets::new(bought), limit)).await?;
    let ids: Vec<i64> = found.members.iter().map(|member| member.id).collect();
    let names = user_names(store, &ids).await?;
    let shown = found.likes.iter().take(COMMUNITIES).cloned().collect();
    let summaries = describe(store, shown).await?;
    compute(move || compose(&found, &summaries, &names)).await
}

/// Computes communities, and chooses who is shown.
pub(super) fn find(baskets: &Baskets, limit: usize) -> Found {
    let numbers = group(baskets);
    let likes = favourites(baskets, &numbers);
    let shown = choose(baskets, &numbers, &likes, limit);
    let place: HashMap<u32, u32> = shown.iter().copied().zip(0..).collect();
    let pairs = closest(baskets, &shown, TIES_EACH)
        .into_iter()
        .map(|pair| Pair { user1: place[&pair.user1], user2: place[&pair.user2], ..pair })
        .collect();
    let members = shown
        .iter()
        .map(|&user| Member {
            id: baskets.users()[user as usize],
            community: numbers[user as usize],
            products: baskets.of(user as usize).len() as i64,
        })
        .collect();
    Found { members, pairs, likes, buyers: baskets.users().len() }
}

/// The places of those who bought most different products, from each community as many as it has of all users.
fn choose(baskets: &Baskets, numbers: &[u32], likes: &[Likes], limit: usize) -> Vec<u32> {
    let mut by_community: Vec<Vec<u32>> = vec![Vec::new(); likes.len()];
    for (user, &community) in numbers.iter().enumerate() {
        by_community[community as usize].push(user as u32);
    }
    let everyone = numbers.len();
    let mut shown: Vec<u32> = Vec::new();
    let (mut seen, mut taken) = (0, 0);
    for users in &mut by_community {
        // Up to here as many as the share of all communities so far: rounding never adds up.
        seen += users.len();
        let until = if everyone <= limit { seen } else { seen * limit / everyone };
        users.sort_by_key(|&user| (std::cmp::Reverse(baskets.of(user as usize).len()), user));
        shown.extend(&users[..until - taken]);
        taken = until;
    }
    shown
}

pub(super) fn compose(found: &Found, summaries: &[CommunitySummary], names: &HashMap<i64, String>) -> Picture {
    let titles = titles(summaries);
    let mut draft = Draft::default();
    for member in &found.members {
        let title = titles.get(member.community as usize).map_or(OTHERS, String::as_str);
        let group = draft.group(title);
        let detail = format!("{} bought", count(member.products, "product"));
        let name = names.get(&member.id).map(String::as_str);
        draft.node(NodeKind::User, member.id, Look { name, group, weight: member.products as f64, detail });
    }
    for pair in &found.pairs {
        draft.edge(pair.user1, pair.user2, f64::from(pair.shared));
    }
    let groups: Vec<u32> = draft.picture.nodes.iter().map(|node| node.group).collect();
    draft.finish((Shape::Discs, packed(&groups)), found.buyers, CAPTION)
}

/// What communities are called: by the category of most that they like, and where that is taken by the product.
fn titles(summaries: &[CommunitySummary]) -> Vec<String> {
    let mut taken = HashSet::new();
    summaries
        .iter()
        .map(|summary| {
            let mut categories: BTreeMap<&str, i64> = BTreeMap::new();
            for favourite in &summary.favourites {
                *categories.entry(&favourite.category).or_default() += favourite.buyers;
            }
            let category = categories
                .into_iter()
                .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))
                .map_or("Other", |(category, _)| category);
            let by_product = summary.favourites.iter().map(|favourite| {
                let name = favourite.name.clone().unwrap_or_else(|| format!("Product {}", favourite.product));
                format!("{category} buyers: {name}")
            });
            let title = std::iter::once(format!("{category} buyers"))
                .chain(by_product)
                .find(|title| !taken.contains(title))
                .unwrap_or_else(|| format!("{category} buyers, community {}", summary.community + 1));
            taken.insert(title.clone());
            title
        })
        .collect()
}
