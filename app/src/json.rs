//! Whether a text is JSON, said to people before it is sent.

use serde::de::IgnoredAny;

/// What is wrong with a text that should be JSON, and where; none if nothing is.
pub(crate) fn fault(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("it is empty, and JSON begins with a { for a record".to_owned());
    }
    let error = serde_json::from_slice::<IgnoredAny>(text.as_bytes()).err()?;
    let what = if error.is_eof() { "it ends in the middle" } else { "it is no JSON" };
    Some(format!("{what}, at line {}, column {}", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_fault_says_where_it_is() {
        for (text, expected) in [
            ("{\"a\": [1, null]}", None),
            (" ", Some("it is empty, and JSON begins with a { for a record")),
            ("{\"a\": 1", Some("it ends in the middle, at line 1, column 7")),
            ("{\n  \"a\": x\n}", Some("it is no JSON, at line 2, column 8")),
            ("{} x", Some("it is no JSON, at line 1, column 4")),
        ] {
            assert_eq!(fault(text).as_deref(), expected, "{text}");
        }
    }
}
