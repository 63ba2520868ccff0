//! What a connector is wanted to do. It lies in the store, since all processes that share its work have to agree.

use model::status::Order;

/// A connector's target state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The connector's name.
    pub connector: String,
    /// Its tasks are to hold.
    pub paused: bool,
    /// How often a restart was asked for: a task that finds more than at its own start begins anew.
    pub restarts: i64,
}

impl Target {
    /// What it becomes.
    #[must_use]
    pub(super) fn aimed(self, order: Order) -> Self {
        match order {
            Order::Pause => Self { paused: true, ..self },
            Order::Resume => Self { paused: false, ..self },
            Order::Restart => Self { restarts: self.restarts + 1, ..self },
        }
    }
}
