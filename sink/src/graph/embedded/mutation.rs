//! Mutations in SQLite, one after the other: nodes and relationships of any kind, as Neo4j would have them.

use std::{collections::BTreeSet, fmt::Write as _};

use rusqlite::{Connection, Result, Row, params, params_from_iter};
use serde_json::{Map, Value as Json};

use crate::graph::{
    Batch, Mutation,
    batch::Content,
    mutation::{
        Assignment, END_NODE_MISSING, End, FoundNode, NODE_HAS_RELATIONSHIPS, Node, Presence, Properties, Relationship,
        Value,
    },
};

/// Bytes of a value's canonical text by which a node can be found. A key has 1,024 bytes, each of which can become five.
const INDEXED_BYTES: usize = 6_144;

/// Why what a record says can't be done.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::graph) struct Refusal {
    /// A stable code.
    pub(in crate::graph) code: &'static str,
    /// A sentence.
    pub(in crate::graph) message: String,
}

pub(in crate::graph) type Done = std::result::Result<(), Refusal>;

/// Does what the mutations of a batch say, up to the first that can't be done.
pub(super) fn apply(connection: &Connection, batch: &Batch) -> Result<Done> {
    for entry in &batch.entries {
        let Content::Mutations(mutations) = &entry.content else { continue };
        for mutation in mutations {
            if let Err(refusal) = change(connection, mutation)? {
                return Ok(Err(refusal));
            }
        }
    }
    Ok(Ok(()))
}

/// Does one mutation.
pub(in crate::graph) fn change(connection: &Connection, mutation: &Mutation) -> Result<Done> {
    match mutation {
        Mutation::CreateNode { labels, properties } => {
            insert_node(connection, labels, properties)?;
        }
        Mutation::UpdateNode { node, assignment } => {
            for found in find(connection, node)? {
                assign(connection, &found, &node.keys, assignment)?;
            }
        }
        Mutation::MergeNode { node, assignment } => merge_node(connection, node, assignment)?,
        Mutation::DeleteNode { node, detach } => {
            for found in find(connection, node)? {
                if !detach && is_tied(connection, found.id)? {
                    return Ok(Err(refusal(NODE_HAS_RELATIONSHIPS, "it has relationships", mutation)));
                }
                delete_node(connection, &found)?;
            }
        }
        Mutation::CreateRelationship { relationship, properties } => {
            let Some(pairs) = ends(connection, relationship)? else { return Ok(Err(missing(mutation))) };
            let mut all = properties.clone();
            all.extend(relationship.keys.clone());
            for pair in pairs {
                insert_relationship(connection, relationship, pair, &all)?;
            }
        }
        Mutation::UpdateRelationship { relationship, assignment } => {
            let Some(pairs) = ends(connection, relationship)? else { return Ok(Err(missing(mutation))) };
            for pair in pairs {
                for found in ties(connection, relationship, pair)? {
                    reassign(connection, &found, &relationship.keys, assignment)?;
                }
            }
        }
        Mutation::MergeRelationship { relationship, assignment } => {
            let Some(pairs) = ends(connection, relationship)? else { return Ok(Err(missing(mutation))) };
            for pair in pairs {
                let mut found = ties(connection, relationship, pair)?;
                if found.is_empty() {
                    found.push(insert_relationship(connection, relationship, pair, &relationship.keys)?);
                }
                for tie in found {
                    reassign(connection, &tie, &relationship.keys, assignment)?;
                }
            }
        }
        Mutation::DeleteRelationship { relationship } => {
            for pair in pairs(connection, relationship)? {
                for tie in ties(connection, relationship, pair)? {
                    connection.prepare_cached("DELETE FROM generic_relationship WHERE id = ?1")?.execute([tie.id])?;
                }
            }
        }
    }
    Ok(Ok(()))
}

fn missing(mutation: &Mutation) -> Refusal {
    refusal(END_NODE_MISSING, "a node that it needs is not there", mutation)
}

fn refusal(code: &'static str, why: &str, mutation: &Mutation) -> Refusal {
    Refusal { code, message: format!("{why}: {mutation}") }
}

/// The nodes at an address.
pub(super) fn nodes(connection: &Connection, node: &Node) -> Result<Vec<FoundNode>> {
    let shown = |found: Stored| FoundNode { labels: found.labels, properties: found.properties };
    Ok(find(connection, node)?.into_iter().map(shown).collect())
}

/// The properties of the relationships at an address.
pub(super) fn relationships(connection: &Connection, relationship: &Relationship) -> Result<Vec<Properties>> {
    let mut all = Vec::new();
    for pair in pairs(connection, relationship)? {
        all.extend(ties(connection, relationship, pair)?.into_iter().map(|tie| tie.properties));
    }
    Ok(all)
}

/// A row: of a relationship, without labels.
struct Stored {
    id: i64,
    labels: Vec<String>,
    properties: Properties,
}

/// The ids of a start and an end.
type Pair = (i64, i64);

fn find(connection: &Connection, node: &Node) -> Result<Vec<Stored>> {
    // One join for each further key; the text depends on how many there are, and nothing else.
    let mut joins = String::new();
    for place in 1..node.keys.len() {
        let (name, value) = (2 * place + 1, 2 * place + 2);
        // Writing to a string does not fail.
        let _ = write!(
            joins,
            " JOIN generic_property p{place} ON p{place}.node = p0.node AND p{place}.name = ?{name} \
             AND p{place}.value = ?{value}"
        );
    }
    let text = format!(
        "SELECT n.id, n.labels, n.properties FROM generic_property p0{joins} JOIN generic_node n ON n.id = p0.node \
         WHERE p0.name = ?1 AND p0.value = ?2 ORDER BY n.id"
    );
    let values = node.keys.iter().flat_map(|(name, value)| [name.clone(), value.canonical()]);
    let read = |row: &Row<'_>| {
        let labels = serde_json::from_str(&row.get::<_, String>(1)?).map_err(damaged)?;
        Ok(Stored { id: row.get(0)?, labels, properties: read_properties(row, 2)? })
    };
    let mut statement = connection.prepare_cached(&text)?;
    let found = statement.query_map(params_from_iter(values), read)?.collect::<Result<Vec<_>>>()?;
    let fits = |stored: &Stored| node.labels.iter().all(|label| stored.labels.contains(label));
    Ok(found.into_iter().filter(fits).collect())
}

/// The nodes at both ends, each with each.
fn pairs(connection: &Connection, relationship: &Relationship) -> Result<Vec<Pair>> {
    let (from, to) = (find(connection, &relationship.from.node)?, find(connection, &relationship.to.node)?);
    Ok(from.iter().flat_map(|from| to.iter().map(move |to| (from.id, to.id))).collect())
}

/// The same, with those made that are to be; none if one is missing.
fn ends(connection: &Connection, relationship: &Relationship) -> Result<Option<Vec<Pair>>> {
    for End { node, presence } in [&relationship.from, &relationship.to] {
        if let Presence::Merge(assignment) = presence {
            merge_node(connection, node, assignment)?;
        }
    }
    Ok(Some(pairs(connection, relationship)?).filter(|pairs| !pairs.is_empty()))
}

/// The relationships between two nodes that have the type and the keys.
fn ties(connection: &Connection, relationship: &Relationship, (from, to): Pair) -> Result<Vec<Stored>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, properties FROM generic_relationship WHERE start_node = ?1 AND end_node = ?2 AND type = ?3 ORDER BY id",
    )?;
    let read = |row: &Row<'_>| Ok(Stored { id: row.get(0)?, labels: Vec::new(), properties: read_properties(row, 1)? });
    let found = statement.query_map(params![from, to, relationship.relationship_type], read)?;
    let found = found.collect::<Result<Vec<_>>>()?;
    let fits = |stored: &Stored| {
        let same = |(name, value): (&String, &Value)| {
            stored.properties.get(name).is_some_and(|known| known.canonical() == value.canonical())
        };
        relationship.keys.iter().all(same)
    };
    Ok(found.into_iter().filter(fits).collect())
}

fn merge_node(connection: &Connection, node: &Node, assignment: &Assignment) -> Result<()> {
    let mut found = find(connection, node)?;
    if found.is_empty() {
        found.push(insert_node(connection, &node.labels, &node.keys)?);
    }
    found.iter().try_for_each(|stored| assign(connection, stored, &node.keys, assignment))
}

fn insert_node(connection: &Connection, labels: &[String], properties: &Properties) -> Result<Stored> {
    // A label that stands twice is one.
    let labels = labels.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let properties = without_nulls(properties);
    connection
        .prepare_cached("INSERT INTO generic_node (labels, properties) VALUES (?1, ?2)")?
        .execute(params![Json::from(labels.clone()).to_string(), text(&properties)])?;
    let id = connection.last_insert_rowid();
    index(connection, id, &properties, &Properties::new())?;
    Ok(Stored { id, labels, properties })
}

fn insert_relationship(
    connection: &Connection,
    relationship: &Relationship,
    (from, to): Pair,
    properties: &Properties,
) -> Result<Stored> {
    let properties = without_nulls(properties);
    let insert = "INSERT INTO generic_relationship (type, start_node, end_node, properties) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(insert)?.execute(params![relationship.relationship_type, from, to, text(&properties)])?;
    Ok(Stored { id: connection.last_insert_rowid(), labels: Vec::new(), properties })
}

fn assign(connection: &Connection, stored: &Stored, keys: &Properties, assignment: &Assignment) -> Result<()> {
    let after = assigned(&stored.properties, keys, assignment);
    if after == stored.properties {
        return Ok(());
    }
    connection
        .prepare_cached("UPDATE generic_node SET properties = ?2 WHERE id = ?1")?
        .execute(params![stored.id, text(&after)])?;
    index(connection, stored.id, &after, &stored.properties)
}

fn reassign(connection: &Connection, tie: &Stored, keys: &Properties, assignment: &Assignment) -> Result<()> {
    let after = assigned(&tie.properties, keys, assignment);
    if after != tie.properties {
        connection
            .prepare_cached("UPDATE generic_relationship SET properties = ?2 WHERE id = ?1")?
            .execute(params![tie.id, text(&after)])?;
    }
    Ok(())
}

/// The properties after an assignment.
fn assigned(before: &Properties, keys: &Properties, assignment: &Assignment) -> Properties {
    match assignment {
        Assignment::Add(properties) => {
            let mut after = before.clone();
            after.extend(properties.clone());
            without_nulls(&after)
        }
        Assignment::Replace(properties) => {
            let mut after = without_nulls(properties);
            after.extend(keys.clone());
            after
        }
    }
}

fn without_nulls(properties: &Properties) -> Properties {
    let kept = properties.iter().filter(|(_, value)| **value != Value::Null);
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Brings the index of a node's properties from one state to another.
fn index(connection: &Connection, node: i64, after: &Properties, before: &Properties) -> Result<()> {
    let indexed = |properties: &Properties| {
        let short = properties.iter().filter(|(_, value)| !matches!(value, Value::List(_) | Value::Null));
        let texts = short.map(|(name, value)| (name.clone(), value.canonical()));
        texts.filter(|(_, text)| text.len() <= INDEXED_BYTES).collect::<BTreeSet<_>>()
    };
    let (after, before) = (indexed(after), indexed(before));
    let mut delete =
        connection.prepare_cached("DELETE FROM generic_property WHERE name = ?1 AND value = ?2 AND node = ?3")?;
    for (name, value) in before.difference(&after) {
        delete.execute(params![name, value, node])?;
    }
    let mut insert =
        connection.prepare_cached("INSERT INTO generic_property (name, value, node) VALUES (?1, ?2, ?3)")?;
    for (name, value) in after.difference(&before) {
        insert.execute(params![name, value, node])?;
    }
    Ok(())
}

fn is_tied(connection: &Connection, node: i64) -> Result<bool> {
    let text = "SELECT 1 FROM generic_relationship WHERE start_node = ?1 OR end_node = ?1";
    connection.prepare_cached(text)?.exists([node])
}

/// Deletes a node with its relationships.
fn delete_node(connection: &Connection, stored: &Stored) -> Result<()> {
    let ties = "DELETE FROM generic_relationship WHERE start_node = ?1 OR end_node = ?1";
    connection.prepare_cached(ties)?.execute([stored.id])?;
    index(connection, stored.id, &Properties::new(), &stored.properties)?;
    connection.prepare_cached("DELETE FROM generic_node WHERE id = ?1")?.execute([stored.id])?;
    Ok(())
}

fn text(properties: &Properties) -> String {
    let fields = properties.iter().map(|(name, value)| (name.clone(), value.to_json()));
    Json::Object(fields.collect::<Map<_, _>>()).to_string()
}

fn read_properties(row: &Row<'_>, column: usize) -> Result<Properties> {
    let fields = serde_json::from_str::<Map<String, Json>>(&row.get::<_, String>(column)?).map_err(damaged)?;
    Ok(fields.into_iter().map(|(name, json)| (name, Value::of_json(&json))).collect())
}

/// A row that nothing here has written.
fn damaged(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
}
