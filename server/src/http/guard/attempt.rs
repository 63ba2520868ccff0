//! How often a wrong token may be shown: a few times at once, then ever so often, for each address and for all together.
//!
//! Only wrong ones count. Who is over the limit is not even compared, or the limit would stop nobody from guessing. Where
//! all together are over it, an address that has not been wrong yet still has one try: so a right token always works from
//! elsewhere, and a crowd of addresses gets one guess each.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A few slips of the fingers, then two a minute: a thousand guesses take a whole working day.
const ONE_ADDRESS: Rate = Rate { at_once: 5, every: Duration::from_secs(30) };
/// All addresses together.
const ALL: Rate = Rate { at_once: 50, every: Duration::from_secs(5) };
/// Addresses that are remembered: 10,000 are about a megabyte.
const REMEMBERED: usize = 10_000;

/// Wrong tokens of the recent past.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    wrong: Mutex<Wrong>,
}

#[derive(Debug, Default)]
struct Wrong {
    by_address: HashMap<IpAddr, Debt>,
    all: Debt,
}

impl Attempts {
    /// Compares unless the address has to wait; the error is how long.
    pub(super) fn compare(
        &self,
        address: IpAddr,
        now: Instant,
        is_right: impl FnOnce() -> bool,
    ) -> Result<bool, Duration> {
        let address = network(address);
        // Held while comparing: of many attempts at the same moment each sees those before it.
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let own = wrong.by_address.get(&address).copied().unwrap_or_default();
        own.room(ONE_ADDRESS, now)?;
        if own.is_owed(now) {
            wrong.all.room(ALL, now)?;
        }
        let right = is_right();
        if !right {
            wrong.note(address, own, now);
        }
        Ok(right)
    }
}

impl Wrong {
    fn note(&mut self, address: IpAddr, own: Debt, now: Instant) {
        if self.by_address.len() >= REMEMBERED && !self.by_address.contains_key(&address) {
            self.by_address.retain(|_, debt| debt.is_owed(now));
            if self.by_address.len() >= REMEMBERED {
                let least = self.by_address.iter().min_by_key(|(_, debt)| debt.until).map(|(address, _)| *address);
                least.map(|least| self.by_address.remove(&least));
            }
        }
        self.by_address.insert(address, own.with_one_more(ONE_ADDRESS, now));
        self.all = self.all.with_one_more(ALL, now);
    }
}

/// How many at once, and how long each counts.
#[derive(Clone, Copy, Debug)]
struct Rate {
    at_once: u32,
    every: Duration,
}

/// Until when what was done counts: each adds its time, and time pays it off.
#[derive(Clone, Copy, Debug, Default)]
struct Debt {
    until: Option<Instant>,
}

impl Debt {
    fn owed(self, now: Instant) -> Duration {
        self.until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn is_owed(self, now: Instant) -> bool {
        !self.owed(now).is_zero()
    }

    /// Whether one more fits; the error is how long until it does.
    fn room(self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let too_much = (self.owed(now) + rate.every).saturating_sub(rate.every * rate.at_once);
        if too_much.is_zero() { Ok(()) } else { Err(too_much) }
    }

    fn with_one_more(self, rate: Rate, now: Instant) -> Self {
        Self { until: Some(now + self.owed(now) + rate.every) }
    }
}

/// Who has one address of IPv6 has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(0x0a00_0000 + n).into()
    }

    #[test]
    fn an_address_that_was_wrong_too_often_waits_and_then_may_try_again() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..ONE_ADDRESS.at_once {
            assert_eq!(attempts.compare(address(1), now, || false), Ok(false));
        }
        let wait = attempts.compare(address(1), now, || unreachable!("not compared")).unwrap_err();
        assert_eq!(wait, ONE_ADDRESS.every);
        assert_eq!(attempts.compare(address(2), now, || true), Ok(true), "another address");
        assert_eq!(attempts.compare(address(1), now + wait, || true), Ok(true));
    }

    #[test]
    fn right_tokens_do_not_count() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..1_000 {
            assert_eq!(attempts.compare(address(1), now, || true), Ok(true));
        }
    }

    #[test]
    fn a_crowd_gets_one_guess_each_and_who_was_never_wrong_still_gets_in() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for n in 0..ALL.at_once * 4 {
            assert_eq!(attempts.compare(address(n), now, || false), Ok(false));
        }
        for n in 0..ALL.at_once * 4 {
            assert!(attempts.compare(address(n), now, || unreachable!("not compared")).is_err());
        }
        assert_eq!(attempts.compare(address(9_999), now, || true), Ok(true));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for n in 0..REMEMBERED as u32 + 500 {
            assert_eq!(attempts.compare(address(n), now, || false), Ok(false));
        }
        assert_eq!(attempts.wrong.lock().unwrap().by_address.len(), REMEMBERED);
    }

    #[test]
    fn neighbours_in_ipv6_are_one_and_a_mapped_address_is_what_it_maps() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }
}
