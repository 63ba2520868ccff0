//! Who has signed in: sessions with an id drawn at random, so that no cookie ever holds the token.
//!
//! They live in memory only: signing out ends one for good, and a restart ends all.

use std::{
    collections::VecDeque,
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use subtle::ConstantTimeEq;

/// A working day; after it one signs in again.
const LIFETIME: Duration = Duration::from_hours(12);
/// Far more than people sign in on a day; the oldest ends first.
const AT_MOST: usize = 256;

/// The open sessions, oldest first.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    open: Mutex<VecDeque<Session>>,
}

#[derive(Debug)]
struct Session {
    id: String,
    until: Instant,
}

impl Sessions {
    /// Opens one and gives its id: 256 random bits in hexadecimal.
    pub(super) fn open(&self, now: Instant) -> String {
        let drawn: [u8; 32] = rand::random();
        let id = drawn.iter().fold(String::with_capacity(64), |mut id, byte| {
            // Writing to a text cannot fail.
            let _ = write!(id, "{byte:02x}");
            id
        });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|session| session.until > now);
        if open.len() >= AT_MOST {
            open.pop_front();
        }
        open.push_back(Session { id: id.clone(), until: now + LIFETIME });
        id
    }

    /// Whether a session is open. All are compared, each in constant time.
    pub(super) fn has(&self, id: &str, now: Instant) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().filter(|session| session.until > now).fold(false, |found, session| found | session.is(id))
    }

    /// Ends a session, if there is one of that id.
    pub(super) fn end(&self, id: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|session| !session.is(id));
    }
}

impl Session {
    fn is(&self, id: &str) -> bool {
        self.id.as_bytes().ct_eq(id.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_until_it_is_ended_or_its_time_is_over() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let (first, second) = (sessions.open(now), sessions.open(now));
        assert_ne!(first, second);
        assert!(sessions.has(&first, now) && sessions.has(&second, now));
        assert!(!sessions.has("", now) && !sessions.has(&first[1..], now));
        sessions.end(&first);
        assert!(!sessions.has(&first, now) && sessions.has(&second, now));
        assert!(!sessions.has(&second, now + LIFETIME));
    }

    #[test]
    fn of_too_many_sessions_the_oldest_ends() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let first = sessions.open(now);
        let others: Vec<_> = (0..AT_MOST).map(|_| sessions.open(now)).collect();
        assert!(!sessions.has(&first, now));
        assert!(others.iter().all(|id| sessions.has(id, now)));
    }
}
