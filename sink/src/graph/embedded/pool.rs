//! The connections to SQLite, and the threads on which they block.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

use super::{file, trouble};
use crate::graph::{Error, Trouble};

/// How many readers work at once. More than there are processors to compute would only fill the memory with caches.
const READERS: usize = 4;

/// One connection that writes, and a few that read beside it.
pub(super) struct Pool {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
    path: PathBuf,
}

/// How a writing transaction ends.
pub(super) enum End<T> {
    Commit(T),
    Rollback(T),
}

impl Pool {
    pub(super) fn new(path: PathBuf, max_mib: Option<u32>) -> Result<Self, Error> {
        Ok(Self {
            writer: Arc::new(Mutex::new(file::open_writer(&path, max_mib)?)),
            readers: Arc::default(),
            turns: Arc::new(Semaphore::new(READERS)),
            path,
        })
    }

    /// Runs a transaction that holds the write lock from its first statement: lock, then look.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        attempt: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<End<T>> + Send + 'static,
    ) -> Result<T, Error> {
        let writer = Arc::clone(&self.writer);
        let run = move || {
            let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
            if !connection.is_autocommit() {
                // A full disk can make a rollback fail; without this every later transaction would fail too.
                connection.execute_batch("ROLLBACK")?;
            }
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            match work(&transaction)? {
                End::Commit(answer) => transaction.commit().map(|()| answer),
                End::Rollback(answer) => transaction.rollback().map(|()| answer),
            }
        };
        finish(attempt, spawn_blocking(run).await)
    }

    /// Runs statements that see one moment of the database and change nothing.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        attempt: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| stopped(attempt))?;
        let (readers, path) = (Arc::clone(&self.readers), self.path.clone());
        let run = move || {
            let _turn = turn;
            let idle = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = idle.map_or_else(|| file::open_reader(&path), Ok)?;
            let transaction = connection.transaction()?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            Ok(answer)
        };
        finish(attempt, spawn_blocking(run).await)
    }
}

fn finish<T>(attempt: &'static str, ended: Result<rusqlite::Result<T>, JoinError>) -> Result<T, Error> {
    match ended {
        Ok(answer) => answer.map_err(|error| trouble::error(attempt, &error)),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(stopped(attempt)),
    }
}

fn stopped(attempt: &'static str) -> Error {
    Error::new(attempt, Trouble::Passing, "the process is stopping")
}
