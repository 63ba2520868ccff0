//! What sells most, by category.

use leptos::prelude::*;
use model::{
    answer::{Answered, ProductSales, TopProducts as Answer},
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
        Chart,
        bar::{Bar, Bars, Group},
    },
    component::table::{Column, Numbers, number, numbers, text, words},
    format,
};

const COLUMNS: &[Column] = &[
    words("category", "Category"),
    words("product", "Product"),
    numbers("id", "Id"),
    numbers("purchases", "Purchases"),
    numbers("units", "Units"),
];

const INSIGHT: Insight = Insight {
    question: Question::TopProducts,
    usual: Parameters::usual(5),
    controls: &[Control::Days, Control::Limit],
    columns: COLUMNS,
    empty: |asked| format!("Nobody has bought anything in {} yet.", window(asked.days)),
    widen: Some(Widen { control: Control::Days, to: 365, label: "Look at the last 365 days" }),
};

/// The page.
#[component]
pub(crate) fn TopProducts() -> impl IntoView {
    INSIGHT.page(|asked| read::top_products(asked.days, asked.limit), show)
}

/// The product's name.
pub(crate) fn label(product: &ProductSales) -> String {
    product.name.clone().unwrap_or_else(|| format!("Product {}", product.product))
}

fn window(days: u32) -> String {
    if days == 1 { "the last day".to_owned() } else { format!("the last {days} days") }
}

/// The answer in a sentence; none if nothing was sold.
pub(crate) fn sentence(answer: &Answer, days: u32) -> Option<String> {
    let products =
        || answer.iter().flat_map(|(category, products)| products.iter().map(move |product| (category, product)));
    let most = products().map(|(_, product)| product.purchases).max()?;
    let best: Vec<_> = products().filter(|(_, product)| product.purchases == most).collect();
    let purchases = strong(format::plural(most, "purchase", "purchases"));
    let window = window(days);
    if let [(category, product)] = best[..] {
        return Some(format!("{} sells most: {purchases} in {window}, in {category}.", strong(label(product))));
    }
    let names = several(best.iter().map(|(_, product)| label(product)));
    Some(format!("{names} sell most: {purchases} each in {window}."))
}

/// Bars by category.
pub(crate) fn groups(answer: &Answer) -> Vec<Group> {
    answer
        .iter()
        .filter(|(_, products)| !products.is_empty())
        .enumerate()
        .map(|(series, (category, products))| Group {
            name: category.clone(),
            series,
            bars: products
                .iter()
                .map(|product| Bar {
                    label: label(product),
                    value: product.purchases as f64,
                    text: format::thousands(product.purchases),
                    detail: format!(
                        "{} · {}",
                        format::plural(product.purchases, "purchase", "purchases"),
                        format::plural(product.units, "unit", "units")
                    ),
                })
                .collect(),
        })
        .collect()
}

/// Words and geometry of an answer; none if nothing was sold.
pub fn show(answered: Answered<Answer>, asked: Asked) -> Option<Shown> {
    let sentence = sentence(&answered.answer, asked.days)?;
    let from = answered.as_of - i64::from(asked.days) * 86_400;
    let rows = answered
        .answer
        .iter()
        .flat_map(|(category, products)| {
            products.iter().map(move |product| {
                let n = |value| number(format::thousands(value), value as f64);
                vec![
                    text(category),
                    text(label(product)),
                    number(product.product.to_string(), product.product as f64),
                    n(product.purchases),
                    n(product.units),
                ]
            })
        })
        .collect();
    let (bars, left_out) = Bars { groups: groups(&answered.answer), axis: "Purchases" }.fit();
    let caption = format!(
        "Purchases per product, the {} of each category, {} – {}.",
        if asked.limit == 1 { "first".to_owned() } else { format!("first {}", format::count(u64::from(asked.limit))) },
        format::date(from),
        format::date(answered.as_of)
    );
    Some(Shown {
        sentence,
        chart: Chart::Bars(bars),
        caption: left_out.map_or_else(|| caption.clone(), |left_out| format!("{caption} {left_out}")),
        numbers: Numbers { caption: "Purchases and units per product, by category".to_owned(), head: COLUMNS, rows },
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

    fn said(answer: &Answer, days: u32) -> Option<String> {
        sentence(answer, days).map(|text| text.replace('\u{1}', "*"))
    }

    #[test]
    fn the_sentence_names_what_sells_most() {
        let answer =
            Answer::from([("Books".into(), vec![sales(1, 10), sales(2, 3)]), ("Home".into(), vec![sales(3, 9)])]);
        assert_eq!(said(&answer, 30).unwrap(), "*Product 1* sells most: *10 purchases* in the last 30 days, in Books.");
        let one = Answer::from([("Books".into(), vec![sales(1, 1)])]);
        assert_eq!(said(&one, 1).unwrap(), "*Product 1* sells most: *1 purchase* in the last day, in Books.");
    }

    #[test]
    fn equals_share_the_sentence() {
        let answer =
            Answer::from([("Books".into(), vec![sales(1, 9), sales(2, 3)]), ("Home".into(), vec![sales(3, 9)])]);
        assert_eq!(
            said(&answer, 7).unwrap(),
            "*Product 1* and *Product 3* sell most: *9 purchases* each in the last 7 days."
        );
    }

    #[test]
    fn nothing_sold_is_no_sentence_and_an_empty_category_no_group() {
        assert_eq!(said(&Answer::new(), 30), None);
        assert_eq!(said(&Answer::from([("Books".into(), vec![])]), 30), None);
        let answer = Answer::from([("Books".into(), vec![]), ("Home".into(), vec![sales(3, 9)])]);
        assert_eq!(groups(&answer).len(), 1);
    }

    #[test]
    fn the_table_has_the_numbers_of_the_chart() {
        let answer = Answer::from([("Books".into(), vec![sales(1, 1200)])]);
        let answered = Answered { as_of: 86_400 * 60, computed_at: 0, query_ms: 1.0, answer };
        let shown = show(answered, Asked { days: 30, limit: 5, min: 5 }).unwrap();
        assert_eq!(
            shown.numbers.rows,
            [vec![
                text("Books"),
                text("Product 1"),
                number("1", 1.0),
                number("1,200", 1200.0),
                number("2,400", 2400.0)
            ]]
        );
        assert_eq!(shown.caption, "Purchases per product, the first 5 of each category, 31 Jan 1970 – 2 Mar 1970.");
    }
}
