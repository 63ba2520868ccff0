//! What every page stands in: navigation at the side, title and choices on top.

use leptos::prelude::*;

use super::{banner::RefusedForm, nav::Nav, toast::ToastRegion, top_bar::TopBar};

/// The frame around a page.
#[component]
pub(crate) fn Frame(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::erased::effect(|| {
        if let Some(root) = document().document_element() {
            // Tests and style sheets know by this that the page is alive.
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="shell">
            <Nav/>
            <div class="body">
                <TopBar/>
                <main class="main" id="main" tabindex="-1">
                    <RefusedForm/>
                    {children()}
                </main>
            </div>
        </div>
        <ToastRegion/>
    }
}
