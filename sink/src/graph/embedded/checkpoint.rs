//! Checkpoints as rows of SQLite.

use model::status::Books;
use rusqlite::{Connection, OptionalExtension, Result, Row, named_params, params};

use crate::graph::{Checkpoint, CheckpointId, Interval, Tally};

/// What a writer looks at, under the lock.
pub(super) struct Found {
    pub(super) epoch: i64,
    pub(super) next_offset: i64,
    pub(super) incarnation: i64,
}

pub(super) fn look(connection: &Connection, id: &CheckpointId) -> Result<Option<Found>> {
    connection
        .prepare_cached("SELECT epoch, next_offset, incarnation FROM checkpoint WHERE id = ?1")?
        .query_row([id.to_string()], |row| {
            Ok(Found { epoch: row.get(0)?, next_offset: row.get(1)?, incarnation: row.get(2)? })
        })
        .optional()
}

/// Moves a checkpoint to the end of an interval, and adds to its books.
pub(super) fn advance(connection: &Connection, interval: &Interval, tally: &Tally) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE checkpoint SET next_offset = :to, last_timestamp = :last_timestamp, last_crc = :last_crc, \
             read = read + :read, stored = stored + :stored, repeated = repeated + :repeated, dead = dead + :dead, \
             updated = updated + :updated WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": interval.id.to_string(),
            ":to": interval.to,
            ":last_timestamp": interval.last_timestamp,
            ":last_crc": interval.last_crc,
            ":read": interval.read,
            ":stored": tally.stored,
            ":repeated": tally.repeated,
            ":dead": tally.dead,
            ":updated": tally.updated,
        })
        .map(drop)
}

/// All of them, ordered by id.
pub(super) fn all(connection: &Connection) -> Result<Vec<Checkpoint>> {
    let mut statement = connection.prepare_cached(
        "SELECT connector, cluster, topic, partition, next_offset, epoch, last_timestamp, last_crc, incarnation, \
         read, stored, repeated, dead, updated FROM checkpoint ORDER BY id",
    )?;
    statement.query_map([], read_row)?.collect()
}

/// Writes checkpoints as they are to be, whether they were there or not.
pub(super) fn put(connection: &Connection, checkpoints: &[Checkpoint]) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO checkpoint (id, connector, cluster, topic, partition, next_offset, epoch, \
         last_timestamp, last_crc, incarnation, read, stored, repeated, dead, updated) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
            updated
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
