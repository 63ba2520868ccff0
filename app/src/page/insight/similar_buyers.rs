//! Who buys alike: communities, and the closest pairs.

use leptos::prelude::*;
use model::{answer::SimilarPair, picture::Question};

use super::{
    frame::Insight,
    parameter::{Asked, Control, Parameters},
    sentence::strong,
    shown::Shown,
};
pub use crate::call::read::SimilarBuyers as Answer;
use crate::{
    call::read,
    chart::{
        Chart,
        bar::{Bar, Bars, Group},
        community::{label, taste},
    },
    component::table::{Column, Numbers, number, numbers, text, words},
    format,
};

const COLUMNS: &[Column] = &[
    words("one", "One"),
    numbers("id1", "Id"),
    words("other", "Other"),
    numbers("id2", "Id"),
    numbers("shared", "Shared products"),
    numbers("alike", "Alike"),
];

const INSIGHT: Insight = Insight {
    question: Question::SimilarBuyers,
    usual: Parameters::usual(10),
    controls: &[Control::Limit],
    columns: COLUMNS,
    empty: |_| "No two people have bought more than one product in common yet.".to_owned(),
    widen: None,
};

/// The page.
#[component]
pub(crate) fn SimilarBuyers() -> impl IntoView {
    INSIGHT.page(|asked| read::similar_buyers(asked.limit), show)
}

/// The answer in a sentence; none while nobody is like anybody.
pub(crate) fn sentence(answer: &Answer) -> Option<String> {
    if answer.pairs.answer.is_empty() {
        return None;
    }
    let communities = format::plural(answer.communities as i64, "community", "communities");
    let buyers = strong(format::plural(answer.buyers as i64, "buyer", "buyers"));
    let largest = answer.summaries.first().map(|first| {
        let members = strong(format::plural(first.members, "member", "members"));
        let likes = taste(first).zip(first.favourites.first());
        let likes = likes.map(|(taste, favourite)| format!(" who buy mostly {taste}, above all {}", label(favourite)));
        let likes = likes.unwrap_or_default();
        let equals = answer.summaries.iter().take_while(|other| other.members == first.members).count();
        match (answer.communities, equals) {
            (..=1, _) => likes,
            (_, ..=1) => format!("; the largest has {members}{likes}"),
            (_, _) => format!("; the first of the largest has {members}{likes}"),
        }
    });
    Some(format!("{buyers} form {}{}.", strong(communities), largest.unwrap_or_default()))
}

fn names(pair: &SimilarPair) -> (String, String) {
    let name = |name: &Option<String>, id: i64| name.clone().unwrap_or_else(|| format!("User {id}"));
    (name(&pair.name1, pair.user1), name(&pair.name2, pair.user2))
}

fn pair_bars(pairs: &[SimilarPair]) -> Vec<Bar> {
    pairs
        .iter()
        .map(|pair| {
            let (one, other) = names(pair);
            let percent = pair.jaccard * 100.0;
            Bar {
                label: format!("{one} & {other}"),
                value: pair.shared as f64,
                text: format!("{} · {percent:.0} % alike", format::thousands(pair.shared)),
                detail: format!(
                    "{} in common, {percent:.0} % of what either bought",
                    format::plural(pair.shared, "product", "products")
                ),
            }
        })
        .collect()
}

/// Words and geometry of an answer; none while nobody is like anybody.
pub fn show(answer: Answer, asked: Asked) -> Option<Shown> {
    let sentence = sentence(&answer)?;
    let rows = answer
        .pairs
        .answer
        .iter()
        .map(|pair| {
            let (one, other) = names(pair);
            let id = |id: i64| number(id.to_string(), id as f64);
            vec![
                text(one),
                id(pair.user1),
                text(other),
                id(pair.user2),
                number(format::thousands(pair.shared), pair.shared as f64),
                number(format!("{:.1} %", pair.jaccard * 100.0), pair.jaccard),
            ]
        })
        .collect();
    let groups = vec![Group { name: String::new(), bars: pair_bars(&answer.pairs.answer), series: 0 }];
    let (pairs, left_out) = Bars { groups, axis: "Shared products" }.fit();
    let shown = answer.summaries.len();
    let caption = format!(
        "{}, with what most of their members bought; the {} with most products in common, and what both bought as a share of what either bought.",
        if shown < answer.communities {
            format!("The {shown} largest of {} communities", format::thousands(answer.communities as i64))
        } else {
            format!("All {}", format::plural(shown as i64, "community", "communities"))
        },
        if asked.limit == 1 { "pair".to_owned() } else { format!("{} pairs", format::count(u64::from(asked.limit))) },
    );
    Some(Shown {
        sentence,
        chart: Chart::Alike(answer.summaries, pairs),
        caption: left_out.map_or_else(|| caption.clone(), |left_out| format!("{caption} {left_out}")),
        numbers: Numbers { caption: "Pairs of users by distinct products in common".to_owned(), head: COLUMNS, rows },
        query_ms: answer.pairs.query_ms,
        computed_at: answer.pairs.computed_at,
    })
}

#[cfg(test)]
mod tests {
    use model::answer::{Answered, CommunitySummary, Favourite};

    use super::*;

    fn answer(pairs: Vec<SimilarPair>, members: &[i64]) -> Answer {
        let favourites =
            || vec![Favourite { product: 4, name: Some("Dune".into()), category: "Books".into(), buyers: 40 }];
        let summary = |(community, members): (u32, &i64)| CommunitySummary {
            community,
            members: *members,
            favourites: favourites(),
        };
        Answer {
            pairs: Answered { as_of: 0, computed_at: 0, query_ms: 1.0, answer: pairs },
            buyers: 1000,
            communities: members.len(),
            summaries: (0..).zip(members).map(summary).collect(),
        }
    }

    fn pair() -> SimilarPair {
        SimilarPair { user1: 1, name1: Some("Ada".into()), user2: 2, name2: None, shared: 9, jaccard: 0.75 }
    }

    fn said(members: &[i64]) -> String {
        sentence(&answer(vec![pair()], members)).unwrap().replace('\u{1}', "")
    }

    #[test]
    fn the_sentence_tells_who_the_largest_community_is() {
        assert_eq!(
            said(&[412, 3]),
            "1,000 buyers form 2 communities; the largest has 412 members who buy mostly Books, above all Dune."
        );
        assert_eq!(said(&[412]), "1,000 buyers form 1 community who buy mostly Books, above all Dune.");
        assert_eq!(
            said(&[5, 5]),
            "1,000 buyers form 2 communities; the first of the largest has 5 members who buy mostly Books, above all Dune."
        );
        assert_eq!(sentence(&answer(vec![], &[412])), None);
    }

    #[test]
    fn pairs_are_bars_of_what_they_share() {
        let bar = &pair_bars(&[pair()])[0];
        assert_eq!((bar.label.as_str(), bar.text.as_str()), ("Ada & User 2", "9 · 75 % alike"));
        assert_eq!(bar.detail, "9 products in common, 75 % of what either bought");
    }
}
