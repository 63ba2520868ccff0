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

/// How far a connection is in the script of the trap.
#[derive(Debug, Default)]
struct Scan {
    step: usize,
    /// The end of what was seen, in which the next bytes of the script may have begun.
    seen: Vec<u8>,
    /// The script has been seen, and the next answer is the one to catch.
    awaits_answer: bool,
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

impl Scan {
    /// Goes on in the script; whether this chunk ends it.
    fn finds(&mut self, script: &[Vec<u8>], chunk: &[u8]) -> bool {
        if self.awaits_answer {
            return false;
        }
        self.seen.extend_from_slice(chunk);
        while let Some(wanted) = script.get(self.step) {
            let Some(at) = self.seen.windows(wanted.len()).position(|window| window == wanted) else {
                let kept = self.seen.len().min(wanted.len() - 1);
                self.seen.drain(..self.seen.len() - kept);
                return false;
            };
            self.seen.drain(..at + wanted.len());
            self.step += 1;
        }
        true
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

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// A service that says everything back.
    fn echo() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                thread::spawn(move || {
                    let mut back = stream.try_clone().unwrap();
                    // Ends when either side does.
                    drop(std::io::copy(&mut stream, &mut back));
                });
            }
        });
        port
    }

    fn proxy() -> Proxy {
        let proxy = Proxy::start().unwrap();
        proxy.forward_to(echo());
        proxy
    }

    fn client(proxy: &Proxy) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Says something and reads as much back.
    fn says(stream: &mut TcpStream, text: &str) -> std::io::Result<String> {
        stream.write_all(text.as_bytes())?;
        let mut back = vec![0; text.len()];
        stream.read_exact(&mut back)?;
        Ok(String::from_utf8(back).unwrap())
    }

    /// Whether nothing is there to be read although something was sent.
    fn is_silent(stream: &TcpStream) -> bool {
        stream.set_nonblocking(true).unwrap();
        let silent = stream.peek(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        stream.set_nonblocking(false).unwrap();
        silent
    }

    fn wait_for_connections(proxy: &Proxy, count: usize) {
        let started = Instant::now();
        while proxy.connections() != count {
            assert!(started.elapsed() < PATIENCE, "{} connections in place of {count}", proxy.connections());
            thread::yield_now();
        }
    }

    #[test]
    fn without_faults_everything_passes_and_both_ends_hear_of_the_end() {
        let proxy = proxy();
        let mut stream = client(&proxy);
        let long = "all of it ".repeat(20_000);
        assert_eq!(says(&mut stream, &long).unwrap(), long);
        assert_eq!(proxy.connections(), 1);
        drop(stream);
        wait_for_connections(&proxy, 0);
    }

    #[test]
    fn a_service_that_is_down_ends_the_connection() {
        let proxy = Proxy::start().unwrap();
        assert_eq!(client(&proxy).read(&mut [0]).unwrap_or(0), 0);
        proxy.forward_to(1);
        assert_eq!(client(&proxy).read(&mut [0]).unwrap_or(0), 0);
    }

    #[test]
    fn a_cut_ends_what_is_open_and_nothing_that_comes_after() {
        let proxy = proxy();
        let mut stream = client(&proxy);
        says(&mut stream, "before").unwrap();
        proxy.cut();
        assert!(says(&mut stream, "after").is_err());
        assert_eq!(says(&mut client(&proxy), "anew").unwrap(), "anew");
    }

    #[test]
    fn random_cuts_come_after_as_many_bytes_as_the_seed_says() {
        let proxy = proxy();
        let passed = |seed| {
            proxy.cut_at_random(seed, 100..10_000);
            let mut stream = client(&proxy);
            let mut bytes = 0;
            while says(&mut stream, "x").is_ok() {
                bytes += 1;
            }
            bytes
        };
        let first = passed(7);
        assert_eq!(first, passed(7));
        assert_ne!(first, passed(8));
        // Both directions count.
        assert!((50..=5_000).contains(&first), "{first}");
        assert_eq!(proxy.cuts(), 3);
    }

    #[test]
    fn a_held_direction_is_silent_until_it_heals_and_loses_nothing() {
        let proxy = proxy();
        let mut stream = client(&proxy);
        says(&mut stream, "before").unwrap();
        for direction in [Direction::Request, Direction::Answer] {
            proxy.hold(direction);
            stream.write_all(b"held").unwrap();
            assert!(is_silent(&stream));
            proxy.heal();
            let mut back = [0; 4];
            stream.read_exact(&mut back).unwrap();
            assert_eq!(&back, b"held");
        }
    }

    #[test]
    fn behind_a_held_direction_nobody_hears_of_an_end() {
        let proxy = proxy();
        let mut stream = client(&proxy);
        says(&mut stream, "before").unwrap();
        proxy.hold(Direction::Request);
        drop(stream);
        let mut other = client(&proxy);
        other.write_all(b"held").unwrap();
        wait_for_connections(&proxy, 2);
        proxy.heal();
        wait_for_connections(&proxy, 1);
    }

    #[test]
    fn a_trap_catches_the_answer_of_the_last_of_its_script_although_it_comes_in_pieces() {
        let proxy = proxy();
        let (mut other, mut stream) = (client(&proxy), client(&proxy));
        proxy.trap(&[b"write", b"COMMIT"], Catch::Answer);
        assert_eq!(says(&mut other, "COMMIT").unwrap(), "COMMIT");
        assert_eq!(says(&mut stream, "wri").unwrap(), "wri");
        assert_eq!(says(&mut stream, "te COM").unwrap(), "te COM");
        assert!(!proxy.wait_until_caught(Duration::ZERO));
        stream.write_all(b"MIT").unwrap();
        assert!(proxy.wait_until_caught(PATIENCE));
        assert!(is_silent(&stream));
        assert_eq!(says(&mut other, "others go on").unwrap(), "others go on");
        proxy.heal();
        let mut back = [0; 3];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"MIT");
    }

    #[test]
    fn a_trap_catches_a_request_or_cuts_an_answer_in_two() {
        let proxy = proxy();
        let mut stream = client(&proxy);
        proxy.trap(&[b"COMMIT"], Catch::Request);
        stream.write_all(b"COMMIT").unwrap();
        assert!(proxy.wait_until_caught(PATIENCE));
        proxy.cut();
        assert_eq!(stream.read(&mut [0; 6]).unwrap_or(0), 0);

        let mut stream = client(&proxy);
        proxy.trap(&[b"COMMIT"], Catch::CutAnswer(4));
        stream.write_all(b"COMMIT").unwrap();
        let mut back = Vec::new();
        // A reset may come in place of an end.
        drop(stream.read_to_end(&mut back));
        assert_eq!(back, b"COMM");
    }

    #[test]
    fn a_delay_keeps_the_order() {
        let proxy = proxy();
        let mut stream = client(&proxy);
        proxy.delay(Duration::from_millis(5));
        for text in ["one", "two", "three"] {
            assert_eq!(says(&mut stream, text).unwrap(), text);
        }
    }
}
