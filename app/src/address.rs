//! Addresses of pages, with what a query may say.

use model::address::value;

/// A page's address with a query; an empty query is none.
pub(crate) fn with_query<'a>(page: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<String> = pairs.into_iter().map(|(name, text)| format!("{name}={}", value(text))).collect();
    if pairs.is_empty() { page.to_owned() } else { format!("{page}?{}", pairs.join("&")) }
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
