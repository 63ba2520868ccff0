//! Sluice: producers, sinks, pages and API in one binary. Starts its parts, and stops them in the data's order.

// Views are types, and those of whole pages nest deeper than the compiler likes by default.
#![recursion_limit = "512"]

use std::{
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Parser;
use futures::future::OptionFuture;
use sink::{
    Board, Engine, Parts,
    connector::Registry,
    graph::{Store, embedded::Embedded, neo4j::Neo4j},
    kafka::Cluster,
};
use tikv_jemallocator::Jemalloc;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

mod answers;
mod chronicle;
mod config;
mod connectors;
mod definitions;
mod draft;
mod export;
mod fold;
mod healthcheck;
mod house;
mod http;
mod log;
mod picture;
mod preview;
mod producer;
mod reasons;
mod recipe;
mod replay;
mod sampler;
mod signal;
mod tail;
mod telemetry;
mod workers;

use config::{Action, Checked, Command};
use house::House;

/// Of the whole process, librdkafka included: records are allocated by one thread and freed by another, which the allocator
/// of the C library answers with memory that grows for hours.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// How long stopping may take in all.
const STOP_DEADLINE: Duration = Duration::from_secs(10);
/// How long the sinks may go on after the producers have stopped, on the embedded broker, which forgets what is left.
const DRAIN_DEADLINE: Duration = Duration::from_secs(4);

fn main() -> ExitCode {
    let command = Command::parse();
    let checked = match command.config.check() {
        Ok(checked) => checked,
        Err(error) => return complain(&error.to_string()),
    };
    if let Some(Action::Healthcheck) = command.action {
        return healthcheck::run(checked.listen);
    }
    let loggers = Arc::new(log::start());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("the runtime did not start: {error}")),
    };
    let ended = runtime.block_on(serve(checked, loggers));
    // What still blocks (a client that closes, a question to a broker that is away) is not waited for.
    runtime.shutdown_timeout(Duration::from_millis(500));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => complain(&sentence),
    }
}

/// Runs until a signal; the error is a sentence.
async fn serve(config: Checked, loggers: Arc<log::Loggers>) -> Result<(), String> {
    // First of all: whoever is told where it is may ask it to stop at once.
    let mut signals = signal::Signals::listen().map_err(|error| format!("signals cannot be heard: {error}"))?;
    let (listener, address) = listen("SLUICE_LISTEN", config.listen).await?;
    let connect_listener = if config.roles.web {
        let (listener, address) = listen("SLUICE_CONNECT_LISTEN", config.connect_listen).await?;
        info!(%address, "listening for Kafka Connect's REST API");
        Some(listener)
    } else {
        None
    };
    let refused = |error| format!("SLUICE_DATA_DIR: {error}");
    let store: Arc<dyn Store> = match config.neo4j {
        Some(options) => Arc::new(Neo4j::new(options).map_err(|error| format!("NEO4J_URI: {error}"))?),
        None => Arc::new(Embedded::open_bounded(&config.data_dir, config.store_max_mb).map_err(refused)?),
    };
    let cluster = match &config.kafka {
        Some(servers) => Cluster::at(servers).with_properties(config.kafka_properties),
        None => Cluster::embedded(&config.data_dir).map_err(|error| error.to_string())?,
    };
    let cluster = Arc::new(cluster);
    let metrics = telemetry::install().map_err(|error| format!("the metrics did not start: {error}"))?;
    let registry = Registry::new(store.clone(), config.process, config.connectors, config.roles.sinks);
    let board = Arc::new(Board::new(format!("{}:{}", host_name(), address.port())));
    let options = producer::world::WorldOptions {
        users: config.world.users,
        products: config.world.products,
        seed: config.world.seed,
    };
    let producers = producer::Producers::start(
        cluster.clone(),
        store.clone(),
        board.clone(),
        registry.clone(),
        options,
        config.roles.producers,
    )
    .map_err(|error| format!("KAFKA_BOOTSTRAP_SERVERS: {error}"))?;
    let stop = CancellationToken::new();
    tokio::spawn(telemetry::keep_up(metrics.clone(), stop.clone()));
    let sampler = Arc::new(sampler::Sampler::new());
    tokio::spawn({
        let (sampler, cluster, store, board) = (sampler.clone(), cluster.clone(), store.clone(), board.clone());
        let (producers, registry, stop) = (producers.clone(), registry.clone(), stop.clone());
        async move { sampler.run(cluster, store, board, producers, registry, stop).await }
    });
    tokio::spawn(fold::keep_folded(store.clone(), stop.clone()));
    let engine = Engine::start(Parts {
        cluster: cluster.clone(),
        store: store.clone(),
        board: board.clone(),
        registry: registry.clone(),
        has_tasks: config.roles.sinks,
    });
    let answers = answers::Answers::new(store.clone());
    let tail = tail::Tail::new(tail::Parts {
        cluster: cluster.clone(),
        store: store.clone(),
        board: board.clone(),
        sampler: sampler.clone(),
        registry: registry.clone(),
        stop: stop.clone(),
    });
    let reasons = reasons::Reasons::new(store.clone());
    let roles = config.roles;
    let house = Arc::new(House {
        cluster,
        store,
        board,
        producers,
        sampler,
        answers,
        registry,
        tail,
        roles,
        reasons,
        chronicle: chronicle::Chronicle::default(),
        started_at: chrono::Utc::now().timestamp_millis(),
    });
    tokio::spawn({
        let (house, stop) = (house.clone(), stop.clone());
        async move { house.keep_chronicle(stop).await }
    });
    // One guard for both listeners: if either can be reached from elsewhere, it may be asked by an address.
    let reached = [config.connect_listen, config.listen].into_iter().find(|at| !at.ip().is_loopback());
    let hosts = http::Hosts::new(reached.unwrap_or(config.listen).ip(), config.allowed_hosts);
    let guard = http::Guard::new(config.admin_token, hosts);
    let web = http::Web::new(house.clone(), guard, metrics, stop.clone());
    info!(%address, "listening");
    let connect = http::connect::Connect { workers: house.clone(), loggers };
    let connect = http::connect::router(connect, web.guard.clone());
    let serving_connect = connect_listener.map(|listener| {
        let full = http::connect::full();
        tokio::spawn(http::serve(listener, connect, full, http::Limits::default(), stop.clone()))
    });
    say(&format!("Sluice is at http://{}", healthcheck::at(address)));

    let routes = if roles.web { http::router(web) } else { http::health_only(web) };
    let pages = http::serve(listener, routes, http::full(), http::Limits::default(), stop.clone());
    let serving = tokio::spawn(pages);
    signals.next().await;
    info!("stopping: producers, sinks, streams, pages");
    tokio::select! {
        in_time = timeout(STOP_DEADLINE, stop_in_order(&house, engine, stop, serving, serving_connect)) => {
            if in_time.is_err() {
                warn!("not everything stopped within {} s", STOP_DEADLINE.as_secs());
            }
        }
        () = signals.next() => warn!("told twice: ending at once"),
    }
    info!("stopped");
    Ok(())
}

/// Takes an address, before anything else is begun. Port 0 asks for any free one, so the true address comes with it.
async fn listen(variable: &str, at: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let refused = |error| format!("{variable}: cannot listen on {at}: {error}");
    let listener = TcpListener::bind(at).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

/// Follows the data: nothing is sent, what was sent is stored, then nobody is told any more.
async fn stop_in_order(
    house: &House,
    engine: Engine,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    serving_connect: Option<JoinHandle<()>>,
) {
    house.producers.stop().await;
    if house.cluster.is_embedded() {
        drain(house).await;
    }
    engine.stop().await;
    stop.cancel();
    if let Err(error) = serving.await {
        error!(%error, "serving pages broke");
    }
    if let Some(Err(error)) = OptionFuture::from(serving_connect).await {
        error!(%error, "serving Kafka Connect's REST API broke");
    }
}

/// Lets the sinks store what the embedded broker still holds, since it forgets it at exit.
async fn drain(house: &House) {
    let lag = || {
        let status = house.status();
        status.connectors.iter().map(|connector| connector.lag).sum::<i64>()
    };
    let drained = async {
        // The lag is sampled once a second: one more look than that makes sure that it is of now.
        let mut empty = 0;
        while empty < 3 {
            empty = if lag() == 0 { empty + 1 } else { 0 };
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    };
    if timeout(DRAIN_DEADLINE, drained).await.is_err() {
        warn!(records = lag(), "the embedded broker forgets records that are not stored");
    }
}

/// What this machine is called, so that people can tell processes apart.
fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The one line on standard output: where it is.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    // Nobody may be listening any more, which is no reason not to serve.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

fn complain(sentence: &str) -> ExitCode {
    drop(writeln!(io::stderr(), "sluice: {sentence}"));
    ExitCode::FAILURE
}
