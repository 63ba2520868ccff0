//! A running Sluice, and its API.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use super::wait_for;

const BINARY: &str = env!("CARGO_BIN_EXE_sluice");

/// The binary as a process; killed when dropped.
pub(crate) struct Sluice {
    child: Child,
    pub(crate) address: String,
    log: Arc<Mutex<String>>,
}

impl Sluice {
    /// Starts it on a free port with these variables, and waits until it listens.
    pub(crate) fn start(data_dir: &Path, variables: &[(&str, &str)]) -> Self {
        Self::spawn(command(data_dir, variables))
    }

    /// Starts it so that no file of its may grow beyond so many bytes: to it, a disk that is full.
    pub(crate) fn start_on_small_disk(data_dir: &Path, variables: &[(&str, &str)], bytes: u64) -> Self {
        let mut small = Command::new("prlimit");
        // Without the trap the system would end the process instead of refusing the write.
        small.args([&format!("--fsize={bytes}:unlimited"), "sh", "-c", "trap '' XFSZ; exec \"$0\"", BINARY]);
        Self::spawn(configured(small, data_dir, variables))
    }

    /// Gives a process on a small disk room, while it runs.
    pub(crate) fn make_room(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().unwrap().success());
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, kept) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut first = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        std::thread::spawn(move || drop(stdout.read_to_end(&mut Vec::new())));
        let address = first.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        assert!(address.starts_with("http://"), "it says where it is: {first:?}\n{}", log.lock().unwrap());
        Self { child, address, log }
    }

    /// Waits until it is ready.
    pub(crate) fn ready(self) -> Self {
        wait_for("/readyz", || (self.get("/readyz").0 == 200).then_some(()));
        self
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Where its Kafka Connect REST API is.
    pub(crate) fn connect(&self) -> String {
        let said = "listening for Kafka Connect's REST API address=";
        let address = || {
            let log = self.log();
            let line = log.lines().find_map(|line| line.split_once(said))?.1;
            line.split_whitespace().next().map(|address| format!("http://{address}"))
        };
        wait_for("the address of Kafka Connect's REST API", address)
    }

    /// A GET: status and JSON.
    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        answer(agent().get(format!("{}{path}", self.address)).call())
    }

    /// A POST: status and JSON.
    pub(crate) fn post(&self, path: &str, body: &str) -> (u16, Value) {
        answer(agent().post(format!("{}{path}", self.address)).header("content-type", "application/json").send(body))
    }

    /// A PUT: status and JSON.
    pub(crate) fn put(&self, path: &str, body: &str) -> (u16, Value) {
        answer(agent().put(format!("{}{path}", self.address)).header("content-type", "application/json").send(body))
    }

    /// Sends a burst and waits until all of it is stored or a dead letter.
    pub(crate) fn burst(&self, kind: &str, count: u64, poison: u64) -> Value {
        let (status, burst) =
            self.post("/api/bursts", &json!({"kind": kind, "count": count, "poison": poison}).to_string());
        assert_eq!(status, 202, "{burst}");
        let path = format!("/api/bursts/{}", burst["id"].as_str().unwrap());
        wait_for("the burst's end", || Some(self.get(&path).1).filter(|burst| burst["done"] == true))
    }

    /// The whole status.
    pub(crate) fn status(&self) -> Value {
        self.get("/api/status").1
    }

    /// The addresses of its Kafka.
    pub(crate) fn servers(&self) -> String {
        self.status()["kafka"]["bootstrap_servers"].as_str().unwrap().to_owned()
    }

    /// The books of a topic.
    pub(crate) fn books(&self, topic: &str) -> Value {
        self.status()["books"][topic].clone()
    }

    /// Waits until so many records of a topic are read.
    pub(crate) fn wait_until_read(&self, topic: &str, records: i64) {
        wait_for(&format!("{records} records of {topic} to be read"), || {
            (self.books(topic)["read"] == records).then_some(())
        });
    }

    /// Sends a signal by its name, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "SIG{name}");
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and returns its exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        self.signal("TERM");
        wait_for("the end", || self.child.try_wait().unwrap()).code()
    }
}

impl Drop for Sluice {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            eprintln!("--- the log of sluice at {}\n{}", self.address, self.log());
        }
    }
}

/// Asks any method of any address: status and JSON, null where there is no body.
pub(crate) fn ask(method: &str, address: &str, body: &str) -> (u16, Value) {
    let json = ("content-type", "application/json");
    let asked = match method {
        "GET" => agent().get(address).call(),
        "DELETE" => agent().delete(address).call(),
        "POST" => agent().post(address).header(json.0, json.1).send(body),
        "PUT" => agent().put(address).header(json.0, json.1).send(body),
        "PATCH" => agent().patch(address).header(json.0, json.1).send(body),
        _ => panic!("{method} is not asked here"),
    };
    let (status, told) = answer(asked);
    (status, if told == "" { Value::Null } else { told })
}

/// Runs it to its end: exit code and what it said.
pub(crate) fn run(data_dir: &Path, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = command(data_dir, variables).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Starts it, reads where it is, closes both ends of what it says, and asks it to stop: its exit code.
pub(crate) fn stopped_unheard(data_dir: &Path) -> Option<i32> {
    let mut child = command(data_dir, &[]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop((stdout, child.stderr.take()));
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    wait_for("the end", || child.try_wait().unwrap()).code()
}

fn command(data_dir: &Path, variables: &[(&str, &str)]) -> Command {
    configured(Command::new(BINARY), data_dir, variables)
}

fn configured(mut command: Command, data_dir: &Path, variables: &[(&str, &str)]) -> Command {
    for name in [
        "KAFKA_BOOTSTRAP_SERVERS",
        "KAFKA_PROPERTIES",
        "NEO4J_URI",
        "NEO4J_USER",
        "NEO4J_PASSWORD",
        "SLUICE_ADMIN_TOKEN",
        "SLUICE_ALLOWED_HOSTS",
    ] {
        command.env_remove(name);
    }
    command
        .env("SLUICE_LISTEN", "127.0.0.1:0")
        .env("SLUICE_CONNECT_LISTEN", "127.0.0.1:0")
        .env("SLUICE_DATA_DIR", data_dir)
        .env("RUST_LOG", "info")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn answer(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> (u16, Value) {
    match answer {
        Ok(mut response) => {
            let text = response.body_mut().read_to_string().unwrap_or_default();
            (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
        }
        Err(error) => (0, Value::String(error.to_string())),
    }
}
