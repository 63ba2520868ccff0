//! A service's life: it starts, answers, survives a power cut, hangs and goes on, and is gone afterwards.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use services::{Kafka, Neo4j};

/// Bolt's handshake, offering version 4.4: the server answers with the version that it takes.
fn bolt_version(uri: &str) -> Option<[u8; 4]> {
    let mut stream = TcpStream::connect(uri.trim_start_matches("bolt://")).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    let mut hello = vec![0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 4];
    hello.resize(20, 0);
    stream.write_all(&hello).ok()?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).ok()?;
    Some(answer)
}

/// Kafka's `ApiVersions` request, version 0: the broker answers with the same correlation id.
fn kafka_answers(address: &str) -> bool {
    let ask = || -> std::io::Result<[u8; 8]> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        let body = [&[0, 18, 0, 0][..], &7_i32.to_be_bytes(), &[0, 1, b'x']].concat();
        stream.write_all(&[&(body.len() as u32).to_be_bytes()[..], &body].concat())?;
        let mut answer = [0; 8];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer[4..] == 7_i32.to_be_bytes())
}

#[test]
fn neo4j_answers_after_its_start_and_after_a_power_cut_and_is_gone_when_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let mut neo4j = Neo4j::start(dir.path()).unwrap();
    let uri = neo4j.uri().to_owned();
    assert_eq!(bolt_version(&uri), Some([0, 0, 4, 4]));
    neo4j.kill().unwrap();
    assert_eq!(bolt_version(&uri), None);
    neo4j.restart().unwrap();
    assert_eq!(bolt_version(&uri), Some([0, 0, 4, 4]));
    neo4j.freeze().unwrap();
    assert_eq!(bolt_version(&uri), None);
    neo4j.thaw().unwrap();
    assert_eq!(bolt_version(&uri), Some([0, 0, 4, 4]));
    drop(neo4j);
    assert!(TcpStream::connect(uri.trim_start_matches("bolt://")).is_err());
}

#[test]
fn kafka_answers_after_its_start_and_after_a_power_cut_and_is_gone_when_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let mut kafka = Kafka::start(dir.path()).unwrap();
    let address = kafka.bootstrap_servers().to_owned();
    assert!(kafka_answers(&address));
    kafka.kill().unwrap();
    assert!(!kafka_answers(&address));
    kafka.restart().unwrap();
    assert!(kafka_answers(&address));
    kafka.freeze().unwrap();
    assert!(!kafka_answers(&address));
    kafka.thaw().unwrap();
    assert!(kafka_answers(&address));
    drop(kafka);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn one_that_hangs_can_still_be_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let kafka = Kafka::start(dir.path()).unwrap();
    let address = kafka.bootstrap_servers().to_owned();
    kafka.freeze().unwrap();
    drop(kafka);
    assert!(TcpStream::connect(&address).is_err());
}
