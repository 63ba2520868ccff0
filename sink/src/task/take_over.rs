//! Taking partitions over: the epoch is raised, and where to read from is decided.

use std::{collections::HashMap, sync::Arc};

use metrics::counter;

use super::{Options, Owned};
use crate::{
    connector::config::Start,
    graph::{Checkpoint, Claim, Error, Trouble},
    kafka::{self, Cluster, Watermarks, look::records_at, record::Record},
};

/// What a take-over led to.
pub(super) struct Taken {
    /// Each partition with the offset to read from.
    pub(super) owned: Vec<(Owned, i64)>,
    /// The checkpoints as they are now.
    pub(super) checkpoints: Vec<Checkpoint>,
    /// What a person should know.
    pub(super) notices: Vec<String>,
}

/// Takes partitions over, in one transaction, or two if a topic turns out to be another one.
pub(super) async fn take_over(options: &Options, partitions: &[i32]) -> Result<Taken, Error> {
    options.store.prepare().await?;
    options.reader.make_unique(&*options.store).await?;
    let mut notices: Vec<String> = options.reader.lacks(&*options.store, &options.topic).await?.into_iter().collect();
    let marks = watermarks(options).await?;
    let claims: Vec<Claim> = partitions
        .iter()
        .map(|&partition| Claim {
            id: options.checkpoint_id(partition),
            start: match options.start {
                Start::Earliest => mark(&marks, partition).low,
                Start::Latest => mark(&marks, partition).high,
            },
            restart: None,
        })
        .collect();
    let mut checkpoints = options.store.claim(&claims).await?;
    // Asked again: the checkpoint may have moved on while the marks were on their way.
    let marks = watermarks(options).await?;
    let records = remembered(options, &checkpoints, &marks).await?;
    let mut restarts = Vec::new();
    for checkpoint in &checkpoints {
        let partition = checkpoint.id.partition;
        let Some(why) = is_another(checkpoint, mark(&marks, partition), records.get(&partition)) else { continue };
        let low = mark(&marks, partition).low;
        restarts.push(Claim { id: checkpoint.id.clone(), start: low, restart: Some(low) });
        notices.push(format!(
            "{} is not the topic that it was (partition {partition}: {why}): started over at its beginning",
            options.topic
        ));
    }
    if !restarts.is_empty() {
        for moved in options.store.claim(&restarts).await? {
            if let Some(checkpoint) = checkpoints.iter_mut().find(|known| known.id == moved.id) {
                *checkpoint = moved;
            }
        }
    }
    let owned = checkpoints
        .iter()
        .map(|checkpoint| {
            let low = mark(&marks, checkpoint.id.partition).low;
            if checkpoint.next_offset < low {
                let lost = low - checkpoint.next_offset;
                counter!("sluice_lost_upstream_records_total", "connector" => options.connector.clone())
                    .increment(lost as u64);
                notices.push(format!(
                    "up to {} records of {} partition {} were removed by its retention before they were read",
                    lost, checkpoint.id.topic, checkpoint.id.partition
                ));
            }
            let owned = Owned {
                id: checkpoint.id.clone(),
                epoch: checkpoint.epoch,
                incarnation: checkpoint.incarnation,
                from: checkpoint.next_offset,
            };
            (owned, checkpoint.next_offset.max(low))
        })
        .collect();
    Ok(Taken { owned, checkpoints, notices })
}

/// Why the log is not the one that a checkpoint was moved along, if it is not: the topic was deleted and made again, or
/// the cluster was restored from something older. `found` is the record right below the checkpoint, if it is still there.
fn is_another(checkpoint: &Checkpoint, marks: Watermarks, found: Option<&Record>) -> Option<&'static str> {
    if checkpoint.next_offset > marks.high {
        return Some("it ends before the checkpoint");
    }
    let record = found?;
    let same = (record.timestamp_ms.unwrap_or(-1), record.crc()) == (checkpoint.last_timestamp, checkpoint.last_crc);
    (!same).then_some("the record before the checkpoint is another one")
}

/// The records right below the checkpoints that remember theirs, as the log has them now.
async fn remembered(
    options: &Options,
    checkpoints: &[Checkpoint],
    marks: &[Watermarks],
) -> Result<HashMap<i32, Record>, Error> {
    let places: Vec<(i32, i64)> = checkpoints
        .iter()
        .map(|checkpoint| (checkpoint, mark(marks, checkpoint.id.partition)))
        .filter(|(checkpoint, Watermarks { low, high, .. })| {
            checkpoint.last_crc >= 0 && (low + 1..=*high).contains(&checkpoint.next_offset)
        })
        .map(|(checkpoint, _)| (checkpoint.id.partition, checkpoint.next_offset - 1))
        .collect();
    let topic = options.topic.clone();
    ask(options, "asking Kafka for the record before a checkpoint", move |cluster| records_at(cluster, &topic, &places))
        .await
}

fn mark(marks: &[Watermarks], partition: i32) -> Watermarks {
    let known = marks.iter().find(|mark| mark.partition == partition).copied();
    known.unwrap_or(Watermarks { partition, low: 0, high: i64::MAX })
}

/// Asks the broker how far the topic reaches.
pub(super) async fn watermarks(options: &Options) -> Result<Vec<Watermarks>, Error> {
    let topic = &options.topic;
    let asked = topic.clone();
    let marks =
        ask(options, "asking Kafka how far the topic reaches", move |cluster| cluster.watermarks(&asked)).await?;
    if marks.is_empty() {
        let message = format!(
            "there is no topic {topic}, or none that this user may read: once there is, the sink begins with it"
        );
        return Err(Error::new("asking Kafka how far the topic reaches", Trouble::Passing, message));
    }
    Ok(marks)
}

async fn ask<T: Send + 'static>(
    options: &Options,
    attempt: &'static str,
    question: impl FnOnce(&Cluster) -> Result<T, kafka::Error> + Send + 'static,
) -> Result<T, Error> {
    let cluster: Arc<Cluster> = options.cluster.clone();
    let asked = tokio::task::spawn_blocking(move || question(&cluster)).await;
    let failed = |message: String| Error::new(attempt, Trouble::Passing, message);
    asked.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::CheckpointId;

    #[test]
    fn a_log_is_another_if_it_ends_too_early_or_its_record_differs() {
        let record = |value: &str, timestamp_ms| Record {
            partition: 0,
            offset: 9,
            timestamp_ms,
            key: None,
            value: Some(value.into()),
            headers: Vec::new(),
        };
        let id = CheckpointId { connector: "c".into(), cluster: "k".into(), topic: "t".into(), partition: 0 };
        let checkpoint =
            Checkpoint { last_timestamp: 5, last_crc: record("a", None).crc(), ..Checkpoint::untouched(id, 10) };
        let marks = |high| Watermarks { partition: 0, low: 0, high };
        for (high, found, expected) in [
            (9, None, true),
            (10, None, false),
            (10, Some(record("a", Some(5))), false),
            (10, Some(record("b", Some(5))), true),
            (10, Some(record("a", Some(6))), true),
            (10, Some(record("a", None)), true),
        ] {
            let is = is_another(&checkpoint, marks(high), found.as_ref()).is_some();
            assert_eq!(is, expected, "high {high}, {found:?}");
        }
    }
}
