//! The writing half of a task: one job at a time, tried for as long as it takes.

use std::{
    collections::HashMap,
    sync::mpsc::Sender,
    time::{Duration, Instant},
};

use chrono::Utc;
use model::status::{Retry, State};
use tokio::sync::mpsc::Receiver;
use tracing::{debug, info, warn};

use super::{
    Job, Lacking, Options, Owned, Report, Why, Work, backoff,
    decide::{Decision, decide, wait_at_all},
    stride::Stride,
    take_over::{Taken, take_over, watermarks},
};
use crate::{
    board::Meeting,
    graph::{Checkpoint, Error, Outcome, Trouble, Written},
    kind::decode::Fault,
    meter::Meter,
};

pub(super) struct Writer {
    options: Options,
    /// The checkpoints as this task last left them, by partition.
    checkpoints: HashMap<i32, Checkpoint>,
    /// Why the last try failed, so that each new reason is logged once.
    complaint: Option<String>,
    meter: Meter,
    stride: Stride,
}

/// A job that was given up.
enum Stop {
    /// Everything gathered is void.
    Dropped(Why),
    /// The task is being stopped.
    Stopped,
    /// A person has to look: the trace.
    Failed(String),
}

impl Writer {
    pub(super) fn new(options: Options) -> Self {
        let meter = Meter::new(&options.connector, options.id);
        Self { options, checkpoints: HashMap::new(), complaint: None, meter, stride: Stride::default() }
    }

    /// Does jobs until the polling half has ended.
    pub(super) async fn run(mut self, mut jobs: Receiver<Job>, reports: Sender<Report>) {
        while let Some(job) = jobs.recv().await {
            let done = match job {
                Job::TakeOver(partitions, reason) => self.take_over(&partitions, reason).await,
                Job::Write(work) => self.write_all(work).await,
                Job::Learn(lacking) => self.learn(&lacking).await,
                Job::Check(owned) => self.check(&owned).await,
                Job::Look(otherwise) => Ok(self.look_for_topic(otherwise).await),
            };
            let report = done.unwrap_or_else(|stop| match stop {
                Stop::Dropped(why) => Report::Dropped(why),
                Stop::Stopped => Report::Stopped,
                Stop::Failed(trace) => Report::Failed(trace),
            });
            if reports.send(report).is_err() {
                return;
            }
        }
    }

    async fn take_over(&mut self, partitions: &[i32], reason: Option<String>) -> Result<Report, Stop> {
        let mut tries = 0;
        let taken = loop {
            match take_over(&self.options, partitions).await {
                Ok(taken) => break taken,
                Err(error) => {
                    tries += 1;
                    self.wait_after(&error, tries).await?;
                }
            }
        };
        let Taken { owned, checkpoints, notices } = taken;
        for notice in reason.into_iter().chain(notices) {
            warn!(connector.name = self.options.connector, "{notice}");
            self.options.board.set_notice(&self.options.connector, self.options.id, notice);
        }
        self.note(checkpoints);
        self.running();
        info!(connector.name = self.options.connector, kafka.partitions = ?partitions, "partitions taken over");
        Ok(Report::TakenOver(owned))
    }

    /// Writes work, in parts where the store refuses the whole.
    async fn write_all(&mut self, work: Work) -> Result<Report, Stop> {
        let ends = work.batch.intervals.iter().map(|interval| (interval.id.partition, interval.to)).collect();
        let mut left = Some(work);
        // Whether it was the records, and not the store, when the store said something unknown.
        let mut suspected = false;
        self.stride.begin();
        while let Some(whole) = left.take() {
            let (mut work, rest) = whole.split(self.stride.records());
            let records = work.records.len();
            let mut tries = 0;
            loop {
                let started = Instant::now();
                let outcome = {
                    let _lane = self.options.lane.lock().await;
                    self.options.store.write(&work.batch).await
                };
                let error = match outcome {
                    Ok(outcome) => {
                        self.meter.put(records, started.elapsed());
                        self.settle(&work, outcome).await?;
                        self.stride.stored(records);
                        left = rest;
                        break;
                    }
                    Err(error) => error,
                };
                tries += 1;
                let mut decision = decide(error.trouble, tries, records, suspected, rand::random());
                if let Decision::Probe(wait) = decision {
                    decision = match self.probe(&work).await {
                        Ok(()) if records > 1 => {
                            suspected = true;
                            Decision::Narrow
                        }
                        Ok(()) => Decision::Bury,
                        Err(error) => {
                            debug!(%error, "the store is not well itself");
                            Decision::Retry(wait)
                        }
                    };
                }
                match decision {
                    Decision::Narrow => {
                        self.options.board.meet(&self.options.connector, Meeting::Narrowing);
                        debug!(%error, records, "a batch is refused: narrowing");
                        match error.trouble {
                            Trouble::TooBig | Trouble::Slow => self.stride.too_many(records),
                            _ => self.stride.refused(records),
                        }
                        left = Some(work.followed_by(rest));
                        break;
                    }
                    // The ledger itself is in trouble: what is in it already is not the record any more.
                    Decision::Bury if work.is_buried() && error.trouble != Trouble::Data => {
                        self.wait(&error, tries, backoff(tries, rand::random())).await?;
                    }
                    Decision::Bury => {
                        let reason = error.code.clone().unwrap_or_else(|| "refused_by_store".to_owned());
                        let fault = Fault::new(reason, format!("the store refuses it: {}", error.message));
                        let now = Utc::now().timestamp_millis();
                        work.bury(self.options.tolerance, fault, now).map_err(Stop::Failed)?;
                        self.stride.refused(records);
                        tries = 0;
                    }
                    Decision::Retry(wait) | Decision::Probe(wait) => self.wait(&error, tries, wait).await?,
                    Decision::Fail => return Err(Stop::Failed(error.to_string())),
                }
            }
        }
        self.running();
        Ok(Report::Written(ends))
    }

    /// Asks for schemas for as long as it takes: that a registry is away is no record's fault.
    async fn learn(&mut self, lacking: &Lacking) -> Result<Report, Stop> {
        let stop = self.options.stop.clone();
        let reader = self.options.reader.clone();
        let mut tries = 0;
        loop {
            let learned = tokio::select! {
                learned = reader.learn(lacking) => learned,
                () = stop.cancelled() => return Err(Stop::Stopped),
            };
            match learned {
                Ok(()) => break,
                Err(error) => {
                    tries += 1;
                    self.wait_after(&error, tries).await?;
                }
            }
        }
        self.running();
        Ok(Report::Learned)
    }

    /// Whether the store can move these checkpoints if nothing else is asked of it.
    async fn probe(&self, work: &Work) -> Result<(), Error> {
        let _lane = self.options.lane.lock().await;
        self.options.store.probe(&work.batch).await
    }

    /// Draws the conclusions from what became of a write.
    async fn settle(&mut self, work: &Work, outcome: Outcome) -> Result<(), Stop> {
        match outcome {
            Outcome::Committed(written) => self.move_on(work, &written),
            // What became of its records is written in the checkpoint.
            Outcome::Already => self.reload().await?,
            Outcome::Fenced => {
                self.options.board.meet(&self.options.connector, Meeting::Fence);
                return Err(Stop::Dropped(Why::Fenced));
            }
            Outcome::Gone => return Err(Stop::Dropped(Why::Gone)),
            Outcome::Astray(sentence) => {
                return Err(Stop::Failed(sentence));
            }
        }
        let now = Utc::now().timestamp_millis();
        let produced = work.records.iter().filter_map(|record| record.timestamp_ms);
        self.meter.stored_after(produced.clone(), now);
        self.options.board.add_latencies(&self.options.connector, produced, now);
        Ok(())
    }

    fn move_on(&mut self, work: &Work, written: &Written) {
        let now = Utc::now().timestamp_millis();
        let mut moved = Vec::with_capacity(written.tallies.len());
        let fates = work.fates(written);
        for (index, (interval, tally)) in work.batch.intervals.iter().zip(&written.tallies).enumerate() {
            self.meter.settled(interval.read, tally, now);
            if let Some(checkpoint) = self.checkpoints.get_mut(&interval.id.partition) {
                checkpoint.next_offset = interval.to;
                checkpoint.last_timestamp = interval.last_timestamp;
                checkpoint.last_crc = interval.last_crc;
                checkpoint.books.read += interval.read;
                checkpoint.books.stored += tally.stored;
                checkpoint.books.repeated += tally.repeated;
                checkpoint.books.dead += tally.dead;
                checkpoint.updated += tally.updated;
                moved.push(checkpoint.clone());
            }
            let others = fates.iter().filter(|(of, _, _)| *of == index).map(|(_, offset, fate)| (*offset, *fate));
            self.options.board.add_fates(interval, others);
        }
        self.options.board.set_checkpoints(moved);
    }

    /// Compares the checkpoints with how we left them; asks the broker too if it was away.
    async fn check(&mut self, owned: &[Owned]) -> Result<Report, Stop> {
        let mut tries = 0;
        let found = loop {
            let asked = async {
                if self.is_retrying() {
                    watermarks(&self.options).await?;
                }
                self.options.store.checkpoints().await
            };
            match asked.await {
                Ok(found) => break found,
                Err(error) => {
                    tries += 1;
                    self.wait_after(&error, tries).await?;
                }
            }
        };
        for ours in owned {
            match found.iter().find(|checkpoint| checkpoint.id == ours.id) {
                None => return Err(Stop::Dropped(Why::Gone)),
                Some(checkpoint) if checkpoint.epoch != ours.epoch => return Err(Stop::Dropped(Why::Fenced)),
                Some(_) => {}
            }
        }
        self.running();
        Ok(Report::Well)
    }

    /// Of a task that has no partitions: says so if there is no topic that it could have some of. One look and no more, since
    /// what the group gives it meanwhile must not wait.
    async fn look_for_topic(&mut self, otherwise: State) -> Report {
        match watermarks(&self.options).await {
            Ok(_) => {
                self.complaint = None;
                self.options.show(otherwise, None);
            }
            Err(error) => {
                let complaint = self.complain(&error, "waiting for partitions");
                self.options.show(State::Retrying, Some(complaint));
            }
        }
        Report::Well
    }

    async fn reload(&mut self) -> Result<(), Stop> {
        let mut tries = 0;
        loop {
            match self.options.store.checkpoints().await {
                Ok(found) => {
                    let mine = found.into_iter().filter(|checkpoint| {
                        self.checkpoints.get(&checkpoint.id.partition).is_some_and(|known| known.id == checkpoint.id)
                    });
                    self.note(mine.collect());
                    return Ok(());
                }
                Err(error) => {
                    tries += 1;
                    self.wait_after(&error, tries).await?;
                }
            }
        }
    }

    fn note(&mut self, checkpoints: Vec<Checkpoint>) {
        self.checkpoints.extend(checkpoints.iter().map(|checkpoint| (checkpoint.id.partition, checkpoint.clone())));
        self.options.board.set_checkpoints(checkpoints);
    }

    /// Waits after a failure of something that has no records.
    async fn wait_after(&mut self, error: &Error, tries: u32) -> Result<(), Stop> {
        match wait_at_all(error.trouble, tries, rand::random()) {
            Some(wait) => self.wait(error, tries, wait).await,
            None => Err(Stop::Failed(error.to_string())),
        }
    }

    /// Shows why it does not go on, and waits for the next try.
    async fn wait(&mut self, error: &Error, tries: u32, wait: Duration) -> Result<(), Stop> {
        if self.complaint.is_none() {
            self.options.board.meet(&self.options.connector, Meeting::Outage);
        }
        let complaint = self.complain(error, "trying again for as long as it takes");
        self.options.board.meet(&self.options.connector, Meeting::Retry);
        let now = Utc::now().timestamp_millis();
        self.meter.retried(now);
        let retry = Retry { tries, next_at: now + wait.as_millis() as i64 };
        self.options.board.set_retrying(&self.options.connector, self.options.id, complaint, retry, now);
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = self.options.stop.cancelled() => Err(Stop::Stopped),
        }
    }

    /// Notes why it does not go on, and logs each new reason once.
    fn complain(&mut self, error: &Error, meanwhile: &str) -> String {
        let complaint = error.to_string();
        if self.complaint.as_ref() != Some(&complaint) {
            warn!(connector.name = self.options.connector, %error, "{meanwhile}");
            self.complaint = Some(complaint.clone());
        }
        complaint
    }

    fn is_retrying(&self) -> bool {
        self.options.board.is_retrying(&self.options.connector, self.options.id)
    }

    fn running(&mut self) {
        if self.complaint.take().is_some() {
            info!(connector.name = self.options.connector, "going on after an outage");
        }
        self.options.show(State::Running, None);
    }
}
