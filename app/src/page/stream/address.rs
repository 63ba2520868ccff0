//! What the address of the stream says: `?topic=purchases&q=dune&broken=1&sel=purchases/2/1041`.

use leptos_router::params::ParamsMap;
use model::record::is_topic;

use crate::address::with_query;

/// Everything that the address may say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// One topic, or all.
    pub(super) topic: Option<String>,
    /// What key or value contain.
    pub(super) text: String,
    /// Only records that break a rule.
    pub(super) broken: bool,
    /// The place of the record that is open; empty if none is.
    pub(super) open: String,
}

impl Address {
    /// Reads an address; what can be no topic's name is all of them.
    pub(super) fn read(query: &ParamsMap) -> Self {
        Self {
            topic: query.get("topic").filter(|name| is_topic(name)),
            text: query.get("q").unwrap_or_default(),
            broken: query.get("broken").is_some_and(|value| !value.is_empty()),
            open: query.get("sel").unwrap_or_default(),
        }
    }

    /// The address that says this.
    pub(super) fn href(&self) -> String {
        let open = (!self.open.is_empty()).then_some(("sel", &*self.open));
        with_query("/stream", self.picking().chain(open))
    }

    /// Where the records that it picks arrive live.
    #[cfg(feature = "hydrate")]
    pub(super) fn events(&self) -> String {
        with_query("/events/stream", self.picking())
    }

    fn picking(&self) -> impl Iterator<Item = (&str, &str)> {
        let topic = self.topic.as_deref().map(|topic| ("topic", topic));
        let text = (!self.text.is_empty()).then_some(("q", &*self.text));
        let broken = self.broken.then_some(("broken", "1"));
        [topic, text, broken].into_iter().flatten()
    }

    /// Whether it picks some records only.
    pub(super) fn picks(&self) -> bool {
        self.topic.is_some() || self.broken || !self.text.trim().is_empty()
    }

    /// The same without an open record.
    pub(super) fn closed(&self) -> Self {
        self.opening(String::new())
    }

    /// The same with another record open.
    pub(super) fn opening(&self, open: String) -> Self {
        Self { open, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Address {
        Address::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn an_address_says_again_what_it_was_made_from() {
        let address = read(&[("topic", "purchases"), ("q", "a&b=ü c"), ("broken", "1"), ("sel", "purchases/2/1041")]);
        assert_eq!(address.href(), "/stream?topic=purchases&q=a%26b%3D%C3%BC%20c&broken=1&sel=purchases/2/1041");
        assert_eq!(address.closed().href(), "/stream?topic=purchases&q=a%26b%3D%C3%BC%20c&broken=1");
        assert_eq!(read(&[("sel", "purchases/0/0")]).href(), "/stream?sel=purchases/0/0");
        assert_eq!(Address::default().href(), "/stream");
    }

    #[test]
    fn nonsense_picks_nothing() {
        let address = read(&[("topic", "a b"), ("q", ""), ("broken", "")]);
        assert_eq!(address, Address::default());
        assert!(!address.picks());
        assert!(read(&[("broken", "on")]).picks(), "what a form sends for a box that is ticked");
    }
}
