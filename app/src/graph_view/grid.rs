//! Which node is under a pointer: nodes sorted into cells, so that the answer doesn't cost a look at each of 10,000.

// Only the browser has a pointer.
#![cfg_attr(not(feature = "hydrate"), allow(dead_code))]

use super::camera::{Bounds, Point};

/// Cells a side: at 10,000 nodes about ten in each.
const SIDE: usize = 32;

/// Points in cells.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    bounds: Bounds,
    cells: Vec<Vec<u32>>,
}

impl Grid {
    pub(super) fn new(points: &[Point]) -> Self {
        let bounds = Bounds::around(points.iter().copied());
        let mut grid = Self { bounds, cells: vec![Vec::new(); SIDE * SIDE] };
        for (index, point) in points.iter().enumerate() {
            let (column, row) = grid.cell(*point);
            grid.cells[row * SIDE + column].push(index as u32);
        }
        grid
    }

    fn cell(&self, (x, y): Point) -> (usize, usize) {
        // A float that is negative or not a number becomes 0.
        let place = |value: f64, start: f64, length: f64| {
            (((value - start) / length.max(1e-9) * SIDE as f64) as usize).min(SIDE - 1)
        };
        (place(x, self.bounds.left, self.bounds.width()), place(y, self.bounds.top, self.bounds.height()))
    }

    /// The point nearest to `at`, if one is nearer than what `reach` says of it; `most` is the greatest reach of all.
    pub(super) fn nearest(
        &self,
        points: &[Point],
        at: Point,
        most: f64,
        reach: impl Fn(usize) -> f64,
    ) -> Option<usize> {
        let (left, top) = self.cell((at.0 - most, at.1 - most));
        let (right, bottom) = self.cell((at.0 + most, at.1 + most));
        let mut best: Option<(f64, usize)> = None;
        for row in top..=bottom {
            for index in self.cells[row * SIDE + left..=row * SIDE + right].iter().flatten() {
                let index = *index as usize;
                let distance = (points[index].0 - at.0).hypot(points[index].1 - at.1);
                if distance <= reach(index) && best.is_none_or(|(nearest, _)| distance < nearest) {
                    best = Some((distance, index));
                }
            }
        }
        best.map(|(_, index)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spiral(count: usize) -> Vec<Point> {
        (0..count)
            .map(|index| {
                let angle = index as f64 * 2.399_96;
                let radius = (index as f64 / count as f64).sqrt();
                (radius * angle.cos(), radius * angle.sin())
            })
            .collect()
    }

    #[test]
    fn the_grid_finds_what_a_look_at_every_point_finds() {
        let points = spiral(2000);
        let grid = Grid::new(&points);
        for at in spiral(300).iter().map(|(x, y)| (x * 1.2, y * 1.2)) {
            let distance = |index: usize| (points[index].0 - at.0).hypot(points[index].1 - at.1);
            let nearest = (0..points.len())
                .min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
                .filter(|index| distance(*index) <= 0.05);
            assert_eq!(grid.nearest(&points, at, 0.05, |_| 0.05), nearest);
        }
    }

    #[test]
    fn a_small_node_is_not_hit_from_afar() {
        let points = [(0.0, 0.0), (0.5, 0.0)];
        let grid = Grid::new(&points);
        let reach = |index: usize| [0.3, 0.01][index];
        assert_eq!(grid.nearest(&points, (0.2, 0.0), 0.3, reach), Some(0));
        assert_eq!(grid.nearest(&points, (0.45, 0.0), 0.3, reach), None);
        assert_eq!(Grid::new(&[]).nearest(&[], (0.0, 0.0), 1.0, |_| 1.0), None);
    }
}
