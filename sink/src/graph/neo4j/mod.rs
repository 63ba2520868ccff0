//! Neo4j, the only room that speaks Bolt.
//!
//! Invariant: one transaction at a time writes. Sorting keys does not keep writers from deadlocks: a MERGE of an existing
//! node takes a shared lock, and one of a new relationship locks both of its ends, row by row.

use std::{
    ops::Range,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use async_trait::async_trait;
use model::{
    answer::{Influencer, Rater},
    dead_letter::ReasonCount,
    picture::NodeKind,
    status::GraphCounts,
};
use neo4rs::{BoltBytes, BoltType};
use uuid::Uuid;

use super::{
    Batch, Changes, Checkpoint, CheckpointId, Claim, Description, Error, Intent, LedgerEntry, Letters, Needs,
    Neighbours, Outcome, ProductFacts, RatingCounts, ReplayClaim, Sales, Store, Target, Trouble, Wanted,
    ledger::After,
    mutation::{FoundNode, KeyShape, Node, Properties, Relationship},
    takeover,
};

/// The text of a statement, of one part or more.
macro_rules! cypher {
    ($($part:literal),+) => {
        concat!($(include_str!(concat!("cypher/", $part, ".cypher"))),+)
    };
}

mod bounds;
mod checkpoint;
mod encryption;
mod ends;
mod found;
mod known;
mod ledger;
mod link;
mod mark;
mod mutation;
mod nodelay;
mod query;
mod release;
mod reset;
mod schema;
mod statement;
mod summary;
mod target;
mod trouble;
mod uri;
mod write;
mod zombie;

pub use bounds::Bounds;
use known::{Known, Surprise};
use link::{End, Link};
use mark::{Mark, Wish};
pub(crate) use mutation::statements_of;
pub use nodelay::set_nodelay;
pub use query::{aside, statement};
use statement::Planned;
use summary::Summary;
pub use trouble::trouble;
pub use uri::check_uri;
use write::Attempt;
use zombie::Sentry;

/// How many statements read at once: the four questions, and what the page and the API ask beside.
const READERS: usize = 8;

/// How often a batch is tried at once: a graph that is not as it was taken to be has one surprise for the first try, and
/// one more for the second.
const TRIES: u32 = 3;

/// Where a Neo4j is, and who asks.
#[derive(Clone)]
pub struct Options {
    /// `bolt://host:7687`, `neo4j+s://host`, …: see [`check_uri`]. With `+s` the connection is encrypted and the server's
    /// certificate checked, with `+ssc` it is encrypted and any certificate will do. `neo4j://` connects to this one
    /// server, too, and asks it to pass statements on to whichever leads (server-side routing): the driver has no
    /// routing of its own that is stable.
    pub uri: String,
    /// The user's name.
    pub user: String,
    /// The password, if it is not in a file.
    pub password: Option<String>,
    /// A file with the password and nothing else; read again when it is refused.
    pub password_file: Option<PathBuf>,
    /// A file with the certificates in PEM format of the CAs to trust instead of the system's, read again whenever
    /// connections are made anew. With a scheme that ends with `+s` only.
    pub ca_file: Option<PathBuf>,
    /// The database.
    pub database: String,
}

/// A graph in a Neo4j database.
pub struct Neo4j {
    location: String,
    /// What its transactions are known by.
    id: String,
    /// How many writing transactions it has begun.
    begun: AtomicI64,
    writer: Link,
    reader: Link,
    schema: Link,
    /// The store's version was looked at and is none that this program does not know.
    admitted: AtomicBool,
    /// Its constraints are there. Without them, two that make the summary's node at once make two.
    prepared: AtomicBool,
    sentry: Sentry,
    summary: Summary,
    /// As the last write that was committed left it.
    known: Mutex<Known>,
    /// The statement of somebody's own that could be planned last.
    planned: Planned,
}

impl Neo4j {
    /// Makes a store that connects when it is used.
    ///
    /// # Errors
    /// A sentence for an address that is none.
    pub fn new(options: Options) -> Result<Self, Error> {
        Self::with_bounds(options, Bounds::default())
    }

    /// As [`Neo4j::new`], with other bounds in time.
    ///
    /// # Errors
    /// A sentence for an address that is none.
    pub fn with_bounds(options: Options, bounds: Bounds) -> Result<Self, Error> {
        check_uri(&options.uri)
            .and_then(|()| encryption::check(&options.uri, options.ca_file.as_deref()))
            .map_err(|sentence| Error::new("reading Neo4j's address", Trouble::Fatal, sentence))?;
        Ok(Self {
            location: options.uri.clone(),
            admitted: AtomicBool::new(false),
            prepared: AtomicBool::new(false),
            id: Uuid::new_v4().to_string(),
            begun: AtomicI64::new(0),
            writer: Link::new(options.clone(), 1, bounds.connect, bounds.write),
            reader: Link::new(options.clone(), READERS, bounds.connect, bounds.read),
            schema: Link::new(options.clone(), 1, bounds.connect, bounds.schema),
            // To count all may take as long as an index.
            summary: Summary::new(Link::new(options.clone(), 1, bounds.connect, bounds.schema)),
            sentry: Sentry::new(Link::new(options, 1, bounds.connect, bounds.read), bounds.patience),
            known: Mutex::default(),
            planned: Planned::default(),
        })
    }

    /// Sees to it that nothing is written into a store of a newer Sluice, whoever asks first.
    async fn admit(&self) -> Result<(), Error> {
        if !self.admitted.load(Ordering::Relaxed) {
            // Not by the connection for schemas, which waits for minutes.
            schema::look(&self.reader).await?;
            self.admitted.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn try_write(&self, batch: &Batch, known: &mut Known) -> Result<Attempt, Error> {
        self.admit().await?;
        let mark = self.mark(batch.intervals.iter().map(|interval| &interval.id));
        let work = Box::pin(async {
            let mut tx = self.writer.begin("writing a batch").await?;
            let outcome = write::write(&mut tx, batch, &mark, known).await;
            tx.end(outcome).await
        });
        self.sentry.watch(&mark, Wish::Write, work).await
    }

    /// Whose fault it is that a statement was refused. Neo4j says of a statement of somebody's own that it is wrong where
    /// it met a value that it can't use, such as no key to merge by or a text that is no date: if it can be planned, it is
    /// the record.
    async fn blame(&self, batch: &Batch, error: Error) -> Error {
        if !error.code.as_deref().is_some_and(trouble::may_be_a_value) {
            return error;
        }
        let statements = statement::texts(batch);
        if statements.is_empty() {
            return error;
        }
        for text in statements {
            if self.planned.is_fresh(text) {
                continue;
            }
            match self.explain(text).await {
                Ok(()) => self.planned.note(text),
                Err(refused) if refused.trouble == Trouble::Data => return error,
                Err(away) => return away,
            }
        }
        Error { trouble: Trouble::Data, ..error }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a transaction of the summary says of itself. It is none of the writer's, which would take it for abandoned.
    fn summary_mark(&self) -> Mark {
        Mark::new(&format!("{}/summary", self.id), self.begun.fetch_add(1, Ordering::Relaxed), [])
    }

    /// What the next writing transaction says of itself.
    fn mark<'a>(&self, ids: impl IntoIterator<Item = &'a CheckpointId>) -> Mark {
        Mark::new(&self.id, self.begun.fetch_add(1, Ordering::Relaxed), ids)
    }
}

/// Runs one call in a transaction that is rolled back: it only reads.
macro_rules! read {
    ($self:ident, $attempt:literal, $($call:ident)::+ ($($argument:expr),*)) => {{
        let mut tx = $self.reader.begin($attempt).await?;
        let answer = $($call)::+(&mut tx $(, $argument)*).await.map(End::Rollback);
        tx.end(answer).await
    }};
}

/// Answers from the summary, or else from the graph.
macro_rules! summed {
    ($self:ident, $attempt:literal, $call:ident ($($argument:expr),*)) => {
        if let Some(answer) = read!($self, $attempt, summary::$call(&$self.summary $(, $argument)*))? {
            Ok(answer)
        } else {
            read!($self, $attempt, query::$call($($argument),*))
        }
    };
}

/// Runs one call in a transaction that is committed.
macro_rules! write {
    ($self:ident, $attempt:literal, $($call:ident)::+ ($($argument:expr),*)) => {{
        $self.admit().await?;
        let mut tx = $self.writer.begin($attempt).await?;
        let answer = $($call)::+(&mut tx $(, $argument)*).await.map(End::Commit);
        tx.end(answer).await
    }};
}

#[async_trait]
impl Store for Neo4j {
    fn describe(&self) -> Description {
        Description { name: "Neo4j", location: self.location.clone(), embedded: false }
    }

    async fn prepare(&self) -> Result<String, Error> {
        self.admitted.store(false, Ordering::Relaxed);
        self.prepared.store(false, Ordering::Relaxed);
        let name = schema::prepare(&self.reader, &self.schema, &self.mark([])).await?;
        self.admitted.store(true, Ordering::Relaxed);
        self.prepared.store(true, Ordering::Relaxed);
        Ok(name)
    }

    async fn ping(&self) -> Result<(), Error> {
        let mut tx = self.reader.begin("asking Neo4j").await?;
        let answer = tx.run("RETURN 1".into()).await.map(End::Rollback);
        tx.end(answer).await
    }

    async fn claim(&self, claims: &[Claim]) -> Result<Vec<Checkpoint>, Error> {
        let mark = self.mark(claims.iter().map(|claim| &claim.id));
        let work = Box::pin(async { write!(self, "taking partitions over", claim(claims, &mark)) });
        self.sentry.watch(&mark, Wish::Claim, work).await
    }

    /// What has an id is taken for new, users and products that were seen for being as they were. Where that is wrong the
    /// constraint refuses the batch, or something is missed; the same where another process writes between asking and
    /// writing. Then it is tried again, with nothing known and everything asked.
    async fn write(&self, batch: &Batch) -> Result<Outcome, Error> {
        let conflict =
            |error: &Error| error.code.as_deref() == Some("Neo.ClientError.Schema.ConstraintValidationFailed");
        let mut known = self.known().take();
        let mut tries = 0;
        loop {
            tries += 1;
            let surprise = match self.try_write(batch, &mut known).await {
                Ok(Attempt::Done(outcome)) => {
                    if matches!(outcome, Outcome::Committed(_)) {
                        self.known().keep(known);
                    }
                    return Ok(outcome);
                }
                Ok(Attempt::Met(surprise)) if tries < TRIES => surprise,
                Ok(Attempt::Met(_)) => return Err(write::changed("writing a batch")),
                Err(error) if conflict(&error) && !known.is_doubtful() => Surprise::Ids,
                Err(error) => return Err(self.blame(batch, error).await),
            };
            known = known.after(surprise);
        }
    }

    async fn probe(&self, batch: &Batch) -> Result<(), Error> {
        self.admit().await?;
        let mut tx = self.writer.begin("probing Neo4j").await?;
        let answer = write::probe(&mut tx, batch, &self.mark([])).await.map(End::Rollback);
        tx.end(answer).await
    }

    async fn checkpoints(&self) -> Result<Vec<Checkpoint>, Error> {
        read!(self, "reading checkpoints", checkpoint::all())
    }

    async fn retire_embedded(&self, cluster: &str) -> Result<(), Error> {
        write!(self, "retiring embedded clusters", retire(cluster, &self.mark([])))
    }

    async fn targets(&self) -> Result<Vec<Target>, Error> {
        read!(self, "reading target states", target::all())
    }

    async fn aim(&self, connector: &str, intent: &Intent) -> Result<(Target, Target), Error> {
        write!(self, "setting a target state", target::aim(connector, intent))
    }

    async fn rewind(&self, to: &[(CheckpointId, i64)]) -> Result<(), Error> {
        let mark = self.mark(to.iter().map(|(id, _)| id));
        let work = Box::pin(async { write!(self, "moving checkpoints", rewind(to, &mark)) });
        self.sentry.watch(&mark, Wish::Claim, work).await
    }

    async fn letters(&self, wanted: &Wanted, after: Option<&str>, limit: u32) -> Result<Letters, Error> {
        let after = after.map(After::parse).transpose()?;
        read!(self, "reading dead letters", ledger::page(wanted, after.as_ref(), limit))
    }

    async fn dead_letter_counts(&self) -> Result<Vec<(String, i64)>, Error> {
        read!(self, "counting dead letters", ledger::counts())
    }

    async fn dead_letter_reasons(&self) -> Result<Vec<ReasonCount>, Error> {
        read!(self, "counting dead letters", ledger::reasons())
    }

    async fn dead_offsets(
        &self,
        connector: Option<&str>,
        cluster: &str,
        topic: &str,
        partition: i32,
        within: Range<i64>,
    ) -> Result<Vec<i64>, Error> {
        read!(self, "reading dead letters", ledger::offsets(connector, cluster, topic, partition, within))
    }

    async fn unpublished(&self, limit: u32) -> Result<Vec<LedgerEntry>, Error> {
        read!(self, "reading dead letters", ledger::unpublished(limit))
    }

    async fn mark_published(&self, ids: &[String]) -> Result<(), Error> {
        write!(self, "noting published dead letters", ledger::mark_published(ids))
    }

    async fn dead_letter(&self, topic: &str, partition: i32, offset: i64) -> Result<Option<LedgerEntry>, Error> {
        read!(self, "reading a dead letter", ledger::find(topic, partition, offset))
    }

    async fn letter(&self, id: &str) -> Result<Option<LedgerEntry>, Error> {
        read!(self, "reading a dead letter", ledger::letter(id))
    }

    async fn claim_replay(&self, id: &str, by: &str, at: i64, again: bool) -> Result<ReplayClaim, Error> {
        write!(self, "claiming a dead letter", ledger::claim(id, by, at, again))
    }

    async fn release_replay(&self, id: &str, by: &str) -> Result<(), Error> {
        write!(self, "giving up a dead letter", ledger::release(id, by))
    }

    async fn mark_replayed(&self, id: &str, by: &str, at: i64) -> Result<(), Error> {
        write!(self, "noting a replayed dead letter", ledger::mark_replayed(id, by, at))
    }

    async fn counts(&self) -> Result<GraphCounts, Error> {
        read!(self, "counting the graph", query::counts())
    }

    async fn reset(&self, to: &[(CheckpointId, i64)]) -> Result<(), Error> {
        self.admit().await?;
        *self.known() = Known::default();
        reset::reset(&self.writer, to, &self.mark([])).await
    }

    async fn fold(&self) -> Result<(), Error> {
        if !self.prepared.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.admit().await?;
        self.summary.fold(&self.summary_mark()).await
    }

    async fn recount(&self) -> Result<(), Error> {
        if !self.prepared.load(Ordering::Relaxed) {
            let message = "constraints and indexes are not known to be there yet";
            return Err(Error::new("counting the summary anew", Trouble::Passing, message));
        }
        self.admit().await?;
        self.summary.count(&self.summary_mark()).await
    }

    async fn sales(&self, after: i64, until: i64) -> Result<Vec<Sales>, Error> {
        summed!(self, "reading sales", sales(after, until))
    }

    async fn influencers(&self, limit: u32) -> Result<Vec<Influencer>, Error> {
        summed!(self, "reading influencers", influencers(limit))
    }

    async fn rating_counts(&self) -> Result<Vec<RatingCounts>, Error> {
        summed!(self, "reading ratings", rating_counts())
    }

    async fn raters(&self, products: &[i64], limit: u32) -> Result<Vec<(i64, Rater)>, Error> {
        read!(self, "reading ratings", query::raters(products, limit))
    }

    async fn bought(&self) -> Result<Vec<(i64, i64)>, Error> {
        summed!(self, "reading who bought what", bought())
    }

    async fn buyers(
        &self,
        products: &[i64],
        after: i64,
        until: i64,
        limit: u32,
    ) -> Result<Vec<(i64, i64, i64)>, Error> {
        read!(self, "reading buyers", query::buyers(products, after, until, limit))
    }

    async fn followers(&self, users: &[i64], limit: u32) -> Result<Vec<(i64, i64)>, Error> {
        read!(self, "reading followers", query::followers(users, limit))
    }

    async fn follows_among(&self, users: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
        read!(self, "reading followers", query::follows_among(users))
    }

    async fn user_names(&self, ids: &[i64]) -> Result<Vec<(i64, String)>, Error> {
        read!(self, "reading names", query::user_names(ids))
    }

    async fn product_facts(&self, ids: &[i64]) -> Result<Vec<ProductFacts>, Error> {
        read!(self, "reading products", query::product_facts(ids))
    }

    async fn found(&self, needs: &Needs) -> Result<Changes, Error> {
        read!(self, "reading what a record became", found::found(needs))
    }

    async fn nodes(&self, node: &Node) -> Result<Vec<FoundNode>, Error> {
        read!(self, "reading nodes", mutation::nodes(node))
    }

    async fn relationships(&self, relationship: &Relationship) -> Result<Vec<Properties>, Error> {
        read!(self, "reading relationships", mutation::relationships(relationship))
    }

    async fn explain(&self, statement: &str) -> Result<(), Error> {
        let mut tx = self.reader.begin("looking at a statement").await?;
        let answer = tx.run(format!("EXPLAIN {statement}").into()).await.map(End::Rollback);
        tx.end(answer).await.map_err(|error| match &error.code {
            // Of the statement itself, and not of who asks or when.
            Some(code) if code.starts_with("Neo.ClientError.Statement.") => Error { trouble: Trouble::Data, ..error },
            _ => error,
        })
    }

    async fn make_unique(&self, shapes: &[KeyShape]) -> Result<(), Error> {
        self.admit().await?;
        schema::make_unique(&self.schema, shapes).await
    }

    async fn missing_keys(&self, shapes: &[KeyShape]) -> Result<Vec<String>, Error> {
        read!(self, "looking for the keys' indexes", schema::missing_keys(shapes))
    }

    async fn missing_indexes(&self, shapes: &[KeyShape]) -> Result<Vec<String>, Error> {
        read!(self, "looking for indexes", schema::missing_indexes(shapes))
    }

    async fn neighbours(&self, kind: NodeKind, id: i64, limit: u32) -> Result<Option<Neighbours>, Error> {
        read!(self, "reading neighbours", query::neighbours(kind, id, limit))
    }
}

async fn claim(tx: &mut link::Transaction<'_>, claims: &[Claim], mark: &Mark) -> Result<Vec<Checkpoint>, Error> {
    let ids = claims.iter().map(|claim| &claim.id).collect::<Vec<_>>();
    checkpoint::lock_or_create(tx, &ids, mark).await?;
    let all = checkpoint::all(tx).await?;
    let claimed = claims.iter().map(|claim| takeover::claimed(&all, claim)).collect::<Vec<_>>();
    checkpoint::put(tx, &claimed).await?;
    Ok(claimed)
}

async fn rewind(tx: &mut link::Transaction<'_>, to: &[(CheckpointId, i64)], mark: &Mark) -> Result<(), Error> {
    let ids = to.iter().map(|(id, _)| id).collect::<Vec<_>>();
    checkpoint::lock_or_create(tx, &ids, mark).await?;
    let all = checkpoint::all(tx).await?;
    checkpoint::put(tx, &takeover::rewound(&all, to)).await
}

async fn retire(tx: &mut link::Transaction<'_>, cluster: &str, mark: &Mark) -> Result<(), Error> {
    checkpoint::lock_all(tx, mark).await?;
    let (gone, folded) = takeover::retired(&checkpoint::all(tx).await?, cluster);
    checkpoint::delete(tx, &gone).await?;
    checkpoint::put(tx, &folded).await
}

/// A list of the value, or of nothing where there is none: to set a property to null would remove it.
fn told(value: Option<impl Into<BoltType>>) -> BoltType {
    value.into_iter().collect()
}

/// Bytes, spelled out: a `Vec<u8>` would become a list of integers.
fn bytes(bytes: Vec<u8>) -> BoltType {
    BoltType::Bytes(BoltBytes::new(bytes.into()))
}

/// A row of a statement's `$rows`. A list, not a map: it was measured to be a quarter faster.
fn row<const N: usize>(values: [BoltType; N]) -> BoltType {
    BoltType::List(Vec::from(values).into())
}
