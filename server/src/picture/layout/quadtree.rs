//! Forces between all points at once, far ones summed up (Barnes and Hut 1986): n log n instead of n².

/// How wide a cell may be, against its distance, to count as one point. Smaller is more exact and slower.
const OPENING: f64 = 1.2;

/// Where cells stop dividing: points in one place must not divide for ever.
const MAX_DEPTH: u32 = 20;

/// Where a cell's children are not there.
const NONE: u32 = u32::MAX;

struct Cell {
    /// The first of four children, or [`NONE`].
    children: u32,
    mass: f64,
    /// The sum of its points while the tree is built, then their mean.
    centre: (f64, f64),
    width: f64,
}

/// Points in a tree of squares.
pub(super) struct Quadtree {
    cells: Vec<Cell>,
}

impl Quadtree {
    /// Sorts points, all of mass 1, into squares.
    pub(super) fn new(points: &[(f64, f64)]) -> Self {
        let (mut low, mut high) = (f64::MAX, f64::MIN);
        for &(x, y) in points {
            low = low.min(x).min(y);
            high = high.max(x).max(y);
        }
        let width = (high - low).max(f64::MIN_POSITIVE);
        let mut tree = Self { cells: vec![Cell::empty(width)] };
        for &point in points {
            tree.insert(point, (low, low), width);
        }
        for cell in tree.cells.iter_mut().filter(|cell| cell.mass > 0.0) {
            cell.centre = (cell.centre.0 / cell.mass, cell.centre.1 / cell.mass);
        }
        tree
    }

    fn insert(&mut self, (x, y): (f64, f64), mut corner: (f64, f64), mut width: f64) {
        let mut at = 0;
        for depth in 0.. {
            let (lone, before) = (self.cells[at].mass == 0.0, self.cells[at].centre);
            self.cells[at].mass += 1.0;
            self.cells[at].centre = (before.0 + x, before.1 + y);
            if lone || depth == MAX_DEPTH {
                return;
            }
            width /= 2.0;
            if self.cells[at].children == NONE {
                let first = self.cells.len();
                self.cells[at].children = first as u32;
                self.cells.extend((0..4).map(|_| Cell::empty(width)));
                // Whoever was alone here moves down too.
                let (quarter, _) = quarter(before, corner, width);
                let child = &mut self.cells[first + quarter];
                child.mass = 1.0;
                child.centre = before;
            }
            let (quarter, lower) = quarter((x, y), corner, width);
            at = self.cells[at].children as usize + quarter;
            corner = lower;
        }
    }

    /// The sum over all other points of (vector away from it ÷ distance²).
    pub(super) fn repulsion(&self, (x, y): (f64, f64), stack: &mut Vec<u32>) -> (f64, f64) {
        let (mut fx, mut fy) = (0.0, 0.0);
        stack.clear();
        stack.push(0);
        while let Some(at) = stack.pop() {
            let cell = &self.cells[at as usize];
            if cell.mass == 0.0 {
                continue;
            }
            let (dx, dy) = (x - cell.centre.0, y - cell.centre.1);
            let square = dx * dx + dy * dy;
            if cell.children == NONE || cell.width * cell.width < OPENING * OPENING * square {
                // The point itself, or one in the same place: no direction to push it in.
                if square > 0.0 {
                    fx += dx / square * cell.mass;
                    fy += dy / square * cell.mass;
                }
            } else {
                stack.extend(cell.children..cell.children + 4);
            }
        }
        (fx, fy)
    }
}

impl Cell {
    const fn empty(width: f64) -> Self {
        Self { children: NONE, mass: 0.0, centre: (0.0, 0.0), width }
    }
}

/// Which quarter of a cell a point is in, and that quarter's corner; `width` is a quarter's.
fn quarter((x, y): (f64, f64), corner: (f64, f64), width: f64) -> (usize, (f64, f64)) {
    let (right, down) = (x >= corner.0 + width, y >= corner.1 + width);
    let lower = (if right { corner.0 + width } else { corner.0 }, if down { corner.1 + width } else { corner.1 });
    (usize::from(right) + 2 * usize::from(down), lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_near_the_one_over_all_pairs() {
        let points: Vec<(f64, f64)> = (0..300).map(|n| (f64::from(n * 37 % 101), f64::from(n * 53 % 97))).collect();
        let tree = Quadtree::new(&points);
        let mut stack = Vec::new();
        for &(x, y) in points.iter().step_by(17) {
            let (mut fx, mut fy) = (0.0, 0.0);
            for &(ox, oy) in &points {
                let (dx, dy): (f64, f64) = (x - ox, y - oy);
                let square = dx * dx + dy * dy;
                if square > 0.0 {
                    fx += dx / square;
                    fy += dy / square;
                }
            }
            let found = tree.repulsion((x, y), &mut stack);
            let size = f64::hypot(fx, fy).max(1.0);
            assert!((found.0 - fx).hypot(found.1 - fy) / size < 0.3, "{found:?} for {:?}", (fx, fy));
        }
    }

    #[test]
    fn points_in_one_place_end_somewhere() {
        let tree = Quadtree::new(&[(1.0, 1.0); 50]);
        assert_eq!(tree.repulsion((1.0, 1.0), &mut Vec::new()), (0.0, 0.0));
    }
}
