//! The piece of graph that a record became: what stands there now, not what the record says.

use chrono::DateTime;
use model::{
    event::{Event, Opinion},
    record::{Piece, Thing},
};
use sink::graph::{Changes, Error, Needs, Store};

use super::gist::line;

/// Letters of a name in the picture.
const NAME_LETTERS: usize = 28;
/// Letters of a review in the picture.
const REVIEW_LETTERS: usize = 40;

/// What became of an event: a picture, and what is to be said of it.
pub(super) struct Became {
    pub(super) piece: Piece,
    /// Where the graph says something else than the record.
    pub(super) remark: Option<String>,
}

/// Looks for it in the graph; none if it is not there.
pub(super) async fn became(store: &dyn Store, event: &Event) -> Result<Option<Became>, Error> {
    let found = store.found(&keys(event)).await?;
    let Some((user, other)) = ends(event, &found) else { return Ok(None) };
    let mut needs = Needs { users: vec![user], ..Needs::default() };
    match event {
        Event::Connection(_) => needs.users.push(other),
        Event::Purchase(_) | Event::Interaction(_) => needs.products.push(other),
    }
    needs.users.sort_unstable();
    let names = store.found(&needs).await?;
    Ok(draw(event, &found, &names))
}

/// What of the graph the event has made.
fn keys(event: &Event) -> Needs {
    let mut needs = Needs::default();
    match event {
        Event::Purchase(it) => needs.transactions.push(it.transaction_id.clone()),
        Event::Interaction(it) => match it.opinion {
            Opinion::Review(_) => needs.reviews.push(it.interaction_id.clone()),
            Opinion::Rating(_) => needs.ratings.push((it.user_id, it.product_id)),
        },
        Event::Connection(it) => needs.follows.push((it.follower_id, it.followed_id)),
    }
    needs
}

/// Who and what stand at its ends in the graph.
fn ends(event: &Event, found: &Changes) -> Option<(i64, i64)> {
    match event {
        Event::Purchase(_) => found.transactions.first().map(|row| (row.user, row.product)),
        Event::Interaction(it) => match it.opinion {
            Opinion::Review(_) => found.reviews.first().map(|row| (row.user, row.product)),
            Opinion::Rating(_) => found.ratings.first().map(|row| (row.user, row.product)),
        },
        Event::Connection(_) => found.follows.first().map(|row| (row.follower, row.followed)),
    }
}

fn draw(event: &Event, found: &Changes, names: &Changes) -> Option<Became> {
    let (first, last) = ends(event, found)?;
    let (nodes, edges, remark) = match event {
        Event::Purchase(it) => {
            let row = found.transactions.first()?;
            let transaction =
                (Thing::Transaction, format!("× {} · {}", row.quantity, day(row.timestamp)), row.id.clone());
            let other = (row.user, row.product, row.quantity, row.timestamp)
                != (it.user_id, it.product_id, it.quantity, it.timestamp);
            let remark = other
                .then(|| "Another record had this transaction's id first, so the graph keeps that one.".to_owned());
            let edges = vec![("PURCHASED".to_owned(), String::new()), ("OF".to_owned(), String::new())];
            (vec![user(first, names), transaction, product(last, names)], edges, remark)
        }
        Event::Interaction(it) => {
            let (edge, remark) = match it.opinion {
                Opinion::Rating(stars) => {
                    let row = found.ratings.first()?;
                    let remark = (row.timestamp > it.timestamp).then(|| {
                        format!("The graph keeps the newest rating of each pair: that of {}.", moment(row.timestamp))
                    });
                    let changed = row.timestamp == it.timestamp && row.value != stars;
                    let remark = remark.or_else(|| {
                        changed.then(|| "A later record of the same second gave another rating.".to_owned())
                    });
                    (("RATED".to_owned(), "★".repeat(row.value.clamp(0, 5) as usize)), remark)
                }
                Opinion::Review(_) => {
                    let row = found.reviews.first()?;
                    let other = (row.user, row.product, row.timestamp) != (it.user_id, it.product_id, it.timestamp);
                    let remark = other
                        .then(|| "Another record had this review's id first, so the graph keeps that one.".to_owned());
                    (("REVIEWED".to_owned(), format!("“{}”", line(row.text.trim(), REVIEW_LETTERS))), remark)
                }
            };
            (vec![user(first, names), product(last, names)], vec![edge], remark)
        }
        Event::Connection(it) => {
            let row = found.follows.first()?;
            let remark = (row.timestamp != it.timestamp)
                .then(|| format!("They followed already: the graph keeps the first, of {}.", moment(row.timestamp)));
            let edge = ("FOLLOWS".to_owned(), format!("since {}", day(row.timestamp)));
            (vec![user(first, names), user(last, names)], vec![edge], remark)
        }
    };
    Some(Became { piece: Piece { nodes, edges }, remark })
}

/// A node, and what finds more of it in the stream: the name if it has one, else the id as records write it.
fn user(id: i64, names: &Changes) -> (Thing, String, String) {
    let name = names.users.iter().find(|row| row.id == id).and_then(|row| row.name.clone());
    let find = name.clone().unwrap_or_else(|| format!("\"user_id\":{id}"));
    (Thing::User, line(&super::gist::user(id, name), NAME_LETTERS), find)
}

fn product(id: i64, names: &Changes) -> (Thing, String, String) {
    let name = names.products.iter().find(|row| row.id == id).and_then(|row| row.name.clone());
    let find = name.clone().unwrap_or_else(|| format!("\"product_id\":{id}"));
    (Thing::Product, line(&name.unwrap_or_else(|| format!("Product {id}")), NAME_LETTERS), find)
}

fn day(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |at| at.format("%-d %b %Y").to_string())
}

fn moment(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |at| at.format("%-d %b %Y, %H:%M:%S UTC").to_string())
}

#[cfg(test)]
mod tests {
    use model::event::{Extras, Interaction, Purchase};
    use sink::graph::change::{ProductRow, RatingRow, TransactionRow, UserRow};

    use super::*;

    const T: i64 = 1_789_000_000;

    fn names() -> Changes {
        Changes {
            users: vec![UserRow { id: 1, name: Some("Ada".into()) }],
            products: vec![ProductRow { id: 2, category: "Books".into(), name: None, price: None }],
            ..Changes::default()
        }
    }

    #[test]
    fn a_purchase_is_a_path_and_one_that_came_second_says_so() {
        let event = |quantity| {
            Event::Purchase(Purchase {
                transaction_id: "t".into(),
                user_id: 1,
                product_id: 2,
                category: None,
                quantity,
                timestamp: T,
                extras: Extras::default(),
            })
        };
        let row = TransactionRow { id: "t".into(), user: 1, product: 2, quantity: 3, timestamp: T };
        let found = Changes { transactions: vec![row], ..Changes::default() };
        let became = draw(&event(3), &found, &names()).unwrap();
        let labels: Vec<_> = became.piece.nodes.iter().map(|(_, label, _)| label.as_str()).collect();
        assert_eq!(labels, ["Ada", "× 3 · 10 Sep 2026", "Product 2"]);
        assert_eq!(became.piece.edges.len(), 2);
        assert_eq!(became.remark, None);
        assert!(draw(&event(4), &found, &names()).unwrap().remark.is_some_and(|remark| remark.contains("first")));
        assert!(draw(&event(3), &Changes::default(), &names()).is_none(), "what is not there is not drawn");
    }

    #[test]
    fn an_older_rating_shows_the_newer_one_that_the_graph_keeps() {
        let event = Event::Interaction(Interaction {
            interaction_id: "i".into(),
            user_id: 1,
            product_id: 2,
            opinion: Opinion::Rating(2),
            timestamp: T,
            extras: Extras::default(),
        });
        let rating = |timestamp| Changes {
            ratings: vec![RatingRow { user: 1, product: 2, value: 5, timestamp }],
            ..Changes::default()
        };
        let became = draw(&event, &rating(T + 1), &names()).unwrap();
        assert_eq!(became.piece.edges[0].1, "★★★★★");
        assert!(became.remark.is_some_and(|remark| remark.contains("newest rating")));
    }
}
