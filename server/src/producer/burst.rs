//! Sends one burst, on a thread of its own.

use std::{collections::HashSet, sync::Arc};

use chrono::Utc;
use rand::{Rng, SeedableRng, rngs::StdRng};
use tracing::error;

use super::{
    client::{Client, Outgoing, SendError},
    progress::Progress,
    world::{World, poison},
};

/// Sends everything that the burst was asked for, and returns when it is sent or cancelled.
pub(super) fn send(client: &Client, world: &World, burst: &Arc<Progress>, seed: u64) {
    let request = &burst.request;
    let mut rng = StdRng::seed_from_u64(seed);
    let broken = positions(request.poison, request.count, &mut rng);
    let mut events = world.events(request.kind, seed, &burst.id, Utc::now().timestamp());
    for n in 0..request.count {
        let outgoing = if broken.contains(&n) {
            Ok(Outgoing::bare(request.kind, poison(request.kind, n, &mut rng)))
        } else {
            match events.next() {
                Some(event) => Outgoing::event(&event),
                None => break,
            }
        };
        let outgoing = match outgoing {
            Ok(outgoing) => outgoing,
            Err(error) => {
                error!(%error, burst.id = burst.id, "an event could not be written as JSON");
                break;
            }
        };
        let waiting = |waits: bool| {
            burst.waiting(waits.then(|| "the sinks are behind, or the broker does not answer".to_owned()));
        };
        // Counted first: an acknowledgement may come before the call returns.
        burst.sent();
        match client.send(&outgoing, Some(burst), &burst.cancel, waiting) {
            Ok(()) => {}
            Err(stop) => {
                burst.not_sent();
                if let SendError::Refused(error) = stop {
                    error!(%error, burst.id = burst.id, "a burst broke off");
                }
                break;
            }
        }
    }
    burst.sending_ended();
}

/// Which of `count` records are broken: `poison` of them, anywhere.
fn positions(poison: u64, count: u64, rng: &mut StdRng) -> HashSet<u64> {
    let mut chosen = HashSet::new();
    // Robert Floyd's way to draw without repetition (Bentley, Programming Pearls, CACM 30:9, 1987).
    for last in count.saturating_sub(poison)..count {
        let drawn = rng.random_range(0..=last);
        if !chosen.insert(drawn) {
            chosen.insert(last);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn just_so_many_records_are_broken() {
        for (poison, count) in [(0, 10), (1, 1), (3, 10), (10, 10), (999, 1_000)] {
            let chosen = positions(poison, count, &mut StdRng::seed_from_u64(1));
            assert_eq!(chosen.len() as u64, poison);
            assert!(chosen.iter().all(|position| *position < count));
        }
    }
}
