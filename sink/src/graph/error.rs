//! What can go wrong with a store, and of which kind the trouble is.

/// A call to the store failed: what was attempted, and why.
#[derive(Debug, thiserror::Error)]
#[error("{attempt} failed: {message}")]
pub struct Error {
    /// What was attempted, such as `writing a batch`.
    pub attempt: &'static str,
    /// Decides what to do about it.
    pub trouble: Trouble,
    /// The database's own code, such as `Neo.ClientError.Statement.TypeError`, if it gave one.
    pub code: Option<String>,
    /// For people; without secrets.
    pub message: String,
}

/// The kinds of trouble that are treated differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection, a leader switch, a deadlock, a lock timeout, a full disk: try again.
    Passing,
    /// No answer within the bound: the store hangs, or the write is more than it can do in the time. Try again, and
    /// after some tries with less.
    Slow,
    /// The store says something that is not known here: try again, and find out by a probe whether it is the record.
    Unknown,
    /// The transaction was too long or too big: try again at half the size.
    TooBig,
    /// User or password refused, or the database is missing: try again every 10 s with the password read anew.
    Denied,
    /// The database refuses what a record says: narrow down to the record.
    Data,
    /// A statement is wrong, or not allowed: stop, a person has to look.
    Fatal,
}

impl Error {
    /// Makes an error of a kind, without a code of the database.
    pub fn new(attempt: &'static str, trouble: Trouble, message: impl Into<String>) -> Self {
        Self { attempt, trouble, code: None, message: message.into() }
    }
}
