//! Connectors as the store keeps them.

use sink::graph::{Intent, Store, read_of};

use crate::fixture::{Hand, T, dead, place, purchase};

async fn active(store: &dyn Store) -> Vec<String> {
    let target = store.targets().await.unwrap().into_iter().find(|target| target.connector == "purchases").unwrap();
    target.active_topics(&read_of("purchases", &store.checkpoints().await.unwrap()))
}

pub(crate) async fn a_topic_is_active_since_it_was_read_until_it_is_forgotten(store: &dyn Store) {
    let define = Intent::Define { config: "{}".into(), file: None, state: None };
    store.aim("purchases", &define).await.unwrap();
    let mut hand = Hand::on(store, place("k", "purchases", 0)).await;
    assert!(active(store).await.is_empty());
    hand.write(store, vec![purchase("a", 1, 2, T)]).await;
    assert_eq!(active(store).await, ["purchases"]);
    let (before, after) = store.aim("purchases", &Intent::ForgetTopics).await.unwrap();
    assert!(before.forgotten_topics.is_empty() && after.forgotten_topics == [("purchases".to_owned(), 1)].into());
    assert!(active(store).await.is_empty());
    hand.write(store, vec![dead(1)]).await;
    assert_eq!(active(store).await, ["purchases"]);
    store.aim("purchases", &define).await.unwrap();
    assert_eq!(active(store).await, ["purchases"], "it is the same connector");
    store.aim("purchases", &Intent::Delete).await.unwrap();
    store.aim("purchases", &define).await.unwrap();
    assert!(active(store).await.is_empty(), "it is another one");
}
