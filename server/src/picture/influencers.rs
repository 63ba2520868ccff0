//! The picture of question 2: who is followed most, and by whom.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{
    answer::Influencer,
    picture::{NodeKind, Picture, Scope, Shape},
};
use sink::{
    graph::{Error, Store},
    query::{Baskets, group, influencers},
};

use super::{
    compute,
    draft::{Draft, Look, count},
    half,
    layout::force,
    user_names,
};

/// What a line and a size say.
const CAPTION: &str = "A line joins a follower with whom they follow. Larger nodes have more followers; the small ones grow with how many of these people they follow.";

/// How many followers of each are read at most. Beyond it `total_nodes` is at least.
const READ: u32 = 2_000;

/// How many ties among followers are shown for each node, beside those to influencers.
const TIES_EACH: usize = 2;

/// How strong a tie among followers is, against one to an influencer.
const WEAK: f64 = 0.15;

/// What the picture is made of.
pub(super) struct Found {
    pub(super) top: Vec<Influencer>,
    /// How many influencers more were asked for.
    pub(super) left_out: usize,
    /// Who follows the influencers: (follower, followed).
    pub(super) follows: Vec<(i64, i64)>,
    /// Who follows whom among all that are shown.
    pub(super) among: Vec<(i64, i64)>,
    /// Who is shown beside the influencers.
    pub(super) crowd: Vec<i64>,
    pub(super) names: HashMap<i64, String>,
}

pub(super) async fn picture(store: &dyn Store, scope: Scope) -> Result<Picture, Error> {
    let limit = scope.nodes as usize;
    let mut top = influencers(store, scope.rows).await?;
    let left_out = top.len().saturating_sub(half(limit));
    top.truncate(half(limit));
    let ids: Vec<i64> = top.iter().map(|row| row.user).collect();
    let follows = if ids.is_empty() { Vec::new() } else { store.followers(&ids, READ).await? };
    let crowd = choose(&ids, &follows, limit);
    let everyone: Vec<i64> = ids.iter().chain(&crowd).copied().collect();
    let among = if everyone.is_empty() { Vec::new() } else { store.follows_among(&everyone).await? };
    let names = user_names(store, &crowd).await?;
    compute(move || compose(&Found { top, left_out, follows, among, crowd, names })).await
}

/// Followers to show beside the influencers, in turns: one of each influencer, then the next of each, and so on.
pub(super) fn choose(influencers: &[i64], follows: &[(i64, i64)], limit: usize) -> Vec<i64> {
    let mut of: HashMap<i64, Vec<i64>> = HashMap::new();
    for &(follower, followed) in follows {
        of.entry(followed).or_default().push(follower);
    }
    let mut seen: HashSet<i64> = influencers.iter().copied().collect();
    let room = limit.saturating_sub(influencers.len());
    let longest = of.values().map(Vec::len).max().unwrap_or(0);
    let of = &of;
    (0..longest)
        .flat_map(|turn| influencers.iter().filter_map(move |influencer| of.get(influencer)?.get(turn).copied()))
        .filter(|&follower| seen.insert(follower))
        .take(room)
        .collect()
}

pub(super) fn compose(found: &Found) -> Picture {
    let groups = circles(&found.top, &found.follows);
    let mut draft = Draft::default();
    let names: HashMap<i64, String> = found
        .top
        .iter()
        .map(|row| (row.user, row.name.clone().unwrap_or_else(|| format!("User {}", row.user))))
        .collect();
    let group_of = |draft: &mut Draft, user: i64| {
        let leader = groups.get(&user).copied().unwrap_or(user);
        let name = names.get(&leader).map_or_else(|| format!("User {leader}"), Clone::clone);
        // Two influencers may have one name; a legend must not call two groups the same.
        let twins = names.values().filter(|other| **other == name).count() > 1;
        draft.group(&if twins { format!("Followers of {name} ({leader})") } else { format!("Followers of {name}") })
    };
    for row in &found.top {
        let group = group_of(&mut draft, row.user);
        let detail = count(row.followers, "follower");
        draft.node(
            NodeKind::User,
            row.user,
            Look { name: row.name.as_deref(), group, weight: row.followers as f64, detail },
        );
    }
    let influencers = draft.len() as u32;
    let most = found.top.iter().map(|row| row.followers).max().unwrap_or(1) as f64;
    let mut followed: HashMap<i64, i64> = HashMap::new();
    for &(follower, _) in &found.follows {
        *followed.entry(follower).or_default() += 1;
    }
    for &user in &found.crowd {
        let group = group_of(&mut draft, user);
        let of_these = followed.get(&user).copied().unwrap_or(0);
        let detail = format!("follows {of_these} of the {}", count(found.top.len() as i64, "influencer"));
        // Small beside any influencer, and a little larger the more of them they follow.
        let weight = most * 0.1 * of_these as f64 / found.top.len() as f64;
        draft.node(
            NodeKind::User,
            user,
            Look { name: found.names.get(&user).map(String::as_str), group, weight, detail },
        );
    }

    let mut weak = vec![0; draft.len()];
    for &(follower, followed) in &found.among {
        let ends = (draft.find(NodeKind::User, follower), draft.find(NodeKind::User, followed));
        if let (Some(from), Some(to)) = ends {
            if to < influencers {
                draft.edge(from, to, 1.0);
            } else if weak[from as usize] < TIES_EACH {
                weak[from as usize] += 1;
                draft.edge(from, to, WEAK);
            }
        }
    }
    let of_groups: Vec<u32> = draft.picture.nodes.iter().map(|node| node.group).collect();
    let positions = force(&of_groups, &draft.picture.edges);
    let distinct: HashSet<i64> =
        found.follows.iter().map(|&(follower, _)| follower).chain(found.top.iter().map(|row| row.user)).collect();
    draft.finish((Shape::Force, positions), distinct.len() + found.left_out, CAPTION)
}

/// For each follower the influencer who stands for their circle: users who follow alike are a circle, and the
/// influencer whom most of it follows gives it the name. An influencer belongs to the circle that follows them most.
fn circles(top: &[Influencer], follows: &[(i64, i64)]) -> HashMap<i64, i64> {
    let baskets = Baskets::new(follows.to_vec());
    let numbers = group(&baskets);
    let count = numbers.iter().max().map_or(0, |&highest| highest as usize + 1);
    let rank: BTreeMap<i64, usize> = top.iter().enumerate().map(|(rank, row)| (row.user, rank)).collect();
    // How many of each circle follow each influencer.
    let mut counts = vec![vec![0_usize; top.len()]; count];
    for (place, &circle) in numbers.iter().enumerate() {
        for &item in baskets.of(place) {
            if let Some(&rank) = rank.get(&baskets.products()[item as usize]) {
                counts[circle as usize][rank] += 1;
            }
        }
    }
    let mut taken = vec![false; top.len()];
    let leaders: Vec<Option<usize>> = counts
        .iter()
        .map(|of_circle| {
            let most = (0..top.len()).filter(|&rank| of_circle[rank] > 0 && !taken[rank]);
            // The circle is followers of somebody else's influencer if there is none left: then they share the name.
            let leader = most
                .max_by_key(|&rank| (of_circle[rank], std::cmp::Reverse(rank)))
                .or_else(|| (0..top.len()).max_by_key(|&rank| (of_circle[rank], std::cmp::Reverse(rank))))?;
            taken[leader] = true;
            Some(leader)
        })
        .collect();
    let mut groups = HashMap::new();
    for (place, &circle) in numbers.iter().enumerate() {
        if let Some(leader) = leaders[circle as usize] {
            groups.insert(baskets.users()[place], top[leader].user);
        }
    }
    for (rank, row) in top.iter().enumerate() {
        let circle = (0..count).max_by_key(|&circle| (counts[circle][rank], std::cmp::Reverse(circle)));
        if let Some(leader) = circle.and_then(|circle| leaders[circle]) {
            groups.insert(row.user, top[leader].user);
        }
    }
    groups
}
