//! Says what embedded brokers of earlier starts took with them: records acknowledged, and not stored when they ended.

use model::Kind;
use tracing::warn;

use crate::{
    board::Board,
    graph::{Error, Store},
    kafka::Cluster,
};

/// Tells the log, and everybody who looks at the tasks; once. Has to come before the old checkpoints are folded.
pub(crate) async fn tell(cluster: &Cluster, store: &dyn Store, board: &Board) -> Result<(), Error> {
    let lost = cluster.lost(&store.checkpoints().await?);
    for kind in Kind::ALL {
        let Some(records) = lost.get(kind.topic()) else { continue };
        let notice = format!(
            "at least {records} records of {kind} that the embedded broker had acknowledged were not stored when it \
             ended, and are lost: it keeps them in memory only"
        );
        warn!(kafka.topic = kind.topic(), records, "{notice}");
        board.set_notice(kind.topic(), 0, notice);
    }
    cluster.told();
    Ok(())
}
