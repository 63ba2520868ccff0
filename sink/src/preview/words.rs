//! A change in a line, in Cypher's words: `MERGE (:User {userId: 7}) SET name = "Ada"`.

use std::fmt::{Display, Formatter, Result, Write as _};

use crate::graph::{
    Changes, Mutation,
    mutation::{Assignment, End, Node, Presence, Properties, Relationship, Value},
};

/// Letters of a text, beyond which nobody reads on in a line.
const LETTERS: usize = 60;

/// One change.
pub(super) struct Line {
    verb: &'static str,
    /// What it is about.
    pub(super) address: String,
    /// What is set there.
    pub(super) changes: String,
    /// It makes a node where there is none.
    pub(super) merges: bool,
}

impl Line {
    fn new(verb: &'static str, address: String, changes: String) -> Self {
        Self { verb, address, changes, merges: false }
    }
}

impl Display for Line {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} {}{}", self.verb, self.address, self.changes)
    }
}

/// A mutation; the ends of a relationship that it makes come first.
pub(super) fn lines(mutation: &Mutation) -> Vec<Line> {
    let merged = |found: &Node, assignment: &Assignment| Line {
        merges: true,
        ..Line::new("MERGE", node(found), set(assignment))
    };
    match mutation {
        Mutation::CreateNode { labels, properties } => {
            let made = Node { labels: labels.clone(), keys: properties.clone() };
            vec![Line::new("CREATE", node(&made), String::new())]
        }
        Mutation::UpdateNode { node: found, assignment } => {
            vec![Line::new("MATCH", node(found), set(assignment))]
        }
        Mutation::MergeNode { node: found, assignment } => vec![merged(found, assignment)],
        Mutation::DeleteNode { node: found, detach } => {
            vec![Line::new(if *detach { "DETACH DELETE" } else { "DELETE" }, node(found), String::new())]
        }
        Mutation::DeleteRelationship { relationship } => {
            vec![Line::new("DELETE", tie(relationship, &relationship.keys), String::new())]
        }
        Mutation::CreateRelationship { relationship, .. }
        | Mutation::UpdateRelationship { relationship, .. }
        | Mutation::MergeRelationship { relationship, .. } => {
            let ends = [&relationship.from, &relationship.to].into_iter();
            let made = ends.filter_map(|End { node, presence }| match presence {
                Presence::Match => None,
                Presence::Merge(assignment) => Some(merged(node, assignment)),
            });
            made.chain([tied(mutation, relationship)]).collect()
        }
    }
}

fn tied(mutation: &Mutation, relationship: &Relationship) -> Line {
    match mutation {
        Mutation::CreateRelationship { properties, .. } => {
            let mut all = properties.clone();
            all.extend(relationship.keys.clone());
            Line::new("CREATE", tie(relationship, &all), String::new())
        }
        Mutation::UpdateRelationship { assignment, .. } => {
            Line::new("MATCH", tie(relationship, &relationship.keys), set(assignment))
        }
        Mutation::MergeRelationship { assignment, .. } => {
            Line::new("MERGE", tie(relationship, &relationship.keys), set(assignment))
        }
        _ => Line::new("", tie(relationship, &relationship.keys), String::new()),
    }
}

/// `(:User {userId: 7})`.
pub(super) fn node(node: &Node) -> String {
    let labels: Vec<String> = node.labels.iter().map(|label| name(label)).collect();
    let (colon, labels) = (if labels.is_empty() { "" } else { ":" }, labels.join(":"));
    match map(&node.keys) {
        keys if keys.is_empty() => format!("({colon}{labels})"),
        keys => format!("({colon}{labels} {keys})"),
    }
}

fn tie(relationship: &Relationship, properties: &Properties) -> String {
    let Relationship { relationship_type, from, to, .. } = relationship;
    let properties = map(properties);
    let before = if properties.is_empty() { "" } else { " " };
    format!("{}-[:{}{before}{properties}]->{}", node(&from.node), name(relationship_type), node(&to.node))
}

/// `{name: "Ada", age: 36}`; nothing for nothing. What is null is not there.
fn map(properties: &Properties) -> String {
    let each: Vec<String> = set_of(properties).map(|(key, value)| format!("{}: {}", name(key), shown(value))).collect();
    if each.is_empty() { String::new() } else { format!("{{{}}}", each.join(", ")) }
}

fn set_of(properties: &Properties) -> impl Iterator<Item = (&String, &Value)> {
    properties.iter().filter(|(_, value)| **value != Value::Null)
}

/// ` SET name = "Ada" REMOVE age`; ` SET ONLY …` where nothing else stays but the keys.
fn set(assignment: &Assignment) -> String {
    let each: Vec<String> =
        set_of(assignment.properties()).map(|(key, value)| format!("{} = {}", name(key), shown(value))).collect();
    let set = each.join(", ");
    match assignment {
        Assignment::Replace(_) if set.is_empty() => " SET ONLY its keys".to_owned(),
        Assignment::Replace(_) => format!(" SET ONLY {set}"),
        Assignment::Add(properties) => {
            let removed: Vec<String> =
                properties.iter().filter(|(_, value)| **value == Value::Null).map(|(key, _)| name(key)).collect();
            let set = if set.is_empty() { set } else { format!(" SET {set}") };
            if removed.is_empty() { set } else { format!("{set} REMOVE {}", removed.join(", ")) }
        }
    }
}

/// A name as Cypher has it: in backticks where it has other letters than a variable may.
fn name(name: &str) -> String {
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_numeric());
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

fn shown(value: &Value) -> String {
    let text = value.canonical();
    if text.chars().count() <= LETTERS {
        return text;
    }
    let mut cut: String = text.chars().take(LETTERS).collect();
    cut.push('…');
    cut
}

/// What a built-in event changes.
pub(super) fn changes(changes: &Changes) -> Vec<String> {
    let user = |id: i64| format!("(:User {{userID: {id}}})");
    let product = |id: i64| format!("(:Product {{productID: {id}}})");
    let text = |text: &str| shown(&Value::Text(text.to_owned()));
    let users = changes.users.iter().map(|row| {
        let set = row.name.as_deref().map(|name| format!(" SET name = {}", text(name))).unwrap_or_default();
        format!("MERGE {}{set}", user(row.id))
    });
    let products = changes.products.iter().map(|row| {
        let mut set = format!("category = {}", text(&row.category));
        if let Some(name) = &row.name {
            // Writing to a string does not fail.
            let _ = write!(set, ", name = {}", text(name));
        }
        if let Some(price) = row.price {
            let _ = write!(set, ", price = {}", Value::Float(price).canonical());
        }
        format!("MERGE {} SET {set}", product(row.id))
    });
    let transactions = changes.transactions.iter().map(|row| {
        format!(
            "CREATE {}-[:PURCHASED]->(:Transaction {{transactionID: {}, quantity: {}, timestamp: {}}})-[:OF]->{}",
            user(row.user),
            text(&row.id),
            row.quantity,
            row.timestamp,
            product(row.product)
        )
    });
    let ratings = changes.ratings.iter().map(|row| {
        format!(
            "MERGE {}-[:RATED]->{} SET rating_value = {}, timestamp = {}",
            user(row.user),
            product(row.product),
            row.value,
            row.timestamp
        )
    });
    let reviews = changes.reviews.iter().map(|row| {
        format!(
            "CREATE {}-[:REVIEWED {{interactionID: {}, text: {}, timestamp: {}}}]->{}",
            user(row.user),
            text(&row.id),
            text(&row.text),
            row.timestamp,
            product(row.product)
        )
    });
    let follows = changes.follows.iter().map(|row| {
        format!("MERGE {}-[:FOLLOWS]->{} SET timestamp = {}", user(row.follower), user(row.followed), row.timestamp)
    });
    users.chain(products).chain(transactions).chain(ratings).chain(reviews).chain(follows).collect()
}
