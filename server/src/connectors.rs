//! Each connector in full: its tasks wherever they run, its partitions, what it has met, and what holds for it.

use chrono::Utc;
use model::{
    Kind,
    connector::{Connector, ConnectorPartition, Setting},
    status::{Books, Order, Status},
};
use sink::{
    connector::{
        self, Strategy,
        config::{definitions, shown},
    },
    graph::Checkpoint,
    kafka::{consumer, dead_letter_topic},
    task,
};

use crate::{
    house::{House, in_order},
    sampler::{Sample, checkpoint_of, lag_of},
};

/// All of them: those of the three kinds first, then the others by name. From memory.
pub(crate) fn connectors(house: &House) -> Vec<Connector> {
    let (status, sample) = (house.status(), house.sampler.last());
    let checkpoints = house.sampler.checkpoints(&house.board);
    let now = Utc::now().timestamp_millis();
    let full = |(name, connector): (String, std::sync::Arc<connector::Connector>)| {
        let of_it: Vec<&Checkpoint> = checkpoints.iter().filter(|it| it.id.connector == name).collect();
        let topics = connector.topics();
        let here = Here {
            sample: &sample,
            cluster: house.cluster.id(),
            connected: status.kafka.connected,
            reads: matches!(connector.state(), Order::Resume | Order::Restart),
        };
        let partitions: Vec<_> = topics.iter().flat_map(|topic| here.partitions(&name, topic, &of_it)).collect();
        let told = status.connectors.iter().find(|told| told.name == name).cloned();
        let (state, tasks) = told.map(|told| (told.state, told.tasks)).unwrap_or_default();
        let stored = sample.stored(&name);
        Connector {
            kind: connector.kind(),
            description: description(&connector),
            state,
            paused: connector.state() == Order::Pause,
            lag: total_lag(&partitions),
            stored_per_second: stored.per_second,
            history: stored.history,
            tasks,
            earlier: earlier(&partitions, &of_it),
            partitions,
            met: house.board.met(&name, now),
            config: config(&name, &connector, &status),
            name,
        }
    };
    in_order(&house.registry).into_iter().map(full).collect()
}

/// What it makes of its records, as Cypher would draw it.
fn description(connector: &connector::Connector) -> String {
    let config = match &connector.config {
        Ok(config) => config,
        Err(problems) => return format!("Its configuration can't be used: {problems}."),
    };
    let of = |(topic, strategy): &(String, Strategy)| match strategy {
        Strategy::Event(Kind::Purchase) => {
            format!("Each record of {topic} becomes a purchase: (User)-[PURCHASED]->(Transaction)-[OF]->(Product).")
        }
        Strategy::Event(Kind::Interaction) => format!(
            "Each record of {topic} becomes a rating or a review: (User)-[RATED]->(Product) or (User)-[REVIEWED]->(Product)."
        ),
        Strategy::Event(Kind::Connection) => {
            format!("Each record of {topic} becomes a follower: (User)-[FOLLOWS]->(User).")
        }
        Strategy::Pattern { patterns, .. } => format!("Each record of {topic} becomes {patterns}."),
        Strategy::Cypher { statement, .. } => format!("For each record of {topic}: {statement}"),
        Strategy::Cud => format!("Each record of {topic} says itself what to create, update, merge or delete."),
    };
    config.topics.iter().map(of).collect::<Vec<_>>().join(" ")
}

/// What is known of the topics here and now.
struct Here<'a> {
    sample: &'a Sample,
    cluster: Option<&'a str>,
    connected: bool,
    /// The connector is to read.
    reads: bool,
}

impl Here<'_> {
    /// The partitions that Kafka names, or while it never did, those with a checkpoint.
    fn partitions(&self, name: &str, topic: &str, checkpoints: &[&Checkpoint]) -> Vec<ConnectorPartition> {
        let here = || checkpoints.iter().copied().filter(|it| Some(it.id.cluster.as_str()) == self.cluster);
        let at = |partition: i32| checkpoint_of(here(), name, topic, partition);
        let row = |partition: i32| {
            let checkpoint = at(partition);
            ConnectorPartition {
                topic: topic.to_owned(),
                partition,
                end: None,
                next_offset: checkpoint.map(|checkpoint| checkpoint.next_offset),
                lag: None,
                epoch: checkpoint.map(|checkpoint| checkpoint.epoch),
                books: checkpoint.map(|checkpoint| checkpoint.books).unwrap_or_default(),
            }
        };
        let marks = self.sample.marks(topic);
        if marks.is_empty() {
            let of_it = here().filter(|checkpoint| checkpoint.id.topic == topic);
            let mut known: Vec<i32> = of_it.map(|checkpoint| checkpoint.id.partition).collect();
            known.sort_unstable();
            known.dedup();
            return known.into_iter().map(row).collect();
        }
        let marked = |mark: &sink::kafka::Watermarks| {
            let checkpoint = at(mark.partition);
            let lag = lag_of(*mark, checkpoint);
            // What has been stored since the look at Kafka was there then or came after it.
            let stored = checkpoint.filter(|_| self.reads).map_or(mark.high, |checkpoint| checkpoint.next_offset);
            let (end, lag) = (self.connected.then_some(mark.high.max(stored)), self.connected.then_some(lag));
            ConnectorPartition { end, lag, ..row(mark.partition) }
        };
        marks.iter().map(marked).collect()
    }
}

/// None where it is not known of a single partition: a part of a lag is no lag.
fn total_lag(partitions: &[ConnectorPartition]) -> Option<i64> {
    if partitions.is_empty() {
        return None;
    }
    partitions.iter().map(|partition| partition.lag).sum()
}

/// What its checkpoints of other clusters have, beside the partitions that are shown.
fn earlier(partitions: &[ConnectorPartition], checkpoints: &[&Checkpoint]) -> Option<Books> {
    let all = checkpoints.iter().fold(Books::default(), |sum, checkpoint| sum.plus(checkpoint.books));
    let shown = partitions.iter().fold(Books::default(), |sum, partition| sum.plus(partition.books));
    let rest = Books {
        read: all.read - shown.read,
        stored: all.stored - shown.stored,
        repeated: all.repeated - shown.repeated,
        dead: all.dead - shown.dead,
    };
    (rest.read > 0).then_some(rest)
}

/// What it was defined with, what holds where that says nothing, and what is the same for all.
fn config(name: &str, connector: &connector::Connector, status: &Status) -> Vec<Setting> {
    let setting = |name: &str, value: String, meaning: &str| Setting {
        name: name.to_owned(),
        value,
        meaning: meaning.to_owned(),
    };
    let store = if status.graph.embedded { "The graph inside this process." } else { "The graph that it writes to." };
    let kafka = if status.kafka.embedded { "The Kafka inside this process." } else { "The Kafka that it reads from." };
    let stated = connector.raw.iter().filter(|(key, _)| *key != "name").map(|(key, value)| Setting {
        name: key.clone(),
        value: shown(key, value),
        meaning: documentation(key),
    });
    let mut all: Vec<Setting> = stated.collect();
    if let Some(config) = connector.config.as_ref().ok().filter(|config| config.dead_letter_topic.is_none()) {
        let outlets: Vec<String> = config.topics.iter().map(|(topic, _)| dead_letter_topic(topic)).collect();
        let meaning = "Where dead letters are published, beside this list of them.";
        all.push(setting("errors.deadletterqueue.topic.name", outlets.join(", "), meaning));
    }
    all.extend([
        setting("consumer.group.id", consumer::group(name), "The group in which its tasks share the partitions."),
        setting("batch.records.max", task::MAX_ROWS.to_string(), "Records in a transaction, at most."),
        setting("batch.bytes.max", task::MAX_BYTES.to_string(), "Bytes of records in a transaction, at most."),
        setting("kafka.bootstrap.servers", status.kafka.bootstrap_servers.clone(), kafka),
        setting("store", format!("{}, {}", status.graph.name, status.graph.location), store),
    ]);
    all
}

/// What a key means, by its definition.
fn documentation(key: &str) -> String {
    let found = definitions().iter().find(|definition| definition.name == key);
    found.map(|definition| definition.documentation.to_string()).unwrap_or_default()
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

    fn all(checkpoints: &[Checkpoint]) -> Vec<&Checkpoint> {
        checkpoints.iter().collect()
    }

    fn rows_of(sample: &Sample, checkpoints: &[Checkpoint], connected: bool) -> Vec<ConnectorPartition> {
        Here { sample, cluster: Some("k"), connected, reads: true }.partitions(
            "purchases",
            "purchases",
            &all(checkpoints),
        )
    }

    fn sample() -> Sample {
        let marks = [0, 1].map(|partition| Watermarks { partition, low: 0, high: 30 });
        let mut sample = Sample::default();
        sample.watermarks.insert("purchases".to_owned(), marks.to_vec());
        sample
    }

    #[test]
    fn a_partition_has_its_checkpoint_and_one_that_was_never_taken_over_lags_by_all_of_it() {
        let checkpoints = [checkpoint("k", 0, 20)];
        let rows = rows_of(&sample(), &checkpoints, true);
        assert_eq!(
            (rows[0].lag, rows[0].next_offset, rows[0].epoch, rows[0].books.read),
            (Some(10), Some(20), Some(4), 20)
        );
        assert_eq!((rows[1].lag, rows[1].next_offset, rows[1].epoch), (Some(30), None, None));
        assert_eq!(total_lag(&rows), Some(40));
    }

    #[test]
    fn the_log_reaches_as_far_as_was_stored_since_kafka_was_looked_at_but_not_where_nothing_reads_it() {
        let (sample, checkpoints) = (sample(), [checkpoint("k", 0, 34)]);
        let here = Here { sample: &sample, cluster: Some("k"), connected: true, reads: true };
        let end = |here: Here<'_>| here.partitions("purchases", "purchases", &all(&checkpoints))[0].end;
        assert_eq!(end(Here { reads: false, ..here }), Some(30), "perhaps another topic of that name");
        assert_eq!(end(here), Some(34));
    }

    #[test]
    fn while_kafka_is_away_the_lag_is_unknown_and_not_nothing() {
        let rows = rows_of(&sample(), &[checkpoint("k", 0, 20)], false);
        assert_eq!((rows[0].lag, rows[0].end, rows[0].next_offset), (None, None, Some(20)));
        assert_eq!(total_lag(&rows), None);
        let never = rows_of(&Sample::default(), &[checkpoint("k", 7, 20)], false);
        assert_eq!((never.len(), never[0].partition, total_lag(&[])), (1, 7, None));
    }

    #[test]
    fn what_was_read_in_clusters_that_are_gone_is_in_the_books_beside_the_partitions() {
        let checkpoints = [checkpoint("k", 0, 20), checkpoint("old", 0, 5)];
        let rows = rows_of(&sample(), &checkpoints[..1], true);
        assert_eq!(earlier(&rows, &all(&checkpoints)).map(|books| books.read), Some(5));
        assert_eq!(earlier(&rows, &all(&checkpoints[..1])), None);
    }
}
