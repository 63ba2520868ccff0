//! The embedded store's files: the folder, the lock and the database.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::trouble;
use crate::graph::{Error, Trouble};

const ATTEMPT: &str = "opening the embedded store";

/// Marks a database as one of Sluice ("Slui"), so that nobody else's is written to.
const APPLICATION_ID: i32 = 0x536c_7569;

/// Which schema the file has. Raise it with a migration whenever `schema.sql` changes.
const SCHEMA_VERSION: i32 = 1;

/// A reader never waits in WAL mode, but for the moment in which the log is recovered or reset.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages of the database that a connection keeps, in KiB. Enough for the inner nodes of every index at a few million
/// purchases; more is memory for nothing, less makes each insert read from the disk.
const CACHE_KIB: i32 = 65_536;

/// Takes the folder for this process, for as long as the returned file lives.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    fs::create_dir_all(folder)
        .map_err(|error| refuse(format!("the folder {} can't be made: {error}", folder.display())))?;
    let path = folder.join("sluice.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| refuse(format!("{} can't be written: {error}", path.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(refuse(format!(
            "another process uses the folder {}: stop it, or give this one a folder of its own",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(refuse(format!("{} can't be locked: {error}", path.display()))),
    }
}

/// Opens the connection that writes, and makes the schema in a new file.
pub(super) fn open_writer(path: &Path) -> Result<Connection, Error> {
    let open = || {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let found = schema(&connection)?;
        if found == Schema::New {
            // One transaction, or a crash in between would leave a file that is neither new nor whole.
            let make = format!(
                "BEGIN IMMEDIATE; {} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;",
                include_str!("schema.sql")
            );
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.execute_batch(&make)?;
        }
        if matches!(found, Schema::New | Schema::Current) {
            connection.pragma_update(None, "journal_mode", "WAL")?;
        }
        Ok((connection, found))
    };
    let (connection, found) = open().map_err(|error: rusqlite::Error| {
        let mut error = trouble::error(ATTEMPT, &error);
        error.message = format!("{}: {}", path.display(), error.message);
        error
    })?;
    match found {
        Schema::New | Schema::Current => Ok(connection),
        Schema::Foreign => Err(refuse(format!("{} is a database of another program", path.display()))),
        Schema::Other(version) => Err(refuse(format!(
            "{} has schema {version}, and this version of Sluice reads schema {SCHEMA_VERSION}",
            path.display()
        ))),
    }
}

/// Opens a connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    // Not SQLITE_OPEN_READ_ONLY: a reader of a WAL has to write to its shared memory.
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // A crash of the process loses nothing committed; a crash of the machine may lose the last moments, never the
    // consistency: data and checkpoint go together.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[derive(Clone, Copy, PartialEq)]
enum Schema {
    New,
    Current,
    Foreign,
    Other(i32),
}

fn schema(connection: &Connection) -> Result<Schema, rusqlite::Error> {
    let ask = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (tables, ask("application_id")?, ask("user_version")?) {
        (0, 0, 0) => Schema::New,
        (_, APPLICATION_ID, SCHEMA_VERSION) => Schema::Current,
        (_, APPLICATION_ID, version) => Schema::Other(version),
        _ => Schema::Foreign,
    })
}

fn refuse(message: String) -> Error {
    Error::new(ATTEMPT, Trouble::Fatal, message)
}
