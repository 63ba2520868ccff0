//! Where the schemas of a converter are, and who asks for them.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    HIDDEN, Raw,
    converter::{AVRO, CLASSES},
    value::Values,
};

/// What follows `key.converter.` and `value.converter.`.
const KEYS: [&str; 3] = [URL, SOURCE, USER_INFO];
const URL: &str = "schema.registry.url";
const SOURCE: &str = "basic.auth.credentials.source";
const USER_INFO: &str = "basic.auth.user.info";

/// A schema registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaRegistry {
    /// Where it is: tried in turn, at least one.
    pub addresses: Vec<Address>,
}

/// One of a registry's addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `http://…` or `https://…`, without a slash at the end and without a secret.
    pub url: String,
    /// Who asks there.
    pub user: Option<UserInfo>,
}

/// A user's name and password.
#[derive(Clone, PartialEq, Eq)]
pub struct UserInfo(String);

impl UserInfo {
    /// Of `<name>:<password>`.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The value of the header by which HTTP knows them.
    pub fn authorization(&self) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(&self.0))
    }
}

impl std::fmt::Debug for UserInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// Of a converter that needs one; none where something is wrong.
pub(super) fn read(values: &mut Values, converter: &str) -> Option<SchemaRegistry> {
    let [url, source, user_info] = KEYS.map(|key| format!("{converter}.{key}"));
    let source_text = values.choice(&source, &["URL", "USER_INFO"], "URL");
    let (user, is_well) = match user(values, source_text == Some("USER_INFO"), &source, &user_info) {
        Ok(user) => (user, source_text.is_some()),
        Err(why) => {
            values.problem(&user_info, why);
            (None, false)
        }
    };
    values.required(&url)?;
    let stated = values.list(&url);
    if stated.is_empty() {
        values.problem(
            &url,
            format!("{url} names no schema registry: state its URL, or several with commas between them"),
        );
        return None;
    }
    let mut addresses = Vec::new();
    for text in stated {
        match address(text) {
            Ok(Address { user: Some(_), .. }) if source_text == Some("USER_INFO") => {
                values.problem(&url, format!("{source} says that {user_info} has the user: leave it out of the URL"));
            }
            Ok(address) => addresses.push(Address { user: address.user.or_else(|| user.clone()), ..address }),
            // Without the value: there may be a secret in it, wherever it was cut.
            Err(why) => values.problem(&url, format!("Invalid value for configuration {url}: {why}")),
        }
    }
    is_well.then_some(SchemaRegistry { addresses })
}

/// Refuses the keys of a registry where the converter asks none.
pub(super) fn refuse(values: &mut Values, converter: &str) {
    for key in KEYS.map(|key| format!("{converter}.{key}")) {
        if values.text(&key).is_some() {
            let class = CLASSES[AVRO];
            values.problem(
                &key,
                format!("Only {class} asks a schema registry: set {converter} to it, or leave {key} out"),
            );
        }
    }
}

/// Who asks, as the keys say; or what is wrong with that.
fn user(values: &mut Values, wanted: bool, source: &str, key: &str) -> Result<Option<UserInfo>, String> {
    match (values.trimmed(key), wanted) {
        (None, false) => Ok(None),
        (None, true) => Err(format!("{source} says that {key} has the user: state it as <name>:<password>")),
        (Some(_), false) => Err(format!("Without {source}=USER_INFO it means nothing: state that, or leave {key} out")),
        (Some(HIDDEN), true) => Err(format!("{HIDDEN} is what is shown of a secret: state {key} itself")),
        (Some(text), true) if !text.contains(':') => Err("It is no <name>:<password>".to_owned()),
        (Some(text), true) => Ok(Some(UserInfo::new(text.to_owned()))),
    }
}

/// An address as it is written, perhaps with a user in it.
fn address(text: &str) -> Result<Address, String> {
    let (scheme, rest) = text
        .split_once("://")
        .filter(|(scheme, _)| ["http", "https"].contains(scheme))
        .ok_or("A schema registry's URL begins with http:// or https://")?;
    if rest.contains(['?', '#']) || rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("A schema registry's URL has no spaces, no ? and no #".to_owned());
    }
    let rest = rest.trim_end_matches('/');
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let url = format!("{scheme}://{host}{path}");
    // A colon in brackets belongs to an address of IPv6.
    let (name, port) = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).unwrap_or((host, "80"));
    if name.is_empty() || port.parse::<u16>().is_err() || url.parse::<ureq::http::Uri>().is_err() {
        return Err("It names no host, or no port behind it".to_owned());
    }
    let user = match user {
        None => None,
        Some(HIDDEN) => return Err(format!("{HIDDEN} is what is shown of a secret: state it itself")),
        Some(user) if !user.contains(':') => return Err("What stands before @ is <name>:<password>".to_owned()),
        Some(user) => Some(UserInfo::new(decoded(user).ok_or("What stands before @ has a % that means nothing")?)),
    };
    Ok(Address { url, user })
}

/// Reads `%3A` as `:`, and so on.
fn decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Whether a key has a registry's addresses.
pub(super) fn is_url(key: &str) -> bool {
    ["key.converter.", "value.converter."].iter().any(|prefix| key.strip_prefix(prefix) == Some(URL))
}

/// Addresses as they may be shown. A piece that is no address may be half a password with a comma in it.
pub(super) fn masked(text: &str) -> String {
    let each = text.split(',').map(|address| {
        let (scheme, rest) = address.split_once("://")?;
        let shown = rest.rfind('@').map_or_else(|| rest.to_owned(), |at| format!("{HIDDEN}{}", &rest[at..]));
        Some(format!("{scheme}://{shown}"))
    });
    each.collect::<Option<Vec<_>>>().map_or_else(|| HIDDEN.to_owned(), |shown| shown.join(","))
}

/// Whether what is hidden at a key may stand for what `known` has there: only while it goes to the same addresses.
pub(super) fn goes_where_it_went(key: &str, raw: &BTreeMap<String, Option<String>>, known: &Raw) -> bool {
    let converter = ["key.converter", "value.converter"].into_iter().find(|converter| key.starts_with(converter));
    let url = converter.map(|converter| format!("{converter}.{URL}"));
    url.and_then(|url| Some((raw.get(&url)?.as_deref()?, known.get(&url)?)))
        .is_some_and(|(now, before)| now == before || now == masked(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_the_user_in_it_or_refused() {
        for (text, expected) in [
            ("http://r:8081", Ok(("http://r:8081", None))),
            ("https://r/api/ccompat/v7/", Ok(("https://r/api/ccompat/v7", None))),
            ("http://[::1]:8081//", Ok(("http://[::1]:8081", None))),
            ("http://ada:p%40s%3a@r:8081", Ok(("http://r:8081", Some("ada:p@s:")))),
            ("http://ada:p@ss@r", Ok(("http://r", Some("ada:p@ss")))),
            ("r:8081", Err("http://")),
            ("ftp://r", Err("http://")),
            ("http://", Err("no host")),
            ("http://:8081", Err("no host")),
            ("http://r:x", Err("no host")),
            ("http://r/?a=b", Err("no ?")),
            ("http://a b", Err("no spaces")),
            ("http://ada@r", Err("<name>:<password>")),
            ("http://[hidden]@r", Err("shown of a secret")),
            ("http://ada:p%4@r", Err("%")),
        ] {
            match (address(text), expected) {
                (Ok(address), Ok((url, user))) => {
                    assert_eq!((address.url.as_str(), address.user), (url, user.map(|it| UserInfo(it.to_owned()))));
                }
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{text}: {why}"),
                (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn addresses_are_shown_without_what_stands_before_the_host() {
        for (text, expected) in [
            ("http://r:8081, https://s/x", "http://r:8081, https://s/x"),
            ("http://a:b@r,http://s", "http://[hidden]@r,http://s"),
            ("http://a:b@c/d@r/x", "http://[hidden]@r/x"),
            ("http://a:b,c@r", "[hidden]"),
            ("", "[hidden]"),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
        assert_eq!(format!("{:?}", UserInfo::new("a:b".to_owned())), HIDDEN);
    }
}
