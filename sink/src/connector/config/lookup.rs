//! What a Cypher statement looks nodes up by, as far as its text shows it.
//!
//! A `MERGE` or `MATCH` of `(:Shop {id: …})`, or of a `(s:Shop)` of which `WHERE` says that `s.id = …`, looks through all shops
//! for each record unless there is an index. The database's plan would say so, but the driver does not give it out. What is
//! found over a relationship is not looked up, so a condition counts for a node that stands alone only.

use std::collections::{BTreeMap, BTreeSet};

use super::cypher::words;
use crate::graph::mutation::KeyShape;

/// The labels and keys of each node that is looked up, each combination once.
pub(crate) fn lookups(statement: &str) -> Vec<KeyShape> {
    // Only a checked statement has any.
    let words = words(statement).unwrap_or_default();
    let (mut found, mut clause, mut looks) = (BTreeSet::new(), Vec::<Node<'_>>::new(), false);
    for (at, word) in words.iter().enumerate() {
        if is(word, &["MERGE", "MATCH"]) {
            found.extend(clause.drain(..).filter_map(Node::shape));
            looks = true;
        } else if is(word, &ENDS) {
            if looks && is(word, &["WHERE"]) {
                let conditions = conditions(&words[at + 1..]);
                clause.iter_mut().filter(|node| node.is_alone).for_each(|node| node.take(&conditions));
            }
            looks = false;
        } else if *word == "(" && looks {
            clause.extend(node(&words, at));
        }
    }
    found.extend(clause.into_iter().filter_map(Node::shape));
    found.into_iter().collect()
}

fn is(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Words after which brackets are no nodes to be looked up.
const ENDS: [&str; 11] =
    ["CALL", "CREATE", "DELETE", "FOREACH", "ON", "REMOVE", "RETURN", "SET", "UNWIND", "WHERE", "WITH"];

/// A node pattern.
struct Node<'a> {
    variable: Option<&'a str>,
    labels: Vec<String>,
    keys: BTreeSet<String>,
    /// There is no relationship in its path.
    is_alone: bool,
}

impl Node<'_> {
    /// Takes what conditions look for.
    fn take(&mut self, conditions: &BTreeMap<&str, BTreeSet<String>>) {
        if let Some(keys) = self.variable.and_then(|variable| conditions.get(variable)) {
            self.keys.extend(keys.iter().cloned());
        }
    }

    /// What it is looked up by, if it has a label and keys.
    fn shape(self) -> Option<KeyShape> {
        let Self { labels, keys, .. } = self;
        (!labels.is_empty() && !keys.is_empty()).then(|| KeyShape { labels, names: keys.into_iter().collect() })
    }
}

/// The node pattern whose bracket stands there, if it is one whose text shows all that it is looked up by.
fn node<'a>(words: &[&'a str], at: usize) -> Option<Node<'a>> {
    let mut rest = &words[at + 1..];
    let variable = rest.first().copied().filter(|word| is_name(word));
    if variable.is_some() {
        rest = &rest[1..];
    }
    let mut labels = Vec::new();
    while let [":" | "&", label, more @ ..] = rest {
        labels.push(is_name(label).then(|| unquoted(label))?);
        rest = more;
    }
    let inside = &words[at + 1..];
    let end = at + 1 + length(inside);
    let beside = |place: Option<usize>| place.and_then(|place| words.get(place)).copied();
    let is_alone =
        !matches!(beside(at.checked_sub(1)), Some("-" | ">")) && !matches!(beside(end.checked_add(1)), Some("-" | "<"));
    let mut node = Node { variable, labels, keys: BTreeSet::new(), is_alone };
    match rest {
        ["{", rest @ ..] => node.keys = keys(rest)?,
        [word, rest @ ..] if is(word, &["WHERE"]) && is_alone => node.take(&conditions(rest)),
        [")", ..] => {}
        _ => return None,
    }
    Some(node)
}

/// How many words there are before the bracket closes that they stand in.
fn length(words: &[&str]) -> usize {
    let mut depth = 0_usize;
    let closes = |word: &&str| {
        match *word {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => return true,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        false
    };
    words.iter().position(closes).unwrap_or(words.len())
}

/// Which properties of which variables have to equal something, by the condition that begins there. One of several that may
/// hold says nothing.
fn conditions<'a>(words: &[&'a str]) -> BTreeMap<&'a str, BTreeSet<String>> {
    let words = &words[..length(words)];
    let (mut depth, mut parts, mut begin, mut end) = (0_usize, Vec::new(), 0, words.len());
    for (at, word) in words.iter().enumerate() {
        match *word {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            word if depth > 0 => _ = word,
            word if is(word, &["OR", "XOR", "NOT"]) => return BTreeMap::new(),
            word if is(word, &["AND"]) => {
                parts.push(&words[begin..at]);
                begin = at + 1;
            }
            word if is(word, &["MERGE", "MATCH", "OPTIONAL", "DETACH", "ORDER"]) || is(word, &ENDS) => {
                // `WITH` of `STARTS WITH` as well: that is no equality, and what comes after it is lost.
                end = at;
                break;
            }
            _ => {}
        }
    }
    parts.push(&words[begin.min(end)..end]);
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    for (variable, property) in parts.into_iter().flat_map(equalities) {
        found.entry(variable).or_default().insert(property);
    }
    found
}

/// The variables and properties of `s.id = …`, `… = s.id` and `s.id IN …`, unless the other side is the variable's, too.
fn equalities<'a>(words: &[&'a str]) -> Vec<(&'a str, String)> {
    let mut sides = Vec::new();
    match words {
        [variable, ".", property, "=", other @ ..] if other.first() != Some(&"~") => {
            sides.push((variable, property, other));
        }
        [variable, ".", property, word, other @ ..] if is(word, &["IN"]) => sides.push((variable, property, other)),
        _ => {}
    }
    if let [other @ .., "=", variable, ".", property] = words
        && !matches!(other.last(), Some(&("<" | ">")))
    {
        sides.push((variable, property, other));
    }
    let counts = |(variable, property, other): &(&&str, &&str, &[&str])| {
        let is_own = other.windows(2).any(|pair| pair == [**variable, "."]);
        is_name(variable) && is_name(property) && !other.is_empty() && !is_own
    };
    sides.retain(counts);
    sides.into_iter().map(|(variable, property, _)| (*variable, unquoted(property))).collect()
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
            // What a condition says of a node that stands alone.
            ("MATCH (s:Shop) WHERE s.id = event.id SET s.x = 1", "Shop(id)"),
            ("MATCH (s:Shop) where event.id = s.`the id` AND s.open = true RETURN s", "Shop(open,the id)"),
            ("MATCH (s:Shop {id: 1}), (t:T) WHERE s.x = 2 AND t.k IN event.ks CREATE (s)-[:R]->(t)", "Shop(id,x) T(k)"),
            ("MATCH (s:Shop WHERE s.id = (event.a OR event.b)) DETACH DELETE s", "Shop(id)"),
            ("OPTIONAL MATCH (s:Shop) WHERE s.id = 1 MATCH (t:T) WHERE t.k = s.k", "Shop(id) T(k)"),
            ("CALL (event) { MATCH (s:Shop) WHERE s.id = event.id } RETURN 1", "Shop(id)"),
            ("MATCH (a:A {id: 1})-[:R]->(b:B) WHERE b.k = 1 AND a.x = 2", "A(id)"),
            // Nothing is looked up, or nothing is seen.
            ("MATCH (s:Shop) WHERE s.id = 1 OR s.name = 'x' RETURN s", ""),
            ("MATCH (s:Shop) WHERE NOT s.id = 1 RETURN s", ""),
            ("MATCH (s:Shop) WHERE s.id >= 1 AND 2 <= s.x AND s.n =~ 'a' AND toLower(s.y) = 'b' AND s.a = s.b", ""),
            ("MATCH (s:Shop) WHERE s.name STARTS WITH 'x' AND s.id = 1", ""),
            ("MATCH (a:A)-[:R]->(b:B WHERE b.k = 1) WHERE a.id = 1", ""),
            ("MATCH (s:Shop) WITH s WHERE s.id = 1 RETURN s", ""),
            ("MATCH (s:Shop) WHERE", ""),
            ("MATCH (s:Shop) WHERE s.id =", ""),
            ("MATCH (s:Shop) WHERE s.id = 1 AND", "Shop(id)"),
            ("MATCH (s:Shop) WHERE EXISTS { (s)--(:T {id: 1}) } AND s.id = 1", "Shop(id)"),
            ("CREATE (s:Shop {id: 1})", ""),
            ("MERGE (s:Shop) MERGE (s)-[:R]->(:T) MERGE ({id: 1})", ""),
            ("MATCH (s:Shop) WHERE EXISTS { (s)--(:T {id: 1}) } RETURN s", ""),
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
