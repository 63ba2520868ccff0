//! What a real Neo4j answers to what it can't do, and what trouble the store takes it for.
//!
//! Not provoked, since the Community edition has neither: constraints on a property's type or existence
//! (`PropertyTypeMismatch`), and clusters. Nor `TransactionTimedOut`: Neo4j 5.26 answers with the client's code to its own
//! limit, `db.transaction.timeout`, too.

use neo4rs::{Error as DriverError, Graph, Query, query};
use sink::graph::{Trouble, neo4j::trouble};

use crate::bench::{self, driver};

/// The code and the message with which a statement fails.
pub(crate) fn refusal<T>(answer: neo4rs::Result<T>) -> (String, String) {
    match answer {
        Err(DriverError::Neo4j(failure)) => (failure.code().to_owned(), failure.message().to_owned()),
        Err(error) => panic!("not refused by the server: {error}"),
        Ok(_) => ("none".to_owned(), String::new()),
    }
}

/// Runs a statement in a transaction of its own, which the driver does not repeat, and reads what it returns: of rows that
/// nobody wants the server does not even make the first.
pub(crate) async fn run(graph: &Graph, statement: Query) -> neo4rs::Result<()> {
    let mut tx = graph.start_txn().await?;
    let mut rows = tx.execute(statement).await?;
    while rows.next(tx.handle()).await?.is_some() {}
    tx.commit().await
}

/// Runs a statement that may take 200 ms.
async fn run_briefly(graph: &Graph, statement: &str) -> neo4rs::Result<()> {
    let mut rows = graph.execute(query(statement).extra("tx_timeout", 200)).await?;
    while rows.next().await?.is_some() {}
    Ok(())
}

#[tokio::test]
async fn every_refusal_that_the_community_edition_can_be_brought_to_is_the_trouble_that_it_is_taken_for() {
    let bench = bench::neo4j().await;
    let graph = driver();
    run(&graph, query("CREATE (:User {userID: 7})")).await.unwrap();
    let long = "x".repeat(10_000);
    let mut wrong = Vec::new();
    for (statement, code, expected) in [
        ("RETURN $list[0].name", "ClientError.Statement.TypeError", Trouble::Data),
        ("CREATE (:User {userID: {a: $one}})", "ClientError.Statement.TypeError", Trouble::Data),
        ("RETURN range(1, 5, $one - 1)", "ClientError.Statement.ArgumentError", Trouble::Data),
        ("RETURN 1 / ($one - 1)", "ClientError.Statement.ArithmeticError", Trouble::Data),
        ("RETURN 9223372036854775807 + $one", "ClientError.Statement.ArithmeticError", Trouble::Data),
        ("CREATE (:User {userID: 7})", "ClientError.Schema.ConstraintValidationFailed", Trouble::Data),
        ("CREATE (:Transaction {transactionID: $long})", "DatabaseError.Statement.ExecutionFailed", Trouble::Data),
        ("CREATE (u:User) SET u += {``: $one}", "ClientError.Schema.TokenNameError", Trouble::Data),
        ("MERGE (:User {userID: $none})", "ClientError.Statement.SemanticError", Trouble::Fatal),
        ("RETURN", "ClientError.Statement.SyntaxError", Trouble::Fatal),
        ("RETURN $missing", "ClientError.Statement.ParameterMissing", Trouble::Fatal),
        ("CALL no.such()", "ClientError.Procedure.ProcedureNotFound", Trouble::Fatal),
    ] {
        let asked = query(statement).param("one", 1).param("list", vec![1_i64]).param("long", long.as_str());
        let (found, message) = refusal(run(&graph, asked.param("none", None::<i64>)).await);
        if found != format!("Neo.{code}") || trouble(&found, &message) != expected {
            wrong.push(format!("{statement}: {found} is {:?}: {message}", trouble(&found, &message)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    drop(bench);
}

#[tokio::test]
async fn of_two_transactions_in_a_deadlock_one_is_told_so_and_that_is_passing() {
    let bench = bench::neo4j().await;
    let graph = driver();
    run(&graph, query("CREATE (:User {userID: 1}), (:User {userID: 2})")).await.unwrap();
    let set = |id: i64| query("MATCH (u:User {userID: $id}) SET u.name = 'x'").param("id", id);
    let (mut one, mut two) = (graph.start_txn().await.unwrap(), graph.start_txn().await.unwrap());
    one.run(set(1)).await.unwrap();
    two.run(set(2)).await.unwrap();
    let first = async {
        let answer = one.run(set(2)).await;
        (answer, one.rollback().await)
    };
    let second = async {
        let answer = two.run(set(1)).await;
        (answer, two.rollback().await)
    };
    let ((first, _), (second, _)) = tokio::join!(first, second);
    let (code, message) = refusal(if first.is_err() { first } else { second });
    assert_eq!(code, "Neo.TransientError.Transaction.DeadlockDetected");
    assert_eq!(trouble(&code, &message), Trouble::Passing);
    drop(bench);
}

#[tokio::test]
async fn a_statement_that_takes_longer_than_its_client_allows_is_too_big_unless_it_waits_for_a_lock() {
    let bench = bench::neo4j().await;
    let graph = driver();
    run(&graph, query("CREATE (:User {userID: 1})")).await.unwrap();
    let set = "MATCH (u:User {userID: 1}) SET u.name = 'x'";
    let mut holder = graph.start_txn().await.unwrap();
    holder.run(query(set)).await.unwrap();
    let endless = "UNWIND range(1, 1000000000000) AS n WITH n WHERE n % 7 = 8 RETURN count(n)";
    for (statement, expected, trouble_of_it) in [
        (endless, "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", Trouble::TooBig),
        // Half of it would wait as long.
        (set, "Neo.ClientError.Transaction.LockClientStopped", Trouble::Passing),
    ] {
        let (code, message) = refusal(run_briefly(&graph, statement).await);
        assert_eq!((code.as_str(), trouble(&code, &message)), (expected, trouble_of_it), "{message}");
    }
    holder.rollback().await.unwrap();
    drop(bench);
}
