//! From topic to graph, as fast as each sink can, against the ceiling of the same run.
//!
//! Sink and bare loader take turns with rows of the same kind, so that what else the machine does hits both.

use std::time::Instant;

use model::Kind;

use crate::{
    error::Error,
    house::{House, records},
    report::{Section, each, median, number, text},
    sluice::{Progress, SELDOM, Sluice},
    topic::Record,
    world::{LARGE, Row, SMALL, World},
};

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Rows of a kind in a round.
    pub(crate) rows: usize,
    pub(crate) rounds: usize,
    pub(crate) partitions: &'static [i32],
}

/// Rows of each kind before anything is measured: Neo4j is half as fast before its compiler has seen enough.
const WARM_UP: usize = 40_000;

pub(crate) fn measure(house: &mut House, size: Size) -> Result<Section, Error> {
    let mut section = Section::new(
        "throughput",
        "Throughput, from topic to graph",
        &[
            "what",
            "world",
            "partitions",
            "events/s",
            "bare loader/s",
            "ratio",
            "ratios of the rounds",
            "CPU µs an event: Sluice",
            "Neo4j",
            "ratio of CPU",
            "peak MB: Sluice",
            "Neo4j, with its heap",
        ],
    );
    for &partitions in size.partitions {
        let sluice = house.fresh(partitions)?;
        sluice.pause()?;
        for kind in Kind::ALL {
            let rows = house.draws.draw(kind, SMALL, WARM_UP);
            house.graph.load(&rows)?;
            let rows = house.draws.draw(kind, SMALL, WARM_UP);
            sink(house, &sluice, &[(kind, records(&rows))])?;
        }
        for world in [SMALL, LARGE] {
            for kinds in [&[Kind::Purchase][..], &[Kind::Interaction], &[Kind::Connection], &Kind::ALL] {
                let what = if let [kind] = kinds { kind.topic() } else { "all three" };
                let mut rounds = Vec::new();
                for at in 0..size.rounds {
                    rounds.push(round(house, &sluice, kinds, world, size.rows / kinds.len(), at % 2 == 1)?);
                }
                let all = |of: fn(&Round) -> f64| rounds.iter().map(of).collect::<Vec<f64>>();
                let ratios = all(|it| it.sink / it.ceiling);
                let (sluice_cpu, neo4j_cpu) = (median(&all(|it| it.sluice_cpu)), median(&all(|it| it.neo4j_cpu)));
                section.row([
                    text(what),
                    text(world.name),
                    number(f64::from(partitions), 0),
                    number(median(&all(|it| it.sink)), 0),
                    number(median(&all(|it| it.ceiling)), 0),
                    number(median(&ratios), 2),
                    each(&ratios),
                    number(sluice_cpu, 1),
                    number(neo4j_cpu, 1),
                    number(sluice_cpu / neo4j_cpu, 2),
                    number(sluice.process().peak_mb()?, 0),
                    number(house.neo4j_process().peak_mb()?, 0),
                ]);
            }
        }
        sluice.stop()?;
    }
    Ok(section)
}

/// One turn of each.
struct Round {
    /// Events a second.
    sink: f64,
    ceiling: f64,
    /// Microseconds an event, while the sink runs.
    sluice_cpu: f64,
    neo4j_cpu: f64,
}

fn round(
    house: &mut House,
    sluice: &Sluice,
    kinds: &[Kind],
    world: World,
    rows: usize,
    sink_first: bool,
) -> Result<Round, Error> {
    let bare: Vec<Row> = kinds.iter().flat_map(|kind| house.draws.draw(*kind, world, rows)).collect();
    let mut piped = Vec::new();
    for kind in kinds {
        piped.push((*kind, records(&house.draws.draw(*kind, world, rows))));
    }
    let load = |house: &House| Ok::<_, Error>(bare.len() as f64 / house.graph.load(&bare)?.as_secs_f64());
    if sink_first {
        let (sink, sluice_cpu, neo4j_cpu) = sink(house, sluice, &piped)?;
        return Ok(Round { sink, ceiling: load(house)?, sluice_cpu, neo4j_cpu });
    }
    let ceiling = load(house)?;
    let (sink, sluice_cpu, neo4j_cpu) = sink(house, sluice, &piped)?;
    Ok(Round { sink, ceiling, sluice_cpu, neo4j_cpu })
}

/// Fills the topics while the sinks hold, lets them go, and holds them again: events a second, and the CPU of both in
/// microseconds an event.
pub(crate) fn sink(house: &House, sluice: &Sluice, piped: &[(Kind, Vec<Record>)]) -> Result<(f64, f64, f64), Error> {
    let names: Vec<&str> = piped.iter().map(|(kind, _)| kind.topic()).collect();
    let mut count = 0;
    for (kind, rows) in piped {
        house.topics.fill(kind.topic(), rows)?;
        count += rows.len() as u64;
    }
    let (ours, theirs) = (sluice.process(), house.neo4j_process());
    let cpu = (ours.cpu_seconds()?, theirs.cpu_seconds()?);
    let speed = drain(sluice, &names, count)?;
    let micros = |seconds: f64| 1e6 * seconds / count as f64;
    let (ours, theirs) = (micros(ours.cpu_seconds()? - cpu.0), micros(theirs.cpu_seconds()? - cpu.1));
    sluice.pause()?;
    Ok((speed, ours, theirs))
}

/// Lets sinks go, and waits until so many records are handled: events a second.
pub(crate) fn drain(sluice: &Sluice, connectors: &[&str], count: u64) -> Result<f64, Error> {
    let before = sluice.handled_of(connectors)?;
    for connector in connectors {
        sluice.order(connector, "resume")?;
    }
    Ok(speed(&sluice.watch(SELDOM, connectors, before, count)?))
}

/// Events a second between the first batch and the last: joining the group is not the sink's speed.
pub(crate) fn speed(progress: &Progress) -> f64 {
    let stored: Vec<&(Instant, u64)> = progress.iter().filter(|(_, handled)| *handled > 0).collect();
    match stored[..] {
        [(began, first), .., (ended, last)] => (last - first) as f64 / (*ended - *began).as_secs_f64(),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn speed_counts_from_the_first_batch_to_the_last() {
        let start = Instant::now();
        let at = |seconds, handled| (start + Duration::from_secs(seconds), handled);
        assert_eq!(speed(&vec![at(0, 0), at(5, 100), at(6, 150), at(7, 300)]) as i64, 100);
        assert_eq!(speed(&vec![at(0, 0), at(5, 100)]) as i64, 0);
    }
}
