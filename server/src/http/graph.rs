//! Graphs by the API: a question's piece of graph as JSON, as a drawing and as tables, and the neighbours of a node.

use std::collections::HashMap;

use app::{backend::Backend, graph_svg};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use model::{
    Failure,
    picture::{Neighbourhood, NodeKind, Question, Scope},
};

use super::{
    Web,
    api::{Answer, Asked, number},
    error::ApiError,
};
use crate::picture::export;

/// How many neighbours a node has where nobody asks for another number.
const NEIGHBOURS: u32 = 20;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/api/graphs/neighbours", get(neighbours))
        .route("/api/graphs/{query}", get(picture))
        .route("/api/graphs/{query}/{table}", get(table))
}

/// `top-products` is JSON, `top-products.svg` a drawing that needs nothing else.
async fn picture(State(web): State<Web>, Path(query): Path<String>, Query(asked): Asked) -> Result<Response, ApiError> {
    let (slug, drawn) = query.strip_suffix(".svg").map_or((query.as_str(), false), |slug| (slug, true));
    let question = question(slug)?;
    let dark = match asked.get("theme").map(String::as_str) {
        None | Some("light") => false,
        Some("dark") => true,
        Some(other) => {
            let message = format!("theme is light or dark, not {other:?}");
            return Err(Failure::new("unknown_theme", message).into());
        }
    };
    let picture = web.house.picture(question, scope(question, &asked)?).await?;
    if !drawn {
        return Ok(Json(picture).into_response());
    }
    let name = format!("inline; filename=\"{slug}.svg\"");
    Ok(([(CONTENT_TYPE, "image/svg+xml".to_owned()), (CONTENT_DISPOSITION, name)], graph_svg(picture, dark))
        .into_response())
}

/// `top-products/nodes.csv` and `top-products/edges.csv`.
async fn table(
    State(web): State<Web>,
    Path((query, table)): Path<(String, String)>,
    Query(asked): Asked,
) -> Result<Response, ApiError> {
    let question = question(&query)?;
    let rows = match table.as_str() {
        "nodes.csv" => export::nodes,
        "edges.csv" => export::edges,
        _ => {
            let message = format!("a graph has nodes.csv and edges.csv, not {table:?}");
            return Err(Failure::new("not_found", message).into());
        }
    };
    let picture = web.house.picture(question, scope(question, &asked)?).await?;
    let name = format!("attachment; filename=\"{query}-{table}\"");
    let head = [(CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((head, rows(&picture)).into_response())
}

/// `?kind=user&id=7&limit=20`.
async fn neighbours(State(web): State<Web>, Query(asked): Asked) -> Answer<Neighbourhood> {
    let kind = match asked.get("kind").map(String::as_str) {
        Some("user") => NodeKind::User,
        Some("product") => NodeKind::Product,
        other => {
            let found = other.map_or_else(|| "it is missing".to_owned(), |other| format!("not {other:?}"));
            return Err(Failure::new("unknown_node_kind", format!("kind is user or product; {found}")).into());
        }
    };
    let id = asked.get("id").ok_or_else(|| Failure::new("id_missing", "id is missing: the number of a node"))?;
    let id = id.parse().map_err(|_| Failure::new("id_malformed", format!("id is a whole number, not {id:?}")))?;
    Ok(Json(web.house.neighbours(kind, id, number(&asked, "limit", NEIGHBOURS)?).await?))
}

/// `?limit=300&rows=10&days=30&min_ratings=5`: the limit is of nodes, the rest as the question is asked.
fn scope(question: Question, asked: &HashMap<String, String>) -> Result<Scope, Failure> {
    let usual = Scope::usual(question);
    Ok(Scope {
        nodes: number(asked, "limit", usual.nodes)?,
        rows: number(asked, "rows", usual.rows)?,
        days: number(asked, "days", usual.days)?,
        min_ratings: number(asked, "min_ratings", usual.min_ratings)?,
    })
}

fn question(slug: &str) -> Result<Question, Failure> {
    Question::from_slug(slug).ok_or_else(|| {
        let names = "top-products, influencers, best-rated or similar-buyers";
        Failure::new("not_found", format!("there is no query {slug:?}: use {names}"))
    })
}
