//! Pages whose code the browser fetches when it first needs them: declared here, and loaded before they are shown.

use std::{future::Future, pin::Pin};

use leptos::prelude::*;
pub(crate) use leptos::wasm_split::{SplitLoaderError as NotLoaded, wasm_split};
use leptos_router::{ChooseView, hooks::use_location};

use crate::{
    component::icon::{Glyph, Icon},
    erased::{memo, when},
};

/// Something that is there once its code is.
pub(crate) type Loading<T> = Pin<Box<dyn Future<Output = Result<T, NotLoaded>>>>;

/// A page that has its code in a chunk of its own, or shares one with others.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    /// By which the server finds its file.
    #[cfg_attr(not(feature = "ssr"), expect(dead_code, reason = "the browser's loader knows the file"))]
    pub(crate) chunk: &'static str,
    pub(crate) view: fn() -> Loading<AnyView>,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "on the server all code is there"))]
    pub(crate) fetch: fn() -> Loading<()>,
}

/// `page!(OVERVIEW, overview in home, Overview)`: the component `Overview` as the page `OVERVIEW`, its code in the chunk
/// `home`. Pages that name the same chunk are fetched together.
///
/// The code of a chunk is what nothing but its pages calls. A page named anywhere but here is in the main module again.
macro_rules! page {
    ($page:ident, $function:ident in $chunk:ident, $component:path) => {
        pub(crate) const $page: $crate::chunk::Page = {
            #[$crate::chunk::wasm_split($chunk, wasm_split_path = leptos::wasm_split, preload(fetch), fallible)]
            fn $function() -> Result<leptos::prelude::AnyView, $crate::chunk::NotLoaded> {
                Ok(leptos::prelude::IntoAny::into_any($component()))
            }
            $crate::chunk::Page {
                chunk: stringify!($chunk),
                view: || Box::pin($function()),
                fetch: || Box::pin(fetch()),
            }
        };
    };
}
pub(crate) use page;

/// How many pages are being fetched.
#[derive(Clone, Copy)]
pub(crate) struct Waiting(RwSignal<u32>);

impl Waiting {
    /// Nothing is.
    pub(crate) fn none() -> Self {
        Self(RwSignal::new(0))
    }
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        let waiting = use_context::<Waiting>();
        let count = |by: fn(&mut u32)| {
            if let Some(Waiting(count)) = waiting {
                count.update(by);
            }
        };
        count(|count| *count += 1);
        let view = (self.view)().await;
        count(|count| *count -= 1);
        view.unwrap_or_else(|_| failed())
    }

    async fn preload(&self) {}
}

/// A thin line across the top while a page is being fetched.
#[component]
pub(crate) fn WaitingLine() -> impl IntoView {
    let Waiting(count) = expect_context();
    let any = memo(move || count.get() != 0);
    when(any, || view! { <div class="loading" role="progressbar" aria-label="Loading the page"></div> }.into_any())
}

/// What stands in the place of a page that could not be fetched.
fn failed() -> AnyView {
    let location = use_location();
    // Leptos leaves links with this `rel` to the browser, which starts over.
    let address = move || format!("{}{}", location.pathname.get(), location.search.get());
    view! {
        <div class="banner bad" role="alert">
            <Glyph icon=Icon::Warning/>
            <p>
                <b>"This page did not load."</b>
                " The server is out of reach, or it was started again with another version. "
                <a href=address rel="external">"Reload"</a>
            </p>
        </div>
    }
    .into_any()
}

/// What is put under a page that stays as the server rendered it.
#[cfg(feature = "hydrate")]
#[component]
pub(crate) fn NotLive() -> impl IntoView {
    view! {
        <div class="banner bad not-live" role="alert">
            <Glyph icon=Icon::Warning/>
            <p><b>"This page does not move."</b>" A part of it did not load. "<a href="">"Reload"</a></p>
        </div>
    }
}
