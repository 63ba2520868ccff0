//! The pages, rendered here first, and the server functions that they call.

use std::sync::Arc;

use app::backend::{Backend, Session};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::{IntoResponse, Response},
    routing::{any, post},
};
use leptos::prelude::{expect_context, provide_context, use_nonce};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};

use super::{Web, header::page_policy, sign_in};

pub(super) fn routes(web: Web) -> Router<Web> {
    app::register_server_functions();
    Router::new()
        .route("/fn/{*path}", any(server_function))
        .route("/login", post(sign_in::sign_in))
        .route("/logout", post(sign_in::sign_out))
        .leptos_routes_with_handler(generate_route_list(app::App), render)
        // What no route knows is a page too: the one that says so.
        .fallback(render)
        .with_state(web)
}

async fn render(State(web): State<Web>, request: Request) -> Response {
    let everywhere = context(&web, &request);
    let chunks = web.chunks.clone();
    let context = move || {
        everywhere();
        provide_context(chunks.clone());
        // Drawn for each answer by Leptos, which gives it to the scripts that it writes.
        let policy = use_nonce().map(|nonce| HeaderValue::try_from(page_policy(&nonce)));
        if let Some(Ok(policy)) = policy {
            expect_context::<ResponseOptions>().insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    };
    // The whole page at once: it reads without JavaScript, with its charts.
    let handler = leptos_axum::render_app_async_with_context(context, app::shell);
    handler(request).await.into_response()
}

async fn server_function(State(web): State<Web>, request: Request) -> Response {
    let context = context(&web, &request);
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// What pages and server functions find in their context.
fn context(web: &Web, request: &Request) -> impl Fn() + Clone + Send + Sync + 'static {
    let backend: Arc<dyn Backend> = web.house.clone();
    let session: Session = web.guard.session(request.headers());
    move || {
        provide_context(backend.clone());
        provide_context(session);
    }
}
