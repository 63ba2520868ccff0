//! Encrypted connections: whom to trust, and what is wrong when there is no connection. Pure but for reading the file.

use std::{fs, io::ErrorKind, path::Path};

use neo4rs::Error as DriverError;

use crate::graph::{Error, Trouble};

/// Checks that a CA's certificate is of use with this address.
///
/// # Errors
/// A sentence where it would be ignored: whoever names a CA believes that connections are checked against it.
pub(super) fn check(uri: &str, ca_file: Option<&Path>) -> Result<(), String> {
    let (scheme, _) = uri.split_once("://").unwrap_or_default();
    match (ca_file, scheme.rsplit_once('+')) {
        (None, _) | (Some(_), Some((_, "s"))) => Ok(()),
        (Some(_), Some(_)) => Err(format!(
            "{scheme}:// trusts every certificate, so the file with a CA's certificate would be of no use: use {}:// to \
             have it checked, or name no file",
            scheme.trim_end_matches("sc")
        )),
        (Some(_), None) => Err(format!(
            "{scheme}:// is not encrypted, so the file with a CA's certificate would be of no use: use {scheme}+s://, or \
             name no file"
        )),
    }
}

/// Sees to it that the file has certificates: the driver skips what it can't read, and would then trust nobody.
pub(super) fn check_file(attempt: &'static str, file: &Path) -> Result<(), Error> {
    let denied = |message| Error::new(attempt, Trouble::Denied, message);
    let bytes = fs::read(file).map_err(|error| {
        denied(format!("the file {} of the CA's certificate can't be read: {error}", file.display()))
    })?;
    if String::from_utf8_lossy(&bytes).contains("-----BEGIN CERTIFICATE-----") {
        return Ok(());
    }
    Err(denied(format!("the file {} holds no certificate in PEM format (-----BEGIN CERTIFICATE-----)", file.display())))
}

/// Says what may be wrong with an address to which no connection could be made, where the driver only says how it ended.
pub(super) fn explain(uri: &str, driver: &DriverError, mut error: Error) -> Error {
    let (scheme, _) = uri.split_once("://").unwrap_or_default();
    let plain = scheme.split('+').next().unwrap_or_default();
    let encrypted = plain != scheme;
    let DriverError::IOError { detail } = driver else {
        if matches!(driver, DriverError::ProtocolMismatch(_)) {
            error.message.push_str("; Bolt usually listens on port 7687");
        }
        return error;
    };
    let said = detail.to_string();
    if said.contains("invalid peer certificate") || said.contains("CA certificates") {
        // Somebody has to change something, on this side or the other; the files are read again at each try.
        error.trouble = Trouble::Denied;
        error.message = if said.contains("not valid for name") {
            format!("the server's certificate is for another name than the address has ({said})")
        } else {
            format!(
                "the server's certificate is not to be trusted ({said}): if it is from a CA of your own, name the file \
                 with the CA's certificate in NEO4J_CA_FILE"
            )
        };
    } else if encrypted
        && matches!(detail.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::InvalidData)
    {
        error.message = format!(
            "no encrypted connection came about ({said}): if the server takes unencrypted ones only, its address begins \
             with {plain}://"
        );
    } else if !encrypted && matches!(detail.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) {
        error.message = format!(
            "the server ended the connection ({said}): it may be starting or stopping; if it takes encrypted ones only, \
             its address begins with {plain}+s://"
        );
    }
    error
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_ca_that_would_be_ignored_is_refused() {
        let file = Some(Path::new("ca.pem"));
        for (uri, words) in [
            ("bolt+s://h", None),
            ("neo4j+s://h", None),
            ("bolt://h", Some("use bolt+s://")),
            ("neo4j://h", Some("use neo4j+s://")),
            ("bolt+ssc://h", Some("use bolt+s://")),
        ] {
            let checked = check(uri, file);
            assert_eq!(
                checked.as_ref().err().map(|it| it.contains(words.unwrap_or("?"))),
                words.map(|_| true),
                "{uri}"
            );
            assert_eq!(check(uri, None), Ok(()));
        }
    }

    #[test]
    fn what_is_wrong_with_a_connection_is_said_in_a_sentence() {
        let other = |said: &str| io::Error::new(ErrorKind::InvalidData, said.to_owned());
        for (uri, detail, trouble, words) in [
            ("bolt+s://h", other("invalid peer certificate: UnknownIssuer"), Trouble::Denied, "NEO4J_CA_FILE"),
            (
                "bolt+s://h",
                other("invalid peer certificate: certificate not valid for name \"h\""),
                Trouble::Denied,
                "another name",
            ),
            (
                "neo4j+s://h",
                other("received corrupt message of type InvalidContentType"),
                Trouble::Passing,
                "begins with neo4j://",
            ),
            ("bolt+ssc://h", ErrorKind::ConnectionReset.into(), Trouble::Passing, "begins with bolt://"),
            ("bolt://h", ErrorKind::UnexpectedEof.into(), Trouble::Passing, "begins with bolt+s://"),
            ("bolt://h", ErrorKind::ConnectionRefused.into(), Trouble::Passing, "as it was"),
        ] {
            let driver = DriverError::IOError { detail };
            let error = explain(uri, &driver, Error::new("trying", Trouble::Passing, "as it was"));
            assert_eq!(error.trouble, trouble, "{uri} {driver}");
            assert!(error.message.contains(words), "{error}");
        }
    }
}
