//! Bursts of events: what is asked for, and how far it has come.

use serde::{Deserialize, Serialize};

use crate::{Failure, Kind};

/// The greatest number of events in one burst.
pub const MAX_COUNT: u64 = 1_000_000;

/// What a person asks for: `count` events of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BurstRequest {
    /// Which events.
    pub kind: Kind,
    /// How many, 1 to 1,000,000.
    pub count: u64,
    /// Fixes the content; without one a random seed is taken.
    #[serde(default)]
    pub seed: Option<u64>,
    /// How many of `count` are broken, and so become dead letters.
    #[serde(default)]
    pub poison: u64,
}

impl BurstRequest {
    /// Checks the numbers.
    ///
    /// # Errors
    /// `count_out_of_range`, `poison_out_of_range`, each with a sentence.
    pub fn check(&self) -> Result<(), Failure> {
        if !(1..=MAX_COUNT).contains(&self.count) {
            return Err(Failure::new(
                "count_out_of_range",
                format!("a burst has 1 to 1,000,000 events, and this one would have {}", self.count),
            ));
        }
        if self.poison > self.count {
            return Err(Failure::new(
                "poison_out_of_range",
                format!("of {} events at most {} can be broken, not {}", self.count, self.count, self.poison),
            ));
        }
        Ok(())
    }
}

/// How far a burst has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Burst {
    /// Its name, part of every id that its events carry.
    pub id: String,
    /// Which events.
    pub kind: Kind,
    /// How many were asked for.
    pub count: u64,
    /// What fixes the content.
    pub seed: u64,
    /// How many of `count` are broken on purpose.
    #[serde(default)]
    pub poison: u64,
    /// Handed to the Kafka client.
    pub sent: u64,
    /// Acknowledged by the broker.
    pub acked: u64,
    /// Below the checkpoint, less the dead letters.
    pub stored: u64,
    /// In the dead-letter ledger.
    pub dead_lettered: u64,
    /// Nothing more will happen: everything sent is stored or a dead letter, or the burst was cancelled.
    pub done: bool,
    /// It was cancelled before all of it was sent.
    pub cancelled: bool,
    /// When it was asked for, in epoch milliseconds.
    pub started_at: i64,
    /// From the request to the last record stored, in milliseconds, once `done`; until then so far.
    pub elapsed_ms: i64,
    /// Why it does not go on right now, if it does not (the broker does not answer, for instance).
    pub waiting: Option<String>,
}
