//! Communities in a weighted bipartite graph, by moving nodes to where they are tied more than chance says.
//!
//! The Louvain method (Blondel et al. 2008) on the modularity of bipartite graphs (Barber 2007): with L and R the
//! summed weights of left and right nodes and m all of it, a node gains by joining a community
//! `weight of its edges into it − (its L · the community's R + its R · the community's L) ÷ m`.
//! Everything is visited in a fixed order, so the same graph has the same communities. A sweep is linear in the edges.

/// Sweeps over all nodes at one level. They end by themselves when nothing gains any more, after ten or so in practice;
/// this bounds the time if rounding ever let two nodes swap places for ever.
const MAX_SWEEPS: usize = 100;

/// A weighted undirected graph in compressed rows.
struct Graph {
    starts: Vec<usize>,
    /// (neighbour, weight); an edge stands in the rows of both its ends.
    edges: Vec<(u32, f64)>,
    left: Vec<f64>,
    right: Vec<f64>,
    total: f64,
}

/// Finds communities among `left` + `right` nodes, left ones first; returns a community number for each, in no
/// particular numbering. `edges` are (left node, right node, weight > 0), the right ones counted from 0 too.
pub(super) fn communities(left: usize, right: usize, edges: &[(u32, u32, f64)]) -> Vec<u32> {
    let finest = Graph::bipartite(left, right, edges);
    let mut membership = singletons(left + right);
    finest.settle(&mut membership);
    loop {
        let count = renumber(&mut membership);
        let coarse = finest.merged(&membership, count);
        let mut grouped = singletons(count);
        if !coarse.settle(&mut grouped) {
            break;
        }
        for community in &mut membership {
            *community = grouped[*community as usize];
        }
    }
    // Single nodes may be better off elsewhere now that the communities have moved as wholes.
    finest.settle(&mut membership);
    membership
}

fn singletons(count: usize) -> Vec<u32> {
    (0..count as u32).collect()
}

/// Numbers communities from 0 by first appearance; returns how many there are.
fn renumber(membership: &mut [u32]) -> usize {
    let mut numbers = vec![u32::MAX; membership.len()];
    let mut count = 0;
    for community in membership {
        let number = &mut numbers[*community as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
        *community = *number;
    }
    count as usize
}

impl Graph {
    fn bipartite(left: usize, right: usize, edges: &[(u32, u32, f64)]) -> Self {
        let nodes = left + right;
        let both = || {
            edges.iter().flat_map(|&(from, to, weight)| {
                let to = left as u32 + to;
                [(from, to, weight), (to, from, weight)]
            })
        };
        let (starts, rows) = rows(nodes, both);
        let mut graph = Self { starts, edges: rows, left: vec![0.0; nodes], right: vec![0.0; nodes], total: 0.0 };
        for &(from, to, weight) in edges {
            graph.left[from as usize] += weight;
            graph.right[left + to as usize] += weight;
            graph.total += weight;
        }
        graph
    }

    /// The graph whose nodes are the communities of this one; edges inside a community are dropped, since they move
    /// with it whatever happens.
    fn merged(&self, membership: &[u32], count: usize) -> Self {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (node, &community) in membership.iter().enumerate() {
            members[community as usize].push(node as u32);
        }
        let (mut left, mut right) = (vec![0.0; count], vec![0.0; count]);
        let (mut starts, mut edges) = (vec![0], Vec::new());
        let mut ties = Ties::new(count);
        for (community, nodes) in members.iter().enumerate() {
            for &node in nodes {
                left[community] += self.left[node as usize];
                right[community] += self.right[node as usize];
                for &(neighbour, weight) in self.row(node as usize) {
                    ties.add(membership[neighbour as usize], weight);
                }
            }
            ties.drain(|other, weight| {
                if other as usize != community {
                    edges.push((other, weight));
                }
            });
            starts.push(edges.len());
        }
        Self { starts, edges, left, right, total: self.total }
    }

    fn row(&self, node: usize) -> &[(u32, f64)] {
        &self.edges[self.starts[node]..self.starts[node + 1]]
    }

    /// Moves single nodes until none gains any more; says whether any moved.
    fn settle(&self, membership: &mut [u32]) -> bool {
        let nodes = self.left.len();
        let (mut left, mut right) = (vec![0.0; nodes], vec![0.0; nodes]);
        for (node, &community) in membership.iter().enumerate() {
            left[community as usize] += self.left[node];
            right[community as usize] += self.right[node];
        }
        // A gain below this is rounding, and following it could go round in circles.
        let least_gain = self.total * 1e-12;
        let mut ties = Ties::new(nodes);
        let mut moved_ever = false;
        for _ in 0..MAX_SWEEPS {
            let mut moved = false;
            for node in 0..nodes {
                let home = membership[node];
                left[home as usize] -= self.left[node];
                right[home as usize] -= self.right[node];
                ties.add(home, 0.0);
                for &(neighbour, weight) in self.row(node) {
                    ties.add(membership[neighbour as usize], weight);
                }
                let gain = |community: u32, weight: f64| {
                    let chance =
                        self.left[node] * right[community as usize] + self.right[node] * left[community as usize];
                    weight - chance / self.total
                };
                let mut best = (home, gain(home, ties.weight(home)) + least_gain);
                ties.drain(|community, weight| {
                    let gain = gain(community, weight);
                    if gain > best.1 {
                        best = (community, gain);
                    }
                });
                membership[node] = best.0;
                left[best.0 as usize] += self.left[node];
                right[best.0 as usize] += self.right[node];
                moved |= best.0 != home;
            }
            moved_ever |= moved;
            if !moved {
                break;
            }
        }
        moved_ever
    }
}

/// Sorts directed edges into rows, each in the order given.
fn rows<I: Iterator<Item = (u32, u32, f64)>>(nodes: usize, edges: impl Fn() -> I) -> (Vec<usize>, Vec<(u32, f64)>) {
    let mut starts = vec![0; nodes + 1];
    edges().for_each(|(from, _, _)| starts[from as usize + 1] += 1);
    for node in 0..nodes {
        starts[node + 1] += starts[node];
    }
    let mut next = starts.clone();
    let mut rows = vec![(0, 0.0); starts[nodes]];
    for (from, to, weight) in edges() {
        rows[next[from as usize]] = (to, weight);
        next[from as usize] += 1;
    }
    (starts, rows)
}

/// Weights summed by community, emptied in the order of first touch: a map whose every step is one array access.
struct Ties {
    weights: Vec<f64>,
    present: Vec<bool>,
    touched: Vec<u32>,
}

impl Ties {
    fn new(count: usize) -> Self {
        Self { weights: vec![0.0; count], present: vec![false; count], touched: Vec::new() }
    }

    fn add(&mut self, community: u32, weight: f64) {
        let at = community as usize;
        if !self.present[at] {
            self.present[at] = true;
            self.touched.push(community);
        }
        self.weights[at] += weight;
    }

    fn weight(&self, community: u32) -> f64 {
        self.weights[community as usize]
    }

    fn drain(&mut self, mut each: impl FnMut(u32, f64)) {
        for community in self.touched.drain(..) {
            let at = community as usize;
            self.present[at] = false;
            each(community, std::mem::take(&mut self.weights[at]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_islands_are_two_communities() {
        let found = communities(4, 4, &[(0, 0, 1.0), (1, 0, 1.0), (0, 1, 1.0), (2, 2, 1.0), (3, 2, 1.0), (3, 3, 1.0)]);
        assert_eq!([found[1], found[4], found[5]], [found[0]; 3]);
        assert_eq!([found[3], found[6], found[7]], [found[2]; 3]);
        assert_ne!(found[0], found[2]);
    }

    #[test]
    fn a_bridge_does_not_merge_two_blocks() {
        let mut edges = vec![(0, 3, 1.0)];
        for block in 0..2 {
            edges.extend((0..3).flat_map(|a| (0..3).map(move |b| (block * 3 + a, block * 3 + b, 1.0))));
        }
        let found = communities(6, 6, &edges);
        assert_eq!([found[1], found[2], found[6]], [found[0]; 3]);
        assert_eq!([found[4], found[5], found[9]], [found[3]; 3]);
        assert_ne!(found[0], found[3]);
    }

    #[test]
    fn nothing_has_no_communities() {
        assert!(communities(0, 0, &[]).is_empty());
    }
}
