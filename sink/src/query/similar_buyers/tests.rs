//! The search for similar buyers against one that counts everything.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::SmallRng};

use super::*;

/// Every pair that shares more than one product, counted with sets.
fn naive(baskets: &Baskets) -> Vec<Pair> {
    let sets: Vec<BTreeSet<u32>> =
        (0..baskets.users().len()).map(|user| baskets.of(user).iter().copied().collect()).collect();
    let mut pairs = Vec::new();
    for (b, theirs) in sets.iter().enumerate() {
        for (a, mine) in sets[..b].iter().enumerate() {
            let shared = mine.intersection(theirs).count() as u32;
            if shared > 1 {
                let jaccard = f64::from(shared) / mine.union(theirs).count() as f64;
                pairs.push(Pair { shared, jaccard, user1: a as u32, user2: b as u32 });
            }
        }
    }
    pairs.sort_by(|a, b| {
        (b.shared.cmp(&a.shared))
            .then(b.jaccard.total_cmp(&a.jaccard))
            .then((a.user1, a.user2).cmp(&(b.user1, b.user2)))
    });
    pairs
}

proptest! {
    #[test]
    fn the_search_finds_what_counting_everything_finds(
        pairs in prop::collection::vec((1_i64..25, 1_i64..12), 0..220),
        limit in 0_usize..40,
    ) {
        let baskets = Baskets::new(pairs);
        let mut expected = naive(&baskets);
        expected.truncate(limit);
        prop_assert_eq!(most_similar(&baskets, limit), expected);
    }

    #[test]
    fn few_products_and_many_ties_change_nothing(
        pairs in prop::collection::vec((1_i64..60, 1_i64..5), 0..300),
        limit in 1_usize..8,
    ) {
        let baskets = Baskets::new(pairs);
        let mut expected = naive(&baskets);
        expected.truncate(limit);
        prop_assert_eq!(most_similar(&baskets, limit), expected);
    }

    /// A basket's last products have long lists, so that they are counted and not looked up.
    #[test]
    fn popular_products_change_nothing(
        pairs in prop::collection::vec((1_i64..60, 0_i64..30), 0..500),
        limit in 1_usize..12,
    ) {
        let baskets = Baskets::new(pairs.into_iter().map(|(user, at)| (user, at * at * at / 900)).collect());
        let mut expected = naive(&baskets);
        expected.truncate(limit);
        prop_assert_eq!(most_similar(&baskets, limit), expected);
    }

    #[test]
    fn each_users_closest_are_a_part_of_all_pairs(
        pairs in prop::collection::vec((1_i64..20, 1_i64..12), 0..160),
        each in 1_usize..5,
    ) {
        let baskets = Baskets::new(pairs);
        let everyone: Vec<u32> = (0..baskets.users().len() as u32).collect();
        let all = naive(&baskets);
        let mut expected: Vec<Pair> = everyone
            .iter()
            .flat_map(|&user| all.iter().filter(move |pair| pair.user1 == user || pair.user2 == user).take(each))
            .copied()
            .collect();
        expected.sort();
        expected.dedup();
        prop_assert_eq!(closest(&baskets, &everyone, each), expected);
    }
}

#[test]
fn two_users_who_share_one_product_are_no_pair() {
    assert!(most_similar(&Baskets::new(vec![(1, 1), (2, 1), (1, 2), (2, 3)]), 10).is_empty());
}

#[test]
fn products_that_only_one_user_bought_count_in_the_union() {
    let baskets = Baskets::new(vec![(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 4), (2, 5)]);
    let pairs = most_similar(&baskets, 10);
    assert_eq!(pairs.len(), 1);
    assert_eq!((pairs[0].shared, pairs[0].jaccard.to_bits()), (2, (2.0_f64 / 5.0).to_bits()));
}

#[test]
fn users_who_all_bought_everything_are_ordered_by_id() {
    let everything = (1..=1_000).flat_map(|user| (1..=100).map(move |product| (user, product))).collect();
    let pairs = most_similar(&Baskets::new(everything), 3);
    let ids: Vec<_> = pairs.iter().map(|pair| (pair.user1, pair.user2, pair.shared)).collect();
    assert_eq!(ids, [(0, 1, 100), (0, 2, 100), (0, 3, 100)]);
}

/// The most popular product has some 29,000 of 100,000 users, so that all pairs would be about a billion.
#[test]
fn popular_products_in_a_large_shop_are_no_obstacle() {
    let mut rng = SmallRng::seed_from_u64(1);
    let mut total = 0.0;
    let cumulative: Vec<f64> = (1..=5_000)
        .map(|rank| {
            total += f64::from(rank).powf(-0.75);
            total
        })
        .collect();
    let mut bought = Vec::new();
    for user in 1..=100_000 {
        for _ in 0..10 {
            let at = rng.random_range(0.0..total);
            bought.push((user, cumulative.partition_point(|&sum| sum < at) as i64));
        }
    }
    let baskets = Baskets::new(bought);
    let pairs = most_similar(&baskets, 10);
    assert_eq!(pairs.len(), 10);
    assert!(pairs.is_sorted());
    for pair in pairs {
        let theirs = baskets.of(pair.user2 as usize);
        let shared = baskets.of(pair.user1 as usize).iter().filter(|item| theirs.contains(item)).count();
        assert_eq!(pair.shared as usize, shared);
    }
}

#[test]
fn what_costs_no_more_than_the_prefix_is_looked_up_too() {
    let postings = |lengths: [usize; 5]| lengths.map(|length| vec![0; length]);
    let basket = [0, 1, 2, 3, 4];
    let scanned = [
        ([3, 3, 3, 3, 3], 2, 5),
        ([3, 3, 6, 7, 7], 2, 3),
        ([3, 3, 7, 7, 7], 2, 2),
        ([0, 0, 0, 0, 1], 1, 4),
        ([9, 9, 9, 9, 9], 5, 5),
    ];
    for (lengths, prefix, expected) in scanned {
        assert_eq!(worth_scanning(&basket, prefix, &postings(lengths)), expected, "{lengths:?}, {prefix}");
    }
}

#[test]
fn counts_begin_from_nothing_each_time_even_where_numbers_end() {
    let mut counts = Counts::new(3);
    counts.begin(2);
    assert_eq!([counts.add(0), counts.add(0), counts.add(2)], [1, 2, 1]);
    counts.begin(1);
    assert_eq!([counts.add(0), counts.of(0)], [1, 1]);
    counts.begin(u32::MAX as usize - 4);
    assert_eq!((counts.add(1), counts.add(2)), (1, 1));
    // Three and all of these are more than there are numbers.
    counts.begin(5);
    assert_eq!([counts.add(0), counts.add(1), counts.add(1)], [1, 1, 2]);
    assert_eq!((counts.base, counts.top), (0, 5));
}
