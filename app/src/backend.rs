//! The port through which pages get at the pipeline; the server fills it. Exists on the server only.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::use_context;
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
    status::{Order, ProducerStatus, Status},
};

/// What pages can ask and order. Limits (1–1000; days 1–365; a burst 1–1,000,000) are checked behind it.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// The pipeline as it is now. Answers at once, from memory: pages put it into their first HTML without waiting.
    async fn status(&self) -> Status;
    /// Question 1; `as_of` in epoch seconds, now if none.
    async fn top_products(&self, days: u32, limit: u32, as_of: Option<i64>) -> Result<Answered<TopProducts>, Failure>;
    /// Question 2.
    async fn influencers(&self, limit: u32) -> Result<Answered<Vec<Influencer>>, Failure>;
    /// Question 3.
    async fn best_rated(&self, limit: u32, min_ratings: u32) -> Result<Answered<Vec<RatedProduct>>, Failure>;
    /// Question 4: the most similar pairs.
    async fn similar_buyers(&self, limit: u32) -> Result<Answered<Vec<SimilarPair>>, Failure>;
    /// Question 4: the communities of the whole graph.
    async fn communities(&self) -> Result<Communities, Failure>;
    /// The piece of graph behind a question.
    async fn picture(&self, question: Question, scope: Scope) -> Result<Picture, Failure>;
    /// What a user or product is tied to, up to `limit` (1 to 200) neighbours.
    async fn neighbours(&self, kind: NodeKind, id: i64, limit: u32) -> Result<Neighbourhood, Failure>;
    /// How a question is answered: the statements with their parameters, first those that run here.
    async fn recipes(
        &self,
        question: Question,
        days: u32,
        limit: u32,
        min_ratings: u32,
    ) -> Result<Vec<Recipe>, Failure>;
    /// Starts a burst.
    async fn start_burst(&self, request: BurstRequest) -> Result<Burst, Failure>;
    /// Cancels a burst.
    async fn cancel_burst(&self, id: &str) -> Result<Burst, Failure>;
    /// Starts or stops a producer, and sets its rate in records a second (1 to 100,000).
    async fn set_producer(&self, kind: Kind, running: bool, rate_per_second: f64) -> Result<ProducerStatus, Failure>;
    /// The connectors in full, from memory.
    async fn connectors(&self) -> Vec<Connector>;
    /// A connector as it is defined.
    async fn definition(&self, connector: &str) -> Result<Definition, Failure>;
    /// Does with a configuration what is wished: `of` is the connector that is edited, none makes a new one; a preview has
    /// `limit` (1 to 100) records of each topic.
    async fn draft(&self, of: Option<&str>, text: &str, wish: Wish, limit: u32) -> Result<Judged, Failure>;
    /// Deletes a connector. What it stored stays, and how far it came.
    async fn delete_connector(&self, connector: &str) -> Result<(), Failure>;
    /// A page of dead letters of a topic and a reason, or of all.
    async fn dead_letters(
        &self,
        topic: Option<String>,
        reason: Option<String>,
        after: Option<String>,
        limit: u32,
    ) -> Result<DeadLetterPage, Failure>;
    /// The newest records: of a topic (or all), with a text in key or value (or any), broken ones only (or all).
    async fn stream(&self, topic: Option<String>, text: &str, broken: bool, limit: u32) -> Result<News, Failure>;
    /// One record, and what became of it.
    async fn record(&self, place: Place) -> Result<Opened, Failure>;
    /// The dead letter of a place.
    async fn dead_letter(&self, topic: &str, partition: i32, offset: i64) -> Result<DeadLetter, Failure>;
    /// How many dead letters there are by topic and reason.
    async fn dead_letter_reasons(&self) -> Result<Vec<ReasonCount>, Failure>;
    /// Sends a dead letter again, with a mended value if there is one. `id` tells which, where several stood at one place.
    async fn replay(
        &self,
        topic: &str,
        partition: i32,
        offset: i64,
        id: Option<String>,
        value: Option<String>,
    ) -> Result<(), Failure>;
    /// Sends a round of dead letters again as they are.
    async fn replay_all(&self, which: ReplayAll) -> Result<ReplayRound, Failure>;
    /// Tells a connector, in all processes, what to do.
    async fn aim(&self, connector: &str, order: Order) -> Result<(), Failure>;
    /// Empties graph, checkpoints and dead letters; goes on at the topics' ends.
    async fn reset(&self) -> Result<(), Failure>;
}

/// Who asks, as far as pages need to know. The server puts one into the context of every request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// What changes state needs the admin token.
    pub token_required: bool,
    /// This request carried it.
    pub signed_in: bool,
}

/// The backend that the server has put into the context of this request.
///
/// # Panics
/// When there is none: the server was wired wrongly.
pub fn backend() -> Arc<dyn Backend> {
    use_context::<Arc<dyn Backend>>().expect("the server provides a Backend to every request")
}
