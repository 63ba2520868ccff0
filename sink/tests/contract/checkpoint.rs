//! Takeovers, and the table of what a writer can find.

use model::status::Books;
use sink::graph::{Batch, Checkpoint, Claim, Entry, Interval, Outcome, Store, Written};

use crate::fixture::{Hand, T, checkpoint, claim, dead, place, purchase};

pub(crate) async fn a_first_claim_begins_where_it_wants_to(store: &dyn Store) {
    let id = place("k", "purchases", 2);
    let claimed = store.claim(&[Claim { id: id.clone(), start: 40, restart: None }]).await.unwrap();
    let expected = Checkpoint {
        id,
        next_offset: 40,
        epoch: 1,
        last_timestamp: -1,
        last_crc: -1,
        incarnation: 1,
        books: Books::default(),
        updated: 0,
    };
    assert_eq!(claimed, std::slice::from_ref(&expected));
    assert_eq!(store.checkpoints().await.unwrap(), [expected]);
}

pub(crate) async fn a_later_claim_raises_the_epoch_and_keeps_the_place(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    hand.write(store, vec![purchase("t", 1, 2, T)]).await;
    let before = checkpoint(store, &hand.id).await;
    let claimed = store.claim(&[Claim { id: hand.id.clone(), start: 99, restart: None }]).await.unwrap();
    assert_eq!(claimed, [Checkpoint { epoch: 2, ..before.clone() }]);
    assert_eq!((before.next_offset, before.last_crc, before.books.stored), (1, 77, 1));
}

pub(crate) async fn claims_are_answered_in_their_own_order(store: &dyn Store) {
    let ids = [2, 0, 1].map(|partition| place("k", "purchases", partition));
    let claimed = store.claim(&ids.each_ref().map(claim)).await.unwrap();
    assert_eq!(claimed.into_iter().map(|it| it.id).collect::<Vec<_>>(), ids);
    let mut sorted = ids.to_vec();
    sorted.sort_by_key(ToString::to_string);
    assert_eq!(store.checkpoints().await.unwrap().into_iter().map(|it| it.id).collect::<Vec<_>>(), sorted);
}

pub(crate) async fn a_restart_is_a_new_incarnation_with_the_same_books(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    hand.write(store, vec![purchase("t", 1, 2, T)]).await;
    let restart = Claim { id: hand.id.clone(), start: 5, restart: Some(3) };
    let claimed = store.claim(&[restart]).await.unwrap().remove(0);
    assert_eq!((claimed.next_offset, claimed.epoch, claimed.incarnation), (3, 2, 2));
    assert_eq!((claimed.last_timestamp, claimed.last_crc), (-1, -1));
    assert_eq!(claimed.books, Books { read: 1, stored: 1, repeated: 0, dead: 0 });
    assert_eq!(checkpoint(store, &hand.id).await, claimed);
}

pub(crate) async fn another_cluster_is_a_new_incarnation(store: &dyn Store) {
    Hand::on(store, place("k", "purchases", 0)).await;
    Hand::on(store, place("l", "purchases", 0)).await;
    Hand::on(store, place("l", "purchases", 1)).await;
    Hand::on(store, place("l", "user_connections", 0)).await;
    let incarnations = store.checkpoints().await.unwrap().into_iter().map(|it| (it.id.to_string(), it.incarnation));
    let expected = [
        ("purchases/k/purchases/0", 1),
        ("purchases/l/purchases/0", 2),
        ("purchases/l/purchases/1", 1),
        ("user_connections/l/user_connections/0", 1),
    ];
    assert_eq!(incarnations.collect::<Vec<_>>(), expected.map(|(id, incarnation)| (id.to_owned(), incarnation)));
}

pub(crate) async fn a_batch_moves_its_checkpoints_with_its_data(store: &dyn Store) {
    let hands = [Hand::on(store, place("k", "purchases", 0)).await, Hand::on(store, place("k", "purchases", 1)).await];
    let mut batch = Batch { intervals: vec![hands[0].interval(2), hands[1].interval(1)], entries: vec![] };
    // A gap: compaction took what stood there.
    batch.intervals[0].to = 10;
    let contents = [(0, purchase("a", 1, 2, T)), (1, purchase("b", 1, 2, T)), (0, purchase("a", 1, 2, T))];
    batch.entries.extend(contents.map(|(interval, content)| Entry { interval, content }));
    let Outcome::Committed(written) = store.write(&batch).await.unwrap() else { panic!("not committed") };
    assert_eq!(written.repeated, [2], "it is told which of them changed nothing");
    let tallies = written.tallies;
    assert_eq!(tallies.iter().map(|it| (it.stored, it.repeated, it.dead)).collect::<Vec<_>>(), [(1, 1, 0), (1, 0, 0)]);
    let [first, second] = [checkpoint(store, &hands[0].id).await, checkpoint(store, &hands[1].id).await];
    assert_eq!((first.next_offset, first.last_timestamp, first.last_crc), (10, batch.intervals[0].last_timestamp, 77));
    assert_eq!(first.books, Books { read: 2, stored: 1, repeated: 1, dead: 0 });
    assert_eq!((second.next_offset, second.books.read), (1, 1));
    assert_eq!(store.counts().await.unwrap().transactions, 2);
}

pub(crate) async fn an_interval_without_records_moves_its_checkpoint(store: &dyn Store) {
    let hand = Hand::on(store, place("k", "purchases", 0)).await;
    let mut batch = hand.batch(vec![]);
    batch.intervals[0].to = 12;
    assert!(matches!(store.write(&batch).await.unwrap(), Outcome::Committed(_)));
    let moved = checkpoint(store, &hand.id).await;
    assert_eq!((moved.next_offset, moved.books), (12, Books::default()));
}

pub(crate) async fn a_batch_without_intervals_changes_nothing(store: &dyn Store) {
    assert_eq!(store.write(&Batch::default()).await.unwrap(), Outcome::Committed(Written::default()));
    assert_eq!(store.claim(&[]).await.unwrap(), []);
    assert_eq!(store.checkpoints().await.unwrap(), []);
}

pub(crate) async fn a_batch_whose_answer_was_lost_is_not_written_again(store: &dyn Store) {
    let hand = Hand::on(store, place("k", "purchases", 0)).await;
    let batch = hand.batch(vec![purchase("a", 1, 2, T), dead(1)]);
    assert!(matches!(store.write(&batch).await.unwrap(), Outcome::Committed(_)));
    let before = checkpoint(store, &hand.id).await;
    assert_eq!(store.write(&batch).await.unwrap(), Outcome::Already);
    assert_eq!(checkpoint(store, &hand.id).await, before);
    assert_eq!(store.dead_letter_counts().await.unwrap(), [("purchases".to_owned(), 1)]);
}

pub(crate) async fn a_writer_whose_partition_was_taken_over_is_fenced(store: &dyn Store) {
    let old = Hand::on(store, place("k", "purchases", 0)).await;
    let mut new = Hand::on(store, old.id.clone()).await;
    assert_eq!(store.write(&old.batch(vec![purchase("a", 1, 2, T)])).await.unwrap(), Outcome::Fenced);
    assert_eq!(store.counts().await.unwrap().transactions, 0);
    new.write(store, vec![purchase("b", 1, 2, T)]).await;
    assert_eq!(store.write(&old.batch(vec![purchase("a", 1, 2, T)])).await.unwrap(), Outcome::Fenced);
    assert_eq!(store.counts().await.unwrap().transactions, 1);
}

pub(crate) async fn one_partition_taken_over_fences_the_whole_batch(store: &dyn Store) {
    let hands = [Hand::on(store, place("k", "purchases", 0)).await, Hand::on(store, place("k", "purchases", 1)).await];
    Hand::on(store, hands[1].id.clone()).await;
    let mut batch = hands[0].batch(vec![purchase("a", 1, 2, T)]);
    batch.intervals.push(hands[1].interval(0));
    assert_eq!(store.write(&batch).await.unwrap(), Outcome::Fenced);
    assert_eq!(checkpoint(store, &hands[0].id).await.next_offset, 0);
    assert_eq!(store.counts().await.unwrap().users, 0);
}

pub(crate) async fn a_batch_without_its_checkpoint_finds_it_gone(store: &dyn Store) {
    let hand = Hand { id: place("k", "purchases", 0), epoch: 1, next: 0 };
    assert_eq!(store.write(&hand.batch(vec![purchase("a", 1, 2, T)])).await.unwrap(), Outcome::Gone);
    assert_eq!(store.checkpoints().await.unwrap(), []);
    assert_eq!(store.counts().await.unwrap().users, 0);
}

pub(crate) async fn a_batch_that_begins_elsewhere_is_astray(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    hand.next = 5;
    let Outcome::Astray(sentence) = store.write(&hand.batch(vec![purchase("a", 1, 2, T)])).await.unwrap() else {
        panic!("not astray")
    };
    assert!(sentence.contains("purchases/k/purchases/0 is at 0 where a batch goes from 5 to 6"), "{sentence}");
    assert_eq!(store.counts().await.unwrap().users, 0);
}

pub(crate) async fn every_row_of_the_table_decides_and_only_the_first_writes(store: &dyn Store) {
    let id = place("k", "purchases", 0);
    for _ in 0..2 {
        Hand::on(store, id.clone()).await;
    }
    let mut hand = Hand::on(store, id.clone()).await;
    hand.write(store, (0..10).map(|_| purchase("a", 1, 2, T)).collect()).await;
    assert_eq!((hand.epoch, hand.next), (3, 10));
    let before = (store.checkpoints().await.unwrap(), store.counts().await.unwrap());
    let gone = place("k", "purchases", 1);
    for (id, epoch, from, to, expected) in [
        (&id, 3, 0, 10, "already"),
        (&id, 3, 4, 10, "already"),
        (&id, 3, 5, 15, "astray"),
        (&id, 3, 0, 5, "astray"),
        (&id, 3, 15, 20, "astray"),
        (&id, 2, 10, 20, "fenced"),
        (&id, 2, 0, 10, "fenced"),
        (&id, 2, 5, 15, "fenced"),
        // Somebody emptied the graph and another writer began anew.
        (&id, 4, 10, 20, "fenced"),
        (&id, 4, 0, 10, "fenced"),
        (&gone, 3, 10, 20, "gone"),
        (&gone, 1, 0, 0, "gone"),
    ] {
        let mut batch = hand.batch(vec![purchase("new", 8, 9, T), dead(11)]);
        batch.intervals[0] = Interval { id: id.clone(), epoch, from, to, ..batch.intervals[0].clone() };
        let outcome = store.write(&batch).await.unwrap();
        let row = format!("epoch {epoch} from {from} to {to} at {id}");
        assert_eq!(named(&outcome), expected, "{row}");
        assert_eq!((store.checkpoints().await.unwrap(), store.counts().await.unwrap()), before, "{row}");
        assert_eq!(store.dead_letter_counts().await.unwrap(), [], "{row}");
    }
    assert_eq!(hand.write(store, vec![purchase("new", 8, 9, T), dead(11)]).await.stored, 1);
}

pub(crate) async fn a_batch_of_two_partitions_is_written_as_a_whole_or_not_at_all(store: &dyn Store) {
    let mut hands = Vec::new();
    for partition in 0..2 {
        let mut hand = Hand::on(store, place("k", "purchases", partition)).await;
        hand.write(store, vec![purchase("a", 1, 2, T)]).await;
        hands.push(hand);
    }
    let before = store.checkpoints().await.unwrap();
    let interval = |hand: &Hand, what: &str| {
        let next = Interval { epoch: 1, from: 1, to: 2, ..hand.interval(1) };
        match what {
            "write" => next,
            "already" => Interval { from: 0, to: 1, ..next },
            "astray" => Interval { from: 7, to: 8, ..next },
            "fenced" => Interval { epoch: 0, ..next },
            _ => Interval { id: place("gone", "purchases", hand.id.partition), ..next },
        }
    };
    for (first, second, expected) in [
        ("already", "already", "already"),
        ("write", "already", "astray"),
        ("write", "astray", "astray"),
        ("write", "fenced", "fenced"),
        ("already", "fenced", "fenced"),
        ("astray", "fenced", "fenced"),
        ("write", "gone", "gone"),
        ("already", "gone", "gone"),
        ("fenced", "gone", "gone"),
        ("astray", "gone", "gone"),
        ("write", "write", "committed"),
    ] {
        for (first, second) in [(first, second), (second, first)] {
            let intervals = vec![interval(&hands[0], first), interval(&hands[1], second)];
            let entries = vec![Entry { interval: 0, content: purchase("b", 1, 2, T) }];
            let outcome = store.write(&Batch { intervals, entries }).await.unwrap();
            if expected == "committed" {
                assert_eq!(named(&outcome), expected);
                assert!(store.checkpoints().await.unwrap().iter().all(|checkpoint| checkpoint.next_offset == 2));
                return;
            }
            assert_eq!(named(&outcome), expected, "{first} and {second}");
            assert_eq!(store.checkpoints().await.unwrap(), before, "{first} and {second}");
        }
    }
}

fn named(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Committed(_) => "committed",
        Outcome::Already => "already",
        Outcome::Fenced => "fenced",
        Outcome::Gone => "gone",
        Outcome::Astray(_) => "astray",
    }
}

pub(crate) async fn of_two_writers_at_the_same_place_one_commits(store: &dyn Store) {
    let hand = Hand::on(store, place("k", "purchases", 0)).await;
    let one = hand.batch(vec![purchase("a", 1, 2, T)]);
    let two = hand.batch(vec![purchase("a", 1, 2, T), purchase("b", 1, 2, T)]);
    let (one, two) = tokio::join!(store.write(&one), store.write(&two));
    let committed = [one.unwrap(), two.unwrap()].into_iter().filter(|it| matches!(it, Outcome::Committed(_))).count();
    assert_eq!(committed, 1);
    let books = checkpoint(store, &hand.id).await.books;
    assert_eq!(store.counts().await.unwrap().transactions, books.stored);
}

pub(crate) async fn of_many_claims_at_once_each_gets_an_epoch_of_its_own(store: &dyn Store) {
    let claims = [claim(&place("k", "purchases", 0))];
    let claimed = futures::future::join_all((0..8).map(|_| store.claim(&claims))).await;
    let mut epochs = claimed.into_iter().map(|claimed| claimed.unwrap()[0].epoch).collect::<Vec<_>>();
    epochs.sort_unstable();
    assert_eq!(epochs, (1..=8).collect::<Vec<_>>());
}

pub(crate) async fn a_probe_changes_nothing(store: &dyn Store) {
    let hand = Hand::on(store, place("k", "purchases", 0)).await;
    let before = store.checkpoints().await.unwrap();
    store.probe(&hand.batch(vec![purchase("a", 1, 2, T)])).await.unwrap();
    assert_eq!(store.checkpoints().await.unwrap(), before);
    assert_eq!(store.counts().await.unwrap().users, 0);
}

pub(crate) async fn embedded_clusters_retire_into_one_row(store: &dyn Store) {
    for (cluster, partition, id) in
        [("embedded-1", 0, "a"), ("embedded-1", 1, "b"), ("embedded-2", 0, "c"), ("real", 0, "d")]
    {
        let mut hand = Hand::on(store, place(cluster, "purchases", partition)).await;
        hand.write(store, vec![purchase(id, 1, 2, T)]).await;
    }
    for _ in 0..2 {
        store.retire_embedded("embedded-2").await.unwrap();
        let all = store.checkpoints().await.unwrap();
        let ids = all.iter().map(|it| it.id.to_string()).collect::<Vec<_>>();
        let retired = "purchases/embedded-retired/purchases/-1";
        assert_eq!(ids, ["purchases/embedded-2/purchases/0", retired, "purchases/real/purchases/0"]);
        assert_eq!(all[1].books, Books { read: 2, stored: 2, repeated: 0, dead: 0 });
    }
    store.retire_embedded("embedded-3").await.unwrap();
    let all = store.checkpoints().await.unwrap();
    assert_eq!((all.len(), all[0].books.read, all[0].incarnation), (2, 3, 2));
    // The retired row counts for every partition.
    let claimed = store.claim(&[claim(&place("embedded-3", "purchases", 7))]).await.unwrap();
    assert_eq!(claimed[0].incarnation, 3);
}

pub(crate) async fn writing_to_a_retired_checkpoint_finds_it_gone(store: &dyn Store) {
    let hand = Hand::on(store, place("embedded-1", "purchases", 0)).await;
    store.retire_embedded("embedded-2").await.unwrap();
    assert_eq!(store.write(&hand.batch(vec![purchase("a", 1, 2, T)])).await.unwrap(), Outcome::Gone);
}
