//! What of some keys is in the graph, as it stands there: what a record became.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::graph::{
    Changes, Needs,
    change::{FollowRow, ProductRow, RatingRow, ReviewRow, TransactionRow, UserRow},
};

pub(super) fn found(connection: &Connection, needs: &Needs) -> Result<Changes> {
    let mut found = Changes::default();
    let mut user = connection.prepare_cached("SELECT name FROM user WHERE id = ?1")?;
    for &id in &needs.users {
        found.users.extend(user.query_row([id], |row| Ok(UserRow { id, name: row.get(0)? })).optional()?);
    }
    let mut product = connection.prepare_cached("SELECT category, name, price FROM product WHERE id = ?1")?;
    for &id in &needs.products {
        let row = product
            .query_row([id], |row| Ok(ProductRow { id, category: row.get(0)?, name: row.get(1)?, price: row.get(2)? }));
        found.products.extend(row.optional()?);
    }
    let mut purchase =
        connection.prepare_cached("SELECT user, product, quantity, timestamp FROM purchase WHERE id = ?1")?;
    for id in &needs.transactions {
        let row = purchase.query_row([id], |row| {
            let (user, product) = (row.get(0)?, row.get(1)?);
            Ok(TransactionRow { id: id.clone(), user, product, quantity: row.get(2)?, timestamp: row.get(3)? })
        });
        found.transactions.extend(row.optional()?);
    }
    let mut review = connection.prepare_cached("SELECT user, product, text, timestamp FROM reviewed WHERE id = ?1")?;
    for id in &needs.reviews {
        let row = review.query_row([id], |row| {
            let (user, product) = (row.get(0)?, row.get(1)?);
            Ok(ReviewRow { id: id.clone(), user, product, text: row.get(2)?, timestamp: row.get(3)? })
        });
        found.reviews.extend(row.optional()?);
    }
    let mut rating =
        connection.prepare_cached("SELECT value, timestamp FROM rated WHERE user = ?1 AND product = ?2")?;
    for &(user, product) in &needs.ratings {
        let row = rating.query_row(params![user, product], |row| {
            Ok(RatingRow { user, product, value: row.get(0)?, timestamp: row.get(1)? })
        });
        found.ratings.extend(row.optional()?);
    }
    let mut follow =
        connection.prepare_cached("SELECT timestamp FROM follows WHERE followed = ?2 AND follower = ?1")?;
    for &(follower, followed) in &needs.follows {
        let row = follow
            .query_row(params![follower, followed], |row| Ok(FollowRow { follower, followed, timestamp: row.get(0)? }));
        found.follows.extend(row.optional()?);
    }
    Ok(found)
}
