//! The thread that reads: from a little before the topics' ends, on and on, and past what it can't keep up with.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use sink::kafka::{self, Watermarks, record::Record};
use tracing::{debug, warn};

use super::{Parts, Tail};
use crate::sampler::topics;

/// How far before a partition's end it begins.
const BACK: i64 = 200;
/// How far behind a partition's end it may fall before it goes on near the end: more than a listener could be shown.
const JUMP: i64 = 50_000;
/// Records between two looks at whether anybody listens.
const AT_ONCE: usize = 5_000;
/// How long it waits for a record.
const WAIT: Duration = Duration::from_millis(100);
/// How often it sees whether there are more partitions, and how far behind it is.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Nothing for so long: what there was has been read, though markers of transactions may keep it from the very end.
const QUIET: Duration = Duration::from_millis(600);
/// Between two tries to reach Kafka.
const AGAIN: Duration = Duration::from_millis(500);

/// Reads until nobody has listened for a while.
pub(super) fn run(tail: &Arc<Tail>) {
    let mut reader: Option<Reader> = None;
    let mut complained = false;
    while tail.goes_on() {
        let Some(reader) = &mut reader else {
            match Reader::open(tail) {
                Ok(opened) => reader = Some(opened),
                Err(error) => {
                    if !std::mem::replace(&mut complained, true) {
                        warn!(%error, "the stream is tried again for as long as somebody looks");
                    }
                    // Whoever waits may see now that Kafka is away.
                    tail.news.send_replace(());
                    std::thread::sleep(AGAIN);
                }
            }
            continue;
        };
        let records = reader.read();
        let is_news = !records.is_empty();
        let mut state = tail.lock();
        for (topic, record) in records {
            state.ring.push(topic, record);
        }
        if reader.looked.elapsed() >= LOOK_EVERY {
            for (topic, passed) in reader.look(&tail.parts.sampler.last().watermarks, &topics(&tail.parts.registry)) {
                state.ring.pass(topic, passed);
            }
        }
        let caught_up = reader.has_caught_up();
        let arrived = caught_up && !std::mem::replace(&mut state.caught_up, caught_up);
        drop(state);
        if is_news || arrived {
            tail.news.send_replace(());
        }
    }
}

struct Reader {
    tail: kafka::tail::Tail,
    /// How far the partitions reached when it began, of those that it has not read so far yet.
    ahead: HashMap<(Arc<str>, i32), i64>,
    heard: Instant,
    looked: Instant,
}

impl Reader {
    fn open(of: &Tail) -> Result<Self, kafka::Error> {
        let Parts { cluster, registry, .. } = &of.parts;
        let wanted = topics(registry);
        let mut ahead = HashMap::new();
        let mut places = Vec::new();
        for topic in &wanted {
            let name: Arc<str> = topic.as_str().into();
            for mark in cluster.watermarks(topic)? {
                let from = begin(mark);
                places.push((name.clone(), mark.partition, from));
                if from < mark.high {
                    ahead.insert((name.clone(), mark.partition), mark.high);
                }
            }
        }
        let mut tail = kafka::tail::Tail::open(cluster)?;
        tail.read_from(&places, |topic| wanted.contains(topic))?;
        Ok(Self { tail, ahead, heard: Instant::now(), looked: Instant::now() })
    }

    /// What there is, waiting a little for the first one.
    fn read(&mut self) -> Vec<(Arc<str>, Record)> {
        let mut records = Vec::new();
        let mut wait = WAIT;
        while records.len() < AT_ONCE {
            let Some(record) = self.tail.poll(wait) else { break };
            records.push(record);
            wait = Duration::ZERO;
        }
        if !records.is_empty() {
            self.heard = Instant::now();
        }
        records
    }

    fn has_caught_up(&mut self) -> bool {
        let tail = &self.tail;
        self.ahead.retain(|(topic, partition), high| tail.next(topic, *partition).is_some_and(|next| next < *high));
        self.ahead.is_empty() || self.heard.elapsed() > QUIET
    }

    /// Takes partitions that are new, lets go of topics that are not `wanted` any more, and goes on near the end of what it
    /// is too far behind; how many records of which topic it passed by.
    fn look(&mut self, marks: &BTreeMap<String, Vec<Watermarks>>, wanted: &BTreeSet<String>) -> Vec<(Arc<str>, u64)> {
        self.looked = Instant::now();
        let mut passed = Vec::new();
        let mut places = Vec::new();
        for (topic, marks) in marks.iter().filter(|(topic, _)| wanted.contains(*topic)) {
            let name: Arc<str> = topic.as_str().into();
            for &mark in marks {
                let next = self.tail.next(topic, mark.partition);
                if let Some(from) = leap(next, mark) {
                    passed.extend(next.map(|next| (name.clone(), (from - next).max(0) as u64)));
                    places.push((name.clone(), mark.partition, from));
                }
            }
        }
        let is_wanted = |topic: &str| wanted.contains(topic);
        if (!places.is_empty() || !self.tail.topics().all(is_wanted))
            && let Err(error) = self.tail.read_from(&places, is_wanted)
        {
            debug!(%error, "the stream goes on where it was");
        }
        passed
    }
}

/// Where reading a partition begins.
fn begin(mark: Watermarks) -> i64 {
    mark.low.max(mark.high - BACK)
}

/// Where reading a partition goes on, if not where it is: of one that is new, or too far behind. The mark may be a second
/// old, so being ahead of it is nothing.
fn leap(next: Option<i64>, mark: Watermarks) -> Option<i64> {
    match next {
        Some(next) if mark.high - next <= JUMP => None,
        _ => Some(begin(mark)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_a_little_before_the_end_and_leaps_only_when_it_is_far_behind() {
        let mark = |low, high| Watermarks { partition: 0, low, high };
        assert_eq!(begin(mark(0, 50)), 0);
        assert_eq!(begin(mark(900, 1_000)), 900);
        assert_eq!(begin(mark(0, 1_000)), 800);
        assert_eq!(leap(None, mark(0, 1_000)), Some(800), "a new partition");
        assert_eq!(leap(Some(1_500), mark(0, 1_000)), None, "ahead of an old mark");
        assert_eq!(leap(Some(0), mark(0, JUMP)), None);
        assert_eq!(leap(Some(0), mark(0, JUMP + 1)), Some(JUMP + 1 - BACK));
    }
}
