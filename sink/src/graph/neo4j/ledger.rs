//! The dead-letter ledger in Neo4j.

use std::ops::Range;

use model::dead_letter::ReasonCount;
use neo4rs::{BoltType, Query, query};
use serde::Deserialize;

use super::{bytes, link::Transaction, row, write};
use crate::graph::{
    Batch, CheckpointId, DeadRecord, Error, LedgerEntry, Letters, ReplayClaim, Trouble, Wanted,
    batch::Content,
    ledger::{self, After, Original, decode_headers, encode_headers, letter_id},
};

/// Puts the dead records of a batch into the ledger; `incarnations` are those of its intervals' checkpoints.
pub(super) async fn put(tx: &mut Transaction<'_>, batch: &Batch, incarnations: &[i64]) -> Result<(), Error> {
    let mut rows = Vec::new();
    let mut failed_again = Vec::new();
    for entry in &batch.entries {
        let Content::Dead(record) = &entry.content else { continue };
        let id = &batch.intervals[entry.interval].id;
        let original = ledger::origin(&record.headers).and_then(|origin| Original::parse(&id.topic, origin));
        if let Some(Original { partition, offset, id_end }) = original {
            let topic = id.topic.as_str().into();
            failed_again.push(row([topic, partition.into(), offset.into(), id_end.into(), record.recorded_at.into()]));
        }
        rows.push(row([
            letter_id(id, incarnations[entry.interval], record.offset).into(),
            id.connector.as_str().into(),
            id.cluster.as_str().into(),
            id.topic.as_str().into(),
            id.partition.into(),
            record.offset.into(),
            record.reason.as_str().into(),
            record.message.as_str().into(),
            record.key.clone().map(bytes).into(),
            record.value.clone().map(bytes).into(),
            encode_headers(&record.headers).into(),
            record.timestamp_ms.into(),
            record.recorded_at.into(),
        ]));
    }
    write::put(tx, cypher!("ledger_put"), rows.into_iter()).await?;
    if failed_again.is_empty() {
        return Ok(());
    }
    tx.run(query(cypher!("ledger_failed_again")).param("rows", failed_again.into_iter().collect::<BoltType>())).await
}

pub(super) async fn page(
    tx: &mut Transaction<'_>,
    wanted: &Wanted,
    after: Option<&After>,
    limit: u32,
) -> Result<Letters, Error> {
    // Without a place to begin after, the smallest there could be.
    let (from, partition, offset, cluster, id) = after.map_or(("", -1, -1, "", ""), |it| {
        (it.topic.as_str(), it.partition, it.offset, it.cluster.as_str(), it.id.as_str())
    });
    let page = query(cypher!("ledger_page"))
        .param("only", wanted.topic.as_deref())
        .param("reason", wanted.reason.as_deref())
        .param("waiting", wanted.waiting)
        .param("until", wanted.until)
        .param("topic", from)
        .param("partition", partition)
        .param("offset", offset)
        .param("cluster", cluster)
        .param("id", id)
        // One more than wanted tells whether there is a next page.
        .param("limit", i64::from(limit) + 1);
    Ok(ledger::page(entries(tx, page).await?, limit))
}

pub(super) async fn counts(tx: &mut Transaction<'_>) -> Result<Vec<(String, i64)>, Error> {
    #[derive(Deserialize)]
    struct Count {
        topic: String,
        letters: i64,
    }
    let rows = tx.rows::<Count>(cypher!("ledger_counts").into()).await?;
    Ok(rows.into_iter().map(|row| (row.topic, row.letters)).collect())
}

pub(super) async fn reasons(tx: &mut Transaction<'_>) -> Result<Vec<ReasonCount>, Error> {
    tx.rows::<ReasonCount>(cypher!("ledger_reasons").into()).await
}

pub(super) async fn offsets(
    tx: &mut Transaction<'_>,
    connector: Option<&str>,
    cluster: &str,
    topic: &str,
    partition: i32,
    within: Range<i64>,
) -> Result<Vec<i64>, Error> {
    let offsets = query(cypher!("ledger_offsets"))
        .param("connector", connector)
        .param("cluster", cluster)
        .param("topic", topic)
        .param("partition", partition)
        .param("from", within.start)
        .param("to", within.end);
    tx.rows(offsets).await
}

pub(super) async fn unpublished(tx: &mut Transaction<'_>, limit: u32) -> Result<Vec<LedgerEntry>, Error> {
    entries(tx, query(cypher!("ledger_unpublished")).param("limit", i64::from(limit))).await
}

pub(super) async fn mark_published(tx: &mut Transaction<'_>, ids: &[String]) -> Result<(), Error> {
    tx.run(query(cypher!("ledger_mark_published")).param("ids", ids)).await
}

pub(super) async fn find(
    tx: &mut Transaction<'_>,
    topic: &str,
    partition: i32,
    offset: i64,
) -> Result<Option<LedgerEntry>, Error> {
    let find = query(cypher!("ledger_find"));
    let find = find.param("topic", topic).param("partition", partition).param("offset", offset);
    Ok(entries(tx, find).await?.pop())
}

pub(super) async fn letter(tx: &mut Transaction<'_>, id: &str) -> Result<Option<LedgerEntry>, Error> {
    Ok(entries(tx, query(cypher!("ledger_letter")).param("id", id)).await?.pop())
}

/// Locks the letter, looks who has it, and claims it if nobody does.
pub(super) async fn claim(
    tx: &mut Transaction<'_>,
    id: &str,
    by: &str,
    at: i64,
    again: bool,
) -> Result<ReplayClaim, Error> {
    #[derive(Deserialize)]
    struct Found {
        by: Option<String>,
        at: Option<i64>,
        sent: Option<i64>,
    }
    tx.run(query(cypher!("ledger_lock")).param("id", id)).await?;
    let found = tx.rows::<Found>(query(cypher!("ledger_look")).param("id", id)).await?;
    let Some(found) = found.first() else { return Ok(ReplayClaim::Unknown) };
    let claim = ledger::claim(found.by.as_deref().zip(found.at), found.sent.filter(|_| !again), by, at);
    if claim == ReplayClaim::Claimed {
        tx.run(query(cypher!("ledger_claim")).param("id", id).param("by", by).param("at", at)).await?;
    }
    Ok(claim)
}

pub(super) async fn release(tx: &mut Transaction<'_>, id: &str, by: &str) -> Result<(), Error> {
    tx.run(query(cypher!("ledger_release")).param("id", id).param("by", by)).await
}

pub(super) async fn mark_replayed(tx: &mut Transaction<'_>, id: &str, by: &str, at: i64) -> Result<(), Error> {
    tx.run(query(cypher!("ledger_mark_replayed")).param("id", id).param("by", by).param("at", at)).await
}

async fn entries(tx: &mut Transaction<'_>, query: Query) -> Result<Vec<LedgerEntry>, Error> {
    let nodes = tx.rows::<Node>(query).await?;
    let attempt = tx.attempt();
    nodes.into_iter().map(|node| node.entry(attempt)).collect()
}

#[derive(Deserialize)]
struct Node {
    id: String,
    connector: String,
    cluster: String,
    topic: String,
    partition: i32,
    offset: i64,
    reason: String,
    message: String,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: String,
    timestamp_ms: Option<i64>,
    recorded_at: i64,
    claimed_at: Option<i64>,
    replayed_at: Option<i64>,
    failed_again_at: Option<i64>,
}

impl Node {
    fn entry(self, attempt: &'static str) -> Result<LedgerEntry, Error> {
        let headers = decode_headers(&self.headers).ok_or_else(|| {
            let message = format!("the dead letter {} has headers that Sluice did not write", self.id);
            Error::new(attempt, Trouble::Fatal, message)
        })?;
        let row = ledger::Row {
            id: self.id,
            checkpoint: CheckpointId {
                connector: self.connector,
                cluster: self.cluster,
                topic: self.topic,
                partition: self.partition,
            },
            record: DeadRecord {
                offset: self.offset,
                reason: self.reason,
                message: self.message,
                key: self.key,
                value: self.value,
                headers,
                timestamp_ms: self.timestamp_ms,
                recorded_at: self.recorded_at,
            },
            claimed_at: self.claimed_at,
            replayed_at: self.replayed_at,
            failed_again_at: self.failed_again_at,
        };
        Ok(row.into())
    }
}
