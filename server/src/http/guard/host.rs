//! The names under which this server may be asked.
//!
//! A page of an attacker may have a name that suddenly points here (DNS rebinding); for the browser it then is of the same
//! origin. What gives it away is the name in `Host`, so only known ones are answered. An address in digits cannot be
//! rebound: whoever is asked by it is the one that was meant.

use std::net::IpAddr;

/// The names of this server.
#[derive(Debug)]
pub(crate) struct Hosts {
    /// Any address in digits is one of this server: those of its network, and those that are mapped to it.
    any_address: bool,
    /// In lower case, with a port or for all ports.
    names: Vec<String>,
}

impl Hosts {
    /// Loopback is always known; `names` are further ones, in lower case.
    pub(crate) fn new(listen: IpAddr, names: Vec<String>) -> Self {
        Self { any_address: !listen.is_loopback(), names }
    }

    /// Whether a `Host` is a name of this server.
    pub(super) fn know(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let name = without_port(&host);
        is_loopback(name)
            || self.any_address && name.parse::<IpAddr>().is_ok()
            || self.names.iter().any(|known| known == name || *known == host)
    }

    /// Whether an `Origin` is that of this server's own pages: the one that was asked, or, where a proxy asks under another
    /// name than the browser did, one that is configured.
    pub(super) fn own(&self, origin: &str, host: Option<&str>) -> bool {
        let Some((_, authority)) = origin.split_once("://") else { return false };
        host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
            || self.names.iter().any(|known| known.eq_ignore_ascii_case(authority))
    }
}

fn without_port(host: &str) -> &str {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    name.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback(name: &str) -> bool {
    name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str, names: &[&str]) -> Hosts {
        Hosts::new(listen.parse().unwrap(), names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn which_names_are_known() {
        let (local, open) = (hosts("127.0.0.1", &[]), hosts("0.0.0.0", &[]));
        let named = hosts("127.0.0.1", &["sluice.example", "other.example:8443"]);
        for (hosts, host, expected) in [
            (&local, "127.0.0.1:3000", true),
            (&local, "localhost", true),
            (&local, "LocalHost:3000", true),
            (&local, "[::1]:3000", true),
            (&local, "127.9.9.9", true),
            (&local, "192.168.1.7:3000", false),
            (&local, "evil.example:3000", false),
            (&local, "localhost.evil.example", false),
            (&local, "127.0.0.1.evil.example", false),
            (&local, "", false),
            (&open, "192.168.1.7:3000", true),
            (&open, "[fd00::7]:3000", true),
            (&open, "sluice.example", false),
            (&named, "sluice.example", true),
            (&named, "Sluice.Example:9999", true),
            (&named, "other.example:8443", true),
            (&named, "other.example", false),
            (&named, "sub.sluice.example", false),
        ] {
            assert_eq!(hosts.know(host), expected, "{hosts:?} {host}");
        }
    }

    #[test]
    fn which_origins_are_its_own() {
        let named = hosts("127.0.0.1", &["sluice.example"]);
        for (origin, host, expected) in [
            ("http://127.0.0.1:3000", Some("127.0.0.1:3000"), true),
            ("http://127.0.0.1:3001", Some("127.0.0.1:3000"), false),
            ("https://sluice.example", Some("sluice.example"), true),
            ("https://sluice.example", Some("127.0.0.1:3000"), true),
            ("https://sluice.example:8443", Some("127.0.0.1:3000"), false),
            ("https://evil.example", Some("127.0.0.1:3000"), false),
            ("null", Some("127.0.0.1:3000"), false),
            ("http://127.0.0.1:3000", None, false),
        ] {
            assert_eq!(named.own(origin, host), expected, "{origin} {host:?}");
        }
    }
}
