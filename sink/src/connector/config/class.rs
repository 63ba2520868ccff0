//! The one class of connector that there is, under its names.

use super::value::Values;

/// The class.
pub const CLASS: &str = "sluice.Neo4jSink";

/// What else it is called: in short, as Connect's aliases are made, and as Neo4j's own connector is called, so that a
/// configuration which was written for it can be posted.
const ALIASES: [&str; 5] = [
    "Neo4jSink",
    "sluice.Neo4jSinkConnector",
    "Neo4jSinkConnector",
    "org.neo4j.connectors.kafka.sink.Neo4jConnector",
    "Neo4jConnector",
];

/// Whether a text names the class.
pub fn is_sink(text: &str) -> bool {
    text == CLASS || ALIASES.contains(&text)
}

/// What Connect says where no class has the name.
pub fn unknown_class(text: &str) -> String {
    format!(
        "Failed to find any class that implements Connector and which name matches {text}, available connectors are: {CLASS}, \
         also as {}",
        ALIASES.join(", ")
    )
}

pub(super) fn read(values: &mut Values) -> Option<String> {
    let text = values.required("connector.class")?.trim();
    if is_sink(text) {
        return Some(text.to_owned());
    }
    values.problem("connector.class", unknown_class(text));
    None
}
