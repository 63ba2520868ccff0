//! Ties pull, everything else pushes: who is tied together comes to lie together.

use super::{fit, packed::discs, quadtree::Quadtree};

/// How many steps are taken. The start is warm, so that few are enough; each is n log n.
const STEPS: u32 = 50;

/// How far a node moves at most in the first step, in ideal lengths of a tie; then less and less.
const FIRST_STRIDE: f64 = 3.0;

/// The pull to the middle, which keeps together what has no ties. Small beside any tie.
const GRAVITY: f64 = 0.03;

/// Lays out one node for each entry of `groups` (what group it is in), tied by `edges`: (node, node, strength 0 to 1).
///
/// Fruchterman and Reingold (1991), started from the groups as discs, which is what most of the way would lead to.
pub(crate) fn force(groups: &[u32], edges: &[(u32, u32, f32)]) -> Vec<(f32, f32)> {
    let mut points = discs(groups);
    if points.len() < 2 {
        return fit(&points);
    }
    // Seeds of a disc are about this far apart, and so should neighbours be in the end.
    let ideal = 1.8;
    let mut stack = Vec::new();
    let mut moves = vec![(0.0, 0.0); points.len()];
    for step in 0..STEPS {
        let tree = Quadtree::new(&points);
        for (point, way) in points.iter().zip(&mut moves) {
            let (x, y) = tree.repulsion(*point, &mut stack);
            *way = (x * ideal * ideal - point.0 * GRAVITY, y * ideal * ideal - point.1 * GRAVITY);
        }
        for &(from, to, strength) in edges {
            let (from, to) = (from as usize, to as usize);
            let (dx, dy) = (points[to].0 - points[from].0, points[to].1 - points[from].1);
            let pull = f64::from(strength) * dx.hypot(dy) / ideal;
            moves[from] = (moves[from].0 + dx * pull, moves[from].1 + dy * pull);
            moves[to] = (moves[to].0 - dx * pull, moves[to].1 - dy * pull);
        }
        let left = f64::from(STEPS - step) / f64::from(STEPS);
        let stride = ideal * FIRST_STRIDE * left * left;
        for (point, way) in points.iter_mut().zip(&moves) {
            let length = way.0.hypot(way.1);
            if length > 0.0 {
                let scale = length.min(stride) / length;
                *point = (point.0 + way.0 * scale, point.1 + way.1 * scale);
            }
        }
    }
    fit(&points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_tied_lies_nearer_than_who_is_not() {
        // Two stars of ten, all in one group so that the start says nothing, and one bridge.
        let groups = [0; 20];
        let mut edges: Vec<(u32, u32, f32)> = (1..10).flat_map(|n| [(2 * n, 0, 1.0), (2 * n + 1, 1, 1.0)]).collect();
        edges.push((2, 1, 1.0));
        let positions = force(&groups, &edges);
        let distance = |a: usize, b: usize| (positions[a].0 - positions[b].0).hypot(positions[a].1 - positions[b].1);
        for n in 2..10 {
            assert!(distance(2 * n, 0) < distance(2 * n, 1), "{n}");
            assert!(distance(2 * n + 1, 1) < distance(2 * n + 1, 0), "{n}");
        }
    }
}
