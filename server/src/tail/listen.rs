//! One page that listens: told what is new to it, at most four times a second and fifty rows at a time.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use model::record::{Away, Fate, News, Place, Row};
use tokio::sync::watch;

use super::{
    Fates, Filter, Lease, Tail,
    gist::line,
    ring::{Numbers, Seen},
};

/// Between two news at least: a browser that gets one for each record freezes.
const AT_MOST_EVERY: Duration = Duration::from_millis(250);
/// How often it is seen whether Kafka is away, without other news.
const WITHOUT_NEWS: Duration = Duration::from_secs(1);
/// Rows at a time: more than fit on a screen, and quickly drawn.
const ROWS: usize = 50;
/// Rows whose fate is followed: as many as a page keeps.
const FOLLOWED: usize = 200;
/// Letters of a key in a row.
const KEY_LETTERS: usize = 60;

/// A page that listens.
pub(crate) struct Listener {
    tail: Arc<Tail>,
    _lease: Lease,
    filter: Filter,
    /// The last records that it knows; none before it was told anything.
    known: Option<Numbers>,
    /// Rows that wait, oldest first, and whether they break a rule.
    waiting: VecDeque<(Place, bool)>,
    /// Records that are told when they become dead letters, as long as the stream has them.
    awaited: Vec<Weak<Seen>>,
    away: Option<Away>,
    told: Option<Instant>,
    news: watch::Receiver<()>,
    checkpoints: watch::Receiver<u64>,
}

impl Listener {
    /// Begins with the newest records, or with those after the one that a connection before was told of last.
    pub(crate) fn new(tail: &Arc<Tail>, filter: Filter, known: Option<Numbers>) -> Self {
        let lease = tail.lease();
        // What this process has not read yet, another has told of.
        let last = tail.lock().ring.last();
        let told = |(topic, number): (&Arc<str>, &u64)| last.get(topic).is_some_and(|last| number <= last);
        let known = known.filter(|known| known.iter().all(told));
        Self {
            filter,
            known,
            waiting: VecDeque::new(),
            awaited: Vec::new(),
            away: None,
            told: None,
            news: tail.news.subscribe(),
            checkpoints: tail.parts.board.changes(),
            _lease: lease,
            tail: tail.clone(),
        }
    }

    /// Waits for news; with them come the numbers of the last records that were looked at.
    pub(crate) async fn next(&mut self) -> (Numbers, News) {
        if self.told.is_none() {
            self.tail.catch_up().await;
            let news = self.look().await;
            return self.tell(news);
        }
        loop {
            if let Some(told) = self.told {
                tokio::time::sleep(AT_MOST_EVERY.saturating_sub(told.elapsed())).await;
            }
            let away = self.away.clone();
            let news = self.look().await;
            if !news.rows.is_empty() || !news.fates.is_empty() || news.missed > 0 || news.away != away {
                return self.tell(news);
            }
            self.told = Some(Instant::now());
            tokio::select! {
                _ = self.news.changed() => {}
                _ = self.checkpoints.changed() => {}
                () = tokio::time::sleep(WITHOUT_NEWS) => {}
            }
        }
    }

    fn tell(&mut self, news: News) -> (Numbers, News) {
        self.told = Some(Instant::now());
        (self.known.clone().unwrap_or_default(), news)
    }

    async fn look(&mut self) -> News {
        self.news.mark_unchanged();
        self.checkpoints.mark_unchanged();
        let (mut seen, gone, last) = {
            let state = self.tail.lock();
            let nothing = Numbers::new();
            let (seen, gone) = state.ring.since(self.known.as_ref().unwrap_or(&nothing), self.filter.topic());
            (seen, gone, state.ring.last())
        };
        let fates = Fates::now(&self.tail);
        let waiting = self.waiting.iter().map(|(place, _)| (place.topic.as_str(), place.partition, place.offset));
        let awaited: Vec<_> = self.awaited.iter().filter_map(Weak::upgrade).collect();
        let records = seen.iter().chain(&awaited).map(|seen| seen.spot()).chain(waiting);
        self.tail.judged.learn(&*self.tail.parts.store, &fates, records).await;
        let dead = settled(&mut self.awaited, &fates);
        let new = seen.iter().filter(|seen| self.filter.awaits(seen, || fates.of(&seen.place(), false)));
        self.awaited.extend(new.map(Arc::downgrade));
        seen.extend(dead);
        let mut news = compose(&seen, &self.filter, ROWS, &fates);
        if self.known.is_none() {
            // What was there before the page is no news that it missed.
            news.more = 0;
        } else {
            news.missed = gone;
        }
        self.known = Some(last);
        self.waiting.retain(|(place, broken)| {
            let fate = fates.of(place, *broken);
            if fate != Fate::Waiting {
                news.fates.push((place.clone(), fate));
            }
            fate == Fate::Waiting
        });
        let waiting = news.rows.iter().rev().filter(|row| row.fate == Fate::Waiting);
        self.waiting.extend(waiting.map(|row| (row.place.clone(), row.reason.is_some())));
        while self.waiting.len() > FOLLOWED {
            self.waiting.pop_front();
        }
        news.away = self.tail.away();
        self.away.clone_from(&news.away);
        news
    }
}

/// Those of the awaited ones that have become dead letters; whatever else waits no more is forgotten.
fn settled(awaited: &mut Vec<Weak<Seen>>, fates: &Fates) -> Vec<Arc<Seen>> {
    let mut dead = Vec::new();
    awaited.retain(|seen| {
        let Some(seen) = seen.upgrade() else { return false };
        let fate = fates.of(&seen.place(), false);
        if fate == Fate::Dead {
            dead.push(seen);
        }
        fate == Fate::Waiting
    });
    dead
}

/// The newest of these that a filter takes, newest first, and how many more it takes.
pub(super) fn compose(seen: &[Arc<Seen>], filter: &Filter, limit: usize, fates: &Fates) -> News {
    let fate = |seen: &Seen| fates.of(&seen.place(), seen.gist().reason.is_some());
    let mut taken: Vec<&Arc<Seen>> = seen.iter().filter(|seen| filter.takes(seen, || fate(seen))).collect();
    // Partitions are read one after the other at first, so it is their times that put them in order.
    taken.sort_by_key(|seen| std::cmp::Reverse((seen.record.timestamp_ms.unwrap_or_default(), seen.number)));
    let more = taken.len().saturating_sub(limit) as u64;
    taken.truncate(limit);
    News { rows: taken.into_iter().map(|seen| row(seen, fates)).collect(), more, ..News::default() }
}

/// A record in one line.
pub(super) fn row(seen: &Seen, fates: &Fates) -> Row {
    let (place, gist) = (seen.place(), seen.gist());
    Row {
        at: seen.record.timestamp_ms,
        key: seen.record.key.as_ref().map(|key| line(&String::from_utf8_lossy(key), KEY_LETTERS)),
        gist: gist.text.clone(),
        reason: gist.reason.clone(),
        fate: fates.of(&place, gist.reason.is_some()),
        place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tail::ring::{record, topic};

    #[test]
    fn of_many_the_newest_are_told_and_the_others_counted() {
        let seen: Vec<_> =
            (0..2_000).map(|n| Arc::new(Seen::new(topic("purchases"), record(n, b"{}"), n as u64 + 1))).collect();
        let news = compose(&seen, &Filter::default(), ROWS, &Fates::none());
        assert_eq!((news.rows.len(), news.more), (ROWS, 1_950));
        assert_eq!((news.rows[0].place.offset, news.rows[ROWS - 1].place.offset), (1_999, 1_950));
        let none = compose(&seen, &Filter::new(Some("shipments".into()), "", false).unwrap(), ROWS, &Fates::none());
        assert_eq!((none.rows.len(), none.more), (0, 0));
    }

    #[test]
    fn records_of_different_partitions_are_told_in_the_order_of_their_times() {
        let at = |time, number| {
            let record = sink::kafka::record::Record { timestamp_ms: Some(time), ..record(number as i64, b"{}") };
            Arc::new(Seen::new(topic("purchases"), record, number))
        };
        let seen = [at(30, 1), at(10, 2), at(20, 3), at(20, 4)];
        let news = compose(&seen, &Filter::default(), ROWS, &Fates::none());
        let order: Vec<_> = news.rows.iter().map(|row| row.place.offset).collect();
        assert_eq!(order, [1, 4, 3, 2]);
    }
}
