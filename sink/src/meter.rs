//! What a task does, as metrics: those of Sluice, and those of Kafka Connect under the names that the usual rules of
//! Prometheus' JMX exporter give them, so that what watches a Connect cluster can watch this.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use model::status::State;

use crate::graph::Tally;

/// How far back the averages reach. They are of the writes up to the last one; without any they stay as they are.
const WINDOW: Duration = Duration::from_secs(30);

/// Connect's word for each state. It has none for a task that tries again, which runs as far as its user is concerned.
const STATUSES: [&str; 4] = ["unassigned", "running", "paused", "failed"];

/// What most connectors never meet.
const RARE: [&str; 5] = [
    "sluice_retries_total",
    "sluice_outages_total",
    "sluice_narrowings_total",
    "sluice_fenced_total",
    "sluice_lost_upstream_records_total",
];

/// The metrics of one task.
pub(crate) struct Meter {
    stored: Counter,
    repeated: Counter,
    dead: Counter,
    write: Histogram,
    latency: Histogram,
    read: Counter,
    sent: Counter,
    commits: Counter,
    puts: VecDeque<Put>,
    put_mean: Gauge,
    put_max: Gauge,
    size_mean: Gauge,
    size_max: Gauge,
    errors: [Counter; 3],
    last_error: Gauge,
    retries: Counter,
}

struct Put {
    at: Instant,
    millis: f64,
    records: f64,
}

impl Meter {
    pub(crate) fn new(connector: &str, id: u32) -> Self {
        // A rate can only be told of a counter that is there before it counts.
        for rare in RARE {
            counter!(rare, "connector" => connector.to_owned()).increment(0);
        }
        count_letters(connector, 0, 0);
        let labels = [("connector", connector.to_owned()), ("task", id.to_string())];
        let outcome = |outcome: &'static str| counter!("sluice_records_total", "connector" => connector.to_owned(), "outcome" => outcome);
        Self {
            stored: outcome("stored"),
            repeated: outcome("repeated"),
            dead: outcome("dead"),
            write: histogram!("sluice_write_seconds", "connector" => connector.to_owned()),
            latency: histogram!("sluice_latency_seconds", "connector" => connector.to_owned()),
            read: counter!("kafka_connect_sink_task_sink_record_read_total", &labels),
            sent: counter!("kafka_connect_sink_task_sink_record_send_total", &labels),
            commits: counter!("kafka_connect_sink_task_offset_commit_completion_total", &labels),
            puts: VecDeque::new(),
            put_mean: gauge!("kafka_connect_sink_task_put_batch_avg_time_ms", &labels),
            put_max: gauge!("kafka_connect_sink_task_put_batch_max_time_ms", &labels),
            size_mean: gauge!("kafka_connect_connector_task_batch_size_avg", &labels),
            size_max: gauge!("kafka_connect_connector_task_batch_size_max", &labels),
            errors: [
                counter!("kafka_connect_task_error_total_record_errors", &labels),
                counter!("kafka_connect_task_error_total_record_failures", &labels),
                counter!("kafka_connect_task_error_total_records_skipped", &labels),
            ],
            last_error: gauge!("kafka_connect_task_error_last_error_timestamp", &labels),
            retries: counter!("kafka_connect_task_error_total_retries", &labels),
        }
    }

    /// The store took a batch.
    pub(crate) fn put(&mut self, records: usize, took: Duration) {
        self.write.record(took.as_secs_f64());
        self.commits.increment(1);
        let at = Instant::now();
        while self.puts.front().is_some_and(|put| at.duration_since(put.at) >= WINDOW) {
            self.puts.pop_front();
        }
        self.puts.push_back(Put { at, millis: took.as_secs_f64() * 1e3, records: records as f64 });
        let (mean, max) = summary(self.puts.iter().map(|put| put.millis));
        self.put_mean.set(mean);
        self.put_max.set(max);
        let (mean, max) = summary(self.puts.iter().map(|put| put.records));
        self.size_mean.set(mean);
        self.size_max.set(max);
    }

    /// What became of the records of an interval.
    pub(crate) fn settled(&self, read: i64, tally: &Tally, now_ms: i64) {
        self.stored.increment(tally.stored as u64);
        self.repeated.increment(tally.repeated as u64);
        self.dead.increment(tally.dead as u64);
        self.read.increment(read as u64);
        self.sent.increment((tally.stored + tally.repeated) as u64);
        for errors in &self.errors {
            errors.increment(tally.dead as u64);
        }
        if tally.dead > 0 {
            self.last_error.set(now_ms as f64);
        }
    }

    /// How long ago records were produced that are stored now. A clock ahead of ours makes none negative.
    pub(crate) fn stored_after(&self, produced_ms: impl IntoIterator<Item = i64>, now_ms: i64) {
        for produced in produced_ms {
            self.latency.record(now_ms.saturating_sub(produced).max(0) as f64 / 1e3);
        }
    }

    /// Something is tried again.
    pub(crate) fn retried(&self, now_ms: i64) {
        self.retries.increment(1);
        self.last_error.set(now_ms as f64);
    }
}

/// Shows what a task is doing; nothing once it is gone.
pub(crate) fn show_status(connector: &str, id: u32, state: Option<State>) {
    let now = state.map(|state| match state {
        State::Unassigned | State::Stopped => "unassigned",
        State::Running | State::Retrying => "running",
        State::Paused => "paused",
        State::Failed => "failed",
    });
    for status in STATUSES {
        gauge!("kafka_connect_connector_status", "connector" => connector.to_owned(), "task" => id.to_string(), "status" => status)
            .set(f64::from(u8::from(now == Some(status))));
    }
}

/// Shows how many partitions a task has.
pub(crate) fn show_partitions(connector: &str, id: u32, partitions: usize) {
    gauge!("kafka_connect_sink_task_partition_count", "connector" => connector.to_owned(), "task" => id.to_string())
        .set(partitions as f64);
}

/// Counts a dead letter that was sent to its topic, or could not be.
pub(crate) fn count_letter(connector: &str, sent: bool) {
    count_letters(connector, 1, u64::from(!sent));
}

fn count_letters(connector: &str, requests: u64, failures: u64) {
    let labels = [("connector", connector.to_owned())];
    counter!("kafka_connect_task_error_deadletterqueue_produce_requests", &labels).increment(requests);
    counter!("kafka_connect_task_error_deadletterqueue_produce_failures", &labels).increment(failures);
}

/// Mean and maximum.
fn summary(values: impl ExactSizeIterator<Item = f64>) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let (sum, max) = values.fold((0.0, 0.0), |(sum, max): (f64, f64), value| (sum + value, max.max(value)));
    (sum / count, max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_and_maxima_are_of_all_values() {
        assert_eq!(summary([2.0, 4.0, 9.0].into_iter()), (5.0, 9.0));
        assert_eq!(summary([].into_iter()), (0.0, 0.0));
    }
}
