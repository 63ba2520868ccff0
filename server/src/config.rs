//! What the server is told by flags and environment, checked before anything starts.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use sink::connector::config::Process;

use crate::definitions;

/// Events out of Kafka into a graph, each once, and what they mean on one page.
#[derive(Debug, Parser)]
#[command(name = "sluice", version)]
pub(crate) struct Command {
    #[command(subcommand)]
    pub(crate) action: Option<Action>,
    #[command(flatten)]
    pub(crate) config: Config,
}

/// What else the binary can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Ask the server at `SLUICE_LISTEN` whether it is alive; exit code 0 or 1.
    Healthcheck,
}

/// The whole configuration, one struct a concern.
#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(flatten)]
    pub(crate) kafka: Kafka,
    #[command(flatten)]
    pub(crate) graph: Graph,
    #[command(flatten)]
    pub(crate) web: Web,
    #[command(flatten)]
    pub(crate) work: Work,
    #[command(flatten)]
    pub(crate) world: World,
}

/// What this process does of all there is to do, and how.
#[derive(Debug, Args)]
pub(crate) struct Work {
    /// What this process does, any of `web,sinks,producers`; fewer than all needs a real Kafka and a real Neo4j, through
    /// which the processes share the work. Unset or empty: everything.
    #[arg(long = "sluice-roles", env = "SLUICE_ROLES", global = true)]
    pub(crate) roles: Option<String>,
    /// Tasks of each connector in this process, 1 to 64: consumers that share the partitions of its topic.
    #[arg(long = "sluice-tasks-max", env = "SLUICE_TASKS_MAX", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64), global = true)]
    pub(crate) tasks_max: u32,
    /// Connector definitions: one JSON file each, with a name and a config as Kafka Connect takes them. The three built-in
    /// connectors are there besides, unless a file redefines them.
    #[arg(
        long = "sluice-connectors-dir",
        env = "SLUICE_CONNECTORS_DIR",
        default_value = "./connectors",
        global = true
    )]
    pub(crate) connectors_dir: PathBuf,
    /// What becomes of a record that breaks a rule: `all` makes it a dead letter, `none` stops the task before it.
    #[arg(long = "sluice-errors-tolerance", env = "SLUICE_ERRORS_TOLERANCE", default_value = "all", value_parser = ["all", "none"], global = true)]
    pub(crate) errors_tolerance: String,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Roles {
    /// Serves pages, API and live events.
    pub(crate) web: bool,
    /// Runs the tasks of the connectors.
    pub(crate) sinks: bool,
    /// Sends what people ask for.
    pub(crate) producers: bool,
}

/// Which broker.
#[derive(Debug, Args)]
pub(crate) struct Kafka {
    /// Kafka brokers, `host:port,…`; unset or empty: the embedded broker, which forgets everything at exit.
    #[arg(long, env = "KAFKA_BOOTSTRAP_SERVERS", global = true)]
    pub(crate) kafka_bootstrap_servers: Option<String>,
    /// A file of librdkafka properties, `key=value` lines, for every Kafka client: TLS, SASL and the like.
    #[arg(long, env = "KAFKA_PROPERTIES", global = true)]
    pub(crate) kafka_properties: Option<PathBuf>,
}

/// Which store.
#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// Neo4j, such as `bolt://localhost:7687`; unset or empty: the embedded store.
    #[arg(long, env = "NEO4J_URI", global = true)]
    pub(crate) neo4j_uri: Option<String>,
    /// The user at Neo4j.
    #[arg(long, env = "NEO4J_USER", default_value = "neo4j", global = true)]
    pub(crate) neo4j_user: String,
    /// The password at Neo4j. Prefer the file: it is read again when the password is refused.
    #[arg(long, env = "NEO4J_PASSWORD", hide_env_values = true, global = true)]
    pub(crate) neo4j_password: Option<String>,
    /// A file that holds the password.
    #[arg(long, env = "NEO4J_PASSWORD_FILE", global = true)]
    pub(crate) neo4j_password_file: Option<PathBuf>,
    /// A file with the certificates of the CAs to trust with `bolt+s://` or `neo4j+s://`, instead of the system's.
    #[arg(long, env = "NEO4J_CA_FILE", global = true)]
    pub(crate) neo4j_ca_file: Option<PathBuf>,
    /// The database at Neo4j.
    #[arg(long, env = "NEO4J_DATABASE", default_value = "neo4j", global = true)]
    pub(crate) neo4j_database: String,
    /// Where the embedded store and the embedded broker keep their files.
    #[arg(long, env = "SLUICE_DATA_DIR", default_value = "./data", global = true)]
    pub(crate) sluice_data_dir: PathBuf,
    /// How large the embedded store's file may become, in MiB; unset: as large as the disk. A sink that finds it full
    /// waits, and goes on when it is started with more.
    #[arg(long, env = "SLUICE_STORE_MAX_MB", value_parser = clap::value_parser!(u32).range(1..), global = true)]
    pub(crate) sluice_store_max_mb: Option<u32>,
}

/// Where pages and API are served, and who may change things.
#[derive(Debug, Args)]
pub(crate) struct Web {
    /// Where pages, JSON API, live events and metrics are served.
    #[arg(long = "sluice-listen", env = "SLUICE_LISTEN", default_value = "127.0.0.1:3000", global = true)]
    pub(crate) listen: String,
    /// Where Kafka Connect's REST API is served, by processes that serve pages.
    #[arg(
        long = "sluice-connect-listen",
        env = "SLUICE_CONNECT_LISTEN",
        default_value = "127.0.0.1:8083",
        global = true
    )]
    pub(crate) connect_listen: String,
    /// Needed for everything that changes state; has to be set where `SLUICE_LISTEN` or `SLUICE_CONNECT_LISTEN` is not
    /// loopback.
    #[arg(long = "sluice-admin-token", env = "SLUICE_ADMIN_TOKEN", hide_env_values = true, global = true)]
    pub(crate) admin_token: Option<String>,
    /// A file that holds the token.
    #[arg(long = "sluice-admin-token-file", env = "SLUICE_ADMIN_TOKEN_FILE", global = true)]
    pub(crate) admin_token_file: Option<PathBuf>,
    /// Further names of this server besides localhost and its addresses, such as that of a reverse proxy or of a container:
    /// `sluice.example.org` or `sluice.example.org:8443`, several separated by commas.
    #[arg(long = "sluice-allowed-hosts", env = "SLUICE_ALLOWED_HOSTS", global = true)]
    pub(crate) allowed_hosts: Option<String>,
}

/// The simulated shop.
#[derive(Debug, Args)]
pub(crate) struct World {
    /// Users of the simulated shop, 1 to 1,000,000.
    #[arg(long = "sluice-users", env = "SLUICE_USERS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000), global = true)]
    pub(crate) users: u32,
    /// Products of the simulated shop, 1 to 100,000.
    #[arg(long = "sluice-products", env = "SLUICE_PRODUCTS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000), global = true)]
    pub(crate) products: u32,
    /// Fixes the simulated shop.
    #[arg(long = "sluice-seed", env = "SLUICE_SEED", default_value_t = 42, global = true)]
    pub(crate) seed: u64,
}

/// A configuration that cannot be used; the sentence names the variable.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Error(String);

/// The configuration after all checks. No `Debug`: it holds secrets.
pub(crate) struct Checked {
    pub(crate) kafka: Option<String>,
    pub(crate) kafka_properties: sink::kafka::Properties,
    pub(crate) neo4j: Option<sink::graph::neo4j::Options>,
    pub(crate) data_dir: PathBuf,
    pub(crate) store_max_mb: Option<u32>,
    pub(crate) listen: SocketAddr,
    pub(crate) connect_listen: SocketAddr,
    pub(crate) admin_token: Option<String>,
    pub(crate) roles: Roles,
    pub(crate) process: sink::connector::config::Process,
    pub(crate) connectors: Vec<sink::connector::Definition>,
    /// In lower case.
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) world: World,
}

impl Config {
    /// Checks everything that can be checked without asking anybody.
    ///
    /// # Errors
    /// A sentence that names the variable and what it takes.
    pub(crate) fn check(self) -> Result<Checked, Error> {
        let listen = address("SLUICE_LISTEN", &self.web.listen, "127.0.0.1:3000")?;
        let connect_listen = address("SLUICE_CONNECT_LISTEN", &self.web.connect_listen, "127.0.0.1:8083")?;
        let admin_token = secret("SLUICE_ADMIN_TOKEN", self.web.admin_token, self.web.admin_token_file.as_ref())?;
        let roles = Roles::of(present(self.work.roles).as_deref())?;
        for (name, at) in [("SLUICE_LISTEN", listen), ("SLUICE_CONNECT_LISTEN", connect_listen)] {
            let is_served = name == "SLUICE_LISTEN" || roles.web;
            if is_served && !at.ip().is_loopback() && admin_token.is_none() {
                return Err(Error(format!(
                    "{name}={at} can be reached from other machines: set SLUICE_ADMIN_TOKEN (or SLUICE_ADMIN_TOKEN_FILE), \
                     which is then needed for everything that changes state, or listen on 127.0.0.1"
                )));
            }
        }
        let neo4j = match present(self.graph.neo4j_uri) {
            None => None,
            Some(uri) => {
                sink::graph::neo4j::check_uri(&uri).map_err(|reason| Error(format!("NEO4J_URI: {reason}")))?;
                Some(sink::graph::neo4j::Options {
                    uri,
                    user: self.graph.neo4j_user,
                    password: self.graph.neo4j_password,
                    password_file: self.graph.neo4j_password_file,
                    ca_file: self.graph.neo4j_ca_file.filter(|file| !file.as_os_str().is_empty()),
                    database: self.graph.neo4j_database,
                })
            }
        };
        let kafka = present(self.kafka.kafka_bootstrap_servers);
        let all = Roles { web: true, sinks: true, producers: true };
        if roles != all && (kafka.is_none() || neo4j.is_none()) {
            return Err(Error(
                "SLUICE_ROLES: processes share the work through a Kafka and a Neo4j that all of them reach: set \
                 KAFKA_BOOTSTRAP_SERVERS and NEO4J_URI, or leave all roles to this process"
                    .to_owned(),
            ));
        }
        let settings = sink::connector::Settings {
            tasks_max: self.work.tasks_max,
            tolerance: match self.work.errors_tolerance.as_str() {
                "none" => sink::connector::Tolerance::None,
                _ => sink::connector::Tolerance::All,
            },
        };
        let process = match &neo4j {
            Some(options) => Process::neo4j(&options.uri, &options.user, &options.database),
            None => Process::embedded(),
        };
        let files = definitions::read(&self.work.connectors_dir, &process)
            .map_err(|error| Error(format!("SLUICE_CONNECTORS_DIR: {error}")))?;
        let kafka_properties = match self.kafka.kafka_properties.filter(|file| !file.as_os_str().is_empty()) {
            None => sink::kafka::Properties::default(),
            Some(_) if kafka.is_none() => {
                return Err(Error(
                    "KAFKA_PROPERTIES is for a real Kafka: set KAFKA_BOOTSTRAP_SERVERS too, or unset both for the \
                     embedded broker, which takes none"
                        .to_owned(),
                ));
            }
            Some(file) => {
                sink::kafka::Properties::read(&file).map_err(|error| Error(format!("KAFKA_PROPERTIES: {error}")))?
            }
        };
        Ok(Checked {
            kafka,
            kafka_properties,
            neo4j,
            roles,
            process,
            connectors: definitions::with_built_in(files, settings),
            data_dir: self.graph.sluice_data_dir,
            store_max_mb: self.graph.sluice_store_max_mb,
            listen,
            connect_listen,
            admin_token,
            allowed_hosts: hosts(self.web.allowed_hosts.as_deref().unwrap_or_default())?,
            world: self.world,
        })
    }
}

impl Roles {
    fn of(text: Option<&str>) -> Result<Self, Error> {
        let Some(text) = text else { return Ok(Self { web: true, sinks: true, producers: true }) };
        let mut roles = Self { web: false, sinks: false, producers: false };
        for name in text.split(',').map(str::trim) {
            match name {
                "web" => roles.web = true,
                "sinks" => roles.sinks = true,
                "producers" => roles.producers = true,
                _ => {
                    return Err(Error(format!(
                        "SLUICE_ROLES takes any of web, sinks and producers with commas between them, not {name:?}"
                    )));
                }
            }
        }
        if roles.producers && !roles.web {
            return Err(Error(
                "SLUICE_ROLES: producers send what people ask for on the pages, so they go with web".to_owned(),
            ));
        }
        Ok(roles)
    }
}

fn address(name: &str, text: &str, example: &str) -> Result<SocketAddr, Error> {
    let wrong = |_| Error(format!("{name} takes an address and a port such as {example}, not {text:?}"));
    text.trim().parse().map_err(wrong)
}

/// Compose files set what is unset to an empty text.
fn present(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Names, each with a port or without. An address of a page (`https://…/`) is what people paste, so it is worth a sentence.
fn hosts(list: &str) -> Result<Vec<String>, Error> {
    let names = list.split(',').map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let fits = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
            if name.chars().all(fits) && !name.starts_with(':') { Ok(name) } else {
                Err(Error(format!(
                    "SLUICE_ALLOWED_HOSTS takes names such as sluice.example.org or sluice.example.org:8443, separated by \
                     commas, without https:// and without *, not {name:?}"
                )))
            }
        })
        .collect()
}

fn secret(name: &str, value: Option<String>, file: Option<&PathBuf>) -> Result<Option<String>, Error> {
    if let Some(value) = present(value) {
        return Ok(Some(value));
    }
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else { return Ok(None) };
    let text = std::fs::read_to_string(file)
        .map_err(|error| Error(format!("{name}_FILE: {} cannot be read: {error}", file.display())))?;
    let text = present(Some(text));
    text.map(Some).ok_or_else(|| Error(format!("{name}_FILE: {} is empty", file.display())))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches, builder::Resettable};

    use super::*;

    fn check(arguments: &[&str]) -> Result<Checked, String> {
        let arguments = std::iter::once("sluice").chain(arguments.iter().copied());
        // What the environment of the tests says is none of theirs.
        let parser = Command::command().mut_args(|argument| argument.env(Resettable::Reset));
        let matches = parser.try_get_matches_from(arguments).map_err(|error| error.to_string())?;
        let command = Command::from_arg_matches(&matches).map_err(|error| error.to_string())?;
        command.config.check().map_err(|error| error.to_string())
    }

    #[test]
    fn without_anything_it_is_the_embedded_pair_on_loopback() {
        let checked = check(&[]).unwrap_or_else(|sentence| panic!("{sentence}"));
        assert!(checked.kafka.is_none() && checked.neo4j.is_none() && checked.admin_token.is_none());
        assert!(checked.listen.ip().is_loopback() && checked.connect_listen.ip().is_loopback());
    }

    #[test]
    fn bad_values_are_refused_with_the_name_of_the_variable() {
        for (arguments, name) in [
            (&["--sluice-listen", "nowhere"][..], "SLUICE_LISTEN"),
            (&["--sluice-listen", "0.0.0.0:3000"], "SLUICE_ADMIN_TOKEN"),
            (&["--sluice-connect-listen", "8083"], "SLUICE_CONNECT_LISTEN"),
            (&["--sluice-connect-listen", "[::]:8083"], "SLUICE_CONNECT_LISTEN=[::]:8083 can be reached"),
            (&["--neo4j-uri", "garbage"], "NEO4J_URI"),
            (&["--sluice-roles", "web"], "KAFKA_BOOTSTRAP_SERVERS"),
            (&["--sluice-roles", "web,tinker"], "SLUICE_ROLES"),
            (&["--sluice-roles", "producers"], "SLUICE_ROLES"),
            (&["--sluice-tasks-max", "0"], "--sluice-tasks-max"),
            (&["--sluice-errors-tolerance", "some"], "--sluice-errors-tolerance"),
            (&["--sluice-users", "0"], "--sluice-users"),
            (&["--sluice-store-max-mb", "0"], "--sluice-store-max-mb"),
            (&["--kafka-properties", "/etc/hostname"], "KAFKA_BOOTSTRAP_SERVERS"),
            (
                &["--kafka-bootstrap-servers", "a:1", "--kafka-properties", "/nonexistent/kafka.properties"],
                "KAFKA_PROPERTIES: /nonexistent/kafka.properties",
            ),
            (&["--sluice-allowed-hosts", "a.example,https://b.example/"], "SLUICE_ALLOWED_HOSTS"),
            (&["--sluice-allowed-hosts", "*.example"], "SLUICE_ALLOWED_HOSTS"),
            (&["--sluice-admin-token-file", "/nonexistent/token"], "SLUICE_ADMIN_TOKEN_FILE"),
            (&["--sluice-connectors-dir", "/etc/hostname"], "SLUICE_CONNECTORS_DIR: /etc/hostname"),
        ] {
            let sentence = check(arguments).err().unwrap_or_default();
            assert!(sentence.contains(name), "{sentence}");
        }
    }

    #[test]
    fn roles_are_shared_where_kafka_and_neo4j_are_real() {
        let real = ["--kafka-bootstrap-servers", "k:9092", "--neo4j-uri", "bolt://n:7687", "--sluice-roles"];
        let roles = |text| {
            let checked = check(&[&real[..], &[text]].concat()).unwrap_or_else(|sentence| panic!("{sentence}"));
            checked.roles
        };
        assert_eq!(roles("sinks"), Roles { web: false, sinks: true, producers: false });
        assert_eq!(roles("web, producers"), Roles { web: true, sinks: false, producers: true });
        assert_eq!(roles(""), Roles { web: true, sinks: true, producers: true });
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        let names = |list: &str| check(&["--sluice-allowed-hosts", list]).map(|checked| checked.allowed_hosts);
        assert_eq!(
            names(" Sluice.Example , b.example:8443,"),
            Ok(vec!["sluice.example".into(), "b.example:8443".into()])
        );
        assert_eq!(names(""), Ok(Vec::new()));
    }

    #[test]
    fn an_empty_value_is_an_unset_one() {
        let checked = check(&["--kafka-bootstrap-servers", " ", "--neo4j-uri", ""])
            .unwrap_or_else(|sentence| panic!("{sentence}"));
        assert!(checked.kafka.is_none() && checked.neo4j.is_none());
    }
}
