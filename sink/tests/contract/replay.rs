//! Dead letters that are sent again: claimed, then produced, then marked.

use sink::{
    graph::{Claim, DeadRecord, LedgerEntry, ReplayClaim, Store, batch::Content},
    kind::decode::ORIGIN_HEADER,
};

use crate::fixture::{Hand, T, dead, dead_record, place};

const NOW: i64 = 1_000 * T;
const LETTER: &str = "purchases/k/purchases/0/0";

async fn one_letter(store: &dyn Store) -> Hand {
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    hand.write(store, vec![dead(0)]).await;
    hand
}

async fn letter(store: &dyn Store, offset: i64) -> LedgerEntry {
    store.dead_letter("purchases", 0, offset).await.unwrap().unwrap()
}

/// What claim and replays have left on the first letter.
async fn marks(store: &dyn Store) -> [Option<i64>; 3] {
    let letter = letter(store, 0).await.letter;
    [letter.claimed_at, letter.replayed_at, letter.failed_again_at]
}

pub(crate) async fn a_replay_is_noted_and_may_be_repeated(store: &dyn Store) {
    one_letter(store).await;
    assert_eq!(marks(store).await, [None; 3]);
    for (by, at) in [("first", NOW), ("second", NOW + 1)] {
        let replayed = marks(store).await[1];
        assert_eq!(store.claim_replay(LETTER, by, at, true).await.unwrap(), ReplayClaim::Claimed);
        assert_eq!(marks(store).await, [Some(at), replayed, None]);
        store.mark_replayed(LETTER, by, at + 5).await.unwrap();
        assert_eq!(marks(store).await, [None, Some(at + 5), None]);
    }
    assert_eq!(store.dead_letters(None, None, 1).await.unwrap().dead_letters[0].replayed_at, Some(NOW + 6));
    assert_eq!(store.claim_replay("purchases/k/purchases/0/9", "r", NOW, true).await.unwrap(), ReplayClaim::Unknown);
}

pub(crate) async fn what_was_sent_before_is_claimed_only_by_who_wants_it_again(store: &dyn Store) {
    one_letter(store).await;
    assert_eq!(store.claim_replay(LETTER, "a", NOW, false).await.unwrap(), ReplayClaim::Claimed);
    store.mark_replayed(LETTER, "a", NOW + 1).await.unwrap();
    assert_eq!(store.claim_replay(LETTER, "b", NOW + 2, false).await.unwrap(), ReplayClaim::Sent(NOW + 1));
    assert_eq!(marks(store).await, [None, Some(NOW + 1), None], "it is left as it was");
    assert_eq!(store.claim_replay(LETTER, "b", NOW + 2, true).await.unwrap(), ReplayClaim::Claimed);
}

pub(crate) async fn of_many_replays_at_once_one_claims(store: &dyn Store) {
    one_letter(store).await;
    let names = ["a", "b", "c", "d", "e", "f"];
    let claims = futures::future::join_all(names.map(|by| store.claim_replay(LETTER, by, NOW, true))).await;
    let claims = claims.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(claims.iter().filter(|claim| **claim == ReplayClaim::Claimed).count(), 1, "{claims:?}");
    assert_eq!(claims.iter().filter(|claim| **claim == ReplayClaim::InProgress(NOW)).count(), 5, "{claims:?}");
}

pub(crate) async fn a_claim_that_was_never_ended_is_void_after_a_minute(store: &dyn Store) {
    one_letter(store).await;
    let claim = |by, at| store.claim_replay(LETTER, by, at, true);
    assert_eq!(claim("died", NOW).await.unwrap(), ReplayClaim::Claimed);
    assert_eq!(claim("next", NOW + 59_999).await.unwrap(), ReplayClaim::InProgress(NOW));
    // Whoever lost the answer to his own claim has it still.
    assert_eq!(claim("died", NOW + 1).await.unwrap(), ReplayClaim::Claimed);
    assert_eq!(claim("next", NOW + 60_001).await.unwrap(), ReplayClaim::Claimed);
}

pub(crate) async fn a_claim_is_ended_by_whoever_has_it(store: &dyn Store) {
    one_letter(store).await;
    store.claim_replay(LETTER, "mine", NOW, true).await.unwrap();
    store.release_replay(LETTER, "other").await.unwrap();
    assert_eq!(marks(store).await, [Some(NOW), None, None]);
    // It was slow, and its claim has gone to somebody else: it was sent all the same.
    store.mark_replayed(LETTER, "other", NOW + 1).await.unwrap();
    assert_eq!(marks(store).await, [Some(NOW), Some(NOW + 1), None]);
    store.release_replay(LETTER, "mine").await.unwrap();
    assert_eq!(marks(store).await, [None, Some(NOW + 1), None]);
}

/// A record that was sent again and is broken still.
fn again(offset: i64, origin: &str) -> Content {
    let headers = vec![(ORIGIN_HEADER.to_owned(), Some(origin.as_bytes().to_vec()))];
    Content::Dead(Box::new(DeadRecord { headers, ..dead_record(offset) }))
}

pub(crate) async fn a_replay_that_fails_again_points_to_its_origin(store: &dyn Store) {
    let mut hand = one_letter(store).await;
    assert_eq!(letter(store, 0).await.letter.origin, None);
    let origin = letter(store, 0).await.origin();
    store.claim_replay(LETTER, "r", NOW, true).await.unwrap();
    // Its failure may be known before it is known to have been sent.
    hand.write(store, vec![again(1, &origin)]).await;
    store.mark_replayed(LETTER, "r", NOW).await.unwrap();
    assert_eq!(marks(store).await, [None, Some(NOW), Some(NOW + 1)]);
    let second = letter(store, 1).await;
    assert_eq!((second.letter.origin.as_ref(), second.origin()), (Some(&origin), origin.clone()), "and so on");
    // Sent again once more, nothing is known of it yet.
    store.claim_replay(LETTER, "s", NOW + 9, true).await.unwrap();
    assert_eq!(marks(store).await, [Some(NOW + 9), Some(NOW), None]);

    // The same place in a topic that was made anew is another one.
    let claim = Claim { id: hand.id.clone(), start: 0, restart: Some(0) };
    let claimed = store.claim(&[claim]).await.unwrap().remove(0);
    (hand.epoch, hand.next) = (claimed.epoch, claimed.next_offset);
    let late = dead_record(0);
    hand.write(store, vec![Content::Dead(Box::new(DeadRecord { recorded_at: NOW + 50, ..late }))]).await;
    let anew = letter(store, 0).await;
    assert_eq!((anew.id.as_str(), anew.origin()), ("purchases/k/purchases/0/0-2", "purchases-0-0-2".to_owned()));
    hand.write(store, vec![again(1, &origin)]).await;
    assert_eq!(letter(store, 0).await.letter.failed_again_at, None);
    hand.write(store, vec![again(2, &anew.origin())]).await;
    assert_eq!(letter(store, 0).await.letter.failed_again_at, Some(NOW + 2));
}

pub(crate) async fn an_origin_that_nobody_knows_harms_nobody(store: &dyn Store) {
    let mut hand = one_letter(store).await;
    let hostile = ["", "purchases-0-77", "another-0-0", "purchases-0-0-x", "'; \u{0} %", "purchases-99999999999-0"];
    let letters = hostile.iter().zip(1..).map(|(origin, offset)| again(offset, origin)).collect();
    hand.write(store, letters).await;
    assert_eq!(marks(store).await, [None; 3]);
    assert_eq!(letter(store, 1).await.letter.origin.as_deref(), Some(""));
    assert_eq!(letter(store, 5).await.letter.origin.as_deref(), Some("'; \u{0} %"));
}
