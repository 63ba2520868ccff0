//! One kind's way through the pipeline, as the picture shows it: pure, from the status.

use model::{
    Kind,
    status::{State, Status},
};

use crate::format;

/// Everything that the picture shows of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lane {
    pub(super) produced: f64,
    pub(super) stored: f64,
    pub(super) running: bool,
    /// Why the producer holds back.
    pub(super) waiting: Option<String>,
    pub(super) lag: i64,
    pub(super) partition_lags: Vec<i64>,
    pub(super) state: State,
    pub(super) trace: Option<String>,
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
    pub(super) history: Vec<f32>,
}

impl Lane {
    pub(super) fn of(status: &Status, kind: Kind) -> Self {
        let topic = kind.topic();
        let rates = status.rates.get(topic).cloned().unwrap_or_default();
        let producer = status.producers.get(topic).cloned().unwrap_or_default();
        let partitions = status.topics.get(topic).map(|topic| topic.partitions.as_slice()).unwrap_or_default();
        let partition_lags: Vec<i64> = partitions.iter().map(|partition| partition.lag).collect();
        let sink = status.connectors.iter().find(|connector| connector.kind == kind);
        Self {
            produced: rates.produced_per_second,
            stored: rates.stored_per_second,
            running: producer.running,
            waiting: producer.waiting,
            lag: partition_lags.iter().sum(),
            partition_lags,
            state: sink.map(|sink| sink.state).unwrap_or_default(),
            trace: sink.and_then(|sink| sink.tasks.iter().find_map(|task| task.trace.clone())),
            p50_ms: sink.and_then(|sink| sink.latency_p50_ms),
            p99_ms: sink.and_then(|sink| sink.latency_p99_ms),
            history: rates.history,
        }
    }

    /// What the producer does.
    pub(super) fn producer(&self) -> String {
        let what = if self.waiting.is_some() {
            "held back"
        } else if self.running {
            "running"
        } else if self.produced >= 0.05 {
            "burst"
        } else {
            "waiting for you"
        };
        if self.produced < 0.05 && !self.running {
            what.to_owned()
        } else {
            format!("{} /s · {what}", format::rate(self.produced))
        }
    }

    /// How long records take; nothing while none arrive.
    pub(super) fn latency(&self) -> String {
        match (self.p50_ms, self.p99_ms) {
            (Some(p50), Some(p99)) => format!("p50 {} · p99 {}", format::duration(p50), format::duration(p99)),
            _ => String::new(),
        }
    }
}

/// How thick a line of this rate is: it grows with the digits, since rates lie between 1 and 100,000.
pub(super) fn thickness(per_second: f64) -> f64 {
    if per_second < 0.05 { 1.5 } else { (1.8 + (1.0 + per_second).log10() * 1.9).min(11.0) }
}

/// How high a partition's bar is, up to 40 pixels: by digits too, and never nothing.
pub(super) fn lag_height(lag: i64) -> f64 {
    (3.0 + (1.0 + lag.max(0) as f64).log10() * 7.4).min(40.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_bars_grow_with_the_digits_and_stay_in_their_place() {
        assert!(thickness(0.0) < thickness(1.0));
        assert!(thickness(10.0) < thickness(1000.0));
        assert!(thickness(1e12) <= 11.0);
        assert!(lag_height(0) < lag_height(10));
        assert!(lag_height(10) < lag_height(10_000));
        assert!(lag_height(i64::MAX) <= 40.0);
        assert!(lag_height(-1) >= 3.0);
    }

    #[test]
    fn a_kind_that_the_status_does_not_know_yet_is_an_idle_lane() {
        let lane = Lane::of(&Status::default(), Kind::Purchase);
        assert_eq!(lane, Lane::default());
        assert_eq!(lane.producer(), "waiting for you");
        assert_eq!(lane.latency(), "");
    }

    #[test]
    fn a_producer_says_what_it_does() {
        let lane = |running, produced, waiting: Option<&str>| Lane {
            running,
            produced,
            waiting: waiting.map(Into::into),
            ..Default::default()
        };
        assert_eq!(lane(true, 1204.0, None).producer(), "1,204 /s · running");
        assert_eq!(lane(false, 530.0, None).producer(), "530 /s · burst");
        assert_eq!(lane(true, 0.0, Some("the sinks are behind")).producer(), "0 /s · held back");
    }
}
