//! A batch in Neo4j: lock, look, ask, plan, apply, move on.

use std::collections::{HashMap, HashSet};

use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::{
    checkpoint, ledger,
    link::{End, Transaction},
    mark::Mark,
    mutation, row, statement, told,
};
use crate::{
    graph::{
        Batch, Before, Changes, Error, Needs, Outcome, Tally, Trouble,
        change::ProductBefore,
        checkpoint::{Verdict, verdict, verdict_of_all},
        takeover,
    },
    kind,
};

/// Writes a batch in an open transaction.
pub(super) async fn write(tx: &mut Transaction<'_>, batch: &Batch, mark: &Mark) -> Result<End<Outcome>, Error> {
    let found = checkpoint::look(tx, &batch.intervals, mark).await?;
    let states = takeover::states(&found);
    let verdicts = batch.intervals.iter().zip(&states).map(|(interval, state)| verdict(interval, *state));
    Ok(match verdict_of_all(verdicts) {
        Verdict::Write => {
            let (changes, written) = kind::plan(batch, before(tx, kind::needs(batch)).await?);
            apply(tx, changes).await?;
            mutation::apply(tx, batch).await?;
            statement::run(tx, batch).await?;
            let incarnations = found.iter().map(|found| found.as_ref().map_or(1, |it| it.incarnation));
            ledger::put(tx, batch, &incarnations.collect::<Vec<_>>()).await?;
            checkpoint::put(tx, &takeover::all_moved(&found, &batch.intervals, &written.tallies)).await?;
            End::Commit(Outcome::Committed(written))
        }
        Verdict::Already => End::Rollback(Outcome::Already),
        Verdict::Fenced => End::Rollback(Outcome::Fenced),
        Verdict::Gone => End::Rollback(Outcome::Gone),
        Verdict::Astray => End::Rollback(Outcome::Astray(takeover::astray(&batch.intervals, &states))),
    })
}

/// Moves the checkpoints and nothing else, for a transaction that is rolled back.
pub(super) async fn probe(tx: &mut Transaction<'_>, batch: &Batch, mark: &Mark) -> Result<(), Error> {
    let found = checkpoint::look(tx, &batch.intervals, mark).await?;
    let tallies = vec![Tally::default(); batch.intervals.len()];
    checkpoint::put(tx, &takeover::all_moved(&found, &batch.intervals, &tallies)).await
}

/// Asks what of the needs is there.
async fn before(tx: &mut Transaction<'_>, needs: Needs) -> Result<Before, Error> {
    let users = ask::<User>(tx, cypher!("before_users"), needs.users).await?;
    let products = ask::<Product>(tx, cypher!("before_products"), needs.products).await?;
    let ratings = ask::<Rating>(tx, cypher!("before_ratings"), pairs(needs.ratings)).await?;
    let follows = ask::<Follow>(tx, cypher!("before_follows"), pairs(needs.follows)).await?;
    let before = |it: Product| ProductBefore { category: it.category, name: it.name, price: it.price };
    Ok(Before {
        users: users.into_iter().map(|it| (it.id, it.name)).collect(),
        products: products.into_iter().map(|it| (it.id, before(it))).collect(),
        transactions: ask::<String>(tx, cypher!("before_transactions"), needs.transactions)
            .await?
            .into_iter()
            .collect(),
        reviews: ask::<String>(tx, cypher!("before_reviews"), needs.reviews).await?.into_iter().collect::<HashSet<_>>(),
        ratings: ratings.into_iter().map(|it| ((it.user, it.product), it.timestamp)).collect::<HashMap<_, _>>(),
        follows: follows.into_iter().map(|it| (it.follower, it.followed)).collect(),
    })
}

pub(super) async fn ask<T: serde::de::DeserializeOwned>(
    tx: &mut Transaction<'_>,
    statement: &str,
    keys: Vec<impl Into<BoltType>>,
) -> Result<Vec<T>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    tx.rows(query(statement).param("keys", keys.into_iter().collect::<BoltType>())).await
}

pub(super) fn pairs(pairs: Vec<(i64, i64)>) -> Vec<BoltType> {
    pairs.into_iter().map(|(a, b)| row([a.into(), b.into()])).collect()
}

async fn apply(tx: &mut Transaction<'_>, changes: Changes) -> Result<(), Error> {
    let Changes { users, products, transactions, ratings, reviews, follows } = changes;
    let users = users.into_iter().map(|it| row([it.id.into(), told(it.name)]));
    put(tx, cypher!("write_users"), users).await?;
    let products =
        products.into_iter().map(|it| row([it.id.into(), it.category.into(), told(it.name), told(it.price)]));
    put(tx, cypher!("write_products"), products).await?;
    let transactions = transactions
        .into_iter()
        .map(|it| row([it.id.into(), it.user.into(), it.product.into(), it.quantity.into(), it.timestamp.into()]));
    put(tx, cypher!("write_transactions"), transactions).await?;
    let ratings =
        ratings.into_iter().map(|it| row([it.user.into(), it.product.into(), it.value.into(), it.timestamp.into()]));
    put(tx, cypher!("write_ratings"), ratings).await?;
    let reviews = reviews
        .into_iter()
        .map(|it| row([it.id.into(), it.user.into(), it.product.into(), it.text.into(), it.timestamp.into()]));
    put(tx, cypher!("write_reviews"), reviews).await?;
    let follows = follows.into_iter().map(|it| row([it.follower.into(), it.followed.into(), it.timestamp.into()]));
    put(tx, cypher!("write_follows"), follows).await
}

/// Runs a statement for each of the rows, and sees to it that none got lost: a relationship whose end somebody deletes
/// at this moment is not matched, and so not made, without an error.
pub(super) async fn put(
    tx: &mut Transaction<'_>,
    statement: &str,
    rows: impl ExactSizeIterator<Item = BoltType>,
) -> Result<(), Error> {
    let expected = rows.len();
    if expected == 0 {
        return Ok(());
    }
    let written = tx.number(query(statement).param("rows", rows.collect::<BoltType>())).await?;
    if usize::try_from(written) == Ok(expected) {
        return Ok(());
    }
    let message = format!("of {expected} rows {written} were written: what they belong to was deleted meanwhile");
    Err(Error::new(tx.attempt(), Trouble::Passing, message))
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
struct Rating {
    user: i64,
    product: i64,
    timestamp: i64,
}

#[derive(Deserialize)]
struct Follow {
    follower: i64,
    followed: i64,
}
