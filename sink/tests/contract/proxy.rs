//! A TCP proxy that understands Bolt well enough to break it at a chosen request.
//!
//! Everything passes through until a request comes for which a fault is armed. A fault strikes once.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use sink::graph::neo4j::{Bounds, Neo4j, Options};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Mutex as AsyncMutex, Notify},
};
use tokio_util::sync::CancellationToken;

use crate::bench::options;

/// What a client asks of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// The connection itself; the system has accepted it already.
    Connect,
    /// The choice of a version.
    Handshake,
    Hello,
    Begin,
    Run,
    /// The rows, or that they are not wanted.
    Pull,
    Commit,
    Rollback,
    Reset,
    Other,
}

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// None: the fault that is armed next is for the request of its kind that comes next.
    Pass,
    /// It is answered with a FAILURE of this code and does not reach the server.
    Refuse(&'static str),
    /// It does not reach the server until [`Proxy::release`], and nothing that comes after it does.
    Hold,
    /// It reaches the server, whose answer, like all that follow, is lost. The connection stays open.
    HoldAnswer,
    /// The connection ends, and the server never saw the request.
    Cut,
    /// The connection ends when the server has answered, and nobody sees the answer.
    CutAnswer,
}

/// A proxy; it ends with the test's runtime.
pub(crate) struct Proxy {
    address: String,
    shared: Arc<Shared>,
}

struct Shared {
    server: String,
    faults: Mutex<VecDeque<(Request, Fault)>>,
    connections: AtomicUsize,
    released: Notify,
    cut: Mutex<CancellationToken>,
}

impl Proxy {
    /// Stands before the server at `host:port`.
    async fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shared = Arc::new(Shared {
            server: server.to_owned(),
            faults: Mutex::default(),
            connections: AtomicUsize::new(0),
            released: Notify::new(),
            cut: Mutex::default(),
        });
        let proxy = Self { address, shared: Arc::clone(&shared) };
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&shared);
                let cut = shared.cut.lock().unwrap().clone();
                // How a connection ended is for those to say who used it.
                tokio::spawn(cut.run_until_cancelled_owned(async move { drop(pass(client, &shared).await) }));
            }
        });
        proxy
    }

    /// Stands before the shared Neo4j.
    pub(crate) async fn before_neo4j() -> Self {
        let uri = options().uri;
        Self::before(uri.split_once("://").unwrap().1).await
    }

    /// How to reach the shared Neo4j through it.
    pub(crate) fn options(&self) -> Options {
        Options { uri: format!("bolt://{}", self.address), ..options() }
    }

    /// A store that goes through it.
    pub(crate) fn store(&self, bounds: Bounds) -> Neo4j {
        Neo4j::with_bounds(self.options(), bounds).unwrap()
    }

    /// The next such request fails so. Faults of one kind of request strike in the order in which they were armed.
    pub(crate) fn arm(&self, request: Request, fault: Fault) {
        self.shared.faults.lock().unwrap().push_back((request, fault));
    }

    /// Whether some fault has not struck yet.
    pub(crate) fn is_armed(&self) -> bool {
        !self.shared.faults.lock().unwrap().is_empty()
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Lets go on what is held.
    pub(crate) fn release(&self) {
        self.shared.released.notify_waiters();
    }

    /// Ends all connections, as a server does that goes away.
    pub(crate) fn cut(&self) {
        std::mem::take(&mut *self.shared.cut.lock().unwrap()).cancel();
    }
}

impl Shared {
    fn fault(&self, request: Request) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let index = faults.iter().position(|(armed, _)| *armed == request)?;
        faults.remove(index).map(|(_, fault)| fault)
    }
}

/// One connection, until one side ends it.
async fn pass(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    match shared.fault(Request::Connect) {
        Some(Fault::Hold) => shared.released.notified().await,
        None | Some(Fault::Pass) => {}
        Some(_) => return Ok(()),
    }
    let mut handshake = [0; 20];
    client.read_exact(&mut handshake).await?;
    match shared.fault(Request::Handshake) {
        Some(Fault::Hold) => shared.released.notified().await,
        None | Some(Fault::Pass) => {}
        Some(_) => return Ok(()),
    }
    let mut server = TcpStream::connect(&shared.server).await?;
    server.write_all(&handshake).await?;
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let client_out = AsyncMutex::new(client_out);
    let line = Line { shared, client_out, muted: AtomicBool::new(false), cutting: AtomicBool::new(false) };
    tokio::select! {
        ended = line.requests(client_in, server_out) => ended,
        ended = line.answers(server_in) => ended,
    }
}

struct Line<'a> {
    shared: &'a Shared,
    client_out: AsyncMutex<OwnedWriteHalf>,
    /// What the server says is lost.
    muted: AtomicBool,
    /// The connection ends as soon as the server says something.
    cutting: AtomicBool,
}

impl Line<'_> {
    async fn answers(&self, mut server: OwnedReadHalf) -> io::Result<()> {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let read = server.read(&mut bytes).await?;
            if read == 0 || self.cutting.load(Ordering::SeqCst) {
                return Ok(());
            }
            if !self.muted.load(Ordering::SeqCst) {
                self.client_out.lock().await.write_all(&bytes[..read]).await?;
            }
        }
    }

    async fn requests(&self, mut client: OwnedReadHalf, mut server: OwnedWriteHalf) -> io::Result<()> {
        let mut failed = false;
        loop {
            let message = read_message(&mut client).await?;
            let request = request(&message);
            if failed && request != Request::Reset {
                self.answer(&[0xB0, 0x7E]).await?;
                continue;
            }
            failed = false;
            match self.shared.fault(request) {
                None | Some(Fault::Pass) => {}
                Some(Fault::Refuse(code)) => {
                    failed = true;
                    self.answer(&failure(code)).await?;
                    continue;
                }
                Some(Fault::Hold) => self.shared.released.notified().await,
                Some(Fault::HoldAnswer) => self.muted.store(true, Ordering::SeqCst),
                Some(Fault::Cut) => return Ok(()),
                Some(Fault::CutAnswer) => self.cutting.store(true, Ordering::SeqCst),
            }
            server.write_all(&message).await?;
        }
    }

    async fn answer(&self, structure: &[u8]) -> io::Result<()> {
        let length = (structure.len() as u16).to_be_bytes();
        self.client_out.lock().await.write_all(&[&length, structure, &[0, 0]].concat()).await
    }
}

/// A message as it is on the wire: chunks, each after its length, and a length of 0.
async fn read_message(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let length = stream.read_u16().await?;
        message.extend(length.to_be_bytes());
        if length == 0 {
            return Ok(message);
        }
        let begin = message.len();
        message.resize(begin + usize::from(length), 0);
        stream.read_exact(&mut message[begin..]).await?;
    }
}

/// The signature comes after the first chunk's length and the structure's marker.
fn request(message: &[u8]) -> Request {
    match message.get(3) {
        Some(0x01) => Request::Hello,
        Some(0x0F) => Request::Reset,
        Some(0x10) => Request::Run,
        Some(0x11) => Request::Begin,
        Some(0x12) => Request::Commit,
        Some(0x13) => Request::Rollback,
        Some(0x2F | 0x3F) => Request::Pull,
        _ => Request::Other,
    }
}

/// `FAILURE {code, message}`.
fn failure(code: &str) -> Vec<u8> {
    let text = |text: &str| [&[0xD0, text.len() as u8], text.as_bytes()].concat();
    [&[0xB1, 0x7F, 0xA2][..], &text("code"), &text(code), &text("message"), &text("the proxy says so")].concat()
}
