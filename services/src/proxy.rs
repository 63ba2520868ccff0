//! A TCP proxy before a service that causes what networks do: cuts, delays, silence, and an answer that never arrives.
//!
//! It knows no protocol. Where a fault has to hit a certain moment, a test gives the bytes that announce it: the proxy
//! then holds the request or its answer for as long as the test wants, which makes that moment certain without a word in
//! the program under test.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    ops::Range,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crate::error::{During, Error};

mod scan;
#[cfg(test)]
mod tests;

use scan::Scan;

/// What is passed on at a time. Small enough that a cut lands inside of a big answer.
const CHUNK_BYTES: usize = 16 << 10;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the service.
    Request,
    /// From the service to the client.
    Answer,
}

/// What happens to the connection on which the bytes of a trap were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Catch {
    /// The request is held: the service never sees it.
    Request,
    /// The request passes and the answer is held: the service has done it, and the client does not know.
    Answer,
    /// The request passes, and after this many bytes of its answer the connection is cut.
    CutAnswer(usize),
}

/// A proxy on the loopback interface; its connections end when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Listens on a free port. Until [`Proxy::forward_to`] names the service, connections are closed at once.
    ///
    /// # Errors
    /// The system gives no port.
    pub fn start() -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).during(|| "listening for the proxy".to_owned())?;
        let port = listener.local_addr().during(|| "asking for the proxy's port".to_owned())?.port();
        let shared = Arc::new(Shared::default());
        let accepting = shared.clone();
        thread::spawn(move || accept(&listener, &accepting));
        Ok(Self { port, shared })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Names the port of the service that it stands before.
    pub fn forward_to(&self, port: u16) {
        self.shared.lock().target = Some(port);
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.shared.lock().connections.len()
    }

    /// Cuts every connection that is open, with all that is on its way.
    pub fn cut(&self) {
        let mut state = self.shared.lock();
        state.cut += state.connections.len() as u64;
        for connection in state.connections.values_mut() {
            connection.close();
        }
        self.shared.changed.notify_all();
    }

    /// Cuts each connection that is made from now on after a number of bytes that is drawn from the range.
    pub fn cut_at_random(&self, seed: u64, bytes: Range<u64>) {
        self.shared.lock().cuts = Some(Cuts { bytes, random: seed });
    }

    /// How many connections have been cut, by [`Proxy::cut`], at random or by a trap.
    pub fn cuts(&self) -> u64 {
        self.shared.lock().cut
    }

    /// Keeps everything back for this long, in both directions.
    pub fn delay(&self, delay: Duration) {
        self.shared.lock().delay = delay;
    }

    /// Passes nothing more in one direction, while connections stay open and new ones are accepted: a link that is half
    /// open.
    pub fn hold(&self, direction: Direction) {
        self.shared.lock().held[direction as usize] = true;
    }

    /// Waits for these bytes in what one client sends, one after the other and on one connection, and then does to the
    /// last of them what `catch` says. One trap at a time, and it catches one connection.
    pub fn trap(&self, script: &[&[u8]], catch: Catch) {
        let mut state = self.shared.lock();
        state.trap = Some(Trap { script: script.iter().map(|bytes| bytes.to_vec()).collect(), catch, sprung: false });
        for connection in state.connections.values_mut() {
            connection.scan = Scan::default();
        }
    }

    /// Waits until the trap has caught something; whether it did in time.
    pub fn wait_until_caught(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut state = self.shared.lock();
        while !state.trap.as_ref().is_some_and(|trap| trap.sprung) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Ends every fault: what was held passes, nothing is delayed or cut, and no trap is set.
    pub fn heal(&self) {
        let mut state = self.shared.lock();
        state.held = [false; 2];
        state.delay = Duration::ZERO;
        state.cuts = None;
        state.trap = None;
        for connection in state.connections.values_mut() {
            connection.held = [false; 2];
            connection.left = None;
            connection.scan = Scan::default();
        }
        self.shared.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.cut();
        // Wakes the thread that accepts; where that fails, nobody listens any more.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    target: Option<u16>,
    delay: Duration,
    held: [bool; 2],
    cuts: Option<Cuts>,
    trap: Option<Trap>,
    connections: BTreeMap<u64, Connection>,
    accepted: u64,
    cut: u64,
    closing: bool,
}

#[derive(Debug)]
struct Cuts {
    bytes: Range<u64>,
    random: u64,
}

#[derive(Debug)]
struct Trap {
    script: Vec<Vec<u8>>,
    catch: Catch,
    sprung: bool,
}

#[derive(Debug)]
struct Connection {
    client: TcpStream,
    service: TcpStream,
    closed: bool,
    held: [bool; 2],
    /// Bytes until it is cut.
    left: Option<u64>,
    scan: Scan,
}

/// What to do with a chunk.
#[derive(Debug, PartialEq, Eq)]
enum Pass {
    All,
    /// This many bytes, and then cut.
    Part(usize),
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for as long as the faults want it, and says how much of a chunk may pass; nothing when it is closed.
    fn admit(&self, id: u64, direction: Direction, chunk: &[u8]) -> Option<Pass> {
        let delay = {
            let mut state = self.lock();
            let pass = state.look(id, direction, chunk)?;
            self.changed.notify_all();
            if let Pass::Part(_) = pass {
                state.cut += 1;
                return Some(pass);
            }
            loop {
                let here = direction as usize;
                let held = state.held[here];
                let connection = state.connections.get(&id).filter(|connection| !connection.closed)?;
                if !held && !connection.held[here] {
                    break state.delay;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        thread::sleep(delay);
        let mut state = self.lock();
        let connection = state.connections.get_mut(&id).filter(|connection| !connection.closed)?;
        let length = chunk.len() as u64;
        match connection.left {
            Some(left) if left <= length => {
                // The other direction may find it spent too, before the connection is gone.
                connection.left = Some(0);
                state.cut += u64::from(left > 0);
                Some(Pass::Part(left as usize))
            }
            Some(left) => {
                connection.left = Some(left - length);
                Some(Pass::All)
            }
            None => Some(Pass::All),
        }
    }

    fn close(&self, id: u64) {
        if let Some(mut connection) = self.lock().connections.remove(&id) {
            connection.close();
        }
        self.changed.notify_all();
    }
}

impl State {
    /// Compares a chunk with the script of the trap, and springs it.
    fn look(&mut self, id: u64, direction: Direction, chunk: &[u8]) -> Option<Pass> {
        let connection = self.connections.get_mut(&id)?;
        let Some(trap) = self.trap.as_mut().filter(|trap| !trap.sprung) else { return Some(Pass::All) };
        match direction {
            Direction::Request if connection.scan.finds(&trap.script, chunk) => match trap.catch {
                Catch::Request => {
                    connection.held[Direction::Request as usize] = true;
                    trap.sprung = true;
                }
                Catch::Answer | Catch::CutAnswer(_) => connection.scan.awaits_answer = true,
            },
            Direction::Answer if connection.scan.awaits_answer => {
                trap.sprung = true;
                if let Catch::CutAnswer(bytes) = trap.catch {
                    return Some(Pass::Part(bytes.min(chunk.len())));
                }
                connection.held[Direction::Answer as usize] = true;
            }
            Direction::Request | Direction::Answer => {}
        }
        Some(Pass::All)
    }
}

impl Connection {
    fn close(&mut self) {
        self.closed = true;
        // One that its peer has closed already cannot be shut down again.
        drop(self.client.shutdown(Shutdown::Both));
        drop(self.service.shutdown(Shutdown::Both));
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.lock().closing {
            return;
        }
        // A service that is down refuses us, and the client is told by its connection's end, as it would be without us.
        if let Ok(client) = client {
            drop(connect(client, shared));
        }
    }
}

fn connect(client: TcpStream, shared: &Arc<Shared>) -> std::io::Result<()> {
    let Some(target) = shared.lock().target else { return Ok(()) };
    let service = TcpStream::connect((Ipv4Addr::LOCALHOST, target))?;
    for stream in [&client, &service] {
        stream.set_nodelay(true)?;
    }
    let (from_client, to_service) = (client.try_clone()?, service.try_clone()?);
    let (from_service, to_client) = (service.try_clone()?, client.try_clone()?);
    let id = {
        let mut state = shared.lock();
        state.accepted += 1;
        let id = state.accepted;
        let left = state.cuts.as_mut().map(|cuts| cuts.bytes.start + next(&mut cuts.random) % span(&cuts.bytes));
        let connection = Connection { client, service, closed: false, held: [false; 2], left, scan: Scan::default() };
        state.connections.insert(id, connection);
        id
    };
    for (direction, from, to) in
        [(Direction::Request, from_client, to_service), (Direction::Answer, from_service, to_client)]
    {
        let shared = shared.clone();
        thread::spawn(move || {
            pump(id, direction, from, to, &shared);
            shared.close(id);
        });
    }
    Ok(())
}

/// Passes bytes on until one side ends or the connection is cut. Where a direction is held, so is the news of its end:
/// whoever stays hears as little of a peer that is gone as it would from one whose cable was pulled.
fn pump(id: u64, direction: Direction, mut from: TcpStream, mut to: TcpStream, shared: &Shared) {
    let mut buffer = vec![0; CHUNK_BYTES];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let chunk = &buffer[..length];
        let (passing, last) = match shared.admit(id, direction, chunk) {
            Some(Pass::All) => (chunk, false),
            Some(Pass::Part(bytes)) => (&chunk[..bytes], true),
            None => return,
        };
        if to.write_all(passing).is_err() || last {
            return;
        }
    }
    shared.admit(id, direction, &[]);
}

fn span(range: &Range<u64>) -> u64 {
    (range.end - range.start).max(1)
}

/// The generator `SplitMix64`: a seed repeats its numbers, and more is not asked of it.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
