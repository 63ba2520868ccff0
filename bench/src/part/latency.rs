//! From produced to stored, at a steady pace, against one bare transaction of the same run.

use std::{thread, time::Instant};

use model::Kind;

use crate::{
    error::{During, Error},
    house::{House, records},
    report::{Section, median, number, quantile, text},
    sluice::{OFTEN, Progress, Sluice},
    world::SMALL,
};

/// Events a second.
const RATES: [u32; 3] = [100, 1_000, 5_000];
/// The connector.
const PURCHASES: &str = Kind::Purchase.topic();
/// Bare transactions before and after each pace.
const BARE: usize = 50;
/// Records before anything is measured, at a pace: batches of thousands are other statements to Neo4j's compiler than batches
/// of ten, and until it has seen many of these they take up to seconds.
const WARM_UP: usize = 30_000;
const WARM_UP_RATE: u32 = 1_000;

pub(crate) fn measure(house: &mut House, seconds: u32, runs: usize) -> Result<Section, Error> {
    let mut section = Section::new(
        "latency",
        "Latency from produced to stored, purchases in one partition, beside the median bare transaction",
        &["events/s", "p50 ms", "p99 ms", "max ms", "bare transaction ms", "p50 / bare", "p99 / bare", "runs"],
    );
    let sluice = house.fresh(1)?;
    let rows = house.draws.draw(Kind::Purchase, SMALL, WARM_UP);
    house.topics.trickle(PURCHASES, &records(&rows), WARM_UP_RATE)?;
    sluice.watch(OFTEN, &[PURCHASES], 0, WARM_UP as u64)?;
    for rate in RATES {
        let mut found = Vec::new();
        for _ in 0..runs {
            found.push(run(house, &sluice, rate, seconds)?);
        }
        let all = |of: fn(&Run) -> f64| median(&found.iter().map(of).collect::<Vec<_>>());
        section.row([
            number(f64::from(rate), 0),
            number(all(|it| it.p50), 1),
            number(all(|it| it.p99), 1),
            number(found.iter().map(|it| it.max).fold(0.0, f64::max), 1),
            number(all(|it| it.bare), 1),
            number(all(|it| it.p50 / it.bare), 1),
            number(all(|it| it.p99 / it.bare), 1),
            text(format!("{runs} of {seconds} s")),
        ]);
    }
    sluice.stop()?;
    Ok(section)
}

/// Milliseconds.
struct Run {
    p50: f64,
    p99: f64,
    max: f64,
    bare: f64,
}

fn run(house: &mut House, sluice: &Sluice, rate: u32, seconds: u32) -> Result<Run, Error> {
    let mut bare = bare(house)?;
    let count = rate * seconds;
    let records = records(&house.draws.draw(Kind::Purchase, SMALL, count as usize));
    let before = sluice.handled(PURCHASES)?;
    let (sent, progress) = thread::scope(|scope| {
        let watching = scope.spawn(|| sluice.watch(OFTEN, &[PURCHASES], before, u64::from(count)));
        let sent = house.topics.trickle(PURCHASES, &records, rate);
        (sent, watching.join())
    });
    let progress = progress.map_err(|_| "the watch broke").during("watching the sink")??;
    let taken = latencies(&sent?, &progress);
    bare.extend(self::bare(house)?);
    Ok(Run { p50: quantile(&taken, 0.5), p99: quantile(&taken, 0.99), max: quantile(&taken, 1.0), bare: median(&bare) })
}

/// How long bare transactions of one purchase take, in milliseconds.
fn bare(house: &mut House) -> Result<Vec<f64>, Error> {
    let rows = house.draws.draw(Kind::Purchase, SMALL, BARE);
    Ok(house.graph.load_singly(&rows)?.into_iter().map(|taken| taken.as_secs_f64() * 1_000.0).collect())
}

/// Milliseconds of each record until it was seen to be stored. Records of one partition are stored in their order.
fn latencies(sent: &[Instant], progress: &Progress) -> Vec<f64> {
    let mut seen = progress.iter();
    let mut current = seen.next();
    let mut all = Vec::with_capacity(sent.len());
    for (at, sent) in sent.iter().enumerate() {
        while current.is_some_and(|(_, stored)| *stored <= at as u64) {
            current = seen.next();
        }
        if let Some((stored, _)) = current {
            all.push(stored.saturating_duration_since(*sent).as_secs_f64() * 1_000.0);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_record_is_stored_when_as_many_are() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let progress = vec![(at(0), 0), (at(10), 1), (at(20), 3)];
        let taken = latencies(&[at(1), at(2), at(20)], &progress);
        assert_eq!(taken.into_iter().map(|taken| taken as i64).collect::<Vec<_>>(), [9, 18, 0]);
    }
}
