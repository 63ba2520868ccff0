//! Sentences across the page: what does not work right now, and what an order came to.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::icon::{Glyph, Icon};
use crate::{call::CallError, live::use_live};

/// A sentence with a title, as an alert.
#[component]
pub(crate) fn Banner(
    /// `bad`, `warn` or `ok`.
    tone: &'static str,
    /// What it is about.
    #[prop(into)]
    title: String,
    /// The sentence.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let icon = if tone == "ok" { Icon::Check } else { Icon::Warning };
    let role = if tone == "bad" { "alert" } else { "status" };
    view! {
        <div class=format!("banner {tone}") role=role>
            <Glyph icon/>
            <p><b>{title}</b>" "{text}</p>
        </div>
    }
}

/// Why an order failed.
#[component]
pub(crate) fn Refused(error: CallError) -> impl IntoView {
    let title = if error.0.code == "unauthorized" { "Sign in first." } else { "That did not work." };
    view! { <Banner tone="bad" title text=sentence(error.message())/> }
}

/// Why the form that was sent without JavaScript failed: the server writes it into the address.
#[component]
pub(crate) fn RefusedForm() -> impl IntoView {
    use leptos::server_fn::error::ServerFnUrlError;

    let query = use_query_map();
    move || {
        let encoded = query.with(|query| query.get("__err"))?;
        let error = ServerFnUrlError::<CallError>::decode_err(&encoded);
        Some(view! { <Refused error/> })
    }
}

/// Says that a token is needed to change things, where that is so.
#[component]
pub(crate) fn SignInFirst() -> impl IntoView {
    let visitor = use_live().visitor;
    (!visitor.may_change()).then(|| {
        view! {
            <div class="banner warn" role="status">
                <Glyph icon=Icon::Warning/>
                <p><b>"Look, but don't touch."</b>" Changing things needs the admin token: "<a href="/sign-in">"sign in"</a>"."</p>
            </div>
        }
    })
}

/// An error's message as a sentence: capital first unless it is a field's name, a full stop at the end.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    // A field's name stays as it is written in the record.
    let name = text.split_whitespace().next().is_some_and(|word| word.contains('_'));
    let mut sentence: String = match chars.next() {
        Some(first) if !name => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    };
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("the broker does not answer"), "The broker does not answer.");
        assert_eq!(sentence("Done!"), "Done!");
        assert_eq!(sentence(""), "");
        assert_eq!(sentence("product_id has to be an integer"), "product_id has to be an integer.");
    }
}
