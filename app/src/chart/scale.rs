//! From values to places: shares of a width in per cent, so that a chart fits any width without being measured.

/// Which share of the width a value takes, in per cent with two decimals; 0 where there is nothing to compare with.
pub(crate) fn share(value: f64, max: f64) -> f64 {
    if max <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    ((value / max).clamp(0.0, 1.0) * 10_000.0).round() / 100.0
}

/// Where each part of a whole begins and how wide it is, in per cent.
pub(crate) fn stack(parts: &[i64]) -> Vec<(f64, f64)> {
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

/// The colour of a series by its place; those past the sixth share a quiet one.
pub(crate) const fn colour(index: usize) -> &'static str {
    match index {
        0 => "var(--s1)",
        1 => "var(--s2)",
        2 => "var(--s3)",
        3 => "var(--s4)",
        4 => "var(--s5)",
        5 => "var(--s6)",
        _ => "var(--s0)",
    }
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
