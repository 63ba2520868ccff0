//! The process dies: at a random moment, while it joins its groups, and where it hurts most, between a write and its
//! acknowledgement.

use std::time::Duration;

use rand::Rng;
use services::Catch;

use super::{
    feed::Feed,
    house::{COMMIT, LOCK, house},
    report::{Case, say},
    scale::scale,
};
use crate::support::judge::reference;

/// When it dies.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The transaction is committed, and its answer does not arrive.
    CommittedUnanswered,
    /// Everything is written, and COMMIT does not arrive.
    BeforeCommit,
    /// Some milliseconds after the first of many records was let go.
    Random,
    /// The checkpoints are locked, and nothing is written.
    Locked,
    /// While it starts and joins its groups.
    Starting,
}

/// The first three are those of the quick run.
const MOMENTS: [Moment; 5] =
    [Moment::CommittedUnanswered, Moment::BeforeCommit, Moment::Random, Moment::Locked, Moment::Starting];

#[test]
fn a_kill_at_any_moment_loses_nothing_and_doubles_nothing() {
    let house = house();
    let scale = scale();
    let mut chance = scale.chance("crash");
    let mut case = Case::new("the process is killed", "SIGKILL at chosen and at random moments of a write");
    let reference = reference();
    let mut sluice = house.fresh();
    let mut feed = Feed::of_reference(house.kafka.bootstrap_servers(), &reference);
    for round in 0..scale.rounds {
        let moment = match MOMENTS.get(round as usize) {
            Some(moment) => *moment,
            None => MOMENTS[chance.random_range(0..MOMENTS.len())],
        };
        say(&format!("  round {round}: {moment:?}"));
        let mut send = || feed.send_part_of(scale.rounds + 1);
        match moment {
            Moment::CommittedUnanswered => house.catch(&[LOCK, COMMIT], Catch::Answer, send),
            Moment::BeforeCommit => house.catch(&[LOCK, COMMIT], Catch::Request, send),
            Moment::Locked => house.catch(&[LOCK], Catch::Answer, send),
            Moment::Random => {
                send();
                std::thread::sleep(Duration::from_millis(chance.random_range(0..400)));
            }
            Moment::Starting => {
                send();
                sluice.kill();
                sluice = house.sluice();
                std::thread::sleep(Duration::from_millis(chance.random_range(0..4_000)));
            }
        }
        sluice.kill();
        case.caused();
        // What the kernel does with the connections of a process that is gone.
        house.before_neo4j.cut();
        house.heal();
        sluice = house.sluice();
        case.recover(&sluice, &feed.sent());
    }
    feed.finish();
    case.judge_reference(&house.neo4j, &sluice, &reference);
    assert_eq!(sluice.terminate(), Some(0));
}
