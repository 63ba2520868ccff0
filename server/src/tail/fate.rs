//! What has become of records, by the checkpoints as they are now.

use std::collections::{HashMap, HashSet};

use model::{
    Kind,
    record::{Fate, Place},
};
use sink::{Board, graph::Checkpoint};

use super::{Judged, Tail};

/// The checkpoints of this cluster, and what this process knows of single records.
pub(super) struct Fates<'a> {
    /// By topic and partition, of the connector that speaks for the topic; others may read it too.
    checkpoints: HashMap<String, HashMap<i32, Checkpoint>>,
    board: Option<&'a Board>,
    judged: Option<&'a Judged>,
}

impl<'a> Fates<'a> {
    pub(super) fn now(tail: &'a Tail) -> Self {
        let parts = &tail.parts;
        let cluster = parts.cluster.id().unwrap_or_default();
        let of_it = parts.board.checkpoints().into_iter().filter(|checkpoint| checkpoint.id.cluster == cluster);
        let all = Self::of_checkpoints(of_it, |topic| parts.registry.speaker(topic));
        Self { board: Some(&parts.board), judged: Some(&tail.judged), ..all }
    }

    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self::of_checkpoints([], str::to_owned)
    }

    fn of_checkpoints(checkpoints: impl IntoIterator<Item = Checkpoint>, speaker: impl Fn(&str) -> String) -> Self {
        let (mut by_topic, mut speakers) = (HashMap::<_, HashMap<_, _>>::new(), HashMap::new());
        for checkpoint in checkpoints {
            let topic = &checkpoint.id.topic;
            if !speakers.contains_key(topic) {
                speakers.insert(topic.clone(), speaker(topic));
            }
            if speakers[topic] == checkpoint.id.connector {
                by_topic.entry(topic.clone()).or_default().insert(checkpoint.id.partition, checkpoint);
            }
        }
        Self { checkpoints: by_topic, board: None, judged: None }
    }

    pub(super) fn checkpoint(&self, place: &Place) -> Option<&Checkpoint> {
        self.checkpoints.get(&place.topic)?.get(&place.partition)
    }

    /// Topics of people's own with dead letters: of their records it has to be asked which they are.
    pub(super) fn doubtful(&self) -> HashSet<&str> {
        let doubtful = self.checkpoints.iter().filter(|(_, of)| of.values().any(is_doubtful));
        doubtful.map(|(topic, _)| topic.as_str()).collect()
    }

    /// The next offset to be stored, of a partition that has a checkpoint.
    pub(super) fn next(&self, place: &Place) -> Option<i64> {
        self.checkpoint(place).map(|checkpoint| checkpoint.next_offset)
    }

    /// How many topics of this name the graph has seen.
    pub(super) fn incarnation(&self, place: &Place) -> i64 {
        self.checkpoint(place).map_or(1, |checkpoint| checkpoint.incarnation)
    }

    /// What has become of a record that breaks a rule, or does not.
    pub(super) fn of(&self, place: &Place, broken: bool) -> Fate {
        let passed = self.checkpoint(place).filter(|it| place.offset < it.next_offset);
        let Some(checkpoint) = passed else { return Fate::Waiting };
        let known = self
            .board
            .and_then(|board| board.fate(&checkpoint.id.connector, &place.topic, place.partition, place.offset));
        let judged = || self.judged.and_then(|judged| judged.is_dead(checkpoint, place.offset));
        known.unwrap_or_else(|| match if is_doubtful(checkpoint) { judged() } else { Some(broken) } {
            Some(true) => Fate::Dead,
            None => Fate::Read,
            // Where nothing was ever known already, this one was not.
            Some(false) if checkpoint.books.repeated == 0 => Fate::Stored,
            Some(false) => Fate::Settled,
        })
    }
}

/// Whether only the ledger tells which of a partition's records are dead letters: which rules those of an own topic break
/// is its connector's business.
fn is_doubtful(checkpoint: &Checkpoint) -> bool {
    checkpoint.books.dead > 0 && checkpoint.id.topic.parse::<Kind>().is_err()
}

#[cfg(test)]
mod tests {
    use sink::graph::CheckpointId;

    use super::*;

    #[test]
    fn a_record_waits_until_a_checkpoint_has_passed_it() {
        let topic = Kind::Purchase.topic().to_owned();
        let id = CheckpointId { connector: topic.clone(), cluster: "k".into(), topic, partition: 1 };
        let mut checkpoint = Checkpoint::untouched(id, 10);
        let fate = |checkpoint: &Checkpoint, partition, offset, broken| {
            let place = Place { topic: checkpoint.id.topic.clone(), partition, offset };
            Fates::of_checkpoints([checkpoint.clone()], str::to_owned).of(&place, broken)
        };
        assert_eq!(fate(&checkpoint, 1, 10, false), Fate::Waiting);
        assert_eq!(fate(&checkpoint, 0, 3, false), Fate::Waiting, "nobody has begun with this partition");
        assert_eq!(fate(&checkpoint, 1, 9, true), Fate::Dead);
        assert_eq!(fate(&checkpoint, 1, 10, true), Fate::Waiting);
        assert_eq!(fate(&checkpoint, 1, 9, false), Fate::Stored);
        checkpoint.books.repeated = 1;
        assert_eq!(fate(&checkpoint, 1, 9, false), Fate::Settled, "it may be the one");
    }

    #[test]
    fn of_an_own_topic_the_connector_that_speaks_for_it_is_asked() {
        let of = |connector: &str, next, dead| {
            let id = CheckpointId {
                connector: connector.to_owned(),
                cluster: "k".into(),
                topic: "shipments".into(),
                partition: 0,
            };
            let mut checkpoint = Checkpoint::untouched(id, next);
            checkpoint.books.dead = dead;
            checkpoint
        };
        let fate = |dead| {
            let place = Place { topic: "shipments".into(), partition: 0, offset: 7 };
            let all = [of("archive", 3, 0), of("freight", 10, dead), of("shipments", 5, 0)];
            Fates::of_checkpoints(all, |_| "freight".to_owned()).of(&place, false)
        };
        assert_eq!((fate(0), fate(1)), (Fate::Stored, Fate::Read), "it may be the dead letter");
    }
}
