//! A Neo4j Community server, with a password, on the loopback interface.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use rustix::process::Signal;

use crate::{
    certificate::{self, Certificate},
    directory,
    error::{During, Error},
    java::{self, Java},
    maven, port,
};

/// The variable that names another release than the one that the tests are made for, such as `2026.08.1`.
const VERSION: &str = "NEO4J_VERSION";

const READY: &str = "Started.";
const USER: &str = "neo4j";
const PASSWORD: &str = "tests-only-password";

/// The heap bounds what one transaction may hold; the openings are those that Neo4j's own launcher asks for.
const JVM: [&str; 8] = [
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseG1GC",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
];

/// A running server; stopped when dropped.
#[derive(Debug)]
pub struct Neo4j {
    dir: PathBuf,
    program: Program,
    uri: String,
    http_uri: String,
    ports: [u16; 2],
    certificate: Option<Certificate>,
    java: Java,
}

/// What is started.
#[derive(Debug)]
struct Program {
    class_path: String,
    server: &'static str,
}

impl Program {
    /// The release that the environment names, else the one that the tests are made for.
    fn usual() -> Result<Self, Error> {
        Self::of(env::var(VERSION).ok().filter(|version| !version.is_empty()).as_deref())
    }

    fn of(version: Option<&str>) -> Result<Self, Error> {
        // It was given another name when releases began to be called by the year.
        let by_year = version.is_some_and(|version| version.starts_with("20"));
        let server = if by_year { "org.neo4j.server.Neo4jCommunity" } else { "org.neo4j.server.CommunityEntryPoint" };
        Ok(Self { class_path: maven::class_path("neo4j", version)?, server })
    }
}

impl Neo4j {
    /// Starts a server whose files, logs included, are in `dir/neo4j`, and waits until it answers.
    ///
    /// A server that ran there before is replaced: its graph is gone.
    ///
    /// # Errors
    /// Java or Maven is missing, the jars cannot be fetched, or the server does not start.
    pub fn start(dir: &Path) -> Result<Self, Error> {
        Self::start_set(dir, &[])
    }

    /// As [`Neo4j::start`], of a certain release, such as `5.22.0`.
    ///
    /// # Errors
    /// As for [`Neo4j::start`].
    pub fn start_release(dir: &Path, version: &str) -> Result<Self, Error> {
        Self::start_with(dir, Program::of(Some(version))?, None, &[])
    }

    /// As [`Neo4j::start`], with settings in the place of the usual ones, each a line such as `db.transaction.timeout=10s`.
    ///
    /// # Errors
    /// As for [`Neo4j::start`].
    pub fn start_set(dir: &Path, settings: &[&str]) -> Result<Self, Error> {
        Self::start_with(dir, Program::usual()?, None, settings)
    }

    /// As [`Neo4j::start`], but it takes encrypted connections only. Its certificate is of an authority of its own,
    /// [`Neo4j::ca_file`].
    ///
    /// # Errors
    /// As for [`Neo4j::start`], or OpenSSL is missing.
    pub fn start_encrypted(dir: &Path) -> Result<Self, Error> {
        let certificate = certificate::make(&dir.join("certificate"))?;
        Self::start_with(dir, Program::usual()?, Some(certificate), &[])
    }

    fn start_with(
        dir: &Path,
        program: Program,
        certificate: Option<Certificate>,
        others: &[&str],
    ) -> Result<Self, Error> {
        let dir = directory::empty(&dir.join("neo4j"))?;
        let conf = directory::empty(&dir.join("conf"))?;
        let ports @ [bolt, http] = [port::free(), port::free()];
        let mut settings = replaced(&configuration(&dir, bolt, http), others);
        settings.push_str(&certificate.as_ref().map(encryption).unwrap_or_default());
        directory::write(&conf, "neo4j.conf", &settings)?;
        let mut arguments: Vec<String> = JVM.map(str::to_owned).to_vec();
        arguments.push(format!("-Dbasedir={}", dir.display()));
        arguments
            .extend(["-cp", &program.class_path, ADMIN, "dbms", "set-initial-password", PASSWORD].map(str::to_owned));
        java::run("setting Neo4j's password", &arguments, &dir, &environment(&dir))?;
        let java = spawn(&dir, &program, &ports)?;
        let scheme = if certificate.is_some() { "bolt+s" } else { "bolt" };
        let (uri, http_uri) = (format!("{scheme}://127.0.0.1:{bolt}"), format!("http://127.0.0.1:{http}"));
        Ok(Self { dir, program, uri, http_uri, ports, certificate, java })
    }

    /// Where drivers connect, such as `bolt://127.0.0.1:20123`.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Where Neo4j Browser and the HTTP API are, such as `http://127.0.0.1:20124`.
    pub fn http_uri(&self) -> &str {
        &self.http_uri
    }

    /// The user's name, `neo4j`.
    pub fn user(&self) -> &str {
        USER
    }

    /// The user's password.
    pub fn password(&self) -> &str {
        PASSWORD
    }

    /// The certificate of the authority that a client has to trust, if connections are encrypted.
    pub fn ca_file(&self) -> Option<&Path> {
        self.certificate.as_ref().map(|certificate| certificate.ca.as_path())
    }

    /// The directory of all its files; `neo4j.log` is what the server prints, `logs` holds the rest.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Stops it in good order. Its graph stays for [`Neo4j::restart`].
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

    /// Starts it again, at the same address, with the graph that it had.
    ///
    /// # Errors
    /// As for [`Neo4j::start`].
    pub fn restart(&mut self) -> Result<(), Error> {
        self.java.stop()?;
        self.java = spawn(&self.dir, &self.program, &self.ports)?;
        Ok(())
    }

    /// As [`Neo4j::restart`], with more settings, each a line such as `db.transaction.timeout=10s`.
    ///
    /// # Errors
    /// As for [`Neo4j::start`].
    pub fn restart_with(&mut self, settings: &[&str]) -> Result<(), Error> {
        let conf = self.dir.join("conf");
        let file = conf.join("neo4j.conf");
        let before = fs::read_to_string(&file).during(|| format!("reading {}", file.display()))?;
        directory::write(&conf, "neo4j.conf", &format!("{before}{}\n", settings.join("\n")))?;
        self.restart()
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

    /// Lets it go on after [`Neo4j::freeze`].
    ///
    /// # Errors
    /// The system refuses to signal the process.
    pub fn thaw(&self) -> Result<(), Error> {
        self.java.signal(Signal::CONT)
    }
}

const ADMIN: &str = "org.neo4j.server.startup.Neo4jAdminCommand";

fn spawn(dir: &Path, program: &Program, ports: &[u16]) -> Result<Java, Error> {
    let mut arguments: Vec<String> = JVM.map(str::to_owned).to_vec();
    arguments.extend(["-cp", &program.class_path, program.server].map(str::to_owned));
    // Without it the server takes itself for a daemon and prints nothing.
    arguments.push("--console-mode".to_owned());
    arguments.push(format!("--home-dir={}", dir.display()));
    arguments.push(format!("--config-dir={}", dir.join("conf").display()));
    let mut java = Java::spawn("neo4j", &arguments, dir, &dir.join("neo4j.log"))?;
    java.wait_until_ready(READY, ports)?;
    Ok(java)
}

fn environment(dir: &Path) -> [(&'static str, PathBuf); 2] {
    [("NEO4J_HOME", dir.to_owned()), ("NEO4J_CONF", dir.join("conf"))]
}

/// Bolt over TLS and nothing else.
fn encryption(certificate: &Certificate) -> String {
    format!(
        "server.bolt.tls_level=REQUIRED
dbms.ssl.policy.bolt.enabled=true
dbms.ssl.policy.bolt.base_directory={base}
dbms.ssl.policy.bolt.private_key={key}
dbms.ssl.policy.bolt.public_certificate={chain}
dbms.ssl.policy.bolt.client_auth=NONE
",
        base = certificate.ca.parent().unwrap_or(&certificate.ca).display(),
        key = certificate.key.display(),
        chain = certificate.chain.display(),
    )
}

/// Settings with others in the place of those of the same name: Neo4j refuses one that is there twice.
fn replaced(settings: &str, others: &[&str]) -> String {
    let name = |line: &str| line.split_once('=').map_or(line, |(name, _)| name).to_owned();
    let kept = settings.lines().filter(|line| others.iter().all(|other| name(other) != name(line)));
    kept.chain(others.iter().copied()).flat_map(|line| [line, "\n"]).collect()
}

/// With the default quiet periods a stop takes 10 seconds, with these 0.2.
fn configuration(dir: &Path, bolt: u16, http: u16) -> String {
    format!(
        "server.directories.data={data}
server.directories.logs={logs}
server.directories.run={run}
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{bolt}
server.bolt.advertised_address=127.0.0.1:{bolt}
server.http.listen_address=127.0.0.1:{http}
server.http.advertised_address=127.0.0.1:{http}
server.https.enabled=false
server.memory.pagecache.size=128m
db.tx_log.preallocate=false
dbms.usage_report.enabled=false
server.config.strict_validation.enabled=false
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
internal.server.bolt.connection_shutdown_wait_time=1s
internal.server.bolt.thread_pool_shutdown_wait_time=1s
",
        data = dir.join("data").display(),
        logs = dir.join("logs").display(),
        run = dir.join("run").display(),
    )
}
