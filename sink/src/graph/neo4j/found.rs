//! What of some keys is in the graph, as it stands there: what a record became.

use neo4rs::BoltType;
use serde::Deserialize;

use super::{link::Transaction, row, write::ask};
use crate::graph::{
    Changes, Error, Needs,
    change::{FollowRow, ProductRow, RatingRow, ReviewRow, TransactionRow, UNCATEGORIZED, UserRow},
};

pub(super) async fn found(tx: &mut Transaction<'_>, needs: &Needs) -> Result<Changes, Error> {
    let users = ask::<User>(tx, cypher!("before_users"), needs.users.clone()).await?;
    let products = ask::<Product>(tx, cypher!("before_products"), needs.products.clone()).await?;
    let purchases = ask::<Purchase>(tx, cypher!("found_transactions"), needs.transactions.clone()).await?;
    let reviews = ask::<Review>(tx, cypher!("found_reviews"), needs.reviews.clone()).await?;
    let ratings = ask::<Rating>(tx, cypher!("found_ratings"), pairs(&needs.ratings)).await?;
    let follows = ask::<Follow>(tx, cypher!("found_follows"), pairs(&needs.follows)).await?;
    Ok(Changes {
        users: users.into_iter().map(|User { id, name }| UserRow { id, name }).collect(),
        products: products
            .into_iter()
            .map(|Product { id, category, name, price }| {
                let category = category.unwrap_or_else(|| UNCATEGORIZED.to_owned());
                ProductRow { id, category, name, price }
            })
            .collect(),
        transactions: purchases
            .into_iter()
            .map(|Purchase { id, user, product, quantity, timestamp }| TransactionRow {
                id,
                user,
                product,
                quantity,
                timestamp,
            })
            .collect(),
        reviews: reviews
            .into_iter()
            .map(|Review { id, user, product, text, timestamp }| ReviewRow { id, user, product, text, timestamp })
            .collect(),
        ratings: ratings
            .into_iter()
            .map(|Rating { user, product, value, timestamp }| RatingRow { user, product, value, timestamp })
            .collect(),
        follows: follows
            .into_iter()
            .map(|Follow { follower, followed, timestamp }| FollowRow { follower, followed, timestamp })
            .collect(),
    })
}

fn pairs(pairs: &[(i64, i64)]) -> Vec<BoltType> {
    pairs.iter().map(|(a, b)| row([(*a).into(), (*b).into()])).collect()
}

#[derive(Deserialize)]
struct User {
    id: i64,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Product {
    id: i64,
    category: Option<String>,
    name: Option<String>,
    price: Option<f64>,
}

#[derive(Deserialize)]
struct Purchase {
    id: String,
    user: i64,
    product: i64,
    quantity: i64,
    timestamp: i64,
}

#[derive(Deserialize)]
struct Review {
    id: String,
    user: i64,
    product: i64,
    text: String,
    timestamp: i64,
}

#[derive(Deserialize)]
struct Rating {
    user: i64,
    product: i64,
    value: i64,
    timestamp: i64,
}

#[derive(Deserialize)]
struct Follow {
    follower: i64,
    followed: i64,
    timestamp: i64,
}
