//! What the process has for all its connectors: a connector may repeat it, and cannot have another.

use super::value::Values;

/// What the process has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// The database; none: the embedded store.
    pub neo4j: Option<Neo4jOfProcess>,
}

/// The process's database, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neo4jOfProcess {
    /// Where it is.
    pub uri: String,
    /// Who the process is there.
    pub user: String,
    /// The database's name.
    pub database: String,
}

impl Process {
    /// With the embedded store.
    pub fn embedded() -> Self {
        Self::default()
    }

    /// With a database.
    pub fn neo4j(uri: &str, user: &str, database: &str) -> Self {
        Self { neo4j: Some(Neo4jOfProcess { uri: uri.into(), user: user.into(), database: database.into() }) }
    }
}

/// Compares what a connector says of its database with what it will get.
pub(super) fn read(values: &mut Values, process: &Process) {
    let neo4j = process.neo4j.as_ref();
    for (key, variable, has) in [
        ("neo4j.uri", "NEO4J_URI", neo4j.map(|it| it.uri.as_str())),
        ("neo4j.database", "NEO4J_DATABASE", neo4j.map(|it| it.database.as_str())),
        ("neo4j.authentication.basic.username", "NEO4J_USER", neo4j.map(|it| it.user.as_str())),
        ("neo4j.authentication.type", "NEO4J_USER", neo4j.map(|_| "BASIC")),
    ] {
        let Some(text) = values.trimmed(key) else { continue };
        match has {
            Some(has) if has == text => {}
            Some(has) => values.invalid(
                key,
                text,
                &format!("All connectors write to the database of the process, which has {has} here ({variable}): say the same, or leave {key} out"),
            ),
            None => values.invalid(
                key,
                text,
                &format!("This process stores the graph itself: start it with {variable}, or leave {key} out"),
            ),
        }
    }
    // Whether a password is the right one is not answered here: whoever may validate could try them one after the other.
    // And where it were right, it would lie in the definition for all to read.
    let password = "neo4j.authentication.basic.password";
    if values.text(password).is_some() {
        values.problem(
            password,
            "The password is the process's (NEO4J_PASSWORD or NEO4J_PASSWORD_FILE) and stands in no connector's configuration: \
             leave neo4j.authentication.basic.password out",
        );
    }
    for prefix in ["neo4j.authentication.", "neo4j.connection-", "neo4j.max-", "neo4j.security.", "neo4j.pool."] {
        for (rest, _) in values.beginning_with(prefix) {
            let key = format!("{prefix}{rest}");
            if !["type", "basic.username", "basic.password"].contains(&rest) || prefix != "neo4j.authentication." {
                values.problem(&key, format!("Connections to the database are the process's: leave {key} out"));
            }
        }
    }
}
