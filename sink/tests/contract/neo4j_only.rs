//! What only Neo4j can do wrong.

use std::{fs, time::Duration};

use model::{
    event::{Event, Extras},
    status::GraphCounts,
};
use neo4rs::query;
use serde_json::{Value as Json, json};
use sink::graph::{
    Outcome, Store, Trouble,
    batch::Content,
    neo4j::{Neo4j, Options},
};

use crate::{
    bench::{self, cypher, number, options},
    fixture::{Hand, T, again, bought, checkpoint, claim, follow, place, purchase, rating, review, store_all},
    proxy::Proxy,
};

/// Waits until a number is what it should be; the test's own timeout is the limit.
async fn until(statement: &str, expected: i64) {
    while number(statement).await != expected {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const BLOCKED: &str = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*)";
const OPEN: &str = "SHOW TRANSACTIONS YIELD transactionId RETURN count(*)";

#[tokio::test]
async fn of_two_transactions_that_overlap_at_one_place_one_commits() {
    let bench = bench::neo4j().await;
    let (one, two) = (Neo4j::new(options()).unwrap(), Neo4j::new(options()).unwrap());
    let hand = Hand::on(bench.store(), place("k", "purchases", 0)).await;
    // Holds the lock until both have begun and wait for it.
    let mut holder = bench::driver().start_txn().await.unwrap();
    holder.run(query("MATCH (c:SluiceCheckpoint) SET c.touched = 0")).await.unwrap();
    let batches =
        [hand.batch(vec![purchase("a", 1, 2, T)]), hand.batch(vec![purchase("b", 1, 2, T), purchase("c", 1, 2, T)])];
    let release = async {
        until(BLOCKED, 2).await;
        holder.rollback().await.unwrap();
    };
    let (first, second, ()) = tokio::join!(one.write(&batches[0]), two.write(&batches[1]), release);
    let outcomes = [first.unwrap(), second.unwrap()];
    let committed = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Committed(_))).count();
    assert_eq!(committed, 1, "{outcomes:?}");
    let books = checkpoint(bench.store(), &hand.id).await.books;
    assert_eq!(bench.store().counts().await.unwrap().transactions, books.stored);
}

#[tokio::test]
async fn two_processes_that_claim_at_once_get_different_epochs() {
    let bench = bench::neo4j().await;
    let (one, two) = (Neo4j::new(options()).unwrap(), Neo4j::new(options()).unwrap());
    let claims = [0, 1, 2].map(|partition| claim(&place("k", "purchases", partition)));
    let reversed = [2, 1, 0].map(|partition| claim(&place("k", "purchases", partition)));
    let (one, two) = tokio::join!(one.claim(&claims), two.claim(&reversed));
    let (one, mut two) = (one.unwrap(), two.unwrap());
    two.reverse();
    for (one, two) in one.iter().zip(&two) {
        assert_eq!((one.epoch + two.epoch, one.incarnation, two.incarnation), (3, 1, 1));
    }
    assert_eq!(bench.store().checkpoints().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_graph_that_somebody_emptied_is_noticed() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    hand.write(store, vec![purchase("a", 1, 2, T)]).await;
    cypher("MATCH (n) DETACH DELETE n").await;
    assert_eq!(store.write(&hand.batch(vec![purchase("b", 1, 2, T)])).await.unwrap(), Outcome::Gone);
    assert_eq!(store.counts().await.unwrap(), GraphCounts::default());
    let mut hand = Hand::on(store, hand.id).await;
    assert_eq!((hand.epoch, hand.next), (1, 0));
    hand.write(store, vec![purchase("a", 1, 2, T), purchase("b", 1, 2, T)]).await;
}

#[tokio::test]
async fn the_graph_is_the_original_systems_model() {
    let bench = bench::neo4j().await;
    let contents = vec![purchase("a", 1, 2, T), rating("r", 1, 2, 4, T), review("s", 1, 2, "fine", T), follow(1, 3)];
    store_all(bench.store(), contents).await;
    for statement in [
        "MATCH (:User {userID: 1})-[:PURCHASED]->(t:Transaction)-[:OF]->(p:Product {productID: 2})
         WHERE t.transactionID = 'a' AND t.quantity = 2 AND t.timestamp = 1700000000 AND p.category = 'Books'
         RETURN count(*)",
        "MATCH (:User {userID: 1})-[r:RATED]->(:Product) WHERE r.rating_value = 4 AND r.timestamp = 1700000000
         RETURN count(*)",
        "MATCH (:User {userID: 1})-[r:REVIEWED]->(:Product)
         WHERE r.interactionID = 's' AND r.text = 'fine' AND r.timestamp = 1700000000 RETURN count(*)",
        "MATCH (u:User {userID: 3})<-[f:FOLLOWS]-(:User {userID: 1}) WHERE f.timestamp = 1700000000 RETURN count(*)",
        "MATCH (u:User {userID: 1}) WHERE keys(u) = ['userID'] AND labels(u) = ['User'] RETURN count(*)",
        "MATCH (n) WHERE NOT n:User AND NOT n:Product AND NOT n:Transaction AND NOT n:SluiceCheckpoint
         AND NOT n:SluiceMeta AND NOT n:SluiceDelta RETURN count(*) + 1",
    ] {
        assert_eq!(number(statement).await, 1, "{statement}");
    }
}

#[tokio::test]
async fn what_somebody_deletes_between_two_batches_is_made_again() {
    let bench = bench::neo4j().await;
    let mut hand = Hand::on(bench.store(), place("k", "purchases", 0)).await;
    hand.write(bench.store(), vec![purchase("a", 1, 2, T), follow(1, 3)]).await;
    cypher("MATCH (n) WHERE n:User OR n:Product DETACH DELETE n").await;
    let tally = hand.write(bench.store(), vec![purchase("b", 1, 2, T), follow(1, 3), purchase("a", 1, 2, T)]).await;
    assert_eq!((tally.stored, tally.repeated), (2, 1));
    let path = "MATCH (:User {userID: 1})-[:PURCHASED]->(:Transaction {transactionID: 'b'})-[:OF]->(p:Product {category: 'Books'})";
    assert_eq!(number(&format!("{path} RETURN count(*)")).await, 1);
    assert_eq!(number("MATCH (:User {userID: 1})-[f:FOLLOWS]->(:User {userID: 3}) RETURN count(f)").await, 1);
}

#[tokio::test]
async fn relationships_that_were_there_are_met_and_nothing_marks_those_that_were_made() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    let mut hand = Hand::on(store, place("k", "user_connections", 0)).await;
    cypher(
        "CREATE (u:User {userID: 1})-[:FOLLOWS]->(:User {userID: 3})
         CREATE (u)-[:RATED {rating_value: 2, timestamp: 1}]->(:Product {productID: 2, category: 'Books'})",
    )
    .await;
    let first = vec![follow(1, 3), follow(1, 4), rating("r", 1, 2, 5, T), rating("s", 1, 9, 4, T)];
    let tally = hand.write(store, first).await;
    assert_eq!((tally.stored, tally.updated, tally.repeated), (3, 1, 1));
    let tally = hand.write(store, vec![follow(1, 4), follow(1, 5), rating("r", 1, 2, 3, T - 1)]).await;
    assert_eq!((tally.stored, tally.updated, tally.repeated), (1, 0, 2));
    let made = "MATCH ()-[f:FOLLOWS]->() WHERE keys(f) = ['timestamp'] AND f.timestamp = 1700000000 RETURN count(*)";
    assert_eq!(number(made).await, 2);
    assert_eq!(number("MATCH ()-[f:FOLLOWS]->() WHERE keys(f) = [] RETURN count(*)").await, 1);
    let rated =
        "MATCH ()-[r:RATED]->() WHERE size(keys(r)) = 2 AND r.timestamp = 1700000000 RETURN sum(r.rating_value)";
    assert_eq!(number(rated).await, 9);
}

#[tokio::test]
async fn pairs_that_somebody_has_tied_twice_do_not_hold_a_batch_up() {
    let bench = bench::neo4j().await;
    let mut hand = Hand::on(bench.store(), place("k", "user_connections", 0)).await;
    cypher(
        "CREATE (u:User {userID: 1}), (v:User {userID: 3}), (p:Product {productID: 2, category: 'Books'})
         CREATE (u)-[:FOLLOWS]->(v), (u)-[:FOLLOWS]->(v)
         CREATE (u)-[:RATED {rating_value: 2, timestamp: 1}]->(p), (u)-[:RATED {rating_value: 3, timestamp: 2}]->(p)",
    )
    .await;
    let tally = hand.write(bench.store(), vec![follow(1, 3), follow(1, 4), rating("r", 1, 2, 5, T)]).await;
    assert_eq!((tally.stored, tally.updated, tally.repeated), (2, 1, 1));
    assert_eq!(number("MATCH ()-[r:RATED {rating_value: 5}]->() RETURN count(*)").await, 2);
}

#[tokio::test]
async fn a_category_that_somebody_else_has_set_since_gives_way_to_the_next_that_is_stated() {
    let bench = bench::neo4j().await;
    let mut hand = Hand::on(bench.store(), place("k", "purchases", 0)).await;
    hand.write(bench.store(), vec![purchase("a", 1, 2, T)]).await;
    cypher("MATCH (p:Product {productID: 2}) SET p.category = 'Home'").await;
    hand.write(bench.store(), vec![rating("r", 1, 2, 4, T)]).await;
    assert_eq!(number("MATCH (p:Product {category: 'Home'}) RETURN count(*)").await, 1);
    hand.write(bench.store(), vec![purchase("b", 1, 2, T)]).await;
    assert_eq!(number("MATCH (p:Product {category: 'Books'}) RETURN count(*)").await, 1);
}

/// As somebody else has left them: user 1 follows 3 and has rated 2, and nothing has a name.
async fn tied_already() {
    cypher(
        "CREATE (u:User {userID: 1})-[:FOLLOWS {timestamp: 1}]->(:User {userID: 3})
         CREATE (u)-[:RATED {rating_value: 2, timestamp: 1700000000}]->(:Product {productID: 2, category: 'Books'})",
    )
    .await;
}

#[tokio::test]
async fn of_ratings_that_are_met_the_newest_stays_in_the_graph_and_in_the_sums() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    let mut hand = Hand::on(store, place("k", "product_interactions", 0)).await;
    tied_already().await;
    store.recount().await.unwrap();
    // Older; then one in a batch with two newer ones of the pair; then as old, which is later.
    for (ratings, expected, stars) in [
        (vec![rating("a", 1, 2, 5, T - 1), rating("b", 4, 2, 1, T)], (1, 0, 1), [1, 1, 0, 0, 0]),
        (
            vec![rating("c", 1, 2, 3, T - 9), rating("d", 1, 2, 4, T + 5), rating("e", 1, 2, 5, T + 3)],
            (1, 1, 2),
            [1, 0, 0, 1, 0],
        ),
        (vec![rating("f", 1, 2, 3, T + 5)], (1, 1, 0), [1, 0, 1, 0, 0]),
    ] {
        let tally = hand.write(store, ratings).await;
        assert_eq!((tally.stored, tally.updated, tally.repeated), expected);
        let value = "MATCH (:User {userID: 1})-[r:RATED]->() RETURN r.rating_value";
        assert_eq!(stars[number(value).await as usize - 1], 1);
        store.fold().await.unwrap();
        assert_eq!(store.rating_counts().await.unwrap()[0].distribution, stars);
    }
}

#[tokio::test]
async fn what_repetitions_say_of_users_and_products_is_not_told() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    let mut hand = Hand::on(store, place("k", "user_connections", 0)).await;
    tied_already().await;
    let extras = Extras { user_name: Some("Ada".into()), product_name: Some("Sieve".into()), price: Some(1.5) };
    let named = |mut content: Content| {
        match &mut content {
            Content::Event(Event::Interaction(event)) => event.extras = extras.clone(),
            Content::Event(Event::Connection(event)) => event.extras = extras.clone(),
            _ => {}
        }
        content
    };
    // With a repeated id besides, and a product that was known and is gone: every surprise there is, in one batch.
    hand.write(store, vec![review("s", 5, 6, "fine", T)]).await;
    cypher("MATCH (p:Product {productID: 6}) DETACH DELETE p").await;
    cypher("MATCH (u:User {userID: 5}) CREATE (u)-[:REVIEWED {interactionID: 't'}]->(:Product {productID: 7})").await;
    let tally = hand
        .write(
            store,
            vec![
                named(follow(1, 3)),
                named(rating("r", 1, 2, 5, T - 1)),
                review("t", 5, 7, "again", T),
                review("u", 5, 6, "fine", T),
                follow(1, 4),
            ],
        )
        .await;
    assert_eq!((tally.stored, tally.updated, tally.repeated), (2, 0, 3));
    assert_eq!(number("MATCH (n) WHERE n.name IS NOT NULL OR n.price IS NOT NULL RETURN count(*)").await, 0);
    assert_eq!(number("MATCH (:User)-[r:REVIEWED {interactionID: 'u'}]->(:Product) RETURN count(*)").await, 1);
    // What is new tells them.
    let tally = hand.write(store, vec![named(follow(1, 5)), named(rating("v", 1, 2, 5, T + 1))]).await;
    assert_eq!((tally.stored, tally.updated), (2, 1));
    let told = "MATCH (:User {name: 'Ada'})-[:RATED]->(p:Product {name: 'Sieve', price: 1.5}) RETURN count(*)";
    assert_eq!(number(told).await, 1);
}

#[tokio::test]
async fn a_name_that_somebody_else_has_given_a_known_product_stays() {
    let bench = bench::neo4j().await;
    let mut hand = Hand::on(bench.store(), place("k", "purchases", 0)).await;
    hand.write(bench.store(), vec![purchase("a", 1, 2, T)]).await;
    cypher("MATCH (p:Product {productID: 2}) SET p.name = 'Colander'").await;
    let Content::Event(Event::Purchase(mut event)) = purchase("b", 1, 2, T) else { panic!("no purchase") };
    event.extras.product_name = Some("Sieve".into());
    event.extras.price = Some(1.5);
    hand.write(bench.store(), vec![bought(event)]).await;
    let kept = "MATCH (p:Product {name: 'Colander', price: 1.5, category: 'Books'}) RETURN count(*)";
    assert_eq!(number(kept).await, 1);
}

#[tokio::test]
async fn data_that_forbids_a_constraint_is_named_with_the_query_that_lists_it() {
    let bench = bench::neo4j().await;
    cypher("DROP CONSTRAINT sluice_user").await;
    cypher("CREATE (:User {userID: 7}), (:User {userID: 7}), (:User {userID: 8})").await;
    let error = bench.store().prepare().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Fatal);
    let (_, listing) = error.message.split_once("this lists them: ").unwrap();
    assert_eq!(number(&listing.replace("RETURN userID, times", "RETURN userID")).await, 7);
    cypher("MATCH (u:User) DELETE u").await;
    assert!(bench.store().prepare().await.unwrap().starts_with("Neo4j "));
    // What is there already is no obstacle.
    bench.store().prepare().await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_denied_until_the_file_has_the_right_one() {
    let bench = bench::neo4j().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    let Options { password, .. } = options();
    let store = Neo4j::new(Options { password: None, password_file: Some(file.clone()), ..options() }).unwrap();
    let error = store.ping().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Denied);
    assert!(error.message.contains("the password file"), "{error}");
    fs::write(&file, "wrong\n").unwrap();
    let error = store.ping().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Denied, "{error}");
    assert!(!error.message.contains("wrong"), "{error}");
    fs::write(&file, format!("{}\n", password.unwrap())).unwrap();
    store.ping().await.unwrap();
    drop(bench);
}

#[tokio::test]
async fn after_the_password_was_changed_writes_go_on_as_soon_as_the_file_has_the_new_one() {
    let bench = bench::neo4j().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    let admin = |statement: &'static str| async move {
        bench::driver().run_on("system", query(statement)).await.unwrap();
    };
    admin("CREATE OR REPLACE USER rotating SET PLAINTEXT PASSWORD 'the-first-one' SET PASSWORD CHANGE NOT REQUIRED")
        .await;
    fs::write(&file, "the-first-one\n").unwrap();
    let proxy = Proxy::before_neo4j().await;
    let credentials =
        Options { user: "rotating".into(), password: None, password_file: Some(file.clone()), ..proxy.options() };
    let store = Neo4j::new(credentials).unwrap();
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    hand.write(&store, vec![purchase("a", 1, 2, T)]).await;
    admin("ALTER USER rotating SET PLAINTEXT PASSWORD 'the-second-one' SET PASSWORD CHANGE NOT REQUIRED").await;
    // Who is in stays in, until the connection ends.
    hand.write(&store, vec![purchase("b", 1, 2, T)]).await;
    proxy.cut();
    let batch = hand.batch(vec![purchase("c", 1, 2, T)]);
    let error = store.write(&batch).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Denied, "{error}");
    fs::write(&file, "the-second-one\n").unwrap();
    hand.write(&store, vec![purchase("c", 1, 2, T)]).await;
    assert_eq!(bench.store().counts().await.unwrap().transactions, 3);
    admin("DROP USER rotating").await;
}

#[tokio::test]
async fn an_address_that_wishes_for_routing_works_with_the_one_server_that_it_names() {
    let bench = bench::neo4j().await;
    let proxy = Proxy::before_neo4j().await;
    let Options { uri, .. } = proxy.options();
    let store = Neo4j::new(Options { uri: uri.replace("bolt://", "neo4j://"), ..options() }).unwrap();
    Hand::on(&store, place("k", "purchases", 0)).await.write(&store, vec![purchase("a", 1, 2, T)]).await;
    assert_eq!(bench.store().counts().await.unwrap().transactions, 1);
    assert_eq!(proxy.connections(), 2, "one to look at the store's version, one to write");
}

#[tokio::test]
async fn a_database_that_is_missing_is_denied() {
    let bench = bench::neo4j().await;
    let store = Neo4j::new(Options { database: "nowhere".into(), ..options() }).unwrap();
    let error = store.ping().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Denied, "{error}");
    drop(bench);
}

fn at(uri: String) -> Neo4j {
    let database = "neo4j".into();
    let options = Options { uri, user: "neo4j".into(), password: None, password_file: None, ca_file: None, database };
    Neo4j::new(options).unwrap()
}

#[tokio::test]
async fn a_server_that_is_not_there_is_passing_trouble_whatever_the_scheme() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"] {
        let error = at(format!("{scheme}://{address}")).ping().await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Passing, "{scheme}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_takes_the_connection_and_never_answers_is_given_up() {
    // Nobody accepts: the system does, and that is all that ever happens.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let store = at(format!("bolt://{}", listener.local_addr().unwrap()));
    let error = store.ping().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Passing);
    assert!(error.message.contains("did not answer within 10 s"), "{error}");
}

#[test]
fn an_address_that_is_none_is_refused_at_once() {
    let options = Options {
        uri: "garbage".into(),
        user: String::new(),
        password: None,
        password_file: None,
        ca_file: None,
        database: String::new(),
    };
    let Err(error) = Neo4j::new(options) else { panic!("it was taken") };
    assert!(error.to_string().contains("\"garbage\" is no address"), "{error}");
}

#[tokio::test]
async fn what_the_server_refuses_is_data_and_leaves_nothing_open() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    let open = number(OPEN).await;
    // Longer than an index takes: the decoder lets no such id through, so it stands for what nobody thought of.
    let batch = hand.batch(vec![purchase("a", 1, 2, T), purchase(&"x".repeat(10_000), 1, 2, T)]);
    let error = store.write(&batch).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Data, "{error:?}");
    until(OPEN, open).await;
    assert_eq!(store.counts().await.unwrap(), GraphCounts::default());
    hand.write(store, vec![purchase("a", 1, 2, T)]).await;
}

/// A row of a statement of somebody's own.
fn row(statement: &str, event: Json) -> Content {
    let text = format!("UNWIND $rows AS row CALL (row) {{ WITH row[0] AS event {statement} }} FINISH");
    Content::Statement(text.into(), json!([event]))
}

#[tokio::test]
async fn what_a_statement_cannot_use_is_the_fault_of_its_record_and_what_cannot_be_planned_is_not() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    let mut hand = Hand::on(store, place("k", "own", 0)).await;
    for (statement, value) in [
        ("MERGE (:Own {id: event.x})", Json::Null),
        ("MERGE (a:Own {id: 1}) MERGE (a)-[:AT {at: event.x}]->(a)", Json::Null),
        ("CREATE (:Own {on: date(event.x)})", json!("the day after")),
        ("CREATE (:Own {at: localtime(event.x)})", json!("25:00")),
        ("MATCH (o:Own) WHERE 'a' =~ event.x SET o.x = 1", json!("[")),
        ("CREATE (o:Own) SET o:$(event.x)", json!("")),
        ("CREATE (o:Own) SET o[event.x] = 1", json!("a\0")),
        ("CREATE (:Own {x: event.x})", json!({"a": 1})),
    ] {
        hand.write(store, vec![row("MERGE (:Own {id: event.x})", json!({"x": 1}))]).await;
        let error = store.write(&hand.batch(vec![row(statement, json!({"x": value}))])).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Data, "{statement}: {error:?}");
    }
    for statement in ["MERGED (:Own {id: event.x})", "MERGE (:Own {id: event.x, n: no.such(1)})", "SET x.a = event.x"] {
        let error = store.write(&hand.batch(vec![row(statement, json!({"x": 1}))])).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Fatal, "{statement}: {error:?}");
    }
    assert_eq!(number("MATCH (o:Own) RETURN count(o)").await, 1);
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_nothing_open() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    let hand = Hand::on(store, place("k", "purchases", 0)).await;
    let mut holder = bench::driver().start_txn().await.unwrap();
    holder.run(query("MATCH (c:SluiceCheckpoint) SET c.touched = 0")).await.unwrap();
    let batch = hand.batch(vec![purchase("a", 1, 2, T)]);
    tokio::select! {
        outcome = store.write(&batch) => panic!("written past a lock: {outcome:?}"),
        () = until(BLOCKED, 1) => {}
    }
    until(BLOCKED, 0).await;
    holder.rollback().await.unwrap();
    let batch = hand.batch(vec![purchase("b", 1, 2, T)]);
    let outcome = again(async || store.write(&batch).await).await;
    assert!(matches!(outcome, Outcome::Committed(_)), "{outcome:?}");
    assert_eq!(store.counts().await.unwrap().transactions, 1);
}

#[tokio::test]
async fn an_id_that_another_process_wrote_in_between_is_found_the_second_time() {
    let bench = bench::neo4j().await;
    let store = bench.store();
    let hand = Hand::on(store, place("k", "purchases", 0)).await;
    // Uncommitted, so that it is not found when asked for, and in the way when it is written.
    let mut other = bench::driver().start_txn().await.unwrap();
    other.run(query("CREATE (:Transaction {transactionID: 'a', quantity: 1, timestamp: 1700000000})")).await.unwrap();
    let batch = hand.batch(vec![purchase("a", 1, 2, T), purchase("b", 1, 2, T)]);
    let commit = async {
        until(BLOCKED, 1).await;
        other.commit().await.unwrap();
    };
    let (outcome, ()) = tokio::join!(store.write(&batch), commit);
    let Outcome::Committed(written) = outcome.unwrap() else { panic!("not committed") };
    let tallies = written.tallies;
    assert_eq!((tallies[0].stored, tallies[0].repeated), (1, 1));
}
