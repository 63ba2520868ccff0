//! The polling half of a task: serves the consumer, gathers records, and keeps the writing half busy.

use std::{
    collections::HashMap,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use chrono::Utc;
use model::status::State;
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{CommitMode, Consumer},
    error::{KafkaError, RDKafkaErrorCode as Code},
};
use tokio::sync::mpsc::Sender;
use tracing::{debug, info, warn};

use super::{End, Job, Options, Owned, Report, Why, Work, backoff, parked::Parked};
use crate::{
    graph::batch::Content,
    kafka::{
        consumer::{GroupConsumer, Rebalance},
        record::Record,
    },
};

/// Rows of a batch. 5,000 to 20,000 rows a transaction were alike in speed; fewer keep each transaction short.
pub const MAX_ROWS: usize = 5_000;
/// Bytes of a batch: bounds memory where records are big.
pub const MAX_BYTES: usize = 8 << 20;
/// How long a poll waits while nothing is in flight: each wake-up costs a little CPU, and a record ends the wait at once.
const IDLE_WAIT: Duration = Duration::from_millis(100);
/// How long a poll waits while a batch is being written: bounds what is added to the latency of the next one.
const BUSY_WAIT: Duration = Duration::from_millis(2);
/// A full buffer that waits longer than this for the store pauses its partitions, so that polling can go on.
const HOLD_AFTER: Duration = Duration::from_secs(1);
/// How often an idle task sees whether its checkpoints are still there.
const CHECK_EVERY: Duration = Duration::from_secs(2);
/// Offsets are published for lag tools only, so seldom is often enough.
const PUBLISH_EVERY: Duration = Duration::from_secs(1);
/// How long a log that is not as it was is left alone.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long an assignment that was refused waits for the group to settle.
const ASSIGN_AGAIN: Duration = Duration::from_secs(1);
/// How long a revocation, or the end, waits for the batch in flight. Half of a real broker's session timeout.
const LAST_BATCH: Duration = Duration::from_secs(5);

pub(super) struct Poller {
    options: Options,
    consumer: GroupConsumer,
    jobs: Sender<Job>,
    reports: Receiver<Report>,
    /// What has been taken over and is being read.
    owned: HashMap<i32, Owned>,
    /// What has been assigned and has to be taken over.
    pending: Vec<i32>,
    /// What is being taken over right now and is still assigned to us.
    taking: Vec<i32>,
    pending_since: Instant,
    pending_reason: Option<String>,
    retakes: u32,
    gathered: Work,
    /// Came after what was gathered, and waits for its schemas.
    parked: Parked,
    in_flight: bool,
    held: bool,
    full_since: Option<Instant>,
    checked: Instant,
    /// The group has said what is ours, be it nothing.
    joined: bool,
    published: Instant,
    unpublished: HashMap<i32, i64>,
    /// Why it is over once everything before it is stored: a record that nobody tolerates.
    refused: Option<String>,
    /// It is over.
    end: Option<End>,
}

impl Poller {
    pub(super) fn new(options: Options, consumer: GroupConsumer, jobs: Sender<Job>, reports: Receiver<Report>) -> Self {
        let now = Instant::now();
        Self {
            options,
            consumer,
            jobs,
            reports,
            owned: HashMap::new(),
            pending: Vec::new(),
            taking: Vec::new(),
            pending_since: now,
            pending_reason: None,
            retakes: 0,
            gathered: Work::default(),
            parked: Parked::default(),
            in_flight: false,
            held: false,
            full_since: None,
            checked: now,
            joined: false,
            published: now,
            unpublished: HashMap::new(),
            refused: None,
            end: None,
        }
    }

    pub(super) fn run(mut self) -> End {
        while !self.options.stop.is_cancelled() && self.end.is_none() {
            let drained = self.poll_once();
            while let Ok(event) = self.consumer.rebalances.try_recv() {
                self.rebalance(event);
            }
            while let Ok(report) = self.reports.try_recv() {
                self.take(report);
            }
            if !self.in_flight && (drained || self.is_full()) {
                self.order_next();
            }
            self.hold_or_go_on();
            if self.published.elapsed() >= PUBLISH_EVERY {
                self.publish(CommitMode::Async);
            }
        }
        self.finish()
    }

    /// Takes one record, if there is one; whether there was none.
    fn poll_once(&mut self) -> bool {
        let wait = match (self.in_flight, self.gathered.is_empty() && self.parked.is_empty()) {
            // What has arrived already goes into the same batch.
            (false, false) => Duration::ZERO,
            (false, true) => IDLE_WAIT,
            (true, _) => BUSY_WAIT,
        };
        if self.is_full() && !self.held {
            // No more records now, whatever is in the client's queue; but for a moment only, since the client wants its
            // poll (after HOLD_AFTER the partitions are paused and polling goes on).
            if self.in_flight
                && let Ok(report) = self.reports.recv_timeout(BUSY_WAIT)
            {
                self.take(report);
            }
            return true;
        }
        match self.consumer.client.poll(wait) {
            Some(Ok(message)) => {
                let record = Record::copy(&message);
                drop(message);
                self.gather(record);
                false
            }
            Some(Err(error)) => {
                self.trouble(&error);
                true
            }
            None => true,
        }
    }

    fn gather(&mut self, record: Record) {
        // A record of a partition that was given up in the meantime belongs to somebody else.
        let Some(owned) = self.owned.get(&record.partition) else { return };
        let Options { reader, tolerance, .. } = &self.options;
        // Nothing overtakes a record that waits.
        if !self.parked.is_empty() || reader.is_lacking(&record) {
            return self.parked.push(record);
        }
        let pushed = self.gathered.push(reader, *tolerance, owned, record, Utc::now().timestamp_millis());
        self.refused = pushed.err();
        if let (true, Some(Content::Dead(dead))) =
            (self.options.log_errors, self.gathered.batch.entries.last().map(|entry| &entry.content))
        {
            let (topic, offset) = (&self.options.topic, dead.offset);
            warn!(
                connector.name = self.options.connector,
                kafka.topic = topic,
                offset,
                reason = dead.reason,
                "{}",
                dead.message
            );
        }
    }

    /// Gathers what was parked, now that its schemas have been asked for; all of it, unless more came in the meantime that
    /// waits for others.
    fn unpark(&mut self) {
        for record in std::mem::take(&mut self.parked).records {
            // What is not tolerated is the end: what comes after it is read again by whoever goes on.
            if self.refused.is_some() {
                break;
            }
            self.gather(record);
        }
        if self.parked.is_empty() {
            self.options.reader.forget();
        }
    }

    /// Takes no more records for now.
    fn is_full(&self) -> bool {
        let rows = self.gathered.records.len() + self.parked.records.len();
        rows >= MAX_ROWS || self.gathered.bytes + self.parked.bytes >= MAX_BYTES || self.refused.is_some()
    }

    fn order_next(&mut self) {
        if !self.pending.is_empty() {
            if self.pending_since <= Instant::now() {
                let partitions = std::mem::take(&mut self.pending);
                let reason = self.pending_reason.take();
                self.taking.clone_from(&partitions);
                self.order(Job::TakeOver(partitions, reason));
            }
            return;
        }
        if self.gathered.is_empty()
            && let Some(trace) = self.refused.take()
        {
            self.end = Some(End::Failed(trace));
            return;
        }
        // What came before them is written first: that needs no registry.
        if self.gathered.is_empty() && !self.parked.is_empty() {
            return self.order(Job::Learn(self.options.reader.lacking(&self.parked.records)));
        }
        self.cover_gaps();
        if !self.gathered.batch.intervals.is_empty() {
            let work = std::mem::take(&mut self.gathered);
            for interval in &work.batch.intervals {
                if let Some(owned) = self.owned.get_mut(&interval.id.partition) {
                    owned.from = interval.to;
                }
            }
            self.full_since = None;
            self.order(Job::Write(work));
        } else if self.checked.elapsed() >= CHECK_EVERY {
            self.order(if self.owned.is_empty() {
                Job::Look(if self.joined { State::Running } else { State::Unassigned })
            } else {
                Job::Check(self.owned.values().cloned().collect())
            });
        }
    }

    /// Extends what was gathered to where the consumer is: behind the last record there can be transaction markers,
    /// aborted records and gaps, which nobody will ever see, and would be a lag for ever.
    fn cover_gaps(&mut self) {
        // A record that is not tolerated has been delivered, and is not covered; nor is one that is not read yet.
        if self.refused.is_some() || !self.parked.is_empty() {
            return;
        }
        let positions = match self.consumer.client.position() {
            Ok(positions) => positions,
            Err(error) => return debug!(%error, "the consumer does not know where it is"),
        };
        for place in positions.elements() {
            // Everything below the position was either delivered, and so gathered, or never will be.
            if let (Offset::Offset(offset), Some(owned)) = (place.offset(), self.owned.get(&place.partition())) {
                self.gathered.reach(owned, offset);
            }
        }
    }

    fn order(&mut self, job: Job) {
        // The channel has room: there is one job at a time. It is closed only when the writing half has broken.
        if self.jobs.try_send(job).is_ok() {
            self.in_flight = true;
        } else {
            self.end = Some(End::Failed("the writing half of the task broke".to_owned()));
        }
    }

    fn take(&mut self, report: Report) {
        self.in_flight = false;
        self.checked = Instant::now();
        match report {
            Report::TakenOver(taken) => self.begin(taken),
            Report::Written(ends) => {
                self.retakes = 0;
                self.unpublished.extend(ends);
            }
            Report::Learned => self.unpark(),
            Report::Well => {}
            Report::Dropped(why) => self.start_over(why),
            Report::Stopped => self.end = Some(End::Stopped),
            Report::Failed(trace) => self.end = Some(End::Failed(trace)),
        }
    }

    /// Reads what has been taken over, each partition from its checkpoint.
    ///
    /// A take-over can last as long as an outage, and meanwhile the group can have taken a partition away, and given it
    /// back: then it is pending once more, and is not read before that take-over.
    fn begin(&mut self, mut taken: Vec<(Owned, i64)>) {
        let taking = std::mem::take(&mut self.taking);
        taken.retain(|(owned, _)| taking.contains(&owned.id.partition));
        if taken.is_empty() {
            return;
        }
        let mut list = TopicPartitionList::new();
        for (owned, start) in &taken {
            let added = list.add_partition_offset(&owned.id.topic, owned.id.partition, Offset::Offset(*start));
            if let Err(error) = added {
                warn!(%error, kafka.partition = owned.id.partition, "an offset cannot be read from");
            }
        }
        if let Err(error) = self.consumer.client.incremental_assign(&list) {
            // The group may just have changed: what it takes away comes as a revocation and is then no longer pending.
            warn!(%error, connector.name = self.options.connector, "reading what was taken over failed, trying again");
            let partitions = taken.iter().map(|(owned, _)| owned.id.partition).collect();
            return self.await_take_over(partitions, ASSIGN_AGAIN);
        }
        // librdkafka remembers that a partition was paused, also across assignments.
        if let Err(error) = self.consumer.client.resume(&list) {
            warn!(%error, connector.name = self.options.connector, "resuming what was taken over failed");
        }
        self.owned.extend(taken.into_iter().map(|(owned, _)| (owned.id.partition, owned)));
        self.show_partitions();
    }

    fn start_over(&mut self, why: Why) {
        let partitions = self.stop_reading();
        self.unpublished.clear();
        self.retakes += 1;
        let wait = match why {
            Why::Gone => Duration::ZERO,
            // Two writers that both believe in their right take turns, more and more slowly, until the group has decided.
            Why::Fenced => backoff(self.retakes, rand::random()),
        };
        self.pending_reason = (why == Why::Gone)
            .then(|| "the graph was emptied from outside: started over at the beginning of the topic's log".to_owned());
        info!(connector.name = self.options.connector, ?why, "taking partitions over again");
        self.await_take_over(partitions, wait);
    }

    /// Drops everything gathered and stops reading; which partitions those were.
    fn stop_reading(&mut self) -> Vec<i32> {
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        self.gathered = Work::default();
        self.parked = Parked::default();
        self.refused = None;
        self.full_since = None;
        self.give_up(&partitions);
        partitions
    }

    fn await_take_over(&mut self, partitions: Vec<i32>, wait: Duration) {
        self.pending.extend(partitions);
        self.pending.sort_unstable();
        self.pending.dedup();
        self.pending_since = Instant::now() + wait;
    }

    fn rebalance(&mut self, event: Rebalance) {
        debug!(connector.name = self.options.connector, ?event, "rebalance");
        match event {
            Rebalance::Assigned(partitions) => {
                self.joined = true;
                if partitions.is_empty() && self.owned.is_empty() && self.pending.is_empty() {
                    // A member like the others, for which there is no partition left.
                    self.options.show(State::Running, None);
                }
                self.await_take_over(partitions, Duration::ZERO);
            }
            Rebalance::Revoked(partitions) => {
                self.await_batch_in_flight();
                self.publish(CommitMode::Async);
                self.let_go(&partitions);
            }
            Rebalance::Lost(partitions) => self.let_go(&partitions),
        }
    }

    fn let_go(&mut self, partitions: &[i32]) {
        self.gathered = std::mem::take(&mut self.gathered).without(partitions);
        self.parked = std::mem::take(&mut self.parked).without(partitions);
        // Whoever reads what stays comes upon it again.
        if self.refused.take().is_some() {
            let rest: Vec<i32> = self.owned.keys().copied().filter(|it| !partitions.contains(it)).collect();
            self.gathered = Work::default();
            self.parked = Parked::default();
            self.give_up(&rest);
            self.await_take_over(rest, Duration::ZERO);
        }
        self.pending.retain(|partition| !partitions.contains(partition));
        self.taking.retain(|partition| !partitions.contains(partition));
        self.unpublished.retain(|partition, _| !partitions.contains(partition));
        self.give_up(partitions);
    }

    /// Stops reading partitions. Answers a revocation also when none of them was being read.
    fn give_up(&mut self, partitions: &[i32]) {
        let mut list = TopicPartitionList::new();
        for partition in partitions {
            if let Some(owned) = self.owned.remove(partition) {
                list.add_partition(&owned.id.topic, *partition);
            }
        }
        if let Err(error) = self.consumer.client.incremental_unassign(&list) {
            debug!(%error, "giving partitions up failed");
        }
        self.held = false;
        self.show_partitions();
    }

    fn show_partitions(&self) {
        self.options.board.set_partitions(
            &self.options.connector,
            self.options.id,
            self.owned.keys().copied().collect(),
        );
    }

    /// Pauses partitions while the buffer is full and the store does not answer; resumes them afterwards.
    fn hold_or_go_on(&mut self) {
        if !self.is_full() {
            self.full_since = None;
            if self.held {
                self.held = self.set_paused(false).is_err();
            }
            return;
        }
        let since = *self.full_since.get_or_insert_with(Instant::now);
        if !self.held && since.elapsed() >= HOLD_AFTER {
            self.held = self.set_paused(true).is_ok();
        }
    }

    fn set_paused(&self, paused: bool) -> Result<(), KafkaError> {
        let mut list = TopicPartitionList::new();
        for owned in self.owned.values() {
            list.add_partition(&owned.id.topic, owned.id.partition);
        }
        let done = if paused { self.consumer.client.pause(&list) } else { self.consumer.client.resume(&list) };
        done.inspect_err(|error| debug!(%error, paused, "pausing or resuming failed"))
    }

    fn trouble(&mut self, error: &KafkaError) {
        let KafkaError::MessageConsumption(code) = error else {
            if matches!(error, KafkaError::MessageConsumptionFatal(_)) {
                self.end = Some(End::Failed(format!("the Kafka client stopped: {error}")));
            }
            return;
        };
        match code {
            // The log no longer reaches back to where we are, or not yet that far; or the topic was deleted, and the next
            // one of its name is another one: look at it anew.
            Code::OffsetOutOfRange | Code::AutoOffsetReset | Code::UnknownTopicOrPartition | Code::UnknownTopicId => {
                let partitions = self.stop_reading();
                debug!(%code, ?partitions, "the log is not as it was");
                self.await_take_over(partitions, LOOK_AGAIN);
            }
            Code::AllBrokersDown | Code::TopicAuthorizationFailed | Code::GroupAuthorizationFailed => {
                self.options.show(
                    State::Retrying,
                    Some(format!("Kafka at {}: {code}", self.options.cluster.bootstrap_servers())),
                );
                // A check asks the broker too, and says when it is back.
                self.checked = Instant::now();
            }
            _ => debug!(%error, "kafka consumer"),
        }
    }

    fn await_batch_in_flight(&mut self) {
        let until = Instant::now() + LAST_BATCH;
        while self.in_flight {
            match self.reports.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(report) => self.take(report),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn publish(&mut self, mode: CommitMode) {
        self.published = Instant::now();
        if self.unpublished.is_empty() {
            return;
        }
        let mut list = TopicPartitionList::new();
        for (partition, offset) in self.unpublished.drain() {
            let added = list.add_partition_offset(&self.options.topic, partition, Offset::Offset(offset));
            if let Err(error) = added {
                debug!(%error, "an offset cannot be published");
            }
        }
        if let Err(error) = self.consumer.client.commit(&list, mode) {
            debug!(%error, "publishing offsets failed");
        }
    }

    fn finish(mut self) -> End {
        self.await_batch_in_flight();
        self.publish(CommitMode::Sync);
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        self.give_up(&partitions);
        self.consumer.close();
        // Whoever goes on asks again.
        self.options.reader.forget();
        self.end.take().unwrap_or(End::Stopped)
        // Dropping the client leaves the group.
    }
}
