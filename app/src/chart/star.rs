//! How people rated: for each product the shares of 1 to 5 stars, with mean and count, and who rated.

use leptos::prelude::*;
use model::answer::RatedProduct;

use super::scale::stack;
use crate::format;

/// A part needs this share of the width for its digit; narrower ones are in the detail and in the table.
pub const ROOM: f64 = 7.0;

/// How many raters a row names.
const NAMED: usize = 4;

/// The sentence for one product's bar.
fn spoken(product: &RatedProduct) -> String {
    let [one, two, three, four, five] = product.distribution;
    format!(
        "{:.2} of 5 from {}: {five} gave five stars, {four} four, {three} three, {two} two, {one} one",
        product.average,
        format::plural(product.ratings, "person", "people"),
    )
}

/// What each number of stars got, most stars first: `5 ★ 82 · 4 ★ 30`.
fn detail(product: &RatedProduct) -> String {
    let parts: Vec<String> = (1..6)
        .zip(product.distribution)
        .rev()
        .map(|(stars, people)| format!("{stars} ★ {}", format::thousands(people)))
        .collect();
    parts.join(" · ")
}

/// Who rated, best first, and how many more: `Ada 5 ★, User 7 4 ★ and 12 more`.
pub fn raters(product: &RatedProduct) -> String {
    let named: Vec<String> = product
        .users
        .iter()
        .take(NAMED)
        .map(|rater| {
            let name = rater.name.clone().unwrap_or_else(|| format!("User {}", rater.user));
            format!("{name} {} ★", rater.rating)
        })
        .collect();
    let more = product.ratings - named.len() as i64;
    match (named.is_empty(), more) {
        (true, _) => String::new(),
        (false, ..=0) => named.join(", "),
        (false, _) => format!("{} and {} more", named.join(", "), format::thousands(more)),
    }
}

/// One row a product, best first.
pub(crate) fn stars(products: &[RatedProduct]) -> AnyView {
    let rows = products
        .iter()
        .map(|product| {
            let name = label(product);
            let parts = stack(&product.distribution)
                .into_iter()
                .zip(1..)
                .filter(|((_, width), _)| *width > 0.0)
                .map(|((start, width), stars)| {
                    let digit = (width > ROOM).then(|| view! { <text class=format!("d{stars}") x=format!("{}%", start + width / 2.0) y="20">{stars}</text> });
                    view! {
                        <rect class=format!("star{stars}") x=format!("{start}%") y="5" width=format!("{width}%") height="22"/>
                        {digit}
                    }
                })
                .collect_view();
            view! {
                <li tabindex="0">
                    <span class="label" title=name.clone()>{name.clone()}</span>
                    <svg role="img" aria-label=format!("{name}: {}", spoken(product)) width="100%" height="32">{parts}</svg>
                    <span class="mean"><b>{format!("{:.2}", product.average)}</b>" ★"</span>
                    <span class="people">{format::plural(product.ratings, "rating", "ratings")}</span>
                    <span class="who">{raters(product)}</span>
                    <span class="tip" aria-hidden="true">{detail(product)}</span>
                </li>
            }
        })
        .collect_view();
    let legend = (1..=5)
        .map(|stars| view! { <span><i class=format!("star{stars}")></i>{format!("{stars} ★")}</span> })
        .collect_view();
    view! {
        <ol class="stars">{rows}</ol>
        <div class="legend" aria-hidden="true"><span>"Share of the ratings with"</span>{legend}</div>
    }
    .into_any()
}

/// The product's name.
pub fn label(product: &RatedProduct) -> String {
    product.name.clone().unwrap_or_else(|| format!("Product {}", product.product))
}

#[cfg(test)]
mod tests {
    use model::answer::Rater;

    use super::*;

    fn product() -> RatedProduct {
        let rater = |user, name: Option<&str>, rating| Rater { user, name: name.map(Into::into), rating };
        RatedProduct {
            product: 7,
            name: None,
            ratings: 6,
            average: 4.5,
            distribution: [0, 0, 1, 1, 4],
            users: vec![rater(1, Some("Ada"), 5), rater(2, None, 5)],
        }
    }

    #[test]
    fn a_row_is_read_out_with_mean_count_and_stars() {
        assert_eq!(label(&product()), "Product 7");
        assert_eq!(spoken(&product()), "4.50 of 5 from 6 people: 4 gave five stars, 1 four, 1 three, 0 two, 0 one");
        assert_eq!(detail(&product()), "5 ★ 4 · 4 ★ 1 · 3 ★ 1 · 2 ★ 0 · 1 ★ 0");
    }

    #[test]
    fn raters_are_named_best_first_and_the_rest_counted() {
        assert_eq!(raters(&product()), "Ada 5 ★, User 2 5 ★ and 4 more");
        assert_eq!(raters(&RatedProduct { ratings: 2, ..product() }), "Ada 5 ★, User 2 5 ★");
        assert_eq!(raters(&RatedProduct { users: vec![], ..product() }), "");
    }
}
