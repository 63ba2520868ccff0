//! The tables that Neo4j keeps beside the graph: what they answer is what the graph has, or they are not used.

use model::answer::Influencer;
use neo4rs::{BoltBytes, BoltType, query};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sink::graph::{
    RatingCounts, Sales, Store, Trouble,
    batch::Content,
    neo4j::{Bounds, Neo4j},
};

use crate::{
    bench::{self, cypher, number, options},
    fixture::{Hand, T, again, follow, place, purchase, rating, store_all},
    proxy::{Fault, Proxy, Request},
};

const DAY: i64 = 86_400;

/// Windows that begin and end within days, at midnight, on one day, before and after everything.
const WINDOWS: [(i64, i64); 6] = [
    (T - 3 * DAY + 7, T + 2 * DAY),
    (T - T % DAY - 1, T - T % DAY + DAY - 1),
    (T - T % DAY, T - T % DAY + 2 * DAY),
    (T, T + 100),
    (i64::MIN, i64::MAX),
    (T + 100 * DAY, T + 200 * DAY),
];

/// What is answered from the tables, ordered.
#[derive(Debug, PartialEq)]
struct Answers {
    sales: Vec<Vec<(i64, i64, i64)>>,
    influencers: Vec<Influencer>,
    ratings: Vec<(i64, [i64; 5])>,
    bought: Vec<(i64, i64)>,
}

async fn answers(store: &dyn Store) -> Answers {
    let mut sales = Vec::new();
    for (after, until) in WINDOWS {
        let sold = store.sales(after, until).await.unwrap();
        let mut rows: Vec<_> = sold
            .into_iter()
            .map(|Sales { product, purchases, units, category, .. }| {
                assert_eq!(category, "Books");
                (product, purchases, units)
            })
            .collect();
        rows.sort_unstable();
        sales.push(rows);
    }
    let counted = store.rating_counts().await.unwrap();
    let mut ratings: Vec<_> =
        counted.into_iter().map(|RatingCounts { product, distribution }| (product, distribution)).collect();
    ratings.sort_unstable();
    let influencers = store.influencers(20).await.unwrap();
    Answers { sales, influencers, ratings, bought: store.bought().await.unwrap() }
}

/// The same, from the graph alone.
async fn of_the_graph(store: &dyn Store) -> Answers {
    cypher("MATCH (s:SluiceSummary) SET s.hidden = s.format, s.format = null").await;
    let answers = answers(store).await;
    cypher("MATCH (s:SluiceSummary) SET s.format = s.hidden").await;
    answers
}

/// Whether influencers are answered from the tables: without blocks there are others.
async fn are_used(store: &dyn Store) -> bool {
    let truth = store.influencers(100).await.unwrap();
    cypher("MATCH (b:SluiceBlock {table: 'followers'}) SET b.table = 'hidden'").await;
    let shown = store.influencers(100).await.unwrap();
    cypher("MATCH (b:SluiceBlock {table: 'hidden'}) SET b.table = 'followers'").await;
    shown != truth
}

/// Of few users and products, so that much of it is there already or replaces something.
fn anything(random: &mut StdRng, batch: usize) -> Vec<Content> {
    (0..random.random_range(1..40))
        .map(|place| {
            let (user, product) = (random.random_range(-3..200), random.random_range(-70..70));
            let when = T + random.random_range(-4 * DAY..4 * DAY);
            match random.random_range(0..4) {
                0 | 1 => purchase(&format!("{}", random.random_range(0..2_000)), user, product, when),
                2 => rating(&format!("{batch}-{place}"), user % 20, product % 10, random.random_range(1..=5), when),
                _ => follow(user, random.random_range(0..100)),
            }
        })
        .collect()
}

#[tokio::test]
async fn answers_are_those_of_the_graph_before_and_after_each_fold() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    store.fold().await.unwrap();
    let mut random = StdRng::seed_from_u64(7);
    let mut hand = Hand::on(store, place("k", "mixed", 0)).await;
    for round in 0..6 {
        for batch in 0..5 {
            // Books only: a product is made by a purchase before it is rated.
            let mut contents = anything(&mut random, 10 * round + batch);
            contents.sort_by_key(|content| !format!("{content:?}").contains("Purchase"));
            hand.write(store, contents).await;
        }
        cypher("MATCH (p:Product) SET p.category = 'Books'").await;
        assert_eq!(number("MATCH (d:SluiceDelta) RETURN count(d)").await, 5);
        let truth = of_the_graph(store).await;
        assert_eq!(answers(store).await, truth, "round {round}, with deltas");
        assert!(are_used(store).await || round == 0);
        store.fold().await.unwrap();
        assert_eq!(number("MATCH (d:SluiceDelta) RETURN count(d)").await, 0);
        assert_eq!(answers(store).await, truth, "round {round}, folded");
        assert!(are_used(store).await);
    }
    // Byte for byte what counting all of it makes.
    let folded = number("MATCH (b:SluiceBlock) CREATE (:Copy {id: b.id, cells: b.cells}) RETURN count(*)").await;
    store.recount().await.unwrap();
    assert_eq!(number("MATCH (b:SluiceBlock) RETURN count(b)").await, folded);
    let alike = "MATCH (c:Copy), (b:SluiceBlock {id: c.id}) WHERE b.cells = c.cells RETURN count(b)";
    assert_eq!(number(alike).await, folded);
}

#[tokio::test]
async fn a_graph_without_tables_gets_them() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    store_all(store, vec![purchase("a", 1, 2, T), follow(1, 3), follow(2, 3), rating("r", 1, 2, 4, T)]).await;
    // As a Sluice left it that knew no tables.
    cypher("MATCH (d:SluiceDelta) DELETE d").await;
    let truth = answers(store).await;
    assert_eq!(truth.influencers[0].followers, 2);
    store.fold().await.unwrap();
    assert_eq!(answers(store).await, truth);
    assert!(are_used(store).await);
    // And one that somebody has emptied.
    cypher("MATCH (n) DETACH DELETE n").await;
    assert_eq!(answers(store).await.influencers, []);
    store.fold().await.unwrap();
    Hand::on(store, place("k", "mixed", 1)).await.write(store, vec![follow(8, 9)]).await;
    assert_eq!(store.influencers(5).await.unwrap().len(), 1);
    assert!(!are_used(store).await, "nothing is folded yet");
    store.fold().await.unwrap();
    assert!(are_used(store).await);
}

#[tokio::test]
async fn what_others_write_or_delete_is_answered_from_the_graph_and_then_counted() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    store.fold().await.unwrap();
    store_all(store, vec![follow(1, 3), follow(2, 3), purchase("a", 1, 2, T), purchase("b", 1, 2, T)]).await;
    store.fold().await.unwrap();
    assert!(are_used(store).await);
    cypher("MATCH (u:User {userID: 3}) CREATE (:User {userID: 77})-[:FOLLOWS]->(u)").await;
    cypher("MATCH (t:Transaction {transactionID: 'a'}) DETACH DELETE t").await;
    assert_eq!(store.influencers(1).await.unwrap()[0].followers, 3);
    assert_eq!(store.sales(T - 40 * DAY, T + 40 * DAY).await.unwrap()[0].purchases, 1);
    assert!(!are_used(store).await);
    // Found wrong often enough by now.
    store.fold().await.unwrap();
    assert!(are_used(store).await);
    assert_eq!(store.influencers(1).await.unwrap()[0].followers, 3);
    assert_eq!(store.sales(T - 40 * DAY, T + 40 * DAY).await.unwrap()[0].purchases, 1);
}

#[tokio::test]
async fn tables_that_somebody_has_changed_are_counted_when_it_shows_or_when_somebody_says_so() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    store.fold().await.unwrap();
    let mut hand = Hand::on(store, place("k", "mixed", 0)).await;
    hand.write(store, vec![follow(1, 3), purchase("a", 1, 2, T), rating("r", 1, 2, 4, T)]).await;
    store.fold().await.unwrap();
    let truth = answers(store).await;
    // Numbers of another block: nothing shows.
    cypher("MATCH (b:SluiceBlock {table: 'followers'}) CREATE (:SluiceBlock {id: 'x', table: 'followers', major: 0, block: 1, cells: b.cells})").await;
    assert_ne!(answers(store).await, truth);
    store.recount().await.unwrap();
    assert_eq!(answers(store).await, truth);
    assert!(are_used(store).await);
    // Bytes that are no numbers: answers come from the graph until all is counted.
    for (broken, table) in [(vec![], "followers"), (vec![0x80], "baskets"), (vec![1; 9], "baskets")] {
        let bytes = BoltType::Bytes(BoltBytes::new(broken.into()));
        let change = query("MATCH (b:SluiceBlock {table: $table}) SET b.cells = $bytes").param("table", table);
        bench::driver().run(change.param("bytes", bytes)).await.unwrap();
        assert_eq!(answers(store).await, truth, "{table}");
        // What finds it is the next fold of something into that block.
        hand.write(store, vec![follow(9, 4), purchase("b", 1, 5, T)]).await;
        let truth = of_the_graph(store).await;
        store.fold().await.unwrap();
        assert_eq!(answers(store).await, truth, "{table}");
        store.fold().await.unwrap();
        assert_eq!(answers(store).await, truth, "{table}");
        assert!(are_used(store).await, "{table}");
        let undo = "MATCH (t:Transaction {transactionID: 'b'}) DETACH DELETE t";
        cypher(undo).await;
        cypher("MATCH (:User {userID: 9})-[f:FOLLOWS]->() DELETE f").await;
        store.recount().await.unwrap();
    }
}

#[tokio::test]
async fn processes_that_write_and_fold_and_count_at_once_lose_and_double_nothing() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    store.fold().await.unwrap();
    let writer = async |number: i32| {
        let store = Neo4j::new(options()).unwrap();
        let mut hand = Hand::on(&store, place("k", "mixed", number)).await;
        for batch in 0..30 {
            let user = i64::from(number) * 1_000 + batch;
            let contents = vec![
                purchase(&format!("{number}/{batch}"), user, batch % 5, T + batch * DAY / 3),
                follow(user, batch % 4),
                rating(&format!("{number}/{batch}"), user % 3 + 10 * i64::from(number), 1, batch % 5 + 1, T + batch),
            ];
            // Of two processes one may wait for the other's locks in vain; a task tries again.
            let batch = hand.batch(contents);
            while let Err(error) = store.write(&batch).await {
                assert_ne!(error.trouble, Trouble::Data, "{error:?}");
            }
            hand.next = batch.intervals[0].to;
        }
    };
    let folder = async |recounts: bool| {
        let store = Neo4j::new(options()).unwrap();
        again(async || store.prepare().await).await;
        for round in 0..12 {
            let folded = if recounts && round % 5 == 0 { store.recount().await } else { store.fold().await };
            // Another one that counts makes a turn that began before his pass; the next one does it.
            if let Err(error) = folded {
                assert_ne!(error.trouble, Trouble::Data, "{error:?}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let reader = async {
        let mut last = 0;
        for _ in 0..30 {
            let now: i64 = again(async || store.influencers(100).await).await.iter().map(|it| it.followers).sum();
            assert!(now >= last, "{now} after {last}");
            last = now;
        }
    };
    tokio::join!(writer(1), writer(2), folder(true), folder(false), reader);
    assert_eq!(number("MATCH (t:Transaction) RETURN count(t)").await, 60);
    assert_eq!(answers(store).await, of_the_graph(store).await);
    store.fold().await.unwrap();
    assert_eq!(answers(store).await, of_the_graph(store).await);
    assert!(are_used(store).await);
}

#[tokio::test]
async fn a_fold_that_broke_off_is_taken_up_by_the_next_and_believed_by_nobody_until_then() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    store.fold().await.unwrap();
    store_all(store, vec![follow(1, 3), purchase("a", 1, 2, T)]).await;
    let proxy = Proxy::before_neo4j().await;
    let broken = proxy.store(Bounds::default());
    broken.prepare().await.unwrap();
    // The first commit says that somebody folds; with the second the fold would be done.
    let (before, truth) = (number("MATCH (d:SluiceDelta) RETURN count(d)").await, of_the_graph(store).await);
    proxy.arm(Request::Commit, Fault::Pass);
    proxy.arm(Request::Commit, Fault::Cut);
    broken.fold().await.unwrap_err();
    assert_eq!(number("MATCH (s:SluiceSummary {busy: true}) RETURN count(s)").await, 1);
    assert_eq!(number("MATCH (d:SluiceDelta) RETURN count(d)").await, before);
    assert_eq!(answers(store).await, truth);
    assert!(!are_used(store).await);
    // It might still be at it.
    cypher("MATCH (s:SluiceSummary) SET s.since = timestamp()").await;
    store.fold().await.unwrap();
    assert_eq!(number("MATCH (d:SluiceDelta) RETURN count(d)").await, before);
    cypher("MATCH (s:SluiceSummary) SET s.since = s.since - 60000").await;
    store.fold().await.unwrap();
    assert_eq!(number("MATCH (d:SluiceDelta) RETURN count(d)").await, 0);
    assert_eq!(answers(store).await, truth);
    assert!(are_used(store).await);
}

#[tokio::test]
async fn nothing_is_folded_before_the_constraints_are_there() {
    let _bench = bench::neo4j().await;
    cypher("DROP CONSTRAINT sluice_summary").await;
    let stores = [Neo4j::new(options()).unwrap(), Neo4j::new(options()).unwrap()];
    for store in &stores {
        store.fold().await.unwrap();
        assert_eq!(store.recount().await.unwrap_err().trouble, Trouble::Passing);
    }
    assert_eq!(number("MATCH (s:SluiceSummary) RETURN count(s)").await, 0);
    // One that makes the constraint may end in the other's way, and tries again, as at a start.
    let start = async |store: &Neo4j| {
        while let Err(error) = async { store.prepare().await.and(store.fold().await) }.await {
            assert_eq!(error.trouble, Trouble::Passing, "{error:?}");
        }
    };
    tokio::join!(start(&stores[0]), start(&stores[1]));
    assert_eq!(number("MATCH (s:SluiceSummary) RETURN count(s)").await, 1);
}

#[tokio::test]
async fn a_reset_empties_the_tables() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    store.fold().await.unwrap();
    let mut hand = Hand::on(store, place("k", "mixed", 0)).await;
    hand.write(store, vec![follow(1, 3), purchase("a", 1, 2, T)]).await;
    store.fold().await.unwrap();
    hand.write(store, vec![follow(2, 3)]).await;
    store.reset(&[(hand.id.clone(), 0)]).await.unwrap();
    assert_eq!(number("MATCH (n) WHERE n:SluiceDelta OR n:SluiceBlock OR n:SluiceSummary RETURN count(n)").await, 0);
    store.fold().await.unwrap();
    let mut hand = Hand::on(store, hand.id).await;
    hand.write(store, vec![follow(1, 4)]).await;
    store.fold().await.unwrap();
    assert_eq!(store.influencers(5).await.unwrap().len(), 1);
    assert!(are_used(store).await);
    assert_eq!(store.sales(i64::MIN, i64::MAX).await.unwrap(), []);
}
