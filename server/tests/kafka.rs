//! What a real Kafka can be and do: behind TLS and passwords, compressed, transactional, with big records, and with
//! topics that change under a running sink. The graph is the embedded one: it is not what is tested here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};

use rand::{RngCore, SeedableRng, rngs::SmallRng};
use rdkafka::{Message, message::OwnedMessage, producer::Producer};
use services::Kafka;
use support::{
    PATIENCE,
    judge::dead_letters,
    kafka::{Admin, header, produce_to, producer, read, send},
    sluice::{Sluice, run},
    wait_for,
};

const PURCHASES: &str = "purchases";
const INTERACTIONS: &str = "product_interactions";
const CONNECTIONS: &str = "user_connections";

/// Of an authority that signed nothing here.
const STRANGER: &str = "-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIUZ7vRYlEieT1FqoYdyZYtKPNUVigwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKQSBzdHJhbmdlcjAgFw0yNjExMjQxNzI3MTFaGA8yMTI2MTAz
MTE3MjcxMVowFTETMBEGA1UEAwwKQSBzdHJhbmdlcjBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABOzWC6wkdkpWP1XH9gA+1q8DLsDHWvDep2qvwsii26AGDEUT2tKf
HzxvUjkX5WW1tj/xZ1HMv7zxGMy06+ZUc5ijUzBRMB0GA1UdDgQWBBRZakOAFSZy
RndpdmbJeOcL873R9jAfBgNVHSMEGDAWgBRZakOAFSZyRndpdmbJeOcL873R9jAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCQTlntY3Plo79onf9/
P7zjMJjXDOcU5cVSsEAe9jjlxgIhAPc8EKcu7fHrrCB6NAac1J256J9EBOOzPVje
a5fKGuJ3
-----END CERTIFICATE-----
";

/// A purchase without an id of its own: its place becomes its id.
fn purchase(number: usize) -> String {
    format!(r#"{{"user_id": {}, "product_id": 2, "quantity": 1, "timestamp": 1789000000}}"#, number + 1)
}

fn connection(number: usize) -> String {
    format!(r#"{{"follower_id": 1, "followed_id": {}, "timestamp": 1789000000}}"#, number + 2)
}

fn rating(number: usize) -> String {
    let user = number + 1;
    format!(
        r#"{{"user_id": {user}, "product_id": 2, "interaction_type": "rating", "value": 4, "timestamp": 1789000000}}"#
    )
}

/// Bytes that are no event, and that no compression makes smaller.
fn noise(bytes: usize) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    SmallRng::seed_from_u64(bytes as u64).fill_bytes(&mut noise);
    noise
}

fn file(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn start(dir: &Path, servers: &str, properties: &Path) -> Sluice {
    let variables = [("KAFKA_BOOTSTRAP_SERVERS", servers), ("KAFKA_PROPERTIES", properties.to_str().unwrap())];
    Sluice::start(dir, &variables)
}

/// Waits until as much of a topic has been stored; what was read besides is the caller's to check.
fn wait_until_stored(sluice: &Sluice, topic: &str, records: i64) {
    wait_for(&format!("{records} records of {topic} to be stored"), || {
        (sluice.status()["books"][topic]["stored"] == records).then_some(())
    });
}

fn read_so_far(sluice: &Sluice, topic: &str) -> i64 {
    sluice.status()["books"][topic]["read"].as_i64().unwrap()
}

/// The notice of a connector's task, once there is one.
fn notice(sluice: &Sluice, connector: usize) -> String {
    wait_for("the notice", || {
        sluice.status()["connectors"][connector]["tasks"][0]["notice"].as_str().map(str::to_owned)
    })
}

fn check_books(sluice: &Sluice) {
    let (_, audit) = sluice.post("/api/audit", "");
    assert_eq!(audit["balanced"], true, "{audit}");
}

#[test]
fn behind_tls_and_a_password_it_works_and_what_is_wrong_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let kafka = Kafka::start_secured(dir.path()).unwrap();
    let stranger = file(dir.path(), "stranger.pem", STRANGER);
    let properties = |mechanism: &str, password: &str, ca: &Path| {
        format!(
            "# Who we are\nsecurity.protocol = SASL_SSL\nsasl.mechanism={mechanism}\nsasl.username={}\n\
             sasl.password={password}\nssl.ca.location={}\n",
            kafka.user(),
            ca.display()
        )
    };
    let start = |text: &str| {
        let properties = file(dir.path(), "kafka.properties", text);
        start(dir.path(), kafka.secured_servers(), &properties)
    };

    let mut letters = 0;
    for mechanism in ["SCRAM-SHA-256", "PLAIN"] {
        let sluice = start(&properties(mechanism, kafka.password(), kafka.ca_file())).ready();
        let burst = sluice.burst(PURCHASES, 1_000, 3);
        assert_eq!((burst["stored"].as_i64(), burst["dead_lettered"].as_i64()), (Some(997), Some(3)));
        letters += 3;
        let (_, stream) = sluice.get("/api/stream?topic=purchases&limit=7");
        assert_eq!(stream["rows"].as_array().map(Vec::len), Some(7), "the stream has the same properties: {stream}");
        read(kafka.bootstrap_servers(), "purchases.dead-letters", letters);
        assert!(!sluice.log().contains(kafka.password()) && !sluice.status().to_string().contains(kafka.password()));
        assert_eq!(sluice.terminate(), Some(0));
    }

    let wrong = "no-such-password-7";
    for (text, says) in [
        (properties("SCRAM-SHA-256", wrong, kafka.ca_file()), "invalid credentials"),
        (properties("PLAIN", wrong, &stranger), "certificate verify failed"),
        ("client.id=me\n".to_owned(), "security.protocol"),
    ] {
        let sluice = start(&text);
        let reasons = wait_for(&format!("{says:?} in /readyz"), || {
            let (code, ready) = sluice.get("/readyz");
            assert_eq!(code, 503);
            Some(ready["reasons"].to_string()).filter(|reasons| reasons.contains(says))
        });
        assert!(reasons.contains(kafka.secured_servers()), "{reasons}");
        assert!(!reasons.contains(wrong) && !sluice.log().contains(wrong), "no secrets: {reasons}\n{}", sluice.log());
        assert_eq!(sluice.get("/healthz").0, 200);
        assert_eq!(sluice.terminate(), Some(0));
    }
}

#[test]
fn properties_that_cannot_be_are_a_sentence_and_exit_code_1() {
    let dir = tempfile::tempdir().unwrap();
    for (text, says) in [
        ("client.id=me\ngroup.id=mine\n", "kafka.properties, line 2: group.id"),
        ("sasl.pasword=hunter2", "kafka.properties, line 1: No such configuration property: \"sasl.pasword\""),
        ("security.protocol=SSL\nssl.ca.location=/nonexistent.pem", "kafka.properties: no Kafka client can be made"),
    ] {
        let properties = file(dir.path(), "kafka.properties", text);
        let variables = [("KAFKA_BOOTSTRAP_SERVERS", "a:1"), ("KAFKA_PROPERTIES", properties.to_str().unwrap())];
        let (code, said) = run(dir.path(), &variables);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("KAFKA_PROPERTIES") && said.contains(says), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn compressed_records_arrive_and_of_transactions_only_the_committed_ones() {
    let dir = tempfile::tempdir().unwrap();
    let kafka = Kafka::start(dir.path()).unwrap();
    let servers = kafka.bootstrap_servers();
    let sluice = Sluice::start(dir.path(), &[("KAFKA_BOOTSTRAP_SERVERS", servers)]).ready();

    let codecs = ["gzip", "snappy", "lz4", "zstd"];
    for codec in codecs {
        let purchases: Vec<_> = (0..100).map(purchase).collect();
        // They are compressed together or not at all.
        produce_to(servers, &[("compression.type", codec), ("linger.ms", "200")], (PURCHASES, 0), &purchases);
    }
    wait_until_stored(&sluice, PURCHASES, 400);

    let connections: Vec<_> = (0..60).map(connection).collect();
    let transactional = producer(servers, &[("transactional.id", "test")]);
    transactional.init_transactions(PATIENCE).unwrap();
    for (range, commits) in [(0..20, true), (20..30, false), (30..40, true), (40..45, false)] {
        transactional.begin_transaction().unwrap();
        send(&transactional, (CONNECTIONS, 0), &connections[range]);
        // An aborted record has to be in the log for the test to mean anything.
        transactional.flush(PATIENCE).unwrap();
        let ended = if commits {
            transactional.commit_transaction(PATIENCE)
        } else {
            transactional.abort_transaction(PATIENCE)
        };
        ended.unwrap();
    }
    wait_until_stored(&sluice, CONNECTIONS, 30);

    // One that stays open holds back what is behind it, and that only.
    transactional.begin_transaction().unwrap();
    send(&transactional, (CONNECTIONS, 0), &connections[45..50]);
    transactional.flush(PATIENCE).unwrap();
    produce_to(servers, &[], (CONNECTIONS, 0), &connections[50..51]);
    produce_to(servers, &[], (CONNECTIONS, 1), &connections[51..52]);
    wait_until_stored(&sluice, CONNECTIONS, 31);
    assert_eq!(read_so_far(&sluice, CONNECTIONS), 31);
    transactional.commit_transaction(PATIENCE).unwrap();
    wait_until_stored(&sluice, CONNECTIONS, 37);
    assert_eq!(read_so_far(&sluice, CONNECTIONS), 37, "nothing of an aborted transaction was read");
    // The log ends in the marker of a transaction, and one of an aborted one has no record behind it.
    transactional.begin_transaction().unwrap();
    send(&transactional, (CONNECTIONS, 2), &connections[52..55]);
    transactional.flush(PATIENCE).unwrap();
    transactional.abort_transaction(PATIENCE).unwrap();
    wait_for("the end of the lag", || {
        let status = sluice.status();
        // The ends are looked at once a second: three records and a marker have to be seen first.
        let seen = status["topics"][CONNECTIONS]["partitions"][2]["high"] == 4;
        (seen && status["connectors"][2]["lag"] == 0).then_some(())
    });
    check_books(&sluice);
}

#[test]
fn records_as_big_as_a_broker_takes_are_stored_or_dead_letters_whole() {
    const MIB: usize = 1 << 20;
    let dir = tempfile::tempdir().unwrap();
    let kafka = Kafka::start(dir.path()).unwrap();
    let servers = kafka.bootstrap_servers();
    let admin = Admin::at(servers);
    admin.create(INTERACTIONS, 1, &[("max.message.bytes", &(8 * MIB).to_string())]);
    // A topic that somebody else made, and that has no room for much.
    admin.create("user_connections.dead-letters", 1, &[("max.message.bytes", "20000")]);
    let sluice = Sluice::start(dir.path(), &[("KAFKA_BOOTSTRAP_SERVERS", servers)]).ready();

    // The usual limit is of a request: what frames a record takes some bytes of it.
    let big = [("message.max.bytes", "10000000")];
    let (full, huge) = (noise(MIB - 100), noise(5 * MIB));
    produce_to(servers, &big, (PURCHASES, 0), &[full.clone(), purchase(1).into_bytes()]);
    produce_to(servers, &big, (INTERACTIONS, 0), &[huge.clone(), rating(1).into_bytes()]);
    produce_to(servers, &big, (CONNECTIONS, 0), &[b"first".to_vec(), noise(100_000), b"last".to_vec()]);
    for topic in [PURCHASES, INTERACTIONS] {
        wait_until_stored(&sluice, topic, 1);
    }
    let payload = |record: &OwnedMessage| record.payload().map(<[u8]>::to_vec);
    for (outlet, whole) in [("purchases.dead-letters", full), ("product_interactions.dead-letters", huge)] {
        assert!(payload(&read(servers, outlet, 1)[0]) == Some(whole), "{outlet} has the record whole");
    }
    let outlet = read(servers, "user_connections.dead-letters", 3);
    let mut offsets: Vec<_> = outlet.iter().map(|record| header(record, "__connect.errors.offset").unwrap()).collect();
    offsets.sort();
    assert_eq!(offsets, ["0", "1", "2"], "each once");
    for record in &outlet {
        let is_big = header(record, "__connect.errors.offset").as_deref() == Some("1");
        assert_eq!((payload(record).is_none(), header(record, "sluice.omitted").is_some()), (is_big, is_big));
    }
    assert_eq!(dead_letters(&sluice, CONNECTIONS).len(), 3);
    // This broker makes no topic by itself: one that somebody deletes is made again, with as much room.
    admin.delete("product_interactions.dead-letters");
    let huge = noise(5 * MIB);
    produce_to(servers, &big, (INTERACTIONS, 0), std::slice::from_ref(&huge));
    assert!(payload(&read(servers, "product_interactions.dead-letters", 1)[0]) == Some(huge), "it is there, whole");
    assert_eq!(sluice.log().matches("a dead letter is refused").count(), 1, "said once:\n{}", sluice.log());
    check_books(&sluice);
}

#[test]
fn topics_that_grow_begin_anew_or_lose_records_under_a_sink_are_read_on_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let kafka = Kafka::start(dir.path()).unwrap();
    let servers = kafka.bootstrap_servers();
    let admin = Admin::at(servers);
    admin.create(CONNECTIONS, 1, &[]);
    let quick = file(dir.path(), "kafka.properties", "topic.metadata.refresh.interval.ms=1000\n");
    let sluice = start(dir.path(), servers, &quick).ready();

    // More partitions.
    let connections: Vec<_> = (0..30).map(connection).collect();
    produce_to(servers, &[], (CONNECTIONS, 0), &connections[..10]);
    wait_until_stored(&sluice, CONNECTIONS, 10);
    admin.grow(CONNECTIONS, 3);
    produce_to(servers, &[], (CONNECTIONS, 1), &connections[10..20]);
    produce_to(servers, &[], (CONNECTIONS, 2), &connections[20..]);
    wait_until_stored(&sluice, CONNECTIONS, 30);

    // Another topic of the same name: the same places, and yet other records.
    let purchases: Vec<_> = (0..40).map(purchase).collect();
    produce_to(servers, &[], (PURCHASES, 0), &purchases[..20]);
    wait_until_stored(&sluice, PURCHASES, 20);
    admin.delete(PURCHASES);
    admin.create(PURCHASES, 3, &[]);
    produce_to(servers, &[], (PURCHASES, 0), &purchases[20..25]);
    wait_until_stored(&sluice, PURCHASES, 25);
    assert_eq!(read_so_far(&sluice, PURCHASES), 25);
    let said = notice(&sluice, 0);
    assert!(said.contains("purchases is not the topic that it was"), "{said}");

    // The same while nobody looks, and with more records than the old one had.
    assert_eq!(sluice.terminate(), Some(0));
    admin.delete(PURCHASES);
    admin.create(PURCHASES, 3, &[]);
    produce_to(servers, &[], (PURCHASES, 0), &purchases[25..]);
    let sluice = start(dir.path(), servers, &quick).ready();
    wait_until_stored(&sluice, PURCHASES, 40);
    let said = notice(&sluice, 0);
    assert!(said.contains("purchases is not the topic that it was"), "{said}");

    // Records that are gone before anybody read them.
    let ratings: Vec<_> = (0..30).map(rating).collect();
    produce_to(servers, &[], (INTERACTIONS, 0), &ratings[..10]);
    wait_until_stored(&sluice, INTERACTIONS, 10);
    assert_eq!(sluice.terminate(), Some(0));
    produce_to(servers, &[], (INTERACTIONS, 0), &ratings[10..]);
    admin.remove_before(INTERACTIONS, 0, 25);
    let sluice = start(dir.path(), servers, &quick).ready();
    wait_until_stored(&sluice, INTERACTIONS, 15);
    let said = notice(&sluice, 1);
    assert!(said.contains("15 records of product_interactions partition 0 were removed"), "{said}");
    let (_, metrics) = sluice.get("/metrics");
    let line = r#"sluice_lost_upstream_records_total{connector="product_interactions"} 15"#;
    assert!(metrics.as_str().unwrap().contains(line), "{metrics}");
    check_books(&sluice);
}
