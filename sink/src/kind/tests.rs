//! What batches change, record by record.

use model::event::{Connection, Extras, Interaction, Opinion, Purchase};

use super::*;
use crate::graph::{
    CheckpointId, Entry, Interval,
    change::{FollowRow, ProductBefore, RatingRow, UserRow},
};

fn batch(events: Vec<Event>) -> Batch {
    let id = CheckpointId { connector: "c".into(), cluster: "k".into(), topic: "t".into(), partition: 0 };
    let to = events.len() as i64;
    Batch {
        intervals: vec![Interval { id, epoch: 1, from: 0, to, last_timestamp: -1, last_crc: -1, read: to }],
        entries: events.into_iter().map(|event| Entry { interval: 0, content: Content::Event(event) }).collect(),
    }
}

fn purchase(id: &str, product: i64, category: Option<&str>) -> Event {
    Event::Purchase(Purchase {
        transaction_id: id.into(),
        user_id: 1,
        product_id: product,
        category: category.map(Into::into),
        quantity: 1,
        timestamp: 1_789_000_000,
        extras: Extras::default(),
    })
}

fn rating(value: i64, timestamp: i64) -> Event {
    Event::Interaction(Interaction {
        interaction_id: format!("i{value}-{timestamp}"),
        user_id: 1,
        product_id: 2,
        opinion: Opinion::Rating(value),
        timestamp,
        extras: Extras::default(),
    })
}

#[test]
fn a_transaction_id_is_stored_once_within_and_across_batches() {
    let before = Before { transactions: ["old".to_owned()].into(), ..Before::default() };
    let events = ["new", "new", "old"].map(|id| purchase(id, 7, None));
    let (changes, written) = plan(&batch(events.into()), before);
    assert_eq!(changes.transactions.len(), 1);
    assert_eq!(changes.users, [UserRow { id: 1, name: None }]);
    assert_eq!(written.tallies, [Tally { stored: 1, repeated: 2, dead: 0, updated: 0 }]);
    assert_eq!(written.repeated, [1, 2]);
}

#[test]
fn a_stated_category_wins_over_the_default_and_the_last_stated_over_the_others() {
    for (stated, known, expected) in [
        (vec![None], None, Some("Uncategorized")),
        (vec![None], Some("Books"), None),
        (vec![Some("Home")], Some("Books"), Some("Home")),
        (vec![Some("Home"), Some("Sports"), None], None, Some("Sports")),
        (vec![Some("Books")], Some("Books"), None),
    ] {
        let mut before = Before::default();
        before.users.insert(1, false);
        if let Some(category) = known {
            before.products.insert(7, ProductBefore { category: Some(category.into()), ..ProductBefore::default() });
        }
        let events = stated.iter().enumerate().map(|(n, category)| purchase(&n.to_string(), 7, *category)).collect();
        let (changes, _) = plan(&batch(events), before);
        let written = changes.products.first().map(|row| row.category.as_str());
        assert_eq!(written, expected, "{stated:?} on {known:?}");
        assert!(changes.users.is_empty(), "a user that exists is not written again");
    }
}

#[test]
fn a_name_is_set_where_there_is_none() {
    let named = |name: &str| {
        let Event::Purchase(mut event) = purchase(name, 7, None) else { unreachable!() };
        event.extras.user_name = Some(name.into());
        Event::Purchase(event)
    };
    let mut before = Before::default();
    before.users.insert(1, false);
    let (changes, _) = plan(&batch(vec![named("Ada"), named("Eve")]), before);
    assert_eq!(changes.users, [UserRow { id: 1, name: Some("Ada".into()) }]);
    let mut before = Before::default();
    before.users.insert(1, true);
    let (changes, _) = plan(&batch(vec![named("Eve")]), before);
    assert!(changes.users.is_empty());
}

#[test]
fn the_newest_rating_stays_and_a_tie_goes_to_the_later_record() {
    let (changes, written) = plan(&batch(vec![rating(3, 100), rating(5, 90), rating(4, 100)]), Before::default());
    assert_eq!(changes.ratings, [RatingRow { user: 1, product: 2, value: 4, timestamp: 100 }]);
    assert_eq!(written.tallies, [Tally { stored: 2, repeated: 1, dead: 0, updated: 1 }]);
    let before = Before { ratings: [((1, 2), 100)].into(), ..Before::default() };
    let (changes, written) = plan(&batch(vec![rating(1, 99), rating(2, 100)]), before);
    assert_eq!(changes.ratings, [RatingRow { user: 1, product: 2, value: 2, timestamp: 100 }]);
    assert_eq!(written.tallies, [Tally { stored: 1, repeated: 1, dead: 0, updated: 1 }]);
}

#[test]
fn the_first_follow_of_a_pair_stays() {
    let follow = |timestamp| {
        Event::Connection(Connection { follower_id: 1, followed_id: 2, timestamp, extras: Extras::default() })
    };
    let (changes, written) = plan(&batch(vec![follow(9), follow(3)]), Before::default());
    assert_eq!(changes.follows, [FollowRow { follower: 1, followed: 2, timestamp: 9 }]);
    assert_eq!(changes.users.len(), 2);
    assert_eq!(written.tallies, [Tally { stored: 1, repeated: 1, dead: 0, updated: 0 }]);
}

#[test]
fn needs_are_sorted_and_named_once() {
    let wanted = needs(&batch(vec![purchase("b", 7, None), purchase("a", 7, None), rating(1, 1)]));
    assert_eq!(wanted.users, [1]);
    assert_eq!(wanted.products, [2, 7]);
    assert_eq!(wanted.transactions, ["a", "b"]);
    assert_eq!(wanted.ratings, [(1, 2)]);
}
