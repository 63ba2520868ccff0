//! The constraints and indexes that Sluice's statements rely on, and the version of what it keeps there.

use neo4rs::query;
use serde::Deserialize;
use tracing::info;

use super::{
    checkpoint,
    link::{End, Link, Transaction},
    mark::Mark,
    mutation::quoted,
    release,
};
use crate::graph::{
    Error, Trouble,
    mutation::KeyShape,
    version::{self, Migrations, Step, UNVERSIONED, VERSION},
};

/// What is unique: the constraint's name, the pattern that binds `n`, its label or type, and the property.
const UNIQUE: [(&str, &str, &str); 10] = [
    ("sluice_user", "(n:User)", "userID"),
    ("sluice_product", "(n:Product)", "productID"),
    ("sluice_transaction", "(n:Transaction)", "transactionID"),
    ("sluice_reviewed", "()-[n:REVIEWED]-()", "interactionID"),
    ("sluice_checkpoint", "(n:SluiceCheckpoint)", "id"),
    ("sluice_connector", "(n:SluiceConnector)", "name"),
    ("sluice_dead_letter", "(n:SluiceDeadLetter)", "id"),
    ("sluice_meta", "(n:SluiceMeta)", "id"),
    ("sluice_summary", "(n:SluiceSummary)", "id"),
    ("sluice_block", "(n:SluiceBlock)", "id"),
];

/// What reads are fast by, besides: the index's name, and what it is for.
const INDEXES: [(&str, &str); 4] = [
    ("sluice_transaction_timestamp", "(n:Transaction) ON (n.timestamp)"),
    ("sluice_dead_letter_place", "(n:SluiceDeadLetter) ON (n.topic, n.partition, n.offset)"),
    ("sluice_dead_letter_published", "(n:SluiceDeadLetter) ON (n.published)"),
    ("sluice_block_place", "(n:SluiceBlock) ON (n.table, n.major)"),
];

/// What brings older graphs up to date; each says how many checkpoints it found.
const MIGRATIONS: Migrations = [cypher!("migrate_1"), cypher!("migrate_2"), cypher!("migrate_3")];

const ATTEMPT: &str = "looking at the store's version";
const MIGRATING: &str = "bringing the store up to date";

/// Makes what is missing, waits until the database has built it, and brings an older store up to date; returns the
/// database's name. `schema` is a connection for what may take minutes; where nothing is missing, it is not used.
///
/// The version is looked at first: nothing is made in a store that is refused.
pub(super) async fn prepare(reader: &Link, schema: &Link, mark: &Mark) -> Result<String, Error> {
    let mut tx = reader.begin(ATTEMPT).await?;
    let seen = see(&mut tx).await.map(End::Rollback);
    let (step, complete, version) = tx.end(seen).await?;
    if !complete {
        make(schema).await?;
    }
    if step != Step::Keep {
        let mut tx = schema.begin(MIGRATING).await?;
        let migrated = migrate(&mut tx, mark).await;
        let checkpoints = tx.end(migrated).await?;
        if checkpoints > 0 {
            info!(store.version = VERSION, checkpoints, "the store was older and has been brought up to date");
        }
    }
    Ok(format!("Neo4j {version}"))
}

/// What has to be done with the store, whether every constraint and index is there, and the database's version.
async fn see(tx: &mut Transaction<'_>) -> Result<(Step, bool, String), Error> {
    // First of all: an old one would not even understand the questions.
    let version = tx.rows::<String>(cypher!("version").into()).await?.into_iter().next();
    let version = version.unwrap_or_else(|| "of an unknown version".to_owned());
    if let Some(sentence) = release::refuse(&version) {
        return Err(Error::new(ATTEMPT, Trouble::Fatal, sentence));
    }
    let step = judge(tx).await?;
    let online = tx.rows::<String>(cypher!("schema_online").into()).await?;
    let wanted = UNIQUE.iter().map(|(name, ..)| format!("constraint {name}"));
    let complete = wanted.chain(INDEXES.map(|(name, _)| format!("index {name}"))).all(|what| online.contains(&what));
    Ok((step, complete, version))
}

async fn make(link: &Link) -> Result<(), Error> {
    for (name, pattern, property) in UNIQUE {
        let create = format!("CREATE CONSTRAINT {name} IF NOT EXISTS FOR {pattern} REQUIRE n.{property} IS UNIQUE");
        run(link, &create).await.map_err(|error| explain(error, pattern, property))?;
    }
    for (name, target) in INDEXES {
        run(link, &format!("CREATE INDEX {name} IF NOT EXISTS FOR {target}")).await?;
    }
    run(link, "CALL db.awaitIndexes()").await
}

/// Makes constraints and indexes for keys that a person has chosen. Where there is an index or a stronger constraint already,
/// that one does.
pub(super) async fn make_unique(link: &Link, shapes: &[KeyShape]) -> Result<(), Error> {
    for (shape, label) in labelled(shapes) {
        match run(link, &creation(shape)).await {
            Err(error) if error.code.as_deref().is_some_and(|code| code.ends_with("AlreadyExists")) => {}
            done => done.map_err(|error| explain(error, &format!("(n:{})", quoted(label)), &shape.names.join(", ")))?,
        }
    }
    run(link, "CALL db.awaitIndexes()").await
}

/// The statements that would make what is not there.
pub(super) async fn missing_keys(tx: &mut Transaction<'_>, shapes: &[KeyShape]) -> Result<Vec<String>, Error> {
    let there = tx.rows::<Index>(cypher!("schema_of_nodes").into()).await?;
    let has = |shape: &KeyShape, label: &String| {
        there.iter().any(|index| index.is_on(label) && index.names.len() == shape.names.len() && index.finds(shape))
    };
    Ok(labelled(shapes).filter(|(shape, label)| !has(shape, label)).map(|(shape, _)| creation(shape)).collect())
}

/// What would make those found quickly that are not, by whichever label and keys.
pub(super) async fn missing_indexes(tx: &mut Transaction<'_>, shapes: &[KeyShape]) -> Result<Vec<String>, Error> {
    let there = tx.rows::<Index>(cypher!("schema_of_nodes").into()).await?;
    let has = |shape: &KeyShape| {
        there.iter().any(|index| shape.labels.iter().any(|label| index.is_on(label)) && index.finds(shape))
    };
    Ok(labelled(shapes).filter(|(shape, _)| !has(shape)).map(|(shape, _)| creation(shape)).collect())
}

/// An index of nodes, be it a constraint's or not.
#[derive(Deserialize)]
struct Index {
    labels: Vec<String>,
    names: Vec<String>,
}

impl Index {
    fn is_on(&self, label: &str) -> bool {
        self.labels == [label]
    }

    /// Whether it is of nothing but keys of the shape.
    fn finds(&self, shape: &KeyShape) -> bool {
        self.names.iter().all(|name| shape.names.contains(name))
    }
}

/// Each with the label that its index is on; one without any cannot have one.
fn labelled(shapes: &[KeyShape]) -> impl Iterator<Item = (&KeyShape, &String)> {
    shapes.iter().filter_map(|shape| Some((shape, shape.labels.first()?)))
}

/// What makes keys unique, or at least found quickly.
fn creation(KeyShape { labels, names }: &KeyShape) -> String {
    let name = quoted(&format!("sluice_key_{}_{}", labels.join("_"), names.join("_")));
    let label = labels.first().map(|label| quoted(label)).unwrap_or_default();
    let keys = names.iter().map(|name| format!("n.{}", quoted(name))).collect::<Vec<_>>().join(", ");
    if labels.len() == 1 {
        format!("CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE ({keys}) IS UNIQUE")
    } else {
        format!("CREATE INDEX {name} IF NOT EXISTS FOR (n:{label}) ON ({keys})")
    }
}

/// Whether this program may work with the store, and what has to be done first. Only reads.
///
/// # Errors
/// [`Trouble::Fatal`] where it may not.
pub(super) async fn look(link: &Link) -> Result<Step, Error> {
    let mut tx = link.begin(ATTEMPT).await?;
    let step = judge(&mut tx).await.map(End::Rollback);
    tx.end(step).await
}

async fn judge(tx: &mut Transaction<'_>) -> Result<Step, Error> {
    #[derive(Deserialize)]
    struct Found {
        version: Option<i64>,
        format: Option<i64>,
    }
    let rows = tx.rows::<Found>(cypher!("meta_look").into()).await?;
    let (version, format) = rows.first().map_or((None, None), |row| (row.version, row.format));
    // A checkpoint of a newer store, brought here by hand.
    let foreign = version::refuse_format("of one partition", format.unwrap_or(UNVERSIONED));
    match foreign.map_or_else(|| version::step(version.unwrap_or(UNVERSIONED)), Step::Refuse) {
        Step::Refuse(sentence) => Err(Error::new(ATTEMPT, Trouble::Fatal, sentence)),
        step => Ok(step),
    }
}

/// Looks again under the lock, since another process may have been quicker; returns how many checkpoints were older.
async fn migrate(tx: &mut Transaction<'_>, mark: &Mark) -> Result<End<i64>, Error> {
    tx.run(cypher!("meta_lock").into()).await?;
    let Step::Migrate(from) = judge(tx).await? else { return Ok(End::Rollback(0)) };
    checkpoint::lock_all(tx, mark).await?;
    let mut checkpoints = 0;
    for migration in &MIGRATIONS[from..] {
        checkpoints = tx.number(query(migration)).await?;
    }
    tx.run(query(cypher!("meta_put")).param("version", VERSION)).await?;
    Ok(End::Commit(checkpoints))
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
