//! What the four questions read from Neo4j.

use model::{
    answer::{Influencer, Rater},
    picture::NodeKind,
    status::GraphCounts,
};
use neo4rs::query;
use serde::Deserialize;

use super::link::Transaction;
use crate::graph::{Error, Neighbour, Neighbours, ProductFacts, RatingCounts, Read, Sales, Statement, Tie};

/// What Neo4j is asked by a call, to be shown.
pub fn statement(read: &Read) -> Statement {
    match read {
        Read::Sales { after, until } => {
            Statement::new(cypher!("query_sales")).with("after", after).with("until", until)
        }
        Read::Influencers { limit } => Statement::new(cypher!("query_influencers")).with("limit", limit),
        Read::RatingCounts => Statement::new(cypher!("query_rating_counts")),
        Read::Raters { products, limit } => {
            Statement::new(cypher!("query_raters")).with("products", literal(products)).with("limit", limit)
        }
        Read::Bought => Statement::new(cypher!("query_bought")),
        Read::UserNames { ids } => Statement::new(cypher!("query_user_names")).with("ids", literal(&distinct(ids))),
        Read::ProductFacts { ids } => {
            Statement::new(cypher!("query_product_facts")).with("ids", literal(&distinct(ids)))
        }
    }
}

/// What a person should know of a call beside its text; a sentence or nothing.
pub const fn aside(read: &Read) -> &'static str {
    match read {
        Read::Sales { .. } | Read::Influencers { .. } | Read::RatingCounts | Read::Bought => {
            "This is what is counted. While nobody but Sluice writes these relationships, Sluice does not count them each \
             time: it reads sums (SluiceBlock) that it keeps up as it writes, and runs this where they differ from the graph."
        }
        Read::Raters { .. } | Read::UserNames { .. } | Read::ProductFacts { .. } => "",
    }
}

/// Numbers as a list in Cypher.
fn literal(ids: &[i64]) -> String {
    format!("[{}]", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
}

pub(super) async fn counts(tx: &mut Transaction<'_>) -> Result<GraphCounts, Error> {
    Ok(tx.rows(cypher!("counts").into()).await?.pop().unwrap_or_default())
}

pub(super) async fn sales(tx: &mut Transaction<'_>, after: i64, until: i64) -> Result<Vec<Sales>, Error> {
    #[derive(Deserialize)]
    struct Row {
        product: i64,
        category: String,
        purchases: i64,
        units: i64,
    }
    let rows = tx.rows(query(cypher!("query_sales")).param("after", after).param("until", until)).await?;
    Ok(rows
        .into_iter()
        .map(|Row { product, category, purchases, units }| Sales { product, category, purchases, units })
        .collect())
}

pub(super) async fn influencers(tx: &mut Transaction<'_>, limit: u32) -> Result<Vec<Influencer>, Error> {
    tx.rows(query(cypher!("query_influencers")).param("limit", i64::from(limit))).await
}

pub(super) async fn rating_counts(tx: &mut Transaction<'_>) -> Result<Vec<RatingCounts>, Error> {
    #[derive(Deserialize)]
    struct Row {
        product: i64,
        counted: Vec<[i64; 2]>,
    }
    let rows = tx.rows::<Row>(cypher!("query_rating_counts").into()).await?;
    Ok(rows
        .into_iter()
        .map(|Row { product, counted }| {
            let of = |value| counted.iter().filter(|counted| counted[0] == value).map(|counted| counted[1]).sum();
            RatingCounts { product, distribution: [of(1), of(2), of(3), of(4), of(5)] }
        })
        .collect())
}

pub(super) async fn raters(tx: &mut Transaction<'_>, products: &[i64], limit: u32) -> Result<Vec<(i64, Rater)>, Error> {
    #[derive(Deserialize)]
    struct Row {
        product: i64,
        raters: Vec<Rater>,
    }
    let raters = query(cypher!("query_raters")).param("products", products).param("limit", i64::from(limit));
    let rows = tx.rows::<Row>(raters).await?;
    Ok(rows.into_iter().flat_map(|row| row.raters.into_iter().map(move |rater| (row.product, rater))).collect())
}

pub(super) async fn bought(tx: &mut Transaction<'_>) -> Result<Vec<(i64, i64)>, Error> {
    #[derive(Deserialize)]
    struct Row {
        user: i64,
        products: Vec<i64>,
    }
    let rows = tx.rows::<Row>(cypher!("query_bought").into()).await?;
    let mut pairs = Vec::with_capacity(rows.iter().map(|row| row.products.len()).sum());
    for Row { user, mut products } in rows {
        products.sort_unstable();
        products.dedup();
        pairs.extend(products.into_iter().map(|product| (user, product)));
    }
    Ok(pairs)
}

pub(super) async fn buyers(
    tx: &mut Transaction<'_>,
    products: &[i64],
    after: i64,
    until: i64,
    limit: u32,
) -> Result<Vec<(i64, i64, i64)>, Error> {
    #[derive(Deserialize)]
    struct Row {
        user: i64,
        product: i64,
        purchases: i64,
    }
    let buyers = query(cypher!("query_buyers")).param("products", products).param("after", after);
    let rows = tx.rows::<Row>(buyers.param("until", until).param("limit", i64::from(limit))).await?;
    Ok(rows.into_iter().map(|row| (row.user, row.product, row.purchases)).collect())
}

pub(super) async fn followers(tx: &mut Transaction<'_>, users: &[i64], limit: u32) -> Result<Vec<(i64, i64)>, Error> {
    #[derive(Deserialize)]
    struct Row {
        followed: i64,
        followers: Vec<i64>,
    }
    let followers = query(cypher!("query_followers")).param("users", distinct(users)).param("limit", i64::from(limit));
    let rows = tx.rows::<Row>(followers).await?;
    Ok(rows.into_iter().flat_map(|row| row.followers.into_iter().map(move |it| (it, row.followed))).collect())
}

pub(super) async fn follows_among(tx: &mut Transaction<'_>, users: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
    #[derive(Deserialize)]
    struct Row {
        follower: i64,
        followed: i64,
    }
    let rows = tx.rows::<Row>(query(cypher!("query_follows_among")).param("users", distinct(users))).await?;
    Ok(rows.into_iter().map(|row| (row.follower, row.followed)).collect())
}

pub(super) async fn user_names(tx: &mut Transaction<'_>, ids: &[i64]) -> Result<Vec<(i64, String)>, Error> {
    #[derive(Deserialize)]
    struct Row {
        id: i64,
        name: String,
    }
    let rows = tx.rows::<Row>(query(cypher!("query_user_names")).param("ids", distinct(ids))).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

pub(super) async fn product_facts(tx: &mut Transaction<'_>, ids: &[i64]) -> Result<Vec<ProductFacts>, Error> {
    #[derive(Deserialize)]
    struct Row {
        product: i64,
        name: Option<String>,
        category: String,
    }
    let rows = tx.rows::<Row>(query(cypher!("query_product_facts")).param("ids", distinct(ids))).await?;
    Ok(rows.into_iter().map(|Row { product, name, category }| ProductFacts { product, name, category }).collect())
}

pub(super) async fn neighbours(
    tx: &mut Transaction<'_>,
    kind: NodeKind,
    id: i64,
    limit: u32,
) -> Result<Option<Neighbours>, Error> {
    #[derive(Deserialize)]
    struct Found {
        name: Option<String>,
        total: i64,
        neighbours: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        product: bool,
        id: i64,
        name: Option<String>,
        bits: i64,
    }
    let of_it = match kind {
        NodeKind::User => cypher!("query_neighbours_user"),
        NodeKind::Product => cypher!("query_neighbours_product"),
    };
    let found = tx.rows::<Found>(query(of_it).param("id", id).param("limit", i64::from(limit))).await?.pop();
    Ok(found.map(|Found { name, total, neighbours }| Neighbours {
        name,
        total,
        neighbours: neighbours
            .into_iter()
            .map(|Row { product, id, name, bits }| {
                let kind = if product { NodeKind::Product } else { NodeKind::User };
                Neighbour { kind, id, name, ties: Tie::of_bits(bits) }
            })
            .collect(),
    }))
}

fn distinct(ids: &[i64]) -> Vec<i64> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_has_every_parameter_of_its_text() {
        let reads = [
            Read::Sales { after: 1, until: 2 },
            Read::Influencers { limit: 3 },
            Read::RatingCounts,
            Read::Raters { products: vec![4, 5], limit: 6 },
            Read::Bought,
            Read::UserNames { ids: vec![7] },
            Read::ProductFacts { ids: vec![8] },
        ];
        for statement in reads.iter().map(statement) {
            let mut named: Vec<&str> = statement
                .text
                .split('$')
                .skip(1)
                .map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
                .collect();
            named.sort_unstable();
            named.dedup();
            let mut given: Vec<&str> = statement.parameters.iter().map(|(name, _)| *name).collect();
            given.sort_unstable();
            assert_eq!(given, named, "{}", statement.text);
        }
        let raters = statement(&Read::Raters { products: vec![4, 5], limit: 6 });
        assert_eq!(raters.parameters[0], ("products", "[4, 5]".to_owned()));
    }
}
