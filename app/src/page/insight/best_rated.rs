//! What people like best.

use leptos::prelude::*;
use model::{
    answer::{Answered, RatedProduct},
    picture::Question,
};

use super::{
    frame::{Insight, Widen},
    parameter::{Asked, Control, Parameters},
    sentence::{several, strong},
    shown::Shown,
};
use crate::{
    call::read,
    chart::{
        Chart, bar,
        star::{label, raters},
    },
    component::table::{Column, Numbers, number, numbers, text, words},
    format,
};

const COLUMNS: &[Column] = &[
    words("product", "Product"),
    numbers("id", "Id"),
    numbers("mean", "Mean"),
    numbers("ratings", "Ratings"),
    numbers("five", "5 ★"),
    numbers("four", "4 ★"),
    numbers("three", "3 ★"),
    numbers("two", "2 ★"),
    numbers("one", "1 ★"),
    words("who", "Who, best first"),
];

const INSIGHT: Insight = Insight {
    question: Question::BestRated,
    usual: Parameters::usual(10),
    controls: &[Control::Min, Control::Limit],
    columns: COLUMNS,
    empty: |asked| match asked.min {
        1 => "Nobody has rated anything yet.".to_owned(),
        min => format!("No product has {} ratings yet.", format::count(u64::from(min))),
    },
    widen: Some(Widen { control: Control::Min, to: 1, label: "Count every product that was rated" }),
};

/// The page.
#[component]
pub(crate) fn BestRated() -> impl IntoView {
    INSIGHT.page(|asked| read::best_rated(asked.limit, asked.min), show)
}

/// The answer in a sentence; none if no product has enough ratings.
pub(crate) fn sentence(answer: &[RatedProduct], min: u32) -> Option<String> {
    let best = answer.first()?;
    let mean = strong(format!("{:.2}\u{a0}★", best.average));
    let people = format::plural(best.ratings, "person", "people");
    let same_mean = |other: &RatedProduct| other.average.total_cmp(&best.average).is_eq();
    let equals = answer.iter().take_while(|other| same_mean(other) && other.ratings == best.ratings).count();
    let names = several(answer.iter().take(equals).map(label));
    let among = match min {
        1 => String::new(),
        min => format!(" Only products with {} or more ratings count.", format::count(u64::from(min))),
    };
    Some(if equals > 1 {
        format!("{names} are rated best: {mean} from {people} each.{among}")
    } else {
        // Of equal means the one that more people gave stands first: that has to be said, or it looks like chance.
        let next = answer
            .get(1)
            .filter(|next| same_mean(next))
            .map_or_else(String::new, |next| format!(", more people than gave {} the same", label(next)));
        format!("{names} is rated best: {mean} from {people}{next}.{among}")
    })
}

/// Words and geometry of an answer; none if no product has enough ratings.
pub fn show(answered: Answered<Vec<RatedProduct>>, asked: Asked) -> Option<Shown> {
    let sentence = sentence(&answered.answer, asked.min)?;
    let rows = answered
        .answer
        .iter()
        .map(|product| {
            let n = |value: i64| number(format::thousands(value), value as f64);
            let mut row = vec![
                text(label(product)),
                number(product.product.to_string(), product.product as f64),
                number(format!("{:.2}", product.average), product.average),
                n(product.ratings),
            ];
            row.extend(product.distribution.into_iter().rev().map(n));
            row.push(text(raters(product)));
            row
        })
        .collect();
    let all = answered.answer.len();
    let mut products = answered.answer;
    products.truncate(bar::MOST);
    let caption = format!(
        "How people rated the products with {}, best mean first.",
        match asked.min {
            1 => "any number of ratings".to_owned(),
            min => format!("{} or more ratings", format::count(u64::from(min))),
        }
    );
    let caption = if products.len() < all {
        format!("{caption} The chart shows {} of {all} rows; the table has all of them.", products.len())
    } else {
        caption
    };
    Some(Shown {
        sentence,
        chart: Chart::Stars(products),
        caption,
        numbers: Numbers { caption: "Products by mean rating".to_owned(), head: COLUMNS, rows },
        query_ms: answered.query_ms,
        computed_at: answered.computed_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rated(product: i64, average: f64, ratings: i64) -> RatedProduct {
        let name = (product == 3).then(|| "Cast-iron pan".into());
        RatedProduct { product, name, ratings, average, distribution: [0, 0, 0, 0, ratings], users: vec![] }
    }

    fn said(answer: &[RatedProduct], min: u32) -> Option<String> {
        sentence(answer, min).map(|text| text.replace('\u{1}', ""))
    }

    #[test]
    fn the_sentence_gives_mean_number_and_what_counts() {
        let answer = [rated(3, 4.613, 118), rated(4, 4.5, 7)];
        assert_eq!(said(&answer, 1).unwrap(), "Cast-iron pan is rated best: 4.61\u{a0}★ from 118 people.");
        assert_eq!(
            said(&answer, 5).unwrap(),
            "Cast-iron pan is rated best: 4.61\u{a0}★ from 118 people. Only products with 5 or more ratings count."
        );
        assert_eq!(said(&[rated(4, 5.0, 1)], 1).unwrap(), "Product 4 is rated best: 5.00\u{a0}★ from 1 person.");
        assert_eq!(said(&[], 1), None);
    }

    #[test]
    fn equals_are_told_as_equals() {
        assert_eq!(
            said(&[rated(3, 5.0, 9), rated(4, 5.0, 9), rated(5, 5.0, 2)], 1).unwrap(),
            "Cast-iron pan and Product 4 are rated best: 5.00\u{a0}★ from 9 people each."
        );
        assert_eq!(
            said(&[rated(3, 5.0, 9), rated(4, 5.0, 8)], 1).unwrap(),
            "Cast-iron pan is rated best: 5.00\u{a0}★ from 9 people, more people than gave Product 4 the same."
        );
    }

    #[test]
    fn a_chart_of_very_many_says_what_it_leaves_out() {
        let answer = (0..60).map(|product| rated(product, 4.0, 9)).collect();
        let answered = Answered { as_of: 0, computed_at: 0, query_ms: 1.0, answer };
        let shown = show(answered, Asked { days: 30, limit: 60, min: 1 }).unwrap();
        assert!(
            shown.caption.ends_with("The chart shows 50 of 60 rows; the table has all of them."),
            "{}",
            shown.caption
        );
        assert_eq!(shown.numbers.rows.len(), 60);
    }
}
