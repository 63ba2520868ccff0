//! How people rated: for each product the shares of 1 to 5 stars, with mean and count.

use leptos::prelude::*;
use model::answer::RatedProduct;

use super::scale::stack;
use crate::format;

const ROW: usize = 38;

/// The sentence for one product's bar.
fn spoken(product: &RatedProduct) -> String {
    let [one, two, three, four, five] = product.distribution;
    format!(
        "{:.2} of 5 from {}: {five} gave five stars, {four} four, {three} three, {two} two, {one} one",
        product.average,
        format::plural(product.ratings, "person", "people"),
    )
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
                    // A digit needs room: narrower parts are in the table and in the sentence.
                    let digit = (width > 7.0).then(|| view! { <text class=format!("d{stars}") x=format!("{}%", start + width / 2.0) y="20">{stars}</text> });
                    view! {
                        <rect class=format!("star{stars}") x=format!("{start}%") y="5" width=format!("{width}%") height="22"/>
                        {digit}
                    }
                })
                .collect_view();
            view! {
                <li>
                    <span class="label" title=name.clone()>{name.clone()}</span>
                    <svg role="img" aria-label=format!("{name}: {}", spoken(product)) width="100%" height=ROW - 6>{parts}</svg>
                    <span class="mean"><b>{format!("{:.2}", product.average)}</b>" ★"</span>
                    <span class="people">{format::plural(product.ratings, "rating", "ratings")}</span>
                </li>
            }
        })
        .collect_view();
    let legend = (1..=5)
        .map(|stars| view! { <span><i class=format!("star{stars}")></i>{format!("{stars} ★")}</span> })
        .collect_view();
    view! {
        <ol class="stars">{rows}</ol>
        <div class="legend" aria-hidden="true">{legend}</div>
    }
    .into_any()
}

/// The product's name.
pub(crate) fn label(product: &RatedProduct) -> String {
    product.name.clone().unwrap_or_else(|| format!("Product {}", product.product))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_out_with_mean_count_and_stars() {
        let product = RatedProduct {
            product: 7,
            name: None,
            ratings: 6,
            average: 4.5,
            distribution: [0, 0, 1, 1, 4],
            users: vec![],
        };
        assert_eq!(label(&product), "Product 7");
        assert_eq!(spoken(&product), "4.50 of 5 from 6 people: 4 gave five stars, 1 four, 1 three, 0 two, 0 one");
    }
}
