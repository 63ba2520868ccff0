//! What kind of trouble an error of SQLite is.

use rusqlite::ErrorCode;

use crate::graph::{Error, Trouble};

/// What to do about a damaged file.
pub(super) const DAMAGED: &str = "the file is damaged: put a copy of it back, or move it away together with the files \
    that have its name and -wal or -shm behind it, and the store begins anew";

/// What to do about a full one.
const FULL: &str = "make room on the disk, or raise SLUICE_STORE_MAX_MB if it is set; nothing is lost meanwhile";

/// What to do about a disk that says no.
const UNWELL: &str = "the disk can't be written or read: see whether it is full, or what the system says of it";

/// Whether the file is not what SQLite wrote.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Decides by SQLite's own code. Whatever may pass by itself, or when a person makes room on the disk, is passing: an
/// outage never turns a good record into a dead letter.
pub(super) fn trouble(code: ErrorCode) -> Trouble {
    match code {
        ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch => Trouble::Data,
        ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::Unknown
        | ErrorCode::ApiMisuse
        | ErrorCode::ParameterOutOfRange
        | ErrorCode::AuthorizationForStatementDenied => Trouble::Fatal,
        _ => Trouble::Passing,
    }
}

/// The store's error for one of SQLite.
pub(super) fn error(attempt: &'static str, error: &rusqlite::Error) -> Error {
    let Some(code) = error.sqlite_error_code() else {
        // A value of a type that the schema forbids, or a statement of ours that is wrong.
        return Error::new(attempt, Trouble::Fatal, error.to_string());
    };
    let message = match code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => format!("{error}; {DAMAGED}"),
        ErrorCode::DiskFull => format!("{error}; {FULL}"),
        ErrorCode::SystemIoFailure => format!("{error}; {UNWELL}"),
        _ => error.to_string(),
    };
    Error { attempt, trouble: trouble(code), code: Some(format!("{code:?}")), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again_and_what_a_record_says_is_data() {
        for (code, expected) in [
            (ErrorCode::DiskFull, Trouble::Passing),
            (ErrorCode::SystemIoFailure, Trouble::Passing),
            (ErrorCode::DatabaseBusy, Trouble::Passing),
            (ErrorCode::DatabaseLocked, Trouble::Passing),
            (ErrorCode::ReadOnly, Trouble::Passing),
            (ErrorCode::CannotOpen, Trouble::Passing),
            (ErrorCode::OutOfMemory, Trouble::Passing),
            (ErrorCode::ConstraintViolation, Trouble::Data),
            (ErrorCode::TooBig, Trouble::Data),
            (ErrorCode::DatabaseCorrupt, Trouble::Fatal),
            (ErrorCode::NotADatabase, Trouble::Fatal),
            (ErrorCode::Unknown, Trouble::Fatal),
        ] {
            assert_eq!(trouble(code), expected, "{code:?}");
        }
    }
}
