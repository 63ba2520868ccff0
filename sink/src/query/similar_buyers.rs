//! Question 4: which two users share most of what they bought.
//!
//! Counting every pair that shares a product is quadratic in a product's buyers: 30,000 buyers are 450 million pairs.
//! The search here keeps the best `limit` pairs and skips what cannot be among them, with two bounds on a pair whose
//! baskets have |A| and |B| products when the worst kept pair shares t:
//!
//! - **size**: the pair shares at most min(|A|, |B|); users come largest basket first, so the first one that is too
//!   small ends the search;
//! - **prefix** (Chaudhuri et al. 2006, Bayardo et al. 2007): with the basket sorted by how rare its products are, whoever
//!   shares t of them has one of the first |A| − t + 1. So only these rare products are looked up, and the popular ones,
//!   whose lists are long, hardly ever. Whoever shares t has k + 1 of the first |A| − t + 1 + k, so each further product
//!   that is looked up leaves fewer pairs to count; that is done while it costs no more than the prefix did.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
};

use model::answer::SimilarPair;

use super::{Baskets, compute};
use crate::graph::{Error, Store};

/// Two users and what they share. The order is the answer's: the best pair is the least.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// How many distinct products both bought.
    pub shared: u32,
    /// Shared ÷ all distinct products that either bought.
    pub jaccard: f64,
    /// The place of the user with the lower id.
    pub user1: u32,
    /// The place of the user with the higher id.
    pub user2: u32,
}

impl Pair {
    /// Two users, in any order, who bought `sizes` products each.
    fn new(users: [u32; 2], sizes: [u32; 2], shared: u32) -> Self {
        let union = sizes[0] + sizes[1] - shared;
        Self {
            shared,
            jaccard: f64::from(shared) / f64::from(union),
            user1: users[0].min(users[1]),
            user2: users[0].max(users[1]),
        }
    }
}

impl Eq for Pair {}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .shared
            .cmp(&self.shared)
            .then(other.jaccard.total_cmp(&self.jaccard))
            .then((self.user1, self.user2).cmp(&(other.user1, other.user2)))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The `limit` pairs of users who share most distinct products, more than one: by shared, then Jaccard, then ids.
///
/// # Errors
/// When the store cannot be read.
pub async fn similar_buyers(store: &dyn Store, limit: u32) -> Result<Vec<SimilarPair>, Error> {
    let bought = store.bought().await?;
    let (baskets, pairs) = compute("counting similar buyers", move || {
        let baskets = Baskets::new(bought);
        let pairs = most_similar(&baskets, limit as usize);
        (baskets, pairs)
    })
    .await?;

    let id = |place: u32| baskets.users()[place as usize];
    let mut ids: Vec<i64> = pairs.iter().flat_map(|pair| [id(pair.user1), id(pair.user2)]).collect();
    ids.sort_unstable();
    ids.dedup();
    let names: HashMap<i64, String> =
        if ids.is_empty() { HashMap::new() } else { store.user_names(&ids).await?.into_iter().collect() };
    Ok(pairs
        .into_iter()
        .map(|pair| SimilarPair {
            user1: id(pair.user1),
            name1: names.get(&id(pair.user1)).cloned(),
            user2: id(pair.user2),
            name2: names.get(&id(pair.user2)).cloned(),
            shared: i64::from(pair.shared),
            jaccard: pair.jaccard,
        })
        .collect())
}

/// The best pairs so far, at most `limit`, with the worst of them at hand.
struct Best {
    limit: usize,
    heap: BinaryHeap<Pair>,
}

impl Best {
    /// What a pair has to share at least to be kept; never fewer than two products.
    fn threshold(&self) -> u32 {
        self.worst().map_or(2, |worst| worst.shared)
    }

    /// The pair that the next better one pushes out, once there are enough.
    fn worst(&self) -> Option<&Pair> {
        if self.heap.len() < self.limit { None } else { self.heap.peek() }
    }

    fn keeps(&self, pair: &Pair) -> bool {
        pair.shared >= 2 && self.worst().is_none_or(|worst| pair < worst)
    }

    fn offer(&mut self, pair: Pair) {
        if self.keeps(&pair) {
            if self.heap.len() == self.limit {
                self.heap.pop();
            }
            self.heap.push(pair);
        }
    }
}

/// The `limit` best pairs, best first.
pub fn most_similar(baskets: &Baskets, limit: usize) -> Vec<Pair> {
    let mut best = Best { limit, heap: BinaryHeap::new() };
    if limit == 0 {
        return Vec::new();
    }
    let tokens = Tokens::new(baskets);
    let mut order: Vec<u32> = (0..baskets.users().len() as u32).collect();
    order.sort_by_key(|&user| (std::cmp::Reverse(tokens.of(user).len()), user));

    // For each token the users seen so far who have it.
    let mut postings: Vec<Vec<u32>> = vec![Vec::new(); tokens.count];
    let mut common = Counts::new(order.len());
    let mut candidates: Vec<u32> = Vec::new();
    let mut mine = vec![false; tokens.count];

    for user in order {
        let basket = tokens.of(user);
        let threshold = best.threshold() as usize;
        if basket.len() < threshold {
            break;
        }
        let size = baskets.of(user as usize).len() as u32;
        // The best that any pair with this user can be: everything shared, the partner's id the lowest.
        let hope = Pair { user1: 0, ..Pair::new([user, user], [size, basket.len() as u32], basket.len() as u32) };
        if !best.keeps(&hope) {
            continue;
        }
        let scanned = worth_scanning(basket, basket.len() + 1 - threshold, &postings);
        let behind = (basket.len() - scanned) as u32;
        // What a partner has to share of these at least. Who comes to it is noticed once.
        let least = (threshold as u32).saturating_sub(behind).max(1);
        common.begin(scanned);
        for &token in &basket[..scanned] {
            candidates.extend(postings[token as usize].iter().filter(|&&other| common.add(other) == least));
        }

        for &token in basket {
            mine[token as usize] = true;
        }
        for other in candidates.drain(..) {
            let seen = common.of(other);
            if seen + behind < best.threshold() {
                continue;
            }
            let theirs = tokens.of(other);
            let sizes = [size, baskets.of(other as usize).len() as u32];
            let bound = (seen + behind).min(basket.len() as u32).min(theirs.len() as u32);
            if best.keeps(&Pair::new([user, other], sizes, bound)) {
                let rest = &theirs[theirs.partition_point(|&token| token <= basket[scanned - 1])..];
                let shared = seen + overlap(rest, &mine, best.threshold().saturating_sub(seen) as usize);
                best.offer(Pair::new([user, other], sizes, shared));
            }
        }
        for &token in basket {
            mine[token as usize] = false;
            postings[token as usize].push(user);
        }
    }
    best.heap.into_sorted_vec()
}

/// A count for each user, from nothing for each basket. What was counted for the ones before is below `base`, so nothing
/// has to be set back: that would visit every count once more.
struct Counts {
    base: u32,
    /// The highest that a count of this basket can be.
    top: u32,
    all: Vec<u32>,
}

impl Counts {
    fn new(users: usize) -> Self {
        Self { base: 0, top: 0, all: vec![0; users] }
    }

    /// Begins anew, to count no further than to `most`.
    fn begin(&mut self, most: usize) {
        self.base = self.top;
        self.top = u32::try_from(most).ok().and_then(|most| self.base.checked_add(most)).unwrap_or_else(|| {
            self.all.fill(0);
            self.base = 0;
            most as u32
        });
    }

    /// Adds one, and returns the sum.
    fn add(&mut self, user: u32) -> u32 {
        let count = &mut self.all[user as usize];
        *count = (*count).max(self.base) + 1;
        *count - self.base
    }

    fn of(&self, user: u32) -> u32 {
        self.all[user as usize] - self.base
    }
}

/// How many tokens of a basket to look up: its `prefix` at least, and more where that is cheap. With each token that is looked up
/// beyond the prefix, whoever is to be counted has to share one more, and counting is what costs. Where all products are about
/// as popular as each other, everything is looked up and nothing left to count.
fn worth_scanning(basket: &[u32], prefix: usize, postings: &[Vec<u32>]) -> usize {
    let length = |&token: &u32| postings[token as usize].len();
    let looked_up: usize = basket[..prefix].iter().map(length).sum();
    prefix + basket[prefix..].iter().map(length).take_while(|&more| more <= looked_up).count()
}

/// How many of `tokens` are marked; 0 as soon as it is clear that they are fewer than `threshold`.
fn overlap(tokens: &[u32], mine: &[bool], threshold: usize) -> u32 {
    let mut missing_allowed = tokens.len().saturating_sub(threshold);
    let mut shared = 0;
    for &token in tokens {
        if mine[token as usize] {
            shared += 1;
        } else if missing_allowed == 0 {
            return 0;
        } else {
            missing_allowed -= 1;
        }
    }
    shared
}

/// Baskets without the products that only one user bought, which nobody can share, rarest product first.
struct Tokens {
    count: usize,
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Tokens {
    fn new(baskets: &Baskets) -> Self {
        let buyers = baskets.buyers();
        let mut by_rarity: Vec<u32> = (0..buyers.len() as u32).filter(|&item| buyers[item as usize] > 1).collect();
        by_rarity.sort_by_key(|&item| (buyers[item as usize], item));
        let mut token = vec![None; buyers.len()];
        for (rank, &item) in by_rarity.iter().enumerate() {
            token[item as usize] = Some(rank as u32);
        }

        let (mut starts, mut items) = (vec![0], Vec::with_capacity(baskets.pairs()));
        for user in 0..baskets.users().len() {
            let start = items.len();
            items.extend(baskets.of(user).iter().filter_map(|&item| token[item as usize]));
            items[start..].sort_unstable();
            starts.push(items.len());
        }
        Self { count: by_rarity.len(), starts, items }
    }

    fn of(&self, user: u32) -> &[u32] {
        &self.items[self.starts[user as usize]..self.starts[user as usize + 1]]
    }
}

/// Among `users` (places), each one's `each` best pairs, every pair once, best first.
///
/// Counts every pair among them: meant for the users of a picture, ten thousand at most.
pub fn closest(baskets: &Baskets, users: &[u32], each: usize) -> Vec<Pair> {
    let mut buyers: Vec<Vec<u32>> = vec![Vec::new(); baskets.products().len()];
    for (at, &user) in users.iter().enumerate() {
        for &item in baskets.of(user as usize) {
            buyers[item as usize].push(at as u32);
        }
    }
    let mut common = vec![0_u32; users.len()];
    let mut kept = Vec::new();
    for (at, &user) in users.iter().enumerate() {
        let basket = baskets.of(user as usize);
        for &item in basket {
            for &other in &buyers[item as usize] {
                common[other as usize] += 1;
            }
        }
        let mut pairs: Vec<Pair> = Vec::new();
        for (other_at, count) in common.iter_mut().enumerate() {
            let shared = std::mem::take(count);
            if shared > 1 && other_at != at {
                let other = users[other_at];
                let sizes = [basket, baskets.of(other as usize)].map(|basket| basket.len() as u32);
                pairs.push(Pair::new([user, other], sizes, shared));
            }
        }
        if pairs.len() > each && each > 0 {
            pairs.select_nth_unstable(each - 1);
        }
        pairs.truncate(each);
        kept.append(&mut pairs);
    }
    kept.sort_unstable();
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests;
