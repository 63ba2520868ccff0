//! What went wrong, as the page and the API say it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An error for people and programs: `{"code", "message"}` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A stable code that programs compare, such as `count_out_of_range`.
    pub code: String,
    /// A sentence that says what was wrong and what would be right.
    pub message: String,
}

impl Failure {
    /// Makes a failure of a code and a sentence.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }
}

impl Failure {
    /// The HTTP status of the code, wherever it is answered; one that is not listed is something wrong with what was asked.
    pub fn status(&self) -> u16 {
        match self.code.as_str() {
            "unauthorized" => 401,
            "cross_origin" | "unknown_host" => 403,
            "not_found"
            | "unknown_burst"
            | "unknown_connector"
            | "unknown_dead_letter"
            | "unknown_node"
            | "unknown_record"
            | "record_gone" => 404,
            "method_not_allowed" => 405,
            "body_too_slow" => 408,
            "no_producers" | "replay_in_progress" | "replayed_already" => 409,
            "body_too_large" => 413,
            "unsupported_media_type" => 415,
            "too_many_bursts" | "too_many_attempts" => 429,
            "store_unavailable"
            | "kafka_unavailable"
            | "replay_failed"
            | "replay_unconfirmed"
            | "reset_failed"
            | "too_many_streams"
            | "too_many_connections" => 503,
            _ => 400,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_not_the_visitor_s_fault_and_a_wrong_number_is() {
        let status = |code: &str| Failure::new(code, "").status();
        assert_eq!(status("store_unavailable"), 503);
        assert_eq!(status("count_out_of_range"), 400);
    }
}
