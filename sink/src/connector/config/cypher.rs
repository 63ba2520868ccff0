//! What can be said of a Cypher statement without asking the database: whether it can be one among others in a transaction.
//!
//! A statement is run inside `CALL (event) { … }` for each record, in the transaction that moves the checkpoints. So it may
//! not end that subquery, nor commit by itself, nor do what Neo4j allows only in a transaction of its own. Whether it is
//! Cypher at all is the database's to say.

use super::process::Process;

/// Words with which a statement begins that does something else than reading and writing a graph.
const NOT_ALONE: [&str; 13] = [
    "ALTER",
    "DENY",
    "DROP",
    "DRYRUN",
    "ENABLE",
    "EXPLAIN",
    "GRANT",
    "PROFILE",
    "RENAME",
    "REVOKE",
    "SHOW",
    "TERMINATE",
    "USE",
];
/// What follows `CREATE` in commands that change a schema or a server.
const CREATED: [&str; 15] = [
    "ALIAS",
    "COMPOSITE",
    "CONSTRAINT",
    "DATABASE",
    "FULLTEXT",
    "IMMUTABLE",
    "INDEX",
    "LOOKUP",
    "OR",
    "POINT",
    "RANGE",
    "ROLE",
    "TEXT",
    "USER",
    "VECTOR",
];

/// Whether the process can run it, and safely.
pub(super) fn check(statement: &str, process: &Process) -> Result<(), String> {
    if process.neo4j.is_none() {
        return Err(
            "Cypher needs Neo4j, and this process has the embedded store: start it with NEO4J_URI, or use a pattern"
                .to_owned(),
        );
    }
    let words = words(statement)?;
    let first = words.first().map(|word| word.to_ascii_uppercase());
    let second = words.get(1).map(|word| word.to_ascii_uppercase());
    match (first.as_deref(), second.as_deref()) {
        (None, _) => return Err("A statement may not be empty".to_owned()),
        (Some(word), _) if NOT_ALONE.contains(&word) => {
            return Err(format!(
                "{word} cannot be part of a transaction that writes records: only what reads and writes the graph can"
            ));
        }
        (Some("CREATE"), Some(what)) if CREATED.contains(&what) => {
            return Err(format!(
                "CREATE {what} changes the schema, which cannot be part of a transaction that writes records"
            ));
        }
        _ => {}
    }
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        match *word {
            "{" => depth += 1,
            "}" => depth = depth.checked_sub(1).ok_or("A '}' closes what was not opened")?,
            ";" if at + 1 < words.len() => {
                return Err("There may be one statement only, and ';' begins a second one".to_owned());
            }
            ";" => return Err("Leave the ';' at the end out".to_owned()),
            // `$(…)` is no parameter but a name that is computed.
            "$" if words.get(at + 1).is_some_and(|next| *next != "(") => {
                return Err(format!(
                    "Nothing gives the parameter ${} a value: what a record says is event, __value, __key, __header and \
                     __timestamp, as far as the connector does not call them otherwise",
                    words[at + 1]
                ));
            }
            _ => {}
        }
        if *word == "}" && in_transactions(&words[at + 1..]) {
            return Err(
                "IN TRANSACTIONS commits by itself, which would break that each record is stored once".to_owned()
            );
        }
    }
    if depth == 0 { Ok(()) } else { Err("A '{' is not closed".to_owned()) }
}

/// Whether a subquery that has just been closed goes on with `IN [n [CONCURRENT]] TRANSACTIONS`.
fn in_transactions(words: &[&str]) -> bool {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|found| found.eq_ignore_ascii_case(word));
    is(0, "IN") && (1..=5).any(|at| is(at, "TRANSACTIONS"))
}

/// Words and single signs, without comments; a text counts as one word, `''`, and so does a quoted name, with its quotes.
pub(super) fn words(statement: &str) -> Result<Vec<&str>, String> {
    let (mut words, mut rest) = (Vec::new(), statement.trim_start());
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            2 + comment.find("*/").ok_or("A comment is not closed")? + 2
        } else if matches!(c, '\'' | '"' | '`') {
            let length = quoted(rest, c).ok_or_else(|| format!("A {c} is not closed"))?;
            words.push(if c == '`' { &rest[..length] } else { "''" });
            length
        } else {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let length = end.max(c.len_utf8());
            words.push(&rest[..length]);
            length
        };
        rest = rest[length..].trim_start();
    }
    Ok(words)
}

/// The length of a text or of a quoted name with both its quotes. In texts a backslash escapes; a doubled backtick, which
/// stands for one in a name, ends one here and begins another, to the same effect.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote != '`' {
            escaped = true;
        } else if c == quote {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(statement: &str) -> String {
        check(statement, &Process::neo4j("bolt://n:7687", "neo4j", "neo4j")).err().unwrap_or_default()
    }

    #[test]
    fn statements_that_read_and_write_the_graph_pass() {
        for statement in [
            "MERGE (n:Person {id: event.id}) SET n += event.properties",
            "CREATE (n:Index {id: __value.id})",
            "CREATE (index:A)",
            "MATCH (n) WHERE n.t IN transactions SET n.a = '} IN TRANSACTIONS ; DROP'",
            "// SHOW nothing\nMERGE (n:`a } b` {id: event.id}) /* ; */",
            "CALL (event) { MERGE (n {id: event.id}) RETURN n } SET n.x = 'it\\'s'",
            "MERGE (n:Größe {id: event.größe})",
            "CREATE (n:$(event.label) {price: '$5', `$x`: 1}) // $y",
        ] {
            assert_eq!(said(statement), "", "{statement}");
        }
    }

    #[test]
    fn what_would_end_the_transaction_or_the_subquery_is_refused() {
        for (statement, why) in [
            ("", "may not be empty"),
            ("/* only */ // a comment", "may not be empty"),
            ("CALL (event) { CREATE (n) } IN TRANSACTIONS OF 10 ROWS", "IN TRANSACTIONS"),
            ("call { create (n) } in 3 concurrent transactions", "IN TRANSACTIONS"),
            ("CREATE CONSTRAINT FOR (n:A) REQUIRE n.id IS UNIQUE", "changes the schema"),
            ("create range index for (n:A) on (n.id)", "changes the schema"),
            ("DROP INDEX a", "DROP cannot"),
            ("USE other MATCH (n) RETURN n", "USE cannot"),
            ("CREATE (n); CREATE (m)", "second one"),
            ("CREATE (n);", "';' at the end"),
            ("CREATE (n) } MATCH (m) CALL (m) { DETACH DELETE m", "closes what was not opened"),
            ("CREATE (n {id: 1)", "'{' is not closed"),
            ("CREATE (n {id: 'open})", "' is not closed"),
            ("CREATE (n) /* open", "comment is not closed"),
            ("MERGE (n:A {id: $id})", "the parameter $id a value"),
            ("UNWIND $`a b` AS a CREATE (n)", "the parameter $`a b` a value"),
        ] {
            assert!(said(statement).contains(why), "{statement}: {:?}", said(statement));
        }
    }

    #[test]
    fn the_embedded_store_says_what_it_needs() {
        assert!(check("CREATE (n)", &Process::embedded()).unwrap_err().contains("NEO4J_URI"));
    }
}
