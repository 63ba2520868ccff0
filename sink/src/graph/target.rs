//! What a connector is and what it is wanted to do. It lies in the store, since all processes that share its work have to
//! agree.

use std::collections::BTreeMap;

use model::status::Order;

use super::Checkpoint;

/// A connector as people have defined it, and its target state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The connector's name.
    pub connector: String,
    /// Its configuration as a JSON object of texts; none where nobody has defined it, or it was deleted.
    pub config: Option<String>,
    /// A hash of the file that it was defined by last: the file counts again only when it is another one.
    pub file: Option<String>,
    /// Its tasks are to hold.
    pub paused: bool,
    /// It is to have no tasks at all.
    pub stopped: bool,
    /// How often a restart was asked for: a task that finds more than at its own start begins anew.
    pub restarts: i64,
    /// How often a restart of one task alone was asked for, by [`task_key`].
    pub task_restarts: BTreeMap<String, i64>,
    /// How much it had read of each topic when its active ones were last forgotten.
    pub forgotten_topics: BTreeMap<String, i64>,
}

/// What is to become of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// As people say it of the whole.
    Order(Order),
    /// These tasks begin anew, by [`task_key`].
    RestartTasks(Vec<String>),
    /// It is defined, or defined anew: another configuration for the same target state, unless that is given too.
    Define {
        /// The configuration as a JSON object of texts.
        config: String,
        /// The hash of the file that says so; none where it was said by other means, which leaves the file's as it was.
        file: Option<String>,
        /// The order that its state comes from.
        state: Option<Order>,
    },
    /// It is defined as with [`Intent::Define`], if there is none of its name; otherwise nothing becomes of it.
    Create {
        /// The configuration as a JSON object of texts.
        config: String,
        /// The order that its state comes from.
        state: Option<Order>,
    },
    /// It is gone. What it stored, and how far, is kept.
    Delete,
    /// The topics of which it has read so far are active no more.
    ForgetTopics,
}

impl Intent {
    /// What it is, for the log: without the configuration, which may have secrets.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Order(Order::Pause) => "the connector is to hold",
            Self::Order(Order::Stop) => "the connector is to end its tasks",
            Self::Order(Order::Resume) => "the connector is to go on",
            Self::Order(Order::Restart) => "the connector is to begin anew",
            Self::RestartTasks(_) => "tasks are to begin anew",
            Self::Define { .. } | Self::Create { .. } => "the connector is defined",
            Self::Delete => "the connector is deleted",
            Self::ForgetTopics => "the connector's active topics are forgotten",
        }
    }
}

/// What a task is called among those of all processes.
pub fn task_key(worker: &str, id: u32) -> String {
    format!("{worker}/{id}")
}

/// How much a connector has read of each topic, in whatever cluster.
pub fn read_of(connector: &str, checkpoints: &[Checkpoint]) -> BTreeMap<String, i64> {
    let mut read = BTreeMap::new();
    for checkpoint in checkpoints.iter().filter(|checkpoint| checkpoint.id.connector == connector) {
        *read.entry(checkpoint.id.topic.clone()).or_default() += checkpoint.books.read;
    }
    read
}

impl Target {
    /// The topics of which it has read since they were last forgotten, by what it has read of each until now. It can be less
    /// than it was then: the books begin anew when the graph is emptied.
    pub fn active_topics(&self, read: &BTreeMap<String, i64>) -> Vec<String> {
        let is_active =
            |(topic, read): &(&String, &i64)| **read > 0 && self.forgotten_topics.get(*topic) != Some(*read);
        read.iter().filter(is_active).map(|(topic, _)| topic.clone()).collect()
    }

    /// Whether an intent makes it forget its active topics: what an earlier one of this name read is no business of a new
    /// one.
    pub(super) fn forgets(&self, intent: &Intent) -> bool {
        match intent {
            Intent::ForgetTopics => true,
            Intent::Define { .. } | Intent::Create { .. } => self.config.is_none(),
            Intent::Order(_) | Intent::RestartTasks(_) | Intent::Delete => false,
        }
    }

    /// What it becomes, but for the topics that it forgets.
    #[must_use]
    pub(super) fn intended(self, intent: &Intent) -> Self {
        match intent {
            Intent::Order(order) => self.ordered(*order),
            Intent::RestartTasks(keys) => {
                let mut target = self;
                for key in keys {
                    *target.task_restarts.entry(key.clone()).or_default() += 1;
                }
                target
            }
            Intent::Define { config, file, state } => {
                let before = if self.config.is_some() {
                    self
                } else {
                    // What an earlier one of this name was told is no business of a new one.
                    Self { paused: false, stopped: false, ..self }
                };
                let file = file.clone().or(before.file.clone());
                let defined = Self { config: Some(config.clone()), file, ..before };
                state.map_or(defined.clone(), |order| defined.ordered(order))
            }
            Intent::Create { .. } if self.config.is_some() => self,
            Intent::Create { config, state } => {
                self.intended(&Intent::Define { config: config.clone(), file: None, state: *state })
            }
            Intent::Delete => Self { config: None, task_restarts: BTreeMap::new(), ..self },
            Intent::ForgetTopics => self,
        }
    }

    fn ordered(self, order: Order) -> Self {
        match order {
            Order::Pause => Self { paused: true, stopped: false, ..self },
            Order::Stop => Self { paused: false, stopped: true, ..self },
            Order::Resume => Self { paused: false, stopped: false, ..self },
            Order::Restart => Self { restarts: self.restarts + 1, ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defined(config: &str, file: Option<&str>, state: Option<Order>) -> Intent {
        Intent::Define { config: config.into(), file: file.map(Into::into), state }
    }

    #[test]
    fn another_configuration_keeps_the_state_and_a_new_connector_begins_without_one() {
        let target = Target::default().intended(&defined("{}", Some("f"), None)).intended(&Intent::Order(Order::Pause));
        let again = target.clone().intended(&defined("{1}", None, None));
        assert_eq!((again.paused, again.config.as_deref(), again.file.as_deref()), (true, Some("{1}"), Some("f")));
        let deleted = again.intended(&Intent::Delete);
        assert_eq!((&deleted.config, deleted.file.as_deref()), (&None, Some("f")), "its file does not bring it back");
        assert!(!deleted.clone().intended(&defined("{}", None, None)).paused);
        assert!(deleted.clone().intended(&defined("{}", None, Some(Order::Stop))).stopped);
        let create = |config: &str| Intent::Create { config: config.into(), state: None };
        let created = deleted.intended(&create("{2}"));
        assert_eq!(created.config.as_deref(), Some("{2}"));
        assert_eq!(created.clone().intended(&create("{3}")), created, "there is one of the name");
    }

    #[test]
    fn what_was_stopped_can_be_paused_and_what_was_paused_stopped() {
        let stopped = Target::default().intended(&Intent::Order(Order::Stop));
        let paused = stopped.clone().intended(&Intent::Order(Order::Pause));
        assert_eq!((stopped.stopped, paused.stopped, paused.paused), (true, false, true));
        let resumed = paused.intended(&Intent::Order(Order::Resume));
        assert_eq!((resumed.stopped, resumed.paused), (false, false));
    }

    #[test]
    fn restarts_are_counted_for_all_and_for_one() {
        let key = task_key("here", 1);
        let target = Target::default()
            .intended(&Intent::Order(Order::Restart))
            .intended(&Intent::RestartTasks(vec![key.clone()]));
        assert_eq!((target.restarts, target.task_restarts.get(&key)), (1, Some(&1)));
    }

    #[test]
    fn a_topic_is_active_once_something_was_read_since_it_was_forgotten() {
        let read = |a: i64, b: i64| BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)]);
        let forgotten = Target { forgotten_topics: read(5, 0), ..Target::default() };
        assert_eq!(Target::default().active_topics(&read(5, 0)), ["a"], "of the other nothing was read");
        assert!(forgotten.active_topics(&read(5, 0)).is_empty());
        assert_eq!(forgotten.active_topics(&read(6, 1)), ["a", "b"]);
        assert_eq!(forgotten.active_topics(&read(1, 0)), ["a"], "the graph was emptied, and something was read since");
        assert!(forgotten.active_topics(&read(0, 0)).is_empty());
    }

    #[test]
    fn only_a_new_connector_begins_without_active_topics() {
        let (new, define) = (Target::default(), defined("{}", None, None));
        let known = new.clone().intended(&define);
        assert!(
            new.forgets(&define) && !known.forgets(&define) && known.clone().intended(&Intent::Delete).forgets(&define)
        );
        assert!(known.forgets(&Intent::ForgetTopics) && !known.forgets(&Intent::Order(Order::Restart)));
    }
}
