//! The picture of question 3: the best rated products, and who rated them how.

use std::collections::BTreeMap;

use model::{
    answer::RatedProduct,
    picture::{NodeKind, Picture, Scope, Shape},
};
use sink::{
    graph::{Error, Store},
    query::best_rated,
};

use super::{
    compute,
    draft::{Draft, Look, count},
    half,
    layout::bipartite,
};

/// What a line and a size say.
const CAPTION: &str = "A line joins a person with a product they rated, for each person those of the four best products. Larger nodes have more ratings.";

/// How many ratings of a user are drawn, those of the best products: all of them would be one grey surface.
const TIES_EACH: usize = 4;

/// What users are called by the stars that they gave on average, rounded.
const GROUPS: [&str; 5] = ["Gave 1 star", "Gave 2 stars", "Gave 3 stars", "Gave 4 stars", "Gave 5 stars"];

pub(super) async fn picture(store: &dyn Store, scope: Scope) -> Result<Picture, Error> {
    let best = best_rated(store, scope.rows, scope.min_ratings).await?;
    compute(move || compose(&best, scope.nodes as usize)).await
}

/// A user among the raters.
#[derive(Default)]
struct Rated<'a> {
    name: Option<&'a str>,
    ratings: i64,
    stars: i64,
}

pub(super) fn compose(best: &[RatedProduct], limit: usize) -> Picture {
    let mut draft = Draft::default();
    let products = best.len().min(half(limit));
    for row in &best[..products] {
        let group = draft.group("Best rated products");
        let detail = format!("{:.2} stars in {}", row.average, count(row.ratings, "rating"));
        let look = Look { name: row.name.as_deref(), group, weight: row.ratings as f64, detail };
        draft.node(NodeKind::Product, row.product, look);
    }

    let mut users: BTreeMap<i64, Rated<'_>> = BTreeMap::new();
    for rater in best[..products].iter().flat_map(|row| &row.users) {
        let user = users.entry(rater.user).or_default();
        user.name = rater.name.as_deref();
        user.ratings += 1;
        user.stars += rater.rating;
    }
    let total = best.len() + users.len();
    let mut users: Vec<(i64, Rated<'_>)> = users.into_iter().collect();
    users.sort_by_key(|(user, rated)| (-rated.ratings, *user));
    users.truncate(limit - products);
    // Groups in the order of their stars, the best first, whoever comes first.
    let average = |rated: &Rated<'_>| (rated.stars as f64 / rated.ratings as f64).round().clamp(1.0, 5.0) as usize;
    for stars in (1..=GROUPS.len()).rev().filter(|&stars| users.iter().any(|(_, rated)| average(rated) == stars)) {
        draft.group(GROUPS[stars - 1]);
    }
    for (user, rated) in &users {
        let group = draft.group(GROUPS[average(rated) - 1]);
        let stars = rated.stars as f64 / rated.ratings as f64;
        let detail = format!("{} of these products, {stars:.1} stars on average", count(rated.ratings, "rating"));
        draft.node(NodeKind::User, *user, Look { name: rated.name, group, weight: rated.ratings as f64, detail });
    }

    let mut ties = Vec::new();
    let mut drawn = vec![0; draft.len()];
    for (product, row) in best[..products].iter().enumerate() {
        for rater in &row.users {
            if let Some(user) = draft.find(NodeKind::User, rater.user).filter(|&user| drawn[user as usize] < TIES_EACH)
            {
                drawn[user as usize] += 1;
                draft.edge(user, product as u32, rater.rating as f64 / 5.0);
                ties.push((product, user as usize - products, 1.0));
            }
        }
    }
    let positions = bipartite(products, draft.len() - products, &ties);
    draft.finish((Shape::Columns, positions), total, CAPTION)
}
