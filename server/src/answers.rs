//! The four answers and their pictures for everybody who asks: each question is computed once for all of them.

use std::{
    collections::HashMap,
    hash::Hash,
    ops::RangeInclusive,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::Utc;
use model::{
    Failure,
    answer::{Answered, Communities, Influencer, RatedProduct, SimilarPair, TopProducts},
    picture::{Neighbourhood, NodeKind, Picture, Question, Scope},
};
use sink::{
    graph::{Error, Store},
    query,
};

use crate::picture;

/// How old an answer may be when it is given again and nothing else is done. An answer may lag the graph by 2 s; computing
/// takes some of that. One that costs more is left alone for longer, so that looking does not keep the graph busy.
const FRESH: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(2);
/// How old an answer may be that is given while the next one is being computed, so that nobody waits for it: with that it
/// is exact within 5 s of the last write.
const KNOWN: Duration = Duration::from_secs(4);
/// What costs less is computed while one waits.
const CHEAP: Duration = Duration::from_millis(50);
/// How long a question may take before the one who asks is told; pages should not hang on a store that does not answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Questions whose answers are kept: enough for every tab's own limits, little memory.
const KEPT: usize = 64;

const LIMITS: RangeInclusive<u32> = 1..=1_000;
const DAYS: RangeInclusive<u32> = 1..=365;
const MIN_RATINGS: RangeInclusive<u32> = 1..=1_000_000;
/// The first moment that a record's timestamp can have, and the first that it can't.
const AS_OF: std::ops::Range<i64> = 946_684_800..4_102_444_800;

/// Answers questions.
pub(crate) struct Answers {
    store: Arc<dyn Store>,
    top_products: Cache<(u32, u32, Option<i64>), Answered<TopProducts>>,
    influencers: Cache<u32, Answered<Vec<Influencer>>>,
    best_rated: Cache<(u32, u32), Answered<Vec<RatedProduct>>>,
    similar_buyers: Cache<u32, Answered<Vec<SimilarPair>>>,
    communities: Cache<(), Communities>,
    pictures: Cache<(Question, Scope), Picture>,
    neighbours: Cache<(NodeKind, i64, u32), Neighbourhood>,
}

impl Answers {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            top_products: Cache::default(),
            influencers: Cache::default(),
            best_rated: Cache::default(),
            similar_buyers: Cache::default(),
            communities: Cache::default(),
            pictures: Cache::default(),
            neighbours: Cache::default(),
        }
    }

    pub(crate) async fn top_products(
        &self,
        days: u32,
        limit: u32,
        as_of: Option<i64>,
    ) -> Result<Answered<TopProducts>, Failure> {
        check("days", days, DAYS)?;
        check("limit", limit, LIMITS)?;
        if let Some(moment) = as_of.filter(|moment| !AS_OF.contains(moment)) {
            return Err(Failure::new(
                "as_of_out_of_range",
                format!("as_of is in epoch seconds from {} to {}, not {moment}", AS_OF.start, AS_OF.end - 1),
            ));
        }
        let store = self.store.clone();
        let compute = async move {
            let moment = as_of.unwrap_or_else(now);
            answered(moment, query::top_products(&*store, moment, days, limit)).await
        };
        self.top_products.get((days, limit, as_of), compute).await
    }

    pub(crate) async fn influencers(&self, limit: u32) -> Result<Answered<Vec<Influencer>>, Failure> {
        check("limit", limit, LIMITS)?;
        let store = self.store.clone();
        let compute = async move { answered(now(), query::influencers(&*store, limit)).await };
        self.influencers.get(limit, compute).await
    }

    pub(crate) async fn best_rated(
        &self,
        limit: u32,
        min_ratings: u32,
    ) -> Result<Answered<Vec<RatedProduct>>, Failure> {
        check("limit", limit, LIMITS)?;
        check("min_ratings", min_ratings, MIN_RATINGS)?;
        let store = self.store.clone();
        let compute = async move { answered(now(), query::best_rated(&*store, limit, min_ratings)).await };
        self.best_rated.get((limit, min_ratings), compute).await
    }

    pub(crate) async fn similar_buyers(&self, limit: u32) -> Result<Answered<Vec<SimilarPair>>, Failure> {
        check("limit", limit, LIMITS)?;
        let store = self.store.clone();
        let compute = async move { answered(now(), query::similar_buyers(&*store, limit)).await };
        self.similar_buyers.get(limit, compute).await
    }

    pub(crate) async fn communities(&self) -> Result<Communities, Failure> {
        let store = self.store.clone();
        self.communities.get((), async move { query::communities(&*store).await.map_err(unavailable) }).await
    }

    pub(crate) async fn picture(&self, question: Question, scope: Scope) -> Result<Picture, Failure> {
        check("limit", scope.nodes, 1..=10_000)?;
        check("rows", scope.rows, LIMITS)?;
        check("days", scope.days, DAYS)?;
        check("min_ratings", scope.min_ratings, MIN_RATINGS)?;
        let (store, scope) = (self.store.clone(), scope.of(question));
        let compute = async move { picture::picture(&*store, question, scope, now()).await.map_err(unavailable) };
        self.pictures.get((question, scope), compute).await
    }

    pub(crate) async fn neighbours(&self, kind: NodeKind, id: i64, limit: u32) -> Result<Neighbourhood, Failure> {
        check("limit", limit, 1..=200)?;
        let store = self.store.clone();
        let compute = async move {
            let found = query::neighbours(&*store, kind, id, limit).await.map_err(unavailable)?;
            let found = found.ok_or_else(|| {
                let kind = if kind == NodeKind::User { "user" } else { "product" };
                Failure::new("unknown_node", format!("there is no {kind} {id} in the graph"))
            })?;
            Ok(picture::neighbourhood(kind, id, found))
        };
        self.neighbours.get((kind, id, limit), compute).await
    }
}

/// Checks a number that a question is asked with.
fn check(name: &str, value: u32, range: RangeInclusive<u32>) -> Result<(), Failure> {
    if range.contains(&value) {
        return Ok(());
    }
    let (low, high) = (range.start(), range.end());
    Err(Failure::new(format!("{name}_out_of_range"), format!("{name} is from {low} to {high}, not {value}")))
}

fn now() -> i64 {
    Utc::now().timestamp()
}

async fn answered<T>(as_of: i64, answer: impl Future<Output = Result<T, Error>>) -> Result<Answered<T>, Failure> {
    let started = Instant::now();
    let answer = answer.await.map_err(unavailable)?;
    let query_ms = started.elapsed().as_secs_f64() * 1_000.0;
    Ok(Answered { as_of, computed_at: Utc::now().timestamp_millis(), query_ms, answer })
}

/// The store's error, as people and programs see it.
pub(crate) fn unavailable(error: Error) -> Failure {
    Failure::new("store_unavailable", format!("the graph does not answer: {error}"))
}

/// Keeps fresh answers; whoever asks while one is being computed waits for that one, or gets the one before.
struct Cache<K, V>(Mutex<HashMap<K, Arc<Slot<V>>>>);

/// One question's answer.
struct Slot<V> {
    known: Mutex<Option<Known<V>>>,
    /// Held by whoever computes.
    busy: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone)]
struct Known<V> {
    found: Instant,
    cost: Duration,
    answer: V,
}

impl<V> Known<V> {
    fn is_fresh(&self) -> bool {
        self.found.elapsed() < (self.cost * 2).clamp(*FRESH.start(), *FRESH.end())
    }

    /// Good enough while the next one is computed.
    fn is_good(&self) -> bool {
        self.cost > CHEAP && self.found.elapsed() < KNOWN
    }
}

impl<V> Default for Slot<V> {
    fn default() -> Self {
        Self { known: Mutex::default(), busy: Arc::default() }
    }
}

impl<V: Clone> Slot<V> {
    fn known(&self) -> Option<Known<V>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Computes the answer. A failure is not kept, and the answer before it stays for as long as it is good.
    async fn compute(&self, compute: impl Future<Output = Result<V, Failure>>) -> Result<V, Failure> {
        let begun = Instant::now();
        let answer = compute.await?;
        let known = Known { found: Instant::now(), cost: begun.elapsed(), answer: answer.clone() };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(answer)
    }
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone + Send + 'static> Cache<K, V> {
    async fn get(
        &self,
        key: K,
        compute: impl Future<Output = Result<V, Failure>> + Send + 'static,
    ) -> Result<V, Failure> {
        let slot = self.slot(key);
        if let Some(known) = slot.known().filter(|known| known.is_fresh() || known.is_good()) {
            if !known.is_fresh()
                && let Ok(busy) = slot.busy.clone().try_lock_owned()
            {
                tokio::spawn(async move {
                    let _busy = busy;
                    // Whoever asks once this answer is too old computes it again, and is told why that fails.
                    drop(tokio::time::timeout(PATIENCE, slot.compute(compute)).await);
                });
            }
            return Ok(known.answer);
        }
        let answer = async {
            let _busy = slot.busy.lock().await;
            match slot.known().filter(Known::is_fresh) {
                Some(known) => Ok(known.answer),
                None => slot.compute(compute).await,
            }
        };
        tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| {
            let late = format!("no answer from the graph within {} s", PATIENCE.as_secs());
            Err(Failure::new("store_unavailable", late))
        })
    }

    fn slot(&self, key: K) -> Arc<Slot<V>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= KEPT && !slots.contains_key(&key) {
            // Those that nobody waits for.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Makes an answer as old, and as costly to compute, as a test needs it.
    fn make(cache: &Cache<u32, u32>, age_ms: u64, cost_ms: u64) {
        let slot = cache.slot(7);
        let mut known = slot.known.lock().unwrap();
        let known = known.as_mut().unwrap();
        known.found = Instant::now().checked_sub(Duration::from_millis(age_ms)).unwrap();
        known.cost = Duration::from_millis(cost_ms);
    }

    /// An answer that is never there.
    async fn never() -> Result<u32, Failure> {
        std::future::pending().await
    }

    #[tokio::test]
    async fn an_answer_is_computed_once_for_all_who_ask_together() {
        let (cache, computed) = (Cache::default(), Arc::<AtomicU32>::default());
        let ask = || {
            let computed = computed.clone();
            cache.get(7, async move {
                tokio::task::yield_now().await;
                Ok(computed.fetch_add(1, Ordering::Relaxed))
            })
        };
        let answers = tokio::join!(ask(), ask(), ask());
        assert_eq!(answers, (Ok(0), Ok(0), Ok(0)));
    }

    #[tokio::test]
    async fn nobody_waits_for_what_is_costly_while_there_is_an_answer_that_is_not_old() {
        let cache = Cache::default();
        assert_eq!(cache.get(7, async { Ok(0) }).await, Ok(0));
        make(&cache, 1_500, 900);
        assert_eq!(cache.get(7, never()).await, Ok(0), "as fresh as its cost lets it be");
        make(&cache, 2_500, 900);
        let (told, hear) = tokio::sync::oneshot::channel::<u32>();
        let next = async { Ok(hear.await.unwrap()) };
        assert_eq!(cache.get(7, next).await, Ok(0), "the next one is being computed");
        assert_eq!(cache.get(7, never()).await, Ok(0), "and by nobody else");
        told.send(1).unwrap();
        while cache.get(7, never()).await == Ok(0) {
            tokio::task::yield_now().await;
        }
        make(&cache, 4_500, 900);
        assert_eq!(cache.get(7, async { Ok(2) }).await, Ok(2), "nobody gets what is long past");
    }

    #[tokio::test]
    async fn what_is_cheap_is_computed_while_one_waits() {
        let cache = Cache::default();
        assert_eq!(cache.get(7, async { Ok(0) }).await, Ok(0));
        make(&cache, 1_500, 20);
        assert_eq!(cache.get(7, async { Ok(1) }).await, Ok(1));
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let cache = Cache::<u32, u32>::default();
        let failed = cache.get(7, async { Err(Failure::new("store_unavailable", "away")) }).await;
        assert!(failed.is_err());
        assert_eq!(cache.get(7, async { Ok(1) }).await, Ok(1));
    }
}
