//! Numbers that look random and depend on nothing but their input.

/// Mixes a seed, a purpose and a number into 64 bits (the finalizer of `SplitMix64`, Steele et al. 2014).
///
/// `purpose` keeps apart what is decided about the same number: a user's community and a user's fame, for instance.
pub(super) fn mix(seed: u64, purpose: u64, number: u64) -> u64 {
    let mut state = seed;
    for part in [purpose, number] {
        state = state.wrapping_add(part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 31;
    }
    state
}

/// The same as a number of 0 to below 1.
pub(super) fn fraction(seed: u64, purpose: u64, number: u64) -> f64 {
    (mix(seed, purpose, number) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The numbers 0 to below `count` in an order that `seed` decides.
pub(super) fn shuffled(seed: u64, purpose: u64, count: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count).collect();
    order.sort_by_cached_key(|&number| (mix(seed, purpose, u64::from(number)), number));
    order
}
