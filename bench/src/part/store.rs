//! The store alone: batches of 5,000 events that are at hand, without Kafka, against the ceiling.

use std::time::{Duration, Instant};

use model::Kind;
use sink::{
    graph::{
        Batch, CheckpointId, Claim, Entry, Interval, Outcome, Store,
        batch::Content,
        neo4j::{Neo4j, Options},
    },
    kind::decode::{Place, decode},
};
use tokio::runtime::Runtime;

use crate::{
    error::{During, Error},
    graph::TRANSACTION,
    house::House,
    report::{Section, each, median, number, text},
    world::{LARGE, Row, SMALL},
};

const STEP: &str = "writing batches";
/// Rows of each kind before anything is measured.
const WARM_UP: usize = 40_000;

/// A writer of one partition.
struct Hand {
    store: Neo4j,
    runtime: Runtime,
    id: CheckpointId,
    epoch: i64,
    next: i64,
}

pub(crate) fn measure(house: &mut House, rows: usize, rounds: usize) -> Result<Section, Error> {
    let mut section = Section::new(
        "store",
        "The store alone, without Kafka",
        &["what", "world", "events/s", "bare loader/s", "ratio", "ratios of the rounds"],
    );
    house.empty()?;
    let mut hand = Hand::on(house)?;
    for kind in Kind::ALL {
        house.graph.load(&house.draws.draw(kind, SMALL, WARM_UP))?;
        hand.write(kind, &house.draws.draw(kind, SMALL, WARM_UP))?;
    }
    for world in [SMALL, LARGE] {
        for kind in Kind::ALL {
            let (mut ours, mut bare) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                let (first, second) = (house.draws.draw(kind, world, rows), house.draws.draw(kind, world, rows));
                bare.push(rows as f64 / house.graph.load(&first)?.as_secs_f64());
                ours.push(rows as f64 / hand.write(kind, &second)?.as_secs_f64());
            }
            let ratios: Vec<f64> = ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect();
            section.row([
                text(kind.topic()),
                text(world.name),
                number(median(&ours), 0),
                number(median(&bare), 0),
                number(median(&ratios), 2),
                each(&ratios),
            ]);
        }
    }
    Ok(section)
}

impl Hand {
    fn on(house: &House) -> Result<Self, Error> {
        let runtime = Runtime::new().during("starting a runtime")?;
        let neo4j = &house.neo4j;
        let options = Options {
            uri: neo4j.uri().to_owned(),
            user: neo4j.user().to_owned(),
            password: Some(neo4j.password().to_owned()),
            password_file: None,
            ca_file: None,
            database: "neo4j".to_owned(),
        };
        let store = Neo4j::new(options).during(STEP)?;
        let id =
            CheckpointId { connector: "bench".into(), cluster: "none".into(), topic: "store".into(), partition: 0 };
        let claim = Claim { id: id.clone(), start: 0, restart: None };
        let claimed = runtime.block_on(async {
            store.prepare().await?;
            store.claim(&[claim]).await
        });
        let claimed = claimed.during(STEP)?.pop().ok_or_else(|| Error::new(STEP, "nothing was taken over"))?;
        Ok(Self { store, runtime, id, epoch: claimed.epoch, next: claimed.next_offset })
    }

    /// Writes rows as a task would; how long the store took.
    fn write(&mut self, kind: Kind, rows: &[Row]) -> Result<Duration, Error> {
        let batches = rows.chunks(TRANSACTION).map(|rows| self.batch(kind, rows)).collect::<Result<Vec<_>, _>>()?;
        let started = Instant::now();
        for batch in batches {
            let outcome = self.runtime.block_on(self.store.write(&batch)).during(STEP)?;
            if !matches!(outcome, Outcome::Committed(_)) {
                return Err(Error::new(STEP, format!("{outcome:?}")));
            }
        }
        Ok(started.elapsed())
    }

    fn batch(&mut self, kind: Kind, rows: &[Row]) -> Result<Batch, Error> {
        let from = self.next;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let place = Place { topic: &self.id.topic, partition: 0, offset: self.next, incarnation: 1, origin: None };
            let event = decode(kind, Some(row.json().to_string().as_bytes()), place);
            let event = event.map_err(|fault| Error::new(STEP, fault.message))?;
            entries.push(Entry { interval: 0, content: Content::Event(event) });
            self.next += 1;
        }
        let interval = Interval {
            id: self.id.clone(),
            epoch: self.epoch,
            from,
            to: self.next,
            last_timestamp: -1,
            last_crc: -1,
            read: rows.len() as i64,
        };
        Ok(Batch { intervals: vec![interval], entries })
    }
}
