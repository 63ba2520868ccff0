//! Taking partitions over: the epoch is raised, and where to read from is decided.

use std::sync::Arc;

use super::{Options, Owned};
use crate::{
    graph::{self, Checkpoint, Claim, Error, Trouble},
    kafka::{Cluster, Watermarks},
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
    let marks = watermarks(options).await?;
    let claims: Vec<Claim> = partitions
        .iter()
        .map(|&partition| Claim {
            id: options.checkpoint_id(partition),
            start: mark(&marks, partition).low,
            restart: None,
        })
        .collect();
    let mut checkpoints = options.store.claim(&claims).await?;
    let mut notices = Vec::new();
    // Asked again: the checkpoint may have moved on while the marks were on their way.
    let marks = watermarks(options).await?;
    let restarts: Vec<Claim> = checkpoints
        .iter()
        .filter(|checkpoint| beyond(checkpoint, &marks))
        .map(|checkpoint| {
            let low = mark(&marks, checkpoint.id.partition).low;
            Claim { id: checkpoint.id.clone(), start: low, restart: Some(low) }
        })
        .collect();
    if !restarts.is_empty() {
        notices.push(format!(
            "{} is not the topic that it was (its log ends before the checkpoint): started over at its beginning",
            options.kind.topic()
        ));
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
                notices.push(format!(
                    "up to {} records of {} partition {} were removed by its retention before they were read",
                    low - checkpoint.next_offset,
                    checkpoint.id.topic,
                    checkpoint.id.partition
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

/// Whether a checkpoint lies behind the end of the log: the topic was deleted and made again.
fn beyond(checkpoint: &graph::Checkpoint, marks: &[Watermarks]) -> bool {
    let Watermarks { high, .. } = mark(marks, checkpoint.id.partition);
    checkpoint.next_offset > high
}

fn mark(marks: &[Watermarks], partition: i32) -> Watermarks {
    let known = marks.iter().find(|mark| mark.partition == partition).copied();
    known.unwrap_or(Watermarks { partition, low: 0, high: i64::MAX })
}

/// Asks the broker how far the topic reaches.
pub(super) async fn watermarks(options: &Options) -> Result<Vec<Watermarks>, Error> {
    let cluster: Arc<Cluster> = options.cluster.clone();
    let topic = options.kind.topic();
    let asked = tokio::task::spawn_blocking(move || cluster.watermarks(topic)).await;
    let failed = |message: String| Error::new("asking Kafka how far the topic reaches", Trouble::Passing, message);
    asked.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
}
