//! What Sluice costs while nothing happens: its start, its idling, its size.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use model::Kind;

use crate::{
    error::{During, Error},
    house::House,
    report::{Section, median, number, text},
    sluice::{Setup, Sluice},
};

/// Lets it settle after the start: the first looks at everything are not idling.
const SETTLE: Duration = Duration::from_secs(2);

pub(crate) fn measure(house: &mut House, embedded: &Setup, times: usize, idle: Duration) -> Result<Section, Error> {
    let mut section = Section::new(
        "start",
        "Start, idling, size",
        &["services", "start to /readyz, s (median)", "longest", "idle CPU %", "peak MB idle", "binary MB"],
    );
    let size = fs::metadata(&embedded.binary).during("looking at the binary")?.len() as f64 / 1e6;
    house.empty()?;
    house.topics.make(&Kind::ALL.map(Kind::topic), 3)?;
    for (name, setup) in [("embedded", embedded), ("Kafka and Neo4j", house.setup())] {
        let mut starts = Vec::new();
        let (mut cpu, mut memory) = (0.0, 0.0);
        for at in 1..=times {
            let dir = tempfile::tempdir().during("making a folder")?;
            let started = Instant::now();
            let sluice = Sluice::start(setup, dir.path())?.ready()?;
            starts.push(started.elapsed().as_secs_f64());
            if at == times {
                thread::sleep(SETTLE);
                let before = sluice.process().cpu_seconds()?;
                thread::sleep(idle);
                cpu = 100.0 * (sluice.process().cpu_seconds()? - before) / idle.as_secs_f64();
                memory = sluice.process().peak_mb()?;
            }
            sluice.stop()?;
        }
        section.row([
            text(name),
            number(median(&starts), 1),
            number(starts.iter().copied().fold(0.0, f64::max), 1),
            number(cpu, 1),
            number(memory, 0),
            number(size, 1),
        ]);
    }
    Ok(section)
}
