//! What is wrong with a number, beside the field that has it.

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
