//! A long run at 2,000 records a second with bursts: nothing is lost, no lag is left, and memory does not grow.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{feed::Feed, house::house, report::Case, scale::scale, shop::Shop};
use crate::support::{sluice::Sluice, wait_for};

const PER_SECOND: usize = 2_000;
/// Every tenth second brings as many at once.
const BURST: usize = 10_000;
/// What a process that streams needs no more than, in MiB; buffers are bounded far below it.
const MOST_MIB: f64 = 512.0;
/// A run this long has left its start behind, so that its slope means something.
const LONG: Duration = Duration::from_mins(5);

/// Resident memory in MiB.
fn resident_mib(sluice: &Sluice) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", sluice.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap() / 1024.0
}

/// The slope of a line through (x, y) that leaves the least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let both: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let square: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    if square > 0.0 { both / square } else { 0.0 }
}

#[test]
fn the_slope_of_a_line_is_its_slope() {
    let line: Vec<_> = (0..10).map(|x| (f64::from(x), 3.0 * f64::from(x) + 1.0)).collect();
    assert!((slope(&line) - 3.0).abs() < 1e-9);
    assert!(slope(&[(1.0, 5.0)]).abs() < 1e-9);
}

#[test]
fn a_soak_leaves_no_lag_and_no_memory_behind() {
    let house = house();
    let length = scale().soak;
    let mut case = Case::new("a soak", "2,000 records a second, and 10,000 at once every ten seconds");
    let mut shop = Shop::new(scale().chance("soak"), "soak", 2_000);
    let sluice = house.fresh();
    let started = Instant::now();
    let mut memory = Vec::new();
    let mut second = 0;
    while started.elapsed() < length {
        let count = if second % 10 == 9 { BURST } else { PER_SECOND };
        let records: Vec<_> = (0..count).map(|_| shop.any()).collect();
        // A second's records are all acknowledged before the next ones are made: what is measured is Sluice.
        Feed::of(house.kafka.bootstrap_servers(), records).finish();
        memory.push((started.elapsed().as_secs_f64(), resident_mib(&sluice)));
        second += 1;
        thread::sleep(Duration::from_secs(second).saturating_sub(started.elapsed()));
    }
    case.caused();
    let expected = shop.expected();
    case.recover(&sluice, &expected.reads);
    let late = &memory[memory.len() / 2..];
    let mean = late.iter().map(|(_, mib)| mib).sum::<f64>() / late.len() as f64;
    let most = memory.iter().map(|(_, mib)| *mib).fold(0.0, f64::max);
    let per_minute = 60.0 * slope(late);
    case.note(format!(
        "{} s: {mean:.0} MiB resident on average in the second half, {most:.0} at most, growing by {per_minute:.2} a minute",
        length.as_secs()
    ));
    wait_for("no lag", || {
        let status = sluice.status();
        status["connectors"].as_array().unwrap().iter().all(|connector| connector["lag"] == 0).then_some(())
    });
    case.judge(&house.neo4j, &sluice, &expected);
    assert!(most < MOST_MIB, "{most} MiB");
    if length >= LONG {
        let grown = slope(late) * (length.as_secs_f64() / 2.0);
        assert!(grown < mean / 10.0, "memory grew by {grown:.1} of {mean:.1} MiB in the second half: {memory:?}");
    }
    assert_eq!(sluice.terminate(), Some(0));
}
