//! Neo4j without Sluice: bare loaders, which are the ceiling, and statements of the bench's own.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use neo4rs::{BoltType, Graph as Driver, query};
use services::Neo4j;
use sink::graph::neo4j::set_nodelay;
use tokio::runtime::Runtime;

use crate::{
    error::{During, Error},
    world::Row,
};

/// Rows of a loader's transaction: 5,000 to 20,000 are alike.
pub(crate) const TRANSACTION: usize = 5_000;

const PURCHASES: &str = "UNWIND $rows AS row
MERGE (u:User {userID: row[1]})
MERGE (p:Product {productID: row[2]}) ON CREATE SET p.category = row[5]
CREATE (u)-[:PURCHASED]->(:Transaction {transactionID: row[0], quantity: row[3], timestamp: row[4]})-[:OF]->(p)";

const RATINGS: &str = "UNWIND $rows AS row
MERGE (u:User {userID: row[0]})
MERGE (p:Product {productID: row[1]}) ON CREATE SET p.category = 'Uncategorized'
MERGE (u)-[r:RATED]->(p)
SET r.rating_value = row[2], r.timestamp = row[3]";

const REVIEWS: &str = "UNWIND $rows AS row
MERGE (u:User {userID: row[1]})
MERGE (p:Product {productID: row[2]}) ON CREATE SET p.category = 'Uncategorized'
CREATE (u)-[:REVIEWED {interactionID: row[0], text: row[3], timestamp: row[4]}]->(p)";

const USERS: &str = "UNWIND $rows AS id MERGE (:User {userID: id})";

const FOLLOWS: &str = "UNWIND $rows AS row
MATCH (a:User {userID: row[0]})
MATCH (b:User {userID: row[1]})
MERGE (a)-[f:FOLLOWS]->(b) ON CREATE SET f.timestamp = row[2]";

/// A connection of the bench's own.
pub(crate) struct Graph {
    driver: Driver,
    runtime: Runtime,
}

impl Graph {
    pub(crate) fn at(neo4j: &Neo4j) -> Result<Self, Error> {
        let runtime = Runtime::new().during("starting a runtime")?;
        let driver = {
            let _inside = runtime.enter();
            Driver::new(neo4j.uri(), neo4j.user(), neo4j.password()).during("connecting to Neo4j")?
        };
        let graph = Self { driver, runtime };
        // As Sluice does: a ceiling must not wait for what it need not wait for.
        graph.run("RETURN 1")?;
        set_nodelay(neo4j.uri()).during("setting TCP_NODELAY")?;
        Ok(graph)
    }

    /// Stores rows as fast as a single writer can that promises nothing; how long it took.
    pub(crate) fn load(&self, rows: &[Row]) -> Result<Duration, Error> {
        // A loader that has its rows at hand: making parameters of them is not what is measured.
        let transactions: Vec<_> = rows.chunks(TRANSACTION).map(statements).collect();
        let started = Instant::now();
        for statements in transactions {
            self.transact(statements)?;
        }
        Ok(started.elapsed())
    }

    /// Stores rows, each in a transaction of its own; how long each took.
    pub(crate) fn load_singly(&self, rows: &[Row]) -> Result<Vec<Duration>, Error> {
        rows.chunks(1)
            .map(|row| {
                let started = Instant::now();
                self.transact(statements(row))?;
                Ok(started.elapsed())
            })
            .collect()
    }

    /// Runs a statement in a transaction of its own.
    pub(crate) fn run(&self, statement: &str) -> Result<(), Error> {
        self.runtime.block_on(self.driver.run(query(statement))).during(statement)
    }

    /// Runs a statement that answers one number, in a transaction of its own.
    pub(crate) fn number(&self, statement: &str) -> Result<i64, Error> {
        let work = async {
            let mut tx = self.driver.start_txn().await?;
            let mut rows = tx.execute(query(statement)).await?;
            let mut number = 0;
            while let Some(row) = rows.next(tx.handle()).await? {
                number = row.to()?;
            }
            tx.commit().await?;
            Ok::<_, neo4rs::Error>(number)
        };
        self.runtime.block_on(work).during(statement)
    }

    fn transact(&self, statements: Vec<(&'static str, BoltType)>) -> Result<(), Error> {
        let work = async {
            let mut tx = self.driver.start_txn().await?;
            for (text, rows) in statements {
                tx.run(query(text).param("rows", rows)).await?;
            }
            tx.commit().await
        };
        self.runtime.block_on(work).during("loading rows into Neo4j")
    }
}

/// The best statements known for these rows, in one transaction.
fn statements(rows: &[Row]) -> Vec<(&'static str, BoltType)> {
    let (mut purchases, mut ratings, mut reviews, mut follows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut users = BTreeSet::new();
    for row in rows {
        match row {
            Row::Purchase { id, user, product, category, quantity, timestamp } => purchases.push(list([
                id.as_str().into(),
                (*user).into(),
                (*product).into(),
                (*quantity).into(),
                (*timestamp).into(),
                (*category).into(),
            ])),
            Row::Rating { user, product, stars, timestamp, .. } => {
                ratings.push(list([(*user).into(), (*product).into(), (*stars).into(), (*timestamp).into()]));
            }
            Row::Review { id, user, product, text, timestamp } => reviews.push(list([
                id.as_str().into(),
                (*user).into(),
                (*product).into(),
                text.as_str().into(),
                (*timestamp).into(),
            ])),
            Row::Follow { follower, followed, timestamp } => {
                users.extend([*follower, *followed]);
                follows.push(list([(*follower).into(), (*followed).into(), (*timestamp).into()]));
            }
        }
    }
    let users = users.into_iter().map(BoltType::from).collect();
    let all = [(PURCHASES, purchases), (RATINGS, ratings), (REVIEWS, reviews), (USERS, users), (FOLLOWS, follows)];
    let some = all.into_iter().filter(|(_, rows)| !rows.is_empty());
    some.map(|(text, rows)| (text, BoltType::List(rows.into()))).collect()
}

fn list<const N: usize>(values: [BoltType; N]) -> BoltType {
    BoltType::List(Vec::from(values).into())
}
