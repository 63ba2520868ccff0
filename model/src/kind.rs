//! The three kinds of event, each of which has one topic, one producer and one sink.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A kind of event. In JSON and in addresses it is called by its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Somebody bought something.
    #[serde(rename = "purchases")]
    Purchase,
    /// Somebody reviewed or rated something.
    #[serde(rename = "product_interactions")]
    Interaction,
    /// Somebody follows somebody.
    #[serde(rename = "user_connections")]
    Connection,
}

impl Kind {
    /// Every kind, in the order in which pages show them.
    pub const ALL: [Self; 3] = [Self::Purchase, Self::Interaction, Self::Connection];

    /// The Kafka topic, which is also the name of the built-in connector.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::Purchase => "purchases",
            Self::Interaction => "product_interactions",
            Self::Connection => "user_connections",
        }
    }

    /// The word that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Purchase => "Purchases",
            Self::Interaction => "Interactions",
            Self::Connection => "Connections",
        }
    }

    /// What people call a topic: the word for its kind, or its own name.
    pub fn label_of(topic: &str) -> &str {
        topic.parse::<Self>().map_or(topic, |kind| kind.label())
    }

    /// Where the kind stands in [`Kind::ALL`], from 0.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.topic())
    }
}

/// A text that names no kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKind(pub String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no kind of event: use purchases, product_interactions or user_connections", self.0)
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.topic() == text).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_called_by_its_topic_everywhere() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind.topic().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
            assert_eq!(kind.index(), index);
        }
        assert!("purchase".parse::<Kind>().is_err());
    }
}
