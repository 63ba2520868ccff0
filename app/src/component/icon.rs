//! The few icons of the product, drawn in the colour of the text around them.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// All is well.
    Check,
    /// Held.
    Pause,
    /// Trying again.
    Retry,
    /// Something needs a look.
    Warning,
    /// Stopped by an error.
    Cross,
    /// Not there yet.
    Ring,
}

impl Icon {
    /// The strokes in a square of 16.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5l3.2 3.2L13 4.8",
            Self::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Self::Retry => "M12.8 6A5.2 5.2 0 1 0 13 9.6M13 2.8V6H9.8",
            Self::Warning => "M8 2.2L14.4 13.4H1.6ZM8 6.4v3.2M8 11.4v.2",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Ring => "M8 3.2a4.8 4.8 0 1 0 .01 0",
        }
    }
}

/// An icon of 14 pixels, silent for screen readers: a word always stands beside it.
#[component]
pub(crate) fn Glyph(#[prop(into)] icon: Signal<Icon>) -> impl IntoView {
    view! {
        <svg class="glyph" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d=move || icon.get().path()/>
        </svg>
    }
}

/// The square of a series' colour beside its name. A drawing, since the pages' policy allows no `style` in the HTML.
#[component]
pub(crate) fn Swatch(colour: &'static str) -> impl IntoView {
    view! { <svg class="swatch" aria-hidden="true"><rect width="10" height="10" rx="3" fill=colour/></svg> }
}

/// The product's mark.
#[component]
pub(crate) fn Mark() -> impl IntoView {
    view! {
        <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
            <rect width="26" height="26" rx="7" fill="var(--accent)"/>
            <path
                d="M6 8.5c3 0 3 3 7 3s4-3 7-3M6 14c3 0 3 3 7 3s4-3 7-3"
                fill="none"
                stroke="var(--accent-ink)"
                stroke-width="2.2"
                stroke-linecap="round"
            />
        </svg>
    }
}
