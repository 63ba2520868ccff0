//! The app: what every page stands in, and which page an address means.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
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

    view! {
        <Router>
            <Frame>
                <FlatRoutes fallback=page::NotFound>
                    <Route path=path!("/") view=page::Overview ssr=SsrMode::Async/>
                    <Route path=path!("/simulate") view=page::Simulate ssr=SsrMode::Async/>
                    <Route path=path!("/stream") view=page::Stream ssr=SsrMode::Async/>
                    <Route path=path!("/insights/top-products") view=page::TopProducts ssr=SsrMode::Async/>
                    <Route path=path!("/insights/influencers") view=page::Influencers ssr=SsrMode::Async/>
                    <Route path=path!("/insights/best-rated") view=page::BestRated ssr=SsrMode::Async/>
                    <Route path=path!("/insights/similar-buyers") view=page::SimilarBuyers ssr=SsrMode::Async/>
                    <Route path=path!("/connectors") view=page::Connectors ssr=SsrMode::Async/>
                    <Route path=path!("/dead-letters") view=page::DeadLetters ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in") view=page::SignIn ssr=SsrMode::Async/>
                </FlatRoutes>
            </Frame>
        </Router>
    }
}
