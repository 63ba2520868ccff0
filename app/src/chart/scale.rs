//! From values to places: shares of a width in per cent, so that a chart fits any width without being measured.

/// Which share of the width a value takes, in per cent with two decimals; 0 where there is nothing to compare with.
pub fn share(value: f64, max: f64) -> f64 {
    if max <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    ((value / max).clamp(0.0, 1.0) * 10_000.0).round() / 100.0
}

/// Where each part of a whole begins and how wide it is, in per cent.
pub fn stack(parts: &[i64]) -> Vec<(f64, f64)> {
    let total: i64 = parts.iter().sum();
    let mut before = 0;
    parts
        .iter()
        .map(|part| {
            let start = share(before as f64, total as f64);
            before += part;
            (start, (share(before as f64, total as f64) - start).max(0.0))
        })
        .collect()
}

/// Round numbers along an axis of counts that ends at `max`: from 0, three to six of them, none beyond the end.
pub fn ticks(max: f64) -> Vec<f64> {
    if !max.is_finite() || max < 1.0 {
        return vec![0.0];
    }
    let rough = max / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    // Counts have no halves, so a step is at least 1.
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= rough)
        .unwrap_or(rough)
        .max(1.0);
    (0..=(max / step) as u32).map(|index| f64::from(index) * step).collect()
}

/// The colours of series, as the style sheet names them.
pub const SERIES: [&str; 12] = [
    "var(--s1)",
    "var(--s2)",
    "var(--s3)",
    "var(--s4)",
    "var(--s5)",
    "var(--s6)",
    "var(--s7)",
    "var(--s8)",
    "var(--s9)",
    "var(--s10)",
    "var(--s11)",
    "var(--s12)",
];

/// The colour of a series by its place; past the last they begin again, each beside its name.
pub const fn colour(index: usize) -> &'static str {
    SERIES[index % SERIES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_value_fills_the_width() {
        for (value, max, expected) in [
            (412.0, 412.0, 100.0),
            (206.0, 412.0, 50.0),
            (0.0, 412.0, 0.0),
            (1.0, 0.0, 0.0),
            (f64::NAN, 1.0, 0.0),
            (2.0, 1.0, 100.0),
        ] {
            assert!((share(value, max) - expected).abs() < 1e-9, "{value} of {max}");
        }
    }

    #[test]
    fn an_axis_has_a_few_round_numbers_and_ends_before_its_end() {
        for (max, expected) in [
            (0.0, vec![0.0]),
            (1.0, vec![0.0, 1.0]),
            (3.0, vec![0.0, 1.0, 2.0, 3.0]),
            (412.0, vec![0.0, 100.0, 200.0, 300.0, 400.0]),
            (1_000.0, vec![0.0, 200.0, 400.0, 600.0, 800.0, 1_000.0]),
            (f64::INFINITY, vec![0.0]),
        ] {
            assert_eq!(ticks(max), expected, "{max}");
        }
        for max in 1..5_000 {
            let max = f64::from(max);
            let ticks = ticks(max);
            assert!((2..=6).contains(&ticks.len()), "{max}: {ticks:?}");
            assert!(ticks.iter().all(|tick| *tick <= max && tick.fract() == 0.0), "{max}: {ticks:?}");
        }
    }

    #[test]
    fn stacked_parts_fill_the_width_without_gaps() {
        let parts = stack(&[1, 1, 1, 0, 3]);
        assert_eq!(parts[0], (0.0, 16.67));
        for pair in parts.windows(2) {
            assert!((pair[0].0 + pair[0].1 - pair[1].0).abs() < 0.011);
        }
        let (start, width) = parts[4];
        assert!((start + width - 100.0).abs() < 0.011);
        assert_eq!(stack(&[0, 0]), [(0.0, 0.0), (0.0, 0.0)]);
    }
}
