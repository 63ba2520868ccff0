//! A review or rating: `(user)-[:REVIEWED|RATED]->(product)`; of ratings the newest stays, of reviews the first of an id.

use std::collections::hash_map::Entry;

use model::event::{Interaction, Opinion};

use super::{Draft, Effect};
use crate::graph::{
    Needs,
    change::{RatingRow, ReviewRow},
};

pub(super) fn needs(event: &Interaction, needs: &mut Needs) {
    needs.users.push(event.user_id);
    needs.products.push(event.product_id);
    match event.opinion {
        Opinion::Review(_) => needs.reviews.push(event.interaction_id.clone()),
        Opinion::Rating(_) => needs.ratings.push((event.user_id, event.product_id)),
    }
}

pub(super) fn plan(event: &Interaction, draft: &mut Draft) -> Effect {
    let effect = match &event.opinion {
        Opinion::Review(text) => review(event, text, draft),
        Opinion::Rating(value) => rating(event, *value, draft),
    };
    if effect != Effect::Nothing {
        draft.nodes.user(event.user_id, event.extras.user_name.as_ref());
        draft.nodes.product(event.product_id, None, &event.extras);
    }
    effect
}

fn review(event: &Interaction, text: &str, draft: &mut Draft) -> Effect {
    if !draft.before.reviews.insert(event.interaction_id.clone()) {
        return Effect::Nothing;
    }
    draft.changes.reviews.push(ReviewRow {
        id: event.interaction_id.clone(),
        user: event.user_id,
        product: event.product_id,
        text: text.to_owned(),
        timestamp: event.timestamp,
    });
    Effect::Added
}

/// The greatest timestamp wins, and a tie goes to the later record.
fn rating(event: &Interaction, value: i64, draft: &mut Draft) -> Effect {
    let pair = (event.user_id, event.product_id);
    let effect = match draft.before.ratings.entry(pair) {
        Entry::Occupied(known) if event.timestamp < *known.get() => return Effect::Nothing,
        Entry::Occupied(mut known) => {
            known.insert(event.timestamp);
            Effect::Replaced
        }
        Entry::Vacant(free) => {
            free.insert(event.timestamp);
            Effect::Added
        }
    };
    let row = RatingRow { user: pair.0, product: pair.1, value, timestamp: event.timestamp };
    match draft.rating_rows.entry(pair) {
        Entry::Occupied(at) => draft.changes.ratings[*at.get()] = row,
        Entry::Vacant(free) => {
            free.insert(draft.changes.ratings.len());
            draft.changes.ratings.push(row);
        }
    }
    effect
}
