//! What every page stands in: navigation at the side, title and choices on top.

use leptos::prelude::*;

use super::{arrival::Arrival, banner::RefusedForm, nav::Nav, outage::Notices, toast::ToastRegion, top_bar::TopBar};
#[cfg(feature = "hydrate")]
use crate::live::use_live;

/// The frame around a page.
#[component]
pub(crate) fn Frame(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        let awake = use_live().awake;
        crate::erased::effect(move || {
            awake.set(true);
            if let Some(root) = document().document_element() {
                // Tests and style sheets know by this that the page is alive.
                let _ = root.set_attribute("data-hydrated", "");
            }
        });
    }
    view! {
        // Not for the router, which would scroll there and leave the focus behind.
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <div class="shell">
            <Nav/>
            <div class="body">
                <TopBar/>
                <main class="main" id="main" tabindex="-1">
                    <Notices/>
                    <RefusedForm/>
                    {children()}
                </main>
            </div>
        </div>
        <ToastRegion/>
        <Arrival/>
    }
}
