//! What the address of an editor says, and how it is written: without JavaScript, forms leave there what was typed.

use leptos_router::params::ParamsMap;
use model::draft::Wish;

use super::text::{DEAD_LETTERS, Draft, Kind, NAME, TASKS, TOLERANCE};
#[cfg(feature = "ssr")]
use crate::address::with_query;

/// Where a new connector is defined.
pub(crate) const NEW: &str = "/connectors/new";
/// Where one is edited, with its name in the query.
pub(crate) const EDIT: &str = "/connectors/edit";

/// A text of which something is wished.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// The connector that is edited; nothing for a new one.
    pub(super) of: String,
    /// The text.
    pub(super) text: String,
    /// What is wished of it.
    pub(super) wish: Option<Wish>,
    /// How many records a preview has.
    pub(super) limit: String,
}

impl Asked {
    pub(super) fn read(query: &ParamsMap) -> Self {
        let get = |name: &str| query.get(name).unwrap_or_default();
        let wish = match get("wish").as_str() {
            "check" => Some(Wish::Check),
            "preview" => Some(Wish::Preview),
            _ => None,
        };
        Self { of: get("name"), text: get("text"), wish, limit: get("limit") }
    }
}

/// The address at which a text that was sent without JavaScript stands with what is to be said of it.
#[cfg(feature = "ssr")]
pub(crate) fn of_text(of: &str, text: &str, wish: Wish, limit: &str) -> String {
    let wish = if wish == Wish::Preview { "preview" } else { "check" };
    let rest = [("text", text), ("wish", wish), ("limit", limit)];
    if of.is_empty() { with_query(NEW, rest) } else { with_query(EDIT, [("name", of)].into_iter().chain(rest)) }
}

/// The fields as a form without JavaScript sends them, written into a draft; false if none was sent.
pub(super) fn fill(draft: &mut Draft, query: &ParamsMap) -> bool {
    let Some(kind) = query.get("kind").and_then(|word| Kind::of_word(&word)) else { return false };
    let get = |name: &str| query.get(name).map(|text| text.trim().to_owned());
    if let Some(topics) = get("topics") {
        draft.put_topics(&topics);
    }
    draft.put_kind(kind);
    if kind != Kind::Cud {
        let rules = query.get_all("rule").unwrap_or_default();
        for (topic, rule) in draft.topics().into_iter().zip(rules) {
            draft.put(&kind.key(&topic), rule.replace("\r\n", "\n").trim());
        }
    }
    for (field, key) in [("called", NAME), ("tasks", TASKS), ("tolerance", TOLERANCE), ("dead", DEAD_LETTERS)] {
        if let Some(value) = get(field) {
            draft.put(key, &value);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&'static str, &str)]) -> ParamsMap {
        pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    }

    #[test]
    fn fields_without_javascript_fill_the_text() {
        let mut draft = Draft::new();
        assert!(!fill(&mut draft, &query(&[("topics", "t")])));
        let sent = [
            ("kind", "pattern"),
            ("called", "a"),
            ("topics", "t"),
            ("rule", "(:A{!id})"),
            ("tasks", "2"),
            ("tolerance", "none"),
            ("dead", ""),
        ];
        assert!(fill(&mut draft, &query(&sent)));
        let expected = r#"{"name": "a", "connector.class": "sluice.Neo4jSink", "topics": "t", "neo4j.pattern.topic.t": "(:A{!id})", "tasks.max": "2", "errors.tolerance": "none"}"#;
        assert_eq!(Some(draft), Draft::read(expected));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn what_was_sent_stands_in_the_address() {
        let address = of_text("a b", "{\"x\": 1}", Wish::Save, "");
        assert_eq!(address, "/connectors/edit?name=a%20b&text=%7B%22x%22%3A%201%7D&wish=check&limit=");
        assert!(of_text("", "{}", Wish::Preview, "10").starts_with("/connectors/new?text="));
    }
}
