//! Groups as discs that do not overlap, the greatest in the middle, members spread like seeds of a sunflower.

use std::f64::consts::TAU;

use super::fit;

/// The angle that spreads seeds evenly (Vogel 1979): 137.5°.
const GOLDEN_ANGLE: f64 = 2.399_963_229_728_653;

/// The gap between discs, in the unit of their members, and how much it grows with the whole picture's radius: a name has
/// to fit above each disc, and letters stay as large when the picture gets larger.
const GAP: f64 = 1.2;
const GAP_SHARE: f64 = 0.13;

/// How much farther sideways counts as near as up and down: screens are wide.
const WIDE: f64 = 1.35;

/// In how many directions a place for a disc is looked for.
const DIRECTIONS: u32 = 72;

/// Lays out one node for each entry of `groups`, which says what group it is in.
pub(crate) fn packed(groups: &[u32]) -> Vec<(f32, f32)> {
    fit(&discs(groups))
}

/// The same in its own unit: neighbouring members are about 1.8 apart.
pub(super) fn discs(groups: &[u32]) -> Vec<(f64, f64)> {
    let count = groups.iter().max().map_or(0, |&highest| highest as usize + 1);
    let mut sizes = vec![0_u32; count];
    for &group in groups {
        sizes[group as usize] += 1;
    }
    let centres = pack(&sizes.iter().map(|&size| f64::from(size).sqrt()).collect::<Vec<_>>());
    let mut placed = vec![0_u32; count];
    groups
        .iter()
        .map(|&group| {
            let seed = placed[group as usize];
            placed[group as usize] += 1;
            let (radius, angle) = ((f64::from(seed) + 0.5).sqrt(), f64::from(seed) * GOLDEN_ANGLE);
            let (x, y) = centres[group as usize];
            (x + radius * angle.cos(), y + radius * angle.sin())
        })
        .collect()
}

/// How far discs of these radii are kept apart.
fn gap(radii: &[f64]) -> f64 {
    GAP + GAP_SHARE * radii.iter().map(|radius| radius * radius).sum::<f64>().sqrt()
}

/// Centres for discs of these radii, the greatest first, each as near to the middle as it gets in some direction.
fn pack(radii: &[f64]) -> Vec<(f64, f64)> {
    let gap = gap(radii);
    let mut order: Vec<usize> = (0..radii.len()).filter(|&disc| radii[disc] > 0.0).collect();
    order.sort_by(|&a, &b| radii[b].total_cmp(&radii[a]).then(a.cmp(&b)));
    let mut centres = vec![(0.0, 0.0); radii.len()];
    for (rank, &disc) in order.iter().enumerate() {
        let placed: Vec<(f64, f64, f64)> = order[..rank]
            .iter()
            .map(|&other| (centres[other].0, centres[other].1, radii[other] + radii[disc] + gap))
            .collect();
        let nearest = (0..DIRECTIONS)
            .map(|direction| {
                let (sin, cos) = (TAU * f64::from(direction) / f64::from(DIRECTIONS)).sin_cos();
                (first_free(&placed, cos, sin), cos, sin)
            })
            .min_by(|a, b| {
                let far = |(distance, cos, sin): (f64, f64, f64)| distance * (cos / WIDE).hypot(sin);
                far(*a).total_cmp(&far(*b))
            });
        if let Some((distance, cos, sin)) = nearest {
            centres[disc] = (distance * cos, distance * sin);
        }
    }
    centres
}

/// The least distance from the middle, in a direction, at which nothing is nearer to any point than it allows.
fn first_free(placed: &[(f64, f64, f64)], cos: f64, sin: f64) -> f64 {
    // Each disc blocks the stretch of the ray on which its centre is too near.
    let mut blocked: Vec<(f64, f64)> = placed
        .iter()
        .filter_map(|&(x, y, apart)| {
            let along = x * cos + y * sin;
            let aside = x * sin - y * cos;
            let half = apart * apart - aside * aside;
            (half > 0.0).then(|| (along - half.sqrt(), along + half.sqrt()))
        })
        .collect();
    blocked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut distance = 0.0;
    for (from, to) in blocked {
        if from > distance {
            break;
        }
        distance = f64::max(distance, to);
    }
    distance
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn discs_never_overlap(radii in prop::collection::vec(0.5_f64..20.0, 1..40)) {
            let centres = pack(&radii);
            for (a, &(ax, ay)) in centres.iter().enumerate() {
                for (b, &(bx, by)) in centres[..a].iter().enumerate() {
                    prop_assert!((ax - bx).hypot(ay - by) >= radii[a] + radii[b] + gap(&radii) - 1e-6);
                }
            }
        }
    }

    #[test]
    fn the_greatest_disc_is_in_the_middle_and_members_stay_in_their_disc() {
        let groups: Vec<u32> = (0..100).map(|node| u32::from(node >= 30) + u32::from(node >= 95)).collect();
        let points = discs(&groups);
        for (&group, &(x, y)) in groups.iter().zip(&points) {
            assert_eq!(x.hypot(y) <= 65.0_f64.sqrt(), group == 1);
        }
    }
}
