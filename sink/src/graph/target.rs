//! What a connector is wanted to do. It lies in the store, since all processes that share its work have to agree.

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

/// A change to a target state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Hold.
    Pause,
    /// Go on.
    Resume,
    /// Begin anew, whatever was wrong.
    Restart,
}

impl Target {
    /// What it becomes.
    #[must_use]
    pub(super) fn aimed(self, aim: Aim) -> Self {
        match aim {
            Aim::Pause => Self { paused: true, ..self },
            Aim::Resume => Self { paused: false, ..self },
            Aim::Restart => Self { restarts: self.restarts + 1, ..self },
        }
    }
}
