//! The address of a Neo4j: what it has to look like.

const DEFAULT_PORT: u16 = 7687;
const SCHEMES: [&str; 6] = ["bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"];

/// Checks an address without connecting: a scheme of Bolt, a host, and a port if it is not 7687.
///
/// # Errors
/// A sentence that says what is wrong and what would be right.
pub fn check_uri(uri: &str) -> Result<(), String> {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return Err(format!("{uri:?} is no address: it takes the form bolt://host:7687 or neo4j://host:7687"));
    };
    if rest.contains('@') {
        // Not repeated in the sentence: it may hold a password.
        return Err("the address holds a user or a password: they have variables of their own".to_owned());
    }
    if !SCHEMES.contains(&scheme) {
        return Err(format!(
            "{uri:?} begins with {scheme}://, and Neo4j's addresses with one of {}",
            SCHEMES.join(", ")
        ));
    }
    let Parts { host, port, rest } = parts(rest);
    if !(rest.is_empty() || rest == "/" || rest.starts_with('?') || rest.starts_with("/?")) {
        return Err(format!(
            "{uri:?} has a path, and Neo4j's addresses have none: the database has a variable of its own"
        ));
    }
    if host.is_empty() {
        return Err(format!("{uri:?} names no host"));
    }
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let valid = match bare {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_')),
    };
    if !valid {
        return Err(format!("{uri:?} names no host: {host:?} is neither a name nor an address"));
    }
    match port.map(str::parse::<u16>) {
        None => Ok(()),
        Some(Ok(port)) if port > 0 => Ok(()),
        Some(_) => Err(format!("{uri:?} has no port from 1 to 65535 after the last colon")),
    }
}

/// The port of an address that [`check_uri`] takes.
pub(super) fn port(uri: &str) -> u16 {
    let stated = uri.split_once("://").and_then(|(_, rest)| parts(rest).port?.parse().ok());
    stated.unwrap_or(DEFAULT_PORT)
}

/// What follows the scheme.
struct Parts<'a> {
    host: &'a str,
    port: Option<&'a str>,
    rest: &'a str,
}

fn parts(after_scheme: &str) -> Parts<'_> {
    let end = after_scheme.find(['/', '?', '#']).unwrap_or(after_scheme.len());
    let (authority, rest) = after_scheme.split_at(end);
    // An IPv6 address has colons of its own, inside brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    Parts { host, port, rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_the_one_that_is_stated_or_the_usual_one() {
        for (uri, expected) in [
            ("bolt://localhost", 7687),
            ("neo4j+s://db.example.com:7000/?policy=eu", 7000),
            ("bolt://[::1]", 7687),
            ("bolt://[::1]:7001", 7001),
        ] {
            assert_eq!(port(uri), expected, "{uri}");
        }
    }

    #[test]
    fn addresses_of_every_scheme_are_taken() {
        for uri in [
            "bolt://localhost",
            "bolt://localhost:7687/",
            "neo4j://127.0.0.1:7687",
            "bolt+s://db.example.org",
            "bolt+ssc://[::1]:7687",
            "neo4j+s://abc.databases.neo4j.io",
            "neo4j+ssc://[fe80::1]",
            "neo4j://core_1:7687?region=eu",
        ] {
            assert_eq!(check_uri(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_a_sentence() {
        for (uri, words) in [
            ("garbage", "bolt://host:7687"),
            ("", "bolt://host:7687"),
            ("http://localhost:7474", "begins with http://"),
            ("bolt://", "names no host"),
            ("bolt://:7687", "names no host"),
            ("bolt://a b", "neither a name nor an address"),
            ("bolt://[::x]:1", "neither a name nor an address"),
            ("bolt://localhost:port", "port from 1 to 65535"),
            ("bolt://localhost:0", "port from 1 to 65535"),
            ("bolt://localhost:99999", "port from 1 to 65535"),
            ("bolt://localhost/neo4j", "has a path"),
        ] {
            let sentence = check_uri(uri).unwrap_err();
            assert!(sentence.contains(words), "{uri}: {sentence}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        let sentence = check_uri("bolt://neo4j:secret@localhost").unwrap_err();
        assert!(sentence.contains("variables of their own") && !sentence.contains("secret"), "{sentence}");
    }
}
