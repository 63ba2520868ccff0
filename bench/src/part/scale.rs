//! What several processes gain that run the sinks, on eight partitions, into one database and into two.
//!
//! With two databases each has a topic of its own with half of the partitions, and each record goes to that of the user who acts.
//! Rates are of records that arrive while all processes have their partitions; bare loaders, one for each database at once, take turns
//! with them.

use std::{
    thread,
    time::{Duration, Instant},
};

use model::Kind;
use serde_json::json;
use services::{Neo4j, shared};
use tempfile::TempDir;

use super::throughput::speed;
use crate::{
    error::{During, Error},
    graph::Graph,
    house::{House, PAGE_CACHE, records},
    process::Process,
    report::{Section, each, median, number, text},
    sluice::{SELDOM, Sluice, of, wait_for, watch},
    topic::Record,
    world::{LARGE, Row},
};

const PARTITIONS: usize = 8;
/// Processes, and databases.
const CASES: [(usize, usize); 5] = [(1, 1), (2, 1), (4, 1), (2, 2), (4, 2)];
const KINDS: [(Kind, &str); 2] = [(Kind::Purchase, "purchase"), (Kind::Connection, "connection")];

pub(crate) fn measure(house: &mut House, rows: usize, rounds: usize) -> Result<Section, Error> {
    let mut section = Section::new(
        "scale",
        "Several processes that run the sinks, eight partitions, large world",
        &[
            "what",
            "processes",
            "databases",
            "events/s",
            "times one process",
            "bare loaders/s, one a database",
            "ratio",
            "ratios of the rounds",
            "CPU µs an event: Sluice",
            "Neo4j",
            "Kafka",
            "processors busy",
            "share of the time in transactions, of a process",
            "deadlocks",
        ],
    );
    let second =
        Neo4j::start_set(&shared::run_dir().join("bench-second"), &[PAGE_CACHE]).during("starting a second Neo4j")?;
    let other = Graph::at(&second)?;
    let mut alone = KINDS.map(|_| 0.0);
    for (processes, databases) in CASES {
        let fleet = Fleet::start(house, &second, processes, databases)?;
        for ((kind, event), alone) in KINDS.into_iter().zip(&mut alone) {
            let shards = fleet.connect(house, kind, event)?;
            let mut turns = Vec::new();
            // The first one warms up.
            for _ in 0..=rounds {
                let bare = split(house.draws.draw(kind, LARGE, rows), databases);
                let ceiling = load(&[&house.graph, &other], &bare)?;
                let piped = split(house.draws.draw(kind, LARGE, rows), databases);
                turns.push((fleet.turn(house, &second, &shards, &piped)?, ceiling));
            }
            turns.remove(0);
            fleet.disconnect(&shards)?;
            let all = |of: fn(&(Turn, f64)) -> f64| turns.iter().map(of).collect::<Vec<f64>>();
            let rate = median(&all(|(turn, _)| turn.rate));
            if processes == 1 {
                *alone = rate;
            }
            let ratios = all(|(turn, ceiling)| turn.rate / ceiling);
            let [ours, graphs, kafka] =
                [0, 1, 2].map(|of| median(&turns.iter().map(|it| it.0.cpu[of]).collect::<Vec<_>>()));
            section.row([
                text(kind.topic()),
                number(processes as f64, 0),
                number(databases as f64, 0),
                number(rate, 0),
                number(rate / *alone, 2),
                number(median(&all(|(_, ceiling)| *ceiling)), 0),
                number(median(&ratios), 2),
                each(&ratios),
                number(ours, 1),
                number(graphs, 1),
                number(kafka, 1),
                number(median(&all(|(turn, _)| turn.busy)), 2),
                number(median(&all(|(turn, _)| turn.writing)), 2),
                number(all(|(turn, _)| turn.deadlocks).iter().sum(), 0),
            ]);
        }
        fleet.stop()?;
    }
    Ok(section)
}

/// Rows by the user who acts, a part for each database.
fn split(rows: Vec<Row>, databases: usize) -> Vec<Vec<Row>> {
    let mut parts = vec![Vec::new(); databases];
    for row in rows {
        parts[row.user() as usize % databases].push(row);
    }
    parts
}

/// Loads each part into its database, all at once: rows a second.
fn load(graphs: &[&Graph], parts: &[Vec<Row>]) -> Result<f64, Error> {
    let took = thread::scope(|scope| {
        let loaders: Vec<_> = graphs.iter().zip(parts).map(|(graph, part)| scope.spawn(|| graph.load(part))).collect();
        let took = loaders.into_iter().map(|loader| loader.join().expect("a loader does not panic"));
        took.collect::<Result<Vec<Duration>, Error>>()
    })?;
    let rows: usize = parts.iter().map(Vec::len).sum();
    Ok(rows as f64 / took.into_iter().max().unwrap_or_default().as_secs_f64())
}

/// The processes of a case: those of the first database, then those of the second.
struct Fleet {
    processes: Vec<Sluice>,
    databases: usize,
    _folders: Vec<TempDir>,
}

/// One turn of the sinks.
struct Turn {
    /// Events a second.
    rate: f64,
    /// Microseconds an event: all of Sluice, all databases, Kafka.
    cpu: [f64; 3],
    /// Processors that these kept busy.
    busy: f64,
    /// The share of its time that a process has a transaction open.
    writing: f64,
    deadlocks: f64,
}

impl Fleet {
    /// Starts it with nothing to do: the built-in connectors hold.
    fn start(house: &House, second: &Neo4j, count: usize, databases: usize) -> Result<Self, Error> {
        let (mut processes, mut folders) = (Vec::new(), Vec::new());
        for at in 0..count {
            let folder = tempfile::tempdir().during("making a folder")?;
            let setup = house.sinks_into(if at * databases < count { &house.neo4j } else { second });
            processes.push(Sluice::start(&setup, folder.path())?.ready()?);
            folders.push(folder);
        }
        let fleet = Self { processes, databases, _folders: folders };
        // Told to all of them before any is waited for: what is known of a connector is shared by Kafka, whatever its database.
        for shard in fleet.shards() {
            Kind::ALL.iter().try_for_each(|kind| shard[0].order(kind.topic(), "pause"))?;
        }
        fleet.shards().try_for_each(|shard| shard[0].pause())?;
        Ok(fleet)
    }

    /// The processes by their databases.
    fn shards(&self) -> impl Iterator<Item = &[Sluice]> {
        self.processes.chunks(self.processes.len() / self.databases)
    }

    /// A topic and a connector for each database, and a partition at least for each process; what they are called.
    fn connect(&self, house: &mut House, kind: Kind, event: &str) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        for (at, shard) in self.shards().enumerate() {
            let name = format!("bench-{}-{}-{}-{at}", kind.topic(), self.processes.len(), self.databases);
            house.topics.make(&[&name], (PARTITIONS / self.databases) as i32)?;
            shard[0].define(&json!({"name": name, "config": {
                "connector.class": "sluice.Neo4jSink",
                "topics": name,
                format!("sluice.event.topic.{name}"): event,
            }}))?;
            let partitions = |process: &Sluice| process.metric("kafka_connect_sink_task_partition_count", &of(&name));
            let share = PARTITIONS / self.processes.len();
            let shared =
                || shard.iter().all(|process| matches!(partitions(process), Ok(count) if count as usize == share));
            wait_for("the processes to share the partitions", || shared().then_some(()))?;
            names.push(name);
        }
        Ok(names)
    }

    fn disconnect(&self, names: &[String]) -> Result<(), Error> {
        self.shards().zip(names).try_for_each(|(shard, name)| shard[0].delete(name))
    }

    /// Sends each part to its topic, and watches until all of it is handled.
    fn turn(&self, house: &House, second: &Neo4j, names: &[String], parts: &[Vec<Row>]) -> Result<Turn, Error> {
        let of_all = |name: &str, label: &str| -> Result<f64, Error> {
            self.processes.iter().map(|process| process.metric(name, label)).sum()
        };
        let handled = || {
            let of_each = names.iter().map(|name| Ok(of_all("sluice_records_total", &of(name))? as u64));
            of_each.sum::<Result<u64, Error>>()
        };
        let transactions = || of_all("sluice_write_seconds_sum", "");
        let deadlocks = || of_all("sluice_deadlocks_total", "");
        let graphs = [house.neo4j_process(), Process(second.process_id())];
        let cpu = || -> Result<[f64; 3], Error> {
            let seconds = |processes: &[Process]| -> Result<f64, Error> {
                processes.iter().map(|process| process.cpu_seconds()).sum()
            };
            let ours: Vec<Process> = self.processes.iter().map(Sluice::process).collect();
            Ok([seconds(&ours)?, seconds(&graphs[..self.databases])?, seconds(&[house.kafka_process()])?])
        };
        let piped: Vec<Vec<Record>> = parts.iter().map(|part| records(part)).collect();
        let count: usize = piped.iter().map(Vec::len).sum();
        let before = (handled()?, transactions()?, deadlocks()?, cpu()?);
        let started = Instant::now();
        for (name, records) in names.iter().zip(&piped) {
            house.topics.fill(name, records)?;
        }
        let progress = watch(SELDOM, || Ok(handled()? - before.0), count as u64)?;
        let took = started.elapsed().as_secs_f64();
        let after = cpu()?;
        let cpu = [0, 1, 2].map(|of| after[of] - before.3[of]);
        Ok(Turn {
            rate: speed(&progress),
            cpu: cpu.map(|seconds| 1e6 * seconds / count as f64),
            busy: cpu.iter().sum::<f64>() / took,
            writing: (transactions()? - before.1) / took / self.processes.len() as f64,
            deadlocks: deadlocks()? - before.2,
        })
    }

    fn stop(self) -> Result<(), Error> {
        self.processes.into_iter().try_for_each(Sluice::stop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_does_goes_to_one_database() {
        let row = |follower, followed| Row::Follow { follower, followed, timestamp: 0 };
        assert_eq!(split(vec![row(1, 2), row(2, 1), row(3, 2)], 2), [vec![row(2, 1)], vec![row(1, 2), row(3, 2)]]);
        assert_eq!(split(vec![row(1, 2), row(2, 1)], 1), [vec![row(1, 2), row(2, 1)]]);
    }
}
