//! Communities that were planted are found again.

use rand::{Rng, SeedableRng, rngs::SmallRng, seq::SliceRandom};

use super::*;

const PLANTED: i64 = 5;

/// Purchases of which nine in ten go to the products of the user's own community (id modulo five).
fn planted(seed: u64, users: i64, products: i64, purchases: usize) -> Vec<(i64, i64)> {
    let mut rng = SmallRng::seed_from_u64(seed);
    let tastes: Vec<Vec<i64>> =
        (0..PLANTED).map(|taste| (1..=products).filter(|product| product % PLANTED == taste).collect()).collect();
    (0..purchases)
        .map(|_| {
            let user = rng.random_range(1..=users);
            let taste = &tastes[(user % PLANTED) as usize];
            let own = rng.random_bool(0.9);
            (user, if own { taste[rng.random_range(0..taste.len())] } else { rng.random_range(1..=products) })
        })
        .collect()
}

/// The share of users whose community is, for most of its members, the planted one, when no two are merged.
fn agreement(baskets: &Baskets, numbers: &[u32]) -> f64 {
    let mut counts: HashMap<(u32, i64), usize> = HashMap::new();
    for (&user, &community) in baskets.users().iter().zip(numbers) {
        *counts.entry((community, user % PLANTED)).or_default() += 1;
    }
    // Each planted community is matched with one found community only, so splitting one costs its smaller part.
    let mut cells: Vec<_> = counts.into_iter().map(|((found, planted), count)| (count, found, planted)).collect();
    cells.sort_unstable_by(|a, b| b.cmp(a));
    let (mut found_used, mut planted_used, mut agreeing) = (Vec::new(), Vec::new(), 0);
    for (count, found, planted) in cells {
        if !found_used.contains(&found) && !planted_used.contains(&planted) {
            found_used.push(found);
            planted_used.push(planted);
            agreeing += count;
        }
    }
    agreeing as f64 / numbers.len() as f64
}

#[test]
fn planted_communities_are_found_again() {
    for (users, products, purchases) in
        [(200, 60, 6_000), (400, 100, 20_000), (400, 100, 4_000), (1_000, 100, 50_000), (5_000, 500, 50_000)]
    {
        for seed in 1..=5 {
            let baskets = Baskets::new(planted(seed, users, products, purchases));
            let share = agreement(&baskets, &group(&baskets));
            assert!(share >= 0.95, "{users} users, {products} products, {purchases} purchases, seed {seed}: {share}");
        }
    }
}

#[test]
fn the_order_of_purchases_changes_nothing() {
    let mut pairs = planted(7, 300, 60, 3_000);
    let expected = group(&Baskets::new(pairs.clone()));
    for seed in 0..3 {
        pairs.shuffle(&mut SmallRng::seed_from_u64(seed));
        assert_eq!(group(&Baskets::new(pairs.clone())), expected);
    }
}

#[test]
fn communities_are_numbered_by_size_then_lowest_user() {
    assert_eq!(by_size(&[9, 4, 4, 7, 9, 4, 7]), [1, 0, 0, 2, 1, 0, 2]);
}

#[test]
fn favourites_are_what_most_members_bought() {
    let baskets = Baskets::new(vec![(1, 5), (2, 5), (1, 4), (3, 9), (2, 3)]);
    let likes = favourites(&baskets, &[0, 0, 1]);
    assert_eq!((likes[0].members, likes[0].products.clone()), (2, vec![(5, 2), (3, 1), (4, 1)]));
    assert_eq!((likes[1].members, likes[1].products.clone()), (1, vec![(9, 1)]));

    let known = ProductFacts { product: 5, name: Some("Field Lamp".into()), category: "Home".into() };
    let summaries = summaries(likes, vec![known]);
    assert_eq!(summaries[0].favourites[0].name.as_deref(), Some("Field Lamp"));
    assert_eq!(summaries[1].favourites[0].category, UNKNOWN_CATEGORY);
}

#[test]
fn nobody_has_no_communities() {
    assert!(group(&Baskets::new(Vec::new())).is_empty());
}
