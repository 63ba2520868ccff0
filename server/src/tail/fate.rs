//! What has become of records, by the checkpoints as they are now.

use std::collections::HashMap;

use model::{
    Kind,
    record::{Fate, Place},
};
use sink::{Board, graph::Checkpoint};

use super::Parts;

/// The checkpoints of this cluster, and what this process knows of single records.
pub(super) struct Fates<'a> {
    checkpoints: HashMap<(Kind, i32), Checkpoint>,
    board: Option<&'a Board>,
}

impl<'a> Fates<'a> {
    pub(super) fn now(parts: &'a Parts) -> Self {
        let cluster = parts.cluster.id().unwrap_or_default();
        let of_it = parts.board.checkpoints().into_iter().filter(|checkpoint| checkpoint.id.cluster == cluster);
        Self { board: Some(&parts.board), ..Self::of_checkpoints(of_it) }
    }

    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self::of_checkpoints([])
    }

    fn of_checkpoints(checkpoints: impl IntoIterator<Item = Checkpoint>) -> Self {
        let by_place = |checkpoint: Checkpoint| {
            let topic: Kind = checkpoint.id.topic.parse().ok()?;
            // What the connector of the topic's name makes of it; others may read it too.
            (checkpoint.id.connector == topic.topic()).then_some(())?;
            Some(((topic, checkpoint.id.partition), checkpoint))
        };
        Self { checkpoints: checkpoints.into_iter().filter_map(by_place).collect(), board: None }
    }

    /// The next offset to be stored, of a partition that has a checkpoint.
    pub(super) fn next(&self, place: &Place) -> Option<i64> {
        self.checkpoints.get(&(place.topic, place.partition)).map(|checkpoint| checkpoint.next_offset)
    }

    /// How many topics of this name the graph has seen.
    pub(super) fn incarnation(&self, place: &Place) -> i64 {
        self.checkpoints.get(&(place.topic, place.partition)).map_or(1, |checkpoint| checkpoint.incarnation)
    }

    /// What has become of a record that breaks a rule, or does not.
    pub(super) fn of(&self, place: &Place, broken: bool) -> Fate {
        let passed = self.checkpoints.get(&(place.topic, place.partition)).filter(|it| place.offset < it.next_offset);
        let Some(checkpoint) = passed else { return Fate::Waiting };
        let known = self
            .board
            .and_then(|board| board.fate(place.topic.topic(), place.topic.topic(), place.partition, place.offset));
        known.unwrap_or(match checkpoint.books.repeated {
            _ if broken => Fate::Dead,
            // Where nothing was ever known already, this one was not.
            0 => Fate::Stored,
            _ => Fate::Settled,
        })
    }
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
            let place = Place { topic: Kind::Purchase, partition, offset };
            Fates::of_checkpoints([checkpoint.clone()]).of(&place, broken)
        };
        assert_eq!(fate(&checkpoint, 1, 10, false), Fate::Waiting);
        assert_eq!(fate(&checkpoint, 0, 3, false), Fate::Waiting, "nobody has begun with this partition");
        assert_eq!(fate(&checkpoint, 1, 9, true), Fate::Dead);
        assert_eq!(fate(&checkpoint, 1, 10, true), Fate::Waiting);
        assert_eq!(fate(&checkpoint, 1, 9, false), Fate::Stored);
        checkpoint.books.repeated = 1;
        assert_eq!(fate(&checkpoint, 1, 9, false), Fate::Settled, "it may be the one");
    }
}
