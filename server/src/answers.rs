//! The four answers and their pictures for everybody who asks: each question is computed once for all of them.

use std::{
    collections::HashMap,
    hash::Hash,
    ops::RangeInclusive,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use chrono::Utc;
use model::{
    Failure,
    answer::{Answered, Communities, Influencer, RatedProduct, SimilarPair, TopProducts},
    picture::{Neighbourhood, NodeKind, Picture, Question},
};
use sink::{
    graph::{Error, Store},
    query,
};

use crate::picture;

/// How old an answer may be when it is given again. An answer may lag the graph by 2 s; computing takes some of that.
const FRESH: Duration = Duration::from_secs(1);
/// How long a question may take before the one who asks is told; pages should not hang on a store that does not answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Questions whose answers are kept: enough for every tab's own limits, little memory.
const KEPT: usize = 64;

const LIMITS: RangeInclusive<u32> = 1..=1_000;
const DAYS: RangeInclusive<u32> = 1..=365;
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
    pictures: Cache<(Question, u32), Picture>,
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
        self.top_products
            .get((days, limit, as_of), async {
                let moment = as_of.unwrap_or_else(|| Utc::now().timestamp());
                answered(moment, query::top_products(&*self.store, moment, days, limit)).await
            })
            .await
    }

    pub(crate) async fn influencers(&self, limit: u32) -> Result<Answered<Vec<Influencer>>, Failure> {
        check("limit", limit, LIMITS)?;
        self.influencers.get(limit, answered(now(), query::influencers(&*self.store, limit))).await
    }

    pub(crate) async fn best_rated(
        &self,
        limit: u32,
        min_ratings: u32,
    ) -> Result<Answered<Vec<RatedProduct>>, Failure> {
        check("limit", limit, LIMITS)?;
        check("min_ratings", min_ratings, 1..=1_000_000)?;
        self.best_rated
            .get((limit, min_ratings), answered(now(), query::best_rated(&*self.store, limit, min_ratings)))
            .await
    }

    pub(crate) async fn similar_buyers(&self, limit: u32) -> Result<Answered<Vec<SimilarPair>>, Failure> {
        check("limit", limit, LIMITS)?;
        self.similar_buyers.get(limit, answered(now(), query::similar_buyers(&*self.store, limit))).await
    }

    pub(crate) async fn communities(&self) -> Result<Communities, Failure> {
        self.communities.get((), async { query::communities(&*self.store).await.map_err(unavailable) }).await
    }

    pub(crate) async fn picture(&self, question: Question, limit: u32) -> Result<Picture, Failure> {
        check("limit", limit, 1..=10_000)?;
        self.pictures
            .get((question, limit), async {
                picture::picture(&*self.store, question, limit, now()).await.map_err(unavailable)
            })
            .await
    }

    pub(crate) async fn neighbours(&self, kind: NodeKind, id: i64, limit: u32) -> Result<Neighbourhood, Failure> {
        check("limit", limit, 1..=200)?;
        self.neighbours
            .get((kind, id, limit), async {
                let found = query::neighbours(&*self.store, kind, id, limit).await.map_err(unavailable)?;
                let found = found.ok_or_else(|| {
                    let kind = if kind == NodeKind::User { "user" } else { "product" };
                    Failure::new("unknown_node", format!("there is no {kind} {id} in the graph"))
                })?;
                Ok(picture::neighbourhood(kind, id, found))
            })
            .await
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

/// Keeps fresh answers; whoever asks while one is being computed waits for that one.
struct Cache<K, V>(std::sync::Mutex<HashMap<K, Slot<V>>>);

/// One question's answer, with when it was found.
type Slot<V> = Arc<tokio::sync::Mutex<Option<(Instant, V)>>>;

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(std::sync::Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    async fn get(&self, key: K, compute: impl Future<Output = Result<V, Failure>>) -> Result<V, Failure> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if slots.len() >= KEPT && !slots.contains_key(&key) {
                // Those that nobody waits for.
                slots.retain(|_, slot| Arc::strong_count(slot) > 1);
            }
            slots.entry(key).or_default().clone()
        };
        let late =
            || Failure::new("store_unavailable", format!("no answer from the graph within {} s", PATIENCE.as_secs()));
        tokio::time::timeout(PATIENCE, async {
            let mut kept = slot.lock().await;
            if let Some((_, answer)) = kept.as_ref().filter(|(found, _)| found.elapsed() < FRESH) {
                return Ok(answer.clone());
            }
            let answer = compute.await?;
            *kept = Some((Instant::now(), answer.clone()));
            Ok(answer)
        })
        .await
        .unwrap_or_else(|_| Err(late()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_question_asked_by_many_at_once_is_computed_once() {
        let cache = Cache::<u32, u32>::default();
        let computed = AtomicU32::new(0);
        let ask = || {
            cache.get(7, async {
                tokio::task::yield_now().await;
                Ok(computed.fetch_add(1, Ordering::Relaxed))
            })
        };
        let answers = tokio::join!(ask(), ask(), ask());
        assert_eq!(answers, (Ok(0), Ok(0), Ok(0)));
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let cache = Cache::<u32, u32>::default();
        let failed = cache.get(7, async { Err(Failure::new("store_unavailable", "away")) }).await;
        assert!(failed.is_err());
        assert_eq!(cache.get(7, async { Ok(1) }).await, Ok(1));
    }
}
