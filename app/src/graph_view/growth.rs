//! Where nodes go that are added around another one: near it, in free places, on the side away from the crowd.

use std::f64::consts::{PI, TAU};

use super::{
    camera::{Bounds, Point},
    grid::Grid,
};

/// Rings that are tried before places are taken though something is there.
const RINGS: u32 = 14;

/// Places for `count` nodes around `centre`; `taken` is where the others are, which stay there.
///
/// The same graph gives the same places.
pub(super) fn around(centre: Point, count: usize, taken: &[Point]) -> Vec<Point> {
    let bounds = Bounds::around(taken.iter().copied());
    let area = bounds.width().max(0.2) * bounds.height().max(0.2);
    // About how far nodes are apart where it is crowded.
    let apart = (area / taken.len().max(40) as f64).sqrt() * 0.55;
    let grid = Grid::new(taken);
    let middle = (f64::midpoint(bounds.left, bounds.right), f64::midpoint(bounds.top, bounds.bottom));
    let away = (centre.1 - middle.1).atan2(centre.0 - middle.0);
    let mut spots = Vec::with_capacity(count);
    let mut ring = 1;
    while spots.len() < count {
        let radius = apart * (1.2 + 0.9 * f64::from(ring));
        let slots = (TAU * radius / apart).floor().max(6.0) as u32;
        for slot in 0..slots {
            if spots.len() == count {
                break;
            }
            // To and fro from the direction that leads away: 0, 1, −1, 2, −2 …
            let turn = f64::from(slot.div_ceil(2)) * if slot % 2 == 1 { 1.0 } else { -1.0 };
            let angle = away + (turn / f64::from(slots) * TAU).clamp(-PI, PI);
            let spot = (centre.0 + radius * angle.cos(), centre.1 + radius * angle.sin());
            let free = || grid.nearest(taken, spot, apart * 0.8, |_| apart * 0.8).is_none();
            if ring > RINGS || free() {
                spots.push(spot);
            }
        }
        ring += 1;
    }
    spots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice() -> Vec<Point> {
        (0..400).map(|n| (f64::from(n % 20) * 0.1, f64::from(n / 20) * 0.1)).collect()
    }

    #[test]
    fn new_nodes_are_apart_from_each_other_and_from_all_others() {
        let taken = lattice();
        let spots = around((1.9, 1.0), 30, &taken);
        assert_eq!(spots.len(), 30);
        let distance = |a: Point, b: Point| (a.0 - b.0).hypot(a.1 - b.1);
        for (index, spot) in spots.iter().enumerate() {
            assert!(taken.iter().all(|other| distance(*spot, *other) > 0.03), "{spot:?}");
            assert!(spots[..index].iter().all(|other| distance(*spot, *other) > 0.03), "{spot:?}");
        }
        assert!(spots[0].0 > 1.9, "away from the crowd");
        assert_eq!(spots, around((1.9, 1.0), 30, &taken));
    }

    #[test]
    fn where_nothing_is_free_they_are_put_nevertheless() {
        let taken: Vec<Point> = (0..40_000).map(|n| (f64::from(n % 200) * 0.01, f64::from(n / 200) * 0.01)).collect();
        assert_eq!(around((1.0, 1.0), 25, &taken).len(), 25);
        assert_eq!(around((0.0, 0.0), 0, &[]), []);
        assert_eq!(around((0.0, 0.0), 3, &[(0.0, 0.0)]).len(), 3);
    }
}
