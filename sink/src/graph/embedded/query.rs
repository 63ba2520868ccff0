//! What the four questions read from SQLite.

use std::collections::{HashMap, HashSet};

use model::{
    answer::{Influencer, Rater},
    picture::NodeKind,
    status::GraphCounts,
};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::graph::{Neighbour, Neighbours, ProductFacts, RatingCounts, Read, Sales, Statement, Tie};

// The texts that pages show stand here, so that what is shown is what is run.
const SALES: &str = "\
SELECT product, quantity FROM purchase
WHERE timestamp > ?1 AND timestamp <= ?2";

const INFLUENCERS: &str = "\
SELECT followed, name, followers
FROM (
  SELECT followed, count(*) AS followers FROM follows
  GROUP BY followed
  ORDER BY followers DESC, followed
  LIMIT ?1
)
LEFT JOIN user ON id = followed
ORDER BY followers DESC, followed";

const RATING_COUNTS: &str = "\
SELECT product, sum(value = 1), sum(value = 2), sum(value = 3), sum(value = 4), sum(value = 5)
FROM rated GROUP BY product";

const RATERS: &str = "\
SELECT user, name, value FROM rated
LEFT JOIN user ON id = user
WHERE product = ?1
ORDER BY value DESC, user
LIMIT ?2";

const BOUGHT: &str = "SELECT user, product FROM bought ORDER BY user, product";

const USER_NAME: &str = "SELECT name FROM user WHERE id = ?1";

const CATEGORY: &str = "SELECT category FROM product WHERE id = ?1";

const PRODUCT_FACTS: &str = "SELECT name, category FROM product WHERE id = ?1";

/// What the SQLite file is asked by a call, to be shown. What is asked for each id of a list is there once, with the
/// first id.
pub fn statements(read: &Read) -> Vec<Statement> {
    let each = |text, ids: &[i64]| {
        let statement = Statement::new(text);
        match ids.first() {
            Some(id) => statement.with("?1", id),
            None => statement,
        }
    };
    match read {
        Read::Sales { after, until } => {
            vec![Statement::new(SALES).with("?1", after).with("?2", until), Statement::new(CATEGORY)]
        }
        Read::Influencers { limit } => vec![Statement::new(INFLUENCERS).with("?1", limit)],
        Read::RatingCounts => vec![Statement::new(RATING_COUNTS)],
        Read::Raters { products, limit } => vec![each(RATERS, products).with("?2", limit)],
        Read::Bought => vec![Statement::new(BOUGHT)],
        Read::UserNames { ids } => vec![each(USER_NAME, ids)],
        Read::ProductFacts { ids } => vec![each(PRODUCT_FACTS, ids)],
    }
}

/// What this process does with the rows of a call, where the texts don't say it; a sentence or nothing.
pub const fn aside(read: &Read) -> &'static str {
    match read {
        Read::Sales { .. } => {
            "Sluice adds the rows up by product: SQLite would sort the whole window for that. The second statement is run once for each product."
        }
        Read::Raters { .. } | Read::ProductFacts { .. } => "Run once for each product.",
        Read::UserNames { .. } => "Run once for each person.",
        Read::Influencers { .. } | Read::RatingCounts | Read::Bought => "",
    }
}

pub(super) fn counts(connection: &Connection) -> Result<GraphCounts> {
    let sql = "SELECT (SELECT count(*) FROM user), (SELECT count(*) FROM product), (SELECT count(*) FROM purchase), \
        (SELECT count(*) FROM rated), (SELECT count(*) FROM reviewed), (SELECT count(*) FROM follows)";
    connection.prepare_cached(sql)?.query_row([], |row| {
        let transactions = row.get(2)?;
        Ok(GraphCounts {
            users: row.get(0)?,
            products: row.get(1)?,
            // A row of `purchase` is a transaction with both of its relationships.
            transactions,
            purchased: transactions,
            of: transactions,
            rated: row.get(3)?,
            reviewed: row.get(4)?,
            follows: row.get(5)?,
        })
    })
}

pub(super) fn sales(connection: &Connection, after: i64, until: i64) -> Result<Vec<Sales>> {
    // Summed up here: SQLite would sort the whole window to group it, and take ten times as long.
    let mut sums = HashMap::<i64, (i64, i64)>::new();
    let mut sold = connection.prepare_cached(SALES)?;
    let mut rows = sold.query([after, until])?;
    while let Some(row) = rows.next()? {
        let (purchases, units) = sums.entry(row.get(0)?).or_default();
        *purchases += 1;
        *units += row.get::<_, i64>(1)?;
    }
    let mut categories = connection.prepare_cached(CATEGORY)?;
    let mut sales = Vec::with_capacity(sums.len());
    for (product, (purchases, units)) in sums {
        let read = |row: &Row<'_>| Ok(Sales { product, category: row.get(0)?, purchases, units });
        sales.extend(categories.query_row([product], read).optional()?);
    }
    Ok(sales)
}

pub(super) fn influencers(connection: &Connection, limit: u32) -> Result<Vec<Influencer>> {
    connection
        .prepare_cached(INFLUENCERS)?
        .query_map([limit], |row| Ok(Influencer { user: row.get(0)?, name: row.get(1)?, followers: row.get(2)? }))?
        .collect()
}

pub(super) fn rating_counts(connection: &Connection) -> Result<Vec<RatingCounts>> {
    connection
        .prepare_cached(RATING_COUNTS)?
        .query_map([], |row| {
            Ok(RatingCounts {
                product: row.get(0)?,
                distribution: [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?],
            })
        })?
        .collect()
}

pub(super) fn raters(connection: &Connection, products: &[i64], limit: u32) -> Result<Vec<(i64, Rater)>> {
    let mut statement = connection.prepare_cached(RATERS)?;
    let mut raters = Vec::new();
    for &product in products {
        let rows = statement.query_map(params![product, limit], |row| {
            Ok((product, Rater { user: row.get(0)?, name: row.get(1)?, rating: row.get(2)? }))
        })?;
        for rater in rows {
            raters.push(rater?);
        }
    }
    Ok(raters)
}

pub(super) fn bought(connection: &Connection) -> Result<Vec<(i64, i64)>> {
    connection.prepare_cached(BOUGHT)?.query_map([], pair)?.collect()
}

pub(super) fn buyers(
    connection: &Connection,
    products: &[i64],
    after: i64,
    until: i64,
    limit: u32,
) -> Result<Vec<(i64, i64, i64)>> {
    connection
        .prepare_cached(
            "SELECT user, product, count(*) AS purchases FROM purchase INDEXED BY purchase_by_time \
             WHERE timestamp > ?1 AND timestamp <= ?2 AND product IN (SELECT value FROM json_each(?3)) \
             GROUP BY user, product ORDER BY purchases DESC, user, product LIMIT ?4",
        )?
        .query_map(params![after, until, list(products), limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

pub(super) fn followers(connection: &Connection, users: &[i64], limit: u32) -> Result<Vec<(i64, i64)>> {
    let mut statement = connection
        .prepare_cached("SELECT follower, followed FROM follows WHERE followed = ?1 ORDER BY follower LIMIT ?2")?;
    let mut followers = Vec::new();
    for user in sorted(users) {
        for follows in statement.query_map(params![user, limit], pair)? {
            followers.push(follows?);
        }
    }
    Ok(followers)
}

pub(super) fn follows_among(connection: &Connection, users: &[i64]) -> Result<Vec<(i64, i64)>> {
    // Sifted here: SQLite would look each pair of users up.
    let among = users.iter().copied().collect::<HashSet<_>>();
    let mut statement = connection.prepare_cached("SELECT follower FROM follows WHERE followed = ?1")?;
    let mut follows = Vec::new();
    for &followed in &among {
        let mut rows = statement.query([followed])?;
        while let Some(row) = rows.next()? {
            let follower = row.get(0)?;
            if among.contains(&follower) {
                follows.push((follower, followed));
            }
        }
    }
    follows.sort_unstable();
    Ok(follows)
}

pub(super) fn user_names(connection: &Connection, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    let mut statement = connection.prepare_cached(USER_NAME)?;
    let mut names = Vec::new();
    for id in sorted(ids) {
        if let Some(Some(name)) = statement.query_row([id], |row| row.get(0)).optional()? {
            names.push((id, name));
        }
    }
    Ok(names)
}

pub(super) fn product_facts(connection: &Connection, ids: &[i64]) -> Result<Vec<ProductFacts>> {
    let mut statement = connection.prepare_cached(PRODUCT_FACTS)?;
    let mut facts = Vec::new();
    for product in sorted(ids) {
        let read = |row: &Row<'_>| Ok(ProductFacts { product, name: row.get(0)?, category: row.get(1)? });
        facts.extend(statement.query_row([product], read).optional()?);
    }
    Ok(facts)
}

/// Ties come as bits, in the order of [`Tie::ALL`]; a node is a product where `product` is 1.
const OF_USER: &str = "WITH tie (product, other, bit) AS ( \
    SELECT 1, product, 1 FROM bought WHERE user = ?1 \
    UNION ALL SELECT 1, product, 2 FROM rated WHERE user = ?1 \
    UNION ALL SELECT DISTINCT 1, product, 4 FROM reviewed WHERE user = ?1 \
    UNION ALL SELECT 0, followed, 8 FROM follows WHERE follower = ?1 AND followed <> ?1 \
    UNION ALL SELECT 0, follower, 16 FROM follows WHERE followed = ?1 AND follower <> ?1) \
    SELECT product, other, sum(bit), CASE product WHEN 1 THEN (SELECT name FROM product WHERE id = other) \
    ELSE (SELECT name FROM user WHERE id = other) END, count(*) OVER () FROM tie GROUP BY product, other \
    ORDER BY count(*) DESC, product, other LIMIT ?2";

const OF_PRODUCT: &str = "WITH tie (user, bit) AS ( \
    SELECT user, 1 FROM bought WHERE product = ?1 \
    UNION ALL SELECT user, 2 FROM rated WHERE product = ?1 \
    UNION ALL SELECT DISTINCT user, 4 FROM reviewed WHERE product = ?1) \
    SELECT 0, user, sum(bit), (SELECT name FROM user WHERE id = tie.user), count(*) OVER () FROM tie GROUP BY user \
    ORDER BY count(*) DESC, user LIMIT ?2";

pub(super) fn neighbours(connection: &Connection, kind: NodeKind, id: i64, limit: u32) -> Result<Option<Neighbours>> {
    let (own, ties) = match kind {
        NodeKind::User => ("SELECT name FROM user WHERE id = ?1", OF_USER),
        NodeKind::Product => ("SELECT name FROM product WHERE id = ?1", OF_PRODUCT),
    };
    let Some(name) = connection.prepare_cached(own)?.query_row([id], |row| row.get(0)).optional()? else {
        return Ok(None);
    };
    let mut found = Neighbours { name, total: 0, neighbours: Vec::new() };
    let mut statement = connection.prepare_cached(ties)?;
    let mut rows = statement.query(params![id, limit])?;
    while let Some(row) = rows.next()? {
        let kind = if row.get(0)? { NodeKind::Product } else { NodeKind::User };
        found.neighbours.push(Neighbour { kind, id: row.get(1)?, name: row.get(3)?, ties: Tie::of_bits(row.get(2)?) });
        found.total = row.get(4)?;
    }
    Ok(Some(found))
}

fn pair(row: &Row<'_>) -> Result<(i64, i64)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn sorted(ids: &[i64]) -> Vec<i64> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Integers as a JSON text: SQLite takes no lists, and reads these exactly.
fn list(ids: &[i64]) -> String {
    let texts = ids.iter().map(i64::to_string).collect::<Vec<_>>();
    format!("[{}]", texts.join(","))
}
