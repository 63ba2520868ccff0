//! The recorder of all metrics, as Prometheus reads them.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// Bounds of the histograms, in seconds: from what a warm store needs for a small write to an outage of an hour.
const SECONDS: [f64; 17] =
    [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0];

/// How long measured values wait, one by one, to be counted.
const UPKEEP: Duration = Duration::from_secs(2);

/// Installs the recorder.
pub(crate) fn install() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()
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
