//! Orders that change something: `POST /fn/act/…`, sent by forms that also work without JavaScript.

use leptos::prelude::*;
use model::{
    Kind,
    burst::Burst,
    connector::Aimed,
    dead_letter::ReplayRound,
    draft::{Judged, Wish},
    status::{Order, ProducerStatus},
};

use super::CallError;

/// Starts a burst. The numbers come as people typed them, so that a wrong one is answered with a sentence; `count` is
/// a number or `own`, and then `own` has it. How many are broken says `poison`, or a form with a switch: `broken_count`
/// where `broken` is `on`.
///
/// # Errors
/// A number that is none, or what the backend says.
#[server(name = StartBurst, prefix = "/fn", endpoint = "act/start-burst")]
pub async fn start_burst(
    kind: Kind,
    count: String,
    #[server(default)] own: String,
    #[server(default)] seed: String,
    #[server(default)] poison: String,
    #[server(default)] broken: String,
    #[server(default)] broken_count: String,
) -> Result<Burst, CallError> {
    let count = if count == "own" { own } else { count };
    let poison = if broken == "on" { broken_count } else { poison };
    let request = model::burst::BurstRequest {
        kind,
        count: super::input::count(&count)?,
        seed: super::input::seed(&seed)?,
        poison: super::input::poison(&poison)?,
    };
    Ok(crate::backend::backend().start_burst(request).await?)
}

/// Cancels a burst.
///
/// # Errors
/// What the backend says.
#[server(name = CancelBurst, prefix = "/fn", endpoint = "act/cancel-burst")]
pub async fn cancel_burst(id: String) -> Result<Burst, CallError> {
    Ok(crate::backend::backend().cancel_burst(&id).await?)
}

/// Starts or stops a producer and sets its rate.
///
/// # Errors
/// A rate that is no number, or what the backend says.
#[server(name = SetProducer, prefix = "/fn", endpoint = "act/set-producer")]
pub async fn set_producer(kind: Kind, running: bool, rate: String) -> Result<ProducerStatus, CallError> {
    let rate = super::input::rate(&rate)?;
    Ok(crate::backend::backend().set_producer(kind, running, rate).await?)
}

/// Tells a connector to pause, to resume or to restart.
///
/// # Errors
/// What the backend says.
#[server(name = Aim, prefix = "/fn", endpoint = "act/aim")]
pub async fn aim(connector: String, order: Order) -> Result<Aimed, CallError> {
    let backend = crate::backend::backend();
    backend.aim(&connector, order).await?;
    Ok(Aimed { connector, order, at: backend.status().await.at })
}

/// Does with a connector's configuration what is wished; `of` is the connector that is edited, nothing makes a new one. A form
/// that was sent without JavaScript goes to the page that says what came of it, with the text in the address.
///
/// # Errors
/// What the backend says.
#[server(name = DraftConnector, prefix = "/fn", endpoint = "act/draft")]
pub async fn draft(
    text: String,
    wish: Wish,
    #[server(default)] of: String,
    #[server(default)] limit: String,
) -> Result<Judged, CallError> {
    let records = super::input::records(&limit)?;
    let edited = Some(of.as_str()).filter(|of| !of.is_empty());
    let judged = crate::backend::backend().draft(edited, &text, wish, records).await;
    if super::status::is_posted() {
        let saved = judged.as_ref().ok().and_then(|judged| judged.saved.as_deref());
        super::status::back_to(&match saved {
            Some(name) => crate::page::connector_address(name),
            None => super::input::short_enough(crate::page::draft_address(&of, &text, wish, &limit))?,
        });
        return Ok(Judged { wish, errors: Vec::new(), preview: None, saved: None });
    }
    Ok(judged?)
}

/// Deletes a connector, and returns its name.
///
/// # Errors
/// What the backend says.
#[server(name = DeleteConnector, prefix = "/fn", endpoint = "act/delete-connector")]
pub async fn delete_connector(connector: String) -> Result<String, CallError> {
    crate::backend::backend().delete_connector(&connector).await?;
    Ok(connector)
}

/// Sends a dead letter again, with `value` as it was mended.
///
/// # Errors
/// A value that is no JSON, or what the backend says.
#[server(name = Replay, prefix = "/fn", endpoint = "act/replay")]
pub async fn replay(
    topic: String,
    partition: i32,
    offset: i64,
    #[server(default)] id: Option<String>,
    #[server(default)] value: Option<String>,
) -> Result<(), CallError> {
    if let Some(value) = &value {
        super::input::mended(value)?;
    }
    Ok(crate::backend::backend().replay(&topic, partition, offset, id, value).await?)
}

/// Sends a round of waiting dead letters again as they are. A form that was sent without JavaScript goes back to the
/// letters, with what became of them in the address.
///
/// # Errors
/// What the backend says.
#[server(name = ReplayMany, prefix = "/fn", endpoint = "act/replay-all")]
pub async fn replay_all(
    topic: String,
    #[server(default)] reason: Option<String>,
    #[server(default)] limit: Option<u32>,
    #[server(default)] after: Option<String>,
    #[server(default)] until: Option<i64>,
) -> Result<ReplayRound, CallError> {
    let reason = reason.filter(|reason| !reason.is_empty());
    let which = model::dead_letter::ReplayAll { topic, reason, limit, after, until };
    let round = crate::backend::backend().replay_all(which.clone()).await?;
    super::status::back_to(&crate::page::outcome_address(&which, &round));
    Ok(round)
}

/// Empties the house, if `confirm` says `reset`.
///
/// # Errors
/// Another word, or what the backend says.
#[server(name = Reset, prefix = "/fn", endpoint = "act/reset")]
pub async fn reset(#[server(default)] confirm: String) -> Result<(), CallError> {
    super::input::confirmation(&confirm)?;
    Ok(crate::backend::backend().reset().await?)
}
