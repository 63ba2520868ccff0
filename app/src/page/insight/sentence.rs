//! Sentences with a few words that stand out.

use leptos::prelude::*;

/// Marks where strong words begin and end; no name that an event tells survives with it.
const MARK: char = '\u{1}';

/// Makes words stand out in a [`Sentence`].
pub(super) fn strong(words: impl std::fmt::Display) -> String {
    format!("{MARK}{}{MARK}", words.to_string().replace(MARK, ""))
}

/// The sentence without its marks.
#[cfg(feature = "ssr")]
pub fn plain(text: &str) -> String {
    text.replace(MARK, "")
}

/// `Ada`, `Ada and Bob`, `Ada, Bob and 3 more`: the first of some names, and how many there are.
pub(super) fn several(mut names: impl Iterator<Item = String>) -> String {
    let first = names.next().map(strong).unwrap_or_default();
    let Some(second) = names.next().map(strong) else { return first };
    match names.count() {
        0 => format!("{first} and {second}"),
        more => format!("{first}, {second} and {} more", crate::format::thousands(more as i64)),
    }
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
    fn several_names_are_counted_from_the_third_on() {
        let said = |names: &[&str]| plain(&several(names.iter().map(|name| (*name).to_owned())));
        assert_eq!(said(&["Ada"]), "Ada");
        assert_eq!(said(&["Ada", "Bob"]), "Ada and Bob");
        assert_eq!(said(&["Ada", "Bob", "Cleo", "Dan"]), "Ada, Bob and 2 more");
    }

    #[test]
    fn a_name_cannot_break_out() {
        assert_eq!(pieces(&strong("a\u{1}b")).collect::<Vec<_>>(), [(true, "ab")]);
    }
}
