//! What happened of late, found by comparing each status with the one before: pure, but for the lock around it.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use app::format::{duration, plural, thousands, took};
use model::{
    Kind,
    burst::Burst,
    happening::{About, Happening, Tone},
    status::{State, Status},
};

/// How much is remembered: as much as a page shows, since every status carries it.
const KEPT: usize = 12;
/// Dead letters of a topic that come within this time of each other are one piece of news.
const TOGETHER_MS: i64 = 30_000;
/// A sink that tries again for so long has a trouble of its own: an outage has been noticed by then (`sampler::PATIENCE`).
const RETRYING_MS: i64 = 6_000;

/// Remembers what happened, newest first.
#[derive(Debug, Default)]
pub(crate) struct Chronicle(Mutex<Memory>);

impl Chronicle {
    /// What happened of late, newest first.
    pub(crate) fn newest(&self) -> Vec<Happening> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).kept.iter().cloned().collect()
    }

    /// Compares a status with the last one. `bursts` are all that are remembered, more than a status shows.
    pub(crate) fn note(&self, now: &Status, bursts: &[Burst]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).note(now, bursts);
    }
}

#[derive(Debug, Default)]
struct Memory {
    kept: VecDeque<Happening>,
    last_id: u64,
    /// Nothing before this is news.
    began: bool,
    told_bursts: HashSet<String>,
    broker: Side,
    store: Side,
    states: BTreeMap<String, State>,
    /// Sinks of which it was told that they try again.
    retrying: HashSet<String>,
    /// The process that last had a partition.
    owners: BTreeMap<(String, String, i32), String>,
    dead: BTreeMap<String, i64>,
    /// The dead letters told of last: topic, how many, and when.
    burial: Option<(String, i64, i64)>,
    read: i64,
    producers: BTreeMap<String, Option<f64>>,
}

/// Broker or store: since when it is away, if it is.
#[derive(Debug, Default)]
struct Side {
    away_since: Option<i64>,
}

impl Side {
    /// What there is to say if it went, or came back after so many milliseconds.
    fn turn(&mut self, connected: bool, away: bool, since: i64) -> Option<Turn> {
        match self.away_since {
            None if away => {
                self.away_since = Some(since);
                Some(Turn::Gone(since))
            }
            Some(then) if connected => {
                self.away_since = None;
                Some(Turn::Back(since, since - then))
            }
            _ => None,
        }
    }
}

enum Turn {
    Gone(i64),
    Back(i64, i64),
}

impl Memory {
    fn note(&mut self, now: &Status, bursts: &[Burst]) {
        if !self.began {
            let text = format!("Sluice {} started on {}", now.version, now.worker);
            self.tell(now.started_at, Tone::Note, About::Server, text);
        }
        self.sides(now);
        self.bursts(bursts);
        self.producers(now);
        self.connectors(now);
        self.owners(now);
        self.graves(now);
        self.emptying(now);
        self.began = true;
    }

    fn tell(&mut self, at: i64, tone: Tone, about: About, text: String) {
        self.tell_of(None, at, tone, about, text);
    }

    /// Tells something of a connector or a topic, so that a page can lead to it.
    fn tell_of(&mut self, name: Option<&str>, at: i64, tone: Tone, about: About, text: String) {
        self.last_id += 1;
        self.kept.push_front(Happening { id: self.last_id, at, tone, about, name: name.map(str::to_owned), text });
        self.kept.truncate(KEPT);
    }

    fn sides(&mut self, now: &Status) {
        let caught_up = |lag: i64| match lag {
            0 => String::new(),
            lag => format!("; {} being caught up", are(lag)),
        };
        let lag = now.connectors.iter().map(|connector| connector.lag).sum();
        let (kafka, graph) = (&now.kafka, &now.graph);
        let turns = [
            (
                About::Kafka,
                kafka.called(),
                self.broker.turn(kafka.connected, kafka.is_away(), kafka.since.unwrap_or(now.at)),
            ),
            (
                About::Graph,
                graph.called(),
                self.store.turn(graph.connected, graph.is_away(), graph.since.unwrap_or(now.at)),
            ),
        ];
        for (about, name, turn) in turns {
            match turn {
                Some(Turn::Gone(at)) => self.tell(at, Tone::Bad, about, format!("{name} stopped answering")),
                Some(Turn::Back(at, away_ms)) => {
                    let text = format!("{name} answers again after {}{}", duration(away_ms as f64), caught_up(lag));
                    self.tell(at, Tone::Good, about, text);
                }
                None => {}
            }
        }
    }

    fn bursts(&mut self, bursts: &[Burst]) {
        self.told_bursts.retain(|id| bursts.iter().any(|burst| burst.id == *id));
        let mut ended: Vec<&Burst> =
            bursts.iter().filter(|burst| burst.done && !self.told_bursts.contains(&burst.id)).collect();
        ended.sort_by_key(|burst| burst.started_at + burst.elapsed_ms);
        for burst in ended {
            self.told_bursts.insert(burst.id.clone());
            let (tone, text) = end_of(burst);
            self.tell(burst.started_at + burst.elapsed_ms, tone, About::Burst, text);
        }
    }

    fn producers(&mut self, now: &Status) {
        for kind in Kind::ALL {
            let Some(producer) = now.producers.get(kind.topic()) else { continue };
            let rate = producer.running.then_some(producer.rate_per_second);
            let before = self.producers.insert(kind.topic().to_owned(), rate).unwrap_or_default();
            let label = kind.label();
            let text = match (before, rate) {
                (None, Some(rate)) => format!("{label} began to be produced at {} a second", thousands(rate as i64)),
                (Some(_), None) => match producer.waiting.as_deref() {
                    Some(reason) => format!("{label} are no longer produced: {reason}"),
                    None => format!("{label} are no longer produced"),
                },
                (Some(before), Some(rate)) if before.to_bits() != rate.to_bits() => {
                    format!("{label} are produced at {} a second now", thousands(rate as i64))
                }
                _ => continue,
            };
            self.tell(now.at, Tone::Note, About::Producer, text);
        }
    }

    fn connectors(&mut self, now: &Status) {
        // What they wait for then is told already.
        let outage = now.kafka.is_away() || now.graph.is_away();
        for connector in &now.connectors {
            let (name, state) = (&connector.name, connector.state);
            let before = self.states.insert(name.clone(), state);
            let why = connector.tasks.iter().find_map(|task| task.trace.as_deref()?.lines().next()).unwrap_or_default();
            let (tone, text) = match (before, state) {
                (_, State::Retrying) if self.retrying.contains(name) => continue,
                (_, State::Retrying)
                    if !outage && connector.tasks.iter().any(|task| now.at - task.since > RETRYING_MS) =>
                {
                    self.retrying.insert(name.clone());
                    (Tone::Warning, format!("The sink {name} is trying again: {why}"))
                }
                (Some(before), now) if before == now => continue,
                (Some(_), State::Stopped) => (Tone::Note, format!("The sink {name} was stopped")),
                (Some(_), State::Paused) => (Tone::Note, format!("The sink {name} was paused")),
                (Some(State::Paused | State::Stopped), _) => (Tone::Note, format!("The sink {name} was resumed")),
                (_, State::Failed) => (Tone::Bad, format!("The sink {name} has stopped: {why}")),
                (Some(State::Failed), State::Running) => (Tone::Good, format!("The sink {name} works again")),
                (_, State::Running) if self.retrying.remove(name) => (Tone::Good, format!("The sink {name} goes on")),
                _ => continue,
            };
            self.tell_of(Some(name), now.at, tone, About::Connector, text);
        }
    }

    /// Tells which partitions went from one process to another; within a process it is nobody's business.
    fn owners(&mut self, now: &Status) {
        for connector in &now.connectors {
            let mut moved: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
            for task in &connector.tasks {
                for &partition in &task.partitions {
                    let place = (connector.name.clone(), task.topic.clone(), partition);
                    let before = self.owners.insert(place, task.worker.clone());
                    if let Some(before) = before.filter(|before| *before != task.worker) {
                        moved.entry((&task.worker, before)).or_default().push(partition.to_string());
                    }
                }
            }
            for ((to, from), partitions) in moved {
                let word = if partitions.len() == 1 { "partition" } else { "partitions" };
                let text = format!("{to} took over {} {word} {} from {from}", connector.name, partitions.join(", "));
                self.tell_of(Some(&connector.name), now.at, Tone::Note, About::Connector, text);
            }
        }
    }

    fn graves(&mut self, now: &Status) {
        for (topic, &total) in &now.dead_letters.by_topic {
            let before = self.dead.insert(topic.clone(), total);
            let more = total - before.unwrap_or(0);
            // What was there when this process started is no news.
            if more <= 0 || !self.began {
                continue;
            }
            let together = self.burial.take().filter(|(of, _, at)| of == topic && now.at - at < TOGETHER_MS);
            let count = more + together.as_ref().map_or(0, |(_, count, _)| *count);
            if together.is_some()
                && let Some(place) = self.kept.iter().position(|happening| happening.about == About::DeadLetters)
            {
                self.kept.remove(place);
            }
            let text = format!("{} of {topic} could not be stored", plural(count, "record", "records"));
            self.tell_of(Some(topic), now.at, Tone::Warning, About::DeadLetters, text);
            self.burial = Some((topic.clone(), count, now.at));
        }
    }

    fn emptying(&mut self, now: &Status) {
        let read = now.books.values().map(|books| books.read).sum();
        if read == 0 && self.read > 0 {
            let text = "Everything was emptied: the graph, the checkpoints and the dead letters".to_owned();
            self.tell(now.at, Tone::Note, About::Graph, text);
        }
        self.read = read;
    }
}

/// `1 record is`, `12,402 records are`.
fn are(records: i64) -> String {
    format!("{} {}", plural(records, "record", "records"), if records == 1 { "is" } else { "are" })
}

/// How a burst ended.
fn end_of(burst: &Burst) -> (Tone, String) {
    let count = |number: u64| thousands(number as i64);
    let label = match (burst.kind, burst.count) {
        (Kind::Purchase, 1) => "purchase",
        (Kind::Purchase, _) => "purchases",
        (Kind::Interaction, 1) => "interaction",
        (Kind::Interaction, _) => "interactions",
        (Kind::Connection, 1) => "connection",
        (Kind::Connection, _) => "connections",
    };
    if burst.cancelled {
        let text = format!(
            "A burst of {} {label} was cancelled after {}: {} stored",
            count(burst.count),
            count(burst.sent),
            count(burst.stored)
        );
        return (Tone::Note, text);
    }
    let took = took(burst.elapsed_ms);
    if burst.stored == burst.count {
        return (Tone::Good, format!("{} {label} stored in {took}", count(burst.count)));
    }
    let dead = plural(burst.dead_lettered as i64, "dead letter", "dead letters");
    let text = format!("{} of {} {label} stored in {took}, {dead}", count(burst.stored), count(burst.count));
    (Tone::Warning, text)
}

#[cfg(test)]
mod tests {
    use model::status::{Books, ConnectorStatus, TaskStatus};

    use super::*;

    fn status(at: i64) -> Status {
        let mut status = Status { at, version: "1".into(), worker: "here".into(), ..Status::default() };
        (status.kafka.connected, status.kafka.since) = (true, Some(0));
        (status.graph.connected, status.graph.since) = (true, Some(0));
        status
    }

    fn sink(state: State, worker: &str, partitions: &[i32]) -> ConnectorStatus {
        let task = TaskStatus {
            worker: worker.into(),
            partitions: partitions.to_vec(),
            trace: Some("a reason\nand more".into()),
            ..TaskStatus::default()
        };
        ConnectorStatus {
            name: "purchases".into(),
            kind: Some(Kind::Purchase),
            state,
            lag: 12_402,
            latency_p50_ms: None,
            latency_p99_ms: None,
            stored_per_second: 0.0,
            history: Vec::new(),
            topics: Vec::new(),
            tasks: vec![task],
        }
    }

    fn burst(id: &str, done: bool) -> Burst {
        Burst {
            id: id.into(),
            kind: Kind::Purchase,
            count: 1000,
            seed: 1,
            poison: 5,
            sent: 1000,
            acked: 1000,
            stored: 995,
            dead_lettered: 5,
            done,
            cancelled: false,
            started_at: 100,
            elapsed_ms: 210,
            waiting: None,
        }
    }

    /// What is told after all these, oldest first, without the start.
    fn told(statuses: &[(Status, Vec<Burst>)]) -> Vec<String> {
        let chronicle = Chronicle::default();
        for (status, bursts) in statuses {
            chronicle.note(status, bursts);
        }
        chronicle.newest().into_iter().rev().skip(1).map(|happening| happening.text).collect()
    }

    #[test]
    fn an_outage_is_told_when_it_begins_and_when_it_is_over() {
        let mut away = status(2_000);
        (away.graph.connected, away.graph.error, away.graph.since) = (false, Some("refused".into()), Some(1_500));
        away.connectors.push(sink(State::Retrying, "here", &[]));
        let mut back = status(80_000);
        back.graph.since = Some(73_500);
        back.connectors.push(sink(State::Running, "here", &[]));
        let calm = status(1_000);
        assert_eq!(
            told(&[(calm, vec![]), (away.clone(), vec![]), (away, vec![]), (back.clone(), vec![]), (back, vec![])]),
            ["Neo4j stopped answering", "Neo4j answers again after 1 min 12 s; 12,402 records are being caught up"]
        );
    }

    #[test]
    fn what_was_not_asked_yet_is_no_outage() {
        let mut early = status(0);
        (early.kafka.connected, early.kafka.since) = (false, None);
        assert!(told(&[(early, vec![]), (status(1), vec![])]).is_empty());
    }

    #[test]
    fn a_burst_is_told_once_it_is_done() {
        let all = Burst { stored: 1000, dead_lettered: 0, ..burst("b", true) };
        let cancelled = Burst { cancelled: true, sent: 400, stored: 400, ..burst("c", true) };
        let bursts = vec![burst("a", true), all, cancelled];
        assert_eq!(
            told(&[(status(0), vec![burst("a", false)]), (status(1), bursts.clone()), (status(2), bursts)]),
            [
                "995 of 1,000 purchases stored in 0.21 s, 5 dead letters",
                "1,000 purchases stored in 0.21 s",
                "A burst of 1,000 purchases was cancelled after 400: 400 stored",
            ]
        );
    }

    #[test]
    fn sinks_tell_of_orders_of_failures_and_of_their_own_troubles() {
        let with = |state| {
            let mut status = status(10_000);
            status.connectors.push(sink(state, "here", &[]));
            (status, vec![])
        };
        let states = [
            State::Unassigned,
            State::Running,
            State::Paused,
            State::Running,
            State::Retrying,
            State::Running,
            State::Failed,
            State::Running,
        ];
        assert_eq!(
            told(&states.map(with)),
            [
                "The sink purchases was paused",
                "The sink purchases was resumed",
                "The sink purchases is trying again: a reason",
                "The sink purchases goes on",
                "The sink purchases has stopped: a reason",
                "The sink purchases works again",
            ]
        );
    }

    #[test]
    fn a_take_over_names_both_processes() {
        let with = |worker: &str, partitions: &[i32]| {
            let mut status = status(1);
            status.connectors.push(sink(State::Running, worker, partitions));
            (status, vec![])
        };
        assert_eq!(
            told(&[with("a:1", &[0, 1]), with("a:1", &[]), with("a:1", &[0, 1]), with("b:1", &[1])]),
            ["b:1 took over purchases partition 1 from a:1"]
        );
    }

    #[test]
    fn dead_letters_that_come_together_are_one_piece_of_news() {
        let with = |at, dead| {
            let mut status = status(at);
            status.dead_letters.by_topic.insert("purchases".into(), dead);
            (status, vec![])
        };
        assert_eq!(
            told(&[with(0, 3), with(1_000, 5), with(2_000, 6), with(90_000, 7)]),
            ["3 records of purchases could not be stored", "1 record of purchases could not be stored"]
        );
    }

    #[test]
    fn what_is_told_of_a_sink_or_of_dead_letters_says_of_which() {
        let chronicle = Chronicle::default();
        for (state, dead) in [(State::Running, 0), (State::Paused, 2)] {
            let mut status = status(1);
            status.connectors.push(sink(state, "here", &[]));
            status.dead_letters.by_topic.insert("purchases".into(), dead);
            chronicle.note(&status, &[]);
        }
        let named: Vec<_> = chronicle.newest().into_iter().map(|told| (told.about, told.name)).collect();
        let purchases = Some("purchases".to_owned());
        assert_eq!(
            named,
            [(About::DeadLetters, purchases.clone()), (About::Connector, purchases), (About::Server, None)]
        );
    }

    #[test]
    fn emptying_and_producers_are_told_and_the_list_is_bounded() {
        let mut full = status(0);
        full.books.insert("purchases".into(), Books { read: 5, stored: 5, ..Books::default() });
        let mut statuses = vec![(full, vec![]), (status(1), vec![])];
        for (running, rate) in [(true, 100.0), (true, 1_500.0), (false, 1_500.0)] {
            let mut status = status(2);
            let producer = model::status::ProducerStatus { running, rate_per_second: rate, ..Default::default() };
            status.producers.insert("purchases".into(), producer);
            statuses.push((status, vec![]));
        }
        assert_eq!(
            told(&statuses),
            [
                "Everything was emptied: the graph, the checkpoints and the dead letters",
                "Purchases began to be produced at 100 a second",
                "Purchases are produced at 1,500 a second now",
                "Purchases are no longer produced",
            ]
        );
        let many: Vec<Burst> = (0..40).map(|n| burst(&n.to_string(), true)).collect();
        let chronicle = Chronicle::default();
        chronicle.note(&status(1), &many);
        assert_eq!(chronicle.newest().len(), KEPT);
    }
}
