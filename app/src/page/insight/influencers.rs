//! Who is followed by most.

use leptos::prelude::*;
use model::{
    answer::{Answered, Influencer},
    picture::Question,
};

use super::{
    frame::{Insight, Shown},
    parameter::{Control, Parameters},
    sentence::strong,
};
use crate::{
    call::read,
    chart::bar::{self, Bar, bars},
    component::table::{Numbers, number, text},
    format,
    live::polled,
};

const INSIGHT: Insight = Insight {
    question: Question::Influencers,
    usual: Parameters::usual(10),
    controls: &[Control::Limit],
    empty: "Nobody follows anybody yet.",
};

/// The page.
#[component]
pub(crate) fn Influencers() -> impl IntoView {
    let parameters = INSIGHT.parameters();
    INSIGHT.page(parameters, polled(move || parameters.get().limit, read::influencers), show)
}

/// The user's name.
fn label(user: &Influencer) -> String {
    user.name.clone().unwrap_or_else(|| format!("User {}", user.user))
}

/// The answer in a sentence; none if nobody follows anybody.
pub(crate) fn sentence(answer: &[Influencer]) -> Option<String> {
    let first = answer.first()?;
    let followers = strong(format::plural(first.followers, "follower", "followers"));
    let rest = match answer.get(1) {
        Some(second) if second.followers == first.followers => format!(", as many as {}", label(second)),
        Some(second) => {
            format!(", {} more than {}", format::thousands(first.followers - second.followers), label(second))
        }
        None => String::new(),
    };
    Some(format!("{} has {followers}{rest}.", strong(label(first))))
}

/// A bar a user.
pub(crate) fn chart(answer: &[Influencer]) -> Vec<Bar> {
    answer
        .iter()
        .map(|user| Bar { label: label(user), value: user.followers as f64, text: format::thousands(user.followers) })
        .collect()
}

fn show(answered: Answered<Vec<Influencer>>, _: Parameters) -> Option<Shown> {
    let sentence = sentence(&answered.answer)?;
    let chart = chart(&answered.answer);
    let rows = answered
        .answer
        .iter()
        .zip(1..)
        .map(|(user, rank)| {
            vec![
                number(rank.to_string()),
                text(label(user)),
                number(user.user.to_string()),
                number(format::thousands(user.followers)),
            ]
        })
        .collect();
    Some(Shown {
        sentence,
        chart: Box::new(move || {
            let name = format!("Followers: {}", bar::spoken(&chart));
            let max = bar::longest(&chart);
            bars(chart, max, "var(--s3)", name)
        }),
        caption: "Distinct followers per user".to_owned(),
        numbers: Numbers {
            caption: "Users by distinct followers".to_owned(),
            head: vec!["Rank", "User", "Id", "Followers"],
            rows,
        },
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
    fn the_sentence_compares_the_first_with_the_second() {
        let said = |users: &[Influencer]| sentence(users).map(|text| text.replace('\u{1}', ""));
        assert_eq!(said(&[user(1, 204), user(2, 177)]).unwrap(), "Ada has 204 followers, 27 more than User 2.");
        assert_eq!(said(&[user(1, 3), user(2, 3)]).unwrap(), "Ada has 3 followers, as many as User 2.");
        assert_eq!(said(&[user(2, 1)]).unwrap(), "User 2 has 1 follower.");
        assert_eq!(said(&[]), None);
    }
}
