//! Answers as files: the format that was asked for, and the charts as drawings.

use std::collections::HashMap;

use app::{
    backend::Backend,
    insight::{Asked as Numbers, Shown, best_rated, influencers, similar_buyers, top_products},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use chrono::DateTime;
use model::{Failure, picture::Question};
use serde::Serialize;

use super::{Web, api::number, error::ApiError};
use crate::export::{chart, palette::Palette};

/// How an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// As the API's answer, on the spot.
    Api,
    /// The same as a file.
    Json,
    /// The rows as a file.
    Csv,
}

/// An answer in the format that `format=` asks for; `at` is when it was found, in epoch milliseconds.
pub(super) fn answer<T: Serialize>(
    asked: &HashMap<String, String>,
    name: &str,
    at: i64,
    answer: &T,
    csv: impl FnOnce(&T) -> String,
) -> Result<Response, ApiError> {
    let format = match asked.get("format").map(String::as_str) {
        None => Format::Api,
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        Some(other) => {
            return Err(ApiError(Failure::new("unknown_format", format!("format is csv or json, not {other:?}"))));
        }
    };
    Ok(match format {
        Format::Api => Json(answer).into_response(),
        Format::Json => (file(name, at, "json"), Json(answer)).into_response(),
        // `header=present` is RFC 4180's word for a first line of names.
        Format::Csv => {
            (file(name, at, "csv"), [(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], csv(answer))
                .into_response()
        }
    })
}

/// What makes a browser save an answer under a name with the day, in UTC.
fn file(name: &str, at: i64, ending: &str) -> [(HeaderName, String); 1] {
    let day = DateTime::from_timestamp_millis(at).unwrap_or_default().format("%Y-%m-%d");
    [(header::CONTENT_DISPOSITION, format!("attachment; filename=\"sluice-{name}-{day}.{ending}\""))]
}

/// `GET /api/charts/{question}.svg`: the chart of a page, with the numbers that the API takes and `theme=light|dark`.
pub(super) async fn drawing(
    State(web): State<Web>,
    Path(file_name): Path<String>,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let question = file_name.strip_suffix(".svg").and_then(Question::from_slug).ok_or_else(|| {
        Failure::new(
            "not_found",
            format!(
                "there is no chart {file_name:?}: use top-products.svg, influencers.svg, best-rated.svg or similar-buyers.svg"
            ),
        )
    })?;
    let theme = asked.get("theme").map_or("light", String::as_str);
    let palette = Palette::of(theme)
        .ok_or_else(|| Failure::new("unknown_theme", format!("theme is light or dark, not {theme:?}")))?;
    let numbers = Numbers {
        days: number(&asked, "days", 30)?,
        limit: number(&asked, "limit", if question == Question::TopProducts { 5 } else { 10 })?,
        min: number(&asked, "min_ratings", 5)?,
    };
    let (shown, at) = shown(&web, question, numbers).await?;
    let moment = DateTime::from_timestamp_millis(at).unwrap_or_default().format("%-d %b %Y, %H:%M:%S UTC");
    let source = format!("Sluice, as of {moment}");
    let svg = match shown {
        Some(shown) => chart::drawing(&shown, &palette, &source),
        None => chart::nothing(&palette, "There is nothing to draw yet.", &source),
    };
    // As a file, but only for who follows a link that says `download`: a page draws it, too.
    let name = [(header::CONTENT_DISPOSITION, inline(question.slug(), at))];
    Ok((name, [(header::CONTENT_TYPE, "image/svg+xml; charset=utf-8")], svg).into_response())
}

fn inline(name: &str, at: i64) -> String {
    let [(_, attachment)] = file(name, at, "svg");
    attachment.replacen("attachment", "inline", 1)
}

/// What the page of a question shows, and when it was found.
async fn shown(web: &Web, question: Question, numbers: Numbers) -> Result<(Option<Shown>, i64), Failure> {
    let Numbers { days, limit, min } = numbers;
    Ok(match question {
        Question::TopProducts => {
            let answered = web.house.top_products(days, limit, None).await?;
            let at = answered.computed_at;
            (top_products::show(answered, numbers), at)
        }
        Question::Influencers => {
            let answered = web.house.influencers(limit).await?;
            let at = answered.computed_at;
            (influencers::show(answered, numbers), at)
        }
        Question::BestRated => {
            let answered = web.house.best_rated(limit, min).await?;
            let at = answered.computed_at;
            (best_rated::show(answered, numbers), at)
        }
        Question::SimilarBuyers => {
            let pairs = web.house.similar_buyers(limit).await?;
            let at = pairs.computed_at;
            let all = web.house.communities().await?;
            (similar_buyers::show(similar_buyers::Answer::of(pairs, all), numbers), at)
        }
    })
}
