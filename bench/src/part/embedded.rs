//! The pair inside the process, broker and store, against a bare loader into the same tables.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use model::Kind;
use rusqlite::{Connection, params};
use serde_json::json;
use sink::graph::embedded::Embedded;

use super::throughput::drain;
use crate::{
    error::{During, Error},
    graph::TRANSACTION,
    house::{now, records},
    report::{Section, median, number, text},
    sluice::{SELDOM, Setup, Sluice},
    topic::Topics,
    world::{Draws, Row, SMALL},
};

const STEP: &str = "loading rows into SQLite";

/// Rows of a kind that a topic of the embedded broker has room for: 5 MB in each partition.
const ROOM: usize = 60_000;

/// `rows` of each kind in a burst, and as many as the topics hold from topics that are full; a tenth before anything is
/// measured.
pub(crate) fn measure(setup: &Setup, rows: usize, rounds: usize) -> Result<Section, Error> {
    let mut section = Section::new(
        "embedded",
        "The embedded pair, all three kinds at once",
        &["what", "events/s", "bare loader/s", "ratio", "CPU µs an event", "peak MB"],
    );
    let dir = tempfile::tempdir().during("making a folder")?;
    let sluice = Sluice::start(setup, dir.path())?.ready()?;
    let topics = Topics::at(&sluice.bootstrap_servers()?)?;
    let mut draws = Draws::new(7, now());
    burst(&sluice, rows / 10)?;
    for (what, run) in [("from topic to graph", Run::Topics), ("producers included", Run::Burst)] {
        let (mut ours, mut bare, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let rows = if run == Run::Topics { rows.min(ROOM) } else { rows };
            let drawn = Kind::ALL.map(|kind| draws.draw(kind, SMALL, rows));
            let count = (rows * Kind::ALL.len()) as f64;
            if run == Run::Topics {
                sluice.pause()?;
                for (kind, rows) in Kind::ALL.into_iter().zip(&drawn) {
                    topics.fill(kind.topic(), &records(rows))?;
                }
            }
            let before = sluice.process().cpu_seconds()?;
            ours.push(match run {
                Run::Topics => drain(&sluice, &Kind::ALL.map(Kind::topic), count as u64)?,
                Run::Burst => count / burst(&sluice, rows)?.as_secs_f64(),
            });
            cpu.push(1e6 * (sluice.process().cpu_seconds()? - before) / count);
            let dir = tempfile::tempdir().during("making a folder")?;
            bare.push(count / load(dir.path(), &drawn.concat())?.as_secs_f64());
        }
        let ratios: Vec<f64> = ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect();
        section.row([
            text(what),
            number(median(&ours), 0),
            number(median(&bare), 0),
            number(median(&ratios), 2),
            number(median(&cpu), 1),
            number(sluice.process().peak_mb()?, 0),
        ]);
    }
    sluice.stop()?;
    Ok(section)
}

/// Where the events come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    /// They are there.
    Topics,
    /// Sluice makes them itself, meanwhile.
    Burst,
}

/// Sends events of all kinds at once, and waits until all are stored.
fn burst(sluice: &Sluice, count: usize) -> Result<Duration, Error> {
    let topics = Kind::ALL.map(Kind::topic);
    let before = sluice.handled_of(&topics)?;
    let started = Instant::now();
    for kind in Kind::ALL {
        sluice.post("/api/bursts", &json!({"kind": kind.topic(), "count": count}))?;
    }
    sluice.watch(SELDOM, &topics, before, (count * Kind::ALL.len()) as u64)?;
    Ok(started.elapsed())
}

/// Stores rows in tables as Sluice makes them, and keeps no books.
fn load(dir: &Path, rows: &[Row]) -> Result<Duration, Error> {
    // It makes the tables.
    drop(Embedded::open(dir).during(STEP)?);
    let mut connection = Connection::open(dir.join("sluice.db")).during(STEP)?;
    connection.pragma_update(None, "synchronous", "NORMAL").during(STEP)?;
    let started = Instant::now();
    for rows in rows.chunks(TRANSACTION) {
        let transaction = connection.transaction().during(STEP)?;
        for row in rows {
            insert(&transaction, row).during(STEP)?;
        }
        transaction.commit().during(STEP)?;
    }
    Ok(started.elapsed())
}

fn insert(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| connection.prepare_cached(sql)?.execute(values).map(drop);
    let user = |id: &i64| run("INSERT OR IGNORE INTO user (id) VALUES (?1)", params![id]);
    let product = |id: &i64, category: &str| {
        run("INSERT OR IGNORE INTO product (id, category) VALUES (?1, ?2)", params![id, category])
    };
    match row {
        Row::Purchase { id, user: buyer, product: bought, category, quantity, timestamp } => {
            user(buyer)?;
            product(bought, category)?;
            run("INSERT INTO purchase VALUES (?1, ?2, ?3, ?4, ?5)", params![id, buyer, bought, quantity, timestamp])?;
            run("INSERT OR IGNORE INTO bought VALUES (?1, ?2)", params![buyer, bought])
        }
        Row::Rating { user: rater, product: rated, stars, timestamp, .. } => {
            user(rater)?;
            product(rated, "Uncategorized")?;
            run("INSERT OR REPLACE INTO rated VALUES (?1, ?2, ?3, ?4)", params![rater, rated, stars, timestamp])
        }
        Row::Review { id, user: author, product: reviewed, text, timestamp } => {
            user(author)?;
            product(reviewed, "Uncategorized")?;
            run("INSERT INTO reviewed VALUES (?1, ?2, ?3, ?4, ?5)", params![id, author, reviewed, text, timestamp])
        }
        Row::Follow { follower, followed, timestamp } => {
            user(follower)?;
            user(followed)?;
            run("INSERT OR IGNORE INTO follows VALUES (?1, ?2, ?3)", params![followed, follower, timestamp])
        }
    }
}
