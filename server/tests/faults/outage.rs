//! A service goes away: killed, stopped, frozen, and only started after Sluice; each in the middle of a write.

use std::{thread, time::Duration};

use rand::Rng;
use services::{Catch, Error};

use super::{
    feed::Feed,
    house::{COMMIT, House, LOCK, house},
    report::Case,
    scale::scale,
};
use crate::support::judge::reference;

/// Takes a service away in the middle of a write, for as long as the scale says, and brings it back.
fn outage(
    mut case: Case,
    away: impl FnOnce(&mut House) -> Result<(), Error>,
    back: impl FnOnce(&mut House) -> Result<(), Error>,
) {
    let mut house = house();
    let reference = reference();
    let sluice = house.fresh();
    let mut feed = Feed::of_reference(house.kafka.bootstrap_servers(), &reference);
    house.catch(&[LOCK, COMMIT], Catch::Request, || feed.send_part_of(3));
    away(&mut house).unwrap();
    case.caused();
    house.heal();
    feed.send_part_of(3);
    thread::sleep(scale().outage);
    back(&mut house).unwrap();
    case.recover(&sluice, &feed.sent());
    feed.finish();
    case.judge_reference(&house.neo4j, &sluice, &reference);
    assert_eq!(sluice.terminate(), Some(0));
}

/// Sluice is started while a service is stopped, and is fed before it is there.
fn late(mut case: Case, stop: fn(&mut House) -> Result<(), Error>, restart: fn(&mut House) -> Result<(), Error>) {
    let mut house = house();
    let reference = reference();
    assert_eq!(house.fresh().terminate(), Some(0));
    let mut feed = Feed::of_reference(house.kafka.bootstrap_servers(), &reference);
    stop(&mut house).unwrap();
    let sluice = house.sluice();
    case.caused();
    feed.send_part_of(2);
    thread::sleep(scale().outage);
    restart(&mut house).unwrap();
    case.recover(&sluice, &feed.sent());
    feed.finish();
    case.judge_reference(&house.neo4j, &sluice, &reference);
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn neo4j_killed_in_the_middle_of_a_write() {
    let case = Case::new("Neo4j is killed", "SIGKILL with a transaction written and not committed; restarted");
    outage(case, |house| house.neo4j.kill(), |house| house.neo4j.restart());
}

#[test]
fn neo4j_frozen_in_the_middle_of_a_write() {
    let case = Case::new("Neo4j hangs", "SIGSTOP with COMMIT on its way; SIGCONT");
    outage(case, |house| house.neo4j.freeze(), |house| house.neo4j.thaw());
}

/// What a database that is being stopped answers depends on what it is doing at that moment, and none of it may fail a
/// task.
#[test]
fn neo4j_stopped_at_any_moment_while_partitions_are_taken_over_and_written_to() {
    let mut house = house();
    let scale = scale();
    let mut chance = scale.chance("stop");
    let mut case = Case::new("Neo4j is stopped", "SIGTERM at random moments of take-overs and writes; restarted");
    let reference = reference();
    assert_eq!(house.fresh().terminate(), Some(0));
    let mut feed = Feed::of_reference(house.kafka.bootstrap_servers(), &reference);
    let rounds = scale.rounds.div_ceil(3);
    let mut last = None;
    for _ in 0..rounds {
        drop(last.take());
        feed.send_part_of(rounds + 1);
        let sluice = house.sluice();
        // A group's first join takes 3 s.
        thread::sleep(Duration::from_millis(chance.random_range(0..6_000)));
        house.neo4j.stop().unwrap();
        case.caused();
        house.neo4j.restart().unwrap();
        case.recover(&sluice, &feed.sent());
        last = Some(sluice);
    }
    feed.finish();
    let sluice = last.unwrap();
    case.judge_reference(&house.neo4j, &sluice, &reference);
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn neo4j_stopped_and_started_only_after_sluice() {
    let case = Case::new("Neo4j is started after Sluice", "stopped in good order, Sluice started, Neo4j restarted");
    late(case, |house| house.neo4j.stop(), |house| house.neo4j.restart());
}

#[test]
fn kafka_killed_in_the_middle_of_a_burst() {
    let case = Case::new("Kafka is killed", "SIGKILL with a transaction written and not committed; restarted");
    outage(case, |house| house.kafka.kill(), |house| house.kafka.restart());
}

#[test]
fn kafka_frozen_in_the_middle_of_a_burst() {
    let case = Case::new("Kafka hangs", "SIGSTOP with a transaction written and not committed; SIGCONT");
    outage(case, |house| house.kafka.freeze(), |house| house.kafka.thaw());
}

#[test]
fn kafka_stopped_and_started_only_after_sluice() {
    let case = Case::new("Kafka is started after Sluice", "stopped in good order, Sluice started, Kafka restarted");
    late(case, |house| house.kafka.stop(), |house| house.kafka.restart());
}
