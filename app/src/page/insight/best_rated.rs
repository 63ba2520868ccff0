//! What people like best.

use leptos::prelude::*;
use model::{
    answer::{Answered, RatedProduct},
    picture::Question,
};

use super::{
    frame::{Insight, Shown},
    parameter::{Control, Parameters},
    sentence::strong,
};
use crate::{
    call::read,
    chart::star::{label, stars},
    component::table::{Numbers, number, text},
    format,
    live::polled,
};

const INSIGHT: Insight = Insight {
    question: Question::BestRated,
    usual: Parameters::usual(10),
    controls: &[Control::Min, Control::Limit],
    empty: "No product has that many ratings yet.",
};

/// The page.
#[component]
pub(crate) fn BestRated() -> impl IntoView {
    let parameters = INSIGHT.parameters();
    let source = move || {
        let parameters = parameters.get();
        (parameters.limit, parameters.min)
    };
    INSIGHT.page(parameters, polled(source, |(limit, min)| read::best_rated(limit, min)), show)
}

/// The answer in a sentence; none if no product has enough ratings.
pub(crate) fn sentence(answer: &[RatedProduct]) -> Option<String> {
    let best = answer.first()?;
    let people = format::plural(best.ratings, "person", "people");
    Some(format!("{} is rated best: {} from {people}.", strong(label(best)), strong(format!("{:.2} ★", best.average))))
}

fn show(answered: Answered<Vec<RatedProduct>>, parameters: Parameters) -> Option<Shown> {
    let sentence = sentence(&answered.answer)?;
    let rows = answered
        .answer
        .iter()
        .map(|product| {
            let mut row = vec![
                text(label(product)),
                number(product.product.to_string()),
                number(format!("{:.2}", product.average)),
                number(format::thousands(product.ratings)),
            ];
            row.extend(product.distribution.map(|people| number(format::thousands(people))));
            let raters = product.users.iter().map(|rater| {
                let name = rater.name.clone().unwrap_or_else(|| format!("User {}", rater.user));
                format!("{name} {} ★", rater.rating)
            });
            row.push(text(raters.collect::<Vec<_>>().join(", ")));
            row
        })
        .collect();
    let answer = answered.answer;
    Some(Shown {
        sentence,
        chart: Box::new(move || stars(&answer)),
        caption: format!(
            "How people rated, of products with {} or more ratings",
            format::thousands(i64::from(parameters.min))
        ),
        numbers: Numbers {
            caption: "Products by mean rating".to_owned(),
            head: vec!["Product", "Id", "Mean", "Ratings", "1 ★", "2 ★", "3 ★", "4 ★", "5 ★", "Who (best first)"],
            rows,
        },
        query_ms: answered.query_ms,
        computed_at: answered.computed_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_gives_mean_and_number() {
        let pan = RatedProduct {
            product: 3,
            name: Some("Cast-iron pan".into()),
            ratings: 118,
            average: 4.613,
            distribution: [1, 2, 3, 30, 82],
            users: vec![],
        };
        assert_eq!(
            sentence(&[pan]).unwrap().replace('\u{1}', ""),
            "Cast-iron pan is rated best: 4.61 ★ from 118 people."
        );
        assert_eq!(sentence(&[]), None);
    }
}
