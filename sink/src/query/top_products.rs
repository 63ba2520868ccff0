//! Question 1: what sold most in the last days, by category.

use model::answer::{ProductSales, TopProducts};

use super::names;
use crate::graph::{Error, Sales, Store};

/// How long a day is, whatever the calendar says.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// The `limit` products of each category with most purchases in the `days` before `as_of` (epoch seconds).
///
/// # Errors
/// When the store cannot be read.
pub async fn top_products(store: &dyn Store, as_of: i64, days: u32, limit: u32) -> Result<TopProducts, Error> {
    let (after, until) = window(as_of, days);
    let mut best = rank(store.sales(after, until).await?, limit);
    let ids: Vec<i64> = best.values().flatten().map(|row| row.product).collect();
    if !ids.is_empty() {
        let mut names = names(store.product_facts(&ids).await?);
        for row in best.values_mut().flatten() {
            row.name = names.remove(&row.product);
        }
    }
    Ok(best)
}

/// The window of question 1: a purchase counts when `after < timestamp ≤ until`, both in epoch seconds.
pub fn window(as_of: i64, days: u32) -> (i64, i64) {
    (as_of.saturating_sub(i64::from(days) * SECONDS_PER_DAY), as_of)
}

/// Orders each category by purchases, then id, and cuts it at `limit`.
fn rank(sales: Vec<Sales>, limit: u32) -> TopProducts {
    let mut categories = TopProducts::new();
    for Sales { product, category, purchases, units } in sales {
        categories.entry(category).or_default().push(ProductSales { product, name: None, purchases, units });
    }
    for products in categories.values_mut() {
        products.sort_by_key(|row| (-row.purchases, row.product));
        products.truncate(limit as usize);
    }
    categories
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sold(product: i64, category: &str, purchases: i64) -> Sales {
        Sales { product, category: category.into(), purchases, units: purchases * 2 }
    }

    #[test]
    fn each_category_is_ordered_by_purchases_then_id_and_cut_by_itself() {
        let answer = rank(vec![sold(9, "Books", 3), sold(2, "Books", 3), sold(5, "Books", 7), sold(1, "Sports", 1)], 2);
        let order: Vec<(&str, Vec<i64>)> =
            answer.iter().map(|(name, rows)| (name.as_str(), rows.iter().map(|row| row.product).collect())).collect();
        assert_eq!(order, [("Books", vec![5, 2]), ("Sports", vec![1])]);
        assert_eq!(answer["Books"][1].units, 6);
    }

    #[test]
    fn the_window_ends_at_the_moment_asked_about() {
        assert_eq!(window(1_790_000_000, 30), (1_790_000_000 - 2_592_000, 1_790_000_000));
        assert_eq!(window(i64::MIN, 365), (i64::MIN, i64::MIN));
    }
}
