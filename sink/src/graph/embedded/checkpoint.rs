//! Checkpoints as rows of SQLite.

use model::status::Books;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::graph::{Checkpoint, CheckpointId, Interval, version::VERSION};

const COLUMNS: &str = "connector, cluster, topic, partition, next_offset, epoch, last_timestamp, last_crc, incarnation, \
    read, stored, repeated, dead, updated";

/// Looks at the checkpoints of these intervals, under the lock.
pub(super) fn look(connection: &Connection, intervals: &[Interval]) -> Result<Vec<Option<Checkpoint>>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM checkpoint WHERE id = ?1"))?;
    let mut look = |interval: &Interval| statement.query_row([interval.id.to_string()], read_row).optional();
    intervals.iter().map(&mut look).collect()
}

/// All of them, ordered by id.
pub(super) fn all(connection: &Connection) -> Result<Vec<Checkpoint>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM checkpoint ORDER BY id"))?;
    statement.query_map([], read_row)?.collect()
}

/// Writes checkpoints as they are to be, whether they were there or not.
pub(super) fn put(connection: &Connection, checkpoints: &[Checkpoint]) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO checkpoint (id, connector, cluster, topic, partition, next_offset, epoch, \
         last_timestamp, last_crc, incarnation, read, stored, repeated, dead, updated, format) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?;
    for Checkpoint { id, next_offset, epoch, last_timestamp, last_crc, incarnation, books, updated } in checkpoints {
        let Books { read, stored, repeated, dead } = books;
        statement.execute(params![
            id.to_string(),
            id.connector,
            id.cluster,
            id.topic,
            id.partition,
            next_offset,
            epoch,
            last_timestamp,
            last_crc,
            incarnation,
            read,
            stored,
            repeated,
            dead,
            updated,
            VERSION,
        ])?;
    }
    Ok(())
}

pub(super) fn delete(connection: &Connection, ids: &[CheckpointId]) -> Result<()> {
    let mut statement = connection.prepare_cached("DELETE FROM checkpoint WHERE id = ?1")?;
    ids.iter().try_for_each(|id| statement.execute([id.to_string()]).map(drop))
}

fn read_row(row: &Row<'_>) -> Result<Checkpoint> {
    Ok(Checkpoint {
        id: CheckpointId { connector: row.get(0)?, cluster: row.get(1)?, topic: row.get(2)?, partition: row.get(3)? },
        next_offset: row.get(4)?,
        epoch: row.get(5)?,
        last_timestamp: row.get(6)?,
        last_crc: row.get(7)?,
        incarnation: row.get(8)?,
        books: Books { read: row.get(9)?, stored: row.get(10)?, repeated: row.get(11)?, dead: row.get(12)? },
        updated: row.get(13)?,
    })
}
