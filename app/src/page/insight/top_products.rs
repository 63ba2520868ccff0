//! What sells most, by category.

use leptos::prelude::*;
use model::{
    answer::{Answered, ProductSales, TopProducts as Answer},
    picture::Question,
};

use super::{
    frame::{Insight, Shown},
    parameter::{Control, Parameters},
    sentence::strong,
};
use crate::{
    call::read,
    chart::{
        bar::{Bar, Group, grouped},
        scale::colour,
    },
    component::table::{Numbers, number, text},
    format,
    live::polled,
};

const INSIGHT: Insight = Insight {
    question: Question::TopProducts,
    usual: Parameters::usual(5),
    controls: &[Control::Days, Control::Limit],
    empty: "Nobody has bought anything in this window yet.",
};

/// The page.
#[component]
pub(crate) fn TopProducts() -> impl IntoView {
    let parameters = INSIGHT.parameters();
    let source = move || {
        let parameters = parameters.get();
        (parameters.days, parameters.limit)
    };
    INSIGHT.page(parameters, polled(source, |(days, limit)| read::top_products(days, limit)), show)
}

/// The product's name.
pub(crate) fn label(product: &ProductSales) -> String {
    product.name.clone().unwrap_or_else(|| format!("Product {}", product.product))
}

/// The category and product that sell most; of equals the first.
fn best(answer: &Answer) -> Option<(&str, &ProductSales)> {
    let products =
        answer.iter().flat_map(|(category, products)| products.iter().map(move |product| (category.as_str(), product)));
    products.fold(None, |best: Option<(&str, &ProductSales)>, (category, product)| match best {
        Some((_, most)) if most.purchases >= product.purchases => best,
        _ => Some((category, product)),
    })
}

/// The answer in a sentence; none if nothing was sold.
pub(crate) fn sentence(answer: &Answer, days: u32) -> Option<String> {
    let (category, product) = best(answer)?;
    let purchases = format::plural(product.purchases, "purchase", "purchases");
    let window = if days == 1 { "one day".to_owned() } else { format!("{days} days") };
    Some(format!("{} leads {category} with {} in {window}.", strong(label(product)), strong(purchases)))
}

/// Bars by category.
pub(crate) fn groups(answer: &Answer) -> Vec<Group> {
    answer
        .iter()
        .enumerate()
        .map(|(index, (category, products))| Group {
            name: category.clone(),
            colour: colour(index),
            bars: products
                .iter()
                .map(|product| Bar {
                    label: label(product),
                    value: product.purchases as f64,
                    text: format::thousands(product.purchases),
                })
                .collect(),
        })
        .collect()
}

fn show(answered: Answered<Answer>, parameters: Parameters) -> Option<Shown> {
    let sentence = sentence(&answered.answer, parameters.days)?;
    let from = answered.as_of - i64::from(parameters.days) * 86_400;
    let rows = answered
        .answer
        .iter()
        .flat_map(|(category, products)| {
            products.iter().map(move |product| {
                let n = |value| number(format::thousands(value));
                vec![
                    text(category),
                    text(label(product)),
                    number(product.product.to_string()),
                    n(product.purchases),
                    n(product.units),
                ]
            })
        })
        .collect();
    let groups = groups(&answered.answer);
    Some(Shown {
        sentence,
        chart: Box::new(move || grouped(groups, "Purchases")),
        caption: format!("Purchases per product, {} – {}", format::date(from), format::date(answered.as_of)),
        numbers: Numbers {
            caption: "Purchases and units per product, by category".to_owned(),
            head: vec!["Category", "Product", "Id", "Purchases", "Units"],
            rows,
        },
        query_ms: answered.query_ms,
        computed_at: answered.computed_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sales(product: i64, purchases: i64) -> ProductSales {
        ProductSales { product, name: None, purchases, units: purchases * 2 }
    }

    #[test]
    fn the_sentence_names_the_first_of_all_categories() {
        let answer =
            Answer::from([("Books".into(), vec![sales(1, 9), sales(2, 3)]), ("Home".into(), vec![sales(3, 9)])]);
        assert_eq!(
            sentence(&answer, 30).unwrap().replace('\u{1}', "*"),
            "*Product 1* leads Books with *9 purchases* in 30 days."
        );
        assert_eq!(sentence(&Answer::new(), 30), None);
        assert_eq!(sentence(&Answer::from([("Books".into(), vec![])]), 30), None);
    }

    #[test]
    fn the_table_has_the_numbers_of_the_chart() {
        let answer = Answer::from([("Books".into(), vec![sales(1, 1200)])]);
        let shown =
            show(Answered { as_of: 86_400 * 60, computed_at: 0, query_ms: 1.0, answer }, Parameters::usual(5)).unwrap();
        assert_eq!(
            shown.numbers.rows,
            [vec![text("Books"), text("Product 1"), number("1"), number("1,200"), number("2,400")]]
        );
        assert_eq!(shown.caption, "Purchases per product, 31 Jan 1970 – 2 Mar 1970");
    }
}
