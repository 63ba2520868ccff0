//! Which records of people's own topics are dead letters, by the ledger: where another process has read them, or this one
//! before it was started anew.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
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
pub(super) struct Judged(Mutex<HashMap<Id, Partition>>);

/// A partition that a connector reads, and how many topics of this name the graph has seen.
type Id = (CheckpointId, i64);

/// What is known of a partition: where all dead letters are known, and they.
#[derive(Clone)]
struct Partition {
    within: Range<i64>,
    dead: BTreeSet<i64>,
}

impl Partition {
    fn nothing_from(offset: i64) -> Self {
        Self { within: offset..offset, dead: BTreeSet::new() }
    }
}

impl Judged {
    /// Whether a record that its connector has read is a dead letter, if that was asked.
    pub(super) fn is_dead(&self, checkpoint: &Checkpoint, offset: i64) -> Option<bool> {
        let known = self.lock();
        let partition = known.get(&id(checkpoint))?;
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
        let mut first = BTreeMap::new();
        for (topic, partition, offset) in records.filter(|(topic, _, _)| doubtful.contains(topic)) {
            let place = Place { topic: topic.to_owned(), partition, offset };
            if fates.of(&place, false) == Fate::Read {
                let least = first.entry((place.topic, partition)).or_insert(offset);
                *least = offset.min(*least);
            }
        }
        for ((topic, partition), offset) in first {
            let Some(checkpoint) = fates.checkpoint(&Place { topic, partition, offset }) else { continue };
            let known = self.lock().get(&id(checkpoint)).cloned();
            let known = known.filter(|it| it.within.start <= offset && it.dead.len() < KEPT);
            let Partition { within, mut dead } = known.unwrap_or_else(|| Partition::nothing_from(offset));
            // What is before the checkpoint does not change any more.
            let asked = within.end..checkpoint.next_offset;
            let CheckpointId { connector, cluster, topic, partition } = &checkpoint.id;
            let answer = store.dead_offsets(Some(connector), cluster, topic, *partition, asked.clone());
            let Ok(Ok(found)) = tokio::time::timeout(PATIENCE, answer).await else {
                debug!("the ledger does not answer: which records of {topic} are dead letters is not known");
                return;
            };
            dead.extend(found);
            self.lock().insert(id(checkpoint), Partition { within: within.start..asked.end, dead });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Partition>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn id(checkpoint: &Checkpoint) -> Id {
    (checkpoint.id.clone(), checkpoint.incarnation)
}
