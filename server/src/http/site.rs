//! The browser's half, embedded in the binary: WASM, its glue, style.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::Web;

/// A name for this build of the pages: another build has another one, and the same again the same.
pub(crate) fn build() -> &'static str {
    static BUILD: LazyLock<String> = LazyLock::new(|| {
        let files = Site::iter().filter(|name| !name.ends_with(".br"));
        let sum = files.filter_map(|name| Some(first_bytes(&Site::get(&name)?))).fold(0, |sum, file| sum ^ file);
        format!("{sum:016x}")
    });
    &BUILD
}

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
struct Site;

/// Which files hold the code of which page. Without a built site, none.
///
/// # Panics
///
/// If the build has written something else.
pub(super) fn chunks() -> app::Chunks {
    Site::get("chunks.json").map_or_else(app::Chunks::default, |file| {
        serde_json::from_slice(&file.data).expect("the build and the app agree about chunks.json")
    })
}

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/pkg/{*path}", get(file))
        .route("/favicon.svg", get(async || ([(header::CONTENT_TYPE, "image/svg+xml")], app::FAVICON)))
        .route("/favicon.ico", get(async || axum::response::Redirect::permanent("/favicon.svg")))
}

async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let name = format!("pkg/{path}");
    let accepts = |token: &str| {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        accepted.is_some_and(|list| list.split(',').any(|part| part.split(';').next().map(str::trim) == Some(token)))
    };
    let small = accepts("br").then(|| Site::get(&format!("{name}.br"))).flatten();
    let encoded = small.is_some();
    let Some(file) = small.or_else(|| Site::get(&name)) else {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    };
    let tag = tag(&file);
    let unchanged = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    // The names of chunks are those of one build: their folder's name is its hash. All others mean something new after
    // each build, so the browser asks each time, and the tag makes that cheap.
    let keep = if path.contains('/') { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common =
        [(header::ETAG, tag), (header::CACHE_CONTROL, keep.to_owned()), (header::VARY, "accept-encoding".to_owned())];
    if unchanged {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let mut response = (common, [(header::CONTENT_TYPE, media_type(&path))], file.data).into_response();
    if encoded {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("br"));
    }
    response
}

fn tag(file: &EmbeddedFile) -> String {
    format!("\"{:016x}\"", first_bytes(file))
}

/// The first of its hash: enough to tell files apart.
fn first_bytes(file: &EmbeddedFile) -> u64 {
    let hash = file.metadata.sha256_hash();
    hash[..8].iter().fold(0_u64, |first, byte| first << 8 | u64::from(*byte))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
