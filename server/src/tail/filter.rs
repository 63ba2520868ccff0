//! Which records somebody wants to see.

use model::{Failure, record::Fate};

use super::ring::Seen;

/// Letters that may be looked for.
const LETTERS: usize = 200;

/// What is asked for; everything by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    topic: Option<String>,
    /// In lower case; empty for any.
    text: String,
    broken: bool,
}

impl Filter {
    /// Records of a topic (or all), whose key or value contains a text in whatever case, and that break a rule or are dead
    /// letters (or any).
    ///
    /// # Errors
    /// `q_too_long`.
    pub(crate) fn new(topic: Option<String>, text: &str, broken: bool) -> Result<Self, Failure> {
        if text.chars().count() > LETTERS {
            return Err(Failure::new("q_too_long", format!("q is a text of at most {LETTERS} letters")));
        }
        Ok(Self { topic, text: text.trim().to_lowercase(), broken })
    }

    pub(super) fn topic(&self) -> Option<&str> {
        self.topic.as_deref()
    }

    /// `fate` says what has become of it.
    pub(super) fn takes(&self, seen: &Seen, fate: impl FnOnce() -> Fate) -> bool {
        self.asks_for(seen) && (!self.broken || seen.gist().reason.is_some() || fate() == Fate::Dead)
    }

    /// Whether it is to be seen when it becomes a dead letter, which nobody but its connector, or the store, can tell.
    pub(super) fn awaits(&self, seen: &Seen, fate: impl FnOnce() -> Fate) -> bool {
        self.broken && self.asks_for(seen) && seen.gist().reason.is_none() && fate() == Fate::Waiting
    }

    fn asks_for(&self, seen: &Seen) -> bool {
        let contains = |bytes: &Option<Vec<u8>>| {
            bytes.as_ref().is_some_and(|bytes| String::from_utf8_lossy(bytes).to_lowercase().contains(&self.text))
        };
        self.topic().is_none_or(|topic| topic == &*seen.topic)
            && (self.text.is_empty() || contains(&seen.record.key) || contains(&seen.record.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tail::ring::{record, topic as named};

    fn takes(topic: Option<&str>, text: &str, broken: bool, value: &str) -> bool {
        let filter = Filter::new(topic.map(Into::into), text, broken).unwrap();
        filter.takes(&Seen::new(named("purchases"), record(1, value.as_bytes()), 1), || Fate::Waiting)
    }

    #[test]
    fn text_is_looked_for_in_key_and_value_in_any_case() {
        let whole = r#"{"user_name":"ÄDA"}"#;
        for (text, expected) in
            [("", true), ("äda", true), ("USER_NAME", true), ("kEY", true), ("  äda ", true), ("eve", false)]
        {
            assert_eq!(takes(None, text, false, whole), expected, "{text}");
        }
        assert!(Filter::new(None, &"x".repeat(201), false).is_err());
    }

    #[test]
    fn a_topic_and_broken_ones_are_picked() {
        let good = r#"{"user_id":1,"product_id":2,"quantity":1,"timestamp":1789000000}"#;
        assert!(takes(Some("purchases"), "", false, good));
        assert!(!takes(Some("user_connections"), "", false, good));
        assert!(!takes(None, "", true, good));
        assert!(takes(None, "", true, "{}"));
        let own = Seen::new(named("shipments"), record(1, b"{}"), 1);
        let broken = Filter::new(None, "", true).unwrap();
        assert!(broken.takes(&own, || Fate::Dead) && !broken.takes(&own, || Fate::Stored));
        assert!(broken.awaits(&own, || Fate::Waiting) && !broken.awaits(&own, || Fate::Dead), "that one is taken");
        assert!(!Filter::default().awaits(&own, || Fate::Waiting), "all are taken as they come");
        let elsewhere = Filter::new(Some("purchases".into()), "", true).unwrap();
        assert!(!elsewhere.awaits(&own, || Fate::Waiting));
    }
}
