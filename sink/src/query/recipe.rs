//! How each question is answered: which statements are run, with what, and what is computed here.

use model::answer::SimilarPair;

use super::{best_rated::MAX_RATERS, window};
use crate::graph::Read;

/// A question as it was asked, and of its answer what later statements are asked with.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// Question 1 with its moment, in epoch seconds.
    TopProducts {
        /// The moment the window ends.
        as_of: i64,
        /// How long the window is.
        days: u32,
        /// How many products a category.
        limit: u32,
        /// The products of the answer.
        products: &'a [i64],
    },
    /// Question 2.
    Influencers {
        /// How many users.
        limit: u32,
    },
    /// Question 3.
    BestRated {
        /// How many products.
        limit: u32,
        /// From how many ratings on a product counts.
        min_ratings: u32,
        /// The products of the answer.
        products: &'a [i64],
    },
    /// Question 4.
    SimilarBuyers {
        /// How many pairs.
        limit: u32,
        /// The closest pairs.
        pairs: &'a [SimilarPair],
        /// The communities' favourite products.
        favourites: &'a [i64],
    },
}

/// What the store is asked, each with what it reads; in order.
pub fn reads(asked: &Asked<'_>) -> Vec<(&'static str, Read)> {
    match *asked {
        Asked::TopProducts { as_of, days, products, .. } => {
            let (after, until) = window(as_of, days);
            vec![
                ("Sales of each product in the window", Read::Sales { after, until }),
                ("The names of the products that came out best", Read::ProductFacts { ids: products.to_vec() }),
            ]
        }
        Asked::Influencers { limit } => vec![("The users with most followers", Read::Influencers { limit })],
        Asked::BestRated { products, .. } => vec![
            ("How often each product got how many stars", Read::RatingCounts),
            ("The names of the products that came out best", Read::ProductFacts { ids: products.to_vec() }),
            ("Who rated them", Read::Raters { products: products.to_vec(), limit: MAX_RATERS }),
        ],
        Asked::SimilarBuyers { pairs, favourites, .. } => {
            let mut ids: Vec<i64> = pairs.iter().flat_map(|pair| [pair.user1, pair.user2]).collect();
            ids.sort_unstable();
            ids.dedup();
            vec![
                ("Which distinct products each user bought", Read::Bought),
                ("The names of the people in the closest pairs", Read::UserNames { ids }),
                ("What the communities like best", Read::ProductFacts { ids: favourites.to_vec() }),
            ]
        }
    }
}

/// What is computed here and not by the store, and how; nothing where the statement is the whole answer.
pub fn outside(asked: &Asked<'_>) -> String {
    let first =
        |limit: u32, one: &str, many: &str| if limit == 1 { one.to_owned() } else { format!("first {limit} {many}") };
    match *asked {
        Asked::TopProducts { limit, .. } => format!(
            "Between the two, Sluice sorts the products of each category by purchases, then by id, and keeps the {} of each.",
            first(limit, "first one", "products"),
        ),
        Asked::Influencers { .. } => String::new(),
        Asked::BestRated { limit, min_ratings, .. } => format!(
            "After the first, Sluice leaves out products with fewer than {min_ratings} {}, divides the sum of the stars \
             by the number of ratings, sorts by that mean, then by the number of ratings, then by id, and keeps the {}.",
            if min_ratings == 1 { "rating" } else { "ratings" },
            first(limit, "first product", "products"),
        ),
        Asked::SimilarBuyers { limit, .. } => format!(
            "The rest is computed by Sluice, since a database would have to compare everybody with everybody. It finds \
             the pairs of people with most distinct products in common, at least two, and keeps the {}. Each pair's \
             likeness is what both bought divided by what either bought (the Jaccard index). The communities are found \
             with the Louvain method on the whole graph of people and products, in which a product that everybody buys \
             weighs little.",
            first(limit, "closest pair", "of them"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_s_parameters_are_those_of_the_question() {
        let asked = Asked::TopProducts { as_of: 2_592_000, days: 30, limit: 1, products: &[4] };
        let expected = [Read::Sales { after: 0, until: 2_592_000 }, Read::ProductFacts { ids: vec![4] }];
        assert_eq!(reads(&asked).into_iter().map(|(_, read)| read).collect::<Vec<_>>(), expected);
        assert!(outside(&asked).ends_with("keeps the first one of each."));
    }

    #[test]
    fn names_are_asked_for_once_each() {
        let pair = |user1, user2| SimilarPair { user1, name1: None, user2, name2: None, shared: 2, jaccard: 0.5 };
        let pairs = [pair(1, 3), pair(1, 2)];
        let asked = Asked::SimilarBuyers { limit: 10, pairs: &pairs, favourites: &[7] };
        assert_eq!(reads(&asked)[1].1, Read::UserNames { ids: vec![1, 2, 3] });
        assert!(outside(&asked).contains("first 10 of them"));
    }

    #[test]
    fn a_statement_that_is_the_whole_answer_leaves_nothing_to_compute() {
        assert_eq!(outside(&Asked::Influencers { limit: 3 }), "");
    }
}
