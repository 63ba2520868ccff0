//! What happens in the world, one event after the other, without end.

use std::sync::Arc;

use model::{
    Kind,
    event::{Connection, Event, Extras, Interaction, Opinion, Purchase},
};
use rand::{Rng, SeedableRng, rngs::SmallRng};

use super::{
    catalogue::{CATEGORIES, Product},
    hash::mix,
    name, review,
    shop::Shop,
};

/// How far back events are dated: half as long again as the 30 days that questions usually ask about.
const WINDOW_SECONDS: i64 = 45 * 86_400;

/// The first moment that an event can have: the year 2000.
const EARLIEST: i64 = 946_684_800;

/// The last moment that an event can have: the end of 2099.
const LATEST: i64 = 4_102_444_799;

/// The share of interactions that are ratings; the others are reviews.
const RATINGS: f64 = 0.6;

/// How often somebody follows whom others follow already, rather than somebody who is known anyway.
const FOLLOWS_THE_CROWD: f64 = 0.7;

/// How often somebody insists on following within their own community.
const STAYS_AT_HOME: f64 = 0.6;

/// How many recent follows the crowd remembers: 256 KiB, and enough that early luck lasts.
const MEMORY: usize = 65_536;

/// The events of a kind; see [`World::events`](super::World::events).
pub(crate) struct EventStream {
    shop: Arc<Shop>,
    kind: Kind,
    id_prefix: String,
    number: u64,
    now: i64,
    rng: SmallRng,
    /// Whom people followed lately; only connections fill it.
    crowd: Vec<u32>,
}

impl EventStream {
    pub(super) fn new(shop: Arc<Shop>, kind: Kind, seed: u64, id_prefix: &str, now: i64) -> Self {
        let rng = SmallRng::seed_from_u64(mix(shop.options.seed, kind.index() as u64, seed));
        Self { shop, kind, id_prefix: id_prefix.to_owned(), number: 0, now, rng, crowd: Vec::new() }
    }

    /// The next event.
    fn next_event(&mut self) -> Event {
        self.number += 1;
        match self.kind {
            Kind::Purchase => Event::Purchase(self.purchase()),
            Kind::Interaction => Event::Interaction(self.interaction()),
            Kind::Connection => Event::Connection(self.connection()),
        }
    }

    fn purchase(&mut self) -> Purchase {
        let (user, place) = self.encounter();
        let quantity = match self.rng.random_range(0..100) {
            0..68 => 1,
            68..88 => 2,
            88..95 => 3,
            95..98 => 4,
            _ => self.rng.random_range(5..=12),
        };
        let timestamp = self.moment();
        let product = &self.shop.products[place];
        Purchase {
            transaction_id: self.id(),
            user_id: i64::from(user),
            product_id: place as i64 + 1,
            category: Some(CATEGORIES[product.category].to_owned()),
            quantity,
            timestamp,
            extras: extras(user, Some(product)),
        }
    }

    fn interaction(&mut self) -> Interaction {
        let (user, place) = self.encounter();
        let stars = self.stars(user, place);
        let timestamp = self.moment();
        let product = &self.shop.products[place];
        let opinion = if self.rng.random_bool(RATINGS) {
            Opinion::Rating(stars)
        } else {
            Opinion::Review(review::write(&product.name, stars, &mut self.rng))
        };
        Interaction {
            interaction_id: self.id(),
            user_id: i64::from(user),
            product_id: place as i64 + 1,
            opinion,
            timestamp,
            extras: extras(user, Some(product)),
        }
    }

    fn connection(&mut self) -> Connection {
        let follower = self.shop.someone(&mut self.rng);
        let followed = self.followed_by(follower);
        // A ring: the crowd remembers the latest.
        if self.crowd.len() < MEMORY {
            self.crowd.push(followed);
        } else {
            self.crowd[(self.number % MEMORY as u64) as usize] = followed;
        }
        Connection {
            follower_id: i64::from(follower),
            followed_id: i64::from(followed),
            timestamp: self.moment(),
            extras: extras(follower, None),
        }
    }

    /// Somebody who acts, and the place of a product to their taste.
    fn encounter(&mut self) -> (u32, usize) {
        let user = self.shop.someone(&mut self.rng);
        let community = self.shop.community(user);
        (user, self.shop.pick(community, &mut self.rng))
    }

    /// Whom somebody follows: preferential attachment (Barabási and Albert 1999), mostly within the own community.
    fn followed_by(&mut self, follower: u32) -> u32 {
        let users = self.shop.options.users;
        let home = self.rng.random_bool(STAYS_AT_HOME).then(|| self.shop.community(follower));
        // In a small world nobody of the own community may be known at all, so the search ends.
        for _ in 0..16 {
            let candidate = if !self.crowd.is_empty() && self.rng.random_bool(FOLLOWS_THE_CROWD) {
                self.crowd[self.rng.random_range(0..self.crowd.len())]
            } else {
                self.shop.someone_known(&mut self.rng)
            };
            if candidate != follower && home.is_none_or(|home| self.shop.community(candidate) == home) {
                return candidate;
            }
        }
        // The next user round the circle. Somebody alone in the world follows a stranger, user 2, who never acts.
        if users == 1 { 2 } else { follower % users + 1 }
    }

    /// The stars that a user gives a product: its quality, their taste, and the mood of the day.
    fn stars(&mut self, user: u32, place: usize) -> i64 {
        let product = &self.shop.products[place];
        let taste = if Shop::is_favourite(self.shop.community(user), product.category) { 0.3 } else { -0.4 };
        // Three dice are close enough to a normal distribution, of deviation 1.1 here, and never wild.
        let mood: f64 = (0..3).map(|_| self.rng.random_range(-1.1..1.1)).sum();
        ((product.quality + taste + mood).round() as i64).clamp(1, 5)
    }

    /// A moment in the window, the more likely the more recent: half of all fall into the last two weeks.
    fn moment(&mut self) -> i64 {
        let age = (self.rng.random::<f64>().powf(1.6) * WINDOW_SECONDS as f64) as i64;
        self.now.saturating_sub(age).clamp(EARLIEST, LATEST)
    }

    fn id(&self) -> String {
        format!("{}-{}", self.id_prefix, self.number)
    }
}

impl Iterator for EventStream {
    type Item = Event;

    /// Never none.
    fn next(&mut self) -> Option<Event> {
        Some(self.next_event())
    }
}

fn extras(user: u32, product: Option<&Product>) -> Extras {
    Extras {
        user_name: Some(name::user(user)),
        product_name: product.map(|product| product.name.clone()),
        price: product.map(|product| product.price),
    }
}
