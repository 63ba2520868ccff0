//! How much records that cannot be stored slow down the others: 1 in 1,000, found by decoding or only by the database.

use model::Kind;
use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::json;

use super::throughput;
use crate::{
    error::Error,
    house::{House, records},
    report::{Section, each, median, number, text},
    sluice::Sluice,
    topic::Record,
    world::{Row, SMALL},
};

/// One in so many.
const EVERY: usize = 1_000;
/// Added to a user's id it is nobody's.
const NOBODY: i64 = 5_000_000;
/// As somebody would make it who wants to search reviews; it takes no text beyond 8 kB.
const INDEX: &str = "CREATE INDEX bench_review FOR ()-[r:REVIEWED]-() ON (r.text)";
const NO_INDEX: &str = "DROP INDEX bench_review IF EXISTS";
/// As somebody would make it who takes names for ids.
const CONSTRAINT: &str = "CREATE CONSTRAINT bench_name FOR (u:User) REQUIRE u.name IS UNIQUE";
const NO_CONSTRAINT: &str = "DROP CONSTRAINT bench_name IF EXISTS";
const ONLINE: &str = "CALL db.awaitIndexes(60)";

pub(crate) fn measure(house: &mut House, rows: usize, rounds: usize) -> Result<Section, Error> {
    let mut section = Section::new(
        "poison",
        "One record in 1,000 is poison",
        &["found by", "events/s without", "events/s with", "ratio", "ratios of the rounds"],
    );
    let sluice = house.fresh(1)?;
    sluice.pause()?;
    let decoded = compare(house, &sluice, Kind::Purchase, broken, (rows, rounds))?;
    house.graph.run(CONSTRAINT)?;
    let taken = compare(house, &sluice, Kind::Purchase, taken_name, (rows, rounds))?;
    house.graph.run(NO_CONSTRAINT)?;
    house.graph.run(INDEX)?;
    house.graph.run(ONLINE)?;
    let long = compare(house, &sluice, Kind::Interaction, too_long, (rows, rounds))?;
    house.graph.run(NO_INDEX)?;
    sluice.stop()?;
    for (name, found) in [
        ("decoding", decoded),
        ("the database: a constraint", taken),
        ("the database: an index, of records of 20 kB", long),
    ] {
        let ratios: Vec<f64> = found.iter().map(|(without, with)| with / without).collect();
        section.row([
            text(name),
            number(median(&found.iter().map(|it| it.0).collect::<Vec<_>>()), 0),
            number(median(&found.iter().map(|it| it.1).collect::<Vec<_>>()), 0),
            number(median(&ratios), 2),
            each(&ratios),
        ]);
    }
    Ok(section)
}

/// The speeds without and with poison, of each round.
fn compare(
    house: &mut House,
    sluice: &Sluice,
    kind: Kind,
    poison: fn(&Row) -> Record,
    (rows, rounds): (usize, usize),
) -> Result<Vec<(f64, f64)>, Error> {
    (0..rounds)
        .map(|_| Ok((run(house, sluice, kind, rows, None)?, run(house, sluice, kind, rows, Some(poison))?)))
        .collect()
}

fn run(
    house: &mut House,
    sluice: &Sluice,
    kind: Kind,
    rows: usize,
    poison: Option<fn(&Row) -> Record>,
) -> Result<f64, Error> {
    let rows = house.draws.draw(kind, SMALL, rows);
    let mut records = records(&rows);
    for (record, row) in records.iter_mut().zip(&rows).skip(EVERY / 2).step_by(EVERY) {
        *record = poison.map_or_else(|| record.clone(), |poison| poison(row));
    }
    throughput::sink(house, sluice, &[(kind, records)]).map(|(speed, ..)| speed)
}

fn broken(row: &Row) -> Record {
    Record { key: row.user().to_string(), value: "{".to_owned() }
}

/// Of a user who is new, under the name of the first one.
fn taken_name(row: &Row) -> Record {
    let mut value = row.json();
    let user = row.user() + NOBODY;
    value["user_id"] = json!(user);
    value["user_name"] = json!("Taken");
    Record { key: user.to_string(), value: value.to_string() }
}

fn too_long(row: &Row) -> Record {
    let (Row::Rating { id, user, product, timestamp, .. } | Row::Review { id, user, product, timestamp, .. }) = row
    else {
        return broken(row);
    };
    // Numbers that do not compress: the index stores what is left after that.
    let mut rng = SmallRng::seed_from_u64(*timestamp as u64);
    let text = (0..1_000).map(|_| rng.random::<u64>().to_string()).collect::<Vec<_>>().join(" ");
    let review = Row::Review { id: id.clone(), user: *user, product: *product, text, timestamp: *timestamp };
    Record { key: user.to_string(), value: review.json().to_string() }
}
