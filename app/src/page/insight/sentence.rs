//! Sentences with a few words that stand out.

use leptos::prelude::*;

/// Marks where strong words begin and end; no name that an event tells survives with it.
const MARK: char = '\u{1}';

/// Makes words stand out in a [`Sentence`].
pub(super) fn strong(words: impl std::fmt::Display) -> String {
    format!("{MARK}{}{MARK}", words.to_string().replace(MARK, ""))
}

/// The pieces of a text: every second one is strong.
fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split(MARK).enumerate().map(|(index, piece)| (index % 2 == 1, piece)).filter(|(_, piece)| !piece.is_empty())
}

/// A sentence whose [`strong`] words are bold.
#[component]
pub(crate) fn Sentence(text: String) -> impl IntoView {
    pieces(&text)
        .map(|(strong, piece)| {
            let piece = piece.to_owned();
            if strong { view! { <b>{piece}</b> }.into_any() } else { view! { <span>{piece}</span> }.into_any() }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strong_words_are_told_apart() {
        let text = format!("{} has {} followers.", strong("Ada"), strong(204));
        assert_eq!(
            pieces(&text).collect::<Vec<_>>(),
            [(true, "Ada"), (false, " has "), (true, "204"), (false, " followers.")]
        );
    }

    #[test]
    fn a_name_cannot_break_out() {
        assert_eq!(pieces(&strong("a\u{1}b")).collect::<Vec<_>>(), [(true, "ab")]);
    }
}
