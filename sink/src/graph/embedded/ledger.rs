//! The dead-letter ledger in SQLite.

use std::ops::Range;

use model::dead_letter::ReasonCount;
use rusqlite::{Connection, OptionalExtension, Result, Row, named_params, params, types::Type};

use crate::graph::{
    CheckpointId, DeadRecord, LedgerEntry, ReplayClaim, Wanted,
    ledger::{self, After, Original, decode_headers, encode_headers, letter_id},
};

const COLUMNS: &str = "id, connector, cluster, topic, partition, \"offset\", reason, message, key, value, headers, \
    timestamp_ms, recorded_at, claimed_at, replayed_at, failed_again_at";

/// Puts a record into the ledger; one that has been put there before, by a graph whose checkpoints were emptied, gives
/// way. The letter of which it is a replay learns that it failed again.
pub(super) fn put(connection: &Connection, id: &CheckpointId, incarnation: i64, record: &DeadRecord) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO dead_letter (id, connector, cluster, topic, partition, \"offset\", reason, message, \
             key, value, headers, timestamp_ms, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            letter_id(id, incarnation, record.offset),
            id.connector,
            id.cluster,
            id.topic,
            id.partition,
            record.offset,
            record.reason,
            record.message,
            record.key,
            record.value,
            encode_headers(&record.headers),
            record.timestamp_ms,
            record.recorded_at,
        ])?;
    let original = ledger::origin(&record.headers).and_then(|origin| Original::parse(&id.topic, origin));
    let Some(Original { partition, offset, id_end }) = original else { return Ok(()) };
    connection
        .prepare_cached(
            "UPDATE dead_letter SET failed_again_at = ?5 WHERE topic = ?1 AND partition = ?2 AND \"offset\" = ?3 \
             AND substr(id, -length(?4)) = ?4",
        )?
        .execute(params![id.topic, partition, offset, id_end, record.recorded_at])
        .map(drop)
}

/// Up to `limit` letters after a place, ordered by topic, partition, offset, cluster and id.
pub(super) fn page(
    connection: &Connection,
    wanted: &Wanted,
    after: Option<&After>,
    limit: u32,
) -> Result<Vec<LedgerEntry>> {
    const PLACE: &str = "(topic, partition, \"offset\", cluster, id)";
    // Without a place to begin after, the smallest there could be.
    let (from, partition, offset, cluster, id) = after.map_or(("", -1, -1, "", ""), |it| {
        (it.topic.as_str(), it.partition, it.offset, it.cluster.as_str(), it.id.as_str())
    });
    // Spelled out only where it is wanted, so that the index on the place is used for the topic too.
    let only = if wanted.topic.is_some() { "topic = :topic" } else { ":topic IS NULL" };
    let sql = format!(
        "SELECT {COLUMNS} FROM dead_letter WHERE {PLACE} > (:from, :partition, :offset, :cluster, :id) AND {only} \
         AND (:reason IS NULL OR reason = :reason) AND (NOT :waiting OR replayed_at IS NULL) \
         AND (:until IS NULL OR recorded_at <= :until) ORDER BY topic, partition, \"offset\", cluster, id LIMIT :limit"
    );
    let values = named_params! {
        ":from": from, ":partition": partition, ":offset": offset, ":cluster": cluster, ":id": id,
        ":topic": wanted.topic, ":reason": wanted.reason, ":waiting": wanted.waiting, ":until": wanted.until,
        ":limit": limit,
    };
    connection.prepare_cached(&sql)?.query_map(values, read_row)?.collect()
}

pub(super) fn reasons(connection: &Connection) -> Result<Vec<ReasonCount>> {
    connection
        .prepare_cached(
            "SELECT topic, reason, count(*), count(*) - count(replayed_at) FROM dead_letter GROUP BY topic, reason \
             ORDER BY topic, reason",
        )?
        .query_map([], |row| {
            Ok(ReasonCount { topic: row.get(0)?, reason: row.get(1)?, letters: row.get(2)?, waiting: row.get(3)? })
        })?
        .collect()
}

pub(super) fn counts(connection: &Connection) -> Result<Vec<(String, i64)>> {
    connection
        .prepare_cached("SELECT topic, count(*) FROM dead_letter GROUP BY topic ORDER BY topic")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

pub(super) fn offsets(
    connection: &Connection,
    connector: Option<&str>,
    cluster: &str,
    topic: &str,
    partition: i32,
    within: Range<i64>,
) -> Result<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT DISTINCT \"offset\" FROM dead_letter WHERE topic = ?1 AND partition = ?2 AND \"offset\" >= ?3 \
             AND \"offset\" < ?4 AND cluster = ?5 AND (?6 IS NULL OR connector = ?6) ORDER BY \"offset\"",
        )?
        .query_map(params![topic, partition, within.start, within.end, cluster, connector], |row| row.get(0))?
        .collect()
}

pub(super) fn unpublished(connection: &Connection, limit: u32) -> Result<Vec<LedgerEntry>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM dead_letter WHERE published = 0 ORDER BY sequence LIMIT ?1"))?
        .query_map([limit], read_row)?
        .collect()
}

pub(super) fn mark_published(connection: &Connection, ids: &[String]) -> Result<()> {
    let mut statement = connection.prepare_cached("UPDATE dead_letter SET published = 1 WHERE id = ?1")?;
    ids.iter().try_for_each(|id| statement.execute([id]).map(drop))
}

pub(super) fn find(connection: &Connection, topic: &str, partition: i32, offset: i64) -> Result<Option<LedgerEntry>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM dead_letter WHERE topic = ?1 AND partition = ?2 AND \"offset\" = ?3 \
             ORDER BY recorded_at DESC, sequence DESC LIMIT 1"
        ))?
        .query_row(params![topic, partition, offset], read_row)
        .optional()
}

pub(super) fn letter(connection: &Connection, id: &str) -> Result<Option<LedgerEntry>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM dead_letter WHERE id = ?1"))?
        .query_row([id], read_row)
        .optional()
}

/// Looks who has the letter, and claims it if nobody does.
pub(super) fn claim(connection: &Connection, id: &str, by: &str, at: i64, again: bool) -> Result<ReplayClaim> {
    let found: Option<(Option<String>, Option<i64>, Option<i64>)> = connection
        .prepare_cached("SELECT claimed_by, claimed_at, replayed_at FROM dead_letter WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((claimed_by, claimed_at, sent)) = found else { return Ok(ReplayClaim::Unknown) };
    let claim = ledger::claim(claimed_by.as_deref().zip(claimed_at), sent.filter(|_| !again), by, at);
    if claim == ReplayClaim::Claimed {
        // What is sent again has not failed again yet.
        connection
            .prepare_cached(
                "UPDATE dead_letter SET claimed_by = ?2, claimed_at = ?3, failed_again_at = NULL WHERE id = ?1",
            )?
            .execute(params![id, by, at])?;
    }
    Ok(claim)
}

pub(super) fn release(connection: &Connection, id: &str, by: &str) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE dead_letter SET claimed_by = NULL, claimed_at = NULL WHERE id = ?1 AND claimed_by = ?2",
        )?
        .execute(params![id, by])
        .map(drop)
}

/// A claim that has become somebody else's is his to end.
pub(super) fn mark_replayed(connection: &Connection, id: &str, by: &str, at: i64) -> Result<()> {
    connection.prepare_cached("UPDATE dead_letter SET replayed_at = ?2 WHERE id = ?1")?.execute(params![id, at])?;
    release(connection, id, by)
}

fn read_row(row: &Row<'_>) -> Result<LedgerEntry> {
    let headers: String = row.get(10)?;
    let headers = decode_headers(&headers).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(10, Type::Text, "no headers of a dead letter".into())
    })?;
    let row = ledger::Row {
        id: row.get(0)?,
        checkpoint: CheckpointId {
            connector: row.get(1)?,
            cluster: row.get(2)?,
            topic: row.get(3)?,
            partition: row.get(4)?,
        },
        record: DeadRecord {
            offset: row.get(5)?,
            reason: row.get(6)?,
            message: row.get(7)?,
            key: row.get(8)?,
            value: row.get(9)?,
            headers,
            timestamp_ms: row.get(11)?,
            recorded_at: row.get(12)?,
        },
        claimed_at: row.get(13)?,
        replayed_at: row.get(14)?,
        failed_again_at: row.get(15)?,
    };
    Ok(row.into())
}
