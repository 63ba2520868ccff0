//! Whatever the graph, a picture can be drawn, and the same graph is the same picture.

use model::{
    answer::{CommunitySummary, Favourite, Influencer, ProductSales, RatedProduct, Rater, TopProducts},
    picture::NodeKind,
};
use proptest::prelude::*;
use sink::query::Baskets;

use super::*;

/// Checks what every picture promises.
fn check(picture: &Picture, limit: usize) -> Result<(), TestCaseError> {
    let count = picture.nodes.len();
    prop_assert!(count <= limit);
    prop_assert_eq!(picture.positions.len(), count);
    prop_assert!(picture.total_nodes >= count as i64);
    for &(x, y) in &picture.positions {
        prop_assert!((-1.0..=1.0).contains(&x) && (-1.0..=1.0).contains(&y), "({x}, {y})");
    }
    for &(from, to, weight) in &picture.edges {
        prop_assert!((from as usize) < count && (to as usize) < count && from != to);
        prop_assert!((0.0..=1.0).contains(&weight));
    }
    let mut ids = std::collections::HashSet::new();
    for node in &picture.nodes {
        prop_assert!(ids.insert((node.kind, node.id)));
        prop_assert!((node.group as usize) < picture.groups.len());
        prop_assert!((0.0..=1.0).contains(&node.weight));
        prop_assert!(!node.label.is_empty() && !node.detail.is_empty());
    }
    let names: std::collections::HashSet<&String> = picture.groups.iter().collect();
    prop_assert_eq!(names.len(), picture.groups.len());
    Ok(())
}

fn sold(products: i64) -> TopProducts {
    let mut sold = TopProducts::new();
    for product in 1..=products {
        let row = ProductSales { product, name: None, purchases: 100 - product, units: 200 };
        sold.entry(format!("Category {}", product % 4)).or_default().push(row);
    }
    sold
}

fn rated(ratings: &[(i64, i64, i64)], products: i64) -> Vec<RatedProduct> {
    (1..=products)
        .map(|product| {
            let users: Vec<Rater> = ratings
                .iter()
                .filter(|row| row.1 == product)
                .map(|&(user, _, rating)| Rater { user, name: None, rating })
                .collect();
            RatedProduct { product, name: None, ratings: users.len() as i64, average: 4.5, distribution: [0; 5], users }
        })
        .collect()
}

fn followed(follows: &[(i64, i64)], count: usize) -> Vec<Influencer> {
    let mut counts = HashMap::new();
    for &(_, followed) in follows {
        *counts.entry(followed).or_insert(0) += 1;
    }
    let mut top: Vec<Influencer> = counts
        .into_iter()
        .map(|(user, followers)| Influencer { user, name: Some("Ada Okafor".into()), followers })
        .collect();
    top.sort_by_key(|row| (-row.followers, row.user));
    top.truncate(count);
    top
}

fn influencers_of(mut follows: Vec<(i64, i64)>, limit: usize) -> Picture {
    follows.retain(|&(follower, followed)| follower != followed);
    follows.sort_unstable();
    follows.dedup();
    let top = followed(&follows, half(limit).min(10));
    let ids: Vec<i64> = top.iter().map(|row| row.user).collect();
    let of_top: Vec<(i64, i64)> = follows.iter().filter(|row| ids.contains(&row.1)).copied().collect();
    let crowd = influencers::choose(&ids, &of_top, limit);
    let shown = |user: &i64| ids.contains(user) || crowd.contains(user);
    let among = follows.iter().filter(|row| shown(&row.0) && shown(&row.1)).copied().collect();
    influencers::compose(&influencers::Found { top, left_out: 0, follows: of_top, among, crowd, names: HashMap::new() })
}

proptest! {
    #[test]
    fn top_products_can_be_drawn(
        rows in prop::collection::hash_map((1_i64..80, 1_i64..30), 1_i64..9, 0..200),
        products in 0_i64..30,
        per_category in 1_usize..8,
        limit in 1_usize..120,
    ) {
        let mut rows: Vec<_> = rows.into_iter().map(|((user, product), count)| (user, product, count)).collect();
        rows.sort_unstable();
        let found = top_products::Found { sold: sold(products), per_category, days: 30, rows, names: HashMap::new() };
        check(&top_products::compose(&found, limit), limit)?;
    }

    #[test]
    fn best_rated_can_be_drawn(
        ratings in prop::collection::hash_map((1_i64..80, 1_i64..12), 1_i64..=5, 0..200),
        products in 0_i64..12,
        limit in 1_usize..120,
    ) {
        let mut ratings: Vec<_> = ratings.into_iter().map(|((user, product), stars)| (user, product, stars)).collect();
        ratings.sort_unstable();
        check(&best_rated::compose(&rated(&ratings, products), limit), limit)?;
    }

    #[test]
    fn influencers_can_be_drawn(
        follows in prop::collection::vec((1_i64..60, 1_i64..60), 0..200),
        limit in 1_usize..120,
    ) {
        let picture = influencers_of(follows.clone(), limit);
        check(&picture, limit)?;
        prop_assert_eq!(picture, influencers_of(follows.into_iter().rev().collect(), limit));
    }

    #[test]
    fn similar_buyers_can_be_drawn(
        bought in prop::collection::vec((1_i64..80, 1_i64..30), 0..300),
        limit in 1_usize..120,
    ) {
        let picture = |bought| {
            let found = similar_buyers::find(&Baskets::new(bought), limit);
            similar_buyers::compose(&found, &summaries(&found), &HashMap::new())
        };
        let forwards = picture(bought.clone());
        check(&forwards, limit)?;
        prop_assert_eq!(forwards, picture(bought.into_iter().rev().collect()));
    }
}

fn summaries(found: &similar_buyers::Found) -> Vec<CommunitySummary> {
    let favourite =
        |&(product, buyers): &(i64, i64)| Favourite { product, name: None, category: "Books".into(), buyers };
    (0..)
        .zip(found.likes.iter().take(12))
        .map(|(community, likes)| CommunitySummary {
            community,
            members: likes.members,
            favourites: likes.products.iter().map(favourite).collect(),
        })
        .collect()
}

#[test]
fn a_community_is_called_by_what_it_buys() {
    let mut bought: Vec<(i64, i64)> = (1..=6).flat_map(|user| [(user, 1), (user, 2), (user, 3)]).collect();
    bought.extend((7..=10).flat_map(|user| [(user, 4), (user, 5)]));
    let found = similar_buyers::find(&Baskets::new(bought), 8);
    let picture = similar_buyers::compose(&found, &summaries(&found), &HashMap::from([(1, "Ada Okafor".to_owned())]));
    assert_eq!(picture.groups, ["Books buyers", "Books buyers: Product 4"]);
    assert_eq!((picture.nodes.len(), picture.total_nodes), (8, 10));
    assert_eq!(picture.nodes[0].label, "Ada Okafor");
    assert!(
        picture.edges.iter().all(|edge| picture.nodes[edge.0 as usize].group == picture.nodes[edge.1 as usize].group)
    );
}

#[test]
fn followers_gather_round_whom_they_follow() {
    let mut follows: Vec<(i64, i64)> = (10..30).map(|user| (user, 1)).collect();
    follows.extend((30..45).map(|user| (user, 2)));
    let picture = influencers_of(follows, 100);
    assert_eq!(picture.groups, ["Followers of Ada Okafor (1)", "Followers of Ada Okafor (2)"]);
    for node in &picture.nodes {
        assert_eq!(node.group, u32::from(node.id == 2 || node.id >= 30), "{}", node.label);
    }
    assert_eq!(picture.edges.len(), 35);
    assert_eq!(picture.nodes[0].detail, "20 followers");
}

#[test]
fn buyers_belong_to_the_category_they_buy_most_of() {
    let rows = vec![(7, 1, 3), (7, 2, 1), (8, 2, 5)];
    let found = top_products::Found { sold: sold(2), per_category: 5, days: 30, rows, names: HashMap::new() };
    let picture = top_products::compose(&found, 10);
    let of = |kind, id| picture.nodes.iter().find(|node| node.kind == kind && node.id == id).unwrap().group;
    assert_eq!(of(NodeKind::User, 7), of(NodeKind::Product, 1));
    assert_eq!(of(NodeKind::User, 8), of(NodeKind::Product, 2));
    assert_eq!(picture.total_nodes, 4);
}

#[test]
fn an_empty_graph_is_an_empty_picture() {
    assert_eq!(best_rated::compose(&[], 300), Picture::default());
    assert_eq!(influencers_of(Vec::new(), 300), Picture::default());
}
