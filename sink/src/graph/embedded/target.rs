//! Connectors and their target states as rows of SQLite.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result, Row, params, types::Type};

use super::checkpoint;
use crate::graph::{Intent, Target, read_of};

const COLUMNS: &str = "name, config, file, paused, stopped, restarts, task_restarts, forgotten_topics";

/// All of them, ordered by connector.
pub(super) fn all(connection: &Connection) -> Result<Vec<Target>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM connector ORDER BY name"))?;
    statement.query_map([], read_row)?.collect()
}

/// Changes one.
pub(super) fn aim(connection: &Connection, connector: &str, intent: &Intent) -> Result<(Target, Target)> {
    let mut find = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM connector WHERE name = ?1"))?;
    let before = find.query_row([connector], read_row).optional()?;
    let before = before.unwrap_or_else(|| Target { connector: connector.to_owned(), ..Target::default() });
    let mut after = before.clone().intended(intent);
    if before.forgets(intent) {
        after.forgotten_topics = read_of(connector, &checkpoint::all(connection)?);
    }
    connection
        .prepare_cached(&format!(
            "INSERT OR REPLACE INTO connector ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ))?
        .execute(params![
            after.connector,
            after.config,
            after.file,
            after.paused,
            after.stopped,
            after.restarts,
            serde_json::to_string(&after.task_restarts).unwrap_or_default(),
            serde_json::to_string(&after.forgotten_topics).unwrap_or_default(),
        ])?;
    Ok((before, after))
}

fn read_row(row: &Row<'_>) -> Result<Target> {
    Ok(Target {
        connector: row.get(0)?,
        config: row.get(1)?,
        file: row.get(2)?,
        paused: row.get(3)?,
        stopped: row.get(4)?,
        restarts: row.get(5)?,
        task_restarts: counts(row, 6)?,
        forgotten_topics: counts(row, 7)?,
    })
}

fn counts(row: &Row<'_>, column: usize) -> Result<BTreeMap<String, i64>> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}
