//! A connection: `(follower)-[:FOLLOWS]->(followed)`; the first of a pair stays.

use model::event::Connection;

use super::{Draft, Effect};
use crate::graph::{Needs, change::FollowRow};

pub(super) fn needs(event: &Connection, needs: &mut Needs) {
    needs.users.push(event.follower_id);
    needs.users.push(event.followed_id);
    needs.follows.push((event.follower_id, event.followed_id));
}

pub(super) fn plan(event: &Connection, draft: &mut Draft) -> Effect {
    if !draft.before.follows.insert((event.follower_id, event.followed_id)) {
        return Effect::Nothing;
    }
    draft.nodes.user(event.follower_id, event.extras.user_name.as_ref());
    draft.nodes.user(event.followed_id, None);
    draft.changes.follows.push(FollowRow {
        follower: event.follower_id,
        followed: event.followed_id,
        timestamp: event.timestamp,
    });
    Effect::Added
}
