//! Connectors and their target states as nodes of Neo4j.

use neo4rs::query;
use serde::Deserialize;

use super::{checkpoint, link::Transaction, told};
use crate::graph::{Error, Intent, Target, Trouble, read_of};

/// All of them, ordered by connector.
pub(super) async fn all(tx: &mut Transaction<'_>) -> Result<Vec<Target>, Error> {
    let rows = tx.rows::<Node>(cypher!("target_all").into()).await?;
    let attempt = tx.attempt();
    rows.into_iter().map(|node| node.read(attempt)).collect()
}

/// Changes one, after locking it: two people may press at once.
pub(super) async fn aim(tx: &mut Transaction<'_>, connector: &str, intent: &Intent) -> Result<(Target, Target), Error> {
    tx.run(query(cypher!("target_lock")).param("connector", connector)).await?;
    let before = all(tx).await?.into_iter().find(|target| target.connector == connector);
    let before = before.unwrap_or_else(|| Target { connector: connector.to_owned(), ..Target::default() });
    let mut after = before.clone().intended(intent);
    if before.forgets(intent) {
        after.forgotten_topics = read_of(connector, &checkpoint::all(tx).await?);
    }
    let put = query(cypher!("target_put"))
        .param("connector", connector)
        .param("config", told(after.config.clone()))
        .param("file", told(after.file.clone()))
        .param("paused", after.paused)
        .param("stopped", after.stopped)
        .param("restarts", after.restarts)
        .param("task_restarts", serde_json::to_string(&after.task_restarts).unwrap_or_default())
        .param("forgotten_topics", serde_json::to_string(&after.forgotten_topics).unwrap_or_default());
    tx.run(put).await?;
    Ok((before, after))
}

#[derive(Deserialize)]
struct Node {
    connector: String,
    config: Option<String>,
    file: Option<String>,
    paused: bool,
    stopped: bool,
    restarts: i64,
    task_restarts: String,
    forgotten_topics: String,
}

impl Node {
    fn read(self, attempt: &'static str) -> Result<Target, Error> {
        let Self { connector, config, file, paused, stopped, restarts, task_restarts, forgotten_topics } = self;
        let counts = |text: &str| {
            serde_json::from_str(text).map_err(|error| {
                let message = format!("the node of the connector {connector} is damaged: {error}");
                Error::new(attempt, Trouble::Fatal, message)
            })
        };
        let (task_restarts, forgotten_topics) = (counts(&task_restarts)?, counts(&forgotten_topics)?);
        Ok(Target { connector, config, file, paused, stopped, restarts, task_restarts, forgotten_topics })
    }
}
