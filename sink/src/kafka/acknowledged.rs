//! How far embedded brokers have acknowledged, kept in a file: they forget everything at exit, and what they took with
//! them is said at the next start.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tracing::warn;

use super::Watermarks;
use crate::graph::Checkpoint;

/// How far each partition reaches, by topic and partition.
type Marks = BTreeMap<String, BTreeMap<i32, i64>>;

/// The file, and what it says of each cluster that nobody has been told of yet.
pub(super) struct Acknowledged {
    path: PathBuf,
    clusters: Mutex<BTreeMap<String, Marks>>,
}

impl Acknowledged {
    /// Reads what earlier starts have left in a folder. A file that can't be read is said and begun anew: it holds
    /// nothing but what to tell.
    pub(super) fn open(folder: &Path) -> Self {
        let path = folder.join("embedded-broker.json");
        let clusters = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).unwrap_or_else(|error| {
                warn!(%error, file = %path.display(), "what the last embedded broker acknowledged is not known");
                BTreeMap::new()
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                warn!(%error, file = %path.display(), "what the last embedded broker acknowledged is not known");
                BTreeMap::new()
            }
        };
        Self { path, clusters: Mutex::new(clusters) }
    }

    /// Notes how far a topic of a cluster reaches. Writes the file only where that is news.
    pub(super) fn note(&self, cluster: &str, topic: &str, marks: &[Watermarks]) -> io::Result<()> {
        let reached: BTreeMap<i32, i64> =
            marks.iter().filter(|mark| mark.high > 0).map(|mark| (mark.partition, mark.high)).collect();
        let mut clusters = self.lock();
        if reached.is_empty() || clusters.get(cluster).and_then(|topics| topics.get(topic)) == Some(&reached) {
            return Ok(());
        }
        clusters.entry(cluster.to_owned()).or_default().insert(topic.to_owned(), reached);
        self.write(&clusters)
    }

    /// How many records of each topic clusters other than this one have acknowledged that no checkpoint has passed.
    pub(super) fn lost(&self, cluster: &str, checkpoints: &[Checkpoint]) -> BTreeMap<String, i64> {
        let mut lost = BTreeMap::new();
        for (old, topics) in self.lock().iter().filter(|(old, _)| *old != cluster) {
            for (topic, marks) in topics {
                let next = |partition: i32| {
                    let of_it = checkpoints.iter().find(|checkpoint| {
                        let id = &checkpoint.id;
                        id.cluster == *old && id.topic == *topic && id.partition == partition
                    });
                    of_it.map_or(0, |checkpoint| checkpoint.next_offset)
                };
                let records: i64 = marks.iter().map(|(partition, high)| (high - next(*partition)).max(0)).sum();
                if records > 0 {
                    *lost.entry(topic.clone()).or_default() += records;
                }
            }
        }
        lost
    }

    /// Forgets all clusters but this one: whoever wants to know has been told.
    pub(super) fn forget_others(&self, cluster: &str) -> io::Result<()> {
        let mut clusters = self.lock();
        let before = clusters.len();
        clusters.retain(|known, _| known == cluster);
        if clusters.len() == before { Ok(()) } else { self.write(&clusters) }
    }

    /// Beside, then in its place: a crash leaves the old one or the new one.
    fn write(&self, clusters: &BTreeMap<String, Marks>) -> io::Result<()> {
        let beside = self.path.with_extension("json.new");
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&beside, serde_json::to_vec(clusters)?)?;
        fs::rename(&beside, &self.path)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Marks>> {
        self.clusters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::CheckpointId;

    fn checkpoint(cluster: &str, topic: &str, partition: i32, next_offset: i64) -> Checkpoint {
        let id = CheckpointId { connector: topic.into(), cluster: cluster.into(), topic: topic.into(), partition };
        Checkpoint::untouched(id, next_offset)
    }

    fn marks(highs: &[i64]) -> Vec<Watermarks> {
        highs.iter().zip(0..).map(|(high, partition)| Watermarks { partition, low: 0, high: *high }).collect()
    }

    #[test]
    fn what_no_checkpoint_has_passed_is_lost_until_it_was_told() {
        let folder = tempfile::tempdir().unwrap();
        let first = Acknowledged::open(folder.path());
        first.note("one", "t", &marks(&[10, 0, 5])).unwrap();
        first.note("one", "u", &marks(&[3])).unwrap();
        first.note("one", "t", &marks(&[12, 0, 5])).unwrap();
        let checkpoints = [checkpoint("one", "t", 0, 10), checkpoint("one", "u", 0, 3), checkpoint("two", "t", 2, 9)];
        assert_eq!(first.lost("one", &checkpoints), BTreeMap::new(), "it still runs");

        // It dies, and so does the next one before it has told anybody.
        let second = Acknowledged::open(folder.path());
        second.note("two", "t", &marks(&[0, 0, 9])).unwrap();
        let third = Acknowledged::open(folder.path());
        assert_eq!(third.lost("three", &checkpoints), BTreeMap::from([("t".to_owned(), 2 + 5)]));
        third.forget_others("three").unwrap();
        assert_eq!(third.lost("three", &checkpoints), BTreeMap::new());
        assert_eq!(Acknowledged::open(folder.path()).lost("four", &checkpoints), BTreeMap::new());
    }

    #[test]
    fn a_file_that_is_none_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("embedded-broker.json"), "{").unwrap();
        let acknowledged = Acknowledged::open(folder.path());
        acknowledged.note("one", "t", &marks(&[1])).unwrap();
        assert_eq!(Acknowledged::open(folder.path()).lost("two", &[]), BTreeMap::from([("t".to_owned(), 1)]));
    }
}
