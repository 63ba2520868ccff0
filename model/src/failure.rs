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

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
