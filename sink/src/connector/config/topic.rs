//! What Kafka takes as a topic's name.

/// The longest name of a topic, in bytes.
const AT_MOST_BYTES: usize = 249;

/// Whether Kafka takes it: letters, digits, `.`, `_` and `-`, up to 249 of them, and neither `.` nor `..`.
pub(super) fn is_topic_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !text.is_empty() && text.len() <= AT_MOST_BYTES && text != "." && text != ".." && text.bytes().all(fits)
}

/// What to say of another one.
pub(super) fn refusal(text: &str) -> String {
    format!(
        "'{text}' is no name of a topic: it has 1 to {AT_MOST_BYTES} ASCII letters, digits, '.', '_' and '-', and is neither \
         '.' nor '..'"
    )
}
