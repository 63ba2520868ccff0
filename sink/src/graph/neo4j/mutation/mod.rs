//! Mutations in Neo4j: few statements over many rows, in an order that leaves the graph as one mutation after the other would.

use std::borrow::Cow;

use neo4rs::{BoltType, query};
use serde::Deserialize;
use serde_json::Value as Json;

use super::link::Transaction;
use crate::graph::{
    Batch, Error, Mutation, Trouble,
    batch::Content,
    mutation::{END_NODE_MISSING, FoundNode, NODE_HAS_RELATIONSHIPS, Node, Properties, Relationship, Value},
};

mod group;
mod statement;
mod touch;

pub(super) use statement::quoted;
use statement::{Ends, match_node, match_relationship};

/// Does what the mutations of a batch say, in an open transaction.
///
/// # Errors
/// [`Trouble::Data`] with [`END_NODE_MISSING`] or [`NODE_HAS_RELATIONSHIPS`]; and whatever Neo4j says.
pub(super) async fn apply(tx: &mut Transaction<'_>, batch: &Batch) -> Result<(), Error> {
    let mutations = batch.entries.iter().filter_map(|entry| match &entry.content {
        Content::Mutations(mutations) => Some(mutations),
        Content::Event(_) | Content::Statement(..) | Content::Dead(_) => None,
    });
    let mutations = mutations.flatten().collect::<Vec<&Mutation>>();
    for group in group::group(&mutations) {
        run(tx, group).await?;
    }
    Ok(())
}

/// The statements that would be run for mutations which are alone in their batch, with their rows.
pub(crate) fn statements_of(mutations: &[Mutation]) -> Vec<(String, Json)> {
    let mutations = mutations.iter().collect::<Vec<&Mutation>>();
    let groups = group::group(&mutations).into_iter();
    let statement = |group: group::Group<'_>| {
        let rows = group.rows.iter().map(|row| row.iter().map(told).collect::<Json>()).collect();
        (group.statement.text, rows)
    };
    groups.map(statement).collect()
}

/// A value as JSON; rows have no other ones than these.
fn told(value: &BoltType) -> Json {
    match value {
        BoltType::Boolean(value) => value.value.into(),
        BoltType::Integer(value) => value.value.into(),
        BoltType::Float(value) => value.value.into(),
        BoltType::String(value) => value.value.as_str().into(),
        BoltType::List(values) => values.value.iter().map(told).collect(),
        BoltType::Map(map) => {
            Json::Object(map.value.iter().map(|(name, value)| (name.value.clone(), told(value))).collect())
        }
        _ => Json::Null,
    }
}

async fn run(tx: &mut Transaction<'_>, group: group::Group<'_>) -> Result<(), Error> {
    let group::Group { statement, rows, mutations } = group;
    let rows = rows.into_iter().map(|row| BoltType::List(row.into())).collect::<BoltType>();
    if let Some(forbidden) = &statement.forbidden
        && tx.number(query(forbidden).param("rows", rows.clone())).await? > 0
    {
        return Err(refused(tx, NODE_HAS_RELATIONSHIPS, "it has relationships", &mutations));
    }
    let asked = query(&statement.text).param("rows", rows);
    let Some(ends) = statement.ends else { return tx.run(asked).await };
    let written = tx.number(asked).await?;
    if usize::try_from(written) == Ok(mutations.len()) {
        return Ok(());
    }
    match ends {
        Ends::Wanted => Err(refused(tx, END_NODE_MISSING, "a node that it needs is not there", &mutations)),
        Ends::Made => {
            let message = format!("of {} rows {written} were written: an end was deleted meanwhile", mutations.len());
            Err(Error::new(tx.attempt(), Trouble::Passing, message))
        }
    }
}

/// What a record says can't be done. Which of many it is, narrowing finds out.
fn refused(tx: &Transaction<'_>, code: &str, why: &str, mutations: &[Cow<'_, Mutation>]) -> Error {
    let message = match mutations {
        [mutation] => format!("{why}: {mutation}"),
        many => format!("{why}: one of {} mutations", many.len()),
    };
    Error { attempt: tx.attempt(), trouble: Trouble::Data, code: Some(code.to_owned()), message }
}

/// The nodes at an address.
pub(super) async fn nodes(tx: &mut Transaction<'_>, node: &Node) -> Result<Vec<FoundNode>, Error> {
    #[derive(Deserialize)]
    struct Found {
        labels: Vec<String>,
        properties: Json,
    }
    let mut cells = Vec::new();
    let statement =
        format!("MATCH {} RETURN labels(n) AS labels, properties(n) AS properties", match_node(node, &mut cells));
    let found = tx.rows::<Found>(query(&statement).param("cells", cells)).await?;
    let read = |Found { mut labels, properties }| {
        labels.sort_unstable();
        FoundNode { labels, properties: read(properties) }
    };
    Ok(found.into_iter().map(read).collect())
}

/// The properties of the relationships at an address.
pub(super) async fn relationships(
    tx: &mut Transaction<'_>,
    relationship: &Relationship,
) -> Result<Vec<Properties>, Error> {
    #[derive(Deserialize)]
    struct Found {
        properties: Json,
    }
    let mut cells = Vec::new();
    let statement =
        format!("MATCH {} RETURN properties(r) AS properties", match_relationship(relationship, &mut cells));
    let found = tx.rows::<Found>(query(&statement).param("cells", cells)).await?;
    Ok(found.into_iter().map(|found| read(found.properties)).collect())
}

fn read(properties: Json) -> Properties {
    match properties {
        Json::Object(fields) => fields.into_iter().map(|(name, json)| (name, Value::of_json(&json))).collect(),
        _ => Properties::new(),
    }
}
