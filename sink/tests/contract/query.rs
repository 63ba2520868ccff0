//! What the four questions read.

use model::{
    answer::{Influencer, Rater},
    event::{Event, Extras},
    picture::NodeKind,
    status::GraphCounts,
};
use sink::graph::{
    Changes, Needs, Neighbour, Neighbours, ProductFacts, Store, Tie,
    batch::Content,
    change::{FollowRow, ProductRow, RatingRow, ReviewRow, TransactionRow, UserRow},
};

use crate::fixture::{T, follow, purchase, rating, review, store_all};

/// The same record, which tells the acting user's name.
fn named(content: Content, name: &str) -> Content {
    let extras = Extras { user_name: Some(name.into()), ..Extras::default() };
    match content {
        Content::Event(Event::Purchase(it)) => Content::Event(Event::Purchase(model::event::Purchase { extras, ..it })),
        Content::Event(Event::Interaction(it)) => {
            Content::Event(Event::Interaction(model::event::Interaction { extras, ..it }))
        }
        Content::Event(Event::Connection(it)) => {
            Content::Event(Event::Connection(model::event::Connection { extras, ..it }))
        }
        other => other,
    }
}

pub(crate) async fn an_empty_graph_answers_everything_with_nothing(store: &dyn Store) {
    store.ping().await.unwrap();
    assert_eq!(store.counts().await.unwrap(), GraphCounts::default());
    assert_eq!(store.sales(0, T).await.unwrap(), []);
    assert_eq!(store.influencers(5).await.unwrap(), []);
    assert_eq!(store.rating_counts().await.unwrap(), []);
    assert_eq!(store.raters(&[1], 5).await.unwrap(), []);
    assert_eq!(store.bought().await.unwrap(), []);
    assert_eq!(store.buyers(&[1], 0, T, 5).await.unwrap(), []);
    assert_eq!(store.followers(&[1], 5).await.unwrap(), []);
    assert_eq!(store.follows_among(&[1, 2]).await.unwrap(), []);
    assert_eq!(store.user_names(&[1]).await.unwrap(), []);
    assert_eq!(store.product_facts(&[1]).await.unwrap(), []);
    assert_eq!(store.neighbours(NodeKind::User, 1, 5).await.unwrap(), None);
    assert_eq!(store.neighbours(NodeKind::Product, 1, 5).await.unwrap(), None);
    assert_eq!(store.dead_letters(None, None, 5).await.unwrap().dead_letters, []);
    assert_eq!(store.dead_letter_counts().await.unwrap(), []);
    assert_eq!(store.unpublished(5).await.unwrap(), []);
    assert_eq!(store.checkpoints().await.unwrap(), []);
}

/// Four users, three products, one purchase at the edge of each window.
async fn shop(store: &dyn Store) {
    store_all(
        store,
        vec![
            named(purchase("a", 1, 10, T), "Ada"),
            purchase("b", 1, 10, T + 10),
            purchase("c", 2, 10, T + 20),
            purchase("d", 2, 11, T + 20),
            purchase("e", 3, 12, T + 30),
            purchase("f", 1, 11, T + 5),
        ],
    )
    .await;
}

pub(crate) async fn sales_are_those_of_the_window(store: &dyn Store) {
    shop(store).await;
    let sold = |sales: Vec<sink::graph::Sales>| {
        let mut sold = sales.into_iter().map(|it| (it.product, it.purchases, it.units)).collect::<Vec<_>>();
        sold.sort_unstable();
        sold
    };
    assert_eq!(sold(store.sales(0, T + 100).await.unwrap()), [(10, 3, 6), (11, 2, 4), (12, 1, 2)]);
    // After excludes its second, until includes it.
    assert_eq!(sold(store.sales(T, T + 20).await.unwrap()), [(10, 2, 4), (11, 2, 4)]);
    assert_eq!(sold(store.sales(T + 30, T + 100).await.unwrap()), []);
}

pub(crate) async fn influencers_are_ordered_by_followers_then_id(store: &dyn Store) {
    let mut contents = vec![named(follow(5, 1), "Eve")];
    contents.extend([(1, 9), (2, 9), (3, 9), (1, 5), (2, 5), (1, 4), (2, 4)].map(|(a, b)| follow(a, b)));
    store_all(store, contents).await;
    let of = |user, name: Option<&str>, followers| Influencer { user, name: name.map(Into::into), followers };
    let top = store.influencers(3).await.unwrap();
    assert_eq!(top, [of(9, None, 3), of(4, None, 2), of(5, Some("Eve"), 2)]);
    assert_eq!(store.influencers(100).await.unwrap().len(), 4);
}

async fn rate(store: &dyn Store) {
    let stars = [(1, 10, 5), (2, 10, 5), (3, 10, 1), (4, 10, 4), (1, 11, 2)];
    let mut contents = stars.map(|(user, product, value)| rating("r", user, product, value, T)).to_vec();
    contents[1] = named(contents[1].clone(), "Bob");
    store_all(store, contents).await;
}

pub(crate) async fn ratings_are_counted_by_stars(store: &dyn Store) {
    rate(store).await;
    let mut counts = store.rating_counts().await.unwrap();
    counts.sort_by_key(|it| it.product);
    let counts = counts.into_iter().map(|it| (it.product, it.distribution)).collect::<Vec<_>>();
    assert_eq!(counts, [(10, [1, 0, 0, 1, 2]), (11, [0, 1, 0, 0, 0])]);
}

pub(crate) async fn raters_are_ordered_and_limited(store: &dyn Store) {
    rate(store).await;
    let mut raters = store.raters(&[11, 10, 99], 3).await.unwrap();
    raters.sort_by_key(|(product, _)| *product);
    let of = |user, name: Option<&str>, rating| Rater { user, name: name.map(Into::into), rating };
    let expected = [(10, of(1, None, 5)), (10, of(2, Some("Bob"), 5)), (10, of(4, None, 4)), (11, of(1, None, 2))];
    assert_eq!(raters, expected);
}

pub(crate) async fn bought_pairs_are_distinct_and_ordered(store: &dyn Store) {
    shop(store).await;
    assert_eq!(store.bought().await.unwrap(), [(1, 10), (1, 11), (2, 10), (2, 11), (3, 12)]);
}

pub(crate) async fn buyers_are_those_of_the_window_and_the_products(store: &dyn Store) {
    shop(store).await;
    let all = store.buyers(&[10, 11], 0, T + 100, 10).await.unwrap();
    assert_eq!(all, [(1, 10, 2), (1, 11, 1), (2, 10, 1), (2, 11, 1)]);
    assert_eq!(store.buyers(&[10, 11], 0, T + 100, 2).await.unwrap(), all[..2]);
    assert_eq!(store.buyers(&[10, 12], T, T + 20, 10).await.unwrap(), [(1, 10, 1), (2, 10, 1)]);
}

pub(crate) async fn followers_are_limited_for_each(store: &dyn Store) {
    store_all(store, [(3, 9), (1, 9), (2, 9), (9, 8), (1, 8), (1, 7)].map(|(a, b)| follow(a, b)).to_vec()).await;
    let followers = store.followers(&[9, 8, 9, 6], 2).await.unwrap();
    assert_eq!(followers, [(1, 8), (9, 8), (1, 9), (2, 9)]);
}

pub(crate) async fn follows_among_users_begin_and_end_there(store: &dyn Store) {
    store_all(store, [(3, 9), (1, 9), (9, 1), (1, 2), (4, 1)].map(|(a, b)| follow(a, b)).to_vec()).await;
    assert_eq!(store.follows_among(&[9, 1, 3, 1]).await.unwrap(), [(1, 9), (3, 9), (9, 1)]);
    assert_eq!(store.follows_among(&[]).await.unwrap(), []);
}

pub(crate) async fn names_and_facts_are_those_that_are_known(store: &dyn Store) {
    shop(store).await;
    assert_eq!(store.user_names(&[3, 1, 77]).await.unwrap(), [(1, "Ada".to_owned())]);
    let facts = store.product_facts(&[12, 77, 10]).await.unwrap();
    let of = |product| ProductFacts { product, name: None, category: "Books".into() };
    let mut found = facts;
    found.sort_by_key(|it| it.product);
    assert_eq!(found, [of(10), of(12)]);
}

pub(crate) async fn what_records_became_is_found_as_it_stands(store: &dyn Store) {
    let contents = vec![
        named(purchase("a", 1, 10, T), "Ada"),
        rating("r1", 1, 10, 5, T + 9),
        rating("r2", 1, 10, 2, T),
        review("v", 2, 10, "<b>good</b>", T + 1),
        follow(1, 2),
    ];
    store_all(store, contents).await;
    let needs = Needs {
        users: vec![1, 77],
        products: vec![10, 77],
        transactions: vec!["a".into(), "unheard of".into()],
        reviews: vec!["r1".into(), "v".into()],
        ratings: vec![(1, 10), (2, 10)],
        follows: vec![(1, 2), (2, 1)],
    };
    let expected = Changes {
        users: vec![UserRow { id: 1, name: Some("Ada".into()) }],
        products: vec![ProductRow { id: 10, category: "Books".into(), name: None, price: None }],
        transactions: vec![TransactionRow { id: "a".into(), user: 1, product: 10, quantity: 2, timestamp: T }],
        // The newer rating is the one that stands.
        ratings: vec![RatingRow { user: 1, product: 10, value: 5, timestamp: T + 9 }],
        reviews: vec![ReviewRow { id: "v".into(), user: 2, product: 10, text: "<b>good</b>".into(), timestamp: T + 1 }],
        follows: vec![FollowRow { follower: 1, followed: 2, timestamp: T }],
    };
    assert_eq!(store.found(&needs).await.unwrap(), expected);
    assert_eq!(store.found(&Needs::default()).await.unwrap(), Changes::default());
}

pub(crate) async fn neighbours_are_ordered_by_kinds_of_ties_and_counted_without_the_limit(store: &dyn Store) {
    let mut contents = vec![
        named(purchase("a", 1, 10, T), "Ada"),
        purchase("b", 1, 10, T + 1),
        purchase("c", 1, 11, T),
        purchase("d", 2, 10, T),
        rating("r", 1, 10, 5, T),
        rating("s", 2, 10, 4, T),
        rating("t", 3, 10, 3, T),
    ];
    contents.extend([(1, 2), (2, 1), (1, 9), (7, 1)].map(|(a, b)| follow(a, b)));
    store_all(store, contents).await;

    let of = |kind, id, name: Option<&str>, ties: &[Tie]| Neighbour {
        kind,
        id,
        name: name.map(Into::into),
        ties: ties.to_vec(),
    };
    let (user, product) = (NodeKind::User, NodeKind::Product);
    let all = store.neighbours(user, 1, 10).await.unwrap().unwrap();
    let expected = [
        of(user, 2, None, &[Tie::Follows, Tie::FollowedBy]),
        of(product, 10, None, &[Tie::Bought, Tie::Rated]),
        of(user, 7, None, &[Tie::FollowedBy]),
        of(user, 9, None, &[Tie::Follows]),
        of(product, 11, None, &[Tie::Bought]),
    ];
    assert_eq!(all, Neighbours { name: Some("Ada".into()), total: 5, neighbours: expected.to_vec() });
    let some = store.neighbours(user, 1, 2).await.unwrap().unwrap();
    assert_eq!((some.total, some.neighbours.as_slice()), (5, &expected[..2]));

    let buyers = store.neighbours(product, 10, 10).await.unwrap().unwrap();
    let expected = [
        of(user, 1, Some("Ada"), &[Tie::Bought, Tie::Rated]),
        of(user, 2, None, &[Tie::Bought, Tie::Rated]),
        of(user, 3, None, &[Tie::Rated]),
    ];
    assert_eq!(buyers, Neighbours { name: None, total: 3, neighbours: expected.to_vec() });
    assert_eq!(store.neighbours(user, 10, 10).await.unwrap(), None, "a product's id is no user's");
}
