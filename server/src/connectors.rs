//! Each connector in full: its tasks wherever they run, its partitions, what it has met, and what holds for it.

use chrono::Utc;
use model::{
    Kind,
    connector::{Connector, ConnectorPartition, Setting},
    status::{Books, Status},
};
use sink::{
    connector::{Settings, Tolerance},
    graph::Checkpoint,
    kafka::{consumer, dead_letter_topic},
    task,
};

use crate::{
    house::House,
    sampler::{Sample, checkpoint_of, lag_of},
};

/// All of them, in the order of their kinds. From memory.
pub(crate) fn connectors(house: &House) -> Vec<Connector> {
    let (status, sample) = (house.status(), house.sampler.last());
    let checkpoints = house.sampler.checkpoints(&house.board);
    let now = Utc::now().timestamp_millis();
    let full = |kind: Kind| {
        let partitions = partitions(kind, &sample, &checkpoints, house.cluster.id(), status.kafka.connected);
        let told = status.connectors.iter().find(|connector| connector.kind == kind).cloned();
        let (state, tasks) = told.map(|told| (told.state, told.tasks)).unwrap_or_default();
        Connector {
            name: kind.topic().to_owned(),
            kind,
            description: description(kind).to_owned(),
            state,
            paused: house.targets.is_paused(kind),
            lag: total_lag(&partitions),
            stored_per_second: sample.rates.get(&kind).map_or(0.0, |rates| rates.stored_per_second),
            tasks,
            earlier: earlier(kind, &partitions, &checkpoints),
            partitions,
            met: house.board.met(kind, now),
            config: config(kind, house.settings, &status),
        }
    };
    Kind::ALL.into_iter().map(full).collect()
}

/// What it makes of its records, as Cypher would draw it.
const fn description(kind: Kind) -> &'static str {
    match kind {
        Kind::Purchase => "Each record becomes a purchase: (User)-[PURCHASED]->(Transaction)-[OF]->(Product).",
        Kind::Interaction => {
            "Each record becomes a rating or a review: (User)-[RATED]->(Product) or (User)-[REVIEWED]->(Product)."
        }
        Kind::Connection => "Each record becomes a follower: (User)-[FOLLOWS]->(User).",
    }
}

/// The partitions that Kafka names, or while it never did, those with a checkpoint.
fn partitions(
    kind: Kind,
    sample: &Sample,
    checkpoints: &[Checkpoint],
    cluster: Option<&str>,
    connected: bool,
) -> Vec<ConnectorPartition> {
    let here: Vec<&Checkpoint> = checkpoints
        .iter()
        .filter(|checkpoint| checkpoint.id.topic == kind.topic() && Some(checkpoint.id.cluster.as_str()) == cluster)
        .collect();
    let row = |partition: i32| {
        let checkpoint = here.iter().copied().filter(|it| it.id.partition == partition).max_by_key(|it| it.incarnation);
        ConnectorPartition {
            partition,
            end: None,
            next_offset: checkpoint.map(|checkpoint| checkpoint.next_offset),
            lag: None,
            epoch: checkpoint.map(|checkpoint| checkpoint.epoch),
            books: checkpoint.map(|checkpoint| checkpoint.books).unwrap_or_default(),
        }
    };
    let marks = sample.watermarks.get(&kind).map_or(&[][..], Vec::as_slice);
    if marks.is_empty() {
        let mut known: Vec<i32> = here.iter().map(|checkpoint| checkpoint.id.partition).collect();
        known.sort_unstable();
        known.dedup();
        return known.into_iter().map(row).collect();
    }
    let marked = |mark: &sink::kafka::Watermarks| {
        let lag = lag_of(*mark, checkpoint_of(checkpoints, kind, mark.partition));
        ConnectorPartition { end: connected.then_some(mark.high), lag: connected.then_some(lag), ..row(mark.partition) }
    };
    marks.iter().map(marked).collect()
}

/// None where it is not known of a single partition: a part of a lag is no lag.
fn total_lag(partitions: &[ConnectorPartition]) -> Option<i64> {
    if partitions.is_empty() {
        return None;
    }
    partitions.iter().map(|partition| partition.lag).sum()
}

/// What the checkpoints of other clusters have, beside the partitions that are shown.
fn earlier(kind: Kind, partitions: &[ConnectorPartition], checkpoints: &[Checkpoint]) -> Option<Books> {
    let of_it = checkpoints.iter().filter(|checkpoint| checkpoint.id.topic == kind.topic());
    let all = of_it.fold(Books::default(), |sum, checkpoint| sum.plus(checkpoint.books));
    let shown = partitions.iter().fold(Books::default(), |sum, partition| sum.plus(partition.books));
    let rest = Books {
        read: all.read - shown.read,
        stored: all.stored - shown.stored,
        repeated: all.repeated - shown.repeated,
        dead: all.dead - shown.dead,
    };
    (rest.read > 0).then_some(rest)
}

fn config(kind: Kind, settings: Settings, status: &Status) -> Vec<Setting> {
    let setting = |name: &str, value: String, meaning: &str| Setting {
        name: name.to_owned(),
        value,
        meaning: meaning.to_owned(),
    };
    let tolerance = match settings.tolerance {
        Tolerance::All => {
            setting("errors.tolerance", "all".into(), "A broken record becomes a dead letter, and the task goes on.")
        }
        Tolerance::None => setting("errors.tolerance", "none".into(), "A broken record stops the task before it."),
    };
    let store = if status.graph.embedded { "The graph inside this process." } else { "The graph that it writes to." };
    let kafka = if status.kafka.embedded { "The Kafka inside this process." } else { "The Kafka that it reads from." };
    vec![
        setting("topics", kind.topic().to_owned(), "The topic that it reads."),
        setting(
            "consumer.group.id",
            consumer::group(kind.topic()),
            "The group in which its tasks share the partitions.",
        ),
        setting("tasks.max", settings.tasks_max.to_string(), "Tasks in this process; 0 where others run them."),
        tolerance,
        setting(
            "errors.deadletterqueue.topic.name",
            dead_letter_topic(kind.topic()),
            "Where dead letters are published, beside this list of them.",
        ),
        setting("batch.records.max", task::MAX_ROWS.to_string(), "Records in a transaction, at most."),
        setting("batch.bytes.max", task::MAX_BYTES.to_string(), "Bytes of records in a transaction, at most."),
        setting("kafka.bootstrap.servers", status.kafka.bootstrap_servers.clone(), kafka),
        setting("store", format!("{}, {}", status.graph.name, status.graph.location), store),
    ]
}

#[cfg(test)]
mod tests {
    use sink::{graph::CheckpointId, kafka::Watermarks};

    use super::*;

    fn checkpoint(cluster: &str, partition: i32, read: i64) -> Checkpoint {
        let topic = Kind::Purchase.topic().to_owned();
        let id = CheckpointId { connector: topic.clone(), cluster: cluster.into(), topic, partition };
        let books = Books { read, stored: read, ..Books::default() };
        Checkpoint { books, epoch: 4, ..Checkpoint::untouched(id, read) }
    }

    fn sample() -> Sample {
        let marks = [0, 1].map(|partition| Watermarks { partition, low: 0, high: 30 });
        Sample { watermarks: [(Kind::Purchase, marks.to_vec())].into(), ..Sample::default() }
    }

    #[test]
    fn a_partition_has_its_checkpoint_and_one_that_was_never_taken_over_lags_by_all_of_it() {
        let checkpoints = [checkpoint("k", 0, 20)];
        let rows = partitions(Kind::Purchase, &sample(), &checkpoints, Some("k"), true);
        assert_eq!(
            (rows[0].lag, rows[0].next_offset, rows[0].epoch, rows[0].books.read),
            (Some(10), Some(20), Some(4), 20)
        );
        assert_eq!((rows[1].lag, rows[1].next_offset, rows[1].epoch), (Some(30), None, None));
        assert_eq!(total_lag(&rows), Some(40));
    }

    #[test]
    fn while_kafka_is_away_the_lag_is_unknown_and_not_nothing() {
        let rows = partitions(Kind::Purchase, &sample(), &[checkpoint("k", 0, 20)], Some("k"), false);
        assert_eq!((rows[0].lag, rows[0].end, rows[0].next_offset), (None, None, Some(20)));
        assert_eq!(total_lag(&rows), None);
        let never = partitions(Kind::Purchase, &Sample::default(), &[checkpoint("k", 7, 20)], Some("k"), false);
        assert_eq!((never.len(), never[0].partition, total_lag(&[])), (1, 7, None));
    }

    #[test]
    fn what_was_read_in_clusters_that_are_gone_is_in_the_books_beside_the_partitions() {
        let checkpoints = [checkpoint("k", 0, 20), checkpoint("old", 0, 5)];
        let rows = partitions(Kind::Purchase, &sample(), &checkpoints[..1], Some("k"), true);
        assert_eq!(earlier(Kind::Purchase, &rows, &checkpoints).map(|books| books.read), Some(5));
        assert_eq!(earlier(Kind::Purchase, &rows, &checkpoints[..1]), None);
    }

    #[test]
    fn the_settings_name_the_dead_letter_topic_and_no_secret() {
        let settings = Settings { tasks_max: 2, tolerance: Tolerance::None };
        let config = config(Kind::Purchase, settings, &Status::default());
        let value = |name: &str| config.iter().find(|it| it.name == name).map(|it| it.value.clone());
        assert_eq!(value("errors.deadletterqueue.topic.name").as_deref(), Some("purchases.dead-letters"));
        assert_eq!((value("tasks.max").as_deref(), value("errors.tolerance").as_deref()), (Some("2"), Some("none")));
        assert!(config.iter().all(|setting| !setting.name.contains("password")));
    }
}
