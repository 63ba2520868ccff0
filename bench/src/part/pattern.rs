//! A topic of somebody's own by a pattern, beside a bare loader of the same follows.

use model::Kind;
use serde_json::json;

use super::throughput::drain;
use crate::{
    error::Error,
    house::{House, records},
    report::{Section, each, median, number, text},
    sluice::Sluice,
    world::{LARGE, SMALL, World},
};

/// The connector, and what it makes of the follows: as the loader does, with labels of its own.
const NAME: &str = "bench-pattern";
const PATTERN: &str = "(:Person{!id: follower_id})-[:KNOWS{since: timestamp}]->(:Person{!id: followed_id})";

/// Rows before anything is measured.
const WARM_UP: usize = 40_000;

pub(crate) fn measure(house: &mut House, rows: usize, rounds: usize) -> Result<Section, Error> {
    let mut section = Section::new(
        "pattern",
        "Follows by a relationship pattern, from topic to graph, one partition",
        &["world", "events/s", "bare loader/s", "ratio", "ratios of the rounds"],
    );
    let sluice = house.fresh(1)?;
    sluice.pause()?;
    let config = json!({
        "connector.class": "sluice.Neo4jSink",
        "topics": Kind::Connection.topic(),
        "tasks.max": "1",
        format!("neo4j.pattern.topic.{}", Kind::Connection.topic()): PATTERN,
    });
    sluice.create(NAME, &config)?;
    turn(house, &sluice, SMALL, WARM_UP)?;
    house.graph.load(&house.draws.draw(Kind::Connection, SMALL, WARM_UP))?;
    for world in [SMALL, LARGE] {
        let mut found = Vec::new();
        for at in 0..rounds {
            let bare = house.draws.draw(Kind::Connection, world, rows);
            let load = |house: &House| Ok::<_, Error>(rows as f64 / house.graph.load(&bare)?.as_secs_f64());
            // Whoever is first pays for what the other needs as well.
            found.push(if at % 2 == 0 {
                let ceiling = load(house)?;
                (turn(house, &sluice, world, rows)?, ceiling)
            } else {
                (turn(house, &sluice, world, rows)?, load(house)?)
            });
        }
        let ratios: Vec<f64> = found.iter().map(|(sink, ceiling)| sink / ceiling).collect();
        section.row([
            text(world.name),
            number(median(&found.iter().map(|it| it.0).collect::<Vec<_>>()), 0),
            number(median(&found.iter().map(|it| it.1).collect::<Vec<_>>()), 0),
            number(median(&ratios), 2),
            each(&ratios),
        ]);
    }
    sluice.stop()?;
    Ok(section)
}

/// Fills the topic while the connector holds, and lets it go: events a second.
fn turn(house: &mut House, sluice: &Sluice, world: World, rows: usize) -> Result<f64, Error> {
    sluice.hold(&[NAME])?;
    house.topics.fill(Kind::Connection.topic(), &records(&house.draws.draw(Kind::Connection, world, rows)))?;
    drain(sluice, &[NAME], rows as u64)
}
