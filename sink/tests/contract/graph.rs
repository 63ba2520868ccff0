//! What events become in the graph.

use model::{
    answer::Rater,
    event::{Extras, Purchase},
    status::{Books, GraphCounts},
};
use sink::graph::{Store, Tally};

use crate::fixture::{
    Hand, T, bought, checkpoint, dead, follow, follow_at, place, purchase, rating, review, store_all,
};

fn tally(stored: i64, repeated: i64, updated: i64) -> Tally {
    Tally { stored, repeated, dead: 0, updated }
}

pub(crate) async fn a_purchase_becomes_a_path(store: &dyn Store) {
    store_all(store, vec![purchase("t", 1, 2, T)]).await;
    let expected =
        GraphCounts { users: 1, products: 1, transactions: 1, purchased: 1, of: 1, ..GraphCounts::default() };
    assert_eq!(store.counts().await.unwrap(), expected);
    let sales = store.sales(T - 1, T).await.unwrap();
    assert_eq!((sales[0].product, sales[0].units, sales[0].category.as_str()), (2, 2, "Books"));
}

pub(crate) async fn a_transaction_id_is_stored_once(store: &dyn Store) {
    let again = || vec![purchase("a", 1, 2, T), purchase("b", 1, 2, T), purchase("a", 3, 4, T)];
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    assert_eq!(hand.write(store, again()).await, tally(2, 1, 0));
    assert_eq!(hand.write(store, again()).await, tally(0, 3, 0));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.transactions, counts.purchased, counts.of), (2, 2, 2));
}

pub(crate) async fn a_newer_rating_replaces_and_an_older_one_does_not(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "product_interactions", 0)).await;
    assert_eq!(hand.write(store, vec![rating("a", 1, 2, 3, T)]).await, tally(1, 0, 0));
    assert_eq!(hand.write(store, vec![rating("b", 1, 2, 4, T - 1)]).await, tally(0, 1, 0));
    let stars = |distribution: [i64; 5]| distribution;
    assert_eq!(store.rating_counts().await.unwrap()[0].distribution, stars([0, 0, 1, 0, 0]));
    assert_eq!(hand.write(store, vec![rating("c", 1, 2, 5, T + 1)]).await, tally(1, 0, 1));
    assert_eq!(store.rating_counts().await.unwrap()[0].distribution, stars([0, 0, 0, 0, 1]));
    // A tie goes to the later record.
    assert_eq!(hand.write(store, vec![rating("d", 1, 2, 1, T + 1)]).await, tally(1, 0, 1));
    assert_eq!(store.rating_counts().await.unwrap()[0].distribution, stars([1, 0, 0, 0, 0]));
    assert_eq!(store.counts().await.unwrap().rated, 1);
    assert_eq!(checkpoint(store, &hand.id).await.updated, 2);
}

pub(crate) async fn the_first_review_and_the_first_follow_stay(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "mixed", 0)).await;
    let first = vec![review("r", 1, 2, "good", T), follow_at(1, 3, T), review("r", 1, 2, "better", T), follow(1, 3)];
    assert_eq!(hand.write(store, first).await, tally(2, 2, 0));
    let again = vec![review("r", 1, 9, "bad", T), review("s", 1, 2, "good", T), follow_at(1, 3, T - 9), follow(3, 1)];
    assert_eq!(hand.write(store, again).await, tally(2, 2, 0));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.reviewed, counts.follows), (2, 2));
}

pub(crate) async fn a_stated_category_stays_and_a_default_does_not_replace_it(store: &dyn Store) {
    let stating = |id: &str, category: Option<&str>| {
        bought(Purchase {
            transaction_id: id.into(),
            user_id: 1,
            product_id: 2,
            category: category.map(Into::into),
            quantity: 1,
            timestamp: T,
            extras: Extras::default(),
        })
    };
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    for (id, category, expected) in
        [("a", None, "Uncategorized"), ("b", Some("Books"), "Books"), ("c", None, "Books"), ("d", Some("Home"), "Home")]
    {
        hand.write(store, vec![stating(id, category)]).await;
        assert_eq!(store.product_facts(&[2]).await.unwrap()[0].category, expected);
    }
}

pub(crate) async fn names_and_price_are_set_where_there_is_none(store: &dyn Store) {
    let telling = |id: &str, user_name: Option<&str>, product_name: Option<&str>| {
        let (user_name, product_name) = (user_name.map(Into::into), product_name.map(Into::into));
        bought(Purchase {
            transaction_id: id.into(),
            user_id: 1,
            product_id: 2,
            category: None,
            quantity: 1,
            timestamp: T,
            extras: Extras { user_name, product_name, price: Some(9.99) },
        })
    };
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    hand.write(store, vec![telling("a", None, Some("Lamp"))]).await;
    assert_eq!(store.user_names(&[1]).await.unwrap(), []);
    hand.write(store, vec![telling("b", Some("Ada"), Some("Torch"))]).await;
    hand.write(store, vec![telling("c", Some("Bob"), None)]).await;
    assert_eq!(store.user_names(&[1]).await.unwrap(), [(1, "Ada".to_owned())]);
    assert_eq!(store.product_facts(&[2]).await.unwrap()[0].name.as_deref(), Some("Lamp"));
}

pub(crate) async fn hostile_text_comes_back_as_it_was(store: &dyn Store) {
    let texts = [
        "'; DROP TABLE user; --",
        "\"}) DETACH DELETE u //",
        "a\u{0}b",
        "\u{1f600}\u{202e}e\u{301}",
        "\\u0027 ` $x {y}",
    ];
    let named = |(user, text): (i64, &str)| {
        bought(Purchase {
            transaction_id: text.into(),
            user_id: user,
            product_id: user,
            category: Some(text.into()),
            quantity: 1,
            timestamp: T,
            extras: Extras { user_name: Some(text.into()), product_name: Some(text.into()), price: None },
        })
    };
    let long = "\u{e9}".repeat(16 * 1024);
    let mut contents = (1..).zip(texts).map(named).collect::<Vec<_>>();
    contents.extend(texts.iter().map(|text| review(text, 1, 1, text, T)));
    contents.push(review("long", 1, 1, &long, T));
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    assert_eq!(hand.write(store, contents.clone()).await, tally(11, 0, 0));
    assert_eq!(hand.write(store, contents).await, tally(0, 11, 0));
    let names = store.user_names(&[1, 2, 3, 4, 5]).await.unwrap();
    assert_eq!(names.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), texts);
    for facts in store.product_facts(&[1, 2, 3, 4, 5]).await.unwrap() {
        assert_eq!(facts.category, texts[facts.product as usize - 1]);
        assert_eq!(facts.name.as_deref(), Some(facts.category.as_str()));
    }
}

pub(crate) async fn the_greatest_ids_are_ids(store: &dyn Store) {
    let id = "x".repeat(512);
    store_all(store, vec![purchase(&id, i64::MAX, i64::MAX, T), rating("r", i64::MAX, 1, 5, T), follow(i64::MAX, 1)])
        .await;
    assert_eq!(store.bought().await.unwrap(), [(i64::MAX, i64::MAX)]);
    assert_eq!(store.follows_among(&[1, i64::MAX]).await.unwrap(), [(i64::MAX, 1)]);
    assert_eq!(store.buyers(&[i64::MAX], 0, T, 10).await.unwrap(), [(i64::MAX, i64::MAX, 1)]);
    assert_eq!(store.raters(&[1], 1).await.unwrap(), [(1, Rater { user: i64::MAX, name: None, rating: 5 })]);
}

pub(crate) async fn a_batch_of_thousands_is_one_transaction(store: &dyn Store) {
    let mut contents = Vec::new();
    for n in 0..5_000 {
        contents.push(purchase(&format!("t{n}"), 1 + n % 700, 1 + n % 90, T));
        contents.push(follow(1 + n % 700, 701 + n % 650));
    }
    // The pairs of 700 and 650 repeat after 9,100 rows; until then each is new.
    assert_eq!(store_all(store, contents).await, tally(10_000, 0, 0));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.transactions, counts.follows, counts.users, counts.products), (5_000, 5_000, 1_350, 90));
}

pub(crate) async fn the_books_balance_after_a_mixture(store: &dyn Store) {
    let mut hand = Hand::on(store, place("k", "mixed", 0)).await;
    hand.write(store, vec![purchase("a", 1, 2, T), dead(1), rating("r", 1, 2, 3, T), purchase("a", 1, 2, T)]).await;
    hand.write(store, vec![rating("s", 1, 2, 4, T + 1), follow(1, 2), dead(6)]).await;
    let found = checkpoint(store, &hand.id).await;
    assert_eq!(found.books, Books { read: 7, stored: 4, repeated: 1, dead: 2 });
    assert!(found.books.balance());
    let counts = store.counts().await.unwrap();
    assert_eq!(
        counts.transactions + counts.rated + counts.reviewed + counts.follows,
        found.books.stored - found.updated
    );
}
