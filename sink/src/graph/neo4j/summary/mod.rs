//! What questions count, kept beside the graph, so that an answer does not have to read all that it counts.
//!
//! ```text
//! a write:  data, checkpoints and a SluiceDelta with what the data adds      one transaction
//! a fold:   all deltas into SluiceBlocks, and the deltas deleted             one transaction, every two seconds
//! a read:   blocks + deltas
//! ```
//!
//! A writer only makes a node of its own, so writers do not wait for each other here, and a block is written once a fold
//! and not once a batch.
//!
//! Invariant: what is read is what the graph has, or is not used. Neo4j shows a commit bit by bit while it is applied, so
//! whoever folds says so in a transaction before, and takes it back in one after; a read that overlapped is done again.
//! And a table stands for relationships that Neo4j counts by itself: where the two differ, because somebody else has
//! written or deleted some, the question is answered from the graph, and the tables are counted anew.

mod fold;
mod pack;
mod table;

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

pub(super) use fold::forget;
use metrics::counter;
use model::answer::Influencer;
use neo4rs::query;
use serde::Deserialize;
pub(super) use table::Delta;
use table::{Blocks, Place, SECONDS_PER_DAY, Table, day};

use super::{
    link::{Link, Transaction},
    query as questions,
};
use crate::graph::{Error, RatingCounts, Sales};

/// What the tables look like. Others are counted anew.
const FORMAT: i64 = 1;

/// How often a read begins again while others fold, and how long it waits before.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);
/// How often a read finds that tables and graph differ, before it believes it: a commit was about to be applied.
const DOUBTS: u32 = 3;
/// How many reads in a row find that, before the tables are counted anew.
const PATIENCE: u32 = 3;
/// How many deltas a read adds up. Where there are more, nobody folds, and they could be too much for the memory.
const DELTAS: i64 = 1_000;

/// Keeps the tables.
pub(super) struct Summary {
    link: Link,
    /// How many reads in a row have found that tables and graph differ.
    doubts: AtomicU32,
    /// Before that all is not counted anew by itself.
    rest: Mutex<Option<Instant>>,
}

impl Summary {
    pub(super) fn new(link: Link) -> Self {
        Self { link, doubts: AtomicU32::new(0), rest: Mutex::default() }
    }

    fn rest(&self) -> MutexGuard<'_, Option<Instant>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sales of each product, as the tables have them.
pub(super) async fn sales(
    tx: &mut Transaction<'_>,
    summary: &Summary,
    after: i64,
    until: i64,
) -> Result<Option<Vec<Sales>>, Error> {
    let Some(window) = Window::of(after, until) else { return Ok(None) };
    let Some(blocks) = read(tx, summary, Table::Sales, window.first, window.last).await? else { return Ok(None) };
    let mut sums = HashMap::<i64, (i64, i64)>::new();
    for (product, row) in blocks.rows() {
        let (purchases, units) = sums.entry(product).or_default();
        *purchases += row[0];
        *units += row[1];
    }
    for (sign, after, until) in window.edges {
        for Edge { product, purchases, units } in edge(tx, after, until).await? {
            let sum = sums.entry(product).or_default();
            *sum = (sum.0 + sign as i64 * purchases, sum.1 + sign as i64 * units);
        }
    }
    sums.retain(|_, (purchases, _)| *purchases > 0);
    let ids: Vec<i64> = sums.keys().copied().collect();
    let mut sales = Vec::with_capacity(ids.len());
    for Category { category, products } in tx.rows(query(cypher!("categories")).param("ids", ids)).await? {
        sales.extend(products.into_iter().filter_map(|product| {
            let &(purchases, units) = sums.get(&product)?;
            Some(Sales { product, category: category.clone(), purchases, units })
        }));
    }
    Ok(Some(sales))
}

/// The users with most followers, as the tables have them.
pub(super) async fn influencers(
    tx: &mut Transaction<'_>,
    summary: &Summary,
    limit: u32,
) -> Result<Option<Vec<Influencer>>, Error> {
    let Some(blocks) = read(tx, summary, Table::Followers, 0, 0).await? else { return Ok(None) };
    let mut users: Vec<(i64, i64)> =
        blocks.rows().filter(|(_, row)| row[0] > 0).map(|(user, row)| (user, row[0])).collect();
    users.sort_unstable_by_key(|(user, followers)| (-followers, *user));
    users.truncate(limit as usize);
    let ids: Vec<i64> = users.iter().map(|(user, _)| *user).collect();
    let names: HashMap<i64, String> = questions::user_names(tx, &ids).await?.into_iter().collect();
    let named = |(user, followers)| Influencer { user, name: names.get(&user).cloned(), followers };
    Ok(Some(users.into_iter().map(named).collect()))
}

/// How often each product got how many stars, as the tables have it.
pub(super) async fn rating_counts(
    tx: &mut Transaction<'_>,
    summary: &Summary,
) -> Result<Option<Vec<RatingCounts>>, Error> {
    let Some(blocks) = read(tx, summary, Table::Ratings, 0, 0).await? else { return Ok(None) };
    let counts =
        blocks.rows().filter_map(|(product, row)| Some(RatingCounts { product, distribution: row.try_into().ok()? }));
    Ok(Some(counts.collect()))
}

/// Every user's distinct products, as the tables have them.
pub(super) async fn bought(tx: &mut Transaction<'_>, summary: &Summary) -> Result<Option<Vec<(i64, i64)>>, Error> {
    Ok(read(tx, summary, Table::Baskets, 0, 0).await?.map(Blocks::into_pairs))
}

/// A table's blocks of these days with what is not folded yet; none where the tables can't be trusted.
async fn read(
    tx: &mut Transaction<'_>,
    summary: &Summary,
    table: Table,
    first: i64,
    last: i64,
) -> Result<Option<Blocks>, Error> {
    let mut doubts = 0;
    for _ in 0..TRIES {
        let Some(state) = look(tx).await?.filter(|state| state.format == Some(FORMAT)) else { break };
        if !state.busy {
            let blocks = blocks(tx, table, first, last).await?;
            let deltas = deltas(tx, DELTAS).await?;
            let now = look(tx).await?.filter(|now| !now.busy && now.turn == state.turn);
            if let Some(now) = now {
                if deltas.as_ref().is_some_and(|all| all.len() as i64 == DELTAS) {
                    break;
                }
                let read = blocks.zip(deltas).filter(|(_, deltas)| {
                    let added: i64 = deltas.iter().map(|it| it.delta.counted(table.total())).sum();
                    (state.graph[table as usize]..=now.graph[table as usize])
                        .contains(&(state.totals[table.total() as usize] + added))
                });
                if let Some((mut blocks, deltas)) = read {
                    for it in &deltas {
                        blocks.add_delta(table, &it.delta, first..=last);
                    }
                    summary.doubts.store(0, Ordering::Relaxed);
                    return Ok(Some(blocks));
                }
                doubts += 1;
                if doubts == DOUBTS {
                    summary.doubts.fetch_add(1, Ordering::Relaxed);
                    break;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    counter!("sluice_summary_unused_total").increment(1);
    Ok(None)
}

/// A window of time in whole days, and the parts of a day by which they differ from it.
#[derive(Debug, PartialEq, Eq)]
struct Window {
    first: i64,
    last: i64,
    /// Each from, exclusive, to, inclusive: to be added, or to be taken away.
    edges: [(Sign, i64, i64); 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Plus = 1,
    Minus = -1,
}

impl Window {
    /// None where it ends on the day on which it begins. Of the day on which it begins the smaller part is the edge. Behind
    /// its end, which mostly is now, there is little on its last day.
    fn of(after: i64, until: i64) -> Option<Self> {
        let begin = |day: i64| day.saturating_mul(SECONDS_PER_DAY);
        // The last moment before a day.
        let eve = |day: i64| begin(day).saturating_sub(1);
        let (begins, last) = (day(after), day(until));
        let (first, edge) = if after.rem_euclid(SECONDS_PER_DAY) < SECONDS_PER_DAY / 2 {
            (begins, (Sign::Minus, eve(begins), after))
        } else {
            (begins + 1, (Sign::Plus, after, eve(begins + 1)))
        };
        let behind = (Sign::Minus, until, eve(last.saturating_add(1)));
        (begins < last).then_some(Self { first, last, edges: [edge, behind] })
    }
}

/// The node that says how the tables stand.
#[derive(Debug, Deserialize)]
struct State {
    /// None before all is counted for the first time, and when it is to be counted anew.
    format: Option<i64>,
    /// Who folded last, or does.
    turn: Option<String>,
    /// Somebody folds.
    busy: bool,
    /// Since when, in epoch milliseconds.
    since: i64,
    /// How many relationships the tables that count stand for.
    totals: [i64; 3],
    /// How many the graph has of those that each table stands for.
    graph: [i64; 4],
}

/// A delta that is not folded yet, and what it is found by.
struct Found {
    id: String,
    delta: Delta,
}

#[derive(Deserialize)]
struct Category {
    category: String,
    products: Vec<i64>,
}

#[derive(Deserialize)]
struct Edge {
    product: i64,
    purchases: i64,
    units: i64,
}

async fn look(tx: &mut Transaction<'_>) -> Result<Option<State>, Error> {
    Ok(tx.rows(cypher!("look").into()).await?.pop())
}

/// A table's blocks of these days; none where one of them is none.
async fn blocks(tx: &mut Transaction<'_>, table: Table, first: i64, last: i64) -> Result<Option<Blocks>, Error> {
    #[derive(Deserialize)]
    struct Row {
        major: i64,
        block: i64,
        cells: Option<Vec<u8>>,
    }
    let wanted = query(cypher!("blocks")).param("table", table.name()).param("from", first).param("to", last);
    let rows = tx.rows::<Row>(wanted).await?;
    let mut blocks = Blocks::default();
    let read = rows.into_iter().try_for_each(|Row { major, block, cells }| {
        blocks.add_packed(Place { table, major, block }, &cells.unwrap_or_default())
    });
    Ok(read.map(|()| blocks))
}

/// So many of the deltas that are not folded yet; none where one of them is none.
async fn deltas(tx: &mut Transaction<'_>, limit: i64) -> Result<Option<Vec<Found>>, Error> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        sales: Option<Vec<u8>>,
        followers: Option<Vec<u8>>,
        ratings: Option<Vec<u8>>,
        baskets: Option<Vec<u8>>,
    }
    let rows = tx.rows::<Row>(query(cypher!("deltas")).param("limit", limit)).await?;
    let found = |Row { id, sales, followers, ratings, baskets }| {
        let packed = [sales, followers, ratings, baskets].map(Option::unwrap_or_default);
        Some(Found { id, delta: Delta::unpacked(&packed)? })
    };
    Ok(rows.into_iter().map(found).collect())
}

async fn edge(tx: &mut Transaction<'_>, after: i64, until: i64) -> Result<Vec<Edge>, Error> {
    tx.rows(query(cypher!("edge")).param("after", after).param("until", until)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_whole_days_and_parts_of_two() {
        const DAY: i64 = SECONDS_PER_DAY;
        let window = |after, until| Window::of(after, until).map(|it| (it.first, it.last, it.edges));
        // In the evening: the rest of that day is added.
        let evening = DAY - 10;
        let behind = (Sign::Minus, DAY + 10, 2 * DAY - 1);
        assert_eq!(window(evening, DAY + 10), Some((1, 1, [(Sign::Plus, evening, DAY - 1), behind])));
        // In the morning: what was of it until then is taken away.
        assert_eq!(window(10, DAY + 10), Some((0, 1, [(Sign::Minus, -1, 10), behind])));
        // Before midnight and to the last second of a day: whole days, nothing at either end.
        let ends = [(Sign::Plus, -1, -1), (Sign::Minus, DAY - 1, DAY - 1)];
        assert_eq!(window(-1, DAY - 1), Some((0, 0, ends)));
        assert_eq!(window(10, 20), None);
        assert_eq!(window(20, 10), None);
        assert_eq!(window(DAY, 10), None);
        assert!(window(i64::MIN, i64::MAX).is_some_and(|(first, last, _)| first < last));
    }
}
