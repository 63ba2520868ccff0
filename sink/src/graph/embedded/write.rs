//! A batch in SQLite: lock, look, ask, plan, apply, move on.

use std::{collections::HashSet, hash::Hash};

use rusqlite::{Connection, OptionalExtension, Result, Row, ToSql, params};

use super::{
    checkpoint, ledger,
    mutation::{self, Refusal},
    pool::End,
};
use crate::{
    graph::{
        Batch, Before, Changes, Checkpoint, CheckpointId, Interval, Needs, Outcome, Tally,
        batch::Content,
        change::ProductBefore,
        checkpoint::{Verdict, verdict, verdict_of_all},
        takeover,
    },
    kind,
};

/// Writes a batch in a transaction that holds the write lock already; or says why it can't be, for what a record says.
pub(super) fn write(connection: &Connection, batch: &Batch) -> Result<End<std::result::Result<Outcome, Refusal>>> {
    let found = checkpoint::look(connection, &batch.intervals)?;
    let states = takeover::states(&found);
    let verdicts = batch.intervals.iter().zip(&states).map(|(interval, state)| verdict(interval, *state));
    Ok(match verdict_of_all(verdicts) {
        Verdict::Write => {
            let (changes, written) = kind::plan(batch, before(connection, &kind::needs(batch))?);
            apply(connection, &changes)?;
            if let Err(refusal) = mutation::apply(connection, batch)? {
                return Ok(End::Rollback(Err(refusal)));
            }
            bury(connection, batch, &found)?;
            checkpoint::put(connection, &takeover::all_moved(&found, &batch.intervals, &written.tallies))?;
            End::Commit(Ok(Outcome::Committed(written)))
        }
        Verdict::Already => End::Rollback(Ok(Outcome::Already)),
        Verdict::Fenced => End::Rollback(Ok(Outcome::Fenced)),
        Verdict::Gone => End::Rollback(Ok(Outcome::Gone)),
        Verdict::Astray => End::Rollback(Ok(Outcome::Astray(takeover::astray(&batch.intervals, &states)))),
    })
}

/// Moves the checkpoints and nothing else, for a transaction that is rolled back.
pub(super) fn probe(connection: &Connection, intervals: &[Interval]) -> Result<End<()>> {
    let found = checkpoint::look(connection, intervals)?;
    let tallies = vec![Tally::default(); intervals.len()];
    checkpoint::put(connection, &takeover::all_moved(&found, intervals, &tallies))?;
    Ok(End::Rollback(()))
}

/// Empties the graph and the ledger, and sets the checkpoints back. Nobody needs fencing off beforehand: while this
/// transaction runs, no other writes.
pub(super) fn reset(connection: &Connection, to: &[(CheckpointId, i64)]) -> Result<()> {
    let all = checkpoint::all(connection)?;
    connection.execute_batch(
        "DELETE FROM user; DELETE FROM product; DELETE FROM purchase; DELETE FROM bought; DELETE FROM rated; \
         DELETE FROM reviewed; DELETE FROM follows; DELETE FROM generic_relationship; DELETE FROM generic_property; \
         DELETE FROM generic_node; DELETE FROM dead_letter; DELETE FROM checkpoint;",
    )?;
    checkpoint::put(connection, &takeover::reset(&all, to))
}

/// Asks what of the needs is there.
fn before(connection: &Connection, needs: &Needs) -> Result<Before> {
    let mut before = Before::default();
    let mut user = connection.prepare_cached("SELECT name IS NOT NULL FROM user WHERE id = ?1")?;
    for &id in &needs.users {
        if let Some(is_named) = user.query_row([id], |row| row.get(0)).optional()? {
            before.users.insert(id, is_named);
        }
    }
    let mut product = connection.prepare_cached("SELECT category, name, price FROM product WHERE id = ?1")?;
    for &id in &needs.products {
        let read = |row: &Row<'_>| Ok(ProductBefore { category: row.get(0)?, name: row.get(1)?, price: row.get(2)? });
        if let Some(found) = product.query_row([id], read).optional()? {
            before.products.insert(id, found);
        }
    }
    let mut rating = connection.prepare_cached("SELECT timestamp FROM rated WHERE user = ?1 AND product = ?2")?;
    for &pair in &needs.ratings {
        if let Some(timestamp) = rating.query_row(pair, |row| row.get(0)).optional()? {
            before.ratings.insert(pair, timestamp);
        }
    }
    before.transactions =
        existing(connection, "SELECT 1 FROM purchase WHERE id = ?1", &needs.transactions, |id| vec![id])?;
    before.reviews = existing(connection, "SELECT 1 FROM reviewed WHERE id = ?1", &needs.reviews, |id| vec![id])?;
    let follows = "SELECT 1 FROM follows WHERE follower = ?1 AND followed = ?2";
    before.follows = existing(connection, follows, &needs.follows, |(follower, followed)| vec![follower, followed])?;
    Ok(before)
}

/// Which of the keys a statement finds.
fn existing<K: Clone + Eq + Hash>(
    connection: &Connection,
    sql: &str,
    keys: &[K],
    parameters: impl Fn(&K) -> Vec<&dyn ToSql>,
) -> Result<HashSet<K>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = HashSet::new();
    for key in keys {
        if statement.exists(parameters(key).as_slice())? {
            found.insert(key.clone());
        }
    }
    Ok(found)
}

fn apply(connection: &Connection, changes: &Changes) -> Result<()> {
    let mut user = connection.prepare_cached(
        "INSERT INTO user (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    )?;
    for row in &changes.users {
        user.execute(params![row.id, row.name])?;
    }
    let mut product = connection.prepare_cached(
        "INSERT INTO product (id, category, name, price) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) \
         DO UPDATE SET category = excluded.category, name = excluded.name, price = excluded.price",
    )?;
    for row in &changes.products {
        product.execute(params![row.id, row.category, row.name, row.price])?;
    }
    let mut purchase = connection
        .prepare_cached("INSERT INTO purchase (id, user, product, quantity, timestamp) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut bought = connection.prepare_cached("INSERT OR IGNORE INTO bought (user, product) VALUES (?1, ?2)")?;
    for row in &changes.transactions {
        purchase.execute(params![row.id, row.user, row.product, row.quantity, row.timestamp])?;
        bought.execute([row.user, row.product])?;
    }
    let mut rating = connection.prepare_cached(
        "INSERT INTO rated (user, product, value, timestamp) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (user, product) \
         DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp",
    )?;
    for row in &changes.ratings {
        rating.execute([row.user, row.product, row.value, row.timestamp])?;
    }
    let mut review = connection
        .prepare_cached("INSERT INTO reviewed (id, user, product, text, timestamp) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in &changes.reviews {
        review.execute(params![row.id, row.user, row.product, row.text, row.timestamp])?;
    }
    let mut follow = connection
        .prepare_cached("INSERT OR IGNORE INTO follows (followed, follower, timestamp) VALUES (?1, ?2, ?3)")?;
    for row in &changes.follows {
        follow.execute([row.followed, row.follower, row.timestamp])?;
    }
    Ok(())
}

/// Puts the dead records of a batch into the ledger.
fn bury(connection: &Connection, batch: &Batch, found: &[Option<Checkpoint>]) -> Result<()> {
    for entry in &batch.entries {
        let Content::Dead(record) = &entry.content else { continue };
        let id = &batch.intervals[entry.interval].id;
        let incarnation = found[entry.interval].as_ref().map_or(1, |it| it.incarnation);
        ledger::put(connection, id, incarnation, record)?;
    }
    Ok(())
}
