//! The embedded store: the graph in a SQLite file of this process's own.
//!
//! Invariant: what is committed survives a crash of the process, and one process at a time has the file.

use std::{fs::File, ops::Range, path::Path};

use async_trait::async_trait;
use model::{
    answer::{Influencer, Rater},
    dead_letter::ReasonCount,
    picture::NodeKind,
    status::GraphCounts,
};

use super::{
    Batch, Changes, Checkpoint, CheckpointId, Claim, Description, Error, Intent, LedgerEntry, Letters, Needs,
    Neighbours, Outcome, ProductFacts, RatingCounts, ReplayClaim, Sales, Store, Target, Trouble, Wanted,
    ledger::After,
    mutation::{FoundNode, KeyShape, Node, Properties, Relationship},
    takeover,
};

mod checkpoint;
mod file;
mod found;
mod ledger;
pub(super) mod mutation;
mod pool;
mod query;
mod target;
mod trouble;
mod write;

use mutation::Refusal;
use pool::{End, Pool};
pub use query::{aside, statements};

const NAME: &str = "Embedded store";

/// A graph in a file.
pub struct Embedded {
    pool: Pool,
    location: String,
    /// Holds the folder for this process until the store is dropped.
    _lock: File,
}

impl Embedded {
    /// Opens the store in a folder, which is made if it is missing. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// A sentence where the folder can't be written, another process has it, or the file is damaged, not Sluice's or a
    /// newer Sluice's; nothing is changed then.
    pub fn open(data_dir: &Path) -> Result<Self, Error> {
        Self::open_bounded(data_dir, None)
    }

    /// As [`Embedded::open`], with a file that does not grow beyond so many MiB. Once it is full, whatever would make it
    /// grow fails with passing trouble. A file that is larger already stays as large as it is.
    ///
    /// # Errors
    /// As [`Embedded::open`].
    pub fn open_bounded(data_dir: &Path, max_mib: Option<u32>) -> Result<Self, Error> {
        let lock = file::lock(data_dir)?;
        let path = data_dir.join("sluice.db");
        let location = path.display().to_string();
        Ok(Self { pool: Pool::new(path, max_mib)?, location, _lock: lock })
    }
}

#[async_trait]
impl Store for Embedded {
    fn describe(&self) -> Description {
        Description { name: NAME, location: self.location.clone(), embedded: true }
    }

    async fn prepare(&self) -> Result<String, Error> {
        self.ping().await.map(|()| NAME.to_owned())
    }

    async fn ping(&self) -> Result<(), Error> {
        self.pool.read("asking the store", |tx| tx.query_row("SELECT count(*) FROM checkpoint", [], |_| Ok(()))).await
    }

    async fn claim(&self, claims: &[Claim]) -> Result<Vec<Checkpoint>, Error> {
        let claims = claims.to_vec();
        self.pool
            .write("taking partitions over", move |tx| {
                let all = checkpoint::all(tx)?;
                let claimed = claims.iter().map(|claim| takeover::claimed(&all, claim)).collect::<Vec<_>>();
                checkpoint::put(tx, &claimed)?;
                Ok(End::Commit(claimed))
            })
            .await
    }

    async fn write(&self, batch: &Batch) -> Result<Outcome, Error> {
        let (attempt, batch) = ("writing a batch", batch.clone());
        let written = self.pool.write(attempt, move |tx| write::write(tx, &batch)).await?;
        written.map_err(|Refusal { code, message }| Error {
            attempt,
            trouble: Trouble::Data,
            code: Some(code.to_owned()),
            message,
        })
    }

    async fn probe(&self, batch: &Batch) -> Result<(), Error> {
        let intervals = batch.intervals.clone();
        self.pool.write("probing the store", move |tx| write::probe(tx, &intervals)).await
    }

    async fn checkpoints(&self) -> Result<Vec<Checkpoint>, Error> {
        self.pool.read("reading checkpoints", |tx| checkpoint::all(tx)).await
    }

    async fn retire_embedded(&self, cluster: &str) -> Result<(), Error> {
        let cluster = cluster.to_owned();
        self.pool
            .write("retiring embedded clusters", move |tx| {
                let (gone, folded) = takeover::retired(&checkpoint::all(tx)?, &cluster);
                checkpoint::delete(tx, &gone)?;
                checkpoint::put(tx, &folded)?;
                Ok(End::Commit(()))
            })
            .await
    }

    async fn targets(&self) -> Result<Vec<Target>, Error> {
        self.pool.read("reading target states", |tx| target::all(tx)).await
    }

    async fn aim(&self, connector: &str, intent: &Intent) -> Result<(Target, Target), Error> {
        let (connector, intent) = (connector.to_owned(), intent.clone());
        self.pool
            .write("setting a target state", move |tx| Ok(End::Commit(target::aim(tx, &connector, &intent)?)))
            .await
    }

    async fn rewind(&self, to: &[(CheckpointId, i64)]) -> Result<(), Error> {
        let to = to.to_vec();
        let rewind = move |tx: &rusqlite::Transaction<'_>| {
            let all = checkpoint::all(tx)?;
            checkpoint::put(tx, &takeover::rewound(&all, &to)).map(End::Commit)
        };
        self.pool.write("moving checkpoints", rewind).await
    }

    async fn letters(&self, wanted: &Wanted, after: Option<&str>, limit: u32) -> Result<Letters, Error> {
        let after = after.map(After::parse).transpose()?;
        let wanted = wanted.clone();
        // One more than wanted tells whether there is a next page.
        let read =
            move |tx: &rusqlite::Transaction<'_>| ledger::page(tx, &wanted, after.as_ref(), limit.saturating_add(1));
        let found = self.pool.read("reading dead letters", read).await?;
        Ok(super::ledger::page(found, limit))
    }

    async fn dead_letter_counts(&self) -> Result<Vec<(String, i64)>, Error> {
        self.pool.read("counting dead letters", |tx| ledger::counts(tx)).await
    }

    async fn dead_letter_reasons(&self) -> Result<Vec<ReasonCount>, Error> {
        self.pool.read("counting dead letters", |tx| ledger::reasons(tx)).await
    }

    async fn dead_offsets(
        &self,
        connector: Option<&str>,
        cluster: &str,
        topic: &str,
        partition: i32,
        within: Range<i64>,
    ) -> Result<Vec<i64>, Error> {
        let (connector, cluster, topic) = (connector.map(ToOwned::to_owned), cluster.to_owned(), topic.to_owned());
        self.pool
            .read("reading dead letters", move |tx| {
                ledger::offsets(tx, connector.as_deref(), &cluster, &topic, partition, within)
            })
            .await
    }

    async fn unpublished(&self, limit: u32) -> Result<Vec<LedgerEntry>, Error> {
        self.pool.read("reading dead letters", move |tx| ledger::unpublished(tx, limit)).await
    }

    async fn mark_published(&self, ids: &[String]) -> Result<(), Error> {
        let ids = ids.to_vec();
        self.pool
            .write("noting published dead letters", move |tx| ledger::mark_published(tx, &ids).map(End::Commit))
            .await
    }

    async fn dead_letter(&self, topic: &str, partition: i32, offset: i64) -> Result<Option<LedgerEntry>, Error> {
        let topic = topic.to_owned();
        self.pool.read("reading a dead letter", move |tx| ledger::find(tx, &topic, partition, offset)).await
    }

    async fn letter(&self, id: &str) -> Result<Option<LedgerEntry>, Error> {
        let id = id.to_owned();
        self.pool.read("reading a dead letter", move |tx| ledger::letter(tx, &id)).await
    }

    async fn claim_replay(&self, id: &str, by: &str, at: i64, again: bool) -> Result<ReplayClaim, Error> {
        let (id, by) = (id.to_owned(), by.to_owned());
        self.pool
            .write("claiming a dead letter", move |tx| ledger::claim(tx, &id, &by, at, again).map(End::Commit))
            .await
    }

    async fn release_replay(&self, id: &str, by: &str) -> Result<(), Error> {
        let (id, by) = (id.to_owned(), by.to_owned());
        self.pool.write("giving up a dead letter", move |tx| ledger::release(tx, &id, &by).map(End::Commit)).await
    }

    async fn mark_replayed(&self, id: &str, by: &str, at: i64) -> Result<(), Error> {
        let (id, by) = (id.to_owned(), by.to_owned());
        self.pool
            .write("noting a replayed dead letter", move |tx| ledger::mark_replayed(tx, &id, &by, at).map(End::Commit))
            .await
    }

    async fn counts(&self) -> Result<GraphCounts, Error> {
        self.pool.read("counting the graph", |tx| query::counts(tx)).await
    }

    async fn reset(&self, to: &[(CheckpointId, i64)]) -> Result<(), Error> {
        let to = to.to_vec();
        self.pool.write("emptying the graph", move |tx| write::reset(tx, &to).map(End::Commit)).await
    }

    async fn sales(&self, after: i64, until: i64) -> Result<Vec<Sales>, Error> {
        self.pool.read("reading sales", move |tx| query::sales(tx, after, until)).await
    }

    async fn influencers(&self, limit: u32) -> Result<Vec<Influencer>, Error> {
        self.pool.read("reading influencers", move |tx| query::influencers(tx, limit)).await
    }

    async fn rating_counts(&self) -> Result<Vec<RatingCounts>, Error> {
        self.pool.read("reading ratings", |tx| query::rating_counts(tx)).await
    }

    async fn raters(&self, products: &[i64], limit: u32) -> Result<Vec<(i64, Rater)>, Error> {
        let products = products.to_vec();
        self.pool.read("reading ratings", move |tx| query::raters(tx, &products, limit)).await
    }

    async fn bought(&self) -> Result<Vec<(i64, i64)>, Error> {
        self.pool.read("reading who bought what", |tx| query::bought(tx)).await
    }

    async fn buyers(
        &self,
        products: &[i64],
        after: i64,
        until: i64,
        limit: u32,
    ) -> Result<Vec<(i64, i64, i64)>, Error> {
        let products = products.to_vec();
        self.pool.read("reading buyers", move |tx| query::buyers(tx, &products, after, until, limit)).await
    }

    async fn followers(&self, users: &[i64], limit: u32) -> Result<Vec<(i64, i64)>, Error> {
        let users = users.to_vec();
        self.pool.read("reading followers", move |tx| query::followers(tx, &users, limit)).await
    }

    async fn follows_among(&self, users: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
        let users = users.to_vec();
        self.pool.read("reading followers", move |tx| query::follows_among(tx, &users)).await
    }

    async fn user_names(&self, ids: &[i64]) -> Result<Vec<(i64, String)>, Error> {
        let ids = ids.to_vec();
        self.pool.read("reading names", move |tx| query::user_names(tx, &ids)).await
    }

    async fn product_facts(&self, ids: &[i64]) -> Result<Vec<ProductFacts>, Error> {
        let ids = ids.to_vec();
        self.pool.read("reading products", move |tx| query::product_facts(tx, &ids)).await
    }

    async fn found(&self, needs: &Needs) -> Result<Changes, Error> {
        let needs = needs.clone();
        self.pool.read("reading what a record became", move |tx| found::found(tx, &needs)).await
    }

    async fn nodes(&self, node: &Node) -> Result<Vec<FoundNode>, Error> {
        let node = node.clone();
        self.pool.read("reading nodes", move |tx| mutation::nodes(tx, &node)).await
    }

    async fn relationships(&self, relationship: &Relationship) -> Result<Vec<Properties>, Error> {
        let relationship = relationship.clone();
        self.pool.read("reading relationships", move |tx| mutation::relationships(tx, &relationship)).await
    }

    /// Nothing is to be done: every property that a node can be found by has its place in an index.
    async fn explain(&self, _statement: &str) -> Result<(), Error> {
        Err(Error::new("looking at a statement", Trouble::Data, "Cypher needs Neo4j, and this is the embedded store"))
    }

    async fn make_unique(&self, _shapes: &[KeyShape]) -> Result<(), Error> {
        Ok(())
    }

    async fn missing_keys(&self, _shapes: &[KeyShape]) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    async fn missing_indexes(&self, _shapes: &[KeyShape]) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    async fn neighbours(&self, kind: NodeKind, id: i64, limit: u32) -> Result<Option<Neighbours>, Error> {
        self.pool.read("reading neighbours", move |tx| query::neighbours(tx, kind, id, limit)).await
    }
}
