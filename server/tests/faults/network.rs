//! The network breaks: connections are cut at random or in the middle of a commit's answer, everything is slow, or the
//! link is half open.

use std::{thread, time::Duration};

use rand::Rng;
use services::{Catch, Direction, Proxy};

use super::{
    feed::Feed,
    house::{COMMIT, House, LOCK, house},
    report::Case,
    scale::scale,
};
use crate::support::judge::reference;

/// How long a group waits for a member that says nothing.
const SESSION: Duration = Duration::from_secs(10);

/// Feeds the reference while `fault` does its worst to the network, once for every round, and then heals it. `fault` says
/// how often it has hit.
fn broken(mut case: Case, rounds: u32, mut fault: impl FnMut(&House, u32, &mut Feed) -> u32) {
    let house = house();
    let reference = reference();
    let sluice = house.fresh();
    let mut feed = Feed::of_reference(house.kafka.bootstrap_servers(), &reference);
    for round in 0..rounds {
        for _ in 0..fault(&house, round, &mut feed) {
            case.caused();
        }
        house.heal();
        case.recover(&sluice, &feed.sent());
    }
    feed.finish();
    case.judge_reference(&house.neo4j, &sluice, &reference);
    assert_eq!(sluice.terminate(), Some(0));
}

/// Cuts each connection after some kilobytes, again and again, while records come.
fn cut_again_and_again(house: &House, proxy: fn(&House) -> &Proxy, seed: u64, feed: &mut Feed, parts: u32) -> u32 {
    let proxy = proxy(house);
    // Bigger than a handshake, smaller than a batch.
    proxy.cut_at_random(seed, 2_000..60_000);
    proxy.cut();
    let before = proxy.cuts();
    let slices = 10;
    for _ in 0..slices {
        feed.send(feed.len().div_ceil((parts * slices) as usize));
        thread::sleep(scale().outage / slices);
    }
    let cuts = proxy.cuts() - before;
    assert!(cuts > 0, "no connection was under fire");
    cuts as u32
}

/// Passes nothing in one direction, and in the next round nothing in the other; connections stay, and new ones are
/// accepted.
fn half_open(proxy: &Proxy, round: u32, feed: &mut Feed, length: Duration) -> u32 {
    let direction = if round.is_multiple_of(2) { Direction::Answer } else { Direction::Request };
    feed.send_part_of(6);
    proxy.hold(direction);
    feed.send_part_of(6);
    thread::sleep(length);
    1
}

#[test]
fn connections_to_neo4j_cut_at_random() {
    let case =
        Case::new("connections to Neo4j are cut at random", "each after 2 to 60 kB, for the length of an outage");
    let (rounds, seed) = (scale().rounds.div_ceil(5), scale().seed);
    broken(case, rounds, |house, round, feed| {
        cut_again_and_again(house, |house| &house.before_neo4j, seed.wrapping_add(round.into()), feed, rounds + 1)
    });
}

#[test]
fn connections_to_kafka_cut_at_random() {
    let case =
        Case::new("connections to Kafka are cut at random", "each after 2 to 60 kB, for the length of an outage");
    let (rounds, seed) = (scale().rounds.div_ceil(5), scale().seed);
    broken(case, rounds, |house, round, feed| {
        cut_again_and_again(house, |house| &house.before_kafka, seed.wrapping_add(round.into()), feed, rounds + 1)
    });
}

#[test]
fn the_answer_to_a_commit_cut_in_two() {
    let case = Case::new("the answer to COMMIT is cut", "the connection ends after 0 to 6 bytes of it");
    let rounds = scale().rounds;
    let mut chance = scale().chance("the answer to a commit");
    broken(case, rounds, |house, _, feed| {
        let bytes = chance.random_range(0..=6);
        house.catch(&[LOCK, COMMIT], Catch::CutAnswer(bytes), || feed.send_part_of(rounds + 1));
        1
    });
}

#[test]
fn a_slow_network_on_both_sides() {
    let case = Case::new("the network is slow", "20 ms for each piece, to and from both");
    broken(case, 1, |house, _, feed| {
        for proxy in [&house.before_kafka, &house.before_neo4j] {
            proxy.delay(Duration::from_millis(20));
        }
        for _ in 0..10 {
            feed.send_part_of(20);
            thread::sleep(scale().outage / 10);
        }
        1
    });
}

#[test]
fn a_half_open_link_to_neo4j() {
    let case = Case::new("the link to Neo4j is half open", "one direction passes nothing for the length of an outage");
    broken(case, 2, |house, round, feed| half_open(&house.before_neo4j, round, feed, scale().outage));
}

/// For longer than the group waits for a member: the partitions are lost and given back while they are still being taken
/// over, which a reset has just made necessary.
#[test]
fn a_half_open_link_to_kafka() {
    let case = Case::new("the link to Kafka is half open", "one direction passes nothing until the group has given up");
    let length = scale().outage.max(SESSION + Duration::from_secs(3));
    broken(case, scale().rounds.div_ceil(5).min(2), |house, round, feed| {
        half_open(&house.before_kafka, round, feed, length)
    });
}
