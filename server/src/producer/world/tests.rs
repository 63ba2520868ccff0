//! The world is reproducible, its events obey the rules, and its people behave like people.

use std::collections::{HashMap, HashSet};

use model::event::{Event, Opinion};
use rand::{SeedableRng, rngs::SmallRng};
use sink::kind::decode::{Place, decode};

use super::*;

const NOW: i64 = 1_790_000_000;
const PLACE: Place<'static> = Place { topic: "t", partition: 0, offset: 0, incarnation: 1, origin: None };

fn world() -> World {
    World::new(WorldOptions::default())
}

fn take(world: &World, kind: Kind, seed: u64, count: usize) -> Vec<Event> {
    world.events(kind, seed, "b1", NOW).take(count).collect()
}

fn json(event: &Event) -> Vec<u8> {
    match event {
        Event::Purchase(event) => serde_json::to_vec(event),
        Event::Interaction(event) => serde_json::to_vec(event),
        Event::Connection(event) => serde_json::to_vec(event),
    }
    .unwrap()
}

fn counted(ids: impl Iterator<Item = i64>) -> Vec<usize> {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    ids.for_each(|id| *counts.entry(id).or_default() += 1);
    let mut counts: Vec<usize> = counts.into_values().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts
}

#[test]
fn the_same_seed_is_the_same_content_and_another_is_not() {
    for kind in Kind::ALL {
        let (one, again) = (take(&world(), kind, 7, 500), take(&world(), kind, 7, 500));
        assert_eq!(one, again);
        assert_ne!(one, take(&world(), kind, 8, 500));
        let other = World::new(WorldOptions { seed: 2, ..WorldOptions::default() });
        assert_ne!(one, take(&other, kind, 7, 500));
    }
}

#[test]
fn every_event_is_decoded_to_itself() {
    let sizes = [(1, 1), (2, 3), (1_000, 100), (50_000, 3_000)];
    for (users, products) in sizes {
        let world = World::new(WorldOptions { users, products, seed: 3 });
        for kind in Kind::ALL {
            for event in take(&world, kind, 1, 3_000) {
                assert_eq!(decode(kind, Some(&json(&event)), PLACE).as_ref(), Ok(&event));
            }
        }
    }
}

#[test]
fn ids_carry_their_prefix_and_are_never_repeated() {
    let ids: HashSet<String> = take(&world(), Kind::Purchase, 1, 5_000)
        .into_iter()
        .map(|event| match event {
            Event::Purchase(purchase) => purchase.transaction_id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids.len(), 5_000);
    assert!(ids.contains("b1-1") && ids.contains("b1-5000"));
}

#[test]
fn ids_and_moments_stay_in_their_ranges() {
    for kind in Kind::ALL {
        let mut recent = 0;
        for event in take(&world(), kind, 5, 20_000) {
            let (users, product, when) = match event {
                Event::Purchase(event) => (vec![event.user_id], event.product_id, event.timestamp),
                Event::Interaction(event) => (vec![event.user_id], event.product_id, event.timestamp),
                Event::Connection(event) => {
                    assert_ne!(event.follower_id, event.followed_id);
                    (vec![event.follower_id, event.followed_id], 1, event.timestamp)
                }
            };
            assert!(users.iter().all(|user| (1..=1_000).contains(user)) && (1..=100).contains(&product));
            assert!((NOW - 45 * 86_400..=NOW).contains(&when));
            recent += usize::from(when > NOW - 30 * 86_400);
        }
        assert!((14_000..18_000).contains(&recent), "{recent} of 20,000 in the last 30 days");
    }
}

#[test]
fn an_absurd_moment_still_makes_valid_events() {
    for now in [i64::MIN, 0, i64::MAX] {
        for event in world().events(Kind::Purchase, 1, "b1", now).take(100) {
            assert!(decode(Kind::Purchase, Some(&json(&event)), PLACE).is_ok());
        }
    }
}

#[test]
fn few_products_make_most_of_the_sales_and_all_are_sold() {
    let counts = counted(take(&world(), Kind::Purchase, 1, 50_000).into_iter().map(|event| match event {
        Event::Purchase(purchase) => purchase.product_id,
        other => panic!("{other:?}"),
    }));
    assert_eq!(counts.len(), 100);
    let top: usize = counts[..20].iter().sum();
    assert!((22_500..37_500).contains(&top), "the top fifth makes {top} of 50,000");
}

#[test]
fn few_users_have_most_of_the_followers() {
    let counts = counted(take(&world(), Kind::Connection, 1, 20_000).into_iter().map(|event| match event {
        Event::Connection(connection) => connection.followed_id,
        other => panic!("{other:?}"),
    }));
    let top: usize = counts[..50].iter().sum();
    assert!(top > 8_000, "the top twentieth has {top} of 20,000");
    assert!(counts.len() > 400, "{} are followed at all", counts.len());
}

#[test]
fn all_five_categories_are_sold() {
    let categories: HashSet<String> = take(&world(), Kind::Purchase, 1, 1_000)
        .into_iter()
        .filter_map(|event| match event {
            Event::Purchase(purchase) => purchase.category,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(categories, ["Electronics", "Clothing", "Books", "Home", "Sports"].map(str::to_owned).into());
}

#[test]
fn the_communities_can_be_found_in_what_they_buy() {
    let world = world();
    let bought = take(&world, Kind::Purchase, 1, 40_000)
        .into_iter()
        .map(|event| match event {
            Event::Purchase(purchase) => (purchase.user_id, purchase.product_id),
            other => panic!("{other:?}"),
        })
        .collect();
    let baskets = sink::query::Baskets::new(bought);
    let mut cells: HashMap<u32, HashMap<usize, usize>> = HashMap::new();
    for (&user, found) in baskets.users().iter().zip(sink::query::group(&baskets)) {
        *cells.entry(found).or_default().entry(world.shop.community(user as u32)).or_default() += 1;
    }
    let agreeing: usize = cells.values().filter_map(|cell| cell.values().max()).sum();
    assert_eq!(cells.len(), 5);
    assert!(agreeing * 100 >= baskets.users().len() * 90, "{agreeing} of {}", baskets.users().len());
}

#[test]
fn ratings_use_all_stars_and_products_differ() {
    let mut stars = [0; 5];
    let mut sums: HashMap<i64, (i64, i64)> = HashMap::new();
    let mut reviews = 0;
    for event in take(&world(), Kind::Interaction, 1, 50_000) {
        let Event::Interaction(event) = event else { panic!("{event:?}") };
        match event.opinion {
            Opinion::Rating(rating) => {
                stars[rating as usize - 1] += 1;
                let sum = sums.entry(event.product_id).or_default();
                *sum = (sum.0 + rating, sum.1 + 1);
            }
            Opinion::Review(text) => {
                reviews += 1;
                assert!((10..300).contains(&text.len()));
            }
        }
    }
    assert!((19_000..21_000).contains(&reviews));
    assert!(stars.iter().all(|&count| count > 500), "{stars:?}");
    let mut averages: Vec<f64> =
        sums.values().filter(|sum| sum.1 >= 50).map(|&(sum, count)| sum as f64 / count as f64).collect();
    averages.sort_by(f64::total_cmp);
    assert!(averages[averages.len() - 1] - averages[0] > 1.0, "{averages:?}");
}

#[test]
fn every_poison_breaks_a_rule_and_they_break_different_ones() {
    let mut rng = SmallRng::seed_from_u64(1);
    for kind in Kind::ALL {
        let mut reasons = HashSet::new();
        for n in 0..200 {
            let value = poison(kind, n, &mut rng);
            match decode(kind, Some(&value), PLACE) {
                Ok(event) => panic!("{} is {event:?}", String::from_utf8_lossy(&value)),
                Err(fault) => reasons.insert(fault.reason),
            };
        }
        assert!(reasons.len() >= 7, "{kind}: {reasons:?}");
    }
}
