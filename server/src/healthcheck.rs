//! `sluice healthcheck`: asks the running server whether it is alive, for containers that have no other tool.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks; success if the answer is 200.
pub(crate) fn run(listen: SocketAddr) -> ExitCode {
    match ask(listen) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => super::complain("the server does not say that it is alive"),
        Err(error) => super::complain(&format!("the server at {listen} does not answer: {error}")),
    }
}

/// Where a server is for who is on the same machine: one that listens everywhere is asked on loopback.
pub(crate) fn at(listen: SocketAddr) -> SocketAddr {
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    SocketAddr::new(ip, listen.port())
}

fn ask(listen: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&at(listen), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
