//! What pages ask the server: server functions, and the error that they answer with.

pub(crate) mod act;
#[cfg(feature = "ssr")]
mod input;
pub(crate) mod read;
#[cfg(feature = "ssr")]
mod status;

use leptos::{
    prelude::FromServerFnError,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use model::Failure;
use serde::{Deserialize, Serialize};

/// Why a call brought nothing: on the wire a [`Failure`], as the JSON API has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallError(pub Failure);

impl CallError {
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        #[cfg(feature = "ssr")]
        status::answer(&failure);
        Self(failure)
    }
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FromServerFnError for CallError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let failure = match error {
            ServerFnErrorErr::Request(_) => {
                Failure::new("server_unreachable", "Sluice does not answer; is it still running?")
            }
            ServerFnErrorErr::Args(reason) | ServerFnErrorErr::MissingArg(reason) => {
                Failure::new("malformed_request", format!("the request could not be read: {reason}"))
            }
            other => Failure::new("unexpected", other.to_string()),
        };
        Self(failure)
    }
}

/// Registers every server function by name; linkers drop what is only registered by a static constructor.
#[cfg(feature = "ssr")]
pub fn register_server_functions() {
    use leptos::server_fn::axum::register_explicit;

    register_explicit::<read::StatusNow>();
    register_explicit::<read::TopProductsAnswer>();
    register_explicit::<read::InfluencersAnswer>();
    register_explicit::<read::BestRatedAnswer>();
    register_explicit::<read::SimilarBuyersAnswer>();
    register_explicit::<read::GraphPicture>();
    register_explicit::<read::GraphNeighbours>();
    register_explicit::<read::Recipes>();
    register_explicit::<read::DeadLetters>();
    register_explicit::<read::Stream>();
    register_explicit::<read::OpenRecord>();
    register_explicit::<read::OneDeadLetter>();
    register_explicit::<read::DeadLetterReasons>();
    register_explicit::<read::Connectors>();
    register_explicit::<read::ConnectorDefinition>();
    register_explicit::<read::Drafted>();
    register_explicit::<act::StartBurst>();
    register_explicit::<act::CancelBurst>();
    register_explicit::<act::SetProducer>();
    register_explicit::<act::Aim>();
    register_explicit::<act::DraftConnector>();
    register_explicit::<act::DeleteConnector>();
    register_explicit::<act::Replay>();
    register_explicit::<act::ReplayMany>();
    register_explicit::<act::Reset>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_the_guard_reads_like_an_answer_of_a_function() {
        let body = br#"{"code":"unauthorized","message":"sign in first"}"#;
        let error = CallError::de(leptos::server_fn::Bytes::from_static(body));
        assert_eq!(error.message(), "sign in first");
    }
}
