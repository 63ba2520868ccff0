//! Two bands, with ties between them: the left one in the order given, the right one by barycentre.

use super::MARGIN;

/// How many nodes stand below each other before another column begins.
const COLUMN: usize = 48;

/// Where the bands lie, from −1 to 1: few nodes on the left, whose names stand beside them, and many on the right.
const LEFT: (f64, f64) = (-1.0, -0.9);
const RIGHT: (f64, f64) = (-0.05, 1.0);

/// Lays out `left` + `right` nodes, the left ones first; `edges` are (left node, right node, weight), each counted
/// from 0 in its band.
///
/// The barycentre heuristic (Sugiyama et al. 1981): a node lies at the mean height of those it is tied to, which keeps
/// crossings few. The left band keeps its order, which says something: the category, the rank.
pub(crate) fn bipartite(left: usize, right: usize, edges: &[(usize, usize, f64)]) -> Vec<(f32, f32)> {
    let mut sums = vec![(0.0, 0.0); right];
    for &(from, to, weight) in edges {
        sums[to].0 += from as f64 * weight;
        sums[to].1 += weight;
    }
    // What is tied to nothing goes to the bottom.
    let height: Vec<f64> =
        sums.into_iter().map(|(sum, weight)| if weight > 0.0 { sum / weight } else { f64::MAX }).collect();
    let mut order: Vec<usize> = (0..right).collect();
    order.sort_by(|&a, &b| height[a].total_cmp(&height[b]).then(a.cmp(&b)));

    let mut positions = vec![(0.0, 0.0); left + right];
    for (place, position) in positions[..left].iter_mut().enumerate() {
        // One column, however many: two would write their names over each other.
        *position = band(LEFT, place, left, left.max(1));
    }
    for (place, &node) in order.iter().enumerate() {
        positions[left + node] = band(RIGHT, place, right, COLUMN);
    }
    positions
}

/// The place of the n-th of `count` nodes in a band: from top to bottom, going round the columns.
fn band((from, to): (f64, f64), place: usize, count: usize, rows: usize) -> (f32, f32) {
    let columns = count.div_ceil(rows).max(1);
    let step = (to - from) / columns as f64;
    let x = from + step * ((place % columns) as f64 + 0.5);
    let y = ((place as f64 + 0.5) / count as f64 * 2.0 - 1.0) * (1.0 - MARGIN);
    (x as f32, y as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_lie_across_from_what_they_are_tied_to() {
        let positions = bipartite(2, 3, &[(0, 2, 1.0), (1, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0)]);
        let heights: Vec<f32> = positions.iter().map(|&(_, y)| y).collect();
        assert!(heights[0] < heights[1], "the left band keeps its order");
        assert!(heights[4] < heights[3] && heights[3] < heights[2], "{heights:?}");
    }
}
