//! What a Cypher statement looks nodes up by, as far as its text shows it.
//!
//! A `MERGE` or `MATCH` of `(:Shop {id: …})` looks through all shops for each record unless there is an index. The
//! database's plan would say so, but the driver does not give it out. So what a `WHERE` looks for is not seen.

use std::collections::BTreeSet;

use super::cypher::words;
use crate::graph::mutation::KeyShape;

/// The labels and keys of each node that is looked up, each combination once.
pub(crate) fn lookups(statement: &str) -> Vec<KeyShape> {
    // Only a checked statement has any.
    let words = words(statement).unwrap_or_default();
    let (mut found, mut looks) = (BTreeSet::new(), false);
    for (at, word) in words.iter().enumerate() {
        if ["MERGE", "MATCH"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
            looks = true;
        } else if ENDS.iter().any(|known| word.eq_ignore_ascii_case(known)) {
            looks = false;
        } else if *word == "(" && looks {
            found.extend(node(&words[at + 1..]));
        }
    }
    found.into_iter().collect()
}

/// Words after which brackets are no nodes to be looked up.
const ENDS: [&str; 11] =
    ["CALL", "CREATE", "DELETE", "FOREACH", "ON", "REMOVE", "RETURN", "SET", "UNWIND", "WHERE", "WITH"];

/// A node pattern after its bracket, if it has a label and keys.
fn node(words: &[&str]) -> Option<KeyShape> {
    let mut rest = words;
    if is_name(rest.first()?) {
        rest = &rest[1..];
    }
    let mut labels = Vec::new();
    while let [":" | "&", label, more @ ..] = rest {
        labels.push(is_name(label).then(|| unquoted(label))?);
        rest = more;
    }
    let ["{", ref rest @ ..] = *rest else { return None };
    let names = keys(rest)?;
    (!labels.is_empty() && !names.is_empty()).then(|| KeyShape { labels, names: names.into_iter().collect() })
}

/// The keys of a map after its bracket.
fn keys(words: &[&str]) -> Option<BTreeSet<String>> {
    let (mut keys, mut depth, mut begins) = (BTreeSet::new(), 0_usize, true);
    for (at, word) in words.iter().enumerate() {
        match *word {
            "}" if depth == 0 => return Some(keys),
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth = depth.checked_sub(1)?,
            "," if depth == 0 => begins = true,
            name if begins => {
                let is_key = is_name(name) && words.get(at + 1) == Some(&":");
                keys.insert(is_key.then(|| unquoted(name))?);
                begins = false;
            }
            _ => {}
        }
    }
    None
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '`')
}

fn unquoted(name: &str) -> String {
    name.trim_matches('`').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_are_looked_up_are_found_by_labels_and_keys() {
        for (statement, expected) in [
            ("MERGE (s:Shop {id: event.id})", "Shop(id)"),
            ("merge (:Shop{region: event['a, b'].r, id: coalesce(event.id, {x: 1}.x)}) SET s.x = 1", "Shop(id,region)"),
            (
                "MATCH (a:A {id: 1})-[:R {k: 2}]->(:`B c` {`x y`: 1}) MERGE (a)-[:S]->(c:C:D {n: 'a } b'})",
                "A(id) B c(x y) C:D(n)",
            ),
            ("OPTIONAL MATCH (s:Shop&Open {id: 1}) CALL (s) { MATCH (t:T {k: s.k}) RETURN t }", "Shop:Open(id) T(k)"),
            ("MERGE (s:Shop {id: 1}) MERGE (t:Shop {id: 2})", "Shop(id)"),
            // Nothing is looked up, or nothing is seen.
            ("CREATE (s:Shop {id: 1})", ""),
            ("MERGE (s:Shop) MERGE (s)-[:R]->(:T) MERGE ({id: 1})", ""),
            ("MATCH (s:Shop) WHERE s.id = 1 AND EXISTS { (s)--(:T {id: 1}) } RETURN s", ""),
            ("MATCH (s:A|B {id: 1}) MATCH (t:!A {id: 1}) MATCH (u:$(event.l) {id: 1})", ""),
            ("MERGE (s:Shop $map) // MERGE (:X {y: 1})", ""),
            ("MERGE (s:Shop {id: 'open", ""),
            ("MERGE (", ""),
            ("MERGE (s:", ""),
            ("MERGE (s:Shop {", ""),
        ] {
            let shape = |KeyShape { labels, names }: KeyShape| format!("{}({})", labels.join(":"), names.join(","));
            let found: Vec<String> = lookups(statement).into_iter().map(shape).collect();
            assert_eq!(found.join(" "), expected, "{statement}");
        }
    }
}
