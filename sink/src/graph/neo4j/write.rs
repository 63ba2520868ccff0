//! A batch in Neo4j: lock, look, ask, plan, apply, move on.

use std::collections::{HashMap, HashSet};

use neo4rs::{BoltType, Query, query};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    checkpoint,
    ends::{self, Tie, as_known},
    known::{Known, Surprise, Ties},
    ledger,
    link::{End, Transaction},
    mark::Mark,
    mutation, row, statement,
    summary::Delta,
    told,
};
use crate::{
    graph::{
        Batch, Before, Changes, Error, Needs, Outcome, Tally, Trouble, Written,
        change::{ProductBefore, ProductRow, UserRow},
        checkpoint::{Verdict, verdict, verdict_of_all},
        takeover,
    },
    kind,
};

/// What came of trying to write a batch.
pub(super) enum Attempt {
    Done(Outcome),
    /// Something is not as it was taken to be. Nothing was written.
    Met(Surprise),
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
            let (written, delta) = match events(tx, batch, known).await {
                Ok(done) => done,
                Err(Obstacle::Met(surprise)) => return Ok(End::Rollback(Attempt::Met(surprise))),
                Err(Obstacle::Error(error)) => return Err(error),
            };
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

/// Writes what the events change. Which ratings and follows are there is told by the statements that make them, so what
/// becomes of the records is known after the write.
async fn events(tx: &mut Transaction<'_>, batch: &Batch, known: &mut Known) -> Result<(Written, Delta), Obstacle> {
    let (mut before, products) = before(tx, kind::needs(batch), known).await?;
    let (mut changes, mut written) = kind::plan(batch, before.clone());
    known.wrote(&changes.users, &changes.products);
    let met = apply(tx, &changes, &products).await?;
    if met.adds_to(&before) {
        met.note(&mut before);
        let (again, rewritten) = kind::plan(batch, before);
        // What a repetition says of a user or product must not be told.
        if told_of_nodes(&again) != told_of_nodes(&changes) {
            return Err(Obstacle::Met(Surprise::Ties(met)));
        }
        (changes, written) = (again, rewritten);
    }
    Ok((written, Delta::of(&changes, &met.ratings)))
}

/// What is told of users and products, apart from their being there.
fn told_of_nodes(changes: &Changes) -> (Vec<&UserRow>, &[ProductRow]) {
    (changes.users.iter().filter(|user| user.name.is_some()).collect(), &changes.products)
}

/// Moves the checkpoints and nothing else, for a transaction that is rolled back.
pub(super) async fn probe(tx: &mut Transaction<'_>, batch: &Batch, mark: &Mark) -> Result<(), Error> {
    let found = checkpoint::look(tx, &batch.intervals, mark).await?;
    let tallies = vec![Tally::default(); batch.intervals.len()];
    checkpoint::put(tx, &takeover::all_moved(&found, &batch.intervals, &tallies)).await
}

/// Asks what of the needs is there, and is neither known nor taken for new; and those products that are known.
///
/// Users are never asked for: who is not known may be there or not, which is all the same to a MERGE. Nor are ratings and
/// follows.
async fn before(
    tx: &mut Transaction<'_>,
    needs: Needs,
    known: &mut Known,
) -> Result<(Before, HashMap<i64, ProductBefore>), Error> {
    let products = known.products(&needs.products);
    let unknown = needs.products.iter().copied().filter(|id| !products.contains_key(id)).collect::<Vec<_>>();
    let asked = ask::<Product>(tx, cypher!("before_products"), unknown).await?;
    let before = |it: Product| ProductBefore { category: it.category, name: it.name, price: it.price };
    let asked: Vec<_> = asked.into_iter().map(|it| (it.id, before(it))).collect();
    known.saw(asked.iter().cloned());
    let mut before = Before {
        users: known.users(&needs.users),
        products: products.clone().into_iter().chain(asked).collect(),
        ..Before::default()
    };
    if known.asks_for_ids() {
        before.transactions.extend(ask::<String>(tx, cypher!("before_transactions"), needs.transactions).await?);
        before.reviews.extend(ask::<String>(tx, cypher!("before_reviews"), needs.reviews).await?);
    }
    known.ties().note(&mut before);
    Ok((before, products))
}

pub(super) async fn ask<T: DeserializeOwned>(
    tx: &mut Transaction<'_>,
    statement: &str,
    keys: Vec<impl Into<BoltType>>,
) -> Result<Vec<T>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    tx.rows(query(statement).param("keys", keys.into_iter().collect::<BoltType>())).await
}

/// Makes the changes, where products are as those in `known`. Returns the ratings and follows that were there.
async fn apply(
    tx: &mut Transaction<'_>,
    changes: &Changes,
    known: &HashMap<i64, ProductBefore>,
) -> Result<Ties, Obstacle> {
    let Changes { users, products, transactions, ratings, reviews, follows } = changes;
    let named: Vec<_> = users.iter().filter_map(|it| Some(row([it.id.into(), it.name.as_deref()?.into()]))).collect();
    put(tx, cypher!("write_named_users"), named.into_iter()).await?;
    let rows = products.iter().map(|it| {
        let before = as_known(known.get(&it.id));
        row([it.id.into(), it.category.as_str().into(), told(it.name.as_deref()), told(it.price), before])
    });
    if !reaches_all(tx, cypher!("write_products"), rows).await? {
        return Err(Obstacle::Met(Surprise::Nodes));
    }
    let changed: HashSet<i64> = products.iter().map(|it| it.id).collect();
    let unchanged = |id| known.get(&id).filter(|_| !changed.contains(&id));
    // Who has no name to be told is made by the statement that ties him.
    let new: HashSet<i64> = users.iter().filter(|it| it.name.is_none()).map(|it| it.id).collect();
    let to_products = |statement, ties| ends::to_products(query(statement), ties, &new, unchanged);
    let between = |user, other, rest| Tie { user, other, rest };

    let rows = transactions
        .iter()
        .map(|it| between(it.user, it.product, vec![it.id.as_str().into(), it.quantity.into(), it.timestamp.into()]));
    let statement = cypher!("with_users", "with_products", "write_transactions");
    tie::<()>(tx, rows.len(), to_products(statement, rows.collect())).await?;

    let rows = reviews.iter().map(|it| {
        between(it.user, it.product, vec![it.id.as_str().into(), it.text.as_str().into(), it.timestamp.into()])
    });
    let statement = cypher!("with_users", "with_products", "write_reviews");
    tie::<()>(tx, rows.len(), to_products(statement, rows.collect())).await?;

    let mut met = Ties::default();
    let rows = ratings.iter().map(|it| between(it.user, it.product, vec![it.value.into(), it.timestamp.into()]));
    let statement = cypher!("with_users", "with_products", "write_ratings");
    for (user, product, timestamp, stars) in tie(tx, rows.len(), to_products(statement, rows.collect())).await? {
        met.rating((user, product), timestamp, stars);
    }
    let rows = follows.iter().map(|it| between(it.follower, it.followed, vec![it.timestamp.into()]));
    let statement = query(cypher!("with_users", "write_follows"));
    met.follows.extend(tie::<(i64, i64)>(tx, rows.len(), ends::among_users(statement, rows.collect(), &new)).await?);
    Ok(met)
}

/// Runs a statement that makes ties, and sees to it that it found both ends of all; what it says was there.
async fn tie<T: DeserializeOwned>(tx: &mut Transaction<'_>, expected: usize, query: Query) -> Result<Vec<T>, Obstacle> {
    if expected == 0 {
        return Ok(Vec::new());
    }
    let tied: Vec<Tied<T>> = tx.rows(query).await?;
    match tied.into_iter().next() {
        Some(Tied { written, met }) if written == expected => Ok(met),
        _ => Err(Obstacle::Met(Surprise::Nodes)),
    }
}

/// Runs a statement for each of the rows; whether it could do for all of them what it is for.
async fn reaches_all(
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

/// Runs a statement for each of the rows, and sees to it that none got lost: what it belongs to may be deleted by somebody
/// at this moment, and then it is not matched, without an error.
pub(super) async fn put(
    tx: &mut Transaction<'_>,
    statement: &str,
    rows: impl ExactSizeIterator<Item = BoltType>,
) -> Result<(), Error> {
    if reaches_all(tx, statement, rows).await? { Ok(()) } else { Err(changed(tx.attempt())) }
}

/// The error for a graph that is another one than it was a moment ago, also to a try that took nothing for known.
pub(super) fn changed(attempt: &'static str) -> Error {
    Error::new(attempt, Trouble::Passing, "not all rows were written: somebody changed what they belong to meanwhile")
}

/// Why changes are not made.
enum Obstacle {
    /// Something is not as it was taken to be.
    Met(Surprise),
    Error(Error),
}

impl From<Error> for Obstacle {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// For how many rows both ends were there, and what was tied already.
#[derive(Deserialize)]
struct Tied<T> {
    written: usize,
    met: Vec<T>,
}

#[derive(Deserialize)]
struct Product {
    id: i64,
    category: Option<String>,
    name: Option<String>,
    price: Option<f64>,
}
