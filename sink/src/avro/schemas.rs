//! What a registry has said of its schemas so far: asked for before records are read, and never while one is.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use super::{Id, registry::Registry, schema::Schema};
use crate::{
    connector::config::SchemaRegistry,
    graph::{Error, Trouble},
    kind::decode::Fault,
};

/// Schemas that are kept; one more, and all are asked for again as they are needed. A topic has a handful.
const KEPT: usize = 1_000;

/// The schemas of a registry that are known.
#[derive(Debug)]
pub(crate) struct Schemas {
    registry: Arc<Registry>,
    /// What an id means never changes; that it means nothing may.
    known: RwLock<HashMap<Id, Result<Arc<Schema>, Fault>>>,
}

impl Schemas {
    pub(crate) fn new(registry: &SchemaRegistry) -> Self {
        Self { registry: Arc::new(Registry::new(registry)), known: RwLock::default() }
    }

    /// Whether the registry has been asked for a schema.
    pub(crate) fn has(&self, id: Id) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
    }

    /// A schema that has been asked for.
    pub(super) fn get(&self, id: Id) -> Result<Arc<Schema>, Fault> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let schema = known.get(&id).cloned();
        schema.unwrap_or_else(|| {
            Err(Fault::new("schema_unknown", format!("the schema registry was not asked for schema {id}")))
        })
    }

    /// Asks for schemas that are not known, one after the other; those that were answered stay known if one is not.
    ///
    /// # Errors
    /// The registry does not answer, or not as one: that says nothing of any record.
    pub(crate) async fn learn(&self, ids: &BTreeSet<Id>) -> Result<(), Error> {
        for &id in ids {
            if self.has(id) {
                continue;
            }
            let registry = self.registry.clone();
            let asked = tokio::task::spawn_blocking(move || registry.schema(id)).await;
            let broke = |error: tokio::task::JoinError| {
                Error::new("asking the schema registry", Trouble::Passing, error.to_string())
            };
            let answer = asked.map_err(broke)??.map(Arc::new);
            self.known.write().unwrap_or_else(PoisonError::into_inner).insert(id, answer);
        }
        Ok(())
    }

    /// Forgets what was wrong with schemas, which may be mended, and all of them where they have become too many.
    pub(crate) fn forget(&self) {
        let is_due = |known: &HashMap<_, Result<_, _>>| known.len() > KEPT || known.values().any(Result::is_err);
        if !is_due(&self.known.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, answer| answer.is_ok());
        if known.len() > KEPT {
            known.clear();
        }
    }
}
