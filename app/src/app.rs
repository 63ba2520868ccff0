//! The app: what every page stands in, and which page an address means.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    chunk::{Waiting, WaitingLine},
    component::{frame::Frame, toast::Toasts},
    live::Live,
    page,
};

/// The whole user interface.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(Live::start());
    provide_context(Toasts::new());
    provide_context(Waiting::none());

    view! {
        <Router>
            <WaitingLine/>
            <Frame>
                <FlatRoutes fallback=page::NotFound>
                    <Route path=path!("/") view=page::OVERVIEW ssr=SsrMode::Async/>
                    <Route path=path!("/simulate") view=page::SIMULATE ssr=SsrMode::Async/>
                    <Route path=path!("/stream") view=page::STREAM ssr=SsrMode::Async/>
                    <Route path=path!("/insights/top-products") view=page::TOP_PRODUCTS ssr=SsrMode::Async/>
                    <Route path=path!("/insights/influencers") view=page::INFLUENCERS ssr=SsrMode::Async/>
                    <Route path=path!("/insights/best-rated") view=page::BEST_RATED ssr=SsrMode::Async/>
                    <Route path=path!("/insights/similar-buyers") view=page::SIMILAR_BUYERS ssr=SsrMode::Async/>
                    <Route path=path!("/connectors") view=page::CONNECTORS ssr=SsrMode::Async/>
                    <Route path=path!("/connectors/new") view=page::NEW_CONNECTOR ssr=SsrMode::Async/>
                    <Route path=path!("/connectors/edit") view=page::EDIT_CONNECTOR ssr=SsrMode::Async/>
                    <Route path=path!("/dead-letters") view=page::DEAD_LETTERS ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in") view=page::SignIn ssr=SsrMode::Async/>
                </FlatRoutes>
            </Frame>
        </Router>
    }
}
