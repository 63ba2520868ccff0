//! The three connectors that are there if nobody says otherwise, as anybody could have posted them.

use model::Kind;

use super::{Raw, class::CLASS, strategy::EVENT_WORDS};
use crate::connector::{Settings, Tolerance};

/// Their names, which are their topics', and their configurations, with what the process says of all tasks.
pub fn built_in(settings: Settings) -> [(&'static str, Raw); 3] {
    let tolerance = match settings.tolerance {
        Tolerance::All => "all",
        Tolerance::None => "none",
    };
    EVENT_WORDS.map(|(word, kind): (&str, Kind)| {
        let topic = kind.topic();
        let raw = [
            ("name", topic),
            ("connector.class", CLASS),
            ("topics", topic),
            // A process without sinks has none of its own; the definition is for all processes.
            ("tasks.max", &settings.tasks_max.max(1).to_string()),
            ("errors.tolerance", tolerance),
            ("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
            ("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
            ("value.converter.schemas.enable", "false"),
            (&format!("sluice.event.topic.{topic}"), word),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
        (topic, Raw::from(raw))
    })
}
