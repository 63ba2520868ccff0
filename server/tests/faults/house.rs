//! The one Kafka and the one Neo4j of all cases, each behind a proxy, and a Sluice that has forgotten the case before.

use std::{
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use services::{Catch, Kafka, Neo4j, Proxy, shared};

use super::report::say;
use crate::support::{judge::TOPICS, sluice::Sluice, wait_for};

/// Bolt's COMMIT, a message of two bytes.
pub(crate) const COMMIT: &[u8] = b"\x00\x02\xB0\x12";
/// The statement with which a write locks its checkpoints, the first in its transaction.
pub(crate) const LOCK: &[u8] = b"MATCH (c:SluiceCheckpoint {id: id})";

/// How long something that is certain to come may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// A Kafka, a Neo4j, and a proxy before each.
pub(crate) struct House {
    pub(crate) kafka: Kafka,
    pub(crate) neo4j: Neo4j,
    pub(crate) before_kafka: Proxy,
    pub(crate) before_neo4j: Proxy,
}

/// The house, for one case at a time.
pub(crate) struct Key(MutexGuard<'static, Option<House>>);

/// Waits for its turn, and starts the services if they are not there or the case before left them in pieces.
pub(crate) fn house() -> Key {
    static HOUSE: Mutex<Option<House>> = Mutex::new(None);
    let mut house = HOUSE.lock().unwrap_or_else(|poisoned: PoisonError<MutexGuard<'_, Option<House>>>| {
        let mut house = poisoned.into_inner();
        house.take();
        HOUSE.clear_poison();
        house
    });
    house.get_or_insert_with(House::start).heal();
    Key(house)
}

impl Deref for Key {
    type Target = House;

    fn deref(&self) -> &House {
        self.0.as_ref().unwrap()
    }
}

impl DerefMut for Key {
    fn deref_mut(&mut self) -> &mut House {
        self.0.as_mut().unwrap()
    }
}

impl House {
    fn start() -> Self {
        let dir = shared::run_dir().join("faults");
        let (before_kafka, before_neo4j) = (Proxy::start().unwrap(), Proxy::start().unwrap());
        let (kafka, neo4j) = std::thread::scope(|scope| {
            let kafka = scope.spawn(|| Kafka::start_behind(&dir, &before_kafka).unwrap());
            let neo4j = Neo4j::start(&dir).unwrap();
            (kafka.join().unwrap(), neo4j)
        });
        before_neo4j.forward_to(neo4j.uri().rsplit(':').next().unwrap().parse().unwrap());
        Self { kafka, neo4j, before_kafka, before_neo4j }
    }

    /// Ends what the proxies do.
    pub(crate) fn heal(&self) {
        self.before_kafka.heal();
        self.before_neo4j.heal();
    }

    /// A Sluice behind both proxies, not ready yet.
    pub(crate) fn sluice(&self) -> Sluice {
        self.sluice_at("a", &format!("bolt://127.0.0.1:{}", self.before_neo4j.port()))
    }

    /// One that reaches Neo4j on its own way.
    pub(crate) fn second_sluice(&self) -> Sluice {
        self.sluice_at("b", self.neo4j.uri())
    }

    fn sluice_at(&self, name: &str, neo4j: &str) -> Sluice {
        let kafka = format!("127.0.0.1:{}", self.before_kafka.port());
        let variables = [
            ("KAFKA_BOOTSTRAP_SERVERS", kafka.as_str()),
            ("NEO4J_URI", neo4j),
            ("NEO4J_USER", self.neo4j.user()),
            ("NEO4J_PASSWORD", self.neo4j.password()),
        ];
        Sluice::start(&self.neo4j.dir().join("sluice").join(name), &variables)
    }

    /// A Sluice that is ready, before an empty graph, with books at 0 and nothing left to read.
    pub(crate) fn fresh(&self) -> Sluice {
        say("  starting");
        let sluice = self.sluice().ready();
        say("  ready");
        let (code, answer) = sluice.post("/api/reset", r#"{"confirm": "reset"}"#);
        assert_eq!(code, 200, "{answer}");
        wait_for("books that start over", || {
            let status = sluice.status();
            TOPICS.into_iter().all(|topic| status["books"][topic]["read"] == 0).then_some(())
        });
        say("  reset");
        sluice
    }

    /// Sets a trap for the next write, lets `cause` start it, and waits until it is caught.
    pub(crate) fn catch(&self, script: &[&[u8]], catch: Catch, cause: impl FnOnce()) {
        self.before_neo4j.trap(script, catch);
        cause();
        assert!(self.before_neo4j.wait_until_caught(PATIENCE), "no write came by within {} s", PATIENCE.as_secs());
    }
}
