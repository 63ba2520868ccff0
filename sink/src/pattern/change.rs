//! What a record changes, by the patterns of its topic.

use serde_json::{Map, Value as Json};

use super::{Node, Pattern, Property, Relationship, Rest, Selection, Source};
use crate::{
    graph::mutation::{self, Assignment, End, Mutation, Presence, Properties},
    kind::decode::Fault,
    property,
};

/// A record, decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// Its key; null for none.
    pub key: Json,
    /// Its value; null makes it a tombstone.
    pub value: Json,
    /// Its headers by name.
    pub headers: Map<String, Json>,
    /// Its moment, in epoch milliseconds.
    pub timestamp_ms: Option<i64>,
}

/// What patterns do with the properties that something has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `neo4j.pattern.merge-node-properties`: those of nodes stay unless the record says otherwise. If not, they go.
    pub merge_node_properties: bool,
    /// `neo4j.pattern.merge-relationship-properties`: the same for relationships.
    pub merge_relationship_properties: bool,
}

/// What a record changes, each pattern after the other.
///
/// # Errors
/// The first rule that it breaks: `not_an_object`, `key_missing`, `key_wrong_type`, `key_out_of_range`,
/// `property_unstorable`, `property_name_invalid`, `property_repeated`. Then it changes nothing.
pub fn changes(patterns: &[Pattern], options: Options, message: &Message) -> Result<Vec<Mutation>, Fault> {
    let record = Record { message, options };
    if !message.value.is_null() {
        return patterns.iter().map(|pattern| record.merge(pattern)).collect();
    }
    let mut deletions = Vec::new();
    let mut missing = None;
    for pattern in patterns {
        match record.delete(pattern) {
            Ok(deletion) => deletions.push(deletion),
            // A key that names what one pattern makes need not name what another one does.
            Err(fault) if fault.reason == "key_missing" => missing = missing.or(Some(fault)),
            Err(fault) => return Err(fault),
        }
    }
    match missing {
        Some(fault) if deletions.is_empty() => Err(fault),
        _ => Ok(deletions),
    }
}

struct Record<'a> {
    message: &'a Message,
    options: Options,
}

impl<'a> Record<'a> {
    fn merge(&self, pattern: &Pattern) -> Result<Mutation, Fault> {
        self.check(pattern)?;
        match pattern {
            Pattern::Node(node) => {
                let properties = self.properties(&node.selection, &[&node.selection])?;
                let assignment = assignment(properties, self.options.merge_node_properties);
                Ok(Mutation::MergeNode { node: self.node(node)?, assignment })
            }
            Pattern::Relationship(it) => {
                let taken = [&it.from.selection, &it.to.selection, &it.selection];
                let properties = self.properties(&it.selection, &taken)?;
                let assignment = assignment(properties, self.options.merge_relationship_properties);
                let relationship = self.relationship(it, self.end(&it.from)?, self.end(&it.to)?)?;
                Ok(Mutation::MergeRelationship { relationship, assignment })
            }
        }
    }

    fn delete(&self, pattern: &Pattern) -> Result<Mutation, Fault> {
        match pattern {
            Pattern::Node(node) => Ok(Mutation::DeleteNode { node: self.node(node)?, detach: true }),
            Pattern::Relationship(it) => {
                let end = |node| Ok(End { node: self.node(node)?, presence: Presence::Match });
                let relationship = self.relationship(it, end(&it.from)?, end(&it.to)?)?;
                Ok(Mutation::DeleteRelationship { relationship })
            }
        }
    }

    /// Sees to it that there are fields where the pattern wants some.
    fn check(&self, pattern: &Pattern) -> Result<(), Fault> {
        let wants = |selection: &Selection| {
            let fields = |property: &Property| matches!(&property.source, Source::Field(_));
            selection.rest != Rest::Nothing || selection.keys.iter().chain(&selection.properties).any(fields)
        };
        let wanted = match pattern {
            Pattern::Node(node) => wants(&node.selection),
            Pattern::Relationship(it) => [&it.from.selection, &it.to.selection, &it.selection].into_iter().any(wants),
        };
        if wanted && !self.message.value.is_object() {
            let found = name_of(&self.message.value);
            return Err(Fault::new("not_an_object", format!("the value has to be a JSON object, not {found}")));
        }
        Ok(())
    }

    fn node(&self, node: &Node) -> Result<mutation::Node, Fault> {
        Ok(mutation::Node { labels: node.labels.clone(), keys: self.keys(&node.selection)? })
    }

    fn end(&self, node: &Node) -> Result<End, Fault> {
        // An end that is only named is not changed: to replace its properties by none would erase what others wrote.
        let assignment = if node.selection.properties.is_empty() {
            Assignment::nothing()
        } else {
            let properties = self.properties(&node.selection, &[])?;
            assignment(properties, self.options.merge_node_properties)
        };
        Ok(End { node: self.node(node)?, presence: Presence::Merge(assignment) })
    }

    fn relationship(&self, it: &Relationship, from: End, to: End) -> Result<mutation::Relationship, Fault> {
        let keys = self.keys(&it.selection)?;
        Ok(mutation::Relationship { relationship_type: it.type_name.clone(), keys, from, to })
    }

    fn keys(&self, selection: &Selection) -> Result<Properties, Fault> {
        let mut keys = Properties::new();
        for Property { name, source } in &selection.keys {
            let json = self.look(source).ok_or_else(|| self.missing(name, source))?;
            keys.insert(name.clone(), property::key(name, &json)?);
        }
        Ok(keys)
    }

    /// The properties beside the keys. `taken` is what takes fields from the rest.
    fn properties(&self, selection: &Selection, taken: &[&Selection]) -> Result<Properties, Fault> {
        let mut properties = Properties::new();
        for Property { name, source } in &selection.properties {
            if let Some(json) = self.look(source) {
                property::assign(name, &json, &mut properties)?;
            }
        }
        let excluded = match &selection.rest {
            Rest::Nothing => return Ok(properties),
            Rest::All => &[][..],
            Rest::Except(paths) => paths,
        };
        let Some(fields) = self.message.value.as_object() else { return Ok(properties) };
        let mut without = excluded.iter().map(Vec::as_slice).collect::<Vec<_>>();
        for property in taken.iter().flat_map(|selection| selection.keys.iter().chain(&selection.properties)) {
            if let Source::Field(path) | Source::Value(path) = &property.source {
                without.push(path);
            }
        }
        let mut rest = Properties::new();
        gather(fields, &mut Vec::new(), &without, &mut rest)?;
        for (name, value) in rest {
            // What has been listed under this name goes before a field that is called so.
            if !selection.keys.iter().any(|key| key.name == name) {
                properties.entry(name).or_insert(value);
            }
        }
        Ok(properties)
    }

    /// What stands at a source, if anything does.
    fn look(&self, source: &Source) -> Option<std::borrow::Cow<'a, Json>> {
        use std::borrow::Cow;
        let Message { key, value, headers, timestamp_ms } = self.message;
        match source {
            Source::Field(path) if value.is_null() => walk(key, path).map(Cow::Borrowed),
            Source::Field(path) | Source::Value(path) => walk(value, path).map(Cow::Borrowed),
            Source::Key(path) => walk(key, path).map(Cow::Borrowed),
            Source::Header(path) => match path.split_first() {
                Some((name, inner)) => headers.get(name).and_then(|json| walk(json, inner)).map(Cow::Borrowed),
                None => Some(Cow::Owned(Json::Object(headers.clone()))),
            },
            Source::Timestamp => timestamp_ms.map(|moment| Cow::Owned(moment.into())),
        }
    }

    fn missing(&self, name: &str, source: &Source) -> Fault {
        let place = match source {
            Source::Field(_) if self.message.value.is_null() => " in the key of a record without a value",
            _ => "",
        };
        let source = source.to_string();
        let from = if source == name { String::new() } else { format!(", which is {source},") };
        Fault::new("key_missing", format!("the key property {name}{from} is missing{place}"))
    }
}

fn assignment(properties: Properties, merge: bool) -> Assignment {
    if merge { Assignment::Add(properties) } else { Assignment::Replace(properties) }
}

/// What is inside, from the outside in.
fn walk<'a>(json: &'a Json, path: &[String]) -> Option<&'a Json> {
    path.iter().try_fold(json, |outer, name| outer.as_object()?.get(name))
}

/// Takes all fields in, but for some and what is inside of these.
fn gather<'a>(
    fields: &'a Map<String, Json>,
    path: &mut Vec<&'a str>,
    without: &[&[String]],
    rest: &mut Properties,
) -> Result<(), Fault> {
    for (name, json) in fields {
        path.push(name);
        if !without.iter().any(|other| other.len() == path.len() && other.iter().zip(&*path).all(|(a, b)| a == b)) {
            property::check_name(name)?;
            match json {
                Json::Object(inner) => gather(inner, path, without, rest)?,
                json => property::assign(&path.join("."), json, rest)?,
            }
        }
        path.pop();
    }
    Ok(())
}

fn name_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}
