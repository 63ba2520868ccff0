//! What a record says, in a few words.

use model::{
    Kind,
    event::{Event, Opinion},
};
use sink::{
    kafka::record::Record,
    kind::decode::{ORIGIN_HEADER, Place, decode},
};

use super::show::readable;

/// Letters of a line: what a wide screen shows.
const LETTERS: usize = 160;

/// What a record says, or which rule it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gist {
    pub(super) text: String,
    /// The code of the rule that it breaks.
    pub(super) reason: Option<String>,
}

/// The event of a record, or the rule that it breaks as (code, sentence).
pub(super) fn event(topic: Kind, record: &Record, incarnation: i64) -> Result<Event, (String, String)> {
    let place = Place {
        topic: topic.topic(),
        partition: record.partition,
        offset: record.offset,
        incarnation,
        origin: record.header(ORIGIN_HEADER),
    };
    decode(topic, record.value.as_deref(), place).map_err(|fault| (fault.reason, fault.message))
}

/// What a record of a topic says; of a topic of somebody's own, its value.
pub(super) fn gist(topic: &str, record: &Record) -> Gist {
    let Ok(topic) = topic.parse::<Kind>() else {
        let text = match record.value.as_deref() {
            None => "No value: a tombstone".to_owned(),
            Some(bytes) => match readable(bytes) {
                None => format!("{} bytes that are no text", bytes.len()),
                Some(text) if text.trim().is_empty() => "An empty text".to_owned(),
                Some(text) => line(text, LETTERS),
            },
        };
        return Gist { text, reason: None };
    };
    // An id that comes from the place is in no gist, so any incarnation will do.
    match event(topic, record, 1) {
        Ok(event) => Gist { text: line(&words(event), LETTERS), reason: None },
        Err((reason, message)) => Gist { text: line(&message, LETTERS), reason: Some(reason) },
    }
}

fn words(event: Event) -> String {
    match event {
        Event::Purchase(it) => {
            let (who, what) = (user(it.user_id, it.extras.user_name), product(it.product_id, it.extras.product_name));
            if it.quantity == 1 {
                format!("{who} bought {what}")
            } else {
                format!("{who} bought {what} × {}", it.quantity)
            }
        }
        Event::Interaction(it) => {
            let (who, what) = (user(it.user_id, it.extras.user_name), product(it.product_id, it.extras.product_name));
            match it.opinion {
                Opinion::Rating(stars) => {
                    format!("{who} gave {what} {stars} {}", if stars == 1 { "star" } else { "stars" })
                }
                Opinion::Review(text) if text.trim().is_empty() => format!("{who} reviewed {what} without a word"),
                Opinion::Review(text) => format!("{who} reviewed {what}: “{}”", text.trim()),
            }
        }
        Event::Connection(it) => {
            format!(
                "{} follows {}",
                user(it.follower_id, it.extras.user_name),
                user(it.followed_id, None).to_lowercase()
            )
        }
    }
}

pub(super) fn user(id: i64, name: Option<String>) -> String {
    name.unwrap_or_else(|| format!("User {id}"))
}

pub(super) fn product(id: i64, name: Option<String>) -> String {
    name.unwrap_or_else(|| format!("product {id}"))
}

/// A text in one line of at most so many letters: what would break the line, or turn the letters after it around, is a
/// space.
pub(super) fn line(text: &str, letters: usize) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    let plain = text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c });
    let mut line: String = plain.take(letters + 1).collect();
    if line.chars().count() > letters {
        line.pop();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tail::ring::record;

    fn says(topic: Kind, value: &str) -> String {
        gist(topic.topic(), &record(7, value.as_bytes())).text
    }

    #[test]
    fn a_record_is_a_sentence() {
        let purchase = |rest: &str| {
            says(Kind::Purchase, &format!(r#"{{"user_id":1,"product_id":2,"timestamp":1789000000,{rest}}}"#))
        };
        assert_eq!(purchase(r#""quantity":2,"user_name":"Ada","product_name":"Dune""#), "Ada bought Dune × 2");
        assert_eq!(purchase(r#""quantity":1"#), "User 1 bought product 2");
        let interaction = |rest: &str| {
            says(Kind::Interaction, &format!(r#"{{"user_id":1,"product_id":2,"timestamp":1789000000,{rest}}}"#))
        };
        assert_eq!(interaction(r#""interaction_type":"rating","value":1"#), "User 1 gave product 2 1 star");
        assert_eq!(
            interaction(r#""interaction_type":"review","value":" Fine\nbook ""#),
            "User 1 reviewed product 2: “Fine book”"
        );
        assert_eq!(
            interaction(r#""interaction_type":"review","value":"""#),
            "User 1 reviewed product 2 without a word"
        );
        let follow = r#"{"follower_id":1,"followed_id":2,"timestamp":1789000000,"user_name":"Ada"}"#;
        assert_eq!(says(Kind::Connection, follow), "Ada follows user 2");
    }

    #[test]
    fn a_broken_record_says_which_rule_it_breaks() {
        let broken = gist("purchases", &record(7, b"{not json"));
        assert_eq!(broken.reason.as_deref(), Some("malformed_json"));
        assert!(broken.text.len() > 10, "{broken:?}");
    }

    #[test]
    fn a_record_of_an_own_topic_says_what_its_value_says() {
        let says = |value: Option<&[u8]>| gist("shipments", &Record { value: value.map(Into::into), ..record(7, b"") });
        for (value, expected) in [
            (Some(&b"{\"id\":\n1}"[..]), "{\"id\": 1}"),
            (Some(b"\xff\x00\x01"), "3 bytes that are no text"),
            (None, "No value: a tombstone"),
        ] {
            assert_eq!(says(value), Gist { text: expected.into(), reason: None });
        }
    }

    #[test]
    fn a_line_is_one_line_that_reads_forwards() {
        assert_eq!(line("a\nb\u{202e}c", 10), "a b c");
        assert_eq!(line(&"é".repeat(11), 10), format!("{}…", "é".repeat(10)));
        assert_eq!(line("<img src=x onerror=alert(1)>", 100), "<img src=x onerror=alert(1)>", "text is text");
    }
}
