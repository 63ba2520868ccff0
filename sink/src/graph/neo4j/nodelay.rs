//! Statements leave at once: `TCP_NODELAY` on the driver's connections.
//!
//! The driver does not set it and has no setting for it. It sends a statement of more than 8 kB as two bytes and the rest,
//! and the rest then waits for the other side's delayed acknowledgement of the two, 40 ms, unless it fills a packet. Over a
//! network it fills many; on the loopback interface a packet is 64 kB. So the sockets are looked for among this process's
//! own, by the port at their other end.

use std::io;

/// Sets it on every connection of this process to the port of a Neo4j's address; how many had it not. On Linux only:
/// elsewhere none.
///
/// # Errors
/// The process may not look at its own sockets: a container may forbid that.
#[cfg(target_os = "linux")]
pub fn set_nodelay(uri: &str) -> io::Result<usize> {
    use std::{fs, net::SocketAddr};

    use rustix::{
        net::{getpeername, sockopt},
        process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open},
    };

    let port = super::uri::port(uri);
    let process = pidfd_open(getpid(), PidfdFlags::empty())?;
    let mut found = 0;
    for entry in fs::read_dir("/proc/self/fd")? {
        let entry = entry?;
        // One that was closed in the meantime needs nothing.
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        let (Some(number), true) = (number, target.to_string_lossy().starts_with("socket:")) else { continue };
        let copy = match pidfd_getfd(&process, number, PidfdGetfdFlags::empty()) {
            Err(rustix::io::Errno::BADF) => continue,
            copy => copy?,
        };
        // No address: one that listens, or of another family.
        let peer = getpeername(&copy).ok().flatten().and_then(|peer| SocketAddr::try_from(peer).ok());
        if peer.is_some_and(|peer| peer.port() == port) && !sockopt::tcp_nodelay(&copy)? {
            sockopt::set_tcp_nodelay(&copy, true)?;
            found += 1;
        }
    }
    Ok(found)
}

/// Sets it on every connection of this process to the port of a Neo4j's address; how many had it not. On Linux only:
/// elsewhere none.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn set_nodelay(_uri: &str) -> io::Result<usize> {
    Ok(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};

    use super::*;

    #[test]
    fn connections_to_the_port_get_it_and_no_others() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let uri = format!("bolt://{}", server.local_addr().unwrap());
        let connect = |server: &TcpListener| TcpStream::connect(server.local_addr().unwrap()).unwrap();
        let (one, two, another) = (connect(&server), connect(&server), connect(&other));
        two.set_nodelay(true).unwrap();
        assert_eq!(set_nodelay(&uri).unwrap(), 1);
        assert_eq!([&one, &two, &another].map(|stream| stream.nodelay().unwrap()), [true, true, false]);
        assert_eq!(set_nodelay(&uri).unwrap(), 0);
        assert!(server.accept().is_ok() && server.accept().is_ok(), "the connections are as they were");
    }

    #[test]
    fn an_address_of_the_longer_kind_is_known_too() {
        let Ok(server) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else { return };
        let stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
        set_nodelay(&format!("bolt://{}", server.local_addr().unwrap())).unwrap();
        assert!(stream.nodelay().unwrap());
    }
}
