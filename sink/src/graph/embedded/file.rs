//! The embedded store's files: the folder, the lock and the database.

use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::trouble;
use crate::graph::{
    Error, Trouble,
    version::{self, Migrations, Step, VERSION},
};

const ATTEMPT: &str = "opening the embedded store";

/// Marks a database as one of Sluice ("Slui"), so that nobody else's is written to.
const APPLICATION_ID: i32 = 0x536c_7569;

/// What brings older files up to date.
const MIGRATIONS: Migrations =
    [include_str!("migrate_1.sql"), include_str!("migrate_2.sql"), include_str!("migrate_3.sql")];

/// The bytes of a page, as SQLite makes them.
const PAGE_BYTES: i64 = 4_096;

/// A reader never waits in WAL mode, but for the moment in which the log is recovered or reset.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages of the database that the writer keeps, in KiB. Enough for the inner nodes of every index at a few million
/// purchases; more is memory for nothing, less makes each insert read from the disk.
const WRITER_KIB: i32 = 32_768;
/// Those that a reader keeps. It goes through much of the file once, and the operating system keeps that for all of them.
const READER_KIB: i32 = 4_096;

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

/// Opens the connection that writes; makes the schema in a new file, and brings an older one up to date.
///
/// The file is looked at before anything may write to it: one that is refused stays as it is, byte for byte.
pub(super) fn open_writer(path: &Path, max_mib: Option<u32>) -> Result<Connection, Error> {
    let step = match inspect(path)? {
        Found::New => None,
        Found::Version(version) => Some(version::step(version)),
        Found::Foreign => return Err(refuse(format!("{} is a database of another program", path.display()))),
        Found::Damaged(reason) => return Err(refuse(format!("{}: {reason}; {}", path.display(), trouble::DAMAGED))),
    };
    let change = match step {
        None => include_str!("schema.sql").to_owned(),
        Some(Step::Keep) => String::new(),
        Some(Step::Migrate(from)) => MIGRATIONS[from..].concat(),
        Some(Step::Refuse(sentence)) => return Err(refuse(format!("{}: {sentence}", path.display()))),
    };
    let open = || {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, WRITER_KIB)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        if !change.is_empty() {
            // One transaction, or a crash in between would leave a file that is neither the one nor the other.
            connection.execute_batch(&format!(
                "BEGIN IMMEDIATE; {change} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
            ))?;
        }
        if let Some(max_mib) = max_mib {
            let pages = i64::from(max_mib) * (1 << 20) / PAGE_BYTES;
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        }
        Ok(connection)
    };
    open().map_err(|error| at(path, &error))
}

/// Opens a connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    // Not SQLITE_OPEN_READ_ONLY: a reader of a WAL has to write to its shared memory.
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, READER_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags, cache_kib: i32) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // A crash of the process loses nothing committed; a crash of the machine may lose the last moments, never the
    // consistency: data and checkpoint go together.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// What is in the place of the file.
enum Found {
    /// Nothing, or a file that nothing has been written to.
    New,
    /// A store of this version.
    Version(i64),
    /// Something that some other program has made.
    Foreign,
    /// Something that can't be read.
    Damaged(String),
}

/// Looks without changing anything.
fn inspect(path: &Path) -> Result<Found, Error> {
    let length = match fs::metadata(path) {
        Ok(file) => file.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::New),
        Err(error) => return Err(refuse(format!("{} can't be read: {error}", path.display()))),
    };
    // SQLite throws the log of an empty file away. What was committed last may be in there.
    let log = path.with_extension("db-wal");
    if length == 0 && fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Ok(Found::Damaged(format!("it is empty, though there is {}", log.display())));
    }
    if length == 0 {
        return Ok(Found::New);
    }
    let look = || {
        let connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        identify(&connection)
    };
    match look() {
        Err(error) if trouble::is_damage(&error) => Ok(Found::Damaged(error.to_string())),
        found => found.map_err(|error| at(path, &error)),
    }
}

fn identify(connection: &Connection) -> Result<Found, rusqlite::Error> {
    let ask = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (tables, ask("application_id")?, ask("user_version")?) {
        (0, 0, 0) => Ok(Found::New),
        (_, APPLICATION_ID, version) if i64::from(version) > VERSION => Ok(Found::Version(version.into())),
        (_, APPLICATION_ID, version) => {
            // Reads every page, which takes about a second for 100 MB: damage is said now, and not when somebody happens
            // upon it.
            let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
            Ok(if verdict == "ok" { Found::Version(version.into()) } else { Found::Damaged(verdict) })
        }
        _ => Ok(Found::Foreign),
    }
}

/// The error with the file's name.
fn at(path: &Path, error: &rusqlite::Error) -> Error {
    let mut error = trouble::error(ATTEMPT, error);
    error.message = format!("{}: {}", path.display(), error.message);
    error
}

fn refuse(message: String) -> Error {
    Error::new(ATTEMPT, Trouble::Fatal, message)
}
