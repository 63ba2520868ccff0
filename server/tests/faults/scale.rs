//! How much of everything: little in the suite, much in `cargo xtask chaos`.

use std::{collections::hash_map::RandomState, env, hash::BuildHasher, sync::OnceLock, time::Duration};

use rand::{SeedableRng, rngs::StdRng};

/// How often and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// `SLUICE_CHAOS_ROUNDS`: crashes of the process, and repetitions of what the network does.
    pub(crate) rounds: u32,
    /// `SLUICE_CHAOS_SEED`: decides every choice that is left to chance.
    pub(crate) seed: u64,
    /// `SLUICE_CHAOS_OUTAGE_SECONDS`: how long a service is away or frozen.
    pub(crate) outage: Duration,
    /// `SLUICE_CHAOS_SOAK_SECONDS`: how long the soak lasts.
    pub(crate) soak: Duration,
}

/// What the environment says.
pub(crate) fn scale() -> Scale {
    static SCALE: OnceLock<Scale> = OnceLock::new();
    *SCALE.get_or_init(|| {
        let seed = number("SLUICE_CHAOS_SEED").unwrap_or_else(|| RandomState::new().hash_one(()) % 1_000_000);
        println!("SLUICE_CHAOS_SEED={seed} repeats every choice");
        Scale {
            rounds: number("SLUICE_CHAOS_ROUNDS").map_or(3, |rounds| rounds as u32),
            seed,
            outage: Duration::from_secs(number("SLUICE_CHAOS_OUTAGE_SECONDS").unwrap_or(2)),
            soak: Duration::from_secs(number("SLUICE_CHAOS_SOAK_SECONDS").unwrap_or(6)),
        }
    })
}

impl Scale {
    /// Chance for one case, the same for the same seed.
    pub(crate) fn chance(self, case: &str) -> StdRng {
        let name = case.bytes().fold(0_u64, |name, byte| name.wrapping_mul(31).wrapping_add(u64::from(byte)));
        StdRng::seed_from_u64(self.seed ^ name)
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} takes a whole number, not {text:?}")))
}
