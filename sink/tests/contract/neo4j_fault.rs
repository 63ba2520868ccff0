//! A Neo4j that refuses, hangs or goes away in the middle of something.

use std::time::Duration;

use futures::future::join_all;
use metrics_exporter_prometheus::PrometheusBuilder;
use sink::graph::{Outcome, Store, Trouble, neo4j::Bounds};

use crate::{
    bench::{self, cypher, number},
    fixture::{Hand, T, again, checkpoint, place, purchase},
    proxy::{Fault, Proxy, Request},
};

/// Short enough that a test can wait for each to pass, long enough for a healthy server on a busy machine.
fn short() -> Bounds {
    Bounds {
        // Less than the 5 s after which the driver gives up an idle connection by itself.
        connect: Duration::from_secs(4),
        write: Duration::from_secs(6),
        read: Duration::from_secs(4),
        patience: Duration::from_millis(500),
        ..Bounds::default()
    }
}

#[tokio::test]
async fn after_a_leader_switch_the_connections_are_made_anew_and_nothing_is_doubled() {
    let bench = bench::neo4j().await;
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(Bounds::default());
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    let mut written = 0;
    for code in [
        "Neo.ClientError.Cluster.NotALeader",
        "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
        "Neo.TransientError.General.DatabaseUnavailable",
        "Neo.TransientError.Database.DatabaseUnavailable",
    ] {
        for request in [Request::Begin, Request::Run, Request::Commit] {
            proxy.arm(request, Fault::Refuse(code));
            let connections = proxy.connections();
            let id = format!("{code}/{request:?}");
            let batch = hand.batch(vec![purchase(&id, 1, 2, T)]);
            let error = store.write(&batch).await.unwrap_err();
            assert_eq!((error.trouble, error.code.as_deref()), (Trouble::Passing, Some(code)), "{id}: {error:?}");
            assert!(!proxy.is_armed());
            hand.write(&store, vec![purchase(&id, 1, 2, T)]).await;
            assert!(proxy.connections() > connections, "{id}: the old connection was used again");
            written += 1;
        }
    }
    assert_eq!(bench.store().counts().await.unwrap().transactions, written);
    assert_eq!(checkpoint(bench.store(), &hand.id).await.books.stored, written);
}

#[tokio::test]
async fn a_server_that_stops_answering_at_any_request_is_given_up_and_used_again_when_it_answers() {
    let bench = bench::neo4j().await;
    let faults = [
        (Request::Connect, Fault::Hold),
        (Request::Handshake, Fault::Hold),
        (Request::Hello, Fault::Hold),
        (Request::Hello, Fault::HoldAnswer),
        (Request::Begin, Fault::Hold),
        (Request::Begin, Fault::HoldAnswer),
        (Request::Run, Fault::Hold),
        (Request::Run, Fault::HoldAnswer),
        (Request::Pull, Fault::Hold),
        (Request::Commit, Fault::Hold),
        (Request::Commit, Fault::HoldAnswer),
    ];
    // All at once, each with records and a place of its own: what takes time is waiting.
    let all = faults.iter().zip(0..).map(|((request, fault), at)| hang(bench.store(), at, *request, *fault));
    join_all(all).await;
    assert_eq!(bench.store().counts().await.unwrap().transactions, faults.len() as i64);
}

/// Lets a server hang at a request of a write to a partition of its own, and then answer again.
async fn hang(other: &dyn Store, partition: i32, request: Request, fault: Fault) {
    let case = format!("{fault:?} at {request:?}");
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(short());
    // On other connections than the one that is to hang.
    store.prepare().await.unwrap();
    let hand = Hand::on(other, place("k", "purchases", partition)).await;
    let user = i64::from(partition) + 1;
    let batch = hand.batch(vec![purchase(&case, user, user, T)]);
    proxy.arm(request, fault);
    let error = store.write(&batch).await.unwrap_err();
    // A connection that does not come about says nothing of the write; a write without an answer may be too much.
    let connecting = matches!(request, Request::Connect | Request::Handshake | Request::Hello | Request::Begin);
    let expected = if connecting { Trouble::Passing } else { Trouble::Slow };
    assert_eq!(error.trouble, expected, "{case}: {error:?}");
    assert!(error.message.contains("Neo4j did not answer within"), "{case}: {error:?}");
    assert!(!proxy.is_armed(), "{case}");
    let outcome = again(async || store.write(&batch).await).await;
    match (request, fault) {
        (Request::Commit, Fault::HoldAnswer) => assert_eq!(outcome, Outcome::Already, "{case}"),
        _ => assert!(matches!(outcome, Outcome::Committed(_)), "{case}: {outcome:?}"),
    }
    assert_eq!(checkpoint(other, &hand.id).await.books.stored, 1, "{case}");
}

#[tokio::test]
async fn a_server_that_hangs_while_the_store_is_prepared_is_given_up_as_soon_as_any_other() {
    let bench = bench::neo4j().await;
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(short());
    for fault in [Fault::Hold, Fault::HoldAnswer] {
        proxy.arm(Request::Run, fault);
        let error = store.prepare().await.unwrap_err();
        assert!(error.message.contains("did not answer within 4 s"), "not the minutes of a new index: {error}");
        assert!(!proxy.is_armed());
        again(async || store.prepare().await).await;
    }
    // Where something is missing it is made.
    cypher("DROP INDEX sluice_transaction_timestamp").await;
    cypher("DROP CONSTRAINT sluice_reviewed").await;
    store.prepare().await.unwrap();
    let made =
        "SHOW INDEXES YIELD name WHERE name IN ['sluice_transaction_timestamp', 'sluice_reviewed'] RETURN count(*)";
    assert_eq!(number(made).await, 2);
    drop(bench);
}

#[tokio::test]
async fn a_rollback_or_a_reset_that_is_never_answered_keeps_nobody() {
    let bench = bench::neo4j().await;
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(short());
    // What was asked is known by then.
    proxy.arm(Request::Rollback, Fault::HoldAnswer);
    store.ping().await.unwrap();
    assert!(!proxy.is_armed());
    store.ping().await.unwrap();
    assert_eq!(proxy.connections(), 2);
    // The driver resets a connection before it uses it again.
    proxy.arm(Request::Reset, Fault::Hold);
    let error = store.ping().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Passing);
    assert!(error.message.contains("did not answer within 4 s"), "{error}");
    store.ping().await.unwrap();
    assert_eq!(proxy.connections(), 3);
    drop(bench);
}

#[tokio::test]
async fn a_refused_record_costs_no_connection_unless_its_reset_is_never_answered() {
    let bench = bench::neo4j().await;
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(short());
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    hand.write(&store, vec![purchase("a", 1, 2, T)]).await;
    let connections = proxy.connections();
    let refused = vec![purchase(&"x".repeat(10_000), 1, 2, T)];
    for _ in 0..3 {
        assert_eq!(store.write(&hand.batch(refused.clone())).await.unwrap_err().trouble, Trouble::Data);
    }
    hand.write(&store, vec![purchase("b", 1, 2, T)]).await;
    assert_eq!(proxy.connections(), connections);
    // The driver resets a connection before it uses it again; the reset after that is ours.
    proxy.arm(Request::Reset, Fault::Pass);
    proxy.arm(Request::Reset, Fault::Hold);
    assert_eq!(store.write(&hand.batch(refused)).await.unwrap_err().trouble, Trouble::Data);
    assert!(!proxy.is_armed());
    // Until then the server keeps what was refused open, and its locks.
    proxy.release();
    let batch = hand.batch(vec![purchase("c", 1, 2, T)]);
    again(async || store.write(&batch).await).await;
    assert!(proxy.connections() > connections);
    assert_eq!(bench.store().counts().await.unwrap().transactions, 3);
}

#[tokio::test]
async fn connections_that_went_stale_while_nobody_used_them_cost_one_try_at_most() {
    let bench = bench::neo4j().await;
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(Bounds::default());
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    store.ping().await.unwrap();
    proxy.cut();
    let batch = hand.batch(vec![purchase("a", 1, 2, T)]);
    if let Err(error) = store.write(&batch).await {
        assert_eq!(error.trouble, Trouble::Passing, "{error}");
        hand.write(&store, vec![purchase("a", 1, 2, T)]).await;
    }
    if let Err(error) = store.ping().await {
        assert_eq!(error.trouble, Trouble::Passing, "{error}");
        store.ping().await.unwrap();
    }
    assert_eq!(bench.store().counts().await.unwrap().transactions, 1);
}

#[tokio::test]
async fn a_commit_whose_connection_breaks_is_found_or_done_again() {
    let bench = bench::neo4j().await;
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(Bounds::default());
    let mut hand = Hand::on(&store, place("k", "purchases", 0)).await;
    for (fault, committed) in [(Fault::Cut, false), (Fault::CutAnswer, true)] {
        let id = format!("{fault:?}");
        let batch = hand.batch(vec![purchase(&id, 1, 2, T)]);
        proxy.arm(Request::Commit, fault);
        let error = store.write(&batch).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Passing, "{id}: {error}");
        let outcome = again(async || store.write(&batch).await).await;
        assert_eq!(outcome == Outcome::Already, committed, "{id}: {outcome:?}");
        hand.next += 1;
    }
    assert_eq!(number("MATCH (t:Transaction) RETURN count(t)").await, 2);
    let books = checkpoint(bench.store(), &hand.id).await.books;
    assert_eq!((books.read, books.stored), (2, 2));
}

#[tokio::test]
async fn deadlocks_are_counted() {
    let bench = bench::neo4j().await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let proxy = Proxy::before_neo4j().await;
    let store = proxy.store(Bounds::default());
    for request in [Request::Run, Request::Commit] {
        proxy.arm(request, Fault::Refuse("Neo.TransientError.Transaction.DeadlockDetected"));
        let error = store.mark_published(&["nothing".to_owned()]).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Passing, "{error}");
    }
    assert!(handle.render().contains("sluice_deadlocks_total 2"), "{}", handle.render());
    drop(bench);
}
