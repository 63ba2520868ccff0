//! Records as the page Stream shows them: a row for each, and one opened with the piece of graph that it became.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What has become of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// No checkpoint has passed it.
    #[default]
    Waiting,
    /// It changed the graph.
    Stored,
    /// It changed nothing: the graph knew it already.
    Repeated,
    /// It is in the graph: stored or known already, and nobody who saw which can be asked any more.
    Settled,
    /// It broke a rule, and is a dead letter.
    Dead,
    /// It is in the graph or a dead letter: which of the two is looked up when it is opened.
    Read,
}

/// Whether a topic may be called so: Kafka's rule.
pub fn is_topic(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=249).contains(&name.len()) && name.bytes().all(fits)
}

/// Where a record stands. As text, in addresses too: `purchases/2/1041`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

impl Place {
    /// Reads what [`Place`] writes; none for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let place = Self {
            topic: parts.next().filter(|name| is_topic(name))?.to_owned(),
            partition: parts.next()?.parse().ok().filter(|partition| *partition >= 0)?,
            offset: parts.next()?.parse().ok().filter(|offset| *offset >= 0)?,
        };
        parts.next().is_none().then_some(place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.topic, self.partition, self.offset)
    }
}

/// A record in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// Its Kafka timestamp in epoch milliseconds, if it has one.
    pub at: Option<i64>,
    /// The beginning of its key, if it has one.
    pub key: Option<String>,
    /// What it says, in a few words; of one that breaks a rule, which.
    pub gist: String,
    /// The code of the rule that it breaks, if it breaks one.
    pub reason: Option<String>,
    /// What has become of it.
    pub fate: Fate,
}

/// What happened since a page heard last, or what is there when it first asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Records, newest first.
    pub rows: Vec<Row>,
    /// How many more were asked for than are in `rows`.
    pub more: u64,
    /// How many came and went without being looked at, since they were too many at once.
    pub missed: u64,
    /// Records told of before that became something.
    pub fates: Vec<(Place, Fate)>,
    /// How many records were looked through; only in an answer to a question, not in an event.
    pub searched: u64,
    /// Why nothing comes, if Kafka does not answer.
    pub away: Option<Away>,
}

/// Kafka does not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// Since when, in epoch milliseconds.
    pub since: i64,
    /// What it was asked, and what came back.
    pub reason: String,
}

/// How a record's value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As JSON, indented.
    Json,
    /// As text.
    Text,
    /// As bytes: offset, hexadecimal, and what is readable.
    Bytes,
    /// There is none.
    Empty,
}

/// A record with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Itself in one line.
    pub row: Row,
    /// The key, or its beginning.
    pub key: Option<String>,
    /// The headers, or the first of them.
    pub headers: Vec<(String, String)>,
    /// How big key and value are.
    pub bytes: u64,
    /// How the value is shown.
    pub form: Form,
    /// The value, or its beginning.
    pub body: String,
    /// How many bytes of the value are in `body`, if not all.
    pub shown_bytes: Option<u64>,
    /// What became of it, as a sentence.
    pub story: String,
    /// The piece of graph that it became, if it is there.
    pub graph: Option<Piece>,
    /// What its connector makes of it, a line for each change; for a topic of one's own.
    #[serde(default)]
    pub changes: Vec<String>,
}

/// What a node of a [`Piece`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Thing {
    /// A user.
    User,
    /// A product.
    Product,
    /// A transaction.
    Transaction,
}

/// A few nodes of the graph in a row, each joined with the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The nodes: what it is, its name, and what to look for in the stream to find more of it.
    pub nodes: Vec<(Thing, String, String)>,
    /// From each node to the next: the relationship's type, and a few words.
    pub edges: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_an_address() {
        let place = Place { topic: "product_interactions".into(), partition: 2, offset: 1041 };
        assert_eq!(place.to_string(), "product_interactions/2/1041");
        assert_eq!(Place::parse("product_interactions/2/1041"), Some(place));
        for wrong in [
            "",
            "purchases",
            "purchases/0",
            "purchases/0/x",
            "purchases/-1/0",
            "purchases/0/-1",
            "a b/0/1",
            "/0/1",
            "purchases/0/1/2",
        ] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }
}
