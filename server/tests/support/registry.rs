//! A schema registry of a test's own, as far as a sink asks one.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use apache_avro::{Schema, types::Value, writer::datum::GenericDatumWriter};
use serde_json::json;

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It answers.
    Well,
    /// It answers everything with this status.
    Status(u16),
    /// It hangs up without a word.
    Silent,
}

/// The registry; it ends with the test.
pub(crate) struct Registry {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    mood: Mood,
    schemas: BTreeMap<u32, String>,
    asked: Vec<String>,
}

/// Who may ask: `ada`, with the password `s3cret`.
pub(crate) const USER_INFO: &str = "ada:s3cret";
const AUTHORIZATION: &str = "Basic YWRhOnMzY3JldA==";

impl Registry {
    pub(crate) fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { mood, schemas: BTreeMap::new(), asked: Vec::new() }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                shared.lock().unwrap().answer(&stream);
            }
        });
        Self { url, state }
    }

    pub(crate) fn register(&self, id: u32, schema: &str) {
        self.state.lock().unwrap().schemas.insert(id, schema.to_owned());
    }

    pub(crate) fn turn(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// The paths that it was asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }
}

impl State {
    fn answer(&mut self, mut stream: &TcpStream) {
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        let Some(path) = head.first().and_then(|line| line.split(' ').nth(1)) else { return };
        let has = |wanted: &str| {
            head.iter().any(|line| {
                line.split_once(": ")
                    .is_some_and(|(name, it)| name.eq_ignore_ascii_case("authorization") && it == wanted)
            })
        };
        self.asked.push(path.to_owned());
        let id = path.strip_prefix("/schemas/ids/").and_then(|id| id.parse().ok());
        let (status, body) = match self.mood {
            Mood::Silent => return,
            Mood::Status(status) => (status, json!({"error_code": status})),
            Mood::Well if !has(AUTHORIZATION) => (401, json!({"error_code": 401})),
            Mood::Well => match id.and_then(|id: u32| self.schemas.get(&id)) {
                Some(schema) => (200, json!({"schema": schema})),
                None => (404, json!({"error_code": 40403, "message": "Schema not found"})),
            },
        };
        let body = body.to_string();
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        drop(stream.write_all(answer.as_bytes()));
    }
}

/// A value as a registry's serializers write it.
pub(crate) fn encoded(id: u32, schema: &str, value: Value) -> Vec<u8> {
    let schema = Schema::parse_str(schema).unwrap();
    let mut bytes = [&[0][..], &id.to_be_bytes()].concat();
    bytes.extend(GenericDatumWriter::builder(&schema).build().unwrap().write_value_to_vec(value).unwrap());
    bytes
}
