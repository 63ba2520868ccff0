//! What the address of the dead letters says, and how it is written. Pure.

use leptos_router::params::ParamsMap;
#[cfg(feature = "ssr")]
use model::dead_letter::{ReplayAll, ReplayRound};

use crate::address::with_query;

/// Which letters are looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// `topic`: of this topic only.
    pub(super) topic: Option<String>,
    /// `reason`: for this reason only.
    pub(super) reason: Option<String>,
    /// `after`: the letters after that one.
    pub(super) after: Option<String>,
    /// `seen`: how many came before.
    pub(super) seen: i64,
    /// `sel`: the letter that is opened.
    pub(super) sel: Option<Place>,
}

/// Where a record stood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
}

impl Place {
    /// Reads `topic/partition/offset`.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(3, '/');
        let offset = parts.next()?.parse().ok()?;
        let partition = parts.next()?.parse().ok()?;
        Some(Self { topic: parts.next()?.to_owned(), partition, offset })
    }
}

impl Asked {
    pub(super) fn read(query: &ParamsMap) -> Self {
        Self {
            topic: query.get("topic").filter(|topic| !topic.is_empty()),
            reason: query.get("reason").filter(|reason| !reason.is_empty()),
            after: query.get("after"),
            seen: query.get("seen").and_then(|seen| seen.parse().ok()).filter(|seen| *seen >= 0).unwrap_or(0),
            sel: query.get("sel").and_then(|place| Place::read(&place)),
        }
    }

    /// The address of the first page of these letters.
    pub(super) fn first(&self) -> String {
        self.address(&[])
    }

    /// The address of the page after this one, which had so many letters.
    pub(super) fn next(&self, after: &str, shown: i64) -> String {
        self.address(&[("after", after), ("seen", &(self.seen + shown).to_string())])
    }

    /// The address of these letters as a file.
    pub(super) fn file(&self, format: &str) -> String {
        format!("/api{}", self.address(&[("format", format)]))
    }

    fn address(&self, more: &[(&str, &str)]) -> String {
        let topic = self.topic.as_deref().map(|topic| ("topic", topic));
        let reason = self.reason.as_deref().map(|reason| ("reason", reason));
        address(topic.into_iter().chain(reason).chain(more.iter().copied()))
    }
}

/// What a round of replays came to, as the address of the page that tells of it.
#[cfg(feature = "ssr")]
pub(crate) fn outcome_address(which: &ReplayAll, round: &ReplayRound) -> String {
    let [sent, skipped, failed] =
        [round.replayed as usize, round.skipped as usize, round.failed.len()].map(|number| number.to_string());
    let reason = which.reason.as_deref().map(|reason| ("reason", reason));
    let left = (!round.done).then_some(("left", "1"));
    let counts = [("sent", sent.as_str()), ("skipped", &skipped), ("failed", &failed)];
    address([("topic", which.topic.as_str())].into_iter().chain(reason).chain(counts).chain(left))
}

/// The address of one letter.
pub(super) fn of_letter(topic: &str, partition: i32, offset: i64) -> String {
    address([("sel", format!("{topic}/{partition}/{offset}").as_str())])
}

fn address<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    with_query("/dead-letters", pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_was_written_and_nonsense_is_nothing() {
        let asked = Asked { topic: Some("purchases".into()), reason: Some("a_b".into()), seen: 25, ..Asked::default() };
        assert_eq!(asked.first(), "/dead-letters?topic=purchases&reason=a_b");
        assert_eq!(asked.next("t/0/7", 25), "/dead-letters?topic=purchases&reason=a_b&after=t/0/7&seen=50");
        assert_eq!(asked.file("csv"), "/api/dead-letters?topic=purchases&reason=a_b&format=csv");
        assert_eq!(Asked::default().first(), "/dead-letters");
        let read = |pairs: &[(&'static str, &str)]| {
            Asked::read(&pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
        };
        assert_eq!(read(&[("topic", "purchases"), ("reason", "a_b"), ("seen", "25")]), asked);
        assert_eq!(read(&[("topic", ""), ("reason", ""), ("seen", "-4"), ("sel", "x/1")]), Asked::default());
        let place = read(&[("sel", "purchases/2/41")]).sel;
        assert_eq!(place, Some(Place { topic: "purchases".into(), partition: 2, offset: 41 }));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn what_a_round_came_to_is_in_the_address() {
        let which = ReplayAll { topic: "purchases".into(), ..ReplayAll::default() };
        let round = ReplayRound { replayed: 3, skipped: 1, ..ReplayRound::default() };
        assert_eq!(outcome_address(&which, &round), "/dead-letters?topic=purchases&sent=3&skipped=1&failed=0&left=1");
    }
}
