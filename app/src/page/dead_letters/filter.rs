//! Which letters are shown: tabs for the topics, chips for the reasons, each with its count; and all of them as a file.

use leptos::prelude::*;
use model::{Kind, dead_letter::ReasonCount};

use super::{address::Asked, total};
use crate::{erased::memo, format};

/// Tabs, chips and files.
pub(super) fn filter(asked: Memo<Asked>, counts: Signal<Vec<ReasonCount>>) -> AnyView {
    // Those of the three kinds, and whatever else has letters.
    let topics = memo(move || {
        let mut topics: Vec<String> = Kind::ALL.map(|kind| kind.topic().to_owned()).into();
        let shown = asked.with(|asked| asked.topic.clone());
        let more = counts.with(|counts| counts.iter().map(|count| count.topic.clone()).collect::<Vec<_>>());
        for topic in more.into_iter().chain(shown) {
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        topics
    });
    let tab = move |topic: Option<String>| {
        let label = topic.as_deref().map_or("All", Kind::label_of).to_owned();
        let to = Asked { topic: topic.clone(), ..Asked::default() };
        let href = to.first();
        let count = memo(move || counts.with(|counts| total(&to, counts).0));
        view! {
            <a href=href data-noscroll="" aria-current=move || asked.with(|asked| asked.topic == topic).then_some("page")>
                {label}" "<span class="muted">{move || format::thousands(count.get())}</span>
            </a>
        }
    };
    let chips = memo(move || asked.with(|asked| counts.with(|counts| chips(asked, counts))));
    let any = memo(move || chips.with(|chips| chips.len() > 1));
    let chip = move || {
        let chips = chips.get().into_iter().map(|chip| {
            view! {
                <a class="chip" href=chip.href data-noscroll="" aria-current=chip.chosen.then_some("true")>
                    {chip.word}" "<b>{format::thousands(chip.letters)}</b>
                </a>
            }
        });
        chips.collect_view()
    };
    let some = memo(move || asked.with(|asked| counts.with(|counts| total(asked, counts).0 > 0)));
    let file = move |format: &'static str, label: &'static str| {
        view! { <a class="chip" href=move || asked.with(|asked| asked.file(format)) download="" rel="external">{label}</a> }
    };
    view! {
        <div class="bar-top">
            <nav class="seg" aria-label="Topic">{tab(None)}{move || topics.get().into_iter().map(|topic| tab(Some(topic))).collect_view()}</nav>
            {crate::erased::when(some, move || {
                view! {
                    <div class="right files"><span class="muted">"Download"</span>{file("csv", "CSV")}{file("ndjson", "NDJSON")}</div>
                }
                .into_any()
            })}
        </div>
        {crate::erased::when(any, move || view! { <nav class="chips" aria-label="Reason">{chip}</nav> }.into_any())}
    }
    .into_any()
}

/// A reason to choose.
#[derive(Clone, Debug, PartialEq)]
struct Chip {
    word: String,
    letters: i64,
    href: String,
    chosen: bool,
}

/// The reasons of the topic that is shown, the most frequent first; before them all of them.
fn chips(asked: &Asked, counts: &[ReasonCount]) -> Vec<Chip> {
    let chip = |reason: Option<String>| {
        let to = Asked { topic: asked.topic.clone(), reason, ..Asked::default() };
        Chip {
            word: to.reason.as_deref().map_or_else(|| "Any reason".to_owned(), words),
            letters: total(&to, counts).0,
            href: to.first(),
            chosen: asked.reason == to.reason,
        }
    };
    let mut reasons: Vec<&String> = counts.iter().map(|count| &count.reason).chain(&asked.reason).collect();
    reasons.sort();
    reasons.dedup();
    let mut chips: Vec<Chip> = reasons.into_iter().map(|reason| chip(Some(reason.clone()))).collect();
    chips.retain(|chip| chip.letters > 0 || chip.chosen);
    chips.sort_by_key(|chip| std::cmp::Reverse(chip.letters));
    chips.insert(0, chip(None));
    chips
}

/// A reason's code as words; a code of the database's own stays as it is.
pub(super) fn words(reason: &str) -> String {
    if reason.contains('.') { reason.to_owned() } else { reason.replace('_', " ").replace("json", "JSON") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_reason_of_the_topic_comes_first() {
        let count = |topic: &str, reason: &str, letters| ReasonCount {
            topic: topic.into(),
            reason: reason.into(),
            letters,
            waiting: letters,
        };
        let counts =
            [count("purchases", "a_b", 1), count("purchases", "c", 4), count("user_connections", "self_follow", 9)];
        let asked = Asked { topic: Some("purchases".into()), reason: Some("a_b".into()), ..Asked::default() };
        let chips = chips(&asked, &counts);
        let said: Vec<_> = chips.iter().map(|chip| (chip.word.as_str(), chip.letters, chip.chosen)).collect();
        assert_eq!(said, [("Any reason", 5, false), ("c", 4, false), ("a b", 1, true)]);
        assert_eq!(chips[1].href, "/dead-letters?topic=purchases&reason=c");
    }

    #[test]
    fn a_code_of_ours_is_read_as_words() {
        assert_eq!(words("quantity_out_of_range"), "quantity out of range");
        assert_eq!(words("malformed_json"), "malformed JSON");
        assert_eq!(words("Neo.ClientError.Schema_X"), "Neo.ClientError.Schema_X");
    }
}
