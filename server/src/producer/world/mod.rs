//! The simulated shop: who lives there, what is sold, and the endless stream of what happens.
//!
//! Invariant: nothing here does I/O or reads a clock. The same options, kind, seed and moment give the same events, on
//! every machine that runs this build.

use std::sync::Arc;

use model::Kind;

mod alias;
mod catalogue;
mod hash;
mod name;
mod poison;
mod review;
mod shop;
mod stream;

pub(crate) use poison::poison;
pub(crate) use stream::EventStream;

use shop::Shop;

/// The greatest number of users and of products.
pub(crate) const MAX_SIZE: u32 = 1_000_000;

/// What fixes a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WorldOptions {
    /// How many users: ids 1 to this number; 1 to [`MAX_SIZE`].
    pub(crate) users: u32,
    /// How many products: ids 1 to this number; 1 to [`MAX_SIZE`].
    pub(crate) products: u32,
    /// Decides who likes what, what is popular, and what it costs.
    pub(crate) seed: u64,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self { users: 1_000, products: 100, seed: 1 }
    }
}

/// A shop with its users and products. A clone is the same world, not a copy.
#[derive(Clone)]
pub(crate) struct World {
    shop: Arc<Shop>,
}

impl World {
    /// Builds a world; sizes outside their limits become the nearest that is allowed.
    pub(crate) fn new(options: WorldOptions) -> Self {
        let limited = WorldOptions {
            users: options.users.clamp(1, MAX_SIZE),
            products: options.products.clamp(1, MAX_SIZE),
            ..options
        };
        Self { shop: Arc::new(Shop::new(limited)) }
    }

    /// The events of a kind, without end, dated in the 45 days up to `now` (epoch seconds).
    ///
    /// `seed` fixes their content; their ids are `<id_prefix>-1`, `<id_prefix>-2` and so on.
    pub(crate) fn events(&self, kind: Kind, seed: u64, id_prefix: &str, now: i64) -> EventStream {
        EventStream::new(Arc::clone(&self.shop), kind, seed, id_prefix, now)
    }
}

#[cfg(test)]
mod tests;
