//! What kind of trouble an error of Neo4j or of its driver is.

use neo4rs::Error as DriverError;

use crate::graph::{Error, Trouble};

/// Decides by the full code, since the driver's own kinds are too coarse: to it a timeout and a broken constraint are
/// the same. A code that is not known here is unknown, and only a probe tells whether it is a record's fault: an outage
/// never turns a good record into a dead letter.
///
/// The message is asked about one thing only: that a value is too large for its index has no code of its own.
pub fn trouble(code: &str, message: &str) -> Trouble {
    let name = code.rsplit('.').next().unwrap_or_default();
    match code.strip_prefix("Neo.").and_then(|rest| rest.rsplit_once('.')).map_or("", |(class, _)| class) {
        "TransientError.General" => match name {
            "MemoryPoolOutOfMemoryError"
            | "OutOfMemoryError"
            | "TransactionMemoryLimit"
            | "TransactionOutOfMemoryError" => Trouble::TooBig,
            _ => Trouble::Passing,
        },
        "ClientError.Transaction" => match name {
            "TransactionTimedOut" | "TransactionTimedOutClientConfiguration" => Trouble::TooBig,
            _ => Trouble::Passing,
        },
        "ClientError.Schema" => match name {
            // Names that are not in a statement's text are a record's.
            "ConstraintValidationFailed" | "PropertyTypeMismatch" | "TokenNameError" => Trouble::Data,
            _ => Trouble::Fatal,
        },
        "ClientError.Statement" => match name {
            "TypeError" | "ArgumentError" | "ArithmeticError" | "PropertyTypeMismatch" => Trouble::Data,
            "SyntaxError"
            | "SemanticError"
            | "ParameterMissing"
            | "AccessMode"
            | "NotSystemDatabaseError"
            | "UnsupportedOperationError"
            | "FeatureDeprecationWarning" => Trouble::Fatal,
            // Somebody deletes what is being written to.
            "EntityNotFound" => Trouble::Passing,
            _ => Trouble::Unknown,
        },
        "ClientError.Security" => match name {
            "Unauthorized" | "AuthenticationRateLimit" | "TokenExpired" | "CredentialsExpired" => Trouble::Denied,
            "Forbidden" => Trouble::Fatal,
            _ => Trouble::Passing,
        },
        "ClientError.Database" if name == "DatabaseNotFound" => Trouble::Denied,
        // Whatever happens within a procedure has this one code: a server that is being stopped, a value that it refuses.
        "ClientError.Procedure" if name == "ProcedureCallFailed" => Trouble::Unknown,
        "ClientError.Procedure" if name == "ProcedureTimedOut" => Trouble::Slow,
        "ClientError.Procedure" => Trouble::Fatal,
        "DatabaseError.Statement" if message.starts_with("Property value is too large to index") => Trouble::Data,
        "DatabaseError.Statement" => Trouble::Unknown,
        class if class.is_empty() || PASSING.iter().any(|known| class.starts_with(known)) => Trouble::Passing,
        _ => Trouble::Unknown,
    }
}

/// Classes of codes that speak of the server's state, whatever their last part says.
const PASSING: [&str; 6] = [
    "TransientError.",
    "DatabaseError.General",
    "DatabaseError.Transaction",
    "ClientError.Cluster",
    "ClientError.Database",
    "ClientError.General",
];

/// Whether Neo4j says this of a statement's text, and with the same code of a value that it met while it ran.
pub(super) fn may_be_a_value(code: &str) -> bool {
    matches!(code, "Neo.ClientError.Statement.SyntaxError" | "Neo.ClientError.Statement.SemanticError")
}

/// Whether connections are worth keeping after this error: where the server says no, unless it says that it is not the one
/// to ask or that we are not welcome. After anything else nobody knows what the connection holds.
pub(super) fn leaves_connections_well(error: &Error) -> bool {
    error.trouble != Trouble::Denied && error.code.as_deref().is_some_and(|code| !is_elsewhere(code))
}

/// Whether the code says that another server is to be asked, or none at the moment: the leader has changed, the database
/// is stopped or moves. A driver that keeps its connections would go on asking the wrong one.
fn is_elsewhere(code: &str) -> bool {
    let mut parts = code.split('.').skip(1);
    let (_, category, name) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    category == Some("Cluster") || matches!(name, "ForbiddenOnReadOnlyDatabase" | "DatabaseUnavailable")
}

/// The store's error for one of the driver.
pub(super) fn error(attempt: &'static str, error: &DriverError) -> Error {
    let (trouble, code, message) = match error {
        DriverError::Neo4j(failure) => {
            (trouble(failure.code(), failure.message()), Some(failure.code().to_owned()), failure.message().to_owned())
        }
        // A refused HELLO comes without its code: wrong password, too many wrong ones, an expired token.
        DriverError::AuthenticationError(message) => (Trouble::Denied, None, message.clone()),
        DriverError::StringTooLong | DriverError::MapTooBig | DriverError::BytesTooBig | DriverError::ListTooLong => {
            (Trouble::TooBig, None, error.to_string())
        }
        // The graph holds something at a place of the model that is not of the model's type.
        DriverError::DeserializationError(_) | DriverError::ConversionError => {
            (Trouble::Fatal, None, error.to_string())
        }
        DriverError::UrlParseError(_)
        | DriverError::UnsupportedScheme(_)
        | DriverError::InvalidDnsName(_)
        | DriverError::InvalidConfig => (Trouble::Fatal, None, error.to_string()),
        _ => (Trouble::Passing, None, error.to_string()),
    };
    Error { attempt, trouble, code, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_trouble() {
        for (code, expected) in [
            ("Neo.TransientError.Transaction.DeadlockDetected", Trouble::Passing),
            ("Neo.TransientError.Transaction.LockAcquisitionTimeout", Trouble::Passing),
            ("Neo.TransientError.Transaction.Terminated", Trouble::Passing),
            ("Neo.TransientError.Database.DatabaseUnavailable", Trouble::Passing),
            ("Neo.TransientError.Request.NoThreadsAvailable", Trouble::Passing),
            ("Neo.ClientError.Transaction.Terminated", Trouble::Passing),
            ("Neo.ClientError.Transaction.LockClientStopped", Trouble::Passing),
            ("Neo.ClientError.Cluster.NotALeader", Trouble::Passing),
            ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", Trouble::Passing),
            ("Neo.ClientError.Statement.EntityNotFound", Trouble::Passing),
            ("Neo.ClientError.Security.AuthorizationExpired", Trouble::Passing),
            ("Neo.DatabaseError.General.UnknownError", Trouble::Passing),
            ("Neo.DatabaseError.Transaction.TransactionCommitFailed", Trouble::Passing),
            ("Neo.ClientError.Statement.SomethingNew", Trouble::Unknown),
            ("Neo.ClientError.Procedure.ProcedureCallFailed", Trouble::Unknown),
            ("Neo.DatabaseError.Statement.ExecutionFailed", Trouble::Unknown),
            ("Neo.SomethingNew.In.Version7", Trouble::Unknown),
            ("", Trouble::Passing),
            ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", Trouble::TooBig),
            ("Neo.TransientError.General.OutOfMemoryError", Trouble::TooBig),
            ("Neo.ClientError.Transaction.TransactionTimedOut", Trouble::TooBig),
            ("Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", Trouble::TooBig),
            ("Neo.ClientError.Schema.ConstraintValidationFailed", Trouble::Data),
            ("Neo.ClientError.Schema.TokenNameError", Trouble::Data),
            ("Neo.ClientError.Statement.TypeError", Trouble::Data),
            ("Neo.ClientError.Statement.ArgumentError", Trouble::Data),
            ("Neo.ClientError.Statement.ArithmeticError", Trouble::Data),
            ("Neo.ClientError.Statement.PropertyTypeMismatch", Trouble::Data),
            ("Neo.ClientError.Security.Unauthorized", Trouble::Denied),
            ("Neo.ClientError.Security.AuthenticationRateLimit", Trouble::Denied),
            ("Neo.ClientError.Security.TokenExpired", Trouble::Denied),
            ("Neo.ClientError.Security.CredentialsExpired", Trouble::Denied),
            ("Neo.ClientError.Database.DatabaseNotFound", Trouble::Denied),
            ("Neo.ClientError.Statement.SyntaxError", Trouble::Fatal),
            ("Neo.ClientError.Statement.ParameterMissing", Trouble::Fatal),
            ("Neo.ClientError.Security.Forbidden", Trouble::Fatal),
            ("Neo.ClientError.Procedure.ProcedureNotFound", Trouble::Fatal),
            ("Neo.ClientError.Schema.IndexAlreadyExists", Trouble::Fatal),
        ] {
            assert_eq!(trouble(code, ""), expected, "{code}");
        }
    }

    #[test]
    fn a_value_too_large_for_its_index_is_data_though_the_code_says_nothing() {
        let code = "Neo.DatabaseError.Statement.ExecutionFailed";
        assert_eq!(trouble(code, "Property value is too large to index, please see …"), Trouble::Data);
        assert_eq!(trouble(code, "The store is on fire"), Trouble::Unknown);
    }

    #[test]
    fn a_server_that_is_not_the_one_to_ask_is_known_by_its_code() {
        for (code, expected) in [
            ("Neo.ClientError.Cluster.NotALeader", true),
            ("Neo.TransientError.Cluster.ReplicationFailure", true),
            ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", true),
            ("Neo.TransientError.General.DatabaseUnavailable", true),
            ("Neo.TransientError.Database.DatabaseUnavailable", true),
            ("Neo.TransientError.Transaction.DeadlockDetected", false),
            ("Neo.ClientError.Schema.ConstraintValidationFailed", false),
            ("", false),
        ] {
            assert_eq!(is_elsewhere(code), expected, "{code}");
        }
    }

    #[test]
    fn what_has_no_code_is_passing_unless_the_server_refused_the_password() {
        let io = DriverError::IOError { detail: std::io::ErrorKind::ConnectionRefused.into() };
        for (driver, expected) in [
            (io, Trouble::Passing),
            (DriverError::ConnectionError, Trouble::Passing),
            (DriverError::ConnectionTimedOut, Trouble::Passing),
            (DriverError::IncompleteBoltExchange, Trouble::Passing),
            (DriverError::AuthenticationError("unauthorized".into()), Trouble::Denied),
            (DriverError::ListTooLong, Trouble::TooBig),
            (DriverError::InvalidConfig, Trouble::Fatal),
        ] {
            let error = error("trying", &driver);
            assert!(!leaves_connections_well(&error));
            assert_eq!(error.trouble, expected, "{driver:?}");
        }
    }
}
