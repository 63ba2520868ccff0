//! Connector definitions in files: one JSON file each, in the form in which Kafka Connect takes a new connector.

use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path};

use serde_json::{Map, Value};
use sink::connector::{
    Definition,
    config::{self, Process, Raw},
};

/// The definitions of a folder, in the order of the files' names; none where there is no folder.
///
/// # Errors
/// A sentence that names the file and what is wrong with it. Nothing of the folder counts then.
pub(crate) fn read(folder: &Path, process: &Process) -> Result<Vec<Definition>, String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", folder.display())),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut all: BTreeMap<String, (String, Definition)> = BTreeMap::new();
    for path in paths {
        let file = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        let definition = definition(&text, process).map_err(|sentence| format!("{file}: {sentence}"))?;
        if let Some((other, _)) = all.get(&definition.name) {
            return Err(format!("{file}: the connector {} is defined by {other} already", definition.name));
        }
        all.insert(definition.name.clone(), (file, definition));
    }
    Ok(all.into_values().map(|(_, definition)| definition).collect())
}

/// These, and the built-in ones that have no other definition here.
pub(crate) fn with_built_in(files: Vec<Definition>, settings: sink::connector::Settings) -> Vec<Definition> {
    let built_in = config::built_in(settings).map(|(name, config)| Definition { name: name.to_owned(), config });
    let missing: Vec<Definition> =
        built_in.into_iter().filter(|it| files.iter().all(|file| file.name != it.name)).collect();
    missing.into_iter().chain(files).collect()
}

/// What a file says.
fn definition(text: &str, process: &Process) -> Result<Definition, String> {
    let whole: Map<String, Value> = serde_json::from_str(text).map_err(|error| format!("no JSON object: {error}"))?;
    let field = |name: &str| {
        whole.get(name).ok_or_else(|| format!("there is no {name:?}: a definition has a name and a config"))
    };
    let name = field("name")?.as_str().filter(|name| !name.is_empty()).ok_or("the name is a text that is not empty")?;
    let fields = field("config")?.as_object().ok_or("the config is an object of keys and texts")?;
    if let Some(other) = whole.keys().find(|key| !["name", "config"].contains(&key.as_str())) {
        return Err(format!("{other:?} is unknown: a definition has a name and a config"));
    }
    let mut raw = Raw::new();
    for (key, value) in fields {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(format!("{key}: a text, not {value}")),
        };
        raw.insert(key.clone(), text);
    }
    let checked = config::read(name, &raw, process).map_err(|problems| config::sentence(&problems))?;
    Ok(Definition { name: name.to_owned(), config: checked.raw })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPMENTS: &str = r#"{"name": "shipments", "config": {
        "connector.class": "sluice.Neo4jSink", "topics": "shipments", "tasks.max": 1,
        "neo4j.pattern.topic.shipments": "(:Shipment{!id})"
    }}"#;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_file_is_a_connector_and_the_built_in_ones_stay() {
        let folder = folder(&[("b.json", SHIPMENTS), ("notes.txt", "no connector")]);
        let files = read(folder.path(), &Process::embedded()).unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].config["tasks.max"], "1");
        let all = with_built_in(files, sink::connector::Settings::default());
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["purchases", "product_interactions", "user_connections", "shipments"]);
    }

    #[test]
    fn a_file_can_redefine_a_built_in_one() {
        let mine = SHIPMENTS.replace("\"name\": \"shipments\"", "\"name\": \"purchases\"");
        let folder = folder(&[("a.json", &mine)]);
        let all =
            with_built_in(read(folder.path(), &Process::embedded()).unwrap(), sink::connector::Settings::default());
        assert_eq!(all.iter().filter(|it| it.name == "purchases").count(), 1);
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn no_folder_is_no_trouble_and_a_broken_file_is_named_with_what_is_wrong() {
        assert!(read(Path::new("/nonexistent/connectors"), &Process::embedded()).unwrap().is_empty());
        for (text, words) in [
            ("[]", "no JSON object"),
            ("{\"name\": \"a\"}", "no \"config\""),
            ("{\"name\": 7, \"config\": {}}", "name is a text"),
            ("{\"name\": \"a\", \"config\": {\"topics\": []}}", "topics: a text"),
            ("{\"name\": \"a\", \"config\": {}, \"more\": 1}", "\"more\" is unknown"),
            (&SHIPMENTS.replace("!id", "id"), "neo4j.pattern.topic.shipments: "),
        ] {
            let folder = folder(&[("a.json", text)]);
            let sentence = read(folder.path(), &Process::embedded()).unwrap_err();
            assert!(sentence.contains("a.json: ") && sentence.contains(words), "{sentence}");
        }
        let twice = folder(&[("a.json", SHIPMENTS), ("b.json", SHIPMENTS)]);
        assert!(read(twice.path(), &Process::embedded()).unwrap_err().contains("defined by"));
    }
}
