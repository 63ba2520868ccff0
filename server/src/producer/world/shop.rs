//! Who lives in the world and what they tend to do: communities, tastes, activity, fame.

use rand::Rng;

use super::{
    WorldOptions,
    alias::Alias,
    catalogue::{self, CATEGORIES, Product},
    hash::{fraction, shuffled},
};

/// How many communities there are.
const COMMUNITIES: usize = 5;

/// The communities: Readers, Cooks, Gamers, Runners, Makers. Each likes the category at its own place best; the numbers
/// are the shares of Books, Home, Electronics, Sports and Clothing in what its members buy.
const TASTES: [[f64; CATEGORIES.len()]; COMMUNITIES] = [
    [0.66, 0.14, 0.08, 0.04, 0.08],
    [0.10, 0.66, 0.06, 0.06, 0.12],
    [0.10, 0.05, 0.68, 0.09, 0.08],
    [0.06, 0.08, 0.09, 0.65, 0.12],
    [0.07, 0.15, 0.09, 0.06, 0.63],
];

/// Where in 0 to 1 each community's share of the users ends: no two are of the same size.
const SHARES: [f64; COMMUNITIES] = [0.27, 0.49, 0.69, 0.86, 1.0];

/// The exponent of Zipf's law for products within a category: the second sells a little over half of the first.
const ZIPF_PRODUCTS: f64 = 0.85;

/// The exponent for how well users are known before anybody follows anybody.
const ZIPF_FAME: f64 = 0.7;

/// What each number is drawn for, so that no two draws depend on each other.
mod purpose {
    pub(super) const COMMUNITY: u64 = 1;
    pub(super) const ACTIVITY: u64 = 2;
    pub(super) const FAME: u64 = 3;
    pub(super) const POPULARITY: u64 = 4;
}

/// Everything about the world that events are drawn from.
pub(super) struct Shop {
    pub(super) options: WorldOptions,
    pub(super) products: Vec<Product>,
    /// Who acts: some do much, most do little.
    activity: Alias,
    /// Who is known, before anybody follows anybody.
    fame: Alias,
    /// What each community buys.
    tastes: [Alias; COMMUNITIES],
}

impl Shop {
    pub(super) fn new(options: WorldOptions) -> Self {
        let WorldOptions { users, products: count, seed } = options;
        let products = catalogue::products(seed, count);
        // Pareto with a finite mean: the busiest of a thousand users does some fifteen times as much as the average.
        let activity: Vec<f64> =
            (1..=u64::from(users)).map(|id| (1.0 - fraction(seed, purpose::ACTIVITY, id)).powf(-0.5)).collect();
        let fame = zipf(&shuffled(seed, purpose::FAME, users), ZIPF_FAME);
        let popularity = zipf(&shuffled(seed, purpose::POPULARITY, count), ZIPF_PRODUCTS);
        let mut of_category = [0.0; CATEGORIES.len()];
        for (product, weight) in products.iter().zip(&popularity) {
            of_category[product.category] += weight;
        }
        let tastes = TASTES.map(|taste| {
            let weights: Vec<f64> = products
                .iter()
                .zip(&popularity)
                .map(|(product, weight)| taste[product.category] * weight / of_category[product.category])
                .collect();
            Alias::new(&weights)
        });
        Self { options, products, activity: Alias::new(&activity), fame: Alias::new(&fame), tastes }
    }

    /// Which community a user belongs to.
    pub(super) fn community(&self, user: u32) -> usize {
        let at = fraction(self.options.seed, purpose::COMMUNITY, u64::from(user));
        SHARES.iter().position(|&end| at < end).unwrap_or(COMMUNITIES - 1)
    }

    /// Whether a category is the favourite of a community.
    pub(super) const fn is_favourite(community: usize, category: usize) -> bool {
        community == category
    }

    /// Somebody who does something: an id.
    pub(super) fn someone(&self, rng: &mut impl Rng) -> u32 {
        self.activity.draw(rng) + 1
    }

    /// Somebody who is known: an id.
    pub(super) fn someone_known(&self, rng: &mut impl Rng) -> u32 {
        self.fame.draw(rng) + 1
    }

    /// What a member of a community picks: the place of a product, which is its id less 1.
    pub(super) fn pick(&self, community: usize, rng: &mut impl Rng) -> usize {
        self.tastes[community].draw(rng) as usize
    }
}

/// Weights by Zipf's law, where `order` names the places from the most popular on.
fn zipf(order: &[u32], exponent: f64) -> Vec<f64> {
    let mut weights = vec![0.0; order.len()];
    for (rank, &place) in order.iter().enumerate() {
        weights[place as usize] = ((rank + 1) as f64).powf(-exponent);
    }
    weights
}
