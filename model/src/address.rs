//! Addresses of HTTP.

/// A text as one part of a path: all but letters, digits and `-._~` as `%` and two digits (RFC 3986, 2.3).
pub fn segment(text: &str) -> String {
    written(text, |_| false)
}

/// A text as it may stand in a query: there a `/` says nothing else and stays, for people to read.
pub fn value(text: &str) -> String {
    written(text, |byte| byte == b'/')
}

fn written(text: &str, stays: fn(u8) -> bool) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if stays(byte) => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_part_or_mean_something_else_is_written_as_bytes() {
        assert_eq!(segment("a-Z_0.~"), "a-Z_0.~");
        assert_eq!(segment("a/b c?%é"), "a%2Fb%20c%3F%25%C3%A9");
        assert_eq!(value("a/b c?%é&"), "a/b%20c%3F%25%C3%A9%26");
    }
}
