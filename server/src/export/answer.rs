//! The answers as tables, a row for each thing that is counted, with the names that the JSON has.

use model::answer::{Communities, Influencer, RatedProduct, SimilarPair, TopProducts};

use super::csv::Csv;

/// Question 1.
pub(crate) fn top_products(answer: &TopProducts) -> String {
    let mut csv = Csv::new(&["category", "product", "name", "purchases", "units"]);
    for (category, products) in answer {
        for product in products {
            csv.text(category).number(product.product).optional(product.name.as_deref());
            csv.number(product.purchases).number(product.units).end();
        }
    }
    csv.finish()
}

/// Question 2.
pub(crate) fn influencers(answer: &[Influencer]) -> String {
    let mut csv = Csv::new(&["user", "name", "followers"]);
    for user in answer {
        csv.number(user.user).optional(user.name.as_deref()).number(user.followers).end();
    }
    csv.finish()
}

/// Question 3; who rated stands in one cell as `user:stars`, best first.
pub(crate) fn best_rated(answer: &[RatedProduct]) -> String {
    let columns =
        ["product", "name", "ratings", "average", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5", "users"];
    let mut csv = Csv::new(&columns);
    for product in answer {
        csv.number(product.product).optional(product.name.as_deref()).number(product.ratings).number(product.average);
        for ratings in product.distribution {
            csv.number(ratings);
        }
        let users: Vec<String> = product.users.iter().map(|rater| format!("{}:{}", rater.user, rater.rating)).collect();
        csv.text(&users.join(" ")).end();
    }
    csv.finish()
}

/// Question 4, the closest pairs.
pub(crate) fn similar_buyers(answer: &[SimilarPair]) -> String {
    let mut csv = Csv::new(&["user1", "name1", "user2", "name2", "shared", "jaccard"]);
    for pair in answer {
        csv.number(pair.user1).optional(pair.name1.as_deref()).number(pair.user2).optional(pair.name2.as_deref());
        csv.number(pair.shared).number(pair.jaccard).end();
    }
    csv.finish()
}

/// Question 4, everybody's community.
pub(crate) fn communities(answer: &Communities) -> String {
    let mut csv = Csv::new(&["user", "community"]);
    for (user, community) in &answer.communities {
        csv.number(user).number(community).end();
    }
    csv.finish()
}

#[cfg(test)]
mod tests {
    use model::answer::{ProductSales, Rater};

    use super::*;

    #[test]
    fn a_row_a_product_with_its_category() {
        let sales = ProductSales { product: 4, name: Some("=Dune".into()), purchases: 1200, units: 3 };
        let answer = TopProducts::from([("Books, old".into(), vec![sales])]);
        assert_eq!(
            top_products(&answer),
            "\u{feff}category,product,name,purchases,units\r\n\"Books, old\",4,'=Dune,1200,3\r\n"
        );
        assert_eq!(top_products(&TopProducts::new()), "\u{feff}category,product,name,purchases,units\r\n");
    }

    #[test]
    fn who_rated_stands_in_one_cell() {
        let rater = |user, rating| Rater { user, name: None, rating };
        let product = RatedProduct {
            product: 1,
            name: None,
            ratings: 2,
            average: 4.5,
            distribution: [0, 0, 0, 1, 1],
            users: vec![rater(7, 5), rater(8, 4)],
        };
        assert!(best_rated(&[product]).ends_with("1,,2,4.5,0,0,0,1,1,7:5 8:4\r\n"));
    }

    #[test]
    fn pairs_and_communities_are_tables_too() {
        let pair = SimilarPair { user1: 1, name1: None, user2: 2, name2: Some("Bob".into()), shared: 3, jaccard: 0.25 };
        assert!(similar_buyers(&[pair]).ends_with("1,,2,Bob,3,0.25\r\n"));
        let all = Communities { communities: [(5, 0), (6, 1)].into(), summaries: vec![] };
        assert!(communities(&all).ends_with("user,community\r\n5,0\r\n6,1\r\n"));
        let user = Influencer { user: 1, name: None, followers: 9 };
        assert!(influencers(&[user]).ends_with("1,,9\r\n"));
    }
}
