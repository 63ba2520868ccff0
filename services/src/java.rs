//! One Java process: started so that it ends with us, watched until it is ready, stopped by its id.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{OnceLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::error::{During, Error, tail};

/// Ten times what a start takes on two idle cores: tests start services while the compiler runs.
const START_LIMIT: Duration = Duration::from_mins(2);
/// Neo4j checkpoints and Kafka hands over its partitions within a second or two.
const STOP_LIMIT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A running Java program with its log file.
#[derive(Debug)]
pub(crate) struct Java {
    service: &'static str,
    log: PathBuf,
    child: Child,
}

impl Java {
    /// Starts `java arguments…` with everything that it prints in `log`, which is emptied first.
    pub(crate) fn spawn(service: &'static str, arguments: &[String], dir: &Path, log: &Path) -> Result<Self, Error> {
        let out = File::create(log).during(|| format!("creating {}", log.display()))?;
        let err = out.try_clone().during(|| format!("opening {} twice", log.display()))?;
        let mut command = command(arguments);
        command.current_dir(dir).stdin(Stdio::null()).stdout(out).stderr(err);
        let child = nursery(command).map_err(missing_java)?;
        Ok(Self { service, log: log.to_owned(), child })
    }

    /// Waits until the log has a line with `said` and every port takes connections.
    pub(crate) fn wait_until_ready(&mut self, said: &str, ports: &[u16]) -> Result<(), Error> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().during(|| format!("waiting for {}", self.service))? {
                return Err(self.not_ready(format!("it ended with {status}")));
            }
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            if log.contains(said) && ports.iter().all(|port| answers(*port)) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(self.not_ready(format!("not ready after {} s", START_LIMIT.as_secs())));
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    fn not_ready(&self, reason: String) -> Error {
        let output = tail(&fs::read_to_string(&self.log).unwrap_or_default());
        Error::NotReady { service: self.service, reason, log: self.log.clone(), output }
    }

    /// Asks the process to end, and makes it end if it does not in time.
    pub(crate) fn stop(&mut self) -> Result<(), Error> {
        if self.ended()? {
            return Ok(());
        }
        self.signal(Signal::TERM)?;
        // A frozen process takes no notice of the first signal until it is thawed.
        self.signal(Signal::CONT)?;
        let deadline = Instant::now() + STOP_LIMIT;
        while !self.ended()? {
            if Instant::now() > deadline {
                return self.kill();
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// Ends the process as a power cut would.
    pub(crate) fn kill(&mut self) -> Result<(), Error> {
        self.child.kill().during(|| format!("killing {}", self.service))?;
        self.child.wait().during(|| format!("waiting for {}", self.service)).map(drop)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) -> Result<(), Error> {
        kill_process(Pid::from_child(&self.child), signal)
            .map_err(io::Error::from)
            .during(|| format!("sending a signal to {}", self.service))
    }

    /// Stops the process where it is. A signal is on its way until every thread has stopped.
    pub(crate) fn freeze(&self) -> Result<(), Error> {
        self.signal(Signal::STOP)?;
        let attempt = || format!("freezing {}", self.service);
        let deadline = Instant::now() + STOP_LIMIT;
        while !all_stopped(self.id()).during(attempt)? {
            if Instant::now() > deadline {
                return Err(io::Error::from(ErrorKind::TimedOut)).during(attempt);
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn ended(&mut self) -> Result<bool, Error> {
        Ok(self.child.try_wait().during(|| format!("waiting for {}", self.service))?.is_some())
    }
}

/// Whether each of a process's threads has stopped. One that ends meanwhile has.
fn all_stopped(process: u32) -> io::Result<bool> {
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let stat = fs::read_to_string(thread?.path().join("stat")).unwrap_or_default();
        // The state follows the name, which is in brackets and may have some itself.
        let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        if !matches!(state, None | Some('T' | 't')) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Drop for Java {
    fn drop(&mut self) {
        // Nobody is left to tell; `kill` inside `stop` was the last resort already.
        drop(self.stop());
    }
}

/// Runs a Java program to its end, as a step of preparing a service.
pub(crate) fn run(
    step: &'static str,
    arguments: &[String],
    dir: &Path,
    environment: &[(&str, PathBuf)],
) -> Result<(), Error> {
    let output = Command::new("java")
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .map_err(missing_java)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let log = dir.join("prepare.log");
    fs::write(&log, &said).during(|| format!("writing {}", log.display()))?;
    Err(Error::Prepare { step, log, output: tail(&said) })
}

/// `java …`, on Linux under `setpriv`, which makes the kernel end it when we end, however we do.
fn command(arguments: &[String]) -> Command {
    static SETPRIV: OnceLock<bool> = OnceLock::new();
    let has_setpriv = *SETPRIV.get_or_init(|| {
        Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "true"])
            .stdin(Stdio::null())
            .output()
            .is_ok_and(|output| output.status.success())
    });
    let mut command = if has_setpriv {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "java"]);
        command
    } else {
        Command::new("java")
    };
    command.args(arguments);
    command
}

/// Spawns from a thread that lives as long as this process.
///
/// The kernel's parent-death signal follows the thread that started the child, and a test's thread ends with the test
/// although others may still be using the service.
fn nursery(command: Command) -> io::Result<Child> {
    type Request = (Command, mpsc::Sender<io::Result<Child>>);
    static NURSERY: OnceLock<mpsc::Sender<Request>> = OnceLock::new();
    let sender = NURSERY.get_or_init(|| {
        let (sender, receiver) = mpsc::channel::<Request>();
        thread::spawn(move || {
            for (mut command, reply) in receiver {
                // A caller that has gone away has no use for the child; dropping it here would leave it running.
                if let Err(mpsc::SendError(Ok(mut child))) = reply.send(command.spawn()) {
                    drop(child.kill());
                }
            }
        });
        sender
    });
    let gone = || io::Error::other("the thread that starts services has ended");
    let (reply, answer) = mpsc::channel();
    sender.send((command, reply)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok()
}

fn missing_java(source: io::Error) -> Error {
    match source.kind() {
        ErrorKind::NotFound => Error::Missing {
            program: "Java",
            hint: "install Java 17 or newer, on Debian and Ubuntu with `apt-get install openjdk-17-jre-headless`",
        },
        _ => Error::Io { action: "running java".to_owned(), source },
    }
}
