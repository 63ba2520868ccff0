//! Where nodes lie: pure geometry. Every layout returns one finite `(x, y)` a node in a square of −1 to 1.

mod bipartite;
mod force;
mod packed;
mod quadtree;

pub(super) use bipartite::bipartite;
pub(super) use force::force;
pub(super) use packed::packed;

/// What is kept free at the edge of the square, so that a node there is drawn whole.
const MARGIN: f64 = 0.04;

/// Moves and scales points into the square, both axes alike.
fn fit(points: &[(f64, f64)]) -> Vec<(f32, f32)> {
    let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    for &(x, y) in points {
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    let centre = (f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1));
    let reach = ((high.0 - low.0).max(high.1 - low.1) / 2.0).max(f64::MIN_POSITIVE);
    let scale = (1.0 - MARGIN) / reach;
    // One point, or all in one place: the centre.
    let place = |value: f64, centre: f64| {
        let at = (value - centre) * scale;
        if at.is_finite() { at.clamp(-1.0, 1.0) as f32 } else { 0.0 }
    };
    points.iter().map(|&(x, y)| (place(x, centre.0), place(y, centre.1))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_inside(positions: &[(f32, f32)], count: usize) -> bool {
        positions.len() == count
            && positions.iter().all(|&(x, y)| (-1.0..=1.0).contains(&x) && (-1.0..=1.0).contains(&y))
    }

    proptest! {
        #[test]
        fn two_columns_stay_in_the_square_and_nodes_apart(
            left in 0_usize..60,
            right in 0_usize..200,
            ties in prop::collection::vec((0_usize..60, 0_usize..200, 0.0_f64..1.0), 0..400),
        ) {
            let edges: Vec<_> =
                ties.into_iter().filter(|&(a, b, _)| a < left && b < right).collect();
            let positions = bipartite(left, right, &edges);
            prop_assert!(all_inside(&positions, left + right));
            let mut places: Vec<(u32, u32)> = positions.iter().map(|&(x, y)| (x.to_bits(), y.to_bits())).collect();
            places.sort_unstable();
            places.dedup();
            prop_assert_eq!(places.len(), left + right);
        }

        #[test]
        fn packed_discs_stay_in_the_square(groups in prop::collection::vec(0_u32..12, 0..300)) {
            prop_assert!(all_inside(&packed(&groups), groups.len()));
        }

        #[test]
        fn forces_stay_in_the_square(
            groups in prop::collection::vec(0_u32..4, 0..120),
            ties in prop::collection::vec((0_u32..120, 0_u32..120, 0.0_f32..1.0), 0..200),
        ) {
            let count = groups.len();
            let edges: Vec<_> =
                ties.into_iter().filter(|&(a, b, _)| (a as usize) < count && (b as usize) < count).collect();
            let positions = force(&groups, &edges);
            prop_assert!(all_inside(&positions, count));
            prop_assert_eq!(positions, force(&groups, &edges));
        }
    }

    #[test]
    fn points_in_one_place_are_in_the_centre() {
        assert_eq!(fit(&[(5.0, 5.0), (5.0, 5.0)]), [(0.0, 0.0), (0.0, 0.0)]);
        assert_eq!(fit(&[(f64::NAN, 0.0)]), [(0.0, 0.0)]);
        assert!(fit(&[]).is_empty());
    }

    #[test]
    fn the_longer_side_fills_the_square_and_the_shape_is_kept() {
        let fitted = fit(&[(0.0, 0.0), (10.0, 5.0)]);
        assert!((fitted[1].0 - 0.96).abs() < 1e-6 && (fitted[1].1 - 0.48).abs() < 1e-6);
    }

    #[test]
    fn ten_thousand_nodes_are_laid_out() {
        let groups: Vec<u32> = (0..10_000).map(|node| node % 20).collect();
        let edges: Vec<(u32, u32, f32)> = (20..10_000)
            .flat_map(|node| [(node, node % 20, 1.0), (node, node * 7 % 20, 1.0), (node, node * 31 % 10_000, 0.2)])
            .collect();
        assert!(all_inside(&force(&groups, &edges), 10_000));
    }
}
