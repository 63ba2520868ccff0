//! Question 3: which products are rated best, and by whom.

use std::collections::HashMap;

use model::answer::{RatedProduct, Rater};

use super::names;
use crate::graph::{Error, RatingCounts, Store};

/// How many of a product's raters an answer names.
pub(super) const MAX_RATERS: u32 = 1_000;

/// The `limit` best rated products among those with at least `min_ratings` ratings.
///
/// Ordered by average, then number of ratings (most first), then id.
///
/// # Errors
/// When the store cannot be read.
pub async fn best_rated(store: &dyn Store, limit: u32, min_ratings: u32) -> Result<Vec<RatedProduct>, Error> {
    let mut best = rank(store.rating_counts().await?, limit, min_ratings);
    let ids: Vec<i64> = best.iter().map(|row| row.product).collect();
    if !ids.is_empty() {
        let mut names = names(store.product_facts(&ids).await?);
        for row in &mut best {
            row.name = names.remove(&row.product);
        }
        attach(&mut best, store.raters(&ids, MAX_RATERS).await?);
    }
    Ok(best)
}

/// Orders products by sum ÷ count, which is exact where a running mean would round and break ties wrongly.
fn rank(counts: Vec<RatingCounts>, limit: u32, min_ratings: u32) -> Vec<RatedProduct> {
    let mut rated: Vec<RatedProduct> = counts
        .into_iter()
        .filter_map(|RatingCounts { product, distribution }| {
            let ratings: i64 = distribution.iter().sum();
            let sum: i64 = (1..).zip(distribution).map(|(stars, count)| stars * count).sum();
            (ratings > 0 && ratings >= i64::from(min_ratings)).then(|| RatedProduct {
                product,
                name: None,
                ratings,
                average: sum as f64 / ratings as f64,
                distribution,
                users: Vec::new(),
            })
        })
        .collect();
    rated.sort_by(|a, b| {
        b.average.total_cmp(&a.average).then(b.ratings.cmp(&a.ratings)).then(a.product.cmp(&b.product))
    });
    rated.truncate(limit as usize);
    rated
}

/// Gives each product its raters, in the order in which the store names them.
fn attach(best: &mut [RatedProduct], raters: Vec<(i64, Rater)>) {
    let place: HashMap<i64, usize> = best.iter().enumerate().map(|(place, row)| (row.product, place)).collect();
    for (product, rater) in raters {
        if let Some(&place) = place.get(&product) {
            best[place].users.push(rater);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(product: i64, distribution: [i64; 5]) -> RatingCounts {
        RatingCounts { product, distribution }
    }

    fn order(counts: Vec<RatingCounts>, limit: u32, min_ratings: u32) -> Vec<i64> {
        rank(counts, limit, min_ratings).into_iter().map(|row| row.product).collect()
    }

    #[test]
    fn products_are_ordered_by_average_then_number_then_id() {
        let counts = vec![
            counted(4, [0, 0, 0, 0, 3]),
            counted(3, [0, 0, 0, 0, 3]),
            counted(2, [0, 0, 0, 0, 4]),
            counted(1, [0, 0, 0, 9, 0]),
        ];
        assert_eq!(order(counts.clone(), 10, 1), [2, 3, 4, 1]);
        assert_eq!(order(counts.clone(), 2, 1), [2, 3]);
        assert_eq!(order(counts, 10, 4), [2, 1]);
    }

    #[test]
    fn equal_averages_of_different_sums_are_equal() {
        // 11 ÷ 3 and 22 ÷ 6: a running mean gives two different numbers here.
        let rated = rank(vec![counted(1, [0, 0, 1, 2, 0]), counted(2, [0, 0, 2, 4, 0])], 10, 1);
        assert_eq!(rated[0].product, 2);
        assert_eq!(rated[0].average.to_bits(), rated[1].average.to_bits());
    }

    #[test]
    fn a_product_without_ratings_is_never_rated_best() {
        assert!(order(vec![counted(1, [0; 5])], 10, 0).is_empty());
    }

    #[test]
    fn raters_go_to_their_product_in_order() {
        let mut best = rank(vec![counted(1, [0, 0, 0, 0, 2]), counted(2, [0, 0, 0, 0, 1])], 10, 1);
        let rater = |user, rating| Rater { user, name: None, rating };
        attach(&mut best, vec![(2, rater(5, 5)), (1, rater(3, 5)), (1, rater(4, 5)), (9, rater(1, 1))]);
        assert_eq!(best[0].users.iter().map(|rater| rater.user).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(best[1].users, [rater(5, 5)]);
    }
}
