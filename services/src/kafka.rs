//! A Kafka broker of one node that is its own controller, on the loopback interface; if asked for, with a second
//! address behind TLS and passwords.

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
    tls,
};

/// Who may come in at the secured address. No secret: the broker lives as long as a test.
const USER: &str = "sluice";
const PASSWORD: &str = "open-sesame-42";

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
    secured: Option<Secured>,
    java: Java,
}

/// The address with TLS and passwords.
#[derive(Debug)]
struct Secured {
    bootstrap_servers: String,
    ca_file: PathBuf,
}

impl Kafka {
    /// Starts a broker whose files, log included, are in `dir/kafka`, and waits until it answers.
    ///
    /// A broker that ran there before is replaced: its records are gone and the cluster id is new.
    ///
    /// # Errors
    /// Java or Maven is missing, the jars cannot be fetched, or the broker does not start.
    pub fn start(dir: &Path) -> Result<Self, Error> {
        Self::start_one(dir, None, false)
    }

    /// The same, listening at a second address too, with TLS and SASL: `SCRAM-SHA-256` or `PLAIN`.
    ///
    /// # Errors
    /// As for [`Kafka::start`].
    pub fn start_secured(dir: &Path) -> Result<Self, Error> {
        Self::start_one(dir, None, true)
    }

    /// As [`Kafka::start`], with a second address: clients that begin at the proxy's port are told to stay there.
    ///
    /// # Errors
    /// As for [`Kafka::start`].
    pub fn start_behind(dir: &Path, proxy: &Proxy) -> Result<Self, Error> {
        let port = port::free();
        proxy.forward_to(port);
        Self::start_one(dir, Some(Behind { port, proxy: proxy.port() }), false)
    }

    fn start_one(dir: &Path, behind: Option<Behind>, is_secured: bool) -> Result<Self, Error> {
        let class_path = maven::class_path("kafka", None)?;
        let dir = directory::empty(&dir.join("kafka"))?;
        let (port, controller_port) = (port::free(), port::free());
        let mut text = properties(&dir, port, controller_port, behind);
        let mut format =
            ["format", "--config", "server.properties", "--cluster-id", &cluster_id()].map(str::to_owned).to_vec();
        let mut secured = None;
        if is_secured {
            let (secured_port, keys) = (port::free(), tls::make(&dir)?);
            text = text
                .replace("\nlisteners=", &format!("\nlisteners=SECURED://127.0.0.1:{secured_port},"))
                .replace(
                    "\nadvertised.listeners=",
                    &format!("\nadvertised.listeners=SECURED://127.0.0.1:{secured_port},"),
                )
                .replace("protocol.map=", "protocol.map=SECURED:SASL_SSL,");
            text.push_str(&secured_properties(&keys));
            format.extend(["--add-scram".to_owned(), format!("SCRAM-SHA-256=[name={USER},password={PASSWORD}]")]);
            let bootstrap_servers = format!("127.0.0.1:{secured_port}");
            secured = Some(Secured { bootstrap_servers, ca_file: keys.ca_file });
        }
        directory::write(&dir, "server.properties", &text)?;
        directory::write(&dir, "log4j2.properties", LOGGING)?;
        let mut arguments = vec!["-cp".to_owned(), class_path.clone(), "kafka.tools.StorageTool".to_owned()];
        arguments.extend(format);
        java::run("formatting Kafka's log directory", &arguments, &dir, &[])?;
        let ports: Vec<u16> = [port].into_iter().chain(behind.map(|behind| behind.port)).collect();
        let java = spawn(&dir, &class_path, &ports)?;
        Ok(Self { bootstrap_servers: format!("127.0.0.1:{port}"), dir, class_path, ports, secured, java })
    }

    /// Where clients connect with TLS and a password; the same records as at the other address.
    ///
    /// # Panics
    /// When it was started without.
    pub fn secured_servers(&self) -> &str {
        &self.secured().bootstrap_servers
    }

    /// The certificate, PEM, of who signed the secured address's.
    ///
    /// # Panics
    /// When it was started without.
    pub fn ca_file(&self) -> &Path {
        &self.secured().ca_file
    }

    /// Who may log in at the secured address.
    pub fn user(&self) -> &'static str {
        USER
    }

    /// That user's password.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    fn secured(&self) -> &Secured {
        self.secured.as_ref().expect("a Kafka that was started with a secured address")
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

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.java.id()
    }

    /// Makes it hang: connections stay open and nothing answers.
    ///
    /// # Errors
    /// The system refuses to signal the process.
    pub fn freeze(&self) -> Result<(), Error> {
        self.java.freeze()
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
auto.create.topics.enable=false
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

fn secured_properties(keys: &tls::Keys) -> String {
    format!(
        "sasl.enabled.mechanisms=SCRAM-SHA-256,PLAIN
listener.name.secured.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
    user_{USER}=\"{PASSWORD}\";
listener.name.secured.ssl.keystore.type=PKCS12
listener.name.secured.ssl.keystore.location={key_store}
listener.name.secured.ssl.keystore.password={password}
listener.name.secured.ssl.key.password={password}
",
        key_store = keys.key_store.display(),
        password = tls::STORE_PASSWORD,
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
