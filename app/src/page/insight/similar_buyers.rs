//! Who buys alike: communities, and the closest pairs.

use leptos::prelude::*;
use model::{answer::SimilarPair, picture::Question};

use super::{
    frame::{Insight, Shown},
    parameter::{Control, Parameters},
    sentence::strong,
};
use crate::{
    call::read,
    chart::{
        bar::{self, Bar, bars},
        community::{communities, label, taste},
    },
    component::table::{Numbers, number, text},
    format,
    live::polled,
};

const INSIGHT: Insight = Insight {
    question: Question::SimilarBuyers,
    usual: Parameters::usual(10),
    controls: &[Control::Limit],
    empty: "No two people have bought more than one product in common yet.",
};

/// The page.
#[component]
pub(crate) fn SimilarBuyers() -> impl IntoView {
    let parameters = INSIGHT.parameters();
    INSIGHT.page(parameters, polled(move || parameters.get().limit, read::similar_buyers), show)
}

/// The answer in a sentence; none while nobody is like anybody.
pub(crate) fn sentence(answer: &read::SimilarBuyers) -> Option<String> {
    if answer.pairs.answer.is_empty() {
        return None;
    }
    let communities = format::plural(answer.communities as i64, "community", "communities");
    let buyers = strong(format::plural(answer.buyers as i64, "buyer", "buyers"));
    let largest = answer.summaries.first().map(|first| {
        let members = strong(format::plural(first.members, "member", "members"));
        let likes = taste(first).zip(first.favourites.first());
        let likes = likes.map(|(taste, favourite)| format!(" who buy mostly {taste}, above all {}", label(favourite)));
        format!("; the largest has {members}{}", likes.unwrap_or_default())
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
            let text = format!("{} ({:.0} % alike)", format::thousands(pair.shared), pair.jaccard * 100.0);
            Bar { label: format!("{one} & {other}"), value: pair.shared as f64, text }
        })
        .collect()
}

fn show(answer: read::SimilarBuyers, _: Parameters) -> Option<Shown> {
    let sentence = sentence(&answer)?;
    let rows = answer
        .pairs
        .answer
        .iter()
        .map(|pair| {
            let (one, other) = names(pair);
            let id = |id: i64| number(id.to_string());
            vec![
                text(one),
                id(pair.user1),
                text(other),
                id(pair.user2),
                number(format::thousands(pair.shared)),
                number(format!("{:.3}", pair.jaccard)),
            ]
        })
        .collect();
    let pairs = pair_bars(&answer.pairs.answer);
    let summaries = answer.summaries;
    Some(Shown {
        sentence,
        chart: Box::new(move || {
            let name = format!("Most similar pairs: {}", bar::spoken(&pairs));
            let max = bar::longest(&pairs);
            view! {
                {communities(&summaries)}
                <h3 class="sub">"The closest pairs"</h3>
                <div class="pairs">{bars(pairs, max, "var(--s1)", name)}</div>
            }
            .into_any()
        }),
        caption: "Communities of the whole graph with what their members buy, and the pairs with most distinct products in common".to_owned(),
        numbers: Numbers {
            caption: "Pairs of users by distinct products in common".to_owned(),
            head: vec!["One", "Id", "Other", "Id", "Shared", "Jaccard"],
            rows,
        },
        query_ms: answer.pairs.query_ms,
        computed_at: answer.pairs.computed_at,
    })
}

#[cfg(test)]
mod tests {
    use model::answer::{Answered, CommunitySummary, Favourite};

    use super::*;

    fn answer(pairs: Vec<SimilarPair>) -> read::SimilarBuyers {
        let favourites =
            vec![Favourite { product: 4, name: Some("Dune".into()), category: "Books".into(), buyers: 40 }];
        read::SimilarBuyers {
            pairs: Answered { as_of: 0, computed_at: 0, query_ms: 1.0, answer: pairs },
            buyers: 1000,
            communities: 5,
            summaries: vec![CommunitySummary { community: 0, members: 412, favourites }],
        }
    }

    #[test]
    fn the_sentence_tells_who_the_largest_community_is() {
        let pair = SimilarPair { user1: 1, name1: Some("Ada".into()), user2: 2, name2: None, shared: 9, jaccard: 0.75 };
        assert_eq!(
            sentence(&answer(vec![pair.clone()])).unwrap().replace('\u{1}', ""),
            "1,000 buyers form 5 communities; the largest has 412 members who buy mostly Books, above all Dune."
        );
        assert_eq!(sentence(&answer(vec![])), None);
        assert_eq!(pair_bars(&[pair])[0].label, "Ada & User 2");
    }
}
