//! Two processes share the work: one joins, one dies, and one that was thought dead comes back with a write in hand.

use serde_json::Value;
use services::Catch;

use super::{
    expected::wait_until_read,
    feed::Feed,
    house::{COMMIT, LOCK, house},
    report::Case,
};
use crate::support::{judge::reference, sluice::Sluice, wait_for};

/// How many partitions of all its topics a process reads itself; it shows what others do too.
fn partitions(sluice: &Sluice) -> usize {
    let status = sluice.status();
    let tasks = |connector: &Value| connector["tasks"].as_array().cloned().unwrap_or_default();
    let connectors = status["connectors"].as_array().unwrap();
    let own = connectors.iter().flat_map(tasks).filter(|task| task["worker"] == status["worker"]);
    let held = own.map(|task| task["partitions"].as_array().map_or(0, Vec::len));
    held.sum()
}

/// Waits until both have a part of all nine.
fn wait_until_shared(a: &Sluice, b: &Sluice) {
    wait_for("partitions that two share", || {
        let (ours, theirs) = (partitions(a), partitions(b));
        (ours > 0 && theirs > 0 && ours + theirs == 9).then_some(())
    });
}

/// What a counter has come to, over all connectors.
fn counter(sluice: &Sluice, name: &str) -> f64 {
    let (_, text) = sluice.get("/metrics");
    let text = text.as_str().unwrap_or_default().to_owned();
    let of_it = text.lines().filter(|line| line.starts_with(name));
    of_it.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

#[test]
fn a_process_that_joins_in_the_middle_of_a_burst_takes_its_share() {
    let house = house();
    let mut case = Case::new("a second process joins", "started in the middle of a burst");
    let reference = reference();
    let a = house.fresh();
    let mut feed = Feed::of_reference(house.kafka.bootstrap_servers(), &reference);
    feed.send_part_of(3);
    let b = house.second_sluice();
    case.caused();
    feed.send_part_of(3);
    wait_until_shared(&a, &b);
    case.recover(&a, &feed.sent());
    feed.finish();
    case.judge_reference(&house.neo4j, &b, &reference);
    assert_eq!((a.terminate(), b.terminate()), (Some(0), Some(0)));
}

#[test]
fn the_other_process_takes_over_what_a_dead_one_had_written_and_not_heard_of() {
    let house = house();
    let mut case = Case::new("one of two processes is killed", "SIGKILL with a committed write unanswered");
    let reference = reference();
    let a = house.fresh();
    let b = house.second_sluice();
    wait_until_shared(&a, &b);
    let mut feed = Feed::of_reference(house.kafka.bootstrap_servers(), &reference);
    house.catch(&[LOCK, COMMIT], Catch::Answer, || feed.send_part_of(2));
    a.kill();
    case.caused();
    house.before_neo4j.cut();
    house.heal();
    case.recover(&b, &feed.sent());
    feed.finish();
    case.judge_reference(&house.neo4j, &b, &reference);
    assert_eq!(b.terminate(), Some(0));
}

/// It is frozen with a write on its way, for longer than its group waits for it. When it is thawed somebody else has its
/// partitions, and the write finds that.
#[test]
fn a_zombie_is_fenced() {
    let house = house();
    let mut case =
        Case::new("one of two processes hangs", "SIGSTOP with a write on its way until the other has it all");
    let reference = reference();
    let a = house.fresh();
    let b = house.second_sluice();
    wait_until_shared(&a, &b);
    let fenced = counter(&a, "sluice_fenced_total");
    let mut feed = Feed::of_reference(house.kafka.bootstrap_servers(), &reference);
    house.catch(&[LOCK], Catch::Request, || feed.send_part_of(3));
    a.signal("STOP");
    feed.send_part_of(3);
    case.caused();
    assert!(wait_until_read(&b, &feed.sent()).is_some(), "the other process takes over");
    a.signal("CONT");
    house.heal();
    wait_for("the zombie's write to be fenced", || (counter(&a, "sluice_fenced_total") > fenced).then_some(()));
    wait_until_shared(&a, &b);
    feed.send_part_of(6);
    case.recover(&a, &feed.sent());
    feed.finish();
    case.note("the write was fenced".to_owned());
    case.judge_reference(&house.neo4j, &a, &reference);
    assert_eq!((a.terminate(), b.terminate()), (Some(0), Some(0)));
}
