//! A running Sluice, what it counts, and how its sinks are held and let go.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use model::Kind;
use serde_json::{Value, json};

use crate::{
    error::{During, Error},
    process::Process,
};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(3);
/// Between two looks at what it has counted, where its latency is measured.
pub(crate) const OFTEN: Duration = Duration::from_millis(10);
/// Where its speed is: a look costs it about a millisecond of a processor.
pub(crate) const SELDOM: Duration = Duration::from_millis(50);
const CONNECT: &str = "listening for Kafka Connect's REST API address=";

/// The binary, and what every start of it has in its environment.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) binary: PathBuf,
    pub(crate) variables: Vec<(&'static str, String)>,
}

/// A process; ended when dropped.
pub(crate) struct Sluice {
    child: Child,
    address: String,
    connect: String,
    agent: ureq::Agent,
}

/// When how many records had been stored, as far as was looked.
pub(crate) type Progress = Vec<(Instant, u64)>;

impl Sluice {
    /// Starts it on free ports, and waits until it listens.
    pub(crate) fn start(setup: &Setup, data_dir: &Path) -> Result<Self, Error> {
        const STEP: &str = "starting Sluice";
        let mut command = Command::new(&setup.binary);
        for name in ["KAFKA_BOOTSTRAP_SERVERS", "KAFKA_PROPERTIES", "NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"] {
            command.env_remove(name);
        }
        command
            .env_remove("SLUICE_ADMIN_TOKEN")
            .env("SLUICE_LISTEN", "127.0.0.1:0")
            .env("SLUICE_CONNECT_LISTEN", "127.0.0.1:0")
            .env("SLUICE_DATA_DIR", data_dir)
            .env("RUST_LOG", "info")
            .envs(setup.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().during(STEP)?;
        let log = listen(child.stderr.take().map(BufReader::new), CONNECT);
        let said = listen(child.stdout.take().map(BufReader::new), "http://");
        let word = |text: String| text.split_whitespace().next().map(|address| format!("http://{address}"));
        let told = |lines: Receiver<String>| lines.recv_timeout(PATIENCE).ok().and_then(word);
        let (address, connect) = (told(said), told(log));
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        if let (Some(address), Some(connect)) = (address, connect) {
            return Ok(Self { child, address, connect, agent });
        }
        // It has ended or is no use; there is nothing to be done about a failure to end it.
        drop(child.kill());
        drop(child.wait());
        Err(Error::new(STEP, "it did not say where it listens"))
    }

    /// Waits until it is ready.
    pub(crate) fn ready(self) -> Result<Self, Error> {
        wait_for("Sluice to be ready", || self.get("/readyz").is_ok().then_some(()))?;
        Ok(self)
    }

    pub(crate) fn process(&self) -> Process {
        Process(self.child.id())
    }

    /// The answer to a GET.
    pub(crate) fn get(&self, path: &str) -> Result<String, Error> {
        read(self.agent.get(format!("{}{path}", self.address)).call(), path)
    }

    /// Where its Kafka is.
    pub(crate) fn bootstrap_servers(&self) -> Result<String, Error> {
        let status = self.json("/api/status")?;
        Ok(status["kafka"]["bootstrap_servers"].as_str().unwrap_or_default().to_owned())
    }

    /// The answer to a GET as JSON.
    pub(crate) fn json(&self, path: &str) -> Result<Value, Error> {
        serde_json::from_str(&self.get(path)?).during(path)
    }

    /// The answer to a POST of JSON, as JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let request = self.agent.post(format!("{}{path}", self.address)).header("content-type", "application/json");
        serde_json::from_str(&read(request.send(body.to_string()), path)?).during(path)
    }

    /// Holds the sinks of all kinds: they leave their groups.
    pub(crate) fn pause(&self) -> Result<(), Error> {
        self.hold(&Kind::ALL.map(Kind::topic))
    }

    /// Holds connectors, and waits until they do.
    pub(crate) fn hold(&self, connectors: &[&str]) -> Result<(), Error> {
        for connector in connectors {
            self.order(connector, "pause")?;
        }
        let all = || connectors.iter().all(|connector| matches!(self.is_paused(connector), Ok(true)));
        wait_for("the sinks to hold", || all().then_some(()))
    }

    /// Tells a connector to `pause` or `resume`.
    pub(crate) fn order(&self, connector: &str, order: &str) -> Result<(), Error> {
        let path = format!("/connectors/{connector}/{order}");
        read(self.agent.put(format!("{}{path}", self.connect)).send_empty(), &path).map(drop)
    }

    /// Creates a connector that holds.
    pub(crate) fn create(&self, connector: &str, config: &Value) -> Result<(), Error> {
        self.define(&json!({"name": connector, "config": config, "initial_state": "PAUSED"}))
    }

    /// Creates a connector as it is said.
    pub(crate) fn define(&self, definition: &Value) -> Result<(), Error> {
        const PATH: &str = "/connectors";
        let request = self.agent.post(format!("{}{PATH}", self.connect)).header("content-type", "application/json");
        read(request.send(definition.to_string()), PATH).map(drop)
    }

    /// Deletes a connector.
    pub(crate) fn delete(&self, connector: &str) -> Result<(), Error> {
        let path = format!("/connectors/{connector}");
        read(self.agent.delete(format!("{}{path}", self.connect)).call(), &path).map(drop)
    }

    /// How many records a connector has handled: stored, found to be there already, or buried.
    pub(crate) fn handled(&self, connector: &str) -> Result<u64, Error> {
        self.handled_of(&[connector])
    }

    /// The sum of a metric's values, of those that have a label.
    pub(crate) fn metric(&self, name: &str, label: &str) -> Result<f64, Error> {
        Ok(sum(&self.get("/metrics")?, name, label))
    }

    /// How many records these connectors have handled.
    pub(crate) fn handled_of(&self, connectors: &[&str]) -> Result<u64, Error> {
        let metrics = self.get("/metrics")?;
        let handled = |connector: &&str| sum(&metrics, "sluice_records_total", &of(connector)) as u64;
        Ok(connectors.iter().map(handled).sum())
    }

    /// Watches until so many more records than `before` are handled.
    pub(crate) fn watch(
        &self,
        every: Duration,
        connectors: &[&str],
        before: u64,
        count: u64,
    ) -> Result<Progress, Error> {
        watch(every, || Ok(self.handled_of(connectors)? - before), count)
    }

    /// Asks it to stop, and waits.
    pub(crate) fn stop(mut self) -> Result<(), Error> {
        const STEP: &str = "stopping Sluice";
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().during(STEP)?;
        self.child.wait().during(STEP).map(drop)
    }

    /// Whether a connector and all its tasks hold.
    fn is_paused(&self, connector: &str) -> Result<bool, Error> {
        let path = format!("/connectors/{connector}/status");
        let text = read(self.agent.get(format!("{}{path}", self.connect)).call(), &path)?;
        let status: Value = serde_json::from_str(&text).during(&path)?;
        let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
        Ok(status["connector"]["state"] == "PAUSED" && tasks.iter().all(|task| task["state"] == "PAUSED"))
    }
}

impl Drop for Sluice {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The text of an answer that is no refusal.
fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>, path: &str) -> Result<String, Error> {
    let mut answer = answer.during(path)?;
    let text = answer.body_mut().read_to_string().during(path)?;
    if answer.status().is_success() { Ok(text) } else { Err(Error::new(path, text)) }
}

/// The sum of a metric's values, of those that have a label.
fn sum(metrics: &str, name: &str, label: &str) -> f64 {
    let named = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
    let lines = metrics.lines().filter(named).filter(|line| line.contains(label));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// The label of a connector's metrics.
pub(crate) fn of(connector: &str) -> String {
    format!("connector=\"{connector}\"")
}

/// Watches until so many records are handled.
pub(crate) fn watch(every: Duration, handled: impl Fn() -> Result<u64, Error>, count: u64) -> Result<Progress, Error> {
    let mut progress = Progress::new();
    let mut moved = Instant::now();
    loop {
        let handled = handled()?;
        let now = Instant::now();
        if progress.last().is_none_or(|(_, last)| *last != handled) {
            progress.push((now, handled));
            moved = now;
        }
        if handled >= count {
            return Ok(progress);
        }
        if now - moved > PATIENCE {
            return Err(Error::new("watching the sinks", format!("stuck at {handled} of {count}")));
        }
        thread::sleep(every);
    }
}

/// Asks until the answer is there.
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T, Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if Instant::now() > until {
            return Err(Error::new(format!("waiting for {what}"), format!("{} s in vain", PATIENCE.as_secs())));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Reads lines to their end, and tells what follows the first `mark`.
fn listen(lines: Option<BufReader<impl Read + Send + 'static>>, mark: &'static str) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in lines.into_iter().flat_map(BufReader::lines).map_while(Result::ok) {
            if let Some((_, rest)) = line.split_once(mark) {
                // Only the first is waited for.
                drop(sender.send(rest.to_owned()));
            }
        }
    });
    receiver
}
