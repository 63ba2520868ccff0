//! How long records take from produced to stored: quantiles over the last seconds, in little memory.

/// Four buckets an octave: a quantile is within 19 % of the truth, which a page rounds anyway.
const PER_OCTAVE: f64 = 4.0;
/// Up to 2^24 ms, four and a half hours; what took longer counts as that.
const BUCKETS: usize = 97;
/// A quantile speaks of the last 10 to 20 seconds.
const WINDOW_MS: i64 = 10_000;

/// Two windows of counts by size, the older of which is dropped when the newer is full.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    windows: [[u64; BUCKETS]; 2],
    started_ms: i64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self { windows: [[0; BUCKETS]; 2], started_ms: 0 }
    }
}

impl Latencies {
    /// Adds records by when they were produced; all were stored at `now_ms` (epoch milliseconds).
    pub(crate) fn add(&mut self, produced_ms: impl IntoIterator<Item = i64>, now_ms: i64) {
        self.turn(now_ms);
        for produced in produced_ms {
            self.windows[0][bucket(now_ms - produced)] += 1;
        }
    }

    /// The time in milliseconds below which a share of the records stayed; none if there were none lately.
    pub(crate) fn quantile(&mut self, share: f64, now_ms: i64) -> Option<f64> {
        self.turn(now_ms);
        let total: u64 = self.windows.iter().flatten().sum();
        if total == 0 {
            return None;
        }
        let wanted = (total as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        let index = (0..BUCKETS).find(|&index| {
            seen += self.windows[0][index] + self.windows[1][index];
            seen >= wanted
        })?;
        Some(2f64.powf(index as f64 / PER_OCTAVE))
    }

    fn turn(&mut self, now_ms: i64) {
        let age = now_ms - self.started_ms;
        if !(0..2 * WINDOW_MS).contains(&age) {
            *self = Self { started_ms: now_ms, ..Self::default() };
        } else if age >= WINDOW_MS {
            self.windows = [[0; BUCKETS], self.windows[0]];
            self.started_ms = now_ms;
        }
    }
}

fn bucket(latency_ms: i64) -> usize {
    let index = (latency_ms.max(1) as f64).log2() * PER_OCTAVE;
    (index.ceil() as usize).min(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_near_the_truth_and_forget() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.quantile(0.5, 1_000_000), None);
        latencies.add((1..=1_000).map(|latency| 1_000_000 - latency), 1_000_000);
        let median = latencies.quantile(0.5, 1_000_001).unwrap();
        assert!((500.0..600.0).contains(&median), "{median}");
        let p99 = latencies.quantile(0.99, 1_000_001).unwrap();
        assert!((990.0..1_200.0).contains(&p99), "{p99}");
        assert!(latencies.quantile(0.5, 1_000_000 + WINDOW_MS).is_some());
        assert_eq!(latencies.quantile(0.5, 1_000_000 + 3 * WINDOW_MS), None);
    }

    #[test]
    fn clocks_that_disagree_do_no_harm() {
        let mut latencies = Latencies::default();
        latencies.add([i64::MAX / 2, 0], 1_000_000);
        assert!(latencies.quantile(1.0, 1_000_000).is_some());
    }
}
