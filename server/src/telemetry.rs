//! The recorder of all metrics, as Prometheus reads them.

use std::time::Duration;

use metrics::describe_gauge;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// Bounds of the histograms, in seconds: from what a warm store needs for a small write to an outage of an hour.
const SECONDS: [f64; 17] =
    [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0];

/// How long measured values wait, one by one, to be counted.
const UPKEEP: Duration = Duration::from_secs(2);

/// What each metric is; `docs/metrics.md` says more.
const HELP: [(&str, &str); 35] = [
    ("sluice_records_total", "Records that were settled: stored, repeated (changed nothing), dead (a dead letter)."),
    ("sluice_books_records", "The books as the graph has them: read = stored + repeated + dead, since the beginning."),
    ("sluice_lag_records", "Records of its topics that the connector has not settled yet."),
    ("sluice_latency_seconds", "From a record's timestamp to the end of its transaction."),
    ("sluice_write_seconds", "One transaction: all of its records and the checkpoints."),
    ("sluice_retries_total", "Tries after one that failed."),
    ("sluice_outages_total", "Times that the connector had to begin trying again."),
    ("sluice_narrowings_total", "Batches that were cut in halves to find the record that the graph refuses."),
    ("sluice_fenced_total", "Batches that were given up since another process had taken over."),
    ("sluice_lost_upstream_records_total", "Records that their topic removed before they were read."),
    ("sluice_deadlocks_total", "Transactions that Neo4j ended for a deadlock."),
    (
        "sluice_summary_unused_total",
        "Answers that Neo4j had to count, since the sums beside the graph are missing or differ.",
    ),
    ("sluice_dead_letters", "Dead letters that wait."),
    ("sluice_outlet_letters_total", "Dead letters sent to their topics."),
    ("sluice_task_state", "1 for the state that the task is in."),
    ("sluice_broker_up", "1 if Kafka answers."),
    ("sluice_store_up", "1 if the graph answers."),
    ("kafka_connect_connector_status", "1 for the status that the task is in; one that tries again is running."),
    ("kafka_connect_worker_connector_count", "Connectors that this process runs."),
    ("kafka_connect_worker_task_count", "Tasks that this process runs."),
    ("kafka_connect_sink_task_sink_record_read_total", "Records read, counted when they are settled."),
    ("kafka_connect_sink_task_sink_record_send_total", "Records given to the graph: not the dead letters."),
    ("kafka_connect_sink_task_partition_count", "Partitions that the task has."),
    ("kafka_connect_sink_task_offset_commit_completion_total", "Transactions: each moves the checkpoints."),
    ("kafka_connect_sink_task_put_batch_avg_time_ms", "Mean time of a transaction in the 30 s before the last one."),
    ("kafka_connect_sink_task_put_batch_max_time_ms", "Longest time of a transaction in the 30 s before the last one."),
    ("kafka_connect_connector_task_batch_size_avg", "Mean records of a transaction in the 30 s before the last one."),
    ("kafka_connect_connector_task_batch_size_max", "Most records of a transaction in the 30 s before the last one."),
    ("kafka_connect_task_error_total_record_errors", "Dead letters: whatever may pass is tried again."),
    ("kafka_connect_task_error_total_record_failures", "Dead letters: whatever may pass is tried again."),
    ("kafka_connect_task_error_total_records_skipped", "Dead letters: whatever may pass is tried again."),
    ("kafka_connect_task_error_total_retries", "Tries after one that failed."),
    ("kafka_connect_task_error_last_error_timestamp", "When something last failed, in epoch milliseconds."),
    ("kafka_connect_task_error_deadletterqueue_produce_requests", "Dead letters that were to be sent to their topics."),
    (
        "kafka_connect_task_error_deadletterqueue_produce_failures",
        "Dead letters that could not be sent to their topics.",
    ),
];

/// Installs the recorder.
pub(crate) fn install() -> Result<PrometheusHandle, BuildError> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    for (name, help) in HELP {
        // By its name only: the type does not matter here.
        describe_gauge!(name, help);
    }
    Ok(recorder)
}

/// Counts what was measured until it is stopped: without, every value would be kept until somebody reads the metrics.
pub(crate) async fn keep_up(recorder: PrometheusHandle, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(UPKEEP) => recorder.run_upkeep(),
            () = stop.cancelled() => return,
        }
    }
}
