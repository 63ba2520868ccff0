//! Records that cannot be stored, wherever they stand: each ends in the dead letters, and nothing else does.
//!
//! Some break a rule of the messages. The others obey every rule, and only the database notices: a review too long for
//! an index, and a name that a constraint wants once.

use std::thread;

use super::{
    expected::{Reads, wait_until_read},
    feed::{Addressed, Feed},
    house::{House, house},
    report::Case,
    scale::scale,
    shop::Shop,
};
use crate::support::{neo4j::rows, sluice::Sluice, wait_for};

/// Made by hand, as a person would who wants to search reviews.
const INDEX: &str = "CREATE INDEX chaos_review FOR ()-[r:REVIEWED]-() ON (r.text)";
const NO_INDEX: &str = "DROP INDEX chaos_review IF EXISTS";
/// As a person would who takes names for ids.
const CONSTRAINT: &str = "CREATE CONSTRAINT chaos_name FOR (u:User) REQUIRE u.name IS UNIQUE";
const NO_CONSTRAINT: &str = "DROP CONSTRAINT chaos_name IF EXISTS";

/// Halvings of the biggest batch until one record is left, and one for the edges.
const HALVINGS: u64 = 14;

/// What the sinks count while they look for a poison record.
fn narrowings(sluice: &Sluice) -> u64 {
    let (_, text) = sluice.get("/metrics");
    let text = text.as_str().unwrap_or_default().to_owned();
    let of_it = text.lines().filter(|line| line.starts_with("sluice_narrowings_total"));
    of_it.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

/// Sends all of it while no sink runs, so that they find it in one piece, and returns when it is read.
fn read_in_one_piece(house: &House, sluice: Sluice, records: Vec<Addressed>, reads: &Reads, case: &mut Case) -> Sluice {
    assert_eq!(sluice.terminate(), Some(0));
    Feed::of(house.kafka.bootstrap_servers(), records).finish();
    let sluice = house.sluice();
    case.recover(&sluice, reads);
    sluice
}

/// Drops what a case made by hand, also when it fails half way.
struct Cleared<'a>(&'a House, &'static str);

impl Drop for Cleared<'_> {
    fn drop(&mut self) {
        if !thread::panicking() {
            rows(&self.0.neo4j, self.1);
        }
    }
}

#[test]
fn poison_first_in_the_middle_last_and_in_a_run() {
    let house = house();
    let mut case =
        Case::new("poison records", "broken ones, and ones only an index refuses: first, middle, last, in a run");
    let mut shop = Shop::new(scale().chance("poison"), "poison", 500);
    let sluice = house.fresh();
    rows(&house.neo4j, INDEX);
    let _cleared = Cleared(&house, NO_INDEX);
    let mut records = vec![shop.review_too_long_for_an_index(), shop.broken()];
    records.extend((0..700).map(|_| shop.review(60)));
    records.extend([shop.review_too_long_for_an_index(), shop.broken()]);
    records.extend((0..700).map(|_| shop.any()));
    records.extend((0..12).map(|_| shop.review_too_long_for_an_index()));
    records.extend((0..50).map(|_| shop.broken()));
    records.extend((0..700).map(|_| shop.any()));
    records.extend([shop.broken(), shop.review_too_long_for_an_index()]);
    let expected = shop.expected();
    let sluice = read_in_one_piece(&house, sluice, records, &expected.reads, &mut case);
    case.caused();
    case.note(format!("15 that only the index refuses, found in {} halvings", narrowings(&sluice)));
    case.judge(&house.neo4j, &sluice, &expected);
    assert_eq!(sluice.terminate(), Some(0));
}

#[test]
fn nothing_but_poison() {
    let house = house();
    let mut case = Case::new("nothing but poison", "60 broken records and 20 that only an index refuses, and no other");
    let mut shop = Shop::new(scale().chance("nothing"), "nothing", 500);
    let sluice = house.fresh();
    rows(&house.neo4j, INDEX);
    let _cleared = Cleared(&house, NO_INDEX);
    let mut records: Vec<_> = (0..60).map(|_| shop.broken()).collect();
    records.extend((0..20).map(|_| shop.review_too_long_for_an_index()));
    let expected = shop.expected();
    let sluice = read_in_one_piece(&house, sluice, records, &expected.reads, &mut case);
    case.caused();
    case.judge(&house.neo4j, &sluice, &expected);
    assert_eq!(sluice.terminate(), Some(0));
}

/// Narrowing by halves finds it in as many steps as the batch's size has digits in base two, not in as many as it has
/// records.
#[test]
fn one_poison_record_among_ten_thousand() {
    let house = house();
    let mut case = Case::new("one poison record among 10,000", "a name that a constraint made by hand wants once");
    let mut shop = Shop::new(scale().chance("one"), "one", 2_000);
    let sluice = house.fresh();
    rows(&house.neo4j, CONSTRAINT);
    let _cleared = Cleared(&house, NO_CONSTRAINT);
    // Stored before all others: of two partitions nobody knows which is read first.
    let mut feed = Feed::of(house.kafka.bootstrap_servers(), vec![shop.purchase(Some("Ada"))]);
    feed.send(feed.len());
    wait_until_read(&sluice, &feed.sent()).expect("the first purchase is read");
    feed.finish();
    let mut records: Vec<_> = (0..6_000).map(|_| shop.purchase(None)).collect();
    records.push(shop.purchase_under_a_name_that_is_taken("Ada"));
    records.extend((0..4_000).map(|_| shop.purchase(None)));
    let expected = shop.expected();
    let sluice = read_in_one_piece(&house, sluice, records, &expected.reads, &mut case);
    case.caused();
    let halvings = narrowings(&sluice);
    case.note(format!("found in {halvings} halvings"));
    case.judge(&house.neo4j, &sluice, &expected);
    assert!((1..=HALVINGS).contains(&halvings), "{halvings} halvings");
    assert_eq!(sluice.terminate(), Some(0));
}

/// While the sinks are looking for the poison the database goes away: what fails then is no record's fault.
#[test]
fn an_outage_while_poison_is_narrowed_down_buries_no_good_record() {
    let mut house = house();
    let mut case =
        Case::new("Neo4j is killed among poison", "SIGKILL while a batch with 20 poison records is narrowed down");
    let mut shop = Shop::new(scale().chance("among"), "among", 500);
    let sluice = house.fresh();
    rows(&house.neo4j, INDEX);
    let records: Vec<_> = (0..2_400)
        .map(|at| if at % 120 == 0 { shop.review_too_long_for_an_index() } else { shop.review(60) })
        .collect();
    let expected = shop.expected();
    let before = narrowings(&sluice);
    let mut feed = Feed::of(house.kafka.bootstrap_servers(), records);
    feed.send(feed.len());
    wait_for("a search for poison", || (narrowings(&sluice) > before + 3).then_some(()));
    house.neo4j.kill().unwrap();
    case.caused();
    thread::sleep(scale().outage);
    house.neo4j.restart().unwrap();
    case.recover(&sluice, &feed.sent());
    feed.finish();
    case.judge(&house.neo4j, &sluice, &expected);
    assert_eq!(sluice.terminate(), Some(0));
    rows(&house.neo4j, NO_INDEX);
}
