//! Writers that are gone and hold locks.

use std::time::Duration;

use neo4rs::query;
use sink::graph::{
    Outcome, Store, Trouble,
    neo4j::{Bounds, Neo4j},
};

use crate::{
    bench::{self, number, options},
    fixture::{Hand, T, again, checkpoint, claim, place, purchase},
    proxy::{Fault, Proxy, Request},
};

/// Impatient enough for a test, and otherwise as in use.
fn impatient() -> Bounds {
    Bounds { patience: Duration::from_millis(300), ..Bounds::default() }
}

/// Waits until as many transactions of any Sluice are open and have been for longer than an impatient one waits.
async fn until_open(expected: i64) {
    let open = "SHOW TRANSACTIONS YIELD metaData, elapsedTime
                WHERE metaData.sluice IS NOT NULL AND elapsedTime.milliseconds > 400 RETURN count(*)";
    while number(open).await != expected {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_takeover_ends_the_transaction_of_a_writer_that_was_frozen_before_its_commit() {
    let bench = bench::neo4j().await;
    let (proxy, new) = (Proxy::before_neo4j().await, Neo4j::with_bounds(options(), impatient()).unwrap());
    let frozen = proxy.store(Bounds::default());
    let hand = Hand::on(&frozen, place("k", "purchases", 0)).await;
    let batch = hand.batch(vec![purchase("a", 1, 2, T)]);
    proxy.arm(Request::Commit, Fault::Hold);
    let take_over = async {
        until_open(1).await;
        let new = Hand::on(&new, hand.id.clone()).await;
        proxy.release();
        new
    };
    let (late, mut taken) = tokio::join!(frozen.write(&batch), take_over);
    let late = late.unwrap_err();
    assert_eq!(late.trouble, Trouble::Passing, "{late:?}");
    assert!(late.code.as_deref().is_some_and(|code| code.starts_with("Neo.")), "{late:?}");
    assert_eq!((taken.epoch, taken.next), (2, 0));
    taken.write(&new, vec![purchase("a", 1, 2, T), purchase("b", 1, 2, T)]).await;
    assert_eq!(frozen.write(&batch).await.unwrap(), Outcome::Fenced);
    let books = checkpoint(bench.store(), &hand.id).await.books;
    assert_eq!((books.read, books.stored), (2, 2));
    assert_eq!(bench.store().counts().await.unwrap().transactions, 2);
}

#[tokio::test]
async fn a_writer_ends_what_it_left_open_itself_when_the_network_went_away_in_silence() {
    let bench = bench::neo4j().await;
    let proxy = Proxy::before_neo4j().await;
    let bounds = Bounds { write: Duration::from_secs(3), ..impatient() };
    let store = proxy.store(bounds);
    let hand = Hand::on(&store, place("k", "purchases", 0)).await;
    let batch = hand.batch(vec![purchase("a", 1, 2, T)]);
    proxy.arm(Request::Commit, Fault::Hold);
    let error = store.write(&batch).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Slow);
    assert!(error.message.contains("did not answer within 3 s"), "{error}");
    until_open(1).await;
    let outcome = again(async || store.write(&batch).await).await;
    assert!(matches!(outcome, Outcome::Committed(_)), "{outcome:?}");
    assert_eq!(bench.store().counts().await.unwrap().transactions, 1);
}

#[tokio::test]
async fn a_takeover_waits_for_a_transaction_that_is_none_of_sluices_and_leaves_it_alone() {
    let bench = bench::neo4j().await;
    let hand = Hand::on(bench.store(), place("k", "purchases", 0)).await;
    let bounds = Bounds { write: Duration::from_secs(3), ..impatient() };
    let store = Neo4j::with_bounds(options(), bounds).unwrap();
    let mut holder = bench::driver().start_txn().await.unwrap();
    holder.run(query("MATCH (c:SluiceCheckpoint) SET c.version = 0")).await.unwrap();
    let error = store.claim(&[claim(&hand.id)]).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Slow, "{error}");
    holder.commit().await.unwrap();
    assert_eq!(again(async || store.claim(&[claim(&hand.id)]).await).await[0].epoch, 2);
}

#[tokio::test]
async fn a_takeover_that_may_not_look_for_what_holds_it_up_goes_on_waiting() {
    let bench = bench::neo4j().await;
    let hand = Hand::on(bench.store(), place("k", "purchases", 0)).await;
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(impatient());
    let mut holder = bench::driver().start_txn().await.unwrap();
    holder.run(query("MATCH (c:SluiceCheckpoint) SET c.version = 0")).await.unwrap();
    let blocked = "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*)";
    let refuse = async {
        while number(blocked).await != 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The takeover's own statement is waiting, so the next one is that which looks.
        proxy.arm(Request::Run, Fault::Refuse("Neo.ClientError.Security.Forbidden"));
        while proxy.is_armed() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        holder.rollback().await.unwrap();
    };
    let claims = [claim(&hand.id)];
    let (claimed, ()) = tokio::join!(store.claim(&claims), refuse);
    assert_eq!(claimed.unwrap()[0].epoch, 2);
}

#[tokio::test]
async fn a_takeover_leaves_writers_of_other_checkpoints_alone() {
    let bench = bench::neo4j().await;
    let (mine, theirs) = (Proxy::before_neo4j().await, Proxy::before_neo4j().await);
    let new = Neo4j::with_bounds(options(), impatient()).unwrap();
    let (gone, healthy) = (mine.store(Bounds::default()), theirs.store(Bounds::default()));
    let dead = Hand::on(&gone, place("k", "purchases", 0)).await;
    let mut alive = Hand::on(&healthy, place("k", "purchases", 1)).await;
    let dead_batch = dead.batch(vec![purchase("a", 1, 2, T)]);
    let alive_batch = alive.batch(vec![purchase("b", 3, 4, T)]);
    mine.arm(Request::Commit, Fault::Hold);
    theirs.arm(Request::Commit, Fault::Hold);
    let take_over = async {
        until_open(2).await;
        Hand::on(&new, dead.id.clone()).await;
        mine.release();
        theirs.release();
    };
    let (late, outcome, ()) = tokio::join!(gone.write(&dead_batch), healthy.write(&alive_batch), take_over);
    assert_eq!(late.unwrap_err().trouble, Trouble::Passing);
    assert!(matches!(outcome.unwrap(), Outcome::Committed(_)));
    alive.next += 1;
    alive.write(&healthy, vec![purchase("c", 3, 4, T)]).await;
    assert_eq!(bench.store().counts().await.unwrap().transactions, 2);
}
