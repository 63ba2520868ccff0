//! Folding what writes have added into the tables, and counting all anew.

use std::{
    collections::HashMap,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use chrono::Utc;
use neo4rs::{BoltType, query};
use serde::Deserialize;
use tracing::{info, warn};
use uuid::Uuid;

use super::{Blocks, FORMAT, Found, PATIENCE, Place, Summary, Table, deltas, look, questions};
use crate::graph::{
    Error, RatingCounts, Trouble,
    neo4j::{
        bytes, checkpoint,
        link::{End, Transaction},
        mark::Mark,
        row,
    },
};

/// After so many milliseconds nobody believes any longer that somebody folds: he has died.
const STALE_MS: i64 = 10_000;
/// How many deltas a transaction folds. One of a large batch has 20,000 numbers.
const DELTAS: i64 = 200;
/// How many blocks are added to at a time. One has the baskets of 64 users.
const CHUNK: usize = 250;
/// Between two times that all is counted because tables and graph differ: so long, or so many times as long as it took.
/// Somebody who goes on writing beside Sluice costs no more than that.
const REST: Duration = Duration::from_mins(1);
const RESTS: u32 = 100;

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Nothing,
    Fold,
    /// To count all.
    Count,
}

impl Task {
    const fn attempt(self) -> &'static str {
        match self {
            Self::Nothing => "looking for what to fold",
            Self::Fold => "folding the summary",
            Self::Count => "counting the summary anew",
        }
    }
}

impl Summary {
    /// Folds what there is. Where the tables are missing, or were found wrong again and again, all is counted.
    pub(in super::super) async fn fold(&self, mark: &Mark) -> Result<(), Error> {
        let rested = self.rest().is_none_or(|until| Instant::now() >= until);
        if rested && self.doubts.load(Ordering::Relaxed) >= PATIENCE {
            warn!("the tables that questions are answered from differ from the graph: they are counted anew");
            let begun = Instant::now();
            let counted = self.count(mark).await;
            *self.rest() = Some(Instant::now() + REST.max(begun.elapsed() * RESTS));
            return counted;
        }
        let mut tx = self.link.begin(Task::Nothing.attempt()).await?;
        let task = task(&mut tx).await.map(End::Rollback);
        match tx.end(task).await? {
            Task::Nothing => Ok(()),
            Task::Fold => self.turn(Task::Fold, mark).await,
            Task::Count => self.count(mark).await,
        }
    }

    /// Counts all. Writers wait for it, and questions are answered from the graph.
    pub(in super::super) async fn count(&self, mark: &Mark) -> Result<(), Error> {
        let begun = Instant::now();
        self.turn(Task::Count, mark).await?;
        self.doubts.store(0, Ordering::Relaxed);
        info!(took_ms = begun.elapsed().as_millis() as u64, "the tables that questions are answered from were counted");
        Ok(())
    }

    /// Says so, does it, and says that it is done, each in a transaction. Where the second fails, the next turn does the
    /// third.
    async fn turn(&self, task: Task, mark: &Mark) -> Result<(), Error> {
        let turn = Uuid::new_v4().to_string();
        let mut tx = self.link.begin(task.attempt()).await?;
        let begun = begin(&mut tx, task, &turn).await.map(End::Commit);
        tx.end(begun).await?;
        loop {
            let mut tx = self.link.begin(task.attempt()).await?;
            let done = match task {
                Task::Count => count(&mut tx, mark).await.map(|()| 0),
                Task::Fold | Task::Nothing => fold(&mut tx).await,
            };
            if tx.end(done.map(End::Commit)).await? < DELTAS {
                break;
            }
        }
        let mut tx = self.link.begin(task.attempt()).await?;
        let over = end(&mut tx, &turn).await.map(End::Commit);
        tx.end(over).await
    }
}

async fn task(tx: &mut Transaction<'_>) -> Result<Task, Error> {
    let Some(state) = look(tx).await? else { return Ok(Task::Count) };
    Ok(if state.busy && Utc::now().timestamp_millis() - state.since < STALE_MS {
        Task::Nothing
    } else if state.format != Some(FORMAT) {
        Task::Count
    } else if state.busy || tx.number(cypher!("waiting").into()).await? > 0 {
        Task::Fold
    } else {
        Task::Nothing
    })
}

async fn begin(tx: &mut Transaction<'_>, task: Task, turn: &str) -> Result<(), Error> {
    tx.run(cypher!("lock").into()).await?;
    tx.run(query(cypher!("begin")).param("turn", turn).param("now", Utc::now().timestamp_millis())).await?;
    if task == Task::Count {
        tx.run(cypher!("doubt").into()).await?;
    }
    Ok(())
}

async fn end(tx: &mut Transaction<'_>, turn: &str) -> Result<(), Error> {
    tx.run(cypher!("lock").into()).await?;
    tx.run(query(cypher!("done")).param("turn", turn)).await
}

/// Folds some deltas; says how many.
async fn fold(tx: &mut Transaction<'_>) -> Result<i64, Error> {
    tx.run(cypher!("lock").into()).await?;
    let Some(state) = look(tx).await?.filter(|state| state.format == Some(FORMAT)) else { return Ok(0) };
    let Some(deltas) = deltas(tx, DELTAS).await? else { return doubt(tx).await };
    let mut totals = state.totals;
    let mut added = Blocks::default();
    for Found { delta, .. } in &deltas {
        for (table, total) in Table::COUNTING.into_iter().zip(&mut totals) {
            *total += delta.counted(table);
        }
        for table in Table::ALL {
            added.add_delta(table, delta, i64::MIN..=i64::MAX);
        }
    }
    for places in added.places().chunks(CHUNK) {
        let mut sums = added.take(places);
        if add_those_there(tx, places, &mut sums).await?.is_none() {
            return doubt(tx).await;
        }
        put(tx, places, &sums).await?;
    }
    delete(tx, deltas.iter().map(|it| it.id.as_str()).collect()).await?;
    note(tx, totals).await?;
    Ok(deltas.len() as i64)
}

/// Says that all is to be counted: what is kept is not what anybody here has written.
async fn doubt(tx: &mut Transaction<'_>) -> Result<i64, Error> {
    warn!("the tables that questions are answered from hold something else: they are counted anew");
    tx.run(cypher!("doubt").into()).await?;
    Ok(0)
}

/// Counts the graph while nobody writes it.
async fn count(tx: &mut Transaction<'_>, mark: &Mark) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Row {
        major: i64,
        id: i64,
        numbers: Vec<i64>,
    }
    checkpoint::lock_all(tx, mark).await?;
    tx.run(cypher!("lock").into()).await?;
    let counted = waiting(tx).await?;
    let mut blocks = Blocks::default();
    for (table, all) in [(Table::Sales, cypher!("all_sales")), (Table::Followers, cypher!("all_followers"))] {
        for Row { major, id, numbers } in tx.rows::<Row>(all.into()).await? {
            blocks.add(table, (major, id), &numbers);
        }
    }
    for RatingCounts { product, distribution } in questions::rating_counts(tx).await? {
        blocks.add(Table::Ratings, (0, product), &distribution);
    }
    for (user, product) in questions::bought(tx).await? {
        blocks.put(user, product);
    }
    tx.run(cypher!("blocks_delete").into()).await?;
    for places in blocks.places().chunks(CHUNK) {
        put(tx, places, &blocks).await?;
    }
    delete(tx, counted.iter().map(String::as_str).collect()).await?;
    if !waiting(tx).await?.is_empty() {
        // By a writer whose checkpoint was not there yet when all of them were locked.
        return Err(Error::new(tx.attempt(), Trouble::Passing, "somebody wrote meanwhile"));
    }
    note(tx, Table::COUNTING.map(|table| blocks.counted(table))).await
}

/// The ids of the deltas that are not folded yet.
async fn waiting(tx: &mut Transaction<'_>) -> Result<Vec<String>, Error> {
    tx.rows(cypher!("delta_ids").into()).await
}

/// Adds what those of these blocks that are there already say; none where one of them is none.
async fn add_those_there(tx: &mut Transaction<'_>, places: &[Place], sums: &mut Blocks) -> Result<Option<()>, Error> {
    #[derive(Deserialize)]
    struct Row {
        id: String,
        cells: Option<Vec<u8>>,
    }
    let by_id: HashMap<String, Place> = places.iter().map(|place| (place.id(), *place)).collect();
    let ids = by_id.keys().map(String::as_str).collect::<Vec<_>>();
    let rows = tx.rows::<Row>(query(cypher!("blocks_of")).param("ids", ids)).await?;
    Ok(rows.into_iter().try_for_each(|Row { id, cells }| {
        by_id.get(&id).map_or(Some(()), |place| sums.add_packed(*place, &cells.unwrap_or_default()))
    }))
}

async fn put(tx: &mut Transaction<'_>, places: &[Place], blocks: &Blocks) -> Result<(), Error> {
    let rows = places.iter().map(|place| {
        let cells = bytes(blocks.packed(*place));
        row([place.id().into(), place.table.name().into(), place.major.into(), place.block.into(), cells])
    });
    tx.run(query(cypher!("blocks_put")).param("rows", rows.collect::<BoltType>())).await
}

async fn delete(tx: &mut Transaction<'_>, ids: Vec<&str>) -> Result<(), Error> {
    tx.run(query(cypher!("deltas_delete")).param("ids", ids)).await
}

async fn note(tx: &mut Transaction<'_>, totals: [i64; 3]) -> Result<(), Error> {
    let put = query(cypher!("put")).param("format", FORMAT);
    tx.run(put.param("totals", totals.to_vec())).await
}

/// Deletes all that the summary keeps, in a transaction that has locked all checkpoints.
pub(in super::super) async fn forget(tx: &mut Transaction<'_>) -> Result<(), Error> {
    tx.run(cypher!("lock").into()).await?;
    let ids = waiting(tx).await?;
    delete(tx, ids.iter().map(String::as_str).collect()).await?;
    tx.run(cypher!("blocks_delete").into()).await?;
    tx.run(cypher!("delete").into()).await
}
