//! The pair inside the process, broker and store, against a bare loader into the same tables.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use model::Kind;
use rusqlite::{Connection, params};
use serde_json::json;
use sink::graph::embedded::Embedded;

use crate::{
    error::{During, Error},
    graph::TRANSACTION,
    house::now,
    report::{Section, median, number},
    sluice::{SELDOM, Setup, Sluice},
    world::{Draws, Row, SMALL},
};

const STEP: &str = "loading rows into SQLite";

/// `rows` of each kind, and as many before anything is measured.
pub(crate) fn measure(setup: &Setup, rows: usize, rounds: usize) -> Result<Section, Error> {
    let mut section = Section::new(
        "embedded",
        "The embedded pair, all three kinds at once, producers included",
        &["events/s", "bare loader/s", "ratio", "peak MB", "CPU µs an event"],
    );
    let dir = tempfile::tempdir().during("making a folder")?;
    let sluice = Sluice::start(setup, dir.path())?.ready()?;
    let mut draws = Draws::new(7, now());
    burst(&sluice, rows / 10)?;
    let (mut ours, mut bare, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let before = sluice.process().cpu_seconds()?;
        let taken = burst(&sluice, rows)?;
        let count = (rows * Kind::ALL.len()) as f64;
        cpu.push(1e6 * (sluice.process().cpu_seconds()? - before) / count);
        ours.push(count / taken.as_secs_f64());
        let drawn: Vec<Row> = Kind::ALL.into_iter().flat_map(|kind| draws.draw(kind, SMALL, rows)).collect();
        let dir = tempfile::tempdir().during("making a folder")?;
        bare.push(count / load(dir.path(), &drawn)?.as_secs_f64());
    }
    let ratios: Vec<f64> = ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect();
    section.row([
        number(median(&ours), 0),
        number(median(&bare), 0),
        number(median(&ratios), 2),
        number(sluice.process().peak_mb()?, 0),
        number(median(&cpu), 1),
    ]);
    sluice.stop()?;
    Ok(section)
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
