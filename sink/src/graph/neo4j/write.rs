//! A batch in Neo4j: lock, look, ask, plan, apply, move on.

use std::collections::{HashMap, HashSet};

use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::{
    checkpoint,
    known::{Known, Presumed},
    ledger,
    link::{End, Transaction},
    mark::Mark,
    mutation, row, statement,
    summary::Delta,
    told,
};
use crate::{
    graph::{
        Batch, Before, Changes, Error, Needs, Outcome, Tally, Trouble,
        change::{ProductBefore, UserRow},
        checkpoint::{Verdict, verdict, verdict_of_all},
        takeover,
    },
    kind,
};

/// What came of trying to write a batch.
pub(super) enum Attempt {
    Done(Outcome),
    /// Something is there that was taken for new. Nothing was written.
    Met(Presumed),
    /// Nodes that it refers to are not there: somebody has deleted them. Nothing was written.
    Missed,
}

/// Writes a batch in an open transaction. What is known is not asked, and what is learned is noted.
pub(super) async fn write(
    tx: &mut Transaction<'_>,
    batch: &Batch,
    mark: &Mark,
    known: &mut Known,
) -> Result<End<Attempt>, Error> {
    let found = checkpoint::look(tx, &batch.intervals, mark).await?;
    let states = takeover::states(&found);
    let verdicts = batch.intervals.iter().zip(&states).map(|(interval, state)| verdict(interval, *state));
    Ok(match verdict_of_all(verdicts) {
        Verdict::Write => {
            let (before, rated) = before(tx, kind::needs(batch), known).await?;
            let (changes, written) = kind::plan(batch, before);
            known.wrote(&changes.users, &changes.products);
            let delta = Delta::of(&changes, &rated);
            if let Some(surprise) = apply(tx, changes, &rated).await? {
                return Ok(End::Rollback(surprise));
            }
            mutation::apply(tx, batch).await?;
            statement::run(tx, batch).await?;
            let incarnations = found.iter().map(|found| found.as_ref().map_or(1, |it| it.incarnation));
            ledger::put(tx, batch, &incarnations.collect::<Vec<_>>()).await?;
            let moved = takeover::all_moved(&found, &batch.intervals, &written.tallies);
            checkpoint::put_with(tx, &moved, &delta).await?;
            End::Commit(Attempt::Done(Outcome::Committed(written)))
        }
        Verdict::Already => End::Rollback(Attempt::Done(Outcome::Already)),
        Verdict::Fenced => End::Rollback(Attempt::Done(Outcome::Fenced)),
        Verdict::Gone => End::Rollback(Attempt::Done(Outcome::Gone)),
        Verdict::Astray => End::Rollback(Attempt::Done(Outcome::Astray(takeover::astray(&batch.intervals, &states)))),
    })
}

/// Moves the checkpoints and nothing else, for a transaction that is rolled back.
pub(super) async fn probe(tx: &mut Transaction<'_>, batch: &Batch, mark: &Mark) -> Result<(), Error> {
    let found = checkpoint::look(tx, &batch.intervals, mark).await?;
    let tallies = vec![Tally::default(); batch.intervals.len()];
    checkpoint::put(tx, &takeover::all_moved(&found, &batch.intervals, &tallies)).await
}

/// Asks what of the needs is there, and is neither known nor taken for new; and the stars of the ratings that are.
///
/// Users are never asked for: who is not known may be there or not, which is all the same to a MERGE.
async fn before(
    tx: &mut Transaction<'_>,
    needs: Needs,
    known: &mut Known,
) -> Result<(Before, HashMap<(i64, i64), i64>), Error> {
    let keys = needs.products.iter().map(|id| known.key(*id)).collect();
    let others = ask::<Product>(tx, cypher!("before_other_products"), keys).await?;
    let before = |it: Product| ProductBefore { category: it.category, name: it.name, price: it.price };
    let others: Vec<_> = others.into_iter().map(|it| (it.id, before(it))).collect();
    // Before more is noted, for which some of it may be forgotten.
    let mut products = known.products(&needs.products);
    products.extend(others.iter().cloned());
    known.saw(others);
    let (mut transactions, mut reviews, mut ratings, mut follows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    if known.asks(Presumed::Ids) {
        transactions = ask::<String>(tx, cypher!("before_transactions"), needs.transactions).await?;
        reviews = ask::<String>(tx, cypher!("before_reviews"), needs.reviews).await?;
    }
    if known.asks(Presumed::Ratings) {
        ratings = ask::<Rating>(tx, cypher!("before_ratings"), pairs(needs.ratings)).await?;
    }
    if known.asks(Presumed::Follows) {
        follows = ask::<Follow>(tx, cypher!("before_follows"), pairs(needs.follows)).await?;
    }
    let rated = ratings.iter().map(|it| ((it.user, it.product), it.value)).collect();
    let before = Before {
        users: known.users(&needs.users),
        products,
        transactions: transactions.into_iter().collect(),
        reviews: reviews.into_iter().collect::<HashSet<_>>(),
        ratings: ratings.into_iter().map(|it| ((it.user, it.product), it.timestamp)).collect::<HashMap<_, _>>(),
        follows: follows.into_iter().map(|it| (it.follower, it.followed)).collect(),
    };
    Ok((before, rated))
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

/// Makes the changes, where `rated` are the ratings that were there; none if all is as it was taken to be.
async fn apply(
    tx: &mut Transaction<'_>,
    changes: Changes,
    rated: &HashMap<(i64, i64), i64>,
) -> Result<Option<Attempt>, Error> {
    let Changes { users, products, transactions, ratings, reviews, follows } = changes;
    let (named, others): (Vec<UserRow>, Vec<UserRow>) = users.into_iter().partition(|it| it.name.is_some());
    put(tx, cypher!("write_users"), others.into_iter().map(|it| it.id.into())).await?;
    let named = named.into_iter().map(|it| row([it.id.into(), it.name.unwrap_or_default().into()]));
    put(tx, cypher!("write_named_users"), named).await?;
    let products =
        products.into_iter().map(|it| row([it.id.into(), it.category.into(), told(it.name), told(it.price)]));
    put(tx, cypher!("write_products"), products).await?;
    let transactions = transactions
        .into_iter()
        .map(|it| row([it.id.into(), it.user.into(), it.product.into(), it.quantity.into(), it.timestamp.into()]));
    let reviews = reviews
        .into_iter()
        .map(|it| row([it.id.into(), it.user.into(), it.product.into(), it.text.into(), it.timestamp.into()]));
    if !(tie(tx, cypher!("write_transactions"), transactions).await?
        && tie(tx, cypher!("write_reviews"), reviews).await?)
    {
        return Ok(Some(Attempt::Missed));
    }
    let new = ratings.iter().filter(|it| !rated.contains_key(&(it.user, it.product))).count();
    let ratings =
        ratings.into_iter().map(|it| row([it.user.into(), it.product.into(), it.value.into(), it.timestamp.into()]));
    if let surprise @ Some(_) = merge(tx, cypher!("write_ratings"), ratings, new, Presumed::Ratings).await? {
        return Ok(surprise);
    }
    let new = follows.len();
    let follows = follows.into_iter().map(|it| row([it.follower.into(), it.followed.into(), it.timestamp.into()]));
    merge(tx, cypher!("write_follows"), follows, new, Presumed::Follows).await
}

/// Runs a statement for each of the rows that makes a relationship where there is none, and should make so many.
async fn merge(
    tx: &mut Transaction<'_>,
    statement: &str,
    rows: impl ExactSizeIterator<Item = BoltType>,
    new: usize,
    presumed: Presumed,
) -> Result<Option<Attempt>, Error> {
    let expected = rows.len();
    if expected == 0 {
        return Ok(None);
    }
    let merged = tx.rows::<Merged>(query(statement).param("rows", rows.collect::<BoltType>())).await?;
    let Merged { written, made } = merged.into_iter().next().unwrap_or_default();
    Ok(if written != expected {
        Some(Attempt::Missed)
    } else if made != new {
        Some(Attempt::Met(presumed))
    } else {
        None
    })
}

/// Runs a statement for each of the rows; whether it found what all of them refer to. A relationship of a node that is not
/// there is not made, without an error.
async fn tie(
    tx: &mut Transaction<'_>,
    statement: &str,
    rows: impl ExactSizeIterator<Item = BoltType>,
) -> Result<bool, Error> {
    let expected = rows.len();
    if expected == 0 {
        return Ok(true);
    }
    let written = tx.number(query(statement).param("rows", rows.collect::<BoltType>())).await?;
    Ok(usize::try_from(written) == Ok(expected))
}

/// Runs a statement for each of the rows, and sees to it that none got lost: a relationship whose end somebody deletes
/// at this moment is not matched, and so not made, without an error.
pub(super) async fn put(
    tx: &mut Transaction<'_>,
    statement: &str,
    rows: impl ExactSizeIterator<Item = BoltType>,
) -> Result<(), Error> {
    if tie(tx, statement, rows).await? { Ok(()) } else { Err(missed(tx.attempt())) }
}

/// The error for what was missed, also by a try that took nothing for known.
pub(super) fn missed(attempt: &'static str) -> Error {
    Error::new(attempt, Trouble::Passing, "not all rows were written: what they belong to was deleted meanwhile")
}

/// For how many rows both ends were there, and how many relationships were not.
#[derive(Default, Deserialize)]
struct Merged {
    written: usize,
    made: usize,
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
    value: i64,
}

#[derive(Deserialize)]
struct Follow {
    follower: i64,
    followed: i64,
}
