//! Free TCP ports on the loopback interface.

use std::{
    net::{Ipv4Addr, TcpListener},
    process,
    sync::atomic::{AtomicU16, Ordering},
};

/// Below the range from which the kernel takes ports for outgoing connections (32768 on Linux), so that no
/// connection steals a port between our looking and the service's binding.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port that nobody listened on a moment ago, and that no other call in this process gets.
///
/// Processes begin their search in different places, for the same reason.
pub(crate) fn free() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = (process::id().wrapping_mul(37) % u32::from(COUNT)) as u16;
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
