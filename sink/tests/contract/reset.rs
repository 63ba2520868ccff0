//! Emptying the house.

use model::status::{Books, GraphCounts};
use sink::graph::{Outcome, Store};

use crate::fixture::{Hand, T, checkpoint, claim, dead, follow, place, purchase, rating, review};

pub(crate) async fn a_reset_empties_the_graph_and_begins_where_it_is_told(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "mixed", 0)).await;
    let other = Hand::on(store, place("l", "mixed", 4)).await;
    let contents =
        vec![purchase("a", 1, 2, T), review("r", 1, 2, "x", T), rating("s", 1, 2, 3, T), follow(1, 2), dead(4)];
    hand.write(store, contents.clone()).await;
    store.reset(&[(hand.id.clone(), 50)]).await.unwrap();
    assert_eq!(store.counts().await.unwrap(), GraphCounts::default());
    assert_eq!(store.bought().await.unwrap(), []);
    assert_eq!(store.dead_letter_counts().await.unwrap(), []);
    let found = checkpoint(store, &hand.id).await;
    assert_eq!((found.next_offset, found.last_timestamp, found.last_crc), (50, -1, -1));
    assert_eq!((found.books, found.updated, found.incarnation), (Books::default(), 0, 1));
    assert_eq!(checkpoint(store, &other.id).await.next_offset, 0);
    // And it goes on: the same ids are new again.
    let mut hand = Hand::on(store, hand.id.clone()).await;
    assert_eq!(hand.next, 50);
    assert_eq!(hand.write(store, contents).await.stored, 4);
}

pub(crate) async fn a_reset_fences_writers_in_flight(store: &dyn Store) {
    let hand = Hand::on(store, place("k", "purchases", 0)).await;
    let other = Hand::on(store, place("l", "purchases", 0)).await;
    // At the same offset as before: only the epoch tells that it is not.
    store.reset(&[(hand.id.clone(), 0)]).await.unwrap();
    assert_eq!(store.write(&hand.batch(vec![purchase("a", 1, 2, T)])).await.unwrap(), Outcome::Fenced);
    assert_eq!(store.write(&other.batch(vec![purchase("a", 1, 2, T)])).await.unwrap(), Outcome::Fenced);
    assert_eq!(store.counts().await.unwrap(), GraphCounts::default());
}

pub(crate) async fn a_reset_keeps_incarnations_and_removes_retired_rows(store: &dyn Store) {
    for cluster in ["embedded-1", "embedded-2"] {
        Hand::on(store, place(cluster, "purchases", 0)).await;
    }
    store.retire_embedded("embedded-3").await.unwrap();
    let (old, new) = (place("embedded-3", "purchases", 0), place("embedded-3", "purchases", 1));
    assert_eq!(store.claim(&[claim(&old)]).await.unwrap()[0].incarnation, 3);
    store.reset(&[(old.clone(), 4), (new.clone(), 6)]).await.unwrap();
    let all = store.checkpoints().await.unwrap();
    assert_eq!(
        all.iter().map(|it| (&it.id, it.incarnation, it.next_offset)).collect::<Vec<_>>(),
        [(&old, 3, 4), (&new, 3, 6)]
    );
}

pub(crate) async fn a_reset_of_an_empty_store_makes_the_checkpoints(store: &dyn Store) {
    let id = place("k", "purchases", 0);
    store.reset(&[(id.clone(), 7)]).await.unwrap();
    assert_eq!(checkpoint(store, &id).await.next_offset, 7);
    store.reset(&[]).await.unwrap();
    assert_eq!(checkpoint(store, &id).await.next_offset, 7);
}
