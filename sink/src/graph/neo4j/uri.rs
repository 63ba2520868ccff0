//! The address of a Neo4j: what it has to look like.

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
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = rest.strip_prefix(authority).unwrap_or_default();
    if !(rest.is_empty() || rest == "/" || rest.starts_with('?') || rest.starts_with("/?")) {
        return Err(format!(
            "{uri:?} has a path, and Neo4j's addresses have none: the database has a variable of its own"
        ));
    }
    // An IPv6 address has colons of its own, inside brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

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
