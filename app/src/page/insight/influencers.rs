//! Who is followed by most.

use leptos::prelude::*;
use model::{
    answer::{Answered, Influencer},
    picture::Question,
};

use super::{
    frame::Insight,
    parameter::{Asked, Control, Parameters},
    sentence::{several, strong},
    shown::Shown,
};
use crate::{
    call::read,
    chart::{
        Chart,
        bar::{Bar, Bars, Group},
    },
    component::table::{Column, Numbers, number, numbers, text, words},
    format,
};

const COLUMNS: &[Column] =
    &[numbers("rank", "Rank"), words("user", "User"), numbers("id", "Id"), numbers("followers", "Followers")];

const INSIGHT: Insight = Insight {
    question: Question::Influencers,
    usual: Parameters::usual(10),
    controls: &[Control::Limit],
    columns: COLUMNS,
    empty: |_| "Nobody follows anybody yet.".to_owned(),
    widen: None,
};

/// The page.
#[component]
pub(crate) fn Influencers() -> impl IntoView {
    INSIGHT.page(|asked| read::influencers(asked.limit), show)
}

/// The user's name.
fn label(user: &Influencer) -> String {
    user.name.clone().unwrap_or_else(|| format!("User {}", user.user))
}

/// The answer in a sentence; none if nobody follows anybody.
pub(crate) fn sentence(answer: &[Influencer]) -> Option<String> {
    let first = answer.first()?;
    let followers = strong(format::plural(first.followers, "follower", "followers"));
    let best = answer.iter().take_while(|user| user.followers == first.followers).count();
    let names = several(answer.iter().take(best).map(label));
    let rest = answer.get(best).map_or_else(String::new, |next| {
        format!(", {} more than {}", format::thousands(first.followers - next.followers), label(next))
    });
    Some(if best == 1 {
        format!("{names} is followed by most: {followers}{rest}.")
    } else {
        format!("{names} are followed by most: {followers} each{rest}.")
    })
}

/// A bar a user.
pub(crate) fn chart(answer: &[Influencer]) -> Vec<Bar> {
    answer
        .iter()
        .map(|user| Bar {
            label: label(user),
            value: user.followers as f64,
            text: format::thousands(user.followers),
            detail: String::new(),
        })
        .collect()
}

/// Each one's place; equals share the better one.
fn ranks(answer: &[Influencer]) -> Vec<usize> {
    answer
        .iter()
        .map(|user| 1 + answer.iter().position(|other| other.followers == user.followers).unwrap_or_default())
        .collect()
}

/// Words and geometry of an answer; none if nobody follows anybody.
pub fn show(answered: Answered<Vec<Influencer>>, asked: Asked) -> Option<Shown> {
    let answer = &answered.answer;
    let sentence = sentence(answer)?;
    let ranks = ranks(answer);
    let mut bars = chart(answer);
    for ((bar, user), rank) in bars.iter_mut().zip(answer).zip(&ranks) {
        bar.detail =
            format!("{} · place {rank} · user {}", format::plural(user.followers, "follower", "followers"), user.user);
    }
    let rows = answer
        .iter()
        .zip(&ranks)
        .map(|(user, rank)| {
            vec![
                number(rank.to_string(), *rank as f64),
                text(label(user)),
                number(user.user.to_string(), user.user as f64),
                number(format::thousands(user.followers), user.followers as f64),
            ]
        })
        .collect();
    let groups = vec![Group { name: String::new(), bars, series: 2 }];
    let (bars, left_out) = Bars { groups, axis: "Followers" }.fit();
    let caption = format!(
        "Distinct followers per user, the {} with most.",
        if asked.limit == 1 { "one".to_owned() } else { format::count(u64::from(asked.limit)) }
    );
    Some(Shown {
        sentence,
        chart: Chart::Bars(bars),
        caption: left_out.map_or_else(|| caption.clone(), |left_out| format!("{caption} {left_out}")),
        numbers: Numbers { caption: "Users by distinct followers".to_owned(), head: COLUMNS, rows },
        query_ms: answered.query_ms,
        computed_at: answered.computed_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(user: i64, followers: i64) -> Influencer {
        Influencer { user, name: (user == 1).then(|| "Ada".into()), followers }
    }

    #[test]
    fn the_sentence_compares_the_first_with_the_next() {
        let said = |users: &[Influencer]| sentence(users).map(|text| text.replace('\u{1}', ""));
        assert_eq!(
            said(&[user(1, 204), user(2, 177)]).unwrap(),
            "Ada is followed by most: 204 followers, 27 more than User 2."
        );
        assert_eq!(said(&[user(1, 3), user(2, 3)]).unwrap(), "Ada and User 2 are followed by most: 3 followers each.");
        assert_eq!(
            said(&[user(1, 3), user(2, 3), user(4, 3), user(3, 2)]).unwrap(),
            "Ada, User 2 and 1 more are followed by most: 3 followers each, 1 more than User 3."
        );
        assert_eq!(said(&[user(2, 1)]).unwrap(), "User 2 is followed by most: 1 follower.");
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn equals_share_a_rank() {
        assert_eq!(ranks(&[user(1, 9), user(2, 7), user(3, 7), user(4, 1)]), [1, 2, 2, 4]);
    }
}
