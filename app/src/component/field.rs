//! Fields of forms: what is wrong with one, beside it; and a text as one may hold it.

use leptos::prelude::*;

use super::{
    banner::sentence,
    icon::{Glyph, Icon},
};
use crate::{call::CallError, erased::when};

/// The sentence for a field, there while one of `codes` is what an order was refused for.
pub(crate) fn refusal(error: Memo<Option<CallError>>, codes: &'static [&'static str], id: String) -> AnyView {
    let text = crate::erased::memo(move || {
        error.with(|error| {
            let error = error.as_ref().filter(|error| codes.contains(&error.0.code.as_str()))?;
            Some(sentence(error.message()))
        })
    });
    let any = crate::erased::memo(move || text.with(Option::is_some));
    when(any, move || {
        view! { <p class="wrong" role="alert" id=id.clone()><Glyph icon=Icon::Warning/><span>{text}</span></p> }
            .into_any()
    })
}

/// `true` for `aria-invalid`, while one of `codes` is what an order was refused for.
pub(crate) fn invalid(
    error: Memo<Option<CallError>>,
    codes: &'static [&'static str],
) -> impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static {
    move || {
        error.with(|error| error.as_ref().is_some_and(|error| codes.contains(&error.0.code.as_str())).then_some("true"))
    }
}

/// A text as it may stand in a `textarea`. Leptos writes what is inside one as it is, so that `</textarea>` in a record would
/// end it, and what follows be part of the page.
pub(crate) fn inner_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::inner_text;

    #[test]
    fn a_record_cannot_end_the_field_that_shows_it() {
        assert_eq!(inner_text("</textarea><b>&lt;"), "&lt;/textarea>&lt;b>&amp;lt;");
    }
}
