//! The graph: what a store can do, whichever database stands behind it.
//!
//! Invariant: nothing moves a checkpoint but [`Store::write`], in the transaction that writes the data,
//! and [`Store::claim`], which takes a partition over.

use std::ops::Range;

use async_trait::async_trait;
use model::{
    answer::{Influencer, Rater},
    dead_letter::{DeadLetter, DeadLetterPage, ReasonCount},
    picture::NodeKind,
    status::GraphCounts,
};

pub mod batch;
pub mod change;
pub mod checkpoint;
pub mod embedded;
pub mod error;
mod ledger;
pub mod mutation;
pub mod neo4j;
mod statement;
mod takeover;
mod target;
mod version;

pub use batch::{Batch, DeadRecord, Entry, Interval, Outcome, Tally, Written};
pub use change::{Before, Changes, Needs};
pub use checkpoint::{Checkpoint, CheckpointId, Claim};
pub use error::{Error, Trouble};
pub use mutation::Mutation;
use mutation::{FoundNode, KeyShape, Node, Properties, Relationship};
pub use statement::{Read, Statement};
pub use target::{Intent, Target, read_of, task_key};

/// A graph database that keeps data, checkpoints and dead letters together.
///
/// Every call is one transaction, bounded in time; it either answers or fails with an [`Error`] that says what kind of
/// trouble it was. No call retries by itself.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// What it is and where, without asking it.
    fn describe(&self) -> Description;

    /// Makes constraints and indexes that are missing, brings an older store up to date, and returns the database's name
    /// and version (`Neo4j 5.26.20`). A store of a newer Sluice is refused and left as it is.
    async fn prepare(&self) -> Result<String, Error>;

    /// Asks whether it answers.
    async fn ping(&self) -> Result<(), Error>;

    /// Takes partitions over: epoch + 1 on each checkpoint, which is created where there is none.
    ///
    /// The answer has the order of `claims`.
    async fn claim(&self, claims: &[Claim]) -> Result<Vec<Checkpoint>, Error>;

    /// Writes a batch: data, dead letters and checkpoints in one transaction, after lock, then look.
    async fn write(&self, batch: &Batch) -> Result<Outcome, Error>;

    /// Moves the checkpoints and nothing else, then rolls back: whether the store itself is well.
    async fn probe(&self, batch: &Batch) -> Result<(), Error>;

    /// All checkpoints, ordered by id.
    async fn checkpoints(&self) -> Result<Vec<Checkpoint>, Error>;

    /// Folds the checkpoints of all embedded clusters but `cluster` into one a connector and topic, so that the books
    /// keep their sums and the rows do not pile up.
    async fn retire_embedded(&self, cluster: &str) -> Result<(), Error>;

    /// The connectors and what people want of them, ordered by name; those that were deleted, too.
    async fn targets(&self) -> Result<Vec<Target>, Error>;

    /// Changes a connector or what is wanted of it, and returns what it was before and what it is now.
    async fn aim(&self, connector: &str, intent: &Intent) -> Result<(Target, Target), Error>;

    /// Sets each of these as the next offset to be stored, and raises their epochs: a writer in flight is fenced off. The
    /// books stay as they are.
    async fn rewind(&self, to: &[(CheckpointId, i64)]) -> Result<(), Error>;

    /// A page of dead letters, byte for byte, ordered by topic, partition, offset and cluster.
    ///
    /// `after` is the `next` of the page before; `limit` is at least 1.
    async fn letters(&self, wanted: &Wanted, after: Option<&str>, limit: u32) -> Result<Letters, Error>;

    /// A page of dead letters as pages show them, of a topic or of all.
    async fn dead_letters(
        &self,
        topic: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<DeadLetterPage, Error> {
        let wanted = Wanted { topic: topic.map(ToOwned::to_owned), ..Wanted::default() };
        self.letters(&wanted, after, limit).await.map(Into::into)
    }

    /// How many dead letters each topic has.
    async fn dead_letter_counts(&self) -> Result<Vec<(String, i64)>, Error>;

    /// How many dead letters each topic has for each reason, ordered by both. Looks at all of them.
    async fn dead_letter_reasons(&self) -> Result<Vec<ReasonCount>, Error>;

    /// The offsets of the dead letters of a partition, each once and ascending: those of a connector, or of all.
    async fn dead_offsets(
        &self,
        connector: Option<&str>,
        cluster: &str,
        topic: &str,
        partition: i32,
        within: Range<i64>,
    ) -> Result<Vec<i64>, Error>;

    /// Up to `limit` dead letters that the dead-letter topic does not have yet, byte for byte, oldest first.
    async fn unpublished(&self, limit: u32) -> Result<Vec<LedgerEntry>, Error>;

    /// Notes that the dead-letter topic has these, by [`LedgerEntry::id`].
    async fn mark_published(&self, ids: &[String]) -> Result<(), Error>;

    /// One dead letter, byte for byte; where several clusters had the place, the newest.
    async fn dead_letter(&self, topic: &str, partition: i32, offset: i64) -> Result<Option<LedgerEntry>, Error>;

    /// One dead letter by its key, byte for byte.
    async fn letter(&self, id: &str) -> Result<Option<LedgerEntry>, Error>;

    /// Claims a dead letter at `at` (epoch milliseconds) for the replay `by`, which nobody else is called.
    ///
    /// A claim that is a minute old is void: whoever had it has died. Unless it may be sent `again`, one that was sent
    /// before is left alone.
    async fn claim_replay(&self, id: &str, by: &str, at: i64, again: bool) -> Result<ReplayClaim, Error>;

    /// Gives up a claim of the replay `by`: nothing was sent.
    async fn release_replay(&self, id: &str, by: &str) -> Result<(), Error>;

    /// Notes that a dead letter was sent again at `at` (epoch milliseconds), and ends the claim of the replay `by`.
    async fn mark_replayed(&self, id: &str, by: &str, at: i64) -> Result<(), Error>;

    /// Counts nodes and relationships of the model.
    async fn counts(&self) -> Result<GraphCounts, Error>;

    /// Empties the graph: users, products, transactions, dead letters; and sets each of `to` as a fresh checkpoint (the
    /// books at 0, epoch + 1 so that writers in flight are fenced off, the incarnation kept).
    async fn reset(&self, to: &[(CheckpointId, i64)]) -> Result<(), Error>;

    /// Takes what writes have added to what questions are answered from to where it belongs. Some process calls it every few
    /// seconds; answers are right without it, and slower. Nothing where a store counts whenever it is asked, nor before
    /// [`Store::prepare`].
    async fn fold(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Counts anew all that questions are answered from. Writers wait for it.
    async fn recount(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Sales of each product in `after < timestamp ≤ until` (epoch seconds), in any order.
    async fn sales(&self, after: i64, until: i64) -> Result<Vec<Sales>, Error>;

    /// The users with most distinct followers: by followers, then id.
    async fn influencers(&self, limit: u32) -> Result<Vec<Influencer>, Error>;

    /// How often each rated product got 1, 2, 3, 4 and 5 stars, in any order.
    async fn rating_counts(&self) -> Result<Vec<RatingCounts>, Error>;

    /// Who rated these products, by rating (best first), then id; up to `limit` a product.
    async fn raters(&self, products: &[i64], limit: u32) -> Result<Vec<(i64, Rater)>, Error>;

    /// Every distinct (user, product) with a purchase between them, ordered.
    async fn bought(&self) -> Result<Vec<(i64, i64)>, Error>;

    /// Of the purchases in `after < timestamp ≤ until` of these products: (user, product, purchases), by purchases
    /// (most first), then ids; up to `limit`.
    async fn buyers(&self, products: &[i64], after: i64, until: i64, limit: u32)
    -> Result<Vec<(i64, i64, i64)>, Error>;

    /// Who follows these users: (follower, followed), ordered by followed, then follower; up to `limit` for each.
    async fn followers(&self, users: &[i64], limit: u32) -> Result<Vec<(i64, i64)>, Error>;

    /// The `FOLLOWS` relationships that begin and end among these users, ordered.
    async fn follows_among(&self, users: &[i64]) -> Result<Vec<(i64, i64)>, Error>;

    /// The names of these users, where known.
    async fn user_names(&self, ids: &[i64]) -> Result<Vec<(i64, String)>, Error>;

    /// Names (where known) and categories of these products.
    async fn product_facts(&self, ids: &[i64]) -> Result<Vec<ProductFacts>, Error>;

    /// What of these is in the graph, as it stands there, in any order.
    async fn found(&self, needs: &Needs) -> Result<Changes, Error>;

    /// The nodes at an address as they stand in the graph, in any order. None of them may have a property that no mutation
    /// writes, such as a date.
    async fn nodes(&self, node: &Node) -> Result<Vec<FoundNode>, Error>;

    /// The properties of the relationships at an address, as [`Store::nodes`].
    async fn relationships(&self, relationship: &Relationship) -> Result<Vec<Properties>, Error>;

    /// Asks whether a statement of somebody's own could be run, without running it.
    ///
    /// # Errors
    /// [`Trouble::Data`] with what is wrong with it.
    async fn explain(&self, statement: &str) -> Result<(), Error>;

    /// Sees to it that nodes are found quickly by these keys and that no two have the same: a constraint for each that has one
    /// label, an index for one that has more (another node may have some of the labels and the same keys).
    async fn make_unique(&self, shapes: &[KeyShape]) -> Result<(), Error>;

    /// The statements with which [`Store::make_unique`] would make what is not there; only reads.
    async fn missing_keys(&self, shapes: &[KeyShape]) -> Result<Vec<String>, Error>;

    /// The same of those that no index helps to find, not even one of some of the keys.
    async fn missing_indexes(&self, shapes: &[KeyShape]) -> Result<Vec<String>, Error>;

    /// What a user or product is tied to; none if there is no such node.
    ///
    /// Up to `limit` neighbours, each once: those with most kinds of ties first, then users before products, then by id.
    async fn neighbours(&self, kind: NodeKind, id: i64, limit: u32) -> Result<Option<Neighbours>, Error>;
}

/// What a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// `Neo4j` or `Embedded store`.
    pub name: &'static str,
    /// The address or file, without secrets.
    pub location: String,
    /// It is the one inside this process.
    pub embedded: bool,
}

/// Sales of a product in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sales {
    /// The product.
    pub product: i64,
    /// Its category.
    pub category: String,
    /// Transactions.
    pub purchases: i64,
    /// Pieces.
    pub units: i64,
}

/// The ratings of a product, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingCounts {
    /// The product.
    pub product: i64,
    /// How many gave 1, 2, 3, 4 and 5 stars.
    pub distribution: [i64; 5],
}

/// What is known of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductFacts {
    /// The product.
    pub product: i64,
    /// Its name, where known.
    pub name: Option<String>,
    /// Its category.
    pub category: String,
}

/// Which dead letters a page is to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those of this topic.
    pub topic: Option<String>,
    /// Those with this reason.
    pub reason: Option<String>,
    /// Those that have not been sent again.
    pub waiting: bool,
    /// Those that were recorded until then, in epoch milliseconds, inclusive.
    pub until: Option<i64>,
}

/// A page of dead letters, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    /// The letters.
    pub entries: Vec<LedgerEntry>,
    /// What to pass as `after` for the next page; none on the last one.
    pub next: Option<String>,
}

impl From<Letters> for DeadLetterPage {
    fn from(letters: Letters) -> Self {
        let dead_letters = letters.entries.into_iter().map(|entry| entry.letter).collect();
        Self { dead_letters, next: letters.next }
    }
}

/// A node, and what it is tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbours {
    /// The node's own name, where known.
    pub name: Option<String>,
    /// How many neighbours it has, without a limit.
    pub total: i64,
    /// Some of them.
    pub neighbours: Vec<Neighbour>,
}

/// A node at the other end of ties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// User or product.
    pub kind: NodeKind,
    /// Its id.
    pub id: i64,
    /// Its name, where known.
    pub name: Option<String>,
    /// How they are tied, each way once, in the order of [`Tie`].
    pub ties: Vec<Tie>,
}

/// How two nodes are tied. Of a user and a product it is always the user who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// The user bought the product, once or more often.
    Bought,
    /// The user rated the product.
    Rated,
    /// The user reviewed the product.
    Reviewed,
    /// The node asked about follows this neighbour.
    Follows,
    /// This neighbour follows the node asked about.
    FollowedBy,
}

impl Tie {
    /// Every tie, at the place that stands for it in a set of bits.
    pub const ALL: [Self; 5] = [Self::Bought, Self::Rated, Self::Reviewed, Self::Follows, Self::FollowedBy];

    /// The ties of a set of bits, the lowest first.
    pub(crate) fn of_bits(bits: i64) -> Vec<Self> {
        (0..).zip(Self::ALL).filter(|(place, _)| bits >> place & 1 == 1).map(|(_, tie)| tie).collect()
    }
}

/// What became of the wish to send a dead letter again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayClaim {
    /// It may be sent.
    Claimed,
    /// Another replay has it, since then (epoch milliseconds).
    InProgress(i64),
    /// It was sent before, then (epoch milliseconds), and is not to be sent again.
    Sent(i64),
    /// There is no such letter.
    Unknown,
}

/// A dead letter as the ledger has it, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its key in the ledger: `connector/cluster/topic/partition/offset`, and `-incarnation` from the second one on.
    pub id: String,
    /// What the page shows of it.
    pub letter: DeadLetter,
    /// The record's key.
    pub key: Option<Vec<u8>>,
    /// The record's value.
    pub value: Option<Vec<u8>>,
    /// The record's headers.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}
