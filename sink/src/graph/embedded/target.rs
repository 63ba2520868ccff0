//! Target states as rows of SQLite.

use model::status::Order;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::graph::Target;

/// All of them, ordered by connector.
pub(super) fn all(connection: &Connection) -> Result<Vec<Target>> {
    let mut statement = connection.prepare_cached("SELECT name, paused, restarts FROM connector ORDER BY name")?;
    statement.query_map([], read_row)?.collect()
}

/// Changes one.
pub(super) fn aim(connection: &Connection, connector: &str, order: Order) -> Result<Target> {
    let mut find = connection.prepare_cached("SELECT name, paused, restarts FROM connector WHERE name = ?1")?;
    let before = find.query_row([connector], read_row).optional()?;
    let after = before.unwrap_or_else(|| Target { connector: connector.to_owned(), ..Target::default() }).aimed(order);
    connection
        .prepare_cached("INSERT OR REPLACE INTO connector (name, paused, restarts) VALUES (?1, ?2, ?3)")?
        .execute(params![after.connector, after.paused, after.restarts])?;
    Ok(after)
}

fn read_row(row: &Row<'_>) -> Result<Target> {
    Ok(Target { connector: row.get(0)?, paused: row.get(1)?, restarts: row.get(2)? })
}
