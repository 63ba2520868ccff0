//! Draws from a weighted list in constant time (the alias method of Walker 1977, built as in Vose 1991).

use rand::Rng;

/// A weighted list of the numbers 0 to below its length.
pub(super) struct Alias {
    /// For each column the chance of its own number; otherwise it is the other one.
    columns: Vec<(f32, u32)>,
}

impl Alias {
    /// Makes a list; `weights` are at least 0, and one of them is more.
    pub(super) fn new(weights: &[f64]) -> Self {
        let scale = weights.len() as f64 / weights.iter().sum::<f64>();
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let mut columns: Vec<(f32, u32)> = (0..weights.len() as u32).map(|own| (1.0, own)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..shares.len()).partition(|&at| shares[at] < 1.0);
        while let (Some(&donor), Some(poor)) = (large.last(), small.pop()) {
            columns[poor] = (shares[poor] as f32, donor as u32);
            shares[donor] -= 1.0 - shares[poor];
            if shares[donor] < 1.0 {
                large.pop();
                small.push(donor);
            }
        }
        // What is left in either list is 1 but for rounding, as its column says already.
        Self { columns }
    }

    /// Draws a number.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> u32 {
        let column = rng.random_range(0..self.columns.len());
        let (own, other) = self.columns[column];
        if rng.random::<f32>() < own { column as u32 } else { other }
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::SmallRng};

    use super::*;

    #[test]
    fn numbers_are_drawn_as_often_as_they_weigh() {
        let weights = [5.0, 0.0, 1.0, 3.0, 1.0];
        let alias = Alias::new(&weights);
        let mut rng = SmallRng::seed_from_u64(1);
        let mut counts = [0_u32; 5];
        for _ in 0..100_000 {
            counts[alias.draw(&mut rng) as usize] += 1;
        }
        for (count, weight) in counts.into_iter().zip(weights) {
            assert!((f64::from(count) / 10_000.0 - weight).abs() < 0.1, "{counts:?}");
        }
    }

    #[test]
    fn one_number_is_always_drawn() {
        assert_eq!(Alias::new(&[0.3]).draw(&mut SmallRng::seed_from_u64(1)), 0);
    }
}
