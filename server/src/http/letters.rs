//! Dead letters as a file: CSV for a spreadsheet, NDJSON for a program.

use std::{str::FromStr, sync::Arc};

use axum::{
    body::{Body, Bytes},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, SecondsFormat};
use futures::stream;
use model::{Failure, dead_letter::DeadLetter};
use sink::graph::{Error, Letters, Store, Wanted};
use tracing::warn;

use super::error::ApiError;
use crate::{answers::unavailable, export::csv::Csv};

/// Letters read at a time: each may be a megabyte, and whoever reads slowly holds as many.
const PAGE: u32 = 50;

/// The columns of the CSV.
const COLUMNS: [&str; 15] = [
    "topic",
    "partition",
    "offset",
    "reason",
    "message",
    "recorded_at",
    "produced_at",
    "key",
    "value",
    "headers",
    "connector",
    "cluster",
    "origin",
    "replayed_at",
    "failed_again_at",
];

/// What the file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 4180, with a line of names.
    Csv,
    /// A JSON object a line, as the API has it.
    Ndjson,
}

impl FromStr for Format {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        match text {
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            _ => Err(Failure::new("unknown_format", format!("format is json, csv or ndjson, not {text:?}"))),
        }
    }
}

impl Format {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// How a file begins, with its first letters.
    fn begin(self, letters: &[DeadLetter]) -> String {
        match self {
            Self::Csv => rows(Csv::new(&COLUMNS), letters),
            Self::Ndjson => self.go_on(letters),
        }
    }

    fn go_on(self, letters: &[DeadLetter]) -> String {
        let line = |letter| serde_json::to_string(letter).unwrap_or_default() + "\n";
        match self {
            Self::Csv => rows(Csv::rest(COLUMNS.len()), letters),
            Self::Ndjson => letters.iter().map(line).collect(),
        }
    }
}

/// Answers with all that are wanted, as they are read. The first page is read before the answer begins, so that a store
/// that is away is an error and not an empty file; one that goes away meanwhile cuts the connection.
pub(super) async fn letters(store: Arc<dyn Store>, wanted: Wanted, format: Format) -> Result<Response, ApiError> {
    let name = format!("dead-letters-{}.{}", wanted.topic.as_deref().unwrap_or("all"), format.ending());
    let first = store.letters(&wanted, None, PAGE).await.map_err(unavailable)?;
    let (first, next) = page(first);
    let first = format.begin(&first);
    let rest = stream::try_unfold(next, move |after| {
        let (store, wanted) = (store.clone(), wanted.clone());
        async move {
            let Some(after) = after else { return Ok::<_, Error>(None) };
            let read = store.letters(&wanted, Some(&after), PAGE).await;
            let (letters, next) = page(read.inspect_err(|error| warn!(%error, "a file of dead letters is cut off"))?);
            Ok(Some((Bytes::from(format.go_on(&letters)), next)))
        }
    });
    let all = futures::StreamExt::chain(stream::once(async move { Ok(Bytes::from(first)) }), rest);
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(all)).into_response())
}

fn page(letters: Letters) -> (Vec<DeadLetter>, Option<String>) {
    (letters.entries.into_iter().map(|entry| entry.letter).collect(), letters.next)
}

/// A row for each letter.
fn rows(mut csv: Csv, letters: &[DeadLetter]) -> String {
    for letter in letters {
        let headers = serde_json::to_string(&letter.headers).unwrap_or_default();
        csv.text(&letter.topic).number(letter.partition).number(letter.offset);
        csv.text(&letter.reason).text(&letter.message);
        csv.text(&time(Some(letter.recorded_at))).text(&time(letter.timestamp_ms));
        csv.optional(letter.key.as_deref()).optional(letter.value.as_deref()).text(&headers);
        csv.text(&letter.connector).text(&letter.cluster).optional(letter.origin.as_deref());
        csv.text(&time(letter.replayed_at)).text(&time(letter.failed_again_at)).end();
    }
    csv.finish()
}

/// Epoch milliseconds as ISO 8601; nothing for no time, or one beyond the calendar.
fn time(ms: Option<i64>) -> String {
    let moment = ms.and_then(DateTime::from_timestamp_millis);
    moment.map(|moment| moment.to_rfc3339_opts(SecondsFormat::Millis, true)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_a_cell_for_each_name() {
        let letter = DeadLetter {
            id: "c/k/t/0/7".into(),
            connector: "c".into(),
            cluster: "k".into(),
            topic: "t".into(),
            partition: 0,
            offset: 7,
            reason: "malformed_json".into(),
            message: "no JSON".into(),
            key: None,
            value: Some("{\"a\": 1".into()),
            headers: vec![("h".into(), Some("x".into()))],
            timestamp_ms: Some(0),
            recorded_at: 1_795_525_331_999,
            origin: None,
            claimed_at: None,
            replayed_at: None,
            failed_again_at: None,
        };
        assert_eq!(
            Format::Csv.go_on(std::slice::from_ref(&letter)),
            "t,0,7,malformed_json,no JSON,2026-11-24T13:02:11.999Z,1970-01-01T00:00:00.000Z,,\"{\"\"a\"\": 1\",\
             \"[[\"\"h\"\",\"\"x\"\"]]\",c,k,,,\r\n"
        );
        let whole = Format::Csv.begin(&[letter]);
        assert!(whole.starts_with("\u{feff}topic,partition,") && whole.contains(",failed_again_at\r\nt,0,7,"));
    }
}
