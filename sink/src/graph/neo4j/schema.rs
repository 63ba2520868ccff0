//! The constraints and indexes that Sluice's statements rely on.

use super::link::{End, Link};
use crate::graph::{Error, Trouble};

/// What is unique: the constraint's name, the pattern that binds `n`, its label or type, and the property.
const UNIQUE: [(&str, &str, &str); 7] = [
    ("sluice_user", "(n:User)", "userID"),
    ("sluice_product", "(n:Product)", "productID"),
    ("sluice_transaction", "(n:Transaction)", "transactionID"),
    ("sluice_reviewed", "()-[n:REVIEWED]-()", "interactionID"),
    ("sluice_checkpoint", "(n:SluiceCheckpoint)", "id"),
    ("sluice_connector", "(n:SluiceConnector)", "name"),
    ("sluice_dead_letter", "(n:SluiceDeadLetter)", "id"),
];

/// What reads are fast by, besides.
const INDEXES: [&str; 3] = [
    "CREATE INDEX sluice_transaction_timestamp IF NOT EXISTS FOR (n:Transaction) ON (n.timestamp)",
    "CREATE INDEX sluice_dead_letter_place IF NOT EXISTS FOR (n:SluiceDeadLetter) ON (n.topic, n.partition, n.offset)",
    "CREATE INDEX sluice_dead_letter_published IF NOT EXISTS FOR (n:SluiceDeadLetter) ON (n.published)",
];

/// Makes what is missing, and waits until the database has built it.
pub(super) async fn prepare(link: &Link) -> Result<String, Error> {
    for (name, pattern, property) in UNIQUE {
        let create = format!("CREATE CONSTRAINT {name} IF NOT EXISTS FOR {pattern} REQUIRE n.{property} IS UNIQUE");
        run(link, &create).await.map_err(|error| explain(error, pattern, property))?;
    }
    for create in INDEXES {
        run(link, create).await?;
    }
    run(link, "CALL db.awaitIndexes()").await?;
    let mut tx = link.begin("asking for the version").await?;
    let version = tx.rows::<String>(cypher!("version").into()).await.map(End::Rollback);
    let version = tx.end(version).await?;
    Ok(format!("Neo4j {}", version.first().map_or("of an unknown version", String::as_str)))
}

async fn run(link: &Link, statement: &str) -> Result<(), Error> {
    let mut tx = link.begin("making constraints and indexes").await?;
    let done = tx.run(statement.into()).await.map(End::Commit);
    match tx.end(done).await {
        // Somebody else, most likely another process that starts, makes the same at this moment.
        Err(error)
            if error.code.as_deref().is_some_and(|code| code.ends_with(".EquivalentSchemaRuleAlreadyExists")) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// Says how to find what the constraint can't be made for.
fn explain(mut error: Error, pattern: &str, property: &str) -> Error {
    let code = error.code.as_deref().unwrap_or_default();
    if code.ends_with(".ConstraintCreationFailed") || code.ends_with(".ConstraintValidationFailed") {
        error.trouble = Trouble::Fatal;
        error.message = format!(
            "the graph has {property} more than once where it has to be unique ({}); this lists them: {}",
            error.message,
            offenders(pattern, property)
        );
    } else if code.ends_with(".IndexAlreadyExists") {
        error.message.push_str("; drop that index, the constraint brings one of its own");
    }
    error
}

fn offenders(pattern: &str, property: &str) -> String {
    // Without a direction every relationship is matched twice.
    let pattern = pattern.replace("]-()", "]->()");
    format!(
        "MATCH {pattern} WITH n.{property} AS {property}, count(*) AS times WHERE times > 1 RETURN {property}, times"
    )
}
