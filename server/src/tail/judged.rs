//! Which records of people's own topics are dead letters, by the ledger: where another process has read them, or this one
//! before it was started anew.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::record::{Fate, Place};
use sink::graph::{Checkpoint, CheckpointId, Store};
use tracing::debug;

use super::{Fates, ring::KEPT};

/// How long the ledger may take to answer: the stream goes on without.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was asked so far.
#[derive(Default)]
pub(super) struct Judged(Mutex<HashMap<CheckpointId, Partition>>);

/// What is known of a partition that a connector reads: where all dead letters are known, and they.
#[derive(Clone)]
struct Partition {
    /// How many topics of this name the graph had seen.
    incarnation: i64,
    within: Range<i64>,
    dead: BTreeSet<i64>,
}

impl Judged {
    /// Whether a record that its connector has read is a dead letter, if that was asked.
    pub(super) fn is_dead(&self, checkpoint: &Checkpoint, offset: i64) -> Option<bool> {
        let known = self.lock();
        let partition = known.get(&checkpoint.id).filter(|it| it.incarnation == checkpoint.incarnation)?;
        partition.within.contains(&offset).then(|| partition.dead.contains(&offset))
    }

    /// Asks for whatever of these is read and not judged: topic, partition and offset of each. While the store does not
    /// answer it stays so.
    pub(super) async fn learn<'a>(
        &self,
        store: &dyn Store,
        fates: &Fates<'_>,
        records: impl Iterator<Item = (&'a str, i32, i64)>,
    ) {
        let doubtful = fates.doubtful();
        let mut first = HashMap::new();
        for (topic, partition, offset) in records.filter(|(topic, _, _)| doubtful.contains(topic)) {
            let place = Place { topic: topic.to_owned(), partition, offset };
            let unjudged = fates.checkpoint(&place).filter(|_| fates.of(&place, false) == Fate::Read);
            let Some(checkpoint) = unjudged else { continue };
            let (_, least) = first.entry(&checkpoint.id).or_insert((checkpoint, offset));
            *least = offset.min(*least);
        }
        for (checkpoint, offset) in first.into_values() {
            let incarnation = checkpoint.incarnation;
            let goes_on =
                |it: &&Partition| it.incarnation == incarnation && it.within.start <= offset && it.dead.len() < KEPT;
            let known = self.lock().get(&checkpoint.id).filter(goes_on).cloned();
            let nothing = Partition { incarnation, within: offset..offset, dead: BTreeSet::new() };
            let Partition { within, mut dead, .. } = known.unwrap_or(nothing);
            // What is before the checkpoint does not change any more.
            let asked = within.end..checkpoint.next_offset;
            let CheckpointId { connector, cluster, topic, partition } = &checkpoint.id;
            let answer = store.dead_offsets(Some(connector), cluster, topic, *partition, asked.clone());
            let found = match tokio::time::timeout(PATIENCE, answer).await {
                Ok(Ok(found)) => found,
                other => {
                    debug!(?other, "which records of {topic} are dead letters is not known");
                    return;
                }
            };
            dead.extend(found);
            let partition = Partition { incarnation, within: within.start..asked.end, dead };
            self.lock().insert(checkpoint.id.clone(), partition);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CheckpointId, Partition>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
