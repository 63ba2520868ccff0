//! Dead letters.

use model::dead_letter::ReasonCount;
use sink::graph::{CheckpointId, Claim, DeadRecord, Store, Trouble, Wanted, batch::Content};

use crate::fixture::{Hand, dead, dead_record, place};

pub(crate) async fn a_dead_letter_is_kept_byte_for_byte(store: &dyn Store) {
    let bytes = (0..=255).collect::<Vec<u8>>();
    let record = DeadRecord {
        offset: 0,
        reason: "not_utf8".into(),
        message: "a 'quoted' \u{1f600} \u{0} sentence".into(),
        key: None,
        value: Some(bytes.repeat(300)),
        headers: vec![("h".into(), Some(bytes.clone())), (String::new(), None), ("h".into(), Some(vec![]))],
        timestamp_ms: None,
        recorded_at: 5,
    };
    let bare = DeadRecord {
        offset: 1,
        key: Some(vec![]),
        value: None,
        headers: vec![],
        timestamp_ms: Some(-1),
        ..record.clone()
    };
    let mut hand = Hand::on(store, place("k", "purchases", 1)).await;
    hand.write(store, vec![Content::Dead(Box::new(record.clone())), Content::Dead(Box::new(bare.clone()))]).await;
    for record in [record, bare] {
        let entry = store.dead_letter("purchases", 1, record.offset).await.unwrap().unwrap();
        assert_eq!(entry.id, format!("purchases/k/purchases/1/{}", record.offset));
        assert_eq!((&entry.key, &entry.value, &entry.headers), (&record.key, &record.value, &record.headers));
        let letter = &entry.letter;
        assert_eq!((letter.connector.as_str(), letter.cluster.as_str(), letter.partition), ("purchases", "k", 1));
        assert_eq!((&letter.reason, &letter.message), (&record.reason, &record.message));
        assert_eq!((letter.timestamp_ms, letter.recorded_at, letter.replayed_at), (record.timestamp_ms, 5, None));
        assert_eq!(letter.value, record.value.map(|value| String::from_utf8_lossy(&value).into_owned()));
        assert_eq!(letter.headers.len(), record.headers.len());
    }
    assert_eq!(store.dead_letter("purchases", 1, 2).await.unwrap(), None);
}

pub(crate) async fn a_dead_letter_is_written_once(store: &dyn Store) {
    let hand = Hand::on(store, place("k", "purchases", 0)).await;
    let batch = hand.batch(vec![dead(0), dead(1)]);
    for _ in 0..3 {
        store.write(&batch).await.unwrap();
    }
    Hand::on(store, hand.id.clone()).await;
    store.write(&batch).await.unwrap();
    assert_eq!(store.dead_letters(None, None, 10).await.unwrap().dead_letters.len(), 2);
}

/// 3 topics × 2 partitions × 2 clusters × 3 offsets.
async fn fill(store: &dyn Store) {
    for topic in ["purchases", "another", "user_connections"] {
        for partition in 0..2 {
            for cluster in ["l", "k"] {
                let mut hand = Hand::on(store, place(cluster, topic, partition)).await;
                hand.write(store, vec![dead(0), dead(1), dead(2)]).await;
            }
        }
    }
}

pub(crate) async fn pages_follow_each_other_in_order(store: &dyn Store) {
    fill(store).await;
    let mut places = Vec::new();
    let mut sizes = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.dead_letters(None, after.as_deref(), 7).await.unwrap();
        sizes.push(page.dead_letters.len());
        places.extend(page.dead_letters.into_iter().map(|it| (it.topic, it.partition, it.offset, it.cluster)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [7, 7, 7, 7, 7, 1]);
    let mut sorted = places.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((places.len(), &places), (36, &sorted));
    // The last page is known to be the last one, even if it is full.
    assert_eq!(store.dead_letters(None, None, 36).await.unwrap().next, None);
    assert!(store.dead_letters(None, None, 35).await.unwrap().next.is_some());
}

pub(crate) async fn a_page_of_one_topic_has_no_other(store: &dyn Store) {
    fill(store).await;
    let first = store.dead_letters(Some("purchases"), None, 8).await.unwrap();
    let second = store.dead_letters(Some("purchases"), first.next.as_deref(), 8).await.unwrap();
    assert_eq!((first.dead_letters.len(), second.dead_letters.len(), second.next), (8, 4, None));
    assert!(first.dead_letters.iter().chain(&second.dead_letters).all(|letter| letter.topic == "purchases"));
    assert_eq!(store.dead_letters(Some("unknown"), None, 8).await.unwrap().dead_letters, []);
}

pub(crate) async fn a_page_after_nothing_known_is_refused(store: &dyn Store) {
    let error = store.dead_letters(None, Some("nonsense"), 8).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Data);
    assert!(error.message.contains("\"nonsense\" is no page of dead letters"), "{error}");
}

pub(crate) async fn letters_are_counted_by_topic(store: &dyn Store) {
    fill(store).await;
    let counts = store.dead_letter_counts().await.unwrap();
    assert_eq!(counts, ["another", "purchases", "user_connections"].map(|topic| (topic.to_owned(), 12)));
}

pub(crate) async fn offsets_are_those_of_the_interval(store: &dyn Store) {
    fill(store).await;
    assert_eq!(store.dead_offsets(None, "k", "purchases", 1, 0..2).await.unwrap(), [0, 1]);
    assert_eq!(store.dead_offsets(None, "k", "purchases", 1, 1..100).await.unwrap(), [1, 2]);
    assert_eq!(store.dead_offsets(Some("purchases"), "k", "purchases", 1, 0..2).await.unwrap(), [0, 1]);
    assert_eq!(store.dead_offsets(Some("others"), "k", "purchases", 1, 0..2).await.unwrap().len(), 0);
    assert_eq!(store.dead_offsets(None, "m", "purchases", 1, 0..100).await.unwrap().len(), 0);
    assert_eq!(store.dead_offsets(None, "k", "purchases", 7, 0..100).await.unwrap().len(), 0);
}

pub(crate) async fn what_is_published_is_not_published_again(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    hand.write(store, vec![dead(0), dead(1), dead(2)]).await;
    let offsets =
        |entries: Vec<sink::graph::LedgerEntry>| entries.iter().map(|it| it.letter.offset).collect::<Vec<_>>();
    let first = store.unpublished(2).await.unwrap();
    let ids = first.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>();
    assert_eq!(offsets(first), [0, 1]);
    store.mark_published(&ids).await.unwrap();
    store.mark_published(&ids).await.unwrap();
    assert_eq!(offsets(store.unpublished(10).await.unwrap()), [2]);
    assert_eq!(store.dead_letters(None, None, 10).await.unwrap().dead_letters.len(), 3);
}

pub(crate) async fn of_several_clusters_the_newest_letter_is_found(store: &dyn Store) {
    for (cluster, recorded_at) in [("a", 5), ("b", 9), ("c", 7)] {
        let mut hand = Hand::on(store, place(cluster, "purchases", 0)).await;
        hand.write(store, vec![Content::Dead(Box::new(DeadRecord { recorded_at, ..dead_record(0) }))]).await;
    }
    assert_eq!(store.dead_letter("purchases", 0, 0).await.unwrap().unwrap().letter.cluster, "b");
}

pub(crate) async fn a_topic_made_anew_keeps_the_letters_of_the_old_one(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    hand.write(store, vec![dead(0)]).await;
    let id: CheckpointId = hand.id.clone();
    let claimed = store.claim(&[Claim { id, start: 0, restart: Some(0) }]).await.unwrap().remove(0);
    (hand.epoch, hand.next) = (claimed.epoch, claimed.next_offset);
    hand.write(store, vec![dead(0)]).await;
    let page = store.dead_letters(None, None, 1).await.unwrap();
    let next = store.dead_letters(None, page.next.as_deref(), 1).await.unwrap();
    assert_eq!((page.dead_letters.len(), next.dead_letters.len(), next.next), (1, 1, None));
    assert_eq!(store.dead_offsets(None, "k", "purchases", 0, 0..9).await.unwrap(), [0]);
}

/// Six letters of one partition with two reasons in turn; the first one has been sent again.
async fn fill_with_reasons(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    let letter = |offset| {
        let reason = if offset % 2 == 0 { "even" } else { "odd" };
        Content::Dead(Box::new(DeadRecord { reason: reason.into(), recorded_at: 100 + offset, ..dead_record(offset) }))
    };
    hand.write(store, (0..6).map(letter).collect()).await;
    store.mark_replayed("purchases/k/purchases/0/0", "r", 7).await.unwrap();
}

pub(crate) async fn letters_are_found_by_reason_and_by_what_became_of_them(store: &dyn Store) {
    fill_with_reasons(store).await;
    let even = Wanted { reason: Some("even".into()), ..Wanted::default() };
    let purchases = Wanted { topic: Some("purchases".into()), ..even.clone() };
    let other = Wanted { topic: Some("user_connections".into()), ..even.clone() };
    for (wanted, expected) in [
        (Wanted::default(), vec![0, 1, 2, 3, 4, 5]),
        (even.clone(), vec![0, 2, 4]),
        (purchases.clone(), vec![0, 2, 4]),
        (other, vec![]),
        (Wanted { waiting: true, ..purchases.clone() }, vec![2, 4]),
        (Wanted { waiting: true, until: Some(102), ..purchases.clone() }, vec![2]),
        (Wanted { reason: Some("nothing".into()), ..Wanted::default() }, vec![]),
    ] {
        let found = store.letters(&wanted, None, 10).await.unwrap();
        let offsets: Vec<i64> = found.entries.iter().map(|entry| entry.letter.offset).collect();
        assert_eq!((offsets, found.next), (expected, None), "{wanted:?}");
    }
    let first = store.letters(&purchases, None, 2).await.unwrap();
    let rest = store.letters(&purchases, first.next.as_deref(), 2).await.unwrap();
    assert_eq!((first.entries.len(), rest.entries.len(), rest.next), (2, 1, None));
    assert_eq!(rest.entries[0].letter.id, "purchases/k/purchases/0/4");
}

pub(crate) async fn letters_are_counted_by_reason(store: &dyn Store) {
    assert_eq!(store.dead_letter_reasons().await.unwrap(), []);
    fill_with_reasons(store).await;
    let counted = |reason: &str, letters, waiting| ReasonCount {
        topic: "purchases".into(),
        reason: reason.into(),
        letters,
        waiting,
    };
    assert_eq!(store.dead_letter_reasons().await.unwrap(), [counted("even", 3, 2), counted("odd", 3, 3)]);
}

pub(crate) async fn a_letter_is_found_by_its_key_where_two_stood_at_one_place(store: &dyn Store) {
    for cluster in ["a", "b"] {
        Hand::on(store, place(cluster, "purchases", 0)).await.write(store, vec![dead(0)]).await;
    }
    let found = store.letter("purchases/a/purchases/0/0").await.unwrap().unwrap();
    assert_eq!((found.letter.cluster.as_str(), found.letter.id), ("a", found.id));
    assert_eq!(store.letter("purchases/c/purchases/0/0").await.unwrap(), None);
}
