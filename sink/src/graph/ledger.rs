//! Dead letters as both stores keep them: their keys, their headers as text, and where a page of them ends.

use std::fmt;

use model::dead_letter::DeadLetter;

use super::{CheckpointId, DeadRecord, Error, LedgerEntry, Letters, ReplayClaim, Trouble};
use crate::kind::decode::ORIGIN_HEADER;

/// How long a claim keeps other replays off. Longer than a broker takes to acknowledge a record or to be given up; as
/// long as a person can be asked to wait after a crash.
const CLAIM_MS: i64 = 60_000;

/// A row of the ledger, whichever store it comes from.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) checkpoint: CheckpointId,
    pub(super) record: DeadRecord,
    pub(super) claimed_at: Option<i64>,
    pub(super) replayed_at: Option<i64>,
    pub(super) failed_again_at: Option<i64>,
}

/// Decides whether a replay may have a letter, by the claim (who, when) that is on it and by when it was sent before, if
/// that matters.
pub(super) fn claim(found: Option<(&str, i64)>, sent: Option<i64>, by: &str, at: i64) -> ReplayClaim {
    match found {
        // Either way: the clock of another process may be ahead.
        Some((other, since)) if other != by && (at - since).abs() < CLAIM_MS => ReplayClaim::InProgress(since),
        _ => sent.map_or(ReplayClaim::Claimed, ReplayClaim::Sent),
    }
}

/// The place where a record first stood that was sent again, by its headers.
pub(super) fn origin(headers: &[(String, Option<Vec<u8>>)]) -> Option<&str> {
    let (_, value) = headers.iter().find(|(name, _)| name == ORIGIN_HEADER)?;
    std::str::from_utf8(value.as_deref()?).ok()
}

/// Where in the ledger an origin is to be found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Original {
    pub(super) partition: i32,
    pub(super) offset: i64,
    /// How the letter's id ends, which tells topics of one name apart.
    pub(super) id_end: String,
}

impl Original {
    /// Reads `<topic>-<partition>-<offset>` with or without `-<incarnation>`; none for anything else that a header says.
    pub(super) fn parse(topic: &str, origin: &str) -> Option<Self> {
        let place = origin.strip_prefix(topic)?.strip_prefix('-')?;
        let (partition, tail) = place.split_once('-')?;
        let offset = tail.split_once('-').map_or(tail, |(offset, _)| offset);
        let id_end = format!("/{partition}/{tail}");
        Some(Self { partition: partition.parse().ok()?, offset: offset.parse().ok()?, id_end })
    }
}

impl LedgerEntry {
    /// The place that goes along when it is sent again, and that becomes the id of an event which states none: where the
    /// record first stood.
    pub fn origin(&self) -> String {
        self.letter.origin.clone().unwrap_or_else(|| {
            let tail = self.id.rsplit('/').next().unwrap_or_default();
            format!("{}-{}-{tail}", self.letter.topic, self.letter.partition)
        })
    }
}

/// The key of a dead letter: its checkpoint's and its offset, with the incarnation where the topic is not the first of
/// its name, since offsets begin again with each.
pub(super) fn letter_id(checkpoint: &CheckpointId, incarnation: i64, offset: i64) -> String {
    if incarnation > 1 { format!("{checkpoint}/{offset}-{incarnation}") } else { format!("{checkpoint}/{offset}") }
}

impl From<Row> for LedgerEntry {
    fn from(row: Row) -> Self {
        let Row { id, checkpoint, record, claimed_at, replayed_at, failed_again_at } = row;
        let letter = DeadLetter {
            id: id.clone(),
            connector: checkpoint.connector,
            cluster: checkpoint.cluster,
            topic: checkpoint.topic,
            partition: checkpoint.partition,
            offset: record.offset,
            reason: record.reason,
            message: record.message,
            key: as_text(record.key.as_deref()),
            value: as_text(record.value.as_deref()),
            headers: record.headers.iter().map(|(name, value)| (name.clone(), as_text(value.as_deref()))).collect(),
            timestamp_ms: record.timestamp_ms,
            recorded_at: record.recorded_at,
            origin: origin(&record.headers).map(ToOwned::to_owned),
            claimed_at,
            replayed_at,
            failed_again_at,
        };
        Self { id, letter, key: record.key, value: record.value, headers: record.headers }
    }
}

fn as_text(bytes: Option<&[u8]>) -> Option<String> {
    bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// Headers as one JSON text, `[["name", "hexadecimal bytes or null"], …]`: neither store has a column for a list of
/// pairs.
pub(super) fn encode_headers(headers: &[(String, Option<Vec<u8>>)]) -> String {
    let pairs = headers.iter().map(|(name, value)| (name, value.as_deref().map(to_hex))).collect::<Vec<_>>();
    serde_json::to_string(&pairs).expect("pairs of texts are always JSON")
}

/// The inverse of [`encode_headers`]; none for a text that it did not write.
pub(super) fn decode_headers(text: &str) -> Option<Vec<(String, Option<Vec<u8>>)>> {
    let pairs: Vec<(String, Option<String>)> = serde_json::from_str(text).ok()?;
    pairs
        .into_iter()
        .map(|(name, value)| match value {
            None => Some((name, None)),
            Some(hex) => from_hex(&hex).map(|bytes| (name, Some(bytes))),
        })
        .collect()
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<_>>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}

/// Makes a page of `limit` letters out of one more than that, if there are as many.
pub(super) fn page(mut found: Vec<LedgerEntry>, limit: u32) -> Letters {
    let limit = limit as usize;
    let next = (found.len() > limit && limit > 0).then(|| After::of(&found[limit - 1]).to_string());
    found.truncate(limit);
    Letters { entries: found, next }
}

/// The last letter of a page, which the next page comes after. As text it is the page's `next`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct After {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) cluster: String,
    pub(super) id: String,
}

impl After {
    /// Reads what a caller passes.
    ///
    /// # Errors
    /// [`Trouble::Data`] for a text that is no page's `next`.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let parse = || {
            // Of the five only the id, which comes last, can have slashes.
            let mut parts = text.splitn(5, '/');
            let after = Self {
                topic: parts.next()?.to_owned(),
                partition: parts.next()?.parse().ok()?,
                offset: parts.next()?.parse().ok()?,
                cluster: parts.next()?.to_owned(),
                id: parts.next()?.to_owned(),
            };
            Some(after)
        };
        parse().ok_or_else(|| {
            let message = format!("{text:?} is no page of dead letters: pass the `next` of the page before");
            Error::new("reading dead letters", Trouble::Data, message)
        })
    }

    /// The end of a page.
    pub(super) fn of(entry: &LedgerEntry) -> Self {
        Self {
            topic: entry.letter.topic.clone(),
            partition: entry.letter.partition,
            offset: entry.letter.offset,
            cluster: entry.letter.cluster.clone(),
            id: entry.id.clone(),
        }
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}/{}", self.topic, self.partition, self.offset, self.cluster, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_byte_for_byte() {
        let headers = vec![
            ("a \"quoted\" \u{1f600}".to_owned(), Some((0..=255).collect())),
            (String::new(), None),
            ("b".into(), Some(vec![])),
        ];
        assert_eq!(decode_headers(&encode_headers(&headers)), Some(headers));
        assert_eq!(decode_headers("[[\"a\",\"0\"]]"), None);
        assert_eq!(decode_headers("nonsense"), None);
    }

    #[test]
    fn a_page_ends_where_the_next_one_begins() {
        let after = After { topic: "t".into(), partition: 2, offset: 7, cluster: "k".into(), id: "c/k/t/2/7".into() };
        assert_eq!(After::parse(&after.to_string()).unwrap(), after);
        for text in ["", "t", "t/2/x/k/i", "t/2/7/k"] {
            let error = After::parse(text).unwrap_err();
            assert_eq!(error.trouble, Trouble::Data);
            assert!(error.message.contains("`next` of the page before"), "{error}");
        }
    }

    #[test]
    fn a_claim_keeps_others_off_for_a_minute() {
        for (found, expected) in [
            (None, ReplayClaim::Claimed),
            (Some(("me", 100_000)), ReplayClaim::Claimed),
            (Some(("other", 100_000)), ReplayClaim::InProgress(100_000)),
            (Some(("other", 40_001)), ReplayClaim::InProgress(40_001)),
            (Some(("other", 40_000)), ReplayClaim::Claimed),
            (Some(("other", 159_999)), ReplayClaim::InProgress(159_999)),
            (Some(("other", 160_000)), ReplayClaim::Claimed),
        ] {
            assert_eq!(claim(found, None, "me", 100_000), expected, "{found:?}");
        }
    }

    #[test]
    fn what_was_sent_before_is_left_alone_where_that_matters() {
        assert_eq!(claim(None, Some(5), "me", 100_000), ReplayClaim::Sent(5));
        assert_eq!(claim(Some(("other", 40_000)), Some(5), "me", 100_000), ReplayClaim::Sent(5));
        assert_eq!(claim(Some(("other", 99_000)), Some(5), "me", 100_000), ReplayClaim::InProgress(99_000));
    }

    #[test]
    fn an_origin_is_read_and_nonsense_is_none() {
        let original =
            |partition, offset, id_end: &str| Some(Original { partition, offset, id_end: id_end.to_owned() });
        for (origin, expected) in [
            ("t-u-2-7", original(2, 7, "/2/7")),
            ("t-u-2-7-3", original(2, 7, "/2/7-3")),
            ("t-2-7", None),
            ("t-u-2", None),
            ("t-u-2-x", None),
            ("t-u--2-7", None),
            ("", None),
        ] {
            assert_eq!(Original::parse("t-u", origin), expected, "{origin}");
        }
        let header = |value: Option<&[u8]>| vec![(ORIGIN_HEADER.to_owned(), value.map(<[u8]>::to_vec))];
        assert_eq!(origin(&header(Some(b"t-0-1"))), Some("t-0-1"));
        assert_eq!(origin(&header(Some(&[0xff]))), None);
        assert_eq!(origin(&header(None)), None);
        assert_eq!(origin(&[]), None);
    }

    #[test]
    fn a_letter_is_sent_from_where_its_record_first_stood() {
        let checkpoint = CheckpointId { connector: "c".into(), cluster: "k".into(), topic: "t".into(), partition: 0 };
        let entry = |incarnation, headers: Vec<(String, Option<Vec<u8>>)>| {
            let record = DeadRecord {
                offset: 7,
                reason: String::new(),
                message: String::new(),
                key: None,
                value: None,
                headers,
                timestamp_ms: None,
                recorded_at: 0,
            };
            let (id, checkpoint) = (letter_id(&checkpoint, incarnation, 7), checkpoint.clone());
            LedgerEntry::from(Row {
                id,
                checkpoint,
                record,
                claimed_at: None,
                replayed_at: None,
                failed_again_at: None,
            })
        };
        assert_eq!(entry(1, vec![]).origin(), "t-0-7");
        // As `Place::id` has it, or the replay would be taken for a record of the first topic of that name.
        assert_eq!(entry(2, vec![]).origin(), "t-0-7-2");
        assert_eq!(entry(2, vec![(ORIGIN_HEADER.into(), Some(b"t-1-3".to_vec()))]).origin(), "t-1-3");
    }

    #[test]
    fn a_second_topic_of_the_same_name_has_letters_of_its_own() {
        let id = CheckpointId { connector: "c".into(), cluster: "k".into(), topic: "t".into(), partition: 0 };
        assert_eq!(letter_id(&id, 1, 7), "c/k/t/0/7");
        assert_eq!(letter_id(&id, 2, 7), "c/k/t/0/7-2");
    }
}
