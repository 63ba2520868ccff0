//! Everything that runs, in one place, and what pages and API ask of it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use app::backend::Backend;
use async_trait::async_trait;
use chrono::Utc;
use model::{
    Failure, Kind,
    answer::{Answered, Communities, Influencer, RatedProduct, SimilarPair, TopProducts},
    burst::{Burst, BurstRequest},
    connector::Connector,
    dead_letter::{DeadLetter, DeadLetterPage, ReasonCount, ReplayAll, ReplayRound},
    draft::{Definition, Judged, Wish},
    picture::{Neighbourhood, NodeKind, Picture, Question, Scope},
    record::{News, Opened, Place},
    statement::Recipe,
    status::{
        Audit, ConnectorStatus, DeadLetterStatus, GraphStatus, KafkaStatus, Order, PartitionStatus, ProducerStatus,
        State, Status, TaskStatus, TopicStatus,
    },
};
use sink::{
    Board,
    connector::{self, Registry},
    graph::{CheckpointId, LedgerEntry, Store, Wanted},
    kafka::Cluster,
};

use tokio_util::sync::CancellationToken;

use crate::{
    answers::{Answers, unavailable},
    chronicle::Chronicle,
    config::Roles,
    connectors::connectors,
    draft,
    producer::Producers,
    reasons::Reasons,
    recipe::{self, recipes},
    replay::{replay, replay_all},
    sampler::{Sampler, checkpoint_of, lag_of, topics},
    tail::{Filter, Tail, check_limit},
};

/// Bursts that the status shows, beside those under way.
const NEWEST_BURSTS: usize = 8;

/// The running pipeline.
pub(crate) struct House {
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) board: Arc<Board>,
    pub(crate) producers: Arc<Producers>,
    pub(crate) sampler: Arc<Sampler>,
    pub(crate) answers: Answers,
    pub(crate) registry: Arc<Registry>,
    pub(crate) tail: Arc<Tail>,
    pub(crate) roles: Roles,
    pub(crate) reasons: Reasons,
    pub(crate) chronicle: Chronicle,
    /// When this process started, in epoch milliseconds.
    pub(crate) started_at: i64,
}

impl House {
    /// The pipeline as it is now.
    pub(crate) fn status(&self) -> Status {
        let now = Utc::now().timestamp_millis();
        let sample = self.sampler.last();
        let checkpoints = self.sampler.checkpoints(&self.board);
        let (broker, store, described) = (self.board.broker(), self.board.store(), self.store.describe());
        let connectors: Vec<ConnectorStatus> = in_order(&self.registry)
            .into_iter()
            .map(|(name, connector)| {
                let tasks = self.board.tasks(&name, now);
                let latency = self.board.latency(&name, now);
                let stored = sample.stored(&name);
                ConnectorStatus {
                    kind: connector.kind(),
                    state: state_of(&connector, &tasks),
                    lag: sample.lag(&name, &connector.topics(), &checkpoints),
                    latency_p50_ms: latency.map(|(p50, _)| p50),
                    latency_p99_ms: latency.map(|(_, p99)| p99),
                    stored_per_second: stored.per_second,
                    history: stored.history,
                    topics: connector.topics().into_iter().map(ToOwned::to_owned).collect(),
                    tasks,
                    name,
                }
            })
            .collect();
        let consuming = connectors.iter().filter(|it| it.kind.is_some()).all(|it| is_consuming(it.state));
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: crate::http::build().to_owned(),
            started_at: self.started_at,
            at: now,
            // Whether others consume is theirs to say.
            ready: (consuming || !self.roles.sinks) && store.connected && broker.connected,
            worker: self.board.worker().to_owned(),
            kafka: KafkaStatus {
                bootstrap_servers: self.cluster.bootstrap_servers().to_owned(),
                embedded: self.cluster.is_embedded(),
                connected: broker.connected,
                cluster: self.cluster.id().map(ToOwned::to_owned),
                error: broker.error,
                since: broker.since,
            },
            graph: GraphStatus {
                name: store.name.unwrap_or_else(|| described.name.to_owned()),
                location: described.location,
                embedded: described.embedded,
                connected: store.connected,
                error: store.error,
                since: store.since,
                counts: sample.counts,
            },
            producers: by_topic(|kind| {
                let actual_per_second = sample.rates(kind).produced_per_second;
                let producer = ProducerStatus { actual_per_second, ..self.producers.status(kind) };
                let waiting = producer.waiting.clone().map(|reason| explain(reason, kind, &connectors));
                ProducerStatus { waiting, ..producer }
            }),
            topics: topics(&self.registry)
                .into_iter()
                .map(|topic| {
                    let speaker = self.registry.speaker(&topic);
                    let partition = |mark: &sink::kafka::Watermarks| {
                        let checkpoint = checkpoint_of(&checkpoints, &speaker, &topic, mark.partition);
                        PartitionStatus {
                            partition: mark.partition,
                            low: mark.low,
                            high: mark.high,
                            checkpoint: checkpoint.map(|checkpoint| checkpoint.next_offset),
                            lag: lag_of(*mark, checkpoint),
                        }
                    };
                    let partitions = sample.marks(&topic).iter().map(partition).collect();
                    (topic, TopicStatus { partitions })
                })
                .collect(),
            connectors,
            dead_letters: DeadLetterStatus {
                total: sample.dead_letters.values().sum(),
                by_topic: sample.dead_letters.clone(),
            },
            rates: by_topic(|kind| sample.rates(kind)),
            books: self.sampler.books(&self.board),
            bursts: self.producers.shown(NEWEST_BURSTS),
            happened: self.chronicle.newest(),
        }
    }

    /// Writes down what happens, until it is stopped.
    pub(crate) async fn keep_chronicle(&self, stop: CancellationToken) {
        /// Between two looks: an outage, a burst or a pause that is shorter tells of itself by its end.
        const EVERY: Duration = Duration::from_millis(500);
        loop {
            self.chronicle.note(&self.status(), &self.producers.newest(usize::MAX));
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Why it is not ready, if it is not: a sentence for each thing that is missing.
    pub(crate) fn reasons(status: &Status) -> Vec<String> {
        let mut reasons = Vec::new();
        if !status.kafka.connected {
            let reason = status.kafka.error.as_deref().unwrap_or("it was not asked yet");
            reasons.push(format!("Kafka does not answer: {reason}"));
        }
        if !status.graph.connected {
            let reason = status.graph.error.as_deref().unwrap_or("it was not asked yet");
            reasons.push(format!("the graph does not answer: {reason}"));
        }
        // A connector that somebody posts for a topic that is not there yet is no reason to take a process out of service.
        for connector in status.connectors.iter().filter(|it| it.kind.is_some() && !is_consuming(it.state)) {
            let trace = connector.tasks.iter().find_map(|task| task.trace.as_deref()).unwrap_or("it is starting");
            reasons.push(format!("the sink {} is not consuming: {trace}", connector.name));
        }
        reasons
    }

    /// The dead letter of a place: that of this key, or the newest.
    async fn entry(&self, topic: &str, partition: i32, offset: i64, id: Option<&str>) -> Result<LedgerEntry, Failure> {
        let found = match id {
            Some(id) => self.store.letter(id).await,
            None => self.store.dead_letter(topic, partition, offset).await,
        };
        let here = |entry: &LedgerEntry| {
            let letter = &entry.letter;
            (letter.topic.as_str(), letter.partition, letter.offset) == (topic, partition, offset)
        };
        found.map_err(unavailable)?.filter(here).ok_or_else(|| {
            Failure::new("unknown_dead_letter", format!("there is no dead letter at {topic} {partition} {offset}"))
        })
    }

    /// Whether a topic is one that a connector reads, or has dead letters of one that did.
    pub(crate) fn check_topic(&self, topic: &str) -> Result<(), Failure> {
        let all = self.registry.all();
        let read = || all.values().flat_map(|connector| connector.topics()).collect::<Vec<_>>();
        if topic.parse::<Kind>().is_ok()
            || read().contains(&topic)
            || self.sampler.last().dead_letters.contains_key(topic)
        {
            return Ok(());
        }
        let mut known = read();
        known.sort_unstable();
        Err(Failure::new(
            "unknown_kind",
            format!("no connector reads the topic {topic:?}: there are {}", known.join(", ")),
        ))
    }

    /// Counts anew what questions are answered from.
    pub(crate) async fn recount(&self) -> Result<(), Failure> {
        self.store.recount().await.map_err(unavailable)
    }

    /// Counts the graph and compares it with the books.
    pub(crate) async fn audit(&self) -> Result<Audit, Failure> {
        let (checkpoints, graph) =
            tokio::try_join!(self.store.checkpoints(), self.store.counts()).map_err(unavailable)?;
        let all = self.registry.all();
        let mut audit = Audit { graph, ..Audit::default() };
        for kind in Kind::ALL {
            let of_it = checkpoints.iter().filter(|checkpoint| {
                let id = &checkpoint.id;
                // What people make of a topic by patterns or statements of their own is no node or relationship of these.
                all.get(&id.connector).map_or(id.connector == kind.topic(), |connector| {
                    connector.kind() == Some(kind) || (connector.kind().is_none() && id.connector == kind.topic())
                })
            });
            let (books, updated) = of_it.fold((model::status::Books::default(), 0), |(books, updated), checkpoint| {
                (books.plus(checkpoint.books), updated + checkpoint.updated)
            });
            if !books.balance() {
                audit.differences.push(format!(
                    "{kind}: {} read, but {} stored + {} repeated + {} dead",
                    books.read, books.stored, books.repeated, books.dead
                ));
            }
            let (what, found) = match kind {
                Kind::Purchase => ("Transaction nodes", graph.transactions),
                Kind::Interaction => ("RATED and REVIEWED relationships", graph.rated + graph.reviewed),
                Kind::Connection => ("FOLLOWS relationships", graph.follows),
            };
            let expected = books.stored - updated;
            if expected != found {
                audit.differences.push(format!("{kind}: the books say {expected} {what}, and the graph has {found}"));
            }
            audit.books.insert(kind.topic().to_owned(), books);
        }
        audit.balanced = audit.differences.is_empty();
        Ok(audit)
    }
}

/// Something of each kind, by its topic.
fn by_topic<T>(value: impl Fn(Kind) -> T) -> BTreeMap<String, T> {
    Kind::ALL.into_iter().map(|kind| (kind.topic().to_owned(), value(kind))).collect()
}

/// Why a producer holds back: where its sink is paused, that is why.
fn explain(reason: String, kind: Kind, connectors: &[ConnectorStatus]) -> String {
    let paused = connectors.iter().any(|connector| connector.kind == Some(kind) && connector.state == State::Paused);
    if paused { format!("the sink {kind} is paused: resume it, and the producer goes on") } else { reason }
}

/// A connector that was told to hold is as it should be.
const fn is_consuming(state: State) -> bool {
    matches!(state, State::Running | State::Paused | State::Stopped)
}

/// Of several tasks the one that most needs a look speaks for the connector.
const fn gravity(state: State) -> u8 {
    match state {
        State::Running => 0,
        State::Stopped => 1,
        State::Paused => 2,
        State::Unassigned => 3,
        State::Retrying => 4,
        State::Failed => 5,
    }
}

/// What a connector is doing.
fn state_of(connector: &connector::Connector, tasks: &[TaskStatus]) -> State {
    match &connector.config {
        Err(_) => State::Failed,
        Ok(_) if connector.target.stopped && tasks.is_empty() => State::Stopped,
        Ok(_) => tasks.iter().map(|task| task.state).max_by_key(|state| gravity(*state)).unwrap_or_default(),
    }
}

/// The connectors in the order in which people read of them: those of the three kinds, then the others by name.
pub(crate) fn in_order(registry: &Registry) -> Vec<(String, Arc<connector::Connector>)> {
    let mut all: Vec<_> = registry.all().into_iter().collect();
    let rank = |name: &str| name.parse::<Kind>().map_or(Kind::ALL.len(), Kind::index);
    all.sort_by(|(a, _), (b, _)| (rank(a), a).cmp(&(rank(b), b)));
    all
}

#[async_trait]
impl Backend for House {
    async fn status(&self) -> Status {
        House::status(self)
    }

    async fn top_products(&self, days: u32, limit: u32, as_of: Option<i64>) -> Result<Answered<TopProducts>, Failure> {
        self.answers.top_products(days, limit, as_of).await
    }

    async fn influencers(&self, limit: u32) -> Result<Answered<Vec<Influencer>>, Failure> {
        self.answers.influencers(limit).await
    }

    async fn best_rated(&self, limit: u32, min_ratings: u32) -> Result<Answered<Vec<RatedProduct>>, Failure> {
        self.answers.best_rated(limit, min_ratings).await
    }

    async fn similar_buyers(&self, limit: u32) -> Result<Answered<Vec<SimilarPair>>, Failure> {
        self.answers.similar_buyers(limit).await
    }

    async fn communities(&self) -> Result<Communities, Failure> {
        self.answers.communities().await
    }

    async fn picture(&self, question: Question, scope: Scope) -> Result<Picture, Failure> {
        self.answers.picture(question, scope).await
    }

    async fn neighbours(&self, kind: NodeKind, id: i64, limit: u32) -> Result<Neighbourhood, Failure> {
        self.answers.neighbours(kind, id, limit).await
    }

    async fn recipes(
        &self,
        question: Question,
        days: u32,
        limit: u32,
        min_ratings: u32,
    ) -> Result<Vec<Recipe>, Failure> {
        let mut numbers =
            recipe::Numbers { as_of: Utc::now().timestamp(), days, limit, min_ratings, ..recipe::Numbers::default() };
        // What later statements are asked with is in the answer; while there is none, the texts are still worth a look.
        match question {
            Question::TopProducts => {
                let answer = self.answers.top_products(days, limit, None).await;
                let products = |answer: TopProducts| answer.values().flatten().map(|row| row.product).collect();
                numbers.products = answer.map(|answered| products(answered.answer)).or_else(recipe::without)?;
            }
            Question::BestRated => {
                let answer = self.answers.best_rated(limit, min_ratings).await;
                let products = |answer: Vec<RatedProduct>| answer.iter().map(|row| row.product).collect();
                numbers.products = answer.map(|answered| products(answered.answer)).or_else(recipe::without)?;
            }
            Question::SimilarBuyers => {
                let answer = self.answers.similar_buyers(limit).await;
                numbers.pairs = answer.map(|answered| answered.answer).or_else(recipe::without)?;
                numbers.communities = self.answers.communities().await.or_else(recipe::without)?;
            }
            Question::Influencers => {}
        }
        Ok(recipes(question, &numbers, self.store.describe().embedded))
    }

    async fn start_burst(&self, request: BurstRequest) -> Result<Burst, Failure> {
        self.producers.start_burst(request)
    }

    async fn cancel_burst(&self, id: &str) -> Result<Burst, Failure> {
        self.producers.cancel_burst(id).ok_or_else(|| unknown_burst(id))
    }

    async fn set_producer(&self, kind: Kind, running: bool, rate_per_second: f64) -> Result<ProducerStatus, Failure> {
        self.producers.set(kind, running, rate_per_second)?;
        Ok(self.producers.status(kind))
    }

    async fn connectors(&self) -> Vec<Connector> {
        connectors(self)
    }

    async fn definition(&self, connector: &str) -> Result<Definition, Failure> {
        draft::definition(self, connector)
    }

    async fn draft(&self, of: Option<&str>, text: &str, wish: Wish, limit: u32) -> Result<Judged, Failure> {
        draft::draft(self, of, text, wish, limit).await
    }

    async fn delete_connector(&self, connector: &str) -> Result<(), Failure> {
        draft::delete(self, connector).await
    }

    async fn dead_letters(
        &self,
        topic: Option<String>,
        reason: Option<String>,
        after: Option<String>,
        limit: u32,
    ) -> Result<DeadLetterPage, Failure> {
        if !(1..=1_000).contains(&limit) {
            return Err(Failure::new("limit_out_of_range", format!("limit is from 1 to 1000, not {limit}")));
        }
        let wanted = Wanted { topic, reason, ..Wanted::default() };
        let page = self.store.letters(&wanted, after.as_deref(), limit).await;
        page.map(Into::into).map_err(|error| match error.trouble {
            sink::graph::Trouble::Data => Failure::new("after_malformed", error.message),
            _ => unavailable(error),
        })
    }

    async fn dead_letter(&self, topic: &str, partition: i32, offset: i64) -> Result<DeadLetter, Failure> {
        self.entry(topic, partition, offset, None).await.map(|entry| entry.letter)
    }

    async fn dead_letter_reasons(&self) -> Result<Vec<ReasonCount>, Failure> {
        self.reasons.counts().await
    }

    async fn replay(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
        id: Option<String>,
        value: Option<String>,
    ) -> Result<(), Failure> {
        let entry = self.entry(topic, partition, offset, id.as_deref()).await?;
        replay(self.store.clone(), self.producers.clone(), entry, value.map(String::into_bytes), true).await
    }

    async fn replay_all(&self, which: ReplayAll) -> Result<ReplayRound, Failure> {
        self.check_topic(&which.topic)?;
        replay_all(self.store.clone(), self.producers.clone(), which).await
    }

    async fn stream(&self, topic: Option<String>, text: &str, broken: bool, limit: u32) -> Result<News, Failure> {
        topic.as_deref().map(|topic| self.check_topic(topic)).transpose()?;
        Ok(self.tail.newest(&Filter::new(topic, text, broken)?, check_limit(limit)?).await)
    }

    async fn record(&self, place: Place) -> Result<Opened, Failure> {
        self.check_topic(&place.topic)?;
        self.tail.open(place).await
    }

    async fn aim(&self, connector: &str, order: Order) -> Result<(), Failure> {
        self.registry.order(connector, order).await.map_err(|failure| match failure {
            connector::Failure::Unknown(name) => unknown_connector(&name, &self.registry),
            connector::Failure::Store(error) => unavailable(error),
        })
    }

    async fn reset(&self) -> Result<(), Failure> {
        let cluster = self.cluster.clone();
        let all = self.registry.all();
        let of = |(name, connector): (&String, &Arc<connector::Connector>)| {
            connector.topics().into_iter().map(|topic| (name.clone(), topic.to_owned())).collect::<Vec<_>>()
        };
        let places: Vec<(String, String)> = all.iter().flat_map(of).collect();
        let ends = tokio::task::spawn_blocking(move || {
            let id = cluster.id().unwrap_or_default().to_owned();
            let mut ends = Vec::new();
            for (connector, topic) in places {
                for mark in cluster.watermarks(&topic)? {
                    let (connector, topic) = (connector.clone(), topic.clone());
                    let id = CheckpointId { connector, cluster: id.clone(), topic, partition: mark.partition };
                    ends.push((id, mark.high));
                }
            }
            Ok::<_, sink::kafka::Error>(ends)
        });
        let ends = ends
            .await
            .map_err(|error| Failure::new("reset_failed", error.to_string()))?
            .map_err(|error| Failure::new("kafka_unavailable", error.to_string()))?;
        self.store.reset(&ends).await.map_err(unavailable)
    }
}

/// Nobody knows a connector of this name.
pub(crate) fn unknown_connector(name: &str, registry: &Registry) -> Failure {
    let names = registry.all().into_keys().collect::<Vec<_>>().join(", ");
    Failure::new("unknown_connector", format!("there is no connector {name:?}: there are {names}"))
}

/// Nobody knows a burst of this name.
pub(crate) fn unknown_burst(id: &str) -> Failure {
    Failure::new("unknown_burst", format!("there is no burst {id:?}; finished ones are remembered for a while only"))
}
