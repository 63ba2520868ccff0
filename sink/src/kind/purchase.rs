//! A purchase: `(user)-[:PURCHASED]->(:Transaction)-[:OF]->(product)`; the first of an id stays.

use model::event::Purchase;

use super::{Draft, Effect};
use crate::graph::{Needs, change::TransactionRow};

pub(super) fn needs(event: &Purchase, needs: &mut Needs) {
    needs.users.push(event.user_id);
    needs.products.push(event.product_id);
    needs.transactions.push(event.transaction_id.clone());
}

pub(super) fn plan(event: &Purchase, draft: &mut Draft) -> Effect {
    if !draft.before.transactions.insert(event.transaction_id.clone()) {
        return Effect::Nothing;
    }
    draft.nodes.user(event.user_id, event.extras.user_name.as_ref());
    draft.nodes.product(event.product_id, event.category.as_ref(), &event.extras);
    draft.changes.transactions.push(TransactionRow {
        id: event.transaction_id.clone(),
        user: event.user_id,
        product: event.product_id,
        quantity: event.quantity,
        timestamp: event.timestamp,
    });
    Effect::Added
}
