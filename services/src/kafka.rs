//! A Kafka broker of one node that is its own controller, on the loopback interface.

use std::{
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
};

use rustix::process::Signal;

use crate::{
    directory,
    error::Error,
    java::{self, Java},
    maven, port,
    proxy::Proxy,
};

const READY: &str = "Kafka Server started";

/// Compaction and the like are not what is tested; a small heap lets several run side by side.
const JVM: [&str; 4] = ["-Xms256m", "-Xmx512m", "-XX:+UseG1GC", "-Djava.awt.headless=true"];

/// A running broker; stopped when dropped.
#[derive(Debug)]
pub struct Kafka {
    dir: PathBuf,
    class_path: String,
    bootstrap_servers: String,
    ports: Vec<u16>,
    java: Java,
}

impl Kafka {
    /// Starts a broker whose files, log included, are in `dir/kafka`, and waits until it answers.
    ///
    /// A broker that ran there before is replaced: its records are gone and the cluster id is new.
    ///
    /// # Errors
    /// Java or Maven is missing, the jars cannot be fetched, or the broker does not start.
    pub fn start(dir: &Path) -> Result<Self, Error> {
        Self::start_listening(dir, None)
    }

    /// As [`Kafka::start`], with a second address: clients that begin at the proxy's port are told to stay there.
    ///
    /// # Errors
    /// As for [`Kafka::start`].
    pub fn start_behind(dir: &Path, proxy: &Proxy) -> Result<Self, Error> {
        let port = port::free();
        proxy.forward_to(port);
        Self::start_listening(dir, Some(Behind { port, proxy: proxy.port() }))
    }

    fn start_listening(dir: &Path, behind: Option<Behind>) -> Result<Self, Error> {
        let class_path = maven::class_path("kafka")?;
        let dir = directory::empty(&dir.join("kafka"))?;
        let (port, controller_port) = (port::free(), port::free());
        directory::write(&dir, "server.properties", &properties(&dir, port, controller_port, behind))?;
        directory::write(&dir, "log4j2.properties", LOGGING)?;
        let format = ["format", "--config", "server.properties", "--cluster-id", &cluster_id()];
        let mut arguments = vec!["-cp".to_owned(), class_path.clone(), "kafka.tools.StorageTool".to_owned()];
        arguments.extend(format.map(str::to_owned));
        java::run("formatting Kafka's log directory", &arguments, &dir, &[])?;
        let ports: Vec<u16> = [port].into_iter().chain(behind.map(|behind| behind.port)).collect();
        let java = spawn(&dir, &class_path, &ports)?;
        Ok(Self { bootstrap_servers: format!("127.0.0.1:{port}"), dir, class_path, ports, java })
    }

    /// Where clients connect, such as `127.0.0.1:20123`.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// The directory of all its files; `kafka.log` is the broker's log.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Stops it in good order. Its records stay for [`Kafka::restart`].
    ///
    /// # Errors
    /// The system refuses to signal the process.
    pub fn stop(&mut self) -> Result<(), Error> {
        self.java.stop()
    }

    /// Ends it at once, as a power cut would.
    ///
    /// # Errors
    /// The system refuses to signal the process.
    pub fn kill(&mut self) -> Result<(), Error> {
        self.java.kill()
    }

    /// Starts it again, at the same address, with the records that it had.
    ///
    /// # Errors
    /// As for [`Kafka::start`].
    pub fn restart(&mut self) -> Result<(), Error> {
        self.java.stop()?;
        self.java = spawn(&self.dir, &self.class_path, &self.ports)?;
        Ok(())
    }

    /// Makes it hang: connections stay open and nothing answers.
    ///
    /// # Errors
    /// The system refuses to signal the process.
    pub fn freeze(&self) -> Result<(), Error> {
        self.java.signal(Signal::STOP)
    }

    /// Lets it go on after [`Kafka::freeze`].
    ///
    /// # Errors
    /// The system refuses to signal the process.
    pub fn thaw(&self) -> Result<(), Error> {
        self.java.signal(Signal::CONT)
    }
}

/// Where it listens for those that come through a proxy, and the port that they are told.
#[derive(Clone, Copy, Debug)]
struct Behind {
    port: u16,
    proxy: u16,
}

fn spawn(dir: &Path, class_path: &str, ports: &[u16]) -> Result<Java, Error> {
    let mut arguments: Vec<String> = JVM.map(str::to_owned).to_vec();
    arguments.push(format!("-Dlog4j2.configurationFile={}", dir.join("log4j2.properties").display()));
    arguments.extend(["-cp", class_path, "kafka.Kafka", "server.properties"].map(str::to_owned));
    let mut java = Java::spawn("kafka", &arguments, dir, &dir.join("kafka.log"))?;
    java.wait_until_ready(READY, ports)?;
    Ok(java)
}

fn properties(dir: &Path, port: u16, controller_port: u16, behind: Option<Behind>) -> String {
    let listener = |port: u16| format!(",PROXIED://127.0.0.1:{port}");
    let (listens, tells) = behind.map(|behind| (listener(behind.port), listener(behind.proxy))).unwrap_or_default();
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}{listens}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}{tells}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={log_dirs}
num.partitions=3
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
controlled.shutdown.enable=false
",
        log_dirs = dir.join("data").display(),
    )
}

const LOGGING: &str = "rootLogger.level=INFO
rootLogger.appenderRef.stdout.ref=STDOUT
appender.stdout.type=Console
appender.stdout.name=STDOUT
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=%d %p %m (%c)%n
";

/// 16 random bytes in URL-safe base64, of which the last character holds two bits only.
///
/// Letters alone do: a leading dash would look like an option, and 21 letters are random enough.
fn cluster_id() -> String {
    let letters = (0..21).map(|_| char::from(b'a' + (RandomState::new().hash_one(()) % 26) as u8));
    letters.chain(['A']).collect()
}
