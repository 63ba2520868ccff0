//! Addresses of pages, with what a query may say.

/// A page's address with a query; an empty query is none.
pub(crate) fn with_query<'a>(page: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    if pairs.is_empty() { page.to_owned() } else { format!("{page}?{}", pairs.join("&")) }
}

/// A text as it may stand in a query.
fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_survives_an_address() {
        assert_eq!(with_query("/a", []), "/a");
        assert_eq!(
            with_query("/a", [("x", "purchases-0-12"), ("y", "a b&c=ü")]),
            "/a?x=purchases-0-12&y=a%20b%26c%3D%C3%BC"
        );
    }
}
