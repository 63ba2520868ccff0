//! CUD messages: records that say themselves what is to be created, updated, merged or deleted. Pure.
//!
//! The format is that of Neo4j's connector (`neo4j.cud.topics`): `op`, `type`, `labels`, `ids`, `properties`, `detach`, and
//! for relationships `rel_type`, `from` and `to`, each of these with `labels`, `ids` and `op`. Fields that are not known are
//! passed over, objects among the properties become names with dots. Not for us: `ids` by Neo4j's internal id.

use serde_json::{Map, Value as Json};

use crate::{
    graph::mutation::{Assignment, End, Mutation, Node, Presence, Properties, Relationship},
    kind::decode::Fault,
    property::{assign_all, is_name, key},
};

/// Names of Neo4j's internal ids, which mean something else after every restore and nothing in another store.
const INTERNAL: [&str; 2] = ["_id", "_elementId"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Create,
    Update,
    Merge,
    Delete,
}

/// Reads what a message changes.
///
/// # Errors
/// The first rule that it breaks: `null_value`, `not_an_object`; `<field>_missing`, `_wrong_type` and `_unknown` for `op`,
/// `type`, `ids`, `labels`, `properties`, `detach`, `rel_type`, `from` and `to`; `internal_id`; and for values those of a
/// pattern's properties.
pub fn change(message: &Json) -> Result<Mutation, Fault> {
    let fields = match message {
        Json::Object(fields) => Fields { fields, place: "" },
        Json::Null => return Err(Fault::new("null_value", "the record has no value")),
        _ => return Err(Fault::new("not_an_object", "the value has to be a JSON object")),
    };
    let operation = match fields.word("op")?.as_str() {
        "create" => Operation::Create,
        "update" => Operation::Update,
        "merge" => Operation::Merge,
        "delete" => Operation::Delete,
        other => return Err(unknown("op", other, "create, update, merge or delete")),
    };
    match fields.word("type")?.as_str() {
        "node" => node(&fields, operation),
        "relationship" => relationship(&fields, operation),
        other => Err(unknown("type", other, "node or relationship")),
    }
}

fn node(fields: &Fields<'_>, operation: Operation) -> Result<Mutation, Fault> {
    let labels = fields.labels()?;
    if operation == Operation::Create {
        return Ok(Mutation::CreateNode { labels, properties: created(fields)? });
    }
    let node = Node { labels, keys: fields.needed_ids()? };
    Ok(match operation {
        Operation::Delete => Mutation::DeleteNode { node, detach: fields.flag("detach")? },
        Operation::Update => Mutation::UpdateNode { node, assignment: Assignment::Add(fields.properties()?) },
        _ => Mutation::MergeNode { node, assignment: Assignment::Add(fields.properties()?) },
    })
}

fn relationship(fields: &Fields<'_>, operation: Operation) -> Result<Mutation, Fault> {
    let relationship_type = fields.text("rel_type")?.to_owned();
    if !is_name(&relationship_type) {
        return Err(Fault::new("rel_type_unknown", "rel_type can't be empty or have a NUL in it"));
    }
    let relationship =
        Relationship { relationship_type, keys: fields.ids()?, from: fields.end("from")?, to: fields.end("to")? };
    Ok(match operation {
        Operation::Create => {
            let mut properties = fields.properties()?;
            properties.retain(|name, _| !relationship.keys.contains_key(name));
            Mutation::CreateRelationship { relationship, properties }
        }
        Operation::Delete => Mutation::DeleteRelationship { relationship },
        Operation::Update => {
            Mutation::UpdateRelationship { relationship, assignment: Assignment::Add(fields.properties()?) }
        }
        Operation::Merge => {
            Mutation::MergeRelationship { relationship, assignment: Assignment::Add(fields.properties()?) }
        }
    })
}

/// What a new node has: its properties, and its ids where no property says otherwise.
fn created(fields: &Fields<'_>) -> Result<Properties, Fault> {
    let mut properties = fields.properties()?;
    for (name, value) in fields.ids()? {
        properties.entry(name).or_insert(value);
    }
    Ok(properties)
}

/// An object of a message.
struct Fields<'a> {
    fields: &'a Map<String, Json>,
    /// What stands before the names of its fields when they are spoken of.
    place: &'static str,
}

impl<'a> Fields<'a> {
    /// A field that is there and not null.
    fn find(&self, name: &str) -> Option<&'a Json> {
        self.fields.get(name).filter(|json| !json.is_null())
    }

    fn text(&self, name: &str) -> Result<&'a str, Fault> {
        let json = self.find(name).ok_or_else(|| self.missing(name))?;
        json.as_str().ok_or_else(|| self.wrong_type(name, "text"))
    }

    /// Text that is the same in capital letters.
    fn word(&self, name: &str) -> Result<String, Fault> {
        self.text(name).map(str::to_lowercase)
    }

    fn flag(&self, name: &str) -> Result<bool, Fault> {
        self.find(name).map_or(Ok(false), |json| json.as_bool().ok_or_else(|| self.wrong_type(name, "true or false")))
    }

    fn object(&self, name: &str) -> Result<Option<&'a Map<String, Json>>, Fault> {
        let read = |json: &'a Json| json.as_object().ok_or_else(|| self.wrong_type(name, "an object"));
        self.find(name).map(read).transpose()
    }

    fn labels(&self) -> Result<Vec<String>, Fault> {
        let wrong = || self.wrong_type("labels", "a list of names");
        let Some(json) = self.find("labels") else { return Ok(Vec::new()) };
        let mut labels: Vec<String> = Vec::new();
        for label in json.as_array().ok_or_else(wrong)? {
            let label = label.as_str().filter(|label| is_name(label)).ok_or_else(wrong)?;
            if !labels.iter().any(|known| known == label) {
                labels.push(label.to_owned());
            }
        }
        Ok(labels)
    }

    fn ids(&self) -> Result<Properties, Fault> {
        let mut ids = Properties::new();
        for (name, json) in self.object("ids")?.into_iter().flatten() {
            if INTERNAL.contains(&name.as_str()) {
                return Err(Fault::new("internal_id", format!("{}ids can't have Neo4j's internal {name}", self.place)));
            }
            crate::property::check_name(name)?;
            ids.insert(name.clone(), key(name, json)?);
        }
        Ok(ids)
    }

    fn needed_ids(&self) -> Result<Properties, Fault> {
        let ids = self.ids()?;
        if ids.is_empty() { Err(self.missing("ids")) } else { Ok(ids) }
    }

    fn properties(&self) -> Result<Properties, Fault> {
        let fields = self.object("properties")?.ok_or_else(|| self.missing("properties"))?;
        let mut properties = Properties::new();
        assign_all(fields, &mut properties)?;
        Ok(properties)
    }

    fn end(&self, name: &'static str) -> Result<End, Fault> {
        let fields = self.object(name)?.ok_or_else(|| self.missing(name))?;
        let end = Fields { fields, place: if name == "from" { "from." } else { "to." } };
        let presence = match end.find("op") {
            None => Presence::Match,
            Some(_) => match end.word("op")?.as_str() {
                "match" => Presence::Match,
                "merge" => Presence::Merge(Assignment::nothing()),
                other => return Err(unknown("op", other, "match or merge at an end")),
            },
        };
        Ok(End { node: Node { labels: end.labels()?, keys: end.needed_ids()? }, presence })
    }

    fn missing(&self, name: &str) -> Fault {
        Fault::new(format!("{name}_missing"), format!("{}{name} is missing", self.place))
    }

    fn wrong_type(&self, name: &str, wanted: &str) -> Fault {
        Fault::new(format!("{name}_wrong_type"), format!("{}{name} has to be {wanted}", self.place))
    }
}

fn unknown(name: &str, found: &str, known: &str) -> Fault {
    Fault::new(format!("{name}_unknown"), format!("{name} has to be {known}, and is {found:?}"))
}

#[cfg(test)]
mod tests;
