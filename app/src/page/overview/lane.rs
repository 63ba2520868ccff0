//! One kind's way through the pipeline, as the picture shows it: pure, from the status.

use model::{
    Kind,
    status::{State, Status},
};

use crate::{component::icon::Icon, format};

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
    pub(super) produced_history: Vec<f32>,
    /// The broker answers, so that the lag is known.
    pub(super) known: bool,
}

impl Lane {
    pub(super) fn of(status: &Status, kind: Kind) -> Self {
        let topic = kind.topic();
        let rates = status.rates.get(topic).cloned().unwrap_or_default();
        let producer = status.producers.get(topic).cloned().unwrap_or_default();
        let partitions = status.topics.get(topic).map(|topic| topic.partitions.as_slice()).unwrap_or_default();
        let partition_lags: Vec<i64> = partitions.iter().map(|partition| partition.lag).collect();
        let sink = status.connectors.iter().find(|connector| connector.kind == Some(kind));
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
            produced_history: rates.produced_history,
            known: !status.kafka.is_away(),
        }
    }

    /// What the producer does: word, icon and tone.
    pub(super) fn producer(&self) -> (&'static str, Icon, &'static str) {
        if self.waiting.is_some() {
            ("held back", Icon::Pause, "warn")
        } else if self.running {
            ("running", Icon::Check, "ok")
        } else if self.produced >= 0.05 {
            ("sending a burst", Icon::Check, "ok")
        } else {
            ("idle", Icon::Ring, "idle")
        }
    }

    /// What waits in the topic: words, icon and tone. Some lag is no trouble: it is what a topic is for.
    pub(super) fn topic(&self) -> (String, Icon, &'static str) {
        match self.lag {
            _ if !self.known => ("lag unknown".to_owned(), Icon::Warning, "bad"),
            0 => ("no lag".to_owned(), Icon::Check, "ok"),
            lag => (format!("lag {}", format::thousands(lag)), Icon::Ring, "idle"),
        }
    }

    /// How long records take; nothing while none arrive.
    pub(super) fn latency(&self) -> String {
        match (self.p50_ms, self.p99_ms) {
            (Some(p50), Some(p99)) => format!("p50 {} · p99 {}", short(p50), short(p99)),
            _ => String::new(),
        }
    }
}

/// A duration in its first unit only: there is no room for more beside a sink's state.
fn short(ms: f64) -> String {
    format::duration(ms).split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// How thick a line of this rate is: it grows with the digits, since rates lie between 1 and 100,000.
pub(super) fn thickness(per_second: f64) -> f64 {
    if per_second < 0.05 { 1.5 } else { (1.8 + (1.0 + per_second).log10() * 1.9).min(11.0) }
}

/// How high a partition's bar is, up to 25 pixels, above which the topic's name stands: by digits too, and never nothing.
pub(super) fn lag_height(lag: i64) -> f64 {
    (3.0 + (1.0 + lag.max(0) as f64).log10() * 4.4).min(25.0)
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
        assert!(lag_height(i64::MAX) <= 25.0);
        assert!(lag_height(-1) >= 3.0);
    }

    #[test]
    fn a_kind_that_the_status_does_not_know_yet_is_an_idle_lane() {
        let lane = Lane::of(&Status::default(), Kind::Purchase);
        assert_eq!(lane, Lane { known: true, ..Lane::default() });
        assert_eq!(lane.producer().0, "idle");
        assert_eq!(lane.topic().0, "no lag");
        assert_eq!(lane.latency(), "");
    }

    #[test]
    fn a_sink_tells_how_long_records_take_in_few_words() {
        let lane = |p50, p99| Lane { p50_ms: Some(p50), p99_ms: Some(p99), ..Default::default() }.latency();
        assert_eq!(lane(0.4, 1234.0), "p50 0.4 ms · p99 1.2 s");
        assert_eq!(lane(78_000.0, 15_780_000.0), "p50 1 min · p99 4 h");
    }

    #[test]
    fn a_producer_says_what_it_does() {
        let lane = |running, produced, waiting: Option<&str>| Lane {
            running,
            produced,
            waiting: waiting.map(Into::into),
            ..Default::default()
        };
        assert_eq!(lane(true, 1204.0, None).producer().0, "running");
        assert_eq!(lane(false, 530.0, None).producer().0, "sending a burst");
        assert_eq!(lane(true, 0.0, Some("the sinks are behind")).producer().0, "held back");
    }

    #[test]
    fn a_topic_tells_its_lag_or_that_nobody_knows_it() {
        let lane = |lag, known| Lane { lag, known, ..Default::default() };
        assert_eq!(lane(12_402, true).topic().0, "lag 12,402");
        assert_eq!(lane(0, true).topic().2, "ok");
        assert_eq!(lane(0, false).topic().0, "lag unknown");
    }
}
