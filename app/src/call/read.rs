//! Questions that change nothing: `GET /fn/read/…`.

use leptos::{prelude::*, server_fn::codec::GetUrl};
use model::{
    answer::{Answered, CommunitySummary, Influencer, RatedProduct, SimilarPair, TopProducts},
    connector::Connector,
    dead_letter::{DeadLetter, DeadLetterPage, ReasonCount},
    draft::{Definition, Judged, Wish},
    picture::{Neighbourhood, NodeKind, Picture, Question, Scope},
    record::{News, Opened},
    statement::Recipe,
    status::Status,
};
use serde::{Deserialize, Serialize};

use super::CallError;

/// Question 4 as its page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimilarBuyers {
    /// The most similar pairs.
    pub pairs: Answered<Vec<SimilarPair>>,
    /// How many buyers there are.
    pub buyers: usize,
    /// How many communities they form.
    pub communities: usize,
    /// The largest communities.
    pub summaries: Vec<CommunitySummary>,
}

/// How many communities a page shows: the largest that still fit on a screen.
#[cfg(feature = "ssr")]
pub const SHOWN_COMMUNITIES: usize = 12;

#[cfg(feature = "ssr")]
impl SimilarBuyers {
    /// What the page shows of the whole answer.
    pub fn of(pairs: Answered<Vec<SimilarPair>>, all: model::answer::Communities) -> Self {
        let (buyers, communities) = (all.communities.len(), all.summaries.len());
        let mut summaries = all.summaries;
        summaries.truncate(SHOWN_COMMUNITIES);
        Self { pairs, buyers, communities, summaries }
    }
}

/// How many raters of a product travel to the browser.
#[cfg(feature = "ssr")]
const SHOWN_RATERS: usize = 8;

/// The whole pipeline, for a page that gets no event stream.
///
/// # Errors
/// None of its own: the answer comes from memory.
#[server(name = StatusNow, prefix = "/fn", endpoint = "read/status", input = GetUrl)]
pub async fn status() -> Result<Status, CallError> {
    Ok(crate::backend::backend().status().await)
}

/// Question 1.
///
/// # Errors
/// What the backend says.
#[server(name = TopProductsAnswer, prefix = "/fn", endpoint = "read/top-products", input = GetUrl)]
pub async fn top_products(days: u32, limit: u32) -> Result<Answered<TopProducts>, CallError> {
    Ok(crate::backend::backend().top_products(days, limit, None).await?)
}

/// Question 2.
///
/// # Errors
/// What the backend says.
#[server(name = InfluencersAnswer, prefix = "/fn", endpoint = "read/influencers", input = GetUrl)]
pub async fn influencers(limit: u32) -> Result<Answered<Vec<Influencer>>, CallError> {
    Ok(crate::backend::backend().influencers(limit).await?)
}

/// Question 3; of each product's raters the first few.
///
/// # Errors
/// What the backend says.
#[server(name = BestRatedAnswer, prefix = "/fn", endpoint = "read/best-rated", input = GetUrl)]
pub async fn best_rated(limit: u32, min_ratings: u32) -> Result<Answered<Vec<RatedProduct>>, CallError> {
    let mut answered = crate::backend::backend().best_rated(limit, min_ratings).await?;
    for product in &mut answered.answer {
        product.users.truncate(SHOWN_RATERS);
    }
    Ok(answered)
}

/// Question 4.
///
/// # Errors
/// What the backend says.
#[server(name = SimilarBuyersAnswer, prefix = "/fn", endpoint = "read/similar-buyers", input = GetUrl)]
pub async fn similar_buyers(limit: u32) -> Result<SimilarBuyers, CallError> {
    let backend = crate::backend::backend();
    let pairs = backend.similar_buyers(limit).await?;
    Ok(SimilarBuyers::of(pairs, backend.communities().await?))
}

/// The piece of graph behind a question.
///
/// # Errors
/// What the backend says.
#[server(name = GraphPicture, prefix = "/fn", endpoint = "read/picture", input = GetUrl)]
pub async fn picture(question: Question, scope: Scope) -> Result<Picture, CallError> {
    Ok(crate::backend::backend().picture(question, scope).await?)
}

/// What a user or product is tied to, up to `limit` neighbours.
///
/// # Errors
/// What the backend says; `unknown_node` where there is no such user or product.
#[server(name = GraphNeighbours, prefix = "/fn", endpoint = "read/neighbours", input = GetUrl)]
pub async fn neighbours(kind: NodeKind, id: i64, limit: u32) -> Result<Neighbourhood, CallError> {
    Ok(crate::backend::backend().neighbours(kind, id, limit).await?)
}

/// How a question is answered, with the numbers that the page asks it with.
///
/// # Errors
/// What the backend says.
#[server(name = Recipes, prefix = "/fn", endpoint = "read/recipes", input = GetUrl)]
pub async fn recipes(question: Question, days: u32, limit: u32, min: u32) -> Result<Vec<Recipe>, CallError> {
    Ok(crate::backend::backend().recipes(question, days, limit, min).await?)
}

/// A page of dead letters.
///
/// # Errors
/// What the backend says.
#[server(name = DeadLetters, prefix = "/fn", endpoint = "read/dead-letters", input = GetUrl)]
pub async fn dead_letters(
    #[server(default)] topic: Option<String>,
    #[server(default)] reason: Option<String>,
    #[server(default)] after: Option<String>,
    limit: u32,
) -> Result<DeadLetterPage, CallError> {
    Ok(crate::backend::backend().dead_letters(topic, reason, after, limit).await?)
}

/// The dead letter of a place, if there is one.
///
/// # Errors
/// What the backend says.
#[server(name = OneDeadLetter, prefix = "/fn", endpoint = "read/dead-letter", input = GetUrl)]
pub async fn dead_letter(topic: String, partition: i32, offset: i64) -> Result<Option<DeadLetter>, CallError> {
    match crate::backend::backend().dead_letter(&topic, partition, offset).await {
        Err(failure) if failure.code == "unknown_dead_letter" => Ok(None),
        found => Ok(found.map(Some)?),
    }
}

/// How many dead letters there are by topic and reason.
///
/// # Errors
/// What the backend says.
#[server(name = DeadLetterReasons, prefix = "/fn", endpoint = "read/dead-letter-reasons", input = GetUrl)]
pub async fn dead_letter_reasons() -> Result<Vec<ReasonCount>, CallError> {
    Ok(crate::backend::backend().dead_letter_reasons().await?)
}

/// The connectors in full.
///
/// # Errors
/// None of its own: the answer comes from memory.
#[server(name = Connectors, prefix = "/fn", endpoint = "read/connectors", input = GetUrl)]
pub async fn connectors() -> Result<Vec<Connector>, CallError> {
    Ok(crate::backend::backend().connectors().await)
}

/// A connector as it is defined.
///
/// # Errors
/// What the backend says.
#[server(name = ConnectorDefinition, prefix = "/fn", endpoint = "read/definition", input = GetUrl)]
pub async fn definition(connector: String) -> Result<Definition, CallError> {
    Ok(crate::backend::backend().definition(&connector).await?)
}

/// What is to be said of a configuration that stands in a page's address: nothing is changed by looking at a page.
///
/// # Errors
/// Who may not change things may not have any topic read either; and what the backend says.
#[server(name = Drafted, prefix = "/fn", endpoint = "read/draft", input = GetUrl)]
pub async fn drafted(of: String, text: String, wish: Wish, limit: String) -> Result<Judged, CallError> {
    let session = use_context::<crate::backend::Session>().unwrap_or_default();
    if session.token_required && !session.signed_in {
        return Err(model::Failure::new("unauthorized", "this needs the admin token: sign in").into());
    }
    let wish = if wish == Wish::Save { Wish::Check } else { wish };
    let edited = Some(of.as_str()).filter(|of| !of.is_empty());
    Ok(crate::backend::backend().draft(edited, &text, wish, super::input::records(&limit)?).await?)
}

/// The newest records.
///
/// # Errors
/// What the backend says.
#[server(name = Stream, prefix = "/fn", endpoint = "read/stream", input = GetUrl)]
pub async fn stream(
    #[server(default)] topic: Option<String>,
    #[server(default)] q: String,
    #[server(default)] broken: bool,
    limit: u32,
) -> Result<News, CallError> {
    Ok(crate::backend::backend().stream(topic, &q, broken, limit).await?)
}

/// One record, by its place as text.
///
/// # Errors
/// A place that is none, or what the backend says.
#[server(name = OpenRecord, prefix = "/fn", endpoint = "read/record", input = GetUrl)]
pub async fn record(place: String) -> Result<Opened, CallError> {
    let place = model::record::Place::parse(&place).ok_or_else(|| {
        let sentence =
            format!("{place:?} is no place of a record: write topic/partition/offset, such as purchases/0/12");
        model::Failure::new("place_malformed", sentence)
    })?;
    Ok(crate::backend::backend().record(place).await?)
}
